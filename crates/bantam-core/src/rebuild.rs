//! Makes a lead anew from the log: when a fact came that belongs before others, when leads were merged or parted, when
//! another definition decides. What comes out is what one fact after the other would have made.

use super::CoreError;
use super::fact::{Answer, Fact, FactKind, Values};
use super::hand_off::{HandOff, HandOffState};
use super::history::{History, OutOfOrder};
use super::lead::{Clock, LeadState, Standing};
use super::records::Decision;
use super::rules::Rules;
use bantam_engine::timeline::{Timeline, TimelineEvent};
use bantam_lang::meaning::Value;
use bantam_store::{Entry, Ledger, StoredFact, Subject, SubjectId};
use hashbrown::HashMap;
use serde_json::value::to_raw_value;

/// Reads a fact as it was kept; `None` where it was erased.
pub fn read_fact(stored: &StoredFact) -> Result<Option<Fact>, CoreError> {
    if stored.body.is_empty() {
        return Ok(None);
    }
    let unreadable =
        |error: serde_json::Error| CoreError::Record { what: "fact", id: stored.seq, problem: error.to_string() };
    serde_json::from_slice(&stored.body).map(Some).map_err(unreadable)
}

/// Returns the history of a lead that is made of some subjects, and whether it must not be scored.
pub(super) fn history(
    ledger: &mut dyn Ledger,
    rules: Option<&Rules>,
    lead_id: &str,
    members: &[Subject],
) -> Result<(History, bool), CoreError> {
    let mut facts = Vec::new();
    for member in members {
        facts.extend(ledger.facts_of(member.id)?.into_iter().filter(|fact| fact.retracted_by.is_none()));
    }
    facts.sort_by_key(|fact| fact.seq);
    history_of(rules, lead_id, &facts)
}

/// What the facts of leads give: their histories, and whether they must not be scored.
pub(super) type Histories = HashMap<SubjectId, (History, bool)>;

/// Returns the histories of leads from facts that are sorted by lead, then in the order of receipt. Their leads are unnamed.
pub(super) fn histories_of(rules: &Rules, facts: Vec<(SubjectId, StoredFact)>) -> Result<Histories, CoreError> {
    let mut histories = Histories::new();
    let mut facts = facts.into_iter().filter(|(_, fact)| fact.retracted_by.is_none()).peekable();
    while let Some((lead, first)) = facts.next() {
        let mut own = vec![first];
        while let Some((_, fact)) = facts.next_if(|(next, _)| *next == lead) {
            own.push(fact);
        }
        histories.insert(lead, history_of(Some(rules), "", &own)?);
    }
    Ok(histories)
}

/// Returns the history that some facts give, in the order of receipt, and whether the lead must not be scored.
fn history_of(rules: Option<&Rules>, lead_id: &str, facts: &[StoredFact]) -> Result<(History, bool), CoreError> {
    let mut history = History::of(lead_id);
    let mut is_muted = false;
    let mut changes = Vec::new();
    for stored in facts {
        let Some(fact) = read_fact(stored)? else { continue };
        if let FactKind::DoNotScore { on, .. } = fact.kind {
            is_muted = on;
        }
        let Some(rules) = rules else { continue };
        if let Some(event) = event_of(&fact.kind, rules) {
            add(&mut history, event, fact.happened_at);
        }
        if let Some(change) = change_of(&fact.kind, rules) {
            changes.push((fact.happened_at, fact.message_id, change));
        }
    }
    changes.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    if let Some(rules) = rules {
        for (at, message_id, change) in changes {
            // They are in order now.
            let (Ok(_) | Err(OutOfOrder)) = history.change(at, &message_id, change, rules);
        }
    }
    Ok((history, is_muted))
}

/// Returns all facts of a lead, in the order of receipt, as files of them would have them: for any moment, with the events
/// that nobody listens to; `None` where it must not be scored. `rules` may read more columns than those that decide.
pub fn whole_timeline(rules: &Rules, lead_id: &str, facts: &[StoredFact]) -> Result<Option<Timeline>, CoreError> {
    let (history, is_muted) = history_of(Some(rules), lead_id, facts)?;
    if is_muted {
        return Ok(None);
    }
    let mut timeline = Timeline { events: Vec::new(), ..history.timeline };
    for stored in facts {
        let Some(fact) = read_fact(stored)? else { continue };
        let (name, properties) = match &fact.kind {
            FactKind::Event { name, properties } if rules.is_name(name.trim()) => {
                (name.trim(), rules.properties(properties))
            }
            FactKind::Answer(answer) => (rules.answer_event(answer.answer), rules.properties(&properties_of(answer))),
            _ => continue,
        };
        let name = name.to_owned();
        timeline.events.push(TimelineEvent { name, time: fact.happened_at, properties, id: None });
    }
    Ok(Some(timeline))
}

/// What a fact adds to a lead's events.
pub(super) struct NewEvent<'f> {
    name: &'f str,
    properties: Vec<Option<Value>>,
    heard: bool,
}

