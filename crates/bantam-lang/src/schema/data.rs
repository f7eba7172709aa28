//! Describes what leads and events carry: `lead`, `event`, `actions`, `lists`, `sales`, `qualification`.

use super::pieces::{
    NAME, closed_map, described, events, maybe_expression, name_map, needed_text, open_map, put, reference, text,
    texts, with_examples, with_snippets,
};
use crate::meaning::{SalesAnswer, Type};
use serde_json::{Value, json};

/// The keys of the file that are described here.
pub(super) fn top_keys() -> Vec<(&'static str, Value)> {
    vec![
        (
            "lead",
            described(
                "What you know about a lead: its attributes, each with its type. Conditions use these names.",
                lead(),
            ),
        ),
        (
            "event",
            described(
                "What an event may carry beside its name and time: its properties, used as `event.name_of_property`.",
                event(),
            ),
        ),
        (
            "actions",
            described(
                "Events worth a name of their own, such as a form sent on the demo page. An action stands wherever an event's name may.",
                open_map(reference("action")),
            ),
        ),
        (
            "lists",
            described(
                "Long lists of values, such as target accounts, for conditions like `email_domain(email) in target_accounts`.",
                name_map(reference("list")),
            ),
        ),
        (
            "sales",
            described(
                "Which events tell the answers of sales, where they are named otherwise in your data.",
                json!({"anyOf": [{"type": "null"}, reference("sales")]}),
            ),
        ),
        (
            "qualification",
            described(
                "What sales asks before it takes a lead on: a framework, or your own list of criteria. Each becomes a yes-or-no attribute, and `criteria_met` counts them.",
                json!({"anyOf": [
                    {"enum": ["BANT", "MEDDIC", "MEDDPICC", "CHAMP", null]},
                    {"type": "array", "items": {"type": "string", "pattern": NAME}},
                ]}),
            ),
        ),
    ]
}

/// The maps that are described here.
pub(super) fn definitions() -> Vec<(String, Value)> {
    let definitions = [
        ("attribute", attribute()),
        ("attribute_or_type", attribute_or_type()),
        ("reserved_column", reserved_column()),
        ("action", action()),
        ("list", list()),
        ("list_file", list_file()),
        ("sales", sales()),
    ];
    definitions.map(|(name, schema)| (name.to_owned(), schema)).into()
}

fn lead() -> Value {
    let mut map = name_map(reference("attribute_or_type"));
    let id = described("The column that identifies a lead. Without it, `lead_id`.", reference("reserved_column"));
    put(&mut map, "properties", json!({"id": id}));
    map
}

fn event() -> Value {
    let column = |words: &str| described(words, reference("reserved_column"));
    let mut map = name_map(reference("attribute_or_type"));
    put(
        &mut map,
        "properties",
        json!({
            "lead": column("The column that says whose event it is. Without it, `lead_id`."),
            "name": column("The column with the event's name. Without it, `event`."),
            "time": column("The column that says when it happened. Without it, `timestamp`."),
            "id": column("The column that identifies an event, so that repeats count once. Without it, `event_id`."),
        }),
    );
    map
}

fn types() -> Value {
    json!([Type::Text, Type::Number, Type::Boolean, Type::Time].map(Type::word))
}

fn attribute_or_type() -> Value {
    let words = "`text`, `number`, `boolean` (yes or no) or `time`.";
    json!({"anyOf": [described(words, json!({"enum": types()})), {"type": "null"}, reference("attribute")]})
}

fn attribute() -> Value {
    let map = closed_map(vec![
        (
            "type",
            described(
                "`text`, `number`, `boolean` (yes or no) or `time`. Without it, `text`.",
                json!({"anyOf": [{"enum": types()}, {"type": "null"}], "default": "text"}),
            ),
        ),
        ("from", described("The column's own header, where it differs from the name used in conditions.", text())),
        (
            "missing",
            described("Texts that mean \"no value\" in this column, beside those that hold everywhere.", texts()),
        ),
        ("default", described("The value to take where there is none. The attribute is then never missing.", text())),
    ]);
    with_snippets(
        &[("column", "A column with another header", json!({"type": "${1:text}", "from": "${2:Column}"}))],
        map,
    )
}

fn reserved_column() -> Value {
    let mut map = closed_map(vec![("from", described("The column's header in your data.", needed_text()))]);
    put(&mut map, "required", json!(["from"]));
    map
}

fn action() -> Value {
    let mut map = closed_map(vec![
        ("on", described("The event, or the list of events, that may be this action.", events())),
        ("if", described("Which of these events count, such as `event.form == \"demo\"`.", maybe_expression())),
    ]);
    put(&mut map, "required", json!(["on"]));
    with_snippets(
        &[(
            "action",
            "An event under a condition",
            json!({"on": "${1:form_submitted}", "if": "${2:event.form == \"demo\"}"}),
        )],
        map,
    )
}

fn list() -> Value {
    json!({"anyOf": [{"type": "array", "items": text()}, reference("list_file")]})
}

fn list_file() -> Value {
    let words = "A text file with one value a line, beside the definition. Blank lines and lines that start with `#` do not count.";
    let mut map =
        closed_map(vec![("file", described(words, with_examples(json!(["target-accounts.txt"]), needed_text())))]);
    put(&mut map, "required", json!(["file"]));
    map
}

fn sales() -> Value {
    let words = |answer| match answer {
        SalesAnswer::Accepted => "Sales takes the lead on.",
        SalesAnswer::Rejected => "Sales refuses the lead.",
        SalesAnswer::Recycled => "The lead goes back to nurture.",
        SalesAnswer::Opportunity => "A deal was opened.",
        SalesAnswer::Won => "The deal was won.",
        SalesAnswer::Lost => "The deal was lost.",
    };
    let key = |answer: SalesAnswer| {
        let mut schema =
            described(&format!("{} Without it, the event `{}`.", words(answer), answer.default_event()), events());
        put(&mut schema, "default", json!(answer.default_event()));
        (answer.key(), schema)
    };
    closed_map(SalesAnswer::ALL.map(key).into())
}
