//! Quotes expressions that YAML cannot read as they stand, says so, and lets the reading go on.
//!
//! 1. The text is read. Where that fails, or finds what only a forgotten quote explains, the line is a suspect.
//! 2. The suspect's expression is put in single quotes and the text is read again, up to [`REPAIRS_MAX`] times.
//! 3. Places found in the repaired text are carried back to the author's, so every message points at what was written.

use super::{Node, NodeKind, Scalar, read_once};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::expression::{SyntaxKind, parse_expression};
use crate::source::{Source, Span};
use saphyr_parser::ScalarStyle;

/// How many lines are repaired before reading gives up: each costs another reading of the text, 256 KiB at most.
const REPAIRS_MAX: usize = 20;

/// Keys whose value is an expression.
const EXPRESSION_KEYS: [&str; 4] = ["if", "by", "of", "once_per"];

pub(super) fn read_with_repairs(source: &Source) -> (Option<Node>, Vec<Diagnostic>) {
    let mut repairs = Repairs { text: source.text.clone(), inserted: Vec::new() };
    let mut found = Vec::new();
    for _ in 0..REPAIRS_MAX {
        let (root, mut diagnostics) = read_once(&repairs.text);
        let suspect = diagnostics.iter().position(|d| d.code == codes::NEEDS_QUOTES || d.code == codes::NOT_YAML);
        let place = match suspect {
            Some(index) => diagnostics.get(index).map(|d| d.span.start),
            None => root.as_ref().and_then(|root| torn_expression(root, &repairs.text)),
        };
        let quoted = place.and_then(|place| repairs.quote_expression_at(place));
        let Some(repair) = quoted else {
            let mut root = root;
            diagnostics.iter_mut().for_each(|d| repairs.carry_back(d));
            if let Some(root) = &mut root {
                repairs.carry_back_node(root);
            }
            diagnostics.extend(found);
            return (root, diagnostics);
        };
        found.push(
            Diagnostic::error(codes::NEEDS_QUOTES, repairs.original(repair.span), repair.reason)
                .label("YAML reads this otherwise")
                .help(format!("put it in quotes:\n  {}", repair.line.trim())),
        );
    }
    (None, found)
}

/// Finds a map in `{...}` where a comma tore an expression apart: `{if: f(a, b)}` has a key `b)` without a value; or an
/// expression that a ` #` cut short.
fn torn_expression(node: &Node, source: &str) -> Option<usize> {
    match &node.kind {
        NodeKind::Scalar(scalar) => is_cut_by_comment(scalar, source).then_some(scalar.span.start),
        NodeKind::List(items) => items.iter().find_map(|item| torn_expression(item, source)),
        NodeKind::Map(entries) => {
            let torn = entries.windows(2).find_map(|pair| match pair {
                [(_, before), (key, after)] => {
                    let NodeKind::Scalar(text) = &before.kind else { return None };
                    let NodeKind::Scalar(nothing) = &after.kind else { return None };
                    let open = text.style == ScalarStyle::Plain
                        && text.text.matches('(').count() > text.text.matches(')').count();
                    (open && nothing.text.is_empty() && key.style == ScalarStyle::Plain).then_some(text.span.start)
                }
                _ => None,
            });
            torn.or_else(|| entries.iter().find_map(|(_, value)| torn_expression(value, source)))
        }
    }
}

/// Whether a comment begins inside a text of an expression: what is left has an open quote, the whole line has none.
fn is_cut_by_comment(scalar: &Scalar, source: &str) -> bool {
    let rest = source.get(scalar.span.end..).and_then(|rest| rest.lines().next()).unwrap_or("");
    if scalar.style != ScalarStyle::Plain
        || !rest.trim_start().starts_with('#')
        || parse_expression(&scalar.text).is_ok()
    {
        return false;
    }
    parse_expression(format!("{}{rest}", scalar.text).trim_end()).is_ok()
}

struct Repair {
    span: Span,
    line: String,
    reason: String,
}

/// The text with quotes put in, and where they were put.
struct Repairs {
    text: String,
    /// Byte offsets, in the repaired text, of inserted bytes; ascending.
    inserted: Vec<usize>,
}

impl Repairs {
    /// Carries a place of the repaired text back to the author's text.
    fn original(&self, span: Span) -> Span {
        let back = |at: usize| at - self.inserted.partition_point(|&inserted| inserted < at);
        Span::new(back(span.start), back(span.end))
    }

