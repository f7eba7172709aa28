//! Describes the language to editors: a JSON Schema of the definition's file.
//!
//! Draft-07, the draft that the YAML language servers of today read best; descriptions show as help while writing. The
//! schema knows the shape of the file: keys, kinds of values, what excludes what. Names, types and expressions are
//! [`crate::check`]'s matter, so whatever is without errors there is valid here, and not the other way round.
//!
//! Where the language expects a text it takes any plain scalar, and an empty optional key is as if absent. YAML readers
//! see numbers, booleans and nulls there, so the schema allows them.

mod data;
mod ladder;
mod pieces;
mod rules;
mod signals;
#[cfg(test)]
mod tests;

use pieces::{closed_map, described, duration, put, text, texts};
use serde_json::{Map, Value, json};

/// Returns the JSON Schema (draft-07) of a definition's file.
pub fn json_schema() -> Value {
    let mut top = closed_map(top_keys());
    let mut definitions = Map::new();
    definitions.extend(data::definitions());
    definitions.extend(signals::definitions());
    definitions.extend(rules::definitions());
    definitions.extend(ladder::definitions());
    put(&mut top, "$schema", json!("http://json-schema.org/draft-07/schema#"));
    put(&mut top, "title", json!("bantam qualification definition"));
    put(&mut top, "description", json!("What a qualified lead is, as marketing and sales agreed."));
    put(&mut top, "required", json!(["bantam"]));
    put(&mut top, "definitions", Value::Object(definitions));
    put(&mut top, "defaultSnippets", json!([whole_file()]));
    top
}

/// The keys of the whole file.
fn top_keys() -> Vec<(&'static str, Value)> {
    let mut keys = vec![
        (
            "bantam",
            described("The version of the language. Always 1 for now.", json!({"enum": [1, "1"], "default": 1})),
        ),
        ("name", described("What this definition is called in reports.", text())),
        (
            "review_every",
            described("How often the two teams agreed to look at the definition again, such as `90d`.", duration()),
        ),
        (
            "missing",
            described(
                "Texts that mean \"no value\" in any column, such as `Select` or `N/A`. A value like that counts as missing, not as an answer.",
                texts(),
            ),
        ),
    ];
    keys.extend(data::top_keys());
    keys.extend(signals::top_keys());
    keys.extend(rules::top_keys());
    keys.extend(ladder::top_keys());
    keys
}

/// A small definition to start from.
fn whole_file() -> Value {
    json!({
        "label": "definition",
        "description": "A small definition to start from",
        "body": {
            "bantam": 1,
            "name": "${1:Our qualified leads}",
            "lead": {"industry": "text", "employees": "number"},
            "fit": {"rules": {"Company size": {"by": "employees", "points": {"50+": 10, "200+": 25}}}},
            "engagement": {
                "halve_every": "30d",
                "rules": {"Requested a demo": {"on": "demo_requested", "times": 1, "points": 75}},
            },
            "stages": ["Inquiry", {"Sales-ready": "score >= 75"}, {"Accepted": "accepted_by_sales"}],
            "hand_off": "Sales-ready",
        },
    })
}