/// Returns the event that a fact is, with the properties that the definition asks for.
pub(super) fn event_of<'f>(kind: &'f FactKind, rules: &'f Rules) -> Option<NewEvent<'f>> {
    match kind {
        FactKind::Event { name, properties } => {
            let name = name.trim();
            let heard = rules.hears(name);
            let properties = if heard { rules.properties(properties) } else { Vec::new() };
            rules.is_name(name).then_some(NewEvent { name, properties, heard })
        }
        FactKind::Answer(answer) => {
            let name = rules.answer_event(answer.answer);
            Some(NewEvent { name, properties: rules.properties(&properties_of(answer)), heard: rules.hears(name) })
        }
        _ => None,
    }
}

/// Adds an event; returns whether it may make a difference.
pub(super) fn add(history: &mut History, event: NewEvent<'_>, time: i64) -> bool {
    history.add_event(event.name, time, event.properties, event.heard)
}

/// Returns the attributes that a fact changes, by their place.
pub(super) fn change_of(kind: &FactKind, rules: &Rules) -> Option<Vec<(usize, Option<Value>)>> {
    kind.attributes().map(|values| rules.changes(values))
}

/// Returns what an answer says as properties of an event.
fn properties_of(answer: &Answer) -> Values {
    let mut values = Values::new();
    let mut put = |name: &str, value: serde_json::Value| {
        if let Ok(raw) = to_raw_value(&value) {
            values.insert(name.to_owned(), raw);
        }
    };
    put("by", answer.by.clone().into());
    // Reports know who answered by this name, as of answers that are imported.
    put("owner", answer.by.clone().into());
    if let Some(reason) = &answer.reason {
        put("reason", reason.clone().into());
    }
    if let Some(amount) = answer.amount {
        put("amount", amount.into());
    }
    if let Some(date) = &answer.close_date {
        put("close_date", date.clone().into());
    }
    values
}

/// Returns where a lead is with sales, from what was decided and answered.
pub(super) fn standing(ledger: &mut dyn Ledger, id: SubjectId, members: &[Subject]) -> Result<Standing, CoreError> {
    let decisions: Vec<Decision> = ledger
        .decisions_of(id)?
        .iter()
        .map(|entry| parse("decision", entry.id, &entry.body))
        .collect::<Result<_, _>>()?;
    let mut standing = Standing::default();
    if let Some(last) = decisions.last() {
        (standing.stage, standing.changed_at) = (last.to.clone(), last.as_of);
    }
    let mut ended_at = None;
    for member in members {
        for row in ledger.hand_offs_of(member.id)? {
            let hand_off: HandOff = parse("hand-off", row.id, &row.body)?;
            if let Some(ended) = hand_off.ended_at() {
                standing.is_won |= hand_off.state == HandOffState::Won;
                standing.not_before = standing.not_before.max(hand_off.not_before);
                ended_at = ended_at.max(Some(ended));
            } else {
                standing.clocks.push(Clock { hand_off: row.id, due_at: hand_off.runs_until() });
            }
        }
    }
    let risen_at = decisions.iter().rev().find(|decision| decision.rises).map(|decision| decision.as_of);
    standing.may_open = standing.clocks.is_empty() && ended_at.is_none_or(|ended| risen_at > Some(ended));
    Ok(standing)
}

fn parse<T: serde::de::DeserializeOwned>(what: &'static str, id: i64, body: &[u8]) -> Result<T, CoreError> {
    serde_json::from_slice(body).map_err(|error| CoreError::Record { what, id, problem: error.to_string() })
}

/// Reads a decision as it was kept.
pub fn read_decision(entry: &Entry) -> Result<Decision, CoreError> {
    parse("decision", entry.id, &entry.body)
}

/// Returns a lead made anew, with the standing it had where it is known, and from the history that was read already where
/// one was.
pub(super) fn lead(
    ledger: &mut dyn Ledger,
    rules: Option<&Rules>,
    subject: &Subject,
    oldest_since: Option<i64>,
    known: Option<LeadState>,
    read: Option<(History, bool)>,
) -> Result<LeadState, CoreError> {
    let members = if known.is_none() || read.is_none() { ledger.members(subject.id)? } else { Vec::new() };
    let (mut history, is_muted) = match read {
        Some(read) => read,
        None => history(ledger, rules, &subject.name, &members)?,
    };
    history.timeline.lead_id.clone_from(&subject.name);
    let (standing, posted) = match known {
        Some(known) => (known.standing, known.posted),
        None => (standing(ledger, subject.id, &members)?, 0),
    };
    let definition = rules.map_or(0, |rules| rules.number);
    Ok(LeadState {
        definition,
        is_muted,
        oldest_since,
        history,
        standing,
        posted,
        ..LeadState::new(subject.id, &subject.name)
    })
}

/// Returns all facts of a lead as a definition sees them, for any moment.
pub fn lead_timeline(ledger: &mut dyn Ledger, rules: &Rules, lead: SubjectId) -> Result<Timeline, CoreError> {
    let members = ledger.members(lead)?;
    let name = members.iter().find(|member| member.id == lead).map_or("", |member| member.name.as_str());
    Ok(history(ledger, Some(rules), name, &members)?.0.timeline)
}

/// Returns what a definition sees in some facts of a lead, in the order of receipt; `None` where it must not be scored.
pub fn timeline_of(rules: &Rules, lead_id: &str, facts: &[StoredFact]) -> Result<Option<Timeline>, CoreError> {
    let (history, is_muted) = history_of(Some(rules), lead_id, facts)?;
    Ok((!is_muted).then_some(history.timeline))
}
