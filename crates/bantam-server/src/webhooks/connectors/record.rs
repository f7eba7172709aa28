//! Reads a lead as it stands now into what is written about it.

use super::super::is_address;
use super::super::schedule::SECOND;
use super::super::visible::visible;
use super::{Connector, Field};
use crate::api::shown::{attributes, facts};
use crate::api::values::Moment;
use crate::people::everybody;
use bantam_core::hand_off::{HandOff, HandOffState, Opened};
use bantam_core::records::{Decision, Evidence};
use bantam_core::{CoreError, LeadState, read_decision};
use bantam_store::{Ledger, Subject, SubjectId};
use std::collections::BTreeMap;

/// The longest text of a field, in characters: what a line of text holds in either CRM.
const TEXT_MAX: usize = 255;
/// The longest text of reasons.
const REASONS_MAX: usize = 2_000;
/// How many rules are named in it.
const RULES_MAX: usize = 5;

/// What stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: what stood there goes.
    Nothing,
    /// A whole number.
    Number(i64),
    /// A text for people.
    Text(String),
    /// A moment, in microseconds since 1970-01-01T00:00Z.
    Moment(i64),
}

impl Value {
    fn text(text: Option<&str>) -> Value {
        text.map_or(Value::Nothing, |text| Value::Text(visible(text, TEXT_MAX)))
    }

