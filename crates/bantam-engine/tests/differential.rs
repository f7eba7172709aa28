//! Random definitions and data: batch, live and the reference evaluator agree to the last point.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that cannot be"
)]

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

#[test]
fn scoring_while_reading_agrees_with_batch() {
    for seed in 0..CASES {
        let case = case(seed);
        let loaded = load(&case);
        let read = |leads: &str, events: &str, format| {
            Loaded::streamed(&loaded.definition, &[leads.as_bytes()], &[events.as_bytes()], format, case.as_of)
        };
        assert_same(seed, "streamed", &read(&case.leads_csv, &case.events_csv, Format::Csv), &loaded.batch());
        if seed % 4 == 0 {
            let ndjson = read(&case.leads_ndjson, &case.events_ndjson, Format::Ndjson);
            assert_same(seed, "streamed ndjson", &ndjson, &loaded.batch());
        }
    }
}

/// The events of a case that has no ids, as lines with an id each; `None` where a file cannot be taken line by line.
fn lines_with_ids(case: &Case) -> Option<(String, Vec<String>)> {
    let id_column = common::check(&case.definition, &case.lists).event.id_column.clone();
    let text = case.events_csv.trim_start_matches('\u{feff}');
    let mut lines = text.lines();
    let header = lines.next()?;
    let torn = text.lines().any(|line| line.matches('"').count() % 2 == 1);
    if torn || header.contains(&id_column) {
        return None;
    }
    let rows = lines.enumerate().filter(|(_, line)| !line.trim().is_empty());
    Some((format!("{id_column},{header}"), rows.map(|(row, line)| format!("id-{row},{line}")).collect()))
}

#[test]
fn order_repetition_and_splitting_of_events_change_nothing() {
    let mut tried = 0;
    for seed in 0..CASES {
        let case = case(seed);
        let Some((header, lines)) = lines_with_ids(&case) else { continue };
        tried += 1;
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
    assert!(tried > CASES / 10, "only {tried} cases could be mixed");
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
