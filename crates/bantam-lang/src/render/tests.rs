use super::*;
use crate::codes;

fn check(text: &str, marked: &str, expected: &str) {
    let source = Source::new("d.yaml", text);
    let start = text.find(marked).unwrap();
    let diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, Span::new(start, start + marked.len()), "message")
        .label("label")
        .help("help");
    let shown = render(&[diagnostic], &source, RenderStyle::default());
    assert_eq!(shown, expected, "\n{shown}");
}

#[test]
fn a_diagnostic_shows_its_line() {
    check(
        "a: 1\nb: employes > 5\n",
        "employes",
        "error[B0101]: message\n   ╭─[d.yaml:2:4]\n 2 │ b: employes > 5\n   ·    ────┬───\n   ·        ╰── label\n   ╰────\n  help: help\n\n1 error\n",
    );
}

#[test]
fn wide_characters_and_tabs_keep_the_marker_in_place() {
    check(
        "日本:\tx\n",
        "x",
        "error[B0101]: message\n   ╭─[d.yaml:1:5]\n 1 │ 日本: x\n   ·       ┬\n   ·       ╰── label\n   ╰────\n  help: help\n\n1 error\n",
    );
}

#[test]
fn escape_sequences_are_shown_not_sent() {
    let source = Source::new("d\u{1b}.yaml", "a: \u{1b}[2Jx\n");
    let diagnostic = Diagnostic::warning(codes::UNUSED, Span::new(3, 8), "`\u{1b}[2Jx`").help("a\u{202e}\nb");
    let shown = render(&[diagnostic], &source, RenderStyle::default());
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    assert!(shown.contains("␛[2Jx") && shown.contains("<U+202E>"), "{shown}");
}

#[test]
fn colours_come_only_when_asked_for() {
    let source = Source::new("d.yaml", "a: b\n");
    let diagnostic = [Diagnostic::error(codes::UNKNOWN_NAME, Span::new(3, 4), "message")];
    let plain = render(&diagnostic, &source, RenderStyle::default());
    let colored = render(&diagnostic, &source, RenderStyle { color: true, width: 80 });
    assert!(!plain.contains('\u{1b}') && colored.contains('\u{1b}'));
    assert!(!colored.contains("\u{1b}]8"), "no links");
}

#[test]
fn a_place_past_the_end_is_shown_at_the_end() {
    let source = Source::new("d.yaml", "a: b");
    let diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, Span::new(90, 99), "message");
    assert!(render(&[diagnostic], &source, RenderStyle::default()).contains("message"));
    let empty = Source::new("d.yaml", "");
    let diagnostic = Diagnostic::error(codes::UNKNOWN_NAME, Span::default(), "message");
    assert!(render(&[diagnostic], &empty, RenderStyle::default()).contains("message"));
}

#[test]
fn the_summary_counts() {
    let one = Diagnostic::error(codes::UNKNOWN_NAME, Span::default(), "");
    let two = Diagnostic::warning(codes::UNUSED, Span::default(), "");
    assert_eq!(summary(&[one.clone(), two.clone(), one]), "2 errors, 1 warning");
    assert_eq!(summary(&[two]), "1 warning");
    assert_eq!(summary(&[]), "");
}
