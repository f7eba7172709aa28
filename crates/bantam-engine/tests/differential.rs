//! Random definitions and data: batch, live and the reference evaluator agree to the last point.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first thing that cannot be")]

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
