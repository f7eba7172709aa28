//! The values from which the schema is put together.

use serde_json::{Map, Value, json};

/// A duration: a number from 1 with a unit.
const DURATION: &str = r"^\s*0*[1-9][0-9]*[smhdw]\s*$";
/// A name for conditions.
pub(super) const NAME: &str = r"^\s*[a-z_][a-z0-9_]*\s*$";

/// Puts a keyword into a schema.
pub(super) fn put(schema: &mut Value, keyword: &str, value: Value) {
    if let Value::Object(schema) = schema {
        schema.insert(keyword.to_owned(), value);
    }
}

/// Puts the words an editor shows beside a schema.
pub(super) fn described(words: &str, mut schema: Value) -> Value {
    put(&mut schema, "description", json!(words));
    schema
}

/// Puts examples, which editors offer, into a schema.
pub(super) fn with_examples(examples: Value, mut schema: Value) -> Value {
    put(&mut schema, "examples", examples);
    schema
}

/// Puts what an editor may write for the author into a schema: label, description and body of each.
pub(super) fn with_snippets(snippets: &[(&str, &str, Value)], mut schema: Value) -> Value {
    let snippets: Vec<Value> = snippets
        .iter()
        .map(|(label, words, body)| json!({"label": label, "description": words, "body": body}))
        .collect();
    put(&mut schema, "defaultSnippets", json!(snippets));
    schema
}

/// A map with these keys and no others.
pub(super) fn closed_map(keys: Vec<(&str, Value)>) -> Value {
    let properties: Map<String, Value> = keys.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// A map with keys of the author's choosing; `null` where nothing is written yet.
pub(super) fn open_map(of: Value) -> Value {
    json!({"type": ["object", "null"], "additionalProperties": of})
}

/// A map from names usable in conditions.
pub(super) fn name_map(of: Value) -> Value {
    json!({"type": ["object", "null"], "additionalProperties": of, "propertyNames": {"pattern": NAME}})
}

/// A list; `null` where nothing is written yet.
pub(super) fn list_of(items: Value) -> Value {
    json!({"type": ["array", "null"], "items": items})
}

/// A schema kept under `definitions`.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// Any plain scalar; for an optional key also nothing.
pub(super) fn text() -> Value {
    json!({"type": ["string", "number", "boolean", "null"], "minLength": 1})
}

/// Any plain scalar, where one must stand.
pub(super) fn needed_text() -> Value {
    json!({"type": ["string", "number", "boolean"], "minLength": 1})
}

/// A list of texts.
pub(super) fn texts() -> Value {
    list_of(text())
}

/// A condition or another expression, where one must stand.
pub(super) fn expression() -> Value {
    needed_text()
}

/// A condition or another expression under an optional key.
pub(super) fn maybe_expression() -> Value {
    text()
}

/// A duration, or nothing.
pub(super) fn duration() -> Value {
    json!({"type": ["string", "null"], "pattern": DURATION, "examples": ["30d", "90m", "1w"]})
}

/// A duration, `never`, or nothing.
pub(super) fn duration_or_never() -> Value {
    json!({"anyOf": [duration(), {"enum": ["never"]}]})
}

/// A whole number, as YAML reads it or in quotes.
pub(super) fn integer(low: i64, high: i64) -> Value {
    json!({"type": ["integer", "string"], "minimum": low, "maximum": high, "pattern": r"^\s*[+-]?[0-9]+\s*$"})
}

/// A whole number, or nothing.
pub(super) fn maybe_integer(low: i64, high: i64) -> Value {
    json!({"type": ["integer", "string", "null"], "minimum": low, "maximum": high, "pattern": r"^\s*[+-]?[0-9]+\s*$"})
}

/// One event's name or a list of them.
pub(super) fn events() -> Value {
    json!({"anyOf": [text(), {"type": "array", "items": text(), "minItems": 1}]})
}

/// One event's name, a list that may be empty, or `never`.
pub(super) fn events_or_never() -> Value {
    json!({"anyOf": [{"enum": ["never"]}, text(), {"type": "array", "items": text()}]})
}

/// Holds where a key has a value: an empty one is as if absent.
pub(super) fn present(key: &str) -> Value {
    json!({"type": "object", "required": [key], "properties": {key: {"not": {"type": "null"}}}})
}

/// Holds where none of the keys has a value.
pub(super) fn none_of(keys: &[&str]) -> Value {
    json!({"not": {"anyOf": keys.iter().map(|key| present(key)).collect::<Vec<_>>()}})
}

/// Holds where at most one of the two keys has a value.
pub(super) fn not_both(one: &str, other: &str) -> Value {
    json!({"not": {"allOf": [present(one), present(other)]}})
}
