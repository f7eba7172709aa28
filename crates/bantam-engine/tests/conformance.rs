//! Every case under `tests/conformance`: a definition, leads, events and a moment, with the output they must give.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that cannot be")]

mod common;

use bantam_engine::output::Columns;
use common::Loaded;
use std::fs;
use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

#[test]
fn batch_gives_the_expected_output_of_every_case() {
    let cases = cases();
    assert!(cases.len() >= 16, "cases are missing");
    for folder in cases {
        let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
        let lists = vec![("targets.txt".to_owned(), read("targets.txt"))];
        let loaded = Loaded::new(
            &read("definition.yaml"),
            &lists,
            &read("leads.csv"),
            &read("events.csv"),
            read("as_of").trim(),
        );
        common::assert_same_lines(
            &loaded.batch_csv(&Columns::of_scores()),
            &read("expected.csv"),
            &folder.display().to_string(),
        );
    }
}
