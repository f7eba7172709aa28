//! What leads, facts, decisions and hand-offs look like to others, and how they are found.

mod hand_off_shape;

use super::values::Moment;
use crate::problem::Problem;
use bantam_core::fact::{self, Answer, FactKind, Values};
use bantam_core::hand_off;
use bantam_core::public_id::Secret;
use bantam_core::records::{self, DecisionCause};
use bantam_core::{CoreError, LeadState, Rules, lead_timeline};
use bantam_engine::live::explain_lead;
use bantam_store::{Ledger, StoreError, StoredFact, Subject, SubjectId, SubjectKind};
pub(crate) use hand_off_shape::{HandOff, State};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem::fault(error)
    }
}

impl From<CoreError> for Problem {
    fn from(error: CoreError) -> Self {
        match error {
            // What exactly is wrong may quote the record, which is about a person.
            CoreError::Record { what, id, .. } => Problem::fault(format!("{what} {id} cannot be read")),
            other => Problem::fault(other),
        }
    }
}

/// Values by name, each any JSON.
type AnyValues = BTreeMap<String, serde_json::Value>;

/// What a lead is worth.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scores {
    /// Fit and engagement together.
    #[schema(example = 72)]
    score: i64,
    /// Points for who it is.
    #[schema(example = 40)]
    fit: i64,
    /// How many fit rules could not be decided.
    #[schema(example = 1)]
    fit_unknown: i64,
    /// Points for what it does.
    #[schema(example = 32)]
    engagement: i64,
    #[schema(example = "B2")]
    grade: Option<String>,
    persona: Option<String>,
    disqualified_by: Option<String>,
    #[schema(example = "sales")]
    route: Option<String>,
}

impl From<records::Scores> for Scores {
    fn from(scores: records::Scores) -> Self {
        let records::Scores { score, fit, fit_unknown, engagement, grade, persona, disqualified_by, route } = scores;
        Scores { score, fit, fit_unknown, engagement, grade, persona, disqualified_by, route }
    }
}

/// A rule with its points.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `fit` or `engagement`.
    #[schema(example = "engagement")]
    section: String,
    /// The rule; none is what a limit changed.
    #[schema(example = "Requested a demo")]
    rule: Option<String>,
    group: Option<String>,
    #[schema(example = 60)]
    points: i64,
}

impl From<records::Evidence> for Reason {
    fn from(evidence: records::Evidence) -> Self {
        let records::Evidence { section, rule, group, points } = evidence;
        Reason { section, rule, group, points }
    }
}

/// A lead as lists show it.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeadSummary {
    #[schema(example = "u-1042")]
    id: String,
    #[schema(example = "Sales-ready")]
    stage: Option<String>,
    scores: Option<Scores>,
}

impl From<&LeadState> for LeadSummary {
    fn from(lead: &LeadState) -> Self {
        LeadSummary {
            id: lead.name.clone(),
            stage: lead.score.as_ref().and_then(|score| score.stage.clone()),
            scores: lead.score.as_ref().map(records::Scores::from).map(Scores::from),
        }
    }
}

/// What a lead is worth at a moment, and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scored {
    /// The id that the lead goes by now.
    #[schema(example = "u-1042")]
    pub(crate) id: String,
    pub(crate) as_of: Moment,
    /// The definition that decides.
    pub(crate) fingerprint: Option<String>,
    #[schema(example = "Sales-ready")]
    pub(crate) stage: Option<String>,
    /// How soon its route asks sales to answer, in seconds.
    pub(crate) respond_within_s: Option<i64>,
    /// None where it is not known at that moment, or must not be scored.
    pub(crate) scores: Option<Scores>,
    /// Where the points come from.
    pub(crate) reasons: Vec<Reason>,
    /// What it lacks for the next stage.
    pub(crate) missing_for_next: Vec<String>,
}

