//! A formatted definition reads back as the same one, and formatting it again changes nothing.

#![cfg(test)]

#[path = "format_generator/mod.rs"]
mod generator;

use bantam_lang::format::format_definition;
use generator::check;
use proptest::prelude::*;
use std::path::PathBuf;

/// Formats a definition, holds the text to the laws and returns it.
fn formatted(text: &str) -> String {
    let checked = check(text);
    let formatted = format_definition(checked.definition());
    let again = check(&formatted);
    assert_eq!(again.fingerprint(), checked.fingerprint(), "{text}\n{formatted}");
    assert_eq!(format_definition(again.definition()), formatted);
    formatted
}

#[test]
fn the_layout_is_one_that_people_would_write() {
    let expected = include_str!("format_layout.yaml");
    assert_eq!(formatted(expected), expected);
}

#[test]
fn what_is_too_long_for_a_line_stands_below_its_key() {
    let yaml = r#"
bantam: 1
name: "null"
lead: {industry: {missing: [a "very" long text that means nothing, and another one, "and: a third"], default: ~, from: The industry's own column}}
fit:
  rules:
    Big: {if: "industry == 'x, y' || industry == \"another text to make it so long that nothing fits on a line\"", points: 3}
stages:
  - "a: b"
  - Ready: |
      score >= 50 &&

        fit > 3
  - {Above: "score\t>= 90\n&& fit > 3"}
"#;
    let expected = r#"bantam: 1
name: 'null'

lead:
  industry:
    type: text
    from: The industry's own column
    missing: [a "very" long text that means nothing, and another one, 'and: a third']
    default: '~'

fit:
  rules:
    Big:
      if: industry == 'x, y' || industry == "another text to make it so long that nothing fits on a line"
      points: 3

stages:
  - 'a: b'
  - Ready: |-
      score >= 50 &&

        fit > 3
  - Above: "score\t>= 90\n&& fit > 3"
"#;
    assert_eq!(formatted(yaml), expected);
}

#[test]
fn a_key_longer_than_yaml_reads_unmarked_is_marked() {
    let name = "long ".repeat(300);
    let text = formatted(&format!("bantam: 1\nfit:\n  rules:\n    ? {name}\n    : {{if: 'true', points: 1}}\n"));
    assert!(text.contains("    ? long long"), "{text}");
}

#[test]
fn an_event_named_never_is_not_the_word() {
    let text = formatted("bantam: 1\nsignals:\n  a: {last: x, since: [never]}\n  b: {last: x, since: []}\n");
    assert_eq!(text, "bantam: 1\n\nsignals:\n  a: {last: x, since: [never]}\n  b: {last: x, since: never}\n");
}

#[test]
fn given_definitions_are_kept() {
    // Conformance cases stand beside the repository, where they are given at all.
    let folders = ["../../../shared/conformance", "../bantam/templates"];
    let folders = folders.map(|folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder));
    let cases = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    for path in cases.map(|case| case.path().join("definition.yaml")).filter(|path| path.exists()) {
        formatted(&std::fs::read_to_string(path).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_formatted_definition_means_the_same(tape in prop::collection::vec(any::<u8>(), 0..300)) {
        formatted(&generator::generate(&tape));
    }
}
