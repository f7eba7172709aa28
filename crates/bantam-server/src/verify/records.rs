//! Looks at each record: whether it is what was written, can be read, and fits those it names.

use super::{FOUND_MAX, Findings, Progress, about, for_each};
use crate::people;
use bantam_core::fact::{Fact, FactKind};
use bantam_core::hand_off::HandOff;
use bantam_core::records::{Decision, DecisionCause};
use bantam_core::{CoreError, LeadState, Rules};
use bantam_store::{Digest, Inspection, Record, Seq, SubjectId, Table};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Facts.
    pub facts: u64,
    /// The number of the last fact.
    pub last: Seq,
    /// Of the facts, those blanked because somebody was erased.
    pub erased: u64,
    /// Leads.
    pub leads: u64,
    /// Decisions.
    pub decisions: u64,
    /// Hand-offs.
    pub hand_offs: u64,
    /// Messages to others.
    pub messages: u64,
    /// Entries of the audit log.
    pub audit_entries: u64,
    /// Whether every fact is whole and in its place: only then can the log be taken again.
    pub log_is_sound: bool,
}

/// Looks at all records; nothing is computed again.
pub fn check_records(
    source: &mut dyn Inspection,
    found: &mut Findings,
    progress: Progress<'_>,
) -> Result<Counted, CoreError> {
    progress("the file", 0, 0);
    source.damage()?.into_iter().for_each(|line| found.add(format!("the file is damaged: {line}")));
    let mut counted = Counted::default();
    check_facts(source, found, &mut counted, &mut *progress)?;
    counted.log_is_sound = found.is_empty();
    source.contradictions(FOUND_MAX)?.into_iter().for_each(|line| {
        counted.log_is_sound &= !line.starts_with("fact");
        found.add(line);
    });
    check_definitions(source, found)?;
    check_leads(source, found, &mut counted, &mut *progress)?;
    let decided = check_decisions(source, found, &mut counted, &mut *progress)?;
    check_hand_offs(source, found, &mut counted, &mut *progress)?;
    check_messages(source, found, &mut counted, decided, &mut *progress)?;
    counted.audit_entries = people::audit::check(source, &mut |line| found.add(line))?;
    Ok(counted)
}

fn check_facts(
    source: &mut dyn Inspection,
    found: &mut Findings,
    counted: &mut Counted,
    progress: Progress<'_>,
) -> Result<(), CoreError> {
    counted.facts = for_each(source, Table::Facts, "facts", progress, &mut |source, record| {
        counted.last = record.id;
        if !record.is_whole {
            let who = about(source, record.subject)?;
            found.add(format!("fact {} about {who} is damaged: its checksum does not match", record.id));
            return Ok(());
        }
        if record.body.is_empty() {
            counted.erased += 1;
            return Ok(());
        }
        match serde_json::from_slice::<Fact>(&record.body) {
            Ok(fact) => check_fact(source, found, &record, &fact),
            Err(error) => {
                found.add(format!("fact {} cannot be read: {error}", record.id));
                Ok(())
            }
        }
    })?;
    Ok(())
}

fn check_fact(
    source: &mut dyn Inspection,
    found: &mut Findings,
    record: &Record,
    fact: &Fact,
) -> Result<(), CoreError> {
    let seq = record.id;
    let known = source.find_message(Digest::of(fact.message_id.as_bytes()))?.map(|known| known.seq);
    if known != Some(seq) {
        found.add(format!("fact {seq} is not found by its message id"));
    }
    let named = match fact.kind {
        FactKind::Event { .. } | FactKind::Profile { .. } | FactKind::Alias { .. } => {
            fact.user.as_ref().or(fact.anonymous.as_ref())
        }
        FactKind::Opening { .. } | FactKind::DoNotScore { .. } => fact.user.as_ref(),
        _ => None,
    };
    if let (Some(named), Some(subject)) = (named, record.subject)
        && source.subject_by_id(subject)?.is_none_or(|subject| subject.name != *named)
    {
        found.add(format!("fact {seq} is not about who it says"));
    }
    if let FactKind::Retraction { message_id, .. } = &fact.kind
        && let Some(target) = source.find_message(Digest::of(message_id.as_bytes()))?
        && target.subject.is_some()
        && target.retracted_by.is_none_or(|by| by > seq)
    {
        found.add(format!("fact {} counts, though fact {seq} retracts it", target.seq));
    }
    let by = source.facts_after(seq - 1, 1)?.first().and_then(|stored| stored.retracted_by);
    if let Some(by) = by
        && !retracts(source, by, &fact.message_id)?
    {
        found.add(format!("fact {seq} does not count, though fact {by} does not retract it"));
    }
    Ok(())
}

