use super::support::*;
use bantam_lang::meaning::{Attribute, Meaning, Type};

#[test]
fn json_values_become_values_of_their_types() {
    check(
        &[lead_lines(concat!(
            "\u{feff}{\"lead_id\": 12345678901234567890123, \"title\": 007, \"employees\": 1}\n",
            "{\"lead_id\": 12345678901234567890123, \"title\": -0, \"employees\": 1e2, \"consent\": 1, \"created\": 20260101}\r\n",
            "\n",
            "{\"lead_id\": \"b\", \"title\": 1.50e2, \"employees\": \"0\", \"consent\": false, \"created\": \"2026-01-01\"}\n",
            "{\"lead_id\": \"c\", \"title\": true, \"employees\": true, \"consent\": \"No\", \"created\": null}\n",
            "{\"lead_id\": \"d\", \"title\": [1], \"employees\": 1e999, \"consent\": {}, \"title\": \" \\u00e9\\\"x\\\" \"}\n",
            "{\"lead_id\": \"e\", \"title\": \"\\ud800\"}\n",
            "{\"lead_id\": \"f\", \"title\": \"a\\u0000b\", \"\\ud800\": 1}",
        ))],
        r#"
        lead 12345678901234567890123: "0", 100, true, ·
        lead b: "150", ·, false, d20454+0
        lead c: "true", ·, false, ·
        lead d: "é\"x\"", ·, ·, ·
        lead e: ·, ·, ·, ·
        lead f: ·, ·, ·, ·
        rejected lead row 1 line 1: the line is no JSON object: invalid number (at byte 48)
        "#,
    );
}

#[test]
fn a_value_seen_before_is_read_by_its_own_type() {
    check(
        &[lead_lines(concat!(
            "{\"lead_id\":1,\"title\":\"-0\",\"employees\":\"-0\",\"created\":\"2026-01-01\"}\n",
            "{\"lead_id\":2,\"title\":-0,\"employees\":-0,\"created\":20260101}\n",
            "{\"lead_id\":-0,\"title\":\"1\",\"employees\":12}\n",
            "{\"lead_id\":\"-0\",\"title\":1,\"employees\":\" 12\"}\n",
        ))],
        r#"
        lead 1: "-0", ·, ·, d20454+0
        lead 2: "0", ·, ·, ·
        lead 0: "1", 12, ·, ·
        lead -0: "1", 12, ·, ·
        "#,
    );
}

#[test]
fn cli_01_a_line_that_is_no_object_rejects_that_line_alone() {
    check(
        &[lead_lines(
            "{\"lead_id\":1}\n[1]\n{\"lead_id\":2\n{\"lead_id\":3} x\n{\"lead_id\":[4]}\n{\"lead_id\":\"\"}\n{\"title\":1}\n{\"lead_id\":8}",
        )],
        r#"
        lead 1: ·, ·, ·, ·
        lead 8: ·, ·, ·, ·
        rejected lead row 2 line 2: the line is no JSON object: invalid type: sequence, expected a JSON object (at byte 0)
        rejected lead row 3 line 3: the line is no JSON object: EOF while parsing an object (at byte 12)
        rejected lead row 4 line 4: the line is no JSON object: trailing characters (at byte 15)
        rejected lead row 5 line 5: `lead_id` is no text: `[4]`; give a text or a number
        rejected lead row 6 line 6: `lead_id` is missing; every lead needs its lead's key
        rejected lead row 7 line 7: `lead_id` is missing; every lead needs its lead's key
        "#,
    );
}

#[test]
fn nesting_without_end_is_only_a_value_that_does_not_convert() {
    let deep = format!("{{\"lead_id\":1,\"title\":{}{}}}\n", "[".repeat(300_000), "]".repeat(300_000));
    check(&[lead_lines(&deep)], "lead 1: ·, ·, ·, ·");
}

#[test]
fn paths_reach_into_objects_and_the_key_itself_comes_first() {
    let mut meaning = Meaning::default();
    meaning.lead.attributes = vec![Attribute { column: "a.b.c".into(), ..attribute("x", Type::Text) }];
    let lines = [
        r#"{"lead_id":1,"a":{"b":{"c":"abc"}}}"#,
        r#"{"lead_id":2,"a.b":{"c":"ab, c"},"a":{"b":{"c":"abc"}}}"#,
        r#"{"lead_id":3,"a":{"b.c":"a, bc","b":{"c":"abc"}}}"#,
        r#"{"lead_id":4,"a":{"b":{"c":"abc"}},"a.b.c":"whole"}"#,
        r#"{"lead_id":5,"a":{"b":{"c":"abc"}},"a.b.c":null}"#,
        r#"{"lead_id":6,"a":{"b":{"c":"first","c":"last"}}}"#,
        r#"{"lead_id":7,"a":{"b":{"c":"first"}},"a":{"b":7}}"#,
    ];
    let expected = "lead 1: \"abc\"\nlead 2: \"ab, c\"\nlead 3: \"a, bc\"\nlead 4: \"whole\"\nlead 5: ·\nlead 6: \"last\"\nlead 7: ·\n";
    assert_eq!(show_with(&meaning, &[lead_lines(&lines.join("\n"))]), expected);
}

#[test]
fn properties_may_be_an_object_or_its_text_and_a_key_of_the_row_wins_even_null() {
    check(
        &[event_lines(concat!(
            r#"{"lead_id":"a","event":"v","timestamp":"2026-06-01","properties":{"path":"/x","price":2,"account":{"plan":"pro"}}}"#,
            "\n",
            r#"{"lead_id":"a","event":"v","timestamp":"2026-06-01","properties":"{\"path\":\"/y\"}","path":null}"#,
            "\n",
            r#"{"lead_id":"a","event":"v","timestamp":"2026-06-01","properties":7,"account":{"plan":"free"}}"#,
            "\n",
            r#"{"event":"v","timestamp":"2026-06-01","properties":{"lead_id":"a"}}"#,
            "\n",
        ))],
        r#"
        no row a: ·, ·, ·, ·
        event a v d20605+0: "/x", 2, "pro"
        event a v d20605+0: ·, ·, ·
        event a v d20605+0: ·, ·, "free"
        rejected event row 4 line 4: `lead_id` is missing; every event needs its lead's key
        "#,
    );
    let (dataset, _) =
        load(&meaning(), &[event_lines(r#"{"lead_id":"a","event":"v","timestamp":"2026-06-01","properties":[1]}"#)]);
    let report = dataset.unwrap().report;
    assert_eq!((report.bad_properties, report.bad_properties_example.unwrap().0.as_str()), (1, "[1]"));
}
