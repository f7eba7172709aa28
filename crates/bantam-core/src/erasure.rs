//! Removes what records say about a person who is erased. The records stay, as counts of past reports rest on them.

use super::CoreError;
use super::fact::{Fact, FactKind};
use super::hand_off::{HandOff, HandOffState, Opened};
use super::rebuild::{read_decision, read_fact};
use bantam_store::{Ledger, Subject};
use std::collections::BTreeSet;

/// Puts `mark` in place of the lead's id in decisions and hand-offs of a subject, drops what people wrote about it, and
/// removes what was put aside and names it.
pub(super) fn blank(ledger: &mut dyn Ledger, subject: &Subject, mark: &str) -> Result<(), CoreError> {
    for entry in ledger.decisions_of(subject.id)? {
        let mut decision = read_decision(&entry)?;
        decision.lead = mark.to_owned();
        ledger.blank_decision(entry.id, &serde_json::to_vec(&decision).unwrap_or_default())?;
    }
    for row in ledger.hand_offs_of(subject.id)? {
        let damaged =
            |error: serde_json::Error| CoreError::Record { what: "hand-off", id: row.id, problem: error.to_string() };
        let mut hand_off: HandOff = serde_json::from_slice(&row.body).map_err(damaged)?;
        blank_hand_off(&mut hand_off, mark);
        ledger.save_hand_off(&hand_off.row())?;
    }
    let traces = traces(ledger, subject)?;
    Ok(ledger.erase_quarantined(&traces)?)
}

/// Returns how a subject's id and the e-mail addresses that are known of it may stand in JSON: by these it is found in what
/// was put aside.
pub fn traces(ledger: &mut dyn Ledger, subject: &Subject) -> Result<Vec<String>, CoreError> {
    let mut texts = BTreeSet::from([subject.name.clone()]);
    for stored in ledger.facts_of(subject.id)? {
        texts.extend(read_fact(&stored)?.iter().flat_map(addresses));
    }
    Ok(texts.iter().flat_map(|text| as_json(text)).collect())
}

fn blank_hand_off(hand_off: &mut HandOff, mark: &str) {
    hand_off.lead = mark.to_owned();
    hand_off.is_erased = true;
    if let Opened::Person { reason, .. } = &mut hand_off.opened {
        reason.clear();
    }
    for step in &mut hand_off.steps {
        // Reasons for a rejection are of an agreed list; the others are free text.
        if step.state != HandOffState::Rejected {
            step.reason = None;
        }
    }
}

/// Returns the e-mail addresses among the attributes that a fact gives.
fn addresses(fact: &Fact) -> Vec<String> {
    let (FactKind::Profile { traits, .. } | FactKind::Qualification { answers: traits, .. }) = &fact.kind else {
        return Vec::new();
    };
    let texts = traits.values().filter_map(|raw| serde_json::from_str::<String>(raw.get()).ok());
    texts.filter(|text| text.contains('@')).collect()
}

/// Returns a text as it may stand in JSON: as it is, and with everything beyond ASCII escaped.
fn as_json(text: &str) -> Vec<String> {
    let plain = serde_json::Value::from(text).to_string();
    let escape = |c: char| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>()
    };
    let escaped: String = plain.chars().map(|c| if c.is_ascii() { c.to_string() } else { escape(c) }).collect();
    if escaped == plain { vec![plain] } else { vec![plain, escaped] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_looked_for_in_both_ways_of_writing_json() {
        assert_eq!(as_json("ann"), ["\"ann\""]);
        assert_eq!(as_json("j\u{fc}r \"x\""), ["\"j\u{fc}r \\\"x\\\"\"", "\"j\\u00fcr \\\"x\\\"\""]);
    }
}
