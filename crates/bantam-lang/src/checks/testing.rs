//! The helper of the checks' tests.

use crate::load;
use crate::source::Source;

/// Holds the warnings of a definition, without those about unused names, to `expected`: each
/// `line: code message`, or nothing.
pub(super) fn check(yaml: &str, expected: &[&str]) {
    let found: Vec<String> = warnings(yaml).into_iter().filter(|line| !line.contains("B0231")).collect();
    assert_eq!(found, expected, "in\n{yaml}");
}

/// Returns all warnings of a definition as `line: code message`.
pub(super) fn warnings(yaml: &str) -> Vec<String> {
    let yaml = if yaml.contains("bantam: 1") { yaml.to_owned() } else { format!("bantam: 1\n{yaml}") };
    let loaded = load(Source::new("d.yaml", yaml), &mut |_| Err("no files here".into()));
    assert!(loaded.checked.is_some(), "{:#?}", loaded.diagnostics);
    let shown = |diagnostic: &crate::diagnostic::Diagnostic| {
        let (line, _) = loaded.source.line_column(diagnostic.span.start);
        format!("{line}: {} {}", diagnostic.code, diagnostic.message)
    };
    loaded.diagnostics.iter().map(shown).collect()
}
