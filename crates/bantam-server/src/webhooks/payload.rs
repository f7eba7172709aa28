//! Turns a message as the core posted it into what receivers get: all they need, so that nobody has to ask back.

use crate::api::shown;
use crate::api::values::Moment;
use bantam_core::fact::{Fact, FactKind};
use bantam_core::hand_off::{HandOff, Opened};
use bantam_core::records::{Decision, DecisionCause, Evidence, Scores};
use bantam_core::{CoreError, read_decision};
use bantam_store::{Ledger, MessageRow, Seq, SubjectId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A message as it is sent, and where the fact came from that brought it about.
pub(super) struct Composed {
    pub(super) body: Vec<u8>,
    pub(super) source: Option<String>,
}

/// A message as it was posted.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Posted {
    timestamp: i64,
    lead: Option<String>,
    sequence: Option<u64>,
    stage: Option<String>,
    scores: Option<Scores>,
    fingerprint: Option<String>,
    data: Value,
}

/// A message as it is sent.
#[derive(Serialize)]
struct Payload<'p> {
    r#type: &'p str,
    timestamp: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    data: Data,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data {
    Lead(Box<AboutLead>),
    Other {
        #[serde(skip_serializing_if = "Option::is_none")]
        lead: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        fingerprint: Option<String>,
    },
}

#[derive(Serialize)]
struct AboutLead {
    lead: String,
    stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_stage: Option<Option<String>>,
    scores: Option<Scores>,
    route: Option<String>,
    owner: Option<String>,
    evidence: Vec<Evidence>,
    fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hand_off: Option<Value>,
}

/// Composes a message: what was posted, with evidence and owner as they stand at that moment.
pub(super) fn compose(ledger: &mut dyn Ledger, message: &MessageRow) -> Result<Composed, CoreError> {
    let posted: Posted = serde_json::from_slice(&message.body).unwrap_or_default();
    let (timestamp, sequence) = (Moment(posted.timestamp), posted.sequence);
    let mut source = None;
    let data = match (message.subject, posted.sequence) {
        // Only messages about leads are counted.
        (Some(subject), Some(_)) => {
            let (data, cause) = about_lead(ledger, subject, posted)?;
            source = cause.map(|fact| source_of(ledger, fact)).transpose()?.flatten();
            Data::Lead(Box::new(data))
        }
        _ => Data::Other { lead: posted.lead, fingerprint: posted.fingerprint },
    };
    let payload = Payload { r#type: &message.kind, timestamp, sequence, data };
    Ok(Composed { body: serde_json::to_vec(&payload).unwrap_or_default(), source })
}

/// Returns what is told about a lead, and the fact that brought it about.
fn about_lead(
    ledger: &mut dyn Ledger,
    subject: SubjectId,
    posted: Posted,
) -> Result<(AboutLead, Option<Seq>), CoreError> {
    let Posted { timestamp, lead, stage, scores, data, .. } = posted;
    let route = scores.as_ref().and_then(|scores| scores.route.clone());
    let mut told = AboutLead {
        lead: lead.unwrap_or_default(),
        stage,
        previous_stage: None,
        scores,
        route,
        owner: None,
        evidence: Vec::new(),
        fingerprint: None,
        hand_off: None,
    };
    let last = last_decision(ledger, subject, timestamp)?;
    if let Ok(decision) = Decision::deserialize(&data) {
        told.previous_stage = Some(decision.from.clone());
        told.owner = owner_of(ledger, subject)?;
        (told.evidence, told.fingerprint) = (decision.evidence, Some(decision.fingerprint));
        return Ok((told, cause_of(decision.cause)));
    }
    told.evidence = last.as_ref().map(|decision| decision.evidence.clone()).unwrap_or_default();
    let Ok(hand_off) = HandOff::deserialize(&data) else { return Ok((told, None)) };
    let cause = match (hand_off.steps.last(), &hand_off.opened) {
        _ if hand_off.overdue_at.is_some() && hand_off.steps.is_empty() => None,
        (Some(step), _) => Some(step.fact),
        (None, Opened::Person { .. }) => opening_at(ledger, subject, hand_off.opened_at)?,
        (None, Opened::Decision) => {
            last.filter(|last| last.as_of == hand_off.opened_at).and_then(|last| cause_of(last.cause))
        }
    };
    told.hand_off = serde_json::to_value(shown::HandOff::from(hand_off.clone())).ok();
    (told.owner, told.fingerprint) = (hand_off.owner, Some(hand_off.fingerprint));
    told.route = hand_off.route;
    Ok((told, cause))
}

fn cause_of(cause: DecisionCause) -> Option<Seq> {
    match cause {
        DecisionCause::Fact(fact) => Some(fact),
        DecisionCause::Time | DecisionCause::Definition => None,
    }
}

/// Returns the decision that stood at a moment.
fn last_decision(ledger: &mut dyn Ledger, subject: SubjectId, at: i64) -> Result<Option<Decision>, CoreError> {
    for entry in ledger.decisions_of(subject)?.iter().rev() {
        let decision = read_decision(entry)?;
        if decision.as_of <= at {
            return Ok(Some(decision));
        }
    }
    Ok(None)
}

/// Returns who has a lead's hand-off that is in progress.
fn owner_of(ledger: &mut dyn Ledger, subject: SubjectId) -> Result<Option<String>, CoreError> {
    let hand_offs = ledger.hand_offs_of(subject)?;
    Ok(hand_offs.into_iter().rev().find(|row| row.in_progress).and_then(|row| row.owner))
}

/// Returns the fact by which a person handed a lead over at a moment.
fn opening_at(ledger: &mut dyn Ledger, subject: SubjectId, at: i64) -> Result<Option<Seq>, CoreError> {
    let facts = ledger.facts_of(subject)?;
    let of_that_moment = facts.iter().rev().filter(|fact| fact.received_at == at);
    let is_opening = |body: &[u8]| {
        serde_json::from_slice::<Fact>(body).is_ok_and(|fact| matches!(fact.kind, FactKind::Opening { .. }))
    };
    Ok(of_that_moment.filter(|fact| is_opening(&fact.body)).map(|fact| fact.seq).next())
}

/// Returns where a fact came from.
fn source_of(ledger: &mut dyn Ledger, fact: Seq) -> Result<Option<String>, CoreError> {
    let found = ledger.facts_after(fact - 1, 1)?.into_iter().find(|found| found.seq == fact);
    Ok(found.and_then(|found| serde_json::from_slice::<Fact>(&found.body).ok()).map(|fact| fact.source))
}