/// A lead with all that stands about it now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lead {
    #[serde(flatten)]
    pub(crate) scored: Scored,
    /// All ids it is known by.
    pub(crate) ids: Vec<String>,
    /// Attributes as they were sent last, by column.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    pub(crate) attributes: AnyValues,
    /// Whether somebody asked that it is not scored.
    pub(crate) do_not_score: bool,
    pub(crate) hand_offs: Vec<HandOff>,
}

/// Returns what a lead is worth at a moment, by a definition.
pub(crate) fn scored(
    ledger: &mut dyn Ledger,
    rules: Option<&Rules>,
    lead: &Subject,
    as_of: i64,
) -> Result<Scored, Problem> {
    let mut scored = Scored {
        id: lead.name.clone(),
        as_of: Moment(as_of),
        fingerprint: rules.map(|rules| rules.fingerprint.clone()),
        stage: None,
        respond_within_s: None,
        scores: None,
        reasons: Vec::new(),
        missing_for_next: Vec::new(),
    };
    let Some(rules) = rules else { return Ok(scored) };
    let timeline = lead_timeline(ledger, rules, lead.id)?;
    if let Some(explanation) = explain_lead(&rules.plan, &timeline, as_of) {
        scored.scores = Some(records::Scores::from(&explanation.score).into());
        scored.stage = explanation.score.stage;
        scored.respond_within_s = explanation.score.respond_within_seconds;
        scored.reasons = explanation.reasons.into_iter().map(records::Evidence::from).map(Reason::from).collect();
        scored.missing_for_next = explanation.missing_for_next;
    }
    Ok(scored)
}

/// A fact about a lead.
#[derive(Serialize, ToSchema)]
pub(crate) struct Fact {
    /// Its number in the order of receipt.
    seq: i64,
    message_id: String,
    received_at: Moment,
    happened_at: Moment,
    /// When it happened by the sender's clock, where it said so.
    given_at: Option<Moment>,
    /// When it was sent by the sender's clock, where it said so.
    sent_at: Option<Moment>,
    /// Which key it came with, or who made it.
    source: String,
    user_id: Option<String>,
    anonymous_id: Option<String>,
    /// What was noticed about it, such as `clamped`.
    flags: Vec<String>,
    /// The number of the fact by which it no longer counts.
    retracted_by: Option<i64>,
    /// What it is and says: one key, such as `event` or `profile`, and what goes with it.
    #[schema(value_type = BTreeMap<String, serde_json::Value>, example = json!({"event": {"name": "demo_requested"}}))]
    kind: AnyValues,
}

impl Fact {
    /// Shows a fact of the log. `secret` makes ids of hand-offs.
    pub(crate) fn of(stored: &StoredFact, fact: &fact::Fact, secret: &Secret) -> Fact {
        let flag = |flag: &fact::Flag| word(serde_json::to_value(flag));
        Fact {
            seq: stored.seq,
            message_id: fact.message_id.clone(),
            received_at: Moment(stored.received_at),
            happened_at: Moment(fact.happened_at),
            given_at: fact.given_at.map(Moment),
            sent_at: fact.sent_at.map(Moment),
            source: fact.source.clone(),
            user_id: fact.user.clone(),
            anonymous_id: fact.anonymous.clone(),
            flags: fact.flags.iter().map(flag).collect(),
            retracted_by: stored.retracted_by,
            kind: kind_of(&fact.kind, secret),
        }
    }
}

