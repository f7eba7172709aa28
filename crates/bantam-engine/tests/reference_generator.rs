//! Holds the generator of random cases to its promises, as far as they can be seen without the parser.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first thing that cannot be")]

mod generate;

use generate::{Case, case, shrink::shrink};
use std::collections::BTreeMap;

/// How many seeds each test looks at: a second of work.
const SEEDS: u64 = 500;

fn cases() -> impl Iterator<Item = Case> {
    (0..SEEDS).map(case)
}

#[test]
fn a_seed_gives_one_case() {
    let (one, again, other) = (case(7), case(7), case(8));
    assert_eq!(format!("{one:?}"), format!("{again:?}"));
    assert_ne!(one.definition, other.definition);
}

/// What every definition may be made of.
const WORDS: &[&str] = &[
    "missing:",
    "from:",
    "default:",
    "actions:",
    "lists:",
    "file:",
    "sales:",
    "qualification:",
    "derive:",
    "signals:",
    "count:",
    "sum:",
    "of:",
    "first:",
    "last:",
    "sequence:",
    "span:",
    "within:",
    "since:",
    "once_per: day",
    "once_per: week",
    "once_per: month",
    "once_per: 45d",
    "once_per: event.path",
    "times:",
    "personas:",
    "fit:",
    "engagement:",
    "rules:",
    "range:",
    "cap:",
    "by:",
    "else:",
    "halve_every:",
    "fade_over:",
    "never",
    "since: []",
    "disqualify:",
    "stages:",
    "hand_off:",
    "grades:",
    "routes:",
    "respond_within:",
    " && ",
    " || ",
    "!(",
    " ? ",
    " in [",
    " in targets",
    "known(",
    "days_since(",
    "how_many(",
    "email_domain(",
    "is_free_email(",
    "seniority(",
    "department(",
    ".matches(",
    ".contains(",
    ".startsWith(",
    ".endsWith(",
    ".lowerAscii()",
    "size(",
    "timestamp(",
];

#[test]
fn every_word_of_the_language_occurs() {
    let all: String = cases().map(|case| case.definition).collect();
    for word in WORDS {
        assert!(all.contains(word), "`{word}` never occurs");
    }
}

#[test]
fn parentheses_and_brackets_of_a_line_are_balanced_outside_quotes() {
    for case in cases() {
        for line in case.definition.lines().filter(|line| !line.contains(['"', '\''])) {
            for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
                assert_eq!(line.matches(open).count(), line.matches(close).count(), "seed {}: {line}", case.seed);
            }
        }
    }
}

#[test]
fn no_key_stands_twice_in_its_map() {
    for case in cases() {
        // The keys seen so far at each depth, from the outermost in.
        let mut open: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for line in case.definition.lines().filter(|line| !line.trim_start().starts_with("- ")) {
            let depth = line.len() - line.trim_start().len();
            open.retain(|&other, _| other <= depth);
            let key = line.trim_start().split(": ").next().unwrap().trim_matches(['"', '\'', ':']).to_owned();
            let seen = open.entry(depth).or_default();
            assert!(!seen.contains(&key), "seed {}: `{key}` twice in\n{}", case.seed, case.definition);
            seen.push(key);
        }
    }
}

#[test]
fn both_spellings_of_the_facts_have_the_same_rows() {
    for case in cases() {
        for (csv, ndjson) in [(&case.leads_csv, &case.leads_ndjson), (&case.events_csv, &case.events_ndjson)] {
            let rows = csv_rows(csv);
            let objects: Vec<serde_json::Value> =
                ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(rows.len(), objects.len() + 1, "seed {}", case.seed);
            let header: Vec<&str> = rows[0].iter().map(|name| name.trim()).collect();
            for (row, object) in rows[1..].iter().zip(&objects) {
                for (index, name) in header.iter().enumerate() {
                    let cell = row.get(index).map_or("", String::as_str);
                    match &object[*name] {
                        serde_json::Value::Null => assert_eq!(cell, ""),
                        serde_json::Value::String(text) => assert_eq!(cell, text),
                        object => assert!(object.is_object() && cell.starts_with('{'), "{object}"),
                    }
                }
            }
        }
    }
}

/// Splits a CSV text into cells; blank lines are left out.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let (mut rows, mut row, mut cell, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    for c in (text + "\n").chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                cell.push(c);
            }
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows.retain(|row| row.len() > 1);
    for cell in rows.iter_mut().flatten() {
        if let Some(inner) = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            *cell = inner.replace("\"\"", "\"");
        }
    }
    rows
}

#[test]
fn a_shrunk_case_still_fails_and_holds_little_else() {
    let has_pair = |case: &Case| case.events_csv.contains("page_viewed") && case.definition.contains("stages:");
    let failing = cases().find(|case| has_pair(case) && case.definition.contains("signals:")).unwrap();
    let small = shrink(failing, has_pair);
    assert!(has_pair(&small));
    assert_eq!(small.definition.lines().count(), 1, "{}", small.definition);
    assert!(csv_rows(&small.events_csv).len() <= 2 && small.leads_ndjson.is_empty());
}
