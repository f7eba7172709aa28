//! Describes `fit` and `engagement`: rules, groups, points, limits and decays.

use super::pieces::{
    closed_map, described, duration_or_never, events, events_or_never, integer, maybe_expression, maybe_integer,
    none_of, not_both, open_map, present, put, reference, with_examples, with_snippets,
};
use super::signals::selector_keys;
use crate::meaning::{BOUND_MAX, POINTS_MAX};
use serde_json::{Value, json};

/// The keys of the file that are described here.
pub(super) fn top_keys() -> Vec<(&'static str, Value)> {
    let maybe = |name: &str| json!({"anyOf": [{"type": "null"}, reference(name)]});
    vec![
        (
            "fit",
            described(
                "Who they are: points for what you know about a lead, held against your ideal customer.",
                maybe("fit"),
            ),
        ),
        ("engagement", described("What they do: points for behaviour, which may fade with time.", maybe("engagement"))),
    ]
}

/// The maps that are described here.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let either = |rule: &str, group: &str| json!({"anyOf": [reference(rule), reference(group)]});
    let definitions = [
        ("points", points()),
        ("fit", section(limit_keys("this section"), either("fit_rule", "fit_group"))),
        ("fit_group", section(limit_keys("this group"), reference("fit_rule"))),
        ("fit_rule", fit_rule()),
        ("engagement", section(frame_keys("this section"), either("engagement_rule", "engagement_group"))),
        ("engagement_group", section(frame_keys("this group"), reference("engagement_rule"))),
        ("engagement_rule", engagement_rule()),
    ];
    definitions.map(|(name, schema)| (name.to_owned(), schema)).into()
}

fn section(mut keys: Vec<(&str, Value)>, rule: Value) -> Value {
    let words = "The rules by name, each with what it asks and the points it gives.";
    let mut rules = open_map(rule);
    put(&mut rules, "type", json!("object"));
    keys.push(("rules", described(words, rules)));
    let mut map = closed_map(keys);
    put(&mut map, "required", json!(["rules"]));
    put(&mut map, "allOf", json!([not_both("range", "cap"), not_both("halve_every", "fade_over")]));
    map
}

fn limit_keys(of: &str) -> Vec<(&'static str, Value)> {
    let bound = integer(-BOUND_MAX, BOUND_MAX);
    let range =
        json!({"type": ["array", "null"], "items": bound, "minItems": 2, "maxItems": 2, "examples": [[0, 100]]});
    vec![
        ("range", described(&format!("The points of {of} stay between these two, such as `[0, 100]`."), range)),
        (
            "cap",
            described(&format!("The points of {of} stay between minus this and this."), maybe_integer(1, BOUND_MAX)),
        ),
    ]
}

fn decay_keys() -> Vec<(&'static str, Value)> {
    vec![
        (
            "halve_every",
            described(
                "Points are halved each time this much time has passed, such as `30d`: 75, 37, 18, 9, ...; `never` to keep them.",
                duration_or_never(),
            ),
        ),
        (
            "fade_over",
            described(
                "Points shrink evenly to nothing over this time, such as `60d`; `never` to keep them.",
                duration_or_never(),
            ),
        ),
    ]
}

/// Defaults and limit of the section `engagement` or a group of it.
fn frame_keys(of: &str) -> Vec<(&'static str, Value)> {
    let mut keys = vec![
        (
            "within",
            described(
                "Rules inside count only what happened in the last so many days, such as `90d`, unless they say otherwise.",
                duration_or_never(),
            ),
        ),
        (
            "since",
            described(
                "Rules inside count only what happened after the latest of these events, such as `lead_recycled`, unless they say otherwise.",
                events_or_never(),
            ),
        ),
    ];
    keys.extend(decay_keys());
    keys.extend(limit_keys(of));
    keys
}

fn points() -> Value {
    let number = described("The same points whenever the rule applies.", integer(-POINTS_MAX, POINTS_MAX));
    let entry = |words: &str| described(words, integer(-POINTS_MAX, POINTS_MAX));
    let table = json!({
        "type": "object",
        "description": "Points by value: `Software: 30`; `50+: 10` for \"from 50 up\"; `true` and `false`.",
        "minProperties": 1,
        "properties": {
            "else": entry("There is a value, and no other key is it."),
            "missing": entry("There is no value."),
            "true": entry("The value is true."),
            "false": entry("The value is false."),
        },
        "additionalProperties": entry("The points for this value; `50+` means \"from 50 up\"."),
    });
    json!({"anyOf": [number, table]})
}

fn point_keys() -> Vec<(&'static str, Value)> {
    let words =
        "The points: a number, or a table such as `{Software: 30, Retail: 10}` beside `by`. Negative points are fine.";
    vec![
        (
            "by",
            described(
                "The value that the table of points looks up, such as `industry` or `employees`.",
                with_examples(json!(["industry", "employees"]), maybe_expression()),
            ),
        ),
        ("points", described(words, reference("points"))),
    ]
}

/// A table needs a value to look up; a number takes none, and needs something that decides it.
fn points_and_by(deciding: &[&str]) -> Value {
    let deciding: Vec<Value> = deciding.iter().map(|key| present(key)).collect();
    json!({
        "if": {"properties": {"points": {"type": "object"}}},
        "then": present("by"),
        "else": {"allOf": [none_of(&["by"]), {"anyOf": deciding}]},
    })
}

fn fit_rule() -> Value {
    let mut keys =
        vec![("if", described("The points count where this is true, such as `employees >= 50`.", maybe_expression()))];
    keys.extend(point_keys());
    keys.extend(limit_keys("this rule"));
    let mut map = closed_map(keys);
    put(&mut map, "required", json!(["points"]));
    put(&mut map, "allOf", json!([points_and_by(&["if"]), not_both("range", "cap")]));
    let snippets = [
        (
            "by value",
            "Points by the value of an attribute",
            json!({"by": "${1:industry}", "points": {"${2:Software}": "${3:30}"}}),
        ),
        (
            "by size",
            "Points from a number up",
            json!({"by": "${1:employees}", "points": {"50+": "${2:10}", "200+": "${3:25}"}}),
        ),
        ("if", "Points where something is true", json!({"if": "${1:employees >= 50}", "points": "${2:10}"})),
    ];
    with_snippets(&snippets, map)
}

fn engagement_rule() -> Value {
    let mut keys = vec![("on", described("The event, or the list of events, that earns the points.", events()))];
    keys.extend(selector_keys());
    keys.extend(point_keys());
    keys.extend(decay_keys());
    keys.extend(limit_keys("this rule"));
    let mut map = closed_map(keys);
    put(&mut map, "required", json!(["points"]));
    let over_events = ["within", "since", "once_per", "times", "halve_every", "fade_over"];
    put(
        &mut map,
        "allOf",
        json!([
            points_and_by(&["if", "on"]),
            not_both("range", "cap"),
            not_both("halve_every", "fade_over"),
            {"if": none_of(&["on"]), "then": none_of(&over_events)},
        ]),
    );
    let snippets = [
        ("on", "Points for an event", json!({"on": "${1:page_viewed}", "points": "${2:10}", "cap": "${3:30}"})),
        ("once", "Points once, however often", json!({"on": "${1:demo_requested}", "times": 1, "points": "${2:75}"})),
        (
            "if",
            "Points for what a signal says",
            json!({"if": "${1:days_since(last_seen) >= 60}", "points": "${2:-10}"}),
        ),
    ];
    with_snippets(&snippets, map)
}
