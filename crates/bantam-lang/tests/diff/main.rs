//! Pairs of definitions and what is said of them.

#![cfg(test)]

mod conditions;
mod data;
#[path = "../format_generator/mod.rs"]
mod generator;
mod inherited;
mod ladder;
mod laws;
mod rules;

use bantam_lang::diff::{ChangeKind, diff, render_diff};
use generator::check;

const DATA: &str = "bantam: 1
lead: {industry: text, employees: number, email: text, title: text, seen: time}
event: {path: text, price: number}
";

/// What changes that cannot move a lead begin with.
const QUIET: &str = "(quiet) ";

fn said(old: &str, new: &str) -> Vec<String> {
    let changes = diff(&check(old), &check(new));
    changes.into_iter().map(|c| if c.affects_scores { c.words } else { format!("{QUIET}{}", c.words) }).collect()
}

/// Compares what follows [`DATA`] in two definitions.
#[track_caller]
fn changes(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(said(&format!("{DATA}{old}"), &format!("{DATA}{new}")), expected);
}

/// Compares two rules of the section `fit`.
#[track_caller]
fn fit(old: &str, new: &str, expected: &[&str]) {
    changes(&format!("fit: {{rules: {{{old}}}}}"), &format!("fit: {{rules: {{{new}}}}}"), expected);
}

/// Compares two contents of the section `engagement`.
#[track_caller]
fn engagement(old: &str, new: &str, expected: &[&str]) {
    changes(&format!("engagement: {{{old}}}"), &format!("engagement: {{{new}}}"), expected);
}

#[test]
fn layout_comments_and_quoting_are_no_changes() {
    changes(
        "signals: {views: {count: page_viewed, within: 7d}}\nfit: {rules: {A: {if: employees > 5, points: 3}}}",
        "# a comment\nfit:\n  rules:\n    'A': {points: 3, if: \"employees > 5\"}\nsignals:\n  views: {within: 1w, count: [page_viewed]}",
        &[],
    );
    engagement("rules: {A: {on: x, points: 3, cap: 5}}", "rules: {A: {on: x, points: 3, range: [-5, 5]}}", &[]);
}

#[test]
fn changes_are_printed_by_section() {
    let old = "name: Acme\nfit: {rules: {A: {if: employees > 5, points: 3}, B: {if: known(email), points: 1}}}\nstages: [A, B]";
    let new = "fit: {rules: {A: {if: employees > 5, points: 4}, C: {if: known(title), points: 1}}}\nstages: [B, A]";
    let changes = diff(&check(&format!("{DATA}{old}")), &check(&format!("{DATA}{new}")));
    let expected = "\
name
  ~ name: `Acme` -> no name [moves no lead]

fit
  - B removed (1 point if `known(email)`)
  + C added: 1 point if `known(title)`
  ~ A: 3 -> 4 points

stages
  > B moved to the top
";
    assert_eq!(render_diff(&changes), expected);
    assert_eq!(changes.last().map(|change| (change.section, change.kind)), Some(("stages", ChangeKind::Moved)));
    assert_eq!(render_diff(&[]), "");
}