    fn carry_back(&self, diagnostic: &mut Diagnostic) {
        diagnostic.span = self.original(diagnostic.span);
        for (span, _) in &mut diagnostic.related {
            *span = self.original(*span);
        }
    }

    fn carry_back_node(&self, node: &mut Node) {
        node.span = self.original(node.span);
        match &mut node.kind {
            NodeKind::Scalar(scalar) => {
                // A repaired scalar is plain in the author's text: its characters stand there as they are.
                if self.inserted.contains(&scalar.span.start) {
                    scalar.style = ScalarStyle::Plain;
                }
                scalar.span = self.original(scalar.span);
            }
            NodeKind::List(items) => items.iter_mut().for_each(|item| self.carry_back_node(item)),
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    key.span = self.original(key.span);
                    self.carry_back_node(value);
                }
            }
        }
    }

    /// Quotes the unquoted expression on the line of `place` that YAML stumbled over.
    fn quote_expression_at(&mut self, place: usize) -> Option<Repair> {
        let line_start = self.text.get(..place)?.rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text.get(place..)?.find('\n').map_or(self.text.len(), |at| place + at);
        let line = self.text.get(line_start..line_end)?;
        let (start, end) =
            expressions(line).into_iter().find(|&(start, end)| line.get(start..end).is_some_and(is_repairable))?;
        let span = Span::new(line_start + start, line_start + end);
        let expression = self.text.get(span.start..span.end)?.to_owned();
        let reason = reason(&expression);
        self.insert(span.end, 1);
        for (at, _) in expression.match_indices('\'').collect::<Vec<_>>().into_iter().rev() {
            self.insert(span.start + at, 1);
        }
        self.insert(span.start, 1);
        let new_end = line_end + expression.matches('\'').count() + 2;
        let line = self.text.get(line_start..new_end)?.to_owned();
        let repaired = Span::new(span.start + 1, span.end + 1 + expression.matches('\'').count());
        Some(Repair { span: repaired, line, reason })
    }

    fn insert(&mut self, at: usize, count: usize) {
        for inserted in self.inserted.iter_mut().filter(|inserted| **inserted >= at) {
            *inserted += count;
        }
        self.text.insert(at, '\'');
        let index = self.inserted.partition_point(|&inserted| inserted < at);
        self.inserted.insert(index, at);
    }
}

/// Byte ranges of the unquoted values on a line that may be expressions: after `if:` and its kin inside braces, or after
/// the first `: ` of a plain line.
fn expressions(line: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    for key in EXPRESSION_KEYS {
        let pattern = format!("{key}: ");
        for (at, _) in line.match_indices(&pattern) {
            let bounded = line
                .get(..at)
                .is_some_and(|before| before.chars().next_back().is_none_or(|c| matches!(c, ' ' | '{' | ',' | '-')));
            if bounded {
                let start = at + pattern.len();
                ranges.push((start, value_end(line, start)));
            }
        }
    }
    let key_end = line.find(": ").map(|at| at + 2);
    if let Some(start) = key_end
        && !line.get(start..).unwrap_or("").trim_start().starts_with('{')
        && !line.get(..start).unwrap_or("").contains('{')
    {
        ranges.push((start, value_end(line, start)));
    }
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}

/// Where a value that starts at `start` ends: at the line's end, or inside braces before the `,` or `}` that closes it.
/// A `, name: ` at bracket depth 0 begins the next entry.
fn value_end(line: &str, start: usize) -> usize {
    let in_braces = line.get(..start).is_some_and(|before| before.matches('{').count() > before.matches('}').count());
    let value = line.get(start..).unwrap_or("");
    if !in_braces {
        return start + value.trim_end().len();
    }
    let mut depth = 0usize;
    let mut quote = None;
    for (at, c) in value.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ',' | '}') if depth == 0 => return start + value.get(..at).unwrap_or("").trim_end().len(),
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    start + value.trim_end().len()
}

/// Whether YAML reads this value otherwise unless it is quoted as a whole.
fn needs_quotes(value: &str) -> bool {
    let first = value.chars().next();
    let quoted_whole = first.is_some_and(|quote| {
        matches!(quote, '"' | '\'')
            && value.len() > 1
            && value.ends_with(quote)
            && !value.get(1..value.len() - 1).unwrap_or("").contains(quote)
    });
    let plain_text = !matches!(first, None | Some('|' | '>' | '{')) && !quoted_whole;
    plain_text
        && (first.is_some_and(|c| "!\"'[&*@%`?".contains(c))
            || value.contains(": ")
            || value.contains(" #")
            || value.contains([',', '[', ']', '{', '}']))
}

