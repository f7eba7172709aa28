//! What a definition may not do to the program that reads it: DEF-01 to DEF-03 of the hardening list.

#![expect(clippy::panic, reason = "helpers of tests may fail as tests do")]

use bantam_lang::codes;
use bantam_lang::diagnostic::Code;
use bantam_lang::source::Source;
use bantam_lang::{Loaded, load};

fn load_text(text: impl Into<String>) -> Loaded {
    load(Source::new("definition.yaml", text), &mut |file| panic!("nobody named the file {file}"))
}

fn refused_with(text: impl Into<String>, code: Code) {
    let loaded = load_text(text);
    assert!(loaded.checked.is_none());
    assert!(loaded.diagnostics.iter().any(|found| found.code == code), "{:#?}", loaded.diagnostics);
}

#[test]
fn def_01_an_error_names_its_place_and_the_nearest_name() {
    let loaded = load_text("bantam: 1\nlead: {employees: number}\nstages:\n  - Large: \"employes >= 50\"\n");
    assert!(loaded.checked.is_none());
    let [diagnostic] = loaded.diagnostics.as_slice() else { panic!("{:#?}", loaded.diagnostics) };
    assert_eq!(loaded.source.line_column(diagnostic.span.start), (4, 13));
    assert_eq!(loaded.source.slice(diagnostic.span), "employes");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `employees`?"));
}

#[test]
fn def_01_a_wrong_type_says_what_was_expected_and_found() {
    let loaded = load_text("bantam: 1\nlead: {employees: number}\ndisqualify: {Large: employees}\n");
    let message = &loaded.diagnostics[0].message;
    assert_eq!(message, "a condition must be true or false, `employees` is a number");
}

#[test]
fn def_02_a_file_of_more_than_256_kib_is_refused_unread() {
    let comment = format!("bantam: 1\n# {}\n", "x".repeat(256 * 1024));
    refused_with(comment, codes::TOO_LARGE);
    let largest = format!("bantam: 1\n#{}", "x".repeat(256 * 1024 - 11));
    assert_eq!(largest.len(), 256 * 1024);
    assert!(load_text(largest).checked.is_some());
}

#[test]
fn def_02_more_than_32_levels_are_refused() {
    let nested = |depth: usize| format!("bantam: 1\nmissing: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    refused_with(nested(32), codes::TOO_LARGE);
    refused_with(nested(100_000), codes::TOO_LARGE);
    // One level is the file's own map.
    refused_with(nested(31), codes::WRONG_SHAPE);
    let block: String = (0..300).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    refused_with(format!("bantam: 1\n{block}"), codes::TOO_LARGE);
}

#[test]
fn def_02_more_than_10_000_values_are_refused() {
    let values = |count: usize| format!("bantam: 1\nmissing: [{}]\n", vec!["x"; count].join(","));
    refused_with(values(10_001), codes::TOO_LARGE);
    refused_with(values(130_000), codes::TOO_LARGE);
    assert!(load_text(values(9_000)).checked.is_some());
}

#[test]
fn def_02_aliases_cannot_multiply() {
    let laughs =
        "bantam: 1\na: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nmissing: [*c, *c, *c]\n";
    refused_with(laughs, codes::YAML_EXTRA);
}

#[test]
fn def_02_doubled_unknown_and_merged_keys_are_refused() {
    refused_with("bantam: 1\nname: a\nname: b\n", codes::DUPLICATE_KEY);
    refused_with("bantam: 1\ninclude: other.yaml\n", codes::UNKNOWN_KEY);
    refused_with("bantam: 1\nlead: {<<: {a: text}}\n", codes::YAML_EXTRA);
    refused_with("bantam: 1\nname: !include other.yaml\n", codes::NEEDS_QUOTES);
}

#[test]
fn def_02_deep_expressions_are_refused() {
    for (open, close) in [("(", ")"), ("!", ""), ("-", ""), ("[", "]"), ("size(", ")"), ("a ? b : ", "")] {
        let text = format!("{}x{}", open.repeat(20_000), close.repeat(20_000));
        refused_with(format!("bantam: 1\ndisqualify:\n  A: '{text}'\n"), codes::BAD_EXPRESSION);
    }
    for chain in ["x + ", "x.a().", "x == "] {
        refused_with(format!("bantam: 1\ndisqualify:\n  A: '{}x'\n", chain.repeat(20_000)), codes::BAD_EXPRESSION);
    }
}

/// A definition as large as may be is checked with little work: neither comparing every persona with every other, nor
/// following attributes derived from each other, may cost more than the file is long.
#[test]
fn def_02_the_largest_definitions_are_checked_soon() {
    let mut wide = String::from("bantam: 1\nlead: {x: number}\nderive:\n  d0: x > 1\n");
    (1..60).for_each(|i| wide.push_str(&format!("  d{i}: (d{0} || !d{0}) && (d{0} || x > {i})\n", i - 1)));
    wide.push_str("personas:\n");
    (0..2_000).for_each(|i| wide.push_str(&format!("  - P{i}: x > {i} && d59 && x < {}\n", i + 2)));
    assert!(load_text(wide).checked.is_some());
    let long = vec!["(x > 1 || x < 9)"; 10_000].join(" && ");
    assert!(load_text(format!("bantam: 1\nlead: {{x: number}}\ndisqualify:\n  A: '{long}'\n")).checked.is_some());
    let texts: Vec<String> = (0..20_000).map(|i| format!("\"v{i}\"")).collect();
    let listed = format!("bantam: 1\nlead: {{t: text}}\ndisqualify:\n  A: 't in [{}]'\n", texts.join(", "));
    assert!(load_text(listed).checked.is_some());
}

#[test]
fn def_03_nothing_is_read_or_run() {
    for text in ["bantam: 1\nname: ${HOME}\n", "bantam: 1\nname: '{{ 7 * 7 }}'\n", "bantam: 1\nname: $(id)\n"] {
        let loaded = load_text(text);
        let checked = loaded.checked.unwrap();
        let name = checked.name.clone().unwrap();
        assert!(text.contains(&name), "{name} is as written");
    }
    refused_with("bantam: 1\ndisqualify: {A: 'env(\"HOME\") == \"x\"'}\n", codes::BAD_CALL);
}

#[test]
fn def_03_patterns_are_small_and_simple() {
    let with = |pattern: &str| format!("bantam: 1\nlead: {{t: text}}\ndisqualify:\n  A: 't.matches(\"{pattern}\")'\n");
    refused_with(with("(a)\\\\1"), codes::BAD_PATTERN);
    refused_with(with("a(?=b)"), codes::BAD_PATTERN);
    refused_with(with("((a{1000}){1000}){1000}"), codes::BAD_PATTERN);
    refused_with(with(&format!("{}a{}", "(".repeat(2_000), ")".repeat(2_000))), codes::BAD_PATTERN);
    assert!(load_text(with("(a|a)*b")).checked.is_some());
}
