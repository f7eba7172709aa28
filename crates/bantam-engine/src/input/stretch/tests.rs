//! Rows that stand together are read as rows that stand alone.

use super::super::window::tests::check;
use super::super::{Format, RowKind};
use proptest::prelude::*;

/// All lines are as long as this, so that blocks of this length have one line each, and no row learns from another. No multiple
/// of sixteen: then the end of a line that is alone is not found sixteen bytes at a time.
const LINE_BYTES: usize = 410;

type Values = &'static [&'static str];

const LEADS: Values = &[
    "1",
    "1",
    "12345678",
    "\"7\"",
    "\"L-1\"",
    "-0",
    "0",
    "null",
    "\"\"",
    "\"-\"",
    "1.5",
    "007",
    "123456789012345678901",
    "\" 8 \"",
    "true",
    "[1]",
    "\"a\\u0000\"",
    "\"\\u0031\"",
    "-",
    "1e2",
];
const EVENTS: Values = &[
    "\"view\"",
    "\"buy\"",
    "\"\u{e9}\"",
    "\"a name of more than thirty-two bytes\"",
    "null",
    "\"\"",
    "7",
    "\"vie\\u0077\"",
    "\"-\"",
];
const TIMES: Values = &[
    "\"2026-06-01T05:06:07.123456Z\"",
    "\"2026-06-02T05:06:07.123456Z\"",
    "\"2026-06-01\"",
    "\"2026-06-01 05:06:07Z\"",
    "\"2026-02-29T05:06:07.123456Z\"",
    "\"2026-06-01T25:06:07.123456Z\"",
    "\"2026-06-01T05:06:07.12345xZ\"",
    "\" 2026-06-01\"",
    "20260601",
    "null",
    "\"\"",
];
const TITLES: Values = &[
    "null",
    "\"Head of marketing\"",
    "\"-\"",
    "\" x \"",
    "\"\"",
    "1",
    "-0",
    "1e3",
    "0.50",
    "true",
    "{\"a\": 1}",
    "[\"x\", []]",
    "\"q\\\"\"",
    "\"\\ud800\"",
    "\"\u{1F600}\"",
    "\"a title that is longer than thirty-two bytes\"",
    "nul",
    "\"tab\tinside\"",
];
const PRICES: Values = &[
    "1",
    "40",
    "0",
    "-0",
    "-12",
    "12.50",
    "1e400",
    "\"3\"",
    "\"-\"",
    "\" 4\"",
    "null",
    "999999999999999999999",
    "1.",
    "01",
    "\"x\"",
    "false",
    "-1",
];
const TRUTHS: Values = &["true", "false", "null", "\"true\"", "\"No\"", "1", "\"\"", "\"maybe\"", "{}"];
const OBJECTS: Values = &[
    "{\"price\":2,\"x\":1}",
    "{\"price\":\"7\",\"x\":null}",
    "{}",
    "null",
    "\"{}\"",
    "\"{\\\"title\\\":\\\"t\\\"}\"",
    "7",
    "{\"a\":{\"b\":true}}",
    "{\"title\":\"x\",\"title\":\"y\"}",
    "{\"a.b\":false}",
    "-",
    "{\"title\" : \"spaced\"}",
    "{x}",
];

/// The keys of rows, in the order of their values.
const KEYS: [&str; 8] = ["lead_id", "event", "timestamp", "title", "price", "a.b", "properties", "created"];
const VALUES: [Values; 8] = [LEADS, EVENTS, TIMES, TITLES, PRICES, TRUTHS, OBJECTS, TIMES];
/// Which keys rows have, in which order.
const ORDERS: [&[usize]; 6] =
    [&[0, 1, 2, 3, 4], &[0, 1, 2, 3, 4, 5, 6, 7], &[2, 7, 0, 6, 1], &[0, 1, 2, 5], &[3, 0, 1, 2, 3], &[1, 2, 3]];
const SPACES: [[&str; 4]; 4] = [
    ["{", ":", ",", "}"],
    ["{", ": ", ", ", "}"],
    ["{ ", " :\t", " ,", " }"],
    ["{\"a key of its own, which is long\":[],", ":", ",", "}"],
];

/// A row: its keys, its white space, and which values it has. Most have one of the first two.
type Row = (usize, usize, [u8; 8]);

fn row() -> impl Strategy<Value = Row> {
    let choice = prop_oneof![12 => 0_u8..2, 1 => 2_u8..20];
    (
        prop_oneof![8 => Just(1), 1 => 0..ORDERS.len()],
        prop_oneof![8 => Just(0), 1 => 0..SPACES.len()],
        prop::array::uniform8(choice),
    )
}

fn value(key: usize, choices: [u8; 8]) -> &'static str {
    VALUES[key][usize::from(choices[key]) % VALUES[key].len()]
}

/// Fills a line up with a last value that nothing uses, or with spaces.
fn filled(line: String, before: &str, after: &str) -> String {
    let room = LINE_BYTES - 1 - line.len() - before.len() - after.len();
    line + before + &"x".repeat(room) + after + "\n"
}

fn json((order, spaces, choices): Row) -> String {
    let [open, colon, comma, close] = SPACES[spaces];
    let entry = |&key: &usize| format!("\"{}\"{colon}{}", KEYS[key], value(key, choices));
    let entries: Vec<String> = ORDERS[order].iter().map(entry).collect();
    filled(open.to_owned() + &entries.join(comma), &format!("{comma}\"fill\"{colon}\""), &format!("\"{close}"))
}

/// The same as a record: texts without their quotes, which may leave commas and quotes in it.
fn csv((order, spaces, choices): Row) -> String {
    let cell = |key: usize| match value(key, choices) {
        "null" => String::new(),
        text if order == 2 => format!("\"{}\"", text.trim_matches('"').replace('"', "\"\"")),
        text => text.trim_matches('"').replace(if order == 0 { ' ' } else { '"' }, ""),
    };
    let cells: Vec<String> = (0..KEYS.len()).filter(|&key| key != 6 || order == 3).map(cell).collect();
    filled(cells.join(","), ",", if spaces == 1 { "\r" } else { "" })
}

const HEADER: &str = "lead_id,event,timestamp,title,price,a.b,created,fill\n";

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ndjson_rows_are_read_alike_wherever_they_stand(rows in prop::collection::vec(row(), 1..400)) {
        let lines: String = rows.into_iter().map(json).collect();
        check(RowKind::Event, Format::Ndjson, lines.as_bytes(), LINE_BYTES);
        check(RowKind::Lead, Format::Ndjson, lines.as_bytes(), LINE_BYTES);
        let cut = lines.trim_end();
        check(RowKind::Event, Format::Ndjson, cut.as_bytes(), LINE_BYTES);
        check(RowKind::Event, Format::Ndjson, &[cut.as_bytes(), b"\xFF\n"].concat(), LINE_BYTES);
    }

    #[test]
    fn csv_rows_are_read_alike_wherever_they_stand(rows in prop::collection::vec(row(), 1..400), plain in any::<bool>()) {
        let mut lines: Vec<String> = rows.into_iter().map(csv).collect();
        if plain {
            lines.retain(|line| !line.contains('"'));
        }
        let lines = filled(HEADER.trim_end().to_owned(), "", "").replace('x', "f") + &lines.concat();
        check(RowKind::Event, Format::Csv, lines.as_bytes(), LINE_BYTES);
        check(RowKind::Lead, Format::Csv, lines.as_bytes(), LINE_BYTES);
        check(RowKind::Event, Format::Csv, lines.trim_end().as_bytes(), LINE_BYTES);
    }
}
