//! Says what the YAML reader stumbled over: its own words are for programmers.

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Says what the YAML reader stumbled over, in an author's words.
pub(super) fn diagnostic(text: &str, at: usize, info: &str) -> Diagnostic {
    let (line_start, line) = line_at(text, at);
    let content = line_start + (line.len() - line.trim_start().len());
    let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
    let error = |problem: &str, label: &str, help: &str| {
        Diagnostic::error(codes::NOT_YAML, Span::new(at, end), problem).label(label).help(help)
    };
    let stops = "reading stops here";
    match info {
        info if info.contains("tab") => {
            error("a tab stands where YAML wants blanks", stops, "indent with blanks, two for each level")
        }
        info if info.contains("mapping values") && line.matches(": ").count() < 2 => {
            let help = "indent the entries of a map alike; what stands inside an entry goes on a line below its name";
            let whole = Span::new(content, line_start + line.trim_end().len());
            Diagnostic::error(codes::NOT_YAML, whole, "this line is indented too far")
                .label("the line above has its value already")
                .help(help)
        }
        info if info.contains("mapping values") => {
            error("there is a second `: ` on this line", stops, "quote the text that holds it")
        }
        info if info.contains("invalid trailing content") => error(
            "there is text behind the closing quote",
            stops,
            "quote the whole text: `'...'`, with `''` for a `'` in it",
        ),
        info if info.contains("must be followed by") => {
            error("a blank is missing behind `:`", stops, "write `name: value`, with a blank and no tab between")
        }
        info if info.contains("flow") => {
            let help = "close it, or quote texts inside it that hold brackets, commas or `: `";
            let diagnostic = error("a `{...}` or `[...]` is not closed", stops, help);
            match unclosed_bracket(text, at) {
                Some(open) => diagnostic.related(Span::new(open, open + 1), "opened here"),
                None => diagnostic,
            }
        }
        info if info.contains("quoted scalar") => {
            error("a quote is opened and never closed", "opened here", "close it at the end of the text")
        }
        info => error(
            &format!("this is not YAML: {info}"),
            stops,
            "check indentation, and quote texts that hold `: `, ` #`, brackets or commas",
        ),
    }
}

/// Returns where the line of a byte starts, and the line.
fn line_at(text: &str, at: usize) -> (usize, &str) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    (start, text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or(""))
}

/// Finds the innermost bracket that is open before `at`, from the entry of the file that holds it on.
fn unclosed_bracket(text: &str, at: usize) -> Option<usize> {
    let (line_start, _) = line_at(text, at);
    let before = text.get(..line_start)?;
    let entry = before.rmatch_indices('\n').map(|(end, _)| end + 1).chain([0]).find(|start| {
        before.get(*start..).and_then(|line| line.chars().next()).is_some_and(|c| c.is_ascii_alphabetic())
    })?;
    let mut open = Vec::new();
    let mut quote = None;
    for (offset, c) in text.get(entry..at)?.char_indices() {
        match (quote, c) {
            (Some(inside), c) if c == inside => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => open.push(entry + offset),
            (None, '}' | ']') => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}