fn retracts(source: &mut dyn Inspection, by: Seq, message: &str) -> Result<bool, CoreError> {
    let stored = source.facts_after(by - 1, 1)?;
    let Some(stored) = stored.first().filter(|stored| stored.seq == by) else { return Ok(false) };
    let fact = bantam_core::read_fact(stored)?;
    Ok(fact.is_some_and(|fact| matches!(fact.kind, FactKind::Retraction { message_id, .. } if message_id == message)))
}

fn check_definitions(source: &mut dyn Inspection, found: &mut Findings) -> Result<(), CoreError> {
    for (fingerprint, _) in source.kept_definitions()? {
        if Rules::kept(source, &fingerprint).is_err() {
            found.add(format!("the definition {fingerprint} is damaged or cannot be used"));
        }
    }
    Ok(())
}

fn check_leads(
    source: &mut dyn Inspection,
    found: &mut Findings,
    counted: &mut Counted,
    progress: Progress<'_>,
) -> Result<(), CoreError> {
    counted.leads = for_each(source, Table::Leads, "leads", progress, &mut |source, record| {
        if !record.is_whole {
            let who = about(source, record.subject)?;
            found.add(format!("lead {} ({who}) is damaged: its checksum does not match", record.id));
            return Ok(());
        }
        let Some(row) = source.lead(record.id)? else { return Ok(()) };
        match LeadState::from_row(&row) {
            Err(error) => found.add(error.to_string()),
            Ok(state) => {
                let name = source.subject_by_id(row.id)?.map(|subject| subject.name);
                if name.as_deref() != Some(state.name.as_str()) {
                    found.add(format!("lead {} does not go by the id of its subject", row.id));
                }
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// What was decided, to be compared with what others are told.
#[derive(Default)]
struct Decided {
    /// The number of the last decision of each content, and how often it was recorded, less how often others are told.
    untold: HashMap<(SubjectId, Digest), (i64, i64)>,
    /// Subjects with decisions that cannot be compared.
    unclear: HashSet<SubjectId>,
}

fn check_decisions(
    source: &mut dyn Inspection,
    found: &mut Findings,
    counted: &mut Counted,
    progress: Progress<'_>,
) -> Result<Decided, CoreError> {
    let mut decided = Decided::default();
    let last = counted.last;
    let mut definitions: BTreeMap<String, bool> = BTreeMap::new();
    counted.decisions = for_each(source, Table::Decisions, "decisions", progress, &mut |source, record| {
        let who = about(source, record.subject)?;
        // What others were told about somebody who was erased is gone.
        if let Some(id) = record.subject
            && source.subject_by_id(id)?.is_some_and(|subject| subject.erased)
        {
            decided.unclear.insert(id);
        }
        if !record.is_whole {
            decided.unclear.extend(record.subject);
            found.add(format!("decision {} about {who} is damaged: its checksum does not match", record.id));
            return Ok(());
        }
        let Ok(decision) = serde_json::from_slice::<Decision>(&record.body) else {
            decided.unclear.extend(record.subject);
            found.add(format!("decision {} about {who} cannot be read", record.id));
            return Ok(());
        };
        if let DecisionCause::Fact(seq) = decision.cause
            && !(1..=last).contains(&seq)
        {
            found.add(format!("decision {} about {who} has no cause: there is no fact {seq}", record.id));
        }
        let is_kept = match definitions.get(&decision.fingerprint) {
            Some(is_kept) => *is_kept,
            None => source.definition(&decision.fingerprint)?.is_some(),
        };
        if !is_kept {
            found.add(format!("decision {} about {who} was made by a definition that is not there", record.id));
        }
        definitions.insert(decision.fingerprint, is_kept);
        if decision.is_quiet {
            return Ok(());
        }
        let (last, count) = decided.untold.entry((record.subject.unwrap_or(0), Digest::of(&record.body))).or_default();
        (*last, *count) = (record.id, *count + 1);
        Ok(())
    })?;
    Ok(decided)
}

fn check_hand_offs(
    source: &mut dyn Inspection,
    found: &mut Findings,
    counted: &mut Counted,
    progress: Progress<'_>,
) -> Result<(), CoreError> {
    let last = counted.last;
    counted.hand_offs = for_each(source, Table::HandOffs, "hand-offs", progress, &mut |source, record| {
        let who = about(source, record.subject)?;
        if !record.is_whole {
            found.add(format!("hand-off {} of {who} is damaged: its checksum does not match", record.id));
            return Ok(());
        }
        let Ok(hand_off) = serde_json::from_slice::<HandOff>(&record.body) else {
            found.add(format!("hand-off {} of {who} cannot be read", record.id));
            return Ok(());
        };
        let row = source.hand_off(record.id)?;
        let should = HandOff { id: record.id, ..hand_off.clone() }.row();
        // All but the body, which may be spelled in another way.
        let columns = |row: bantam_store::HandOffRow| bantam_store::HandOffRow { body: Vec::new(), ..row };
        if row.map(columns) != Some(columns(should)) {
            found.add(format!("hand-off {} of {who} is listed as something else than it is", record.id));
        }
        for step in hand_off.steps.iter().filter(|step| !(1..=last).contains(&step.fact)) {
            found.add(format!("hand-off {} of {who} has an answer without a cause: fact {}", record.id, step.fact));
        }
        Ok(())
    })?;
    Ok(())
}

/// What a message tells, as it was written.
#[derive(Deserialize)]
struct Told<'m> {
    #[serde(borrow)]
    data: &'m RawValue,
}

/// Whoever will be told of a change of stage is told a decision, and each decision from the first of these on is told.
/// Messages leave the outbox in order, so those before have been sent.
fn check_messages(
    source: &mut dyn Inspection,
    found: &mut Findings,
    counted: &mut Counted,
    mut decided: Decided,
    progress: Progress<'_>,
) -> Result<(), CoreError> {
    let Decided { untold, unclear } = &mut decided;
    let mut first_told = i64::MAX;
    counted.messages = for_each(source, Table::Outbox, "messages", progress, &mut |source, record| {
        let subject = record.subject.unwrap_or(0);
        if record.kind.as_deref() != Some("lead.stage_changed") || unclear.contains(&subject) {
            return Ok(());
        }
        let told = serde_json::from_slice::<Told<'_>>(&record.body).ok();
        let told = told.map(|told| Digest::of(told.data.get().as_bytes()));
        match told.and_then(|told| untold.get_mut(&(subject, told))) {
            Some((decision, count)) => {
                *count -= 1;
                first_told = first_told.min(*decision);
            }
            None => {
                let who = about(source, record.subject)?;
                found.add(format!("message {} about {who} tells of a decision that is not there", record.id));
            }
        }
        Ok(())
    })?;
    let mut wrong: Vec<(SubjectId, i64)> = untold
        .iter()
        .filter(|((id, _), (decision, count))| {
            !unclear.contains(id) && (*count < 0 || *count > 0 && *decision > first_told)
        })
        .map(|((id, _), (_, count))| (*id, *count))
        .collect();
    wrong.sort_unstable();
    for (id, count) in wrong {
        let (who, has) = (about(source, Some(id))?, if count > 0 { "no message" } else { "two messages" });
        found.add(format!("a decision about {who} has {has} in the outbox"));
    }
    Ok(())
}
