//! Cells, leads and events: section 2 and the fine print.

use crate::reference::building::*;
use crate::reference::reading::read_timelines;
use bantam_lang::meaning::{Meaning, Value};

const NO_EVENTS: &str = "lead_id,event,timestamp\n";
const NO_LEADS: &str = "lead_id\n";

/// The attributes of the first row of leads.
fn attributes(meaning: &Meaning, leads: &str) -> Vec<Option<Value>> {
    read_timelines(meaning, leads, NO_EVENTS)[0].profiles[0].attributes.clone()
}

/// Path and price of the first event.
fn properties(events: &str) -> Vec<Option<Value>> {
    read_timelines(&meaning(), NO_LEADS, events)[0].events[0].properties.clone()
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.into()))
}

#[test]
fn a_listed_number_is_missing_by_value_and_a_listed_text_as_written() {
    let mut meaning = meaning();
    meaning.missing = vec!["-1".into(), "N/A".into()];
    let leads = |title: &str, employees: &str| format!("lead_id,title,employees\nL1,{title},{employees}\n");
    for (employees, expected) in [("-1.0", None), (" -1 ", None), ("-1.5", Some(Value::Number(-1.5)))] {
        assert_eq!(attributes(&meaning, &leads("x", employees))[EMPLOYEES], expected, "{employees}");
    }
    for (title, expected) in [("-1.0", text("-1.0")), (" N/A ", None), ("n/a", text("n/a"))] {
        assert_eq!(attributes(&meaning, &leads(title, "1"))[TITLE], expected, "{title}");
    }
}

#[test]
fn a_default_stands_for_what_is_missing_and_is_not_compared_with_missing() {
    let mut meaning = meaning();
    meaning.missing = vec!["0".into()];
    meaning.lead.attributes[EMPLOYEES].default = Some(Value::Number(0.0));
    for leads in
        ["lead_id,employees\nL1,\n", "lead_id,employees\nL1,many\n", "lead_id,employees\nL1,0\n", "lead_id\nL1\n"]
    {
        assert_eq!(attributes(&meaning, leads)[EMPLOYEES], Some(Value::Number(0.0)), "{leads}");
    }
}

#[test]
fn cells_are_trimmed_unquoted_and_missing_in_a_short_row() {
    let leads = "\u{feff} lead_id ,title,employees\r\n\r\nL1,\" two\nlines, \"\"x\"\" \u{a0}\"\r\n";
    let attributes = attributes(&meaning(), leads);
    assert_eq!(attributes[..2], [text("two\nlines, \"x\""), None]);
}

#[test]
fn of_equal_ids_the_earliest_event_counts_whole() {
    let events = "lead_id,event,timestamp,event_id\n\
                  L1,late,2026-01-02,e1\n\
                  L2,early,2026-01-01, e1 \n\
                  L3,early too,2026-01-01,e1\n\
                  L4,a,2026-01-01,\n\
                  L4,a,2026-01-01,\n\
                  L5,rejected,yesterday,e2\n\
                  L6,kept,2026-01-03,e2\n";
    let timelines = read_timelines(&meaning(), NO_LEADS, events);
    let counting: Vec<(&str, usize)> =
        timelines.iter().map(|timeline| (timeline.lead_id.as_str(), timeline.events.len())).collect();
    // A removed repeat makes no lead; events without an id are never repeats; a rejected one takes no part.
    assert_eq!(counting, [("L2", 1), ("L4", 2), ("L6", 1)]);
}

#[test]
fn a_real_column_wins_over_properties_even_where_its_cell_is_missing() {
    let events = |path: &str| {
        format!(
            "lead_id,event,timestamp,path,properties\nL1,a,2026-01-01,{path},\"{{\"\"path\"\": \"\"/p\"\", \"\"price\"\": 2}}\"\n"
        )
    };
    assert_eq!(properties(&events("")), [None, Some(Value::Number(2.0))]);
    assert_eq!(properties(&events("/c")), [text("/c"), Some(Value::Number(2.0))]);
}

#[test]
fn json_values_convert_by_their_shortest_form() {
    let events =
        |path: &str| format!("lead_id,event,timestamp,properties\nL1,a,2026-01-01,\"{{\"\"path\"\": {path}}}\"\n");
    for (json, expected) in [
        ("12", text("12")),
        ("12.0", text("12")),
        ("12.50", text("12.5")),
        ("12345678901234567890", text("12345678901234567890")), // an integer keeps all its digits
        ("-0", text("0")),
        ("1e21", text("1e+21")),
        ("true", text("true")),
        ("null", None),
        ("[1]", None),
    ] {
        assert_eq!(properties(&events(json))[0], expected, "{json}");
    }
    assert_eq!(properties("lead_id,event,timestamp,properties\nL1,a,2026-01-01,7\n"), [None, None]);
}
