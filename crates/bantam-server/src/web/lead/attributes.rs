//! What is known about a lead: each attribute with where it came from and when.

use crate::web::marks::Names;
use crate::web::words::{Calendar, Moment};
use bantam_core::fact::{Fact, FactKind};
use bantam_store::StoredFact;
use serde_json::Value;
use std::collections::BTreeMap;

/// An attribute as it stands.
pub(super) struct AttributeRow {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) source: String,
    pub(super) since: Moment,
}

/// Returns all attributes that were ever given, by name, with their latest values.
pub(super) fn attribute_rows(facts: &[(StoredFact, Fact)], calendar: &Calendar, names: &Names) -> Vec<AttributeRow> {
    let mut latest: BTreeMap<&str, (&Fact, Value)> = BTreeMap::new();
    let mut counting: Vec<&Fact> =
        facts.iter().filter(|(stored, _)| stored.retracted_by.is_none()).map(|(_, fact)| fact).collect();
    counting.sort_by_key(|fact| (fact.happened_at, &fact.message_id));
    for fact in counting {
        for (name, raw) in fact.kind.attributes().into_iter().flatten() {
            latest.insert(name, (fact, serde_json::from_str(raw.get()).unwrap_or_default()));
        }
    }
    let row = |(name, (fact, value)): (&str, (&Fact, Value))| AttributeRow {
        name: name.to_owned(),
        value: told(&value),
        source: match &fact.kind {
            FactKind::Qualification { by, .. } => names.of(by),
            FactKind::Answer(answer) => names.of(&answer.by),
            _ => fact.source.clone(),
        },
        since: calendar.moment(fact.happened_at),
    };
    latest.into_iter().filter(|(_, (_, value))| !value.is_null()).map(row).collect()
}

/// Returns a value as it is read.
pub(super) fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => other.to_string(),
    }
}
