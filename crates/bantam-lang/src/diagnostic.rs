//! What is wrong with a definition, or worth a second look: data, rendered elsewhere.

use crate::source::{Source, Span};
use std::fmt;

/// A stable name of a kind of diagnostic, such as `B0101`. The registry is [`crate::codes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Whether a definition with this diagnostic may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It may not: nothing is scored.
    Error,
    /// It may, but it probably does not mean what its author wants.
    Warning,
}

/// One finding about a definition's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding.
    pub code: Code,
    /// Whether it stops scoring.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// What is wrong: lower case, one sentence, no full stop.
    pub message: String,
    /// What is said at the place itself; may be empty.
    pub label: String,
    /// The way out.
    pub help: Option<String>,
    /// Other places that matter, each with what is to be seen there.
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    /// Returns an error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Error, code, span, message)
    }

    /// Returns a warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Warning, code, span, message)
    }

    fn new(severity: Severity, code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Diagnostic { code, severity, span, message, label: String::new(), help: None, related: Vec::new() }
    }

    /// Adds what is said at the place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the way out, where there is one.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds another place that matters.
    pub fn related(mut self, span: Span, what: impl Into<String>) -> Self {
        self.related.push((span, what.into()));
        self
    }

    /// Returns the finding as one line, `name:line:column: severity[code]: message`.
    pub fn line(&self, source: &Source) -> String {
        let (line, column) = source.line_column(self.span.start);
        let severity = self.severity.word();
        format!("{}:{line}:{column}: {severity}[{}]: {}", source.name, self.code, self.message)
    }
}

impl Severity {
    /// Returns `error` or `warning`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Puts diagnostics in the order of their places and removes repeats.
pub fn sort_diagnostics(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.severity, diagnostic.code));
    diagnostics.dedup();
}

/// Returns whether any of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}
