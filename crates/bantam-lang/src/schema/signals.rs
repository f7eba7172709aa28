//! Describes what is computed before rules: `derive`, `signals`, `personas`, and the keys that choose events.

use super::pieces::{
    closed_map, described, duration, duration_or_never, events, events_or_never, expression, list_of, maybe_expression,
    maybe_integer, name_map, none_of, present, put, reference, text, with_examples, with_snippets,
};
use serde_json::{Value, json};

/// The keys of the file that are described here.
pub(super) fn top_keys() -> Vec<(&'static str, Value)> {
    vec![
        (
            "derive",
            described(
                "Attributes worked out from others, such as `seniority_level: seniority(title)`. Each may use those above it.",
                name_map(expression()),
            ),
        ),
        (
            "signals",
            described(
                "Facts about what a lead did, such as how often it looked at prices, for use in conditions.",
                name_map(reference("signal")),
            ),
        ),
        (
            "personas",
            described(
                "Who the lead is, as `- Name: condition`. The first that is true counts.",
                list_of(reference("named_condition")),
            ),
        ),
    ]
}

/// The maps that are described here.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let named = json!({
        "type": "object",
        "description": "A name and when it applies.",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": expression(),
    });
    vec![("named_condition".to_owned(), named), ("signal".to_owned(), signal())]
}

fn signal() -> Value {
    let mut keys = vec![
        ("count", described("How often these events happened: an event, or a list of them.", events())),
        ("sum", described("Adds up a number of these events; say which with `of`.", events())),
        ("first", described("When the first of these events happened.", events())),
        ("last", described("When the latest of these events happened.", events())),
        (
            "sequence",
            described(
                "When the lead last went through these events in this order, such as a case study, then the price sheet.",
                json!({"type": ["array", "null"], "items": text(), "minItems": 2}),
            ),
        ),
        (
            "of",
            described(
                "The number to add up, such as `event.price`.",
                with_examples(json!(["event.price"]), maybe_expression()),
            ),
        ),
        ("span", described("The whole sequence takes less than this, such as `14d`.", duration())),
    ];
    keys.extend(selector_keys());
    let mut map = closed_map(keys);
    put(
        &mut map,
        "oneOf",
        json!([
            verb("count", &["of", "span"]),
            {"allOf": [verb("sum", &["span"]), present("of")]},
            verb("first", &["of", "span", "once_per", "times"]),
            verb("last", &["of", "span", "once_per", "times"]),
            verb("sequence", &["of", "once_per", "times"]),
        ]),
    );
    let snippets = [
        ("count", "How often something happened", json!({"count": "${1:page_viewed}", "within": "${2:30d}"})),
        ("sum", "A number added up", json!({"sum": "${1:order_completed}", "of": "${2:event.price}"})),
        ("last", "When something last happened", json!({"last": "${1:page_viewed}"})),
        (
            "sequence",
            "Steps in their order",
            json!({"sequence": ["${1:case_study_downloaded}", "${2:price_sheet_downloaded}"], "span": "14d"}),
        ),
    ];
    with_snippets(&snippets, map)
}

/// A signal that computes `key`; the keys `refused` have no meaning beside it.
fn verb(key: &str, refused: &[&str]) -> Value {
    json!({"allOf": [present(key), none_of(refused)]})
}

/// The keys that choose events, in signals and in rules of `engagement`.
pub(super) fn selector_keys() -> Vec<(&'static str, Value)> {
    vec![
        (
            "if",
            described(
                "Counts only where this is true, such as `event.path.startsWith(\"/pricing\")`.",
                maybe_expression(),
            ),
        ),
        (
            "within",
            described(
                "Counts only what happened in the last so many days, hours or minutes, such as `30d`; `never` for no such limit.",
                duration_or_never(),
            ),
        ),
        (
            "since",
            described(
                "Counts only what happened after the latest of these events, such as `lead_recycled`; `never` for all.",
                events_or_never(),
            ),
        ),
        (
            "once_per",
            described(
                "Counts once per `day`, `week` or `month`, once per `90d`, or once per value such as `event.path`.",
                with_examples(json!(["day", "week", "month", "90d", "event.path"]), maybe_expression()),
            ),
        ),
        (
            "times",
            described(
                "It takes at least so many events, and they count as one. `times: 1` means once, however often.",
                maybe_integer(1, 1_000_000),
            ),
        ),
    ]
}