/// Whether quoting the value would help. What begins with a quote and is no expression is a quote never closed.
fn is_repairable(value: &str) -> bool {
    if !needs_quotes(value) {
        return false;
    }
    let tree = parse_expression(value);
    match value.chars().next() {
        Some('"' | '\'') => tree.is_ok(),
        // A list alone is no expression: it is a list of the definition.
        Some('[') => tree.is_ok_and(|tree| !matches!(tree.kind, SyntaxKind::List(_))),
        _ => true,
    }
}

fn reason(value: &str) -> String {
    let what = if parse_expression(value).is_ok() { "an expression" } else { "a text" };
    match value.chars().next() {
        Some('!') => format!("{what} that begins with `!` must be quoted"),
        Some('"' | '\'') => format!("{what} that begins with a quote must be quoted as a whole"),
        Some('[') => format!("{what} that begins with a bracket must be quoted"),
        Some(c) if "&*@%`?".contains(c) => format!("{what} that begins with `{c}` must be quoted"),
        _ if value.contains(": ") => format!("{what} that holds `: ` must be quoted"),
        _ if value.contains(" #") => format!("{what} that holds ` #` must be quoted"),
        _ => format!("inside `{{...}}`, {what} with a comma or bracket must be quoted"),
    }
}

#[cfg(test)]
mod tests {
    use crate::source::Source;
    use crate::yaml::read_yaml;

    /// Returns each problem as `line:column-column message | quoted line`.
    fn check(yaml: &str, expected: &[&str]) {
        let source = Source::new("d.yaml", yaml);
        let (root, diagnostics) = read_yaml(&source);
        assert!(root.is_some(), "nothing read of {yaml:?}: {diagnostics:?}");
        let shown: Vec<String> = diagnostics
            .iter()
            .map(|d| {
                let help = d.help.as_deref().unwrap_or("").lines().last().unwrap_or("").trim();
                format!("{:?} `{}` -> {help}", source.line_column(d.span.start), source.slice(d.span))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_forgotten_quote_is_shown_quoted_and_reading_goes_on() {
        check("a: !known(x) && y\nb: 1\n", &["(1, 4) `!known(x) && y` -> a: '!known(x) && y'"]);
        check("a: \"x\" in y\n", &["(1, 4) `\"x\" in y` -> a: '\"x\" in y'"]);
        check("a: c ? b : 'd'\n", &["(1, 4) `c ? b : 'd'` -> a: 'c ? b : ''d'''"]);
        check(
            "r: {if: x in [\"b\", \"c\"], points: 3}\n",
            &["(1, 9) `x in [\"b\", \"c\"]` -> r: {if: 'x in [\"b\", \"c\"]', points: 3}"],
        );
        check("r: {if: f(a, b), points: 3}\n", &["(1, 9) `f(a, b)` -> r: {if: 'f(a, b)', points: 3}"]);
        check("r: {if: !x, points: 3}\n", &["(1, 9) `!x` -> r: {if: '!x', points: 3}"]);
    }

    #[test]
    fn a_comment_inside_a_text_is_no_comment() {
        check(
            "a: x == \"the #1\" || x == \" #2\"\nb: 1\n",
            &["(1, 4) `x == \"the #1\" || x == \" #2\"` -> a: 'x == \"the #1\" || x == \" #2\"'"],
        );
        check("name: Acme's # our own\nb: x # it's\n", &[]);
    }

    #[test]
    fn a_quote_never_closed_is_not_put_in_quotes() {
        let source = Source::new("d.yaml", "name: \"Acme\nb: 1\n");
        let (root, diagnostics) = read_yaml(&source);
        assert!(root.is_none());
        assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [crate::codes::NOT_YAML]);
    }

    #[test]
    fn two_forgotten_quotes_are_both_told() {
        check(
            "ö: !a\nb: {if: !x, points: 3}\n",
            &["(1, 4) `!a` -> ö: '!a'", "(2, 9) `!x` -> b: {if: '!x', points: 3}"],
        );
    }
}