    /// Returns a moment as CRMs take it: they know whole seconds.
    pub(super) fn time(at: i64) -> String {
        let shown = serde_json::to_value(Moment(at - at.rem_euclid(SECOND)));
        shown.ok().and_then(|shown| shown.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// What is written about a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The lead's id.
    pub lead: String,
    /// The address of mail that the record is found by.
    pub address: String,
    /// What stands in each field but the link, which depends on where the service is.
    pub values: BTreeMap<Field, Value>,
}

/// Reads a lead by one of its subjects; or returns why nothing is written about it, for people.
///
/// # Errors
/// Returns how the store failed.
pub fn read(
    ledger: &mut dyn Ledger,
    settings: &Connector,
    subject: SubjectId,
) -> Result<Result<Record, &'static str>, CoreError> {
    let erased = "the lead was erased here and its address is no longer known; erase the person in the CRM, too";
    let Some(lead) = ledger.subject_by_id(subject)?.filter(|found| !found.erased) else { return Ok(Err(erased)) };
    // It may be part of another by now.
    let id = lead.lead.unwrap_or(lead.id);
    let row = ledger.lead(id)?.map(|row| LeadState::from_row(&row)).transpose()?;
    let Some(lead) = row else { return Ok(Err("there is no such lead any more")) };
    if lead.is_muted {
        return Ok(Err("somebody asked that the lead is not scored"));
    }
    let members = ledger.members(id)?;
    let Some(address) = address(ledger, settings, &members)? else {
        return Ok(Err("the lead has no e-mail address; once it has one, it can be sent again"));
    };
    let hand_off = last_hand_off(ledger, &members)?;
    let evidence = last_decision(ledger, &members)?.map(|decision| decision.evidence).unwrap_or_default();
    let mut values = score_values(&lead);
    values.insert(Field::Reasons, reasons(hand_off.as_ref(), &evidence));
    let owner = hand_off.as_ref().and_then(|found| found.owner.as_deref());
    let owner = owner.map(|owner| name_of(ledger, owner)).transpose()?;
    values.insert(Field::Owner, Value::text(owner.as_deref()));
    values.extend(hand_off_values(hand_off.as_ref()));
    Ok(Ok(Record { lead: lead.name, address, values }))
}

fn score_values(lead: &LeadState) -> BTreeMap<Field, Value> {
    let score = lead.score.as_ref();
    let number = |value: Option<i64>| value.map_or(Value::Nothing, Value::Number);
    BTreeMap::from([
        (Field::Score, number(score.map(|score| score.score))),
        (Field::Fit, number(score.map(|score| score.fit))),
        (Field::Engagement, number(score.map(|score| score.engagement))),
        (Field::Grade, Value::text(score.and_then(|score| score.grade.as_deref()))),
        (Field::Stage, Value::text(score.and_then(|score| score.stage.as_deref()))),
    ])
}

fn hand_off_values(hand_off: Option<&HandOff>) -> BTreeMap<Field, Value> {
    let moment = |at: Option<i64>| at.map_or(Value::Nothing, Value::Moment);
    let state = hand_off.map(|found| match (found.state, found.overdue_at) {
        (HandOffState::Open, Some(_)) => "overdue",
        (state, _) => state.word(),
    });
    BTreeMap::from([
        (Field::HandOff, Value::text(state)),
        (Field::HandOffId, Value::text(hand_off.map(|found| found.key.as_str()))),
        (Field::OpenedAt, moment(hand_off.map(|found| found.opened_at))),
        (Field::DueAt, moment(hand_off.and_then(|found| found.due_at))),
        (Field::Team, Value::text(hand_off.and_then(|found| found.team.as_deref()))),
    ])
}

/// Returns why a lead is where it is: what a person said who handed it over, then the rules with the most points.
fn reasons(hand_off: Option<&HandOff>, evidence: &[Evidence]) -> Value {
    let mut named: Vec<(&str, i64)> =
        evidence.iter().filter_map(|reason| Some((reason.rule.as_deref()?, reason.points))).collect();
    named.sort_by_key(|(_, points)| std::cmp::Reverse(points.abs()));
    let rule = |(rule, points): &(&str, i64)| format!("{} {points:+}", visible(rule, TEXT_MAX));
    let rules: Vec<String> = named.iter().take(RULES_MAX).map(rule).collect();
    let said = match hand_off.map(|found| &found.opened) {
        Some(Opened::Person { reason, .. }) if !reason.is_empty() => {
            Some(format!("Handed over by hand: {}", visible(reason, REASONS_MAX)))
        }
        _ => None,
    };
    let lines: Vec<String> = said.into_iter().chain((!rules.is_empty()).then(|| rules.join(", "))).collect();
    if lines.is_empty() {
        return Value::Nothing;
    }
    Value::Text(lines.join("\n").chars().take(REASONS_MAX).collect())
}

/// Returns the address by the attribute that holds it, else an id that is one.
fn address(ledger: &mut dyn Ledger, settings: &Connector, members: &[Subject]) -> Result<Option<String>, CoreError> {
    let known = attributes(&facts(ledger, members)?);
    let given = known.get(&settings.email_attribute).and_then(|value| value.as_str()).map(str::trim);
    let ids = members.iter().map(|member| member.name.as_str());
    let found = given.into_iter().chain(ids).find(|text| is_address(text));
    // Both CRMs keep addresses in small letters.
    Ok(found.map(str::to_lowercase))
}

fn last_hand_off(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Option<HandOff>, CoreError> {
    let mut last: Option<HandOff> = None;
    for member in members {
        for row in ledger.hand_offs_of(member.id)? {
            let damaged = |problem: serde_json::Error| CoreError::Record {
                what: "hand-off",
                id: row.id,
                problem: problem.to_string(),
            };
            let found: HandOff = serde_json::from_slice(&row.body).map_err(damaged)?;
            if last.as_ref().is_none_or(|last| (last.opened_at, last.id) < (found.opened_at, found.id)) {
                last = Some(found);
            }
        }
    }
    Ok(last)
}

fn last_decision(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Option<Decision>, CoreError> {
    let mut last: Option<Decision> = None;
    for member in members {
        let Some(entry) = ledger.decisions_of(member.id)?.pop() else { continue };
        let found = read_decision(&entry)?;
        if last.as_ref().is_none_or(|last| last.as_of < found.as_of) {
            last = Some(found);
        }
    }
    Ok(last)
}

/// Returns what an owner is called who stands in records by an id.
fn name_of(ledger: &mut dyn Ledger, owner: &str) -> Result<String, CoreError> {
    if !owner.starts_with("person:") {
        return Ok(owner.to_owned());
    }
    let person = everybody(ledger)?.into_iter().find(|person| person.reference() == owner);
    Ok(person.map_or_else(|| "somebody who is no longer here".to_owned(), |person| person.name().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(rule: Option<&str>, points: i64) -> Evidence {
        Evidence { section: "fit".to_owned(), rule: rule.map(str::to_owned), group: None, points }
    }

    #[test]
    fn whk_10_reasons_are_the_strongest_rules_in_words_that_hide_nothing() {
        let found = [evidence(Some("Right\u{202e} industry"), 20), evidence(None, 90), evidence(Some("Demo"), -40)];
        assert_eq!(reasons(None, &found), Value::Text("Demo -40, Right[U+202E] industry +20".to_owned()));
        assert_eq!(reasons(None, &[]), Value::Nothing);
        let many: Vec<Evidence> = (0..30).map(|n| evidence(Some(&"x".repeat(5_000)), n)).collect();
        let Value::Text(text) = reasons(None, &many) else { panic!("no text") };
        assert!(text.chars().count() <= REASONS_MAX);
    }

    #[test]
    fn moments_are_told_in_whole_seconds() {
        assert_eq!(Value::time(1_500_000), "1970-01-01T00:00:01Z");
        assert_eq!(Value::time(-1), "1969-12-31T23:59:59Z");
    }
}
