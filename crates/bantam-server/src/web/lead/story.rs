//! What happened around a lead, the latest first: what it did, what was learned, what was decided and answered.

use super::attributes::told;
use crate::web::marks::{Names, encoded};
use crate::web::words::{Calendar, Moment, amount, grouped};
use bantam_core::fact::{Fact, FactKind, Flag, Values};
use bantam_core::records::{Decision, DecisionCause};
use bantam_store::StoredFact;
use serde_json::Value;

/// Entries told at first.
const TOLD: usize = 60;
/// Properties shown of an event, and how much of each.
const PROPERTIES: usize = 4;
const VALUE_CHARACTERS: usize = 80;

/// Something that happened.
pub(super) struct Entry {
    pub(super) at: Moment,
    /// `event`, `profile`, `decision`, `answer` or `note`.
    pub(super) kind: &'static str,
    pub(super) text: String,
    pub(super) detail: String,
    pub(super) source: String,
    /// Where it can be taken back.
    pub(super) take_back: Option<String>,
    /// Whether it was taken back.
    pub(super) is_retracted: bool,
    pub(super) flags: Vec<&'static str>,
}

/// Returns the story, and how much of it is left out.
pub(super) fn story(
    facts: &[(StoredFact, Fact)],
    decisions: &[Decision],
    calendar: &Calendar,
    names: &Names,
    all: bool,
) -> (Vec<Entry>, usize) {
    let mut entries: Vec<(i64, usize, Entry)> = Vec::new();
    for (stored, fact) in facts {
        if let Some(entry) = of_fact(stored, fact, calendar, names) {
            entries.push((fact.happened_at, entries.len(), entry));
        }
    }
    for decision in decisions {
        entries.push((decision.as_of, entries.len(), of_decision(decision, calendar)));
    }
    entries.sort_by_key(|(at, place, _)| std::cmp::Reverse((*at, *place)));
    let untold = if all { 0 } else { entries.len().saturating_sub(TOLD) };
    entries.truncate(entries.len() - untold);
    (entries.into_iter().map(|(_, _, entry)| entry).collect(), untold)
}

fn of_decision(decision: &Decision, calendar: &Calendar) -> Entry {
    let stage = |stage: &Option<String>| stage.clone().unwrap_or_else(|| "no stage".into());
    let cause = match decision.cause {
        DecisionCause::Fact(_) => "",
        DecisionCause::Time => "because time passed",
        DecisionCause::Definition => "because the definition changed",
    };
    let text = match &decision.from {
        Some(from) => format!("{from} \u{2192} {}", stage(&decision.to)),
        None => format!("Begins as {}", stage(&decision.to)),
    };
    let scores = &decision.scores;
    let points = format!(
        "score {}: fit {}, engagement {}",
        grouped(scores.score),
        grouped(scores.fit),
        grouped(scores.engagement)
    );
    Entry {
        at: calendar.moment(decision.as_of),
        kind: "decision",
        text,
        detail: [points.as_str(), cause].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", "),
        source: format!("definition {}", decision.fingerprint.chars().take(8).collect::<String>()),
        take_back: None,
        is_retracted: false,
        flags: Vec::new(),
    }
}

fn of_fact(stored: &StoredFact, fact: &Fact, calendar: &Calendar, names: &Names) -> Option<Entry> {
    let (kind, text, detail) = match &fact.kind {
        FactKind::Event { name, properties } => ("event", name.clone(), listed(properties)),
        FactKind::Profile { traits, .. } if traits.is_empty() => ("profile", "Was identified".into(), String::new()),
        FactKind::Profile { traits, .. } => ("profile", "Attributes".into(), listed(traits)),
        FactKind::Qualification { answers, note, .. } => {
            let note = note.as_ref().map(|note| format!("{note}: ")).unwrap_or_default();
            ("answer", "Qualification".into(), format!("{note}{}", listed(answers)))
        }
        FactKind::Alias { previous, reason, .. } => {
            let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            ("note", format!("One person with {previous}"), why)
        }
        FactKind::Answer(answer) => {
            let details = [answer.reason.clone(), answer.amount.map(amount), answer.close_date.clone()];
            let details = details.into_iter().flatten().collect::<Vec<_>>().join(", ");
            ("answer", answer_words(answer.answer).into(), details)
        }
        FactKind::Opening { reason, .. } => ("answer", "Handed over by hand".into(), reason.clone()),
        FactKind::DoNotScore { on: true, .. } => ("note", "Must not be scored".into(), String::new()),
        FactKind::DoNotScore { on: false, .. } => ("note", "May be scored again".into(), String::new()),
        _ => return None,
    };
    let may_be_taken_back =
        matches!(fact.kind, FactKind::Event { .. } | FactKind::Alias { .. } | FactKind::Profile { .. });
    let is_retracted = stored.retracted_by.is_some();
    Some(Entry {
        at: calendar.moment(fact.happened_at),
        kind,
        text,
        detail,
        source: names.of(by(fact).unwrap_or(&fact.source)),
        take_back: (may_be_taken_back && !is_retracted)
            .then(|| format!("/facts/{}/retract", encoded(&fact.message_id))),
        is_retracted,
        flags: fact.flags.iter().map(|flag| flag_words(*flag)).collect(),
    })
}

fn by(fact: &Fact) -> Option<&str> {
    match &fact.kind {
        FactKind::Qualification { by, .. } | FactKind::Opening { by, .. } | FactKind::DoNotScore { by, .. } => Some(by),
        FactKind::Answer(answer) => Some(&answer.by),
        FactKind::Alias { by, .. } => by.as_deref(),
        _ => None,
    }
}

pub(crate) fn answer_words(answer: bantam_lang::meaning::SalesAnswer) -> &'static str {
    use bantam_lang::meaning::SalesAnswer;
    match answer {
        SalesAnswer::Accepted => "Sales accepted",
        SalesAnswer::Rejected => "Sales rejected",
        SalesAnswer::Recycled => "Back to nurture",
        SalesAnswer::Opportunity => "Opportunity opened",
        SalesAnswer::Won => "Won",
        SalesAnswer::Lost => "Lost",
    }
}

/// Returns what was noticed about a fact, in words.
pub(crate) fn flag_words(flag: Flag) -> &'static str {
    match flag {
        Flag::Clamped => "its time was in the future",
        Flag::Shifted => "the sender's clock was off",
        Flag::VeryOld => "older than a year",
        Flag::IdentityIgnored => "its id was a placeholder",
    }
}

/// Returns values in a line: the first few, each cut.
pub(crate) fn listed(values: &Values) -> String {
    let shown = values.iter().take(PROPERTIES).map(|(name, raw)| {
        let value: Value = serde_json::from_str(raw.get()).unwrap_or_default();
        let text = told(&value);
        let cut: String = text.chars().take(VALUE_CHARACTERS).collect();
        let more = if cut.len() < text.len() { "\u{2026}" } else { "" };
        format!("{name}: {cut}{more}")
    });
    let mut line = shown.collect::<Vec<_>>().join(", ");
    if values.len() > PROPERTIES {
        line.push_str(&format!(" and {} more", values.len() - PROPERTIES));
    }
    line
}