fn word(value: serde_json::Result<serde_json::Value>) -> String {
    value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns a kind of fact by its name. Numbers and moments of ours become what others know.
fn kind_of(kind: &FactKind, secret: &Secret) -> AnyValues {
    let Ok(serde_json::Value::Object(mut whole)) = serde_json::to_value(kind) else { return AnyValues::new() };
    if let (FactKind::Answer(Answer { hand_off, not_before, .. }), Some(serde_json::Value::Object(content))) =
        (kind, whole.get_mut("answer"))
    {
        content.insert("hand_off".into(), secret.hand_off_id(*hand_off).into());
        if let Some(moment) = not_before.and_then(|at| serde_json::to_value(Moment(at)).ok()) {
            content.insert("not_before".into(), moment);
        }
    }
    whole.into_iter().collect()
}

/// A change of a lead's stage, as it was decided then.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decision {
    /// The lead's id then.
    lead: String,
    from: Option<String>,
    to: Option<String>,
    /// Whether it came up to the hand-off stage from below.
    rises: bool,
    as_of: Moment,
    fingerprint: String,
    /// `fact`, `time` or `definition`.
    #[schema(example = "fact")]
    cause: &'static str,
    /// The number of the fact, where one is the cause.
    fact: Option<i64>,
    scores: Scores,
    evidence: Vec<Reason>,
}

impl From<records::Decision> for Decision {
    fn from(decision: records::Decision) -> Self {
        let (cause, fact) = match decision.cause {
            DecisionCause::Fact(seq) => ("fact", Some(seq)),
            DecisionCause::Time => ("time", None),
            DecisionCause::Definition => ("definition", None),
        };
        Decision {
            lead: decision.lead,
            from: decision.from,
            to: decision.to,
            rises: decision.rises,
            as_of: Moment(decision.as_of),
            fingerprint: decision.fingerprint,
            cause,
            fact,
            scores: decision.scores.into(),
            evidence: decision.evidence.into_iter().map(Reason::from).collect(),
        }
    }
}

/// Returns the lead that an id is part of now.
pub(crate) fn find_lead(ledger: &mut dyn Ledger, id: &str) -> Result<Subject, Problem> {
    let lead = ledger.find_subject(SubjectKind::User, id)?.and_then(|subject| subject.lead);
    let lead: Option<SubjectId> = lead;
    let found = lead.map(|lead| ledger.subject_by_id(lead)).transpose()?.flatten();
    found.ok_or_else(|| Problem::not_found("there is no such lead"))
}

/// Returns the definition that is active in the store.
pub(crate) fn active_rules(ledger: &mut dyn Ledger) -> Result<Option<Arc<Rules>>, Problem> {
    Ok(Rules::active(ledger)?.map(Arc::new))
}

/// Returns the attributes of a lead as they were sent last, by column.
pub(crate) fn attributes(facts: &[(StoredFact, fact::Fact)]) -> AnyValues {
    let mut changes: Vec<(&fact::Fact, &Values)> = Vec::new();
    for (_, fact) in facts.iter().filter(|(stored, _)| stored.retracted_by.is_none()) {
        changes.extend(fact.kind.attributes().map(|values| (fact, values)));
    }
    changes.sort_by_key(|(fact, _)| (fact.happened_at, &fact.message_id));
    let mut values = AnyValues::new();
    for (key, raw) in changes.into_iter().flat_map(|(_, traits)| traits) {
        // It was JSON when it came in.
        values.insert(key.clone(), serde_json::from_str(raw.get()).unwrap_or_default());
    }
    values
}

/// Returns the facts of a lead, in the order of receipt.
pub(crate) fn facts(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Vec<(StoredFact, fact::Fact)>, StoreError> {
    let mut found = Vec::new();
    for member in members {
        for stored in ledger.facts_of(member.id)? {
            if let Ok(fact) = serde_json::from_slice(&stored.body) {
                found.push((stored, fact));
            }
        }
    }
    found.sort_by_key(|(stored, _)| stored.seq);
    Ok(found)
}

/// Returns the hand-offs of a lead, in the order in which they were opened.
pub(crate) fn hand_offs(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Vec<hand_off::HandOff>, Problem> {
    let mut found: Vec<hand_off::HandOff> = Vec::new();
    for member in members {
        for row in ledger.hand_offs_of(member.id)? {
            found.extend(serde_json::from_slice(&row.body).ok());
        }
    }
    found.sort_by_key(|hand_off| hand_off.id);
    Ok(found)
}
