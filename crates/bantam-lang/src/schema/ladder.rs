//! Describes what follows from a score: `disqualify`, `stages`, `hand_off`, `grades`, `routes`, `office_hours`.

use super::pieces::{
    closed_map, described, duration, expression, integer, list_of, maybe_expression, needed_text, open_map, put,
    reference, text, texts, with_examples, with_snippets,
};
use crate::meaning::BOUND_MAX;
use serde_json::{Value, json};

/// The keys of the file that are described here.
pub(super) fn top_keys() -> Vec<(&'static str, Value)> {
    let stage = json!({"anyOf": [needed_text(), reference("named_condition")]});
    let stage_snippets = [("stage", "A stage and what it takes", json!({"${1:Sales-ready}": "${2:score >= 75}"}))];
    vec![
        (
            "disqualify",
            described(
                "Who can never be a customer, as `Name: condition`, such as competitors. They are scored, but their stage is `Disqualified`.",
                open_map(expression()),
            ),
        ),
        (
            "stages",
            described(
                "The steps of the way from first contact to deal, lowest first: `- Name`, or `- Name: condition`. Up to `hand_off` they are marketing's, after it sales's.",
                list_of(with_snippets(&stage_snippets, stage)),
            ),
        ),
        (
            "hand_off",
            described(
                "The stage at which a lead passes from marketing to sales.",
                json!({"anyOf": [text(), reference("hand_off")]}),
            ),
        ),
        (
            "grades",
            described(
                "Letters for fit and for engagement, written together as in `A1`.",
                json!({"anyOf": [{"type": "null"}, reference("grades")]}),
            ),
        ),
        (
            "routes",
            described("Where a lead goes. The first route whose `if` is true is taken.", list_of(reference("route"))),
        ),
        (
            "office_hours",
            described(
                "When sales works. The time to respond runs in these hours alone.",
                json!({"anyOf": [{"type": "null"}, reference("office_hours")]}),
            ),
        ),
    ]
}

/// The maps that are described here.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let definitions =
        [("hand_off", hand_off()), ("grades", grades()), ("route", route()), ("office_hours", office_hours())];
    definitions.map(|(name, schema)| (name.to_owned(), schema)).into()
}

fn hand_off() -> Value {
    let mut map = closed_map(vec![
        ("stage", described("The stage at which a lead passes to sales; one of `stages`.", needed_text())),
        (
            "reject_reasons",
            described(
                "The reasons sales may give when it refuses a lead.",
                with_examples(json!([["wrong contact", "no budget"]]), texts()),
            ),
        ),
        ("recycle_after", described("How long a lead that came back stays in nurture, such as `30d`.", duration())),
    ]);
    put(&mut map, "required", json!(["stage"]));
    map
}

fn grades() -> Value {
    let letters = |of: &str| {
        let words = format!("Letters with the least points of {of} that earn them, such as `{{A: 75, B: 50}}`.");
        described(&words, open_map(integer(-BOUND_MAX, BOUND_MAX)))
    };
    closed_map(vec![("fit", letters("fit")), ("engagement", letters("engagement"))])
}

fn route() -> Value {
    let mut map = closed_map(vec![
        ("to", described("The team that gets the lead.", needed_text())),
        (
            "if",
            described(
                "When this route is taken, such as `stage == \"Sales-ready\"`. Without it, always.",
                maybe_expression(),
            ),
        ),
        ("respond_within", described("How soon the team promises to answer, such as `5m` or `1d`.", duration())),
        ("escalate_to", described("Who takes over where nobody answered in time.", text())),
    ]);
    put(&mut map, "required", json!(["to"]));
    let snippets = [(
        "route",
        "A team, its leads and its promise",
        json!({"to": "${1:sales}", "if": "${2:score >= 75}", "respond_within": "${3:1d}"}),
    )];
    with_snippets(&snippets, map)
}

fn office_hours() -> Value {
    let hours = json!({"type": "string", "pattern": r"^\s*[0-9]{1,2}:[0-9]{2}\s*-\s*[0-9]{1,2}:[0-9]{2}\s*$", "examples": ["09:00-18:00"]});
    let days = json!({
        "type": "object",
        "propertyNames": {"pattern": days_pattern()},
        "additionalProperties": {"anyOf": [hours, {"type": "array", "items": hours}]},
    });
    let mut map = closed_map(vec![
        (
            "time_zone",
            described(
                "The time zone of these hours, such as `Europe/Berlin`. Without it, UTC.",
                with_examples(json!(["Europe/Berlin", "America/New_York"]), text()),
            ),
        ),
        ("days", described("Hours by day: `mon-fri: 09:00-18:00`, or a list of spans.", days)),
        (
            "holidays",
            described(
                "Days off, as `2026-12-25`.",
                list_of(json!({"type": "string", "pattern": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$"})),
            ),
        ),
    ]);
    put(&mut map, "required", json!(["days"]));
    map
}

/// `mon` or `mon-fri`, in any case of letters.
fn days_pattern() -> String {
    let any_case = |day: &str| day.chars().map(|c| format!("[{}{c}]", c.to_ascii_uppercase())).collect::<String>();
    let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(any_case).join("|");
    format!(r"^\s*({day})\s*(-\s*({day})\s*)?$")
}
