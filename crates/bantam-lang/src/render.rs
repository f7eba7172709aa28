//! Turns diagnostics into text for people: what is wrong, the line it stands on with a marker, and the way out.
//!
//! ```text
//! error[B0101]: unknown attribute `employes`
//!     ╭─[definition.yaml:14:11]
//!  14 │       if: employes >= 50
//!     ·           ───┬────
//!     ·              ╰── not declared under `lead`, `derive` or `signals`
//!     ╰────
//!   help: did you mean `employees`?
//! ```
//!
//! Snippets are drawn by `miette`. What a definition holds beside letters (escape sequences, marks that turn the
//! direction of writing) is made visible first, so a file cannot write on its reader's terminal.

mod visible;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Source, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use std::fmt;
use visible::{Visible, visible_text};

/// A marked place longer than this is shown by its first line alone.
const LINES_MARKED_MAX: usize = 6;

/// How diagnostics are rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderStyle {
    /// Whether colours are used.
    pub color: bool,
    /// Columns after which help is wrapped.
    pub width: usize,
}

impl Default for RenderStyle {
    fn default() -> Self {
        RenderStyle { color: false, width: 100 }
    }
}

/// Renders diagnostics in their order, each followed by an empty line, with the count of them at the end.
pub fn render(diagnostics: &[Diagnostic], source: &Source, style: RenderStyle) -> String {
    let page = Page { source, name: visible_text(&source.name), text: Visible::new(&source.text) };
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&header(diagnostic, style));
        out.push('\n');
        out.push_str(&snippets(diagnostic, source, &page, style));
        out.push('\n');
    }
    if !diagnostics.is_empty() {
        out.push_str(&summary(diagnostics));
        out.push('\n');
    }
    out
}

/// Returns how many there are: `2 errors, 1 warning`; empty where there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity: Severity| {
        let number = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        let ending = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {}{ending}", severity.word()))
    };
    [Severity::Error, Severity::Warning].into_iter().filter_map(count).collect::<Vec<_>>().join(", ")
}

fn header(diagnostic: &Diagnostic, style: RenderStyle) -> String {
    let (word, code, message) = (diagnostic.severity.word(), diagnostic.code, visible_text(&diagnostic.message));
    if !style.color {
        return format!("{word}[{code}]: {message}");
    }
    let color = match diagnostic.severity {
        Severity::Error => "\u{1b}[1;31m",
        Severity::Warning => "\u{1b}[1;33m",
    };
    format!("{color}{word}[{code}]\u{1b}[0m\u{1b}[1m: {message}\u{1b}[0m")
}

/// Draws the marked lines and the help.
fn snippets(diagnostic: &Diagnostic, source: &Source, page: &Page<'_>, style: RenderStyle) -> String {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_urls(false)
        .with_width(style.width)
        .with_context_lines(0)
        .with_break_words(false)
        .without_syntax_highlighting();
    // The place itself comes first, with what stands right beside it; other places follow.
    let (near, far): (Vec<_>, Vec<_>) = labels(diagnostic, source, page).into_iter().partition(|(_, is_near)| *is_near);
    let mut out = String::new();
    let groups = if far.is_empty() { vec![near] } else { vec![near, far] };
    let count = groups.len();
    for (index, group) in groups.into_iter().enumerate() {
        let help = if index + 1 == count { help(diagnostic) } else { None };
        let labels = group.into_iter().map(|(label, _)| label).collect();
        let mut drawn = String::new();
        // Writing to a text cannot fail; what was drawn so far is still worth showing if drawing ever does.
        let _ = handler.render_report(&mut drawn, &Report { labels, help, page });
        // The first lines hold the message, which the header has said already.
        let start = drawn.find("╭─").and_then(|at| drawn.get(..at)?.rfind('\n')).map_or(0, |at| at + 1);
        let lines = drawn.get(start..).unwrap_or("").lines();
        lines.for_each(|line| out.extend([line.trim_end(), "\n"]));
    }
    out
}

/// Returns the marked places, each with whether it stands beside the diagnostic's own.
fn labels(diagnostic: &Diagnostic, source: &Source, page: &Page<'_>) -> Vec<(LabeledSpan, bool)> {
    let label = |text: &str| (!text.is_empty()).then(|| visible_text(text));
    let place = |span: Span| {
        let span = page.text.span(shown_span(source, span));
        SourceSpan::new(span.start.into(), span.end - span.start)
    };
    let line = |span: Span| source.line_column(span.start).0;
    let related = diagnostic.related.iter().filter(|(span, _)| *span != diagnostic.span).map(|(span, text)| {
        let is_near = line(*span).abs_diff(line(diagnostic.span)) <= 1;
        (LabeledSpan::new_with_span(label(text), place(*span)), is_near)
    });
    let primary = LabeledSpan::new_primary_with_span(label(&diagnostic.label), place(diagnostic.span));
    std::iter::once((primary, true)).chain(related).collect()
}

/// Cuts a span of many lines to its first one.
fn shown_span(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    if text.matches('\n').count() < LINES_MARKED_MAX {
        return span;
    }
    let first = text.lines().next().unwrap_or("");
    Span::new(span.start, span.start + first.trim_end().len())
}

fn help(diagnostic: &Diagnostic) -> Option<String> {
    let help = diagnostic.help.as_ref()?;
    Some(help.lines().map(visible_text).collect::<Vec<_>>().join("\n"))
}

/// The text that is shown, as `miette` reads it.
struct Page<'a> {
    source: &'a Source,
    name: String,
    text: Visible,
}

impl SourceCode for Page<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let (first, last) = (self.text.line_of(start), self.text.line_of(end));
        let lines = Span::new(self.text.line_start(first), self.text.line_end(last));
        let data = self.text.text.get(lines.start..lines.end).ok_or(MietteError::OutOfBounds)?;
        // Line and column are the author's, as an editor counts them: a tab is one character.
        let (_, column) = self.source.line_column(self.text.original(start));
        let (shown, name) = (SourceSpan::new(lines.start.into(), data.len()), self.name.clone());
        let count = last - first + 1;
        Ok(Box::new(MietteSpanContents::new_named(name, data.as_bytes(), shown, first, column - 1, count)))
    }
}

/// A diagnostic as `miette` reads it.
struct Report<'a> {
    labels: Vec<LabeledSpan>,
    help: Option<String>,
    page: &'a Page<'a>,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Report")
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.page)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests;
