//! Reads scalars, lists and maps out of the tree, saying what is wrong where they are something else.

use super::Decoder;
use crate::codes;
use crate::definition::{Expression, Text};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::parse_expression;
use crate::nearest::{did_you_mean, list_names};
use crate::source::{Span, Spanned};
use crate::yaml::{Node, NodeKind, Scalar};

/// Durations lie between a second and a hundred years of 365 days.
const DURATION_SECONDS_MAX: i64 = 36_500 * 86_400;

/// The entries of a map whose keys are known. Empty values and `null` count as absent.
pub(super) struct Fields<'a> {
    entries: &'a [(Scalar, Node)],
    known: &'static [&'static str],
    /// Where the map stands.
    pub(super) span: Span,
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        let (_, node) = self.entries.iter().find(|(name, _)| name.text == key && self.known.contains(&key))?;
        let absent = node.is_absent();
        (!absent).then_some(node)
    }

    /// Where the key itself stands; the whole map where it is absent.
    pub(super) fn key_span(&self, key: &str) -> Span {
        self.entries.iter().find(|(name, _)| name.text == key).map_or(self.span, |(name, _)| name.span)
    }
}

impl Decoder<'_> {
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, span, message).help(help));
    }

    pub(super) fn shape(&mut self, node: &Node, expected: &str) {
        let message = format!("expected {expected}, found {}", node.describe());
        let help = match &node.kind {
            NodeKind::Map(_) if expected.starts_with("a list") => Some("begin each entry with `- `".to_owned()),
            NodeKind::List(_) if !expected.starts_with("a list") => {
                Some("write it without `- ` and `[...]`".to_owned())
            }
            _ => None,
        };
        self.diagnostics.push(Diagnostic::error(codes::WRONG_SHAPE, node.span, message).maybe_help(help));
    }

    /// Reads a map with the given keys; unknown ones are told and left out.
    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        known: &'static [&'static str],
    ) -> Option<Fields<'n>> {
        let NodeKind::Map(entries) = &node.kind else {
            self.shape(node, &format!("{what} with {}", list_names(known.iter().copied(), 6)));
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
            let message = format!("{what} has no `{}`", key.text);
            let help = did_you_mean(&key.text, known.iter().copied())
                .unwrap_or_else(|| format!("known here: {}", list_names(known.iter().copied(), 24)));
            self.error(codes::UNKNOWN_KEY, key.span, message, help);
        }
        Some(Fields { entries, known, span: node.span })
    }

    /// Reads a map with keys of the author's choosing.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Scalar, Node)]> {
        let NodeKind::Map(entries) = &node.kind else {
            self.shape(node, what);
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| key.text.trim().is_empty()) {
            self.error(codes::BAD_NAME, key.span, "a name is empty", "give it a name");
        }
        Some(entries)
    }

    pub(super) fn items<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        let NodeKind::List(items) = &node.kind else {
            self.shape(node, what);
            return None;
        };
        Some(items)
    }

    pub(super) fn single_entry<'n>(&mut self, node: &'n Node, what: &str) -> Option<(&'n Scalar, &'n Node)> {
        match &node.kind {
            NodeKind::Map(entries) => match entries.as_slice() {
                [(key, value)] => Some((key, value)),
                _ => {
                    let message = format!("expected one {what}, found {} entries", entries.len());
                    self.error(codes::WRONG_SHAPE, node.span, message, "begin each with `- ` on a line of its own");
                    None
                }
            },
            _ => {
                self.shape(node, what);
                None
            }
        }
    }

    pub(super) fn scalar<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Scalar> {
        match &node.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => {
                self.shape(node, what);
                None
            }
        }
    }

    /// Reads a text, trimmed; an empty one is an error.
    pub(super) fn text(&mut self, node: &Node) -> Option<Text> {
        let scalar = self.scalar(node, "a text")?;
        let text = scalar.text.trim();
        if text.is_empty() {
            self.error(codes::BAD_VALUE, scalar.span, "a text is missing here", "write it, or remove the line");
            return None;
        }
        Some(Spanned::new(text.to_owned(), scalar.span))
    }

    /// Reads a list of texts.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<Text> {
        let items = self.items(node, &format!("a list of {what}s")).unwrap_or_default();
        items.iter().filter_map(|item| self.text(item)).collect()
    }

    /// Reads one text or a list of them.
    pub(super) fn one_or_more(&mut self, node: &Node) -> Vec<Text> {
        match node.kind {
            NodeKind::Scalar(_) => self.text(node).into_iter().collect(),
            _ => self.texts(node, "name"),
        }
    }

    /// Reads names of events: one or a list that is not empty.
    pub(super) fn events_of(&mut self, node: &Node) -> Vec<Text> {
        let names = self.one_or_more(node);
        if matches!(&node.kind, NodeKind::List(items) if items.is_empty()) {
            self.error(
                codes::BAD_VALUE,
                node.span,
                "at least one event is needed here",
                "name an event, for example `demo_requested`",
            );
        }
        names
    }

    /// Reads an integer between `low` and `high`.
    pub(super) fn integer(&mut self, node: &Node, low: i64, high: i64) -> Option<Spanned<i64>> {
        let scalar = self.scalar(node, "a whole number")?;
        let text = scalar.text.trim();
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("`{text}` is not a whole number");
            self.error(
                codes::BAD_VALUE,
                scalar.span,
                message,
                "points, caps and bounds are whole numbers such as `15` or `-5`",
            );
            return None;
        }
        match text.parse::<i64>() {
            Ok(number) if (low..=high).contains(&number) => Some(Spanned::new(number, scalar.span)),
            _ => {
                let message = format!("`{text}` is out of range");
                self.error(codes::OUT_OF_RANGE, scalar.span, message, format!("it must lie between {low} and {high}"));
                None
            }
        }
    }

    pub(super) fn duration(&mut self, node: &Node) -> Option<Spanned<i64>> {
        let scalar = self.scalar(node, "a duration")?;
        let text = scalar.text.trim();
        if let Some(seconds) = parse_duration(text) {
            return Some(Spanned::new(seconds, scalar.span));
        }
        let help = "durations are a number with `s`, `m`, `h`, `d` or `w`, from `1s` to `36500d`: `90m`, `30d`";
        self.error(codes::BAD_VALUE, scalar.span, format!("`{text}` is not a duration"), help);
        None
    }

    /// Reads an expression; `None` where there is none at all, which is told.
    pub(super) fn expression(&mut self, node: &Node) -> Option<Expression> {
        let scalar = self.scalar(node, "an expression")?;
        if scalar.text.trim().is_empty() {
            self.error(
                codes::EMPTY_EXPRESSION,
                scalar.span,
                "an expression is missing here",
                "write a condition, for example `employees >= 50`",
            );
            return None;
        }
        let blank = scalar.text.len() - scalar.text.trim_start().len();
        let text = scalar.text.trim().to_owned();
        let offsets: Vec<usize> = scalar.offsets(self.source).into_iter().skip(blank).take(text.len() + 1).collect();
        let mut expression = Expression { text, syntax: None, span: scalar.span, offsets };
        match parse_expression(&expression.text) {
            Ok(syntax) => expression.syntax = Some(syntax),
            Err(error) => {
                let span = expression.place(error.span);
                self.diagnostics.push(
                    Diagnostic::error(codes::BAD_EXPRESSION, span, error.message)
                        .label(error.label)
                        .maybe_help(error.help),
                );
            }
        }
        Some(expression)
    }
}

/// Parses `N` then `s m h d w` to seconds, from 1 s to 36,500 d.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let digits = text.get(..text.len().checked_sub(1)?)?;
    let unit = match text.get(digits.len()..)? {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = digits.parse::<i64>().ok()?.checked_mul(unit)?;
    (1..=DURATION_SECONDS_MAX).contains(&seconds).then_some(seconds)
}
