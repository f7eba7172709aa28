//! Random definitions and data: batch, live and the reference evaluator agree to the last point.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first thing that cannot be")]

mod common;
mod generate;
mod reference;

use bantam_engine::input::Format;
use bantam_engine::output::ScoredRow;
use common::Loaded;
use generate::{Case, case};

/// Cases in a normal run; `BANTAM_CASES` at compile time asks for more.
const CASES: u64 = match option_env!("BANTAM_CASES") {
    Some(_) => 20_000,
    None => 400,
};

fn load(case: &Case) -> Loaded {
    Loaded::at(&case.definition, &case.lists, &[&case.leads_csv], &[&case.events_csv], Format::Csv, case.as_of)
}

fn by_reference(case: &Case, loaded: &Loaded) -> Vec<ScoredRow> {
    let timelines = reference::reading::read_timelines(&loaded.definition, &case.leads_csv, &case.events_csv);
    let scored = reference::score_all(&loaded.definition, &timelines, case.as_of).into_iter();
    scored
        .map(|one| ScoredRow { score: one.score, reasons: one.reasons, missing_for_next: one.missing_for_next })
        .collect()
}

fn assert_same(seed: u64, what: &str, got: &[ScoredRow], expected: &[ScoredRow]) {
    for (got, expected) in got.iter().zip(expected) {
        assert_eq!(got, expected, "seed {seed}: {what}");
    }
    assert_eq!(got.len(), expected.len(), "seed {seed}: {what}, number of rows");
}

#[test]
fn batch_agrees_with_the_reference() {
    for seed in 0..CASES {
        let case = case(seed);
        let loaded = load(&case);
        assert_same(seed, "batch", &loaded.batch(), &by_reference(&case, &loaded));
    }
}

#[test]
fn live_agrees_with_batch() {
    for seed in 0..CASES {
        let loaded = load(&case(seed));
        assert_same(seed, "live", &loaded.live(), &loaded.batch());
    }
}

/// The events as lines, each with an id of its own, so that no two rows contradict each other.
fn lines_with_ids(events_csv: &str) -> (String, Vec<String>) {
    let mut lines = events_csv.trim_start_matches('\u{feff}').lines();
    let header = lines.next().unwrap_or_default().to_owned();
    let unique = lines.enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(row, line)| {
        let (id, rest) = line.split_once(',').unwrap_or((line, ""));
        if id.contains('"') { line.to_owned() } else { format!("{}-{row},{rest}", id.trim()) }
    });
    (header, unique.collect())
}

/// Cells with line ends would be torn apart by taking a file line by line, and ids must stand first.
fn can_be_shuffled(case: &Case) -> bool {
    let header = case.events_csv.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let torn = case.events_csv.lines().any(|line| line.matches('"').count() % 2 == 1);
    header.starts_with("event_id,") && !torn
}

#[test]
fn order_repetition_and_splitting_of_events_change_nothing() {
    let mut tried = 0;
    for seed in 0..CASES {
        let case = case(seed);
        if !can_be_shuffled(&case) {
            continue;
        }
        tried += 1;
        let (header, lines) = lines_with_ids(&case.events_csv);
        let file = |lines: &[String]| format!("{header}\n{}\n", lines.join("\n"));
        let read = |events: &[&str]| {
            Loaded::at(&case.definition, &case.lists, &[&case.leads_csv], events, Format::Csv, case.as_of).batch()
        };
        let plain = read(&[&file(&lines)]);
        // A fixed walk through the rows in steps that share no divisor with their number visits each once.
        let count = lines.len().max(1);
        let step = (count / 2..).find(|step| gcd(*step, count) == 1).unwrap_or(1);
        let mut mixed: Vec<String> = (0..lines.len()).map(|row| lines[row * step % count].clone()).collect();
        mixed.extend(lines.iter().step_by(3).cloned());
        let third = mixed.len() / 3;
        let files = [file(&mixed[..third]), file(&mixed[third..2 * third]), file(&mixed[2 * third..])];
        assert_same(seed, "mixed", &read(&files.each_ref().map(String::as_str)), &plain);
    }
    assert!(tried > CASES / 4, "only {tried} cases could be mixed");
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn ndjson_gives_what_csv_gives() {
    for seed in 0..CASES / 4 {
        let case = case(seed);
        let ndjson = Loaded::at(
            &case.definition,
            &case.lists,
            &[&case.leads_ndjson],
            &[&case.events_ndjson],
            Format::Ndjson,
            case.as_of,
        );
        assert_same(seed, "ndjson", &ndjson.batch(), &load(&case).batch());
    }
}
