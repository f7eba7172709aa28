//! What leads and facts look like in JSON, and how they are found.

use crate::app::store_problem;
use crate::core::fact::{Fact, Values};
use crate::core::hand_off::HandOff;
use crate::core::records::{Evidence, Scores};
use crate::core::{CoreError, LeadState, Rules, lead_timeline};
use crate::problem::Problem;
use axum::http::StatusCode;
use bantam_engine::live::explain_lead;
use bantam_store::{Ledger, StoreError, StoredFact, Subject, SubjectId, SubjectKind};
use serde_json::{Value, json};
use std::sync::Arc;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        store_problem(&error)
    }
}

impl From<CoreError> for Problem {
    fn from(_: CoreError) -> Self {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "a record could not be read")
    }
}

/// Returns a moment as RFC 3339.
pub(crate) fn time(micros: i64) -> Value {
    jiff::Timestamp::from_microsecond(micros).map_or(Value::Null, |time| time.to_string().into())
}

/// Returns a moment as RFC 3339, as a text.
pub(super) fn time_text(micros: i64) -> Option<String> {
    jiff::Timestamp::from_microsecond(micros).ok().map(|time| time.to_string())
}

/// Returns a moment that may be missing as RFC 3339.
pub(super) fn micros_as_text(micros: Option<i64>) -> Option<String> {
    micros.and_then(time_text)
}

/// Returns the lead that an id is part of now, by its number.
pub(super) fn find_lead(ledger: &mut dyn Ledger, id: &str) -> Result<SubjectId, Problem> {
    let subject = ledger.find_subject(SubjectKind::User, id)?;
    subject.and_then(|subject| subject.lead).ok_or_else(|| Problem::not_found("there is no such lead"))
}

/// Returns the definition that is active in the store.
pub(super) fn active_rules(ledger: &mut dyn Ledger) -> Result<Option<Arc<Rules>>, Problem> {
    let Some(fingerprint) = ledger.setting("active")? else { return Ok(None) };
    Ok(Rules::kept(ledger, &String::from_utf8_lossy(&fingerprint))?.map(Arc::new))
}

/// Returns what lists show of a lead.
pub(super) fn short(lead: &LeadState) -> Value {
    let scores = lead.score.as_ref().map(Scores::from);
    json!({"id": lead.name, "stage": lead.score.as_ref().and_then(|score| score.stage.clone()), "scores": scores})
}

/// Returns a lead with where its points come from, as of a moment.
pub(super) fn scored(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    lead: SubjectId,
    as_of: i64,
) -> Result<Option<Value>, Problem> {
    let timeline = lead_timeline(ledger, rules, lead)?;
    let Some(explanation) = explain_lead(&rules.plan, &timeline, as_of) else { return Ok(None) };
    let reasons: Vec<Evidence> = explanation.reasons.into_iter().map(Evidence::from).collect();
    Ok(Some(json!({
        "id": timeline.lead_id,
        "as_of": time(as_of),
        "fingerprint": rules.fingerprint,
        "stage": explanation.score.stage,
        "respond_within_s": explanation.score.respond_within_seconds,
        "scores": Scores::from(&explanation.score),
        "reasons": reasons,
        "missing_for_next": explanation.missing_for_next,
    })))
}

/// Returns the attributes of a lead as they were sent last, by column.
pub(super) fn attributes(facts: &[(StoredFact, Fact)]) -> Values {
    use crate::core::fact::FactKind;
    let mut changes: Vec<(&Fact, &Values)> = Vec::new();
    for (_, fact) in facts.iter().filter(|(stored, _)| stored.retracted_by.is_none()) {
        match &fact.kind {
            FactKind::Profile { traits, .. } => changes.push((fact, traits)),
            FactKind::Answer(answer) => changes.push((fact, &answer.qualification)),
            _ => {}
        }
    }
    changes.sort_by_key(|(fact, _)| (fact.happened_at, &fact.message_id));
    let mut values = Values::new();
    for (_, traits) in changes {
        values.extend(traits.iter().map(|(key, raw)| (key.clone(), raw.clone())));
    }
    values
}

/// Returns the facts of a lead, in the order of receipt.
pub(super) fn facts(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Vec<(StoredFact, Fact)>, Problem> {
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

/// Returns a hand-off with its moments readable.
pub(crate) fn hand_off(hand_off: &HandOff) -> Value {
    let mut shown = serde_json::to_value(hand_off).unwrap_or_default();
    if let Value::Object(entries) = &mut shown {
        entries.remove("subject");
        // The number is the store's own; others know the key.
        if let Some(key) = entries.remove("key") {
            entries.insert("id".into(), key);
        }
        for name in ["opened_at", "due_at", "overdue_at", "first_answered_at", "not_before"] {
            if let Some(value) = entries.get_mut(name) {
                *value = value.as_i64().map_or(Value::Null, time);
            }
        }
        for step in entries.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(at) = step.get_mut("at") {
                *at = at.as_i64().map_or(Value::Null, time);
            }
        }
    }
    shown
}
