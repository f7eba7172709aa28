//! Public data sets, where they are present beside the project: `../shared/data`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops at the first thing that cannot be, and says what it skips"
)]

mod common;

use common::{Desk, Ran, project};
use std::path::PathBuf;

fn data(file: &str) -> Option<PathBuf> {
    let path = project().join("../shared/data").join(file);
    if !path.is_file() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    path.canonicalize().ok()
}

fn run(line: String) -> Ran {
    Desk::new().run(&line)
}

#[test]
fn the_leads_of_x_education_are_scored() {
    let Some(leads) = data("x-education/leads.csv") else { return };
    let definition = project().join("examples/x-education/definition.yaml");
    let ran = run(format!("score {} --leads {} --as-of 2026-01-01 -o -", definition.display(), leads.display()));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 6_469);
    assert_eq!(
        ran.out.lines().filter(|line| line.contains(",Sales-ready,")).count(),
        1_899,
        "as examples/x-education/README.md says"
    );
}

#[test]
fn the_opportunities_of_a_crm_are_scored() {
    let Some(pipeline) = data("crm-sales-opportunities/sales_pipeline.csv") else { return };
    let definition = project().join("examples/crm-sales-opportunities/definition.yaml");
    let file = pipeline.display();
    let ran = run(format!("score {} --leads {file} --events {file} --as-of 2017-12-31 -o -", definition.display()));
    // Open deals have no closing date, so they are no events: rejected, and said so.
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 8_801);
    assert!(ran.err.contains("2,089 rows rejected"), "{}", ran.err);
}
