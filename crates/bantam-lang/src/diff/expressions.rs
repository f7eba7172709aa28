//! Finds what changed inside an expression: a literal, a part of `&&` or `||`, or the whole.

mod literals;

use super::Aspect;
use super::lists::missing_from;
use super::words::all_of;
use crate::definition::Expression;
use crate::expression::{Syntax, SyntaxKind, print_syntax};

/// How a place speaks of its expression.
#[derive(Clone, Copy)]
pub(super) struct Verb {
    /// `needs`, before what changed.
    base: &'static str,
    /// `now also needs`, before a part that came.
    more: &'static str,
    /// `no longer needs`, before a part that went.
    less: &'static str,
    /// `now needs`, before an expression where there was none.
    first: &'static str,
}

/// Stages and personas.
pub(super) const NEEDS: Verb =
    Verb { base: "needs", more: "now also needs", less: "no longer needs", first: "now needs" };
/// Conditions of rules, routes and the like.
pub(super) const IF: Verb =
    Verb { base: "if", more: "now only if also", less: "no longer asks for", first: "now only if" };
/// What a table looks up, what a sum adds.
pub(super) const LOOKS_AT: Verb =
    Verb { base: "looks at", more: "now also looks at", less: "no longer looks at", first: "now looks at" };
/// Computed attributes.
pub(super) const IS: Verb = Verb { base: "is", more: "now also asks for", less: "no longer asks for", first: "is now" };

/// Returns how an expression that may be absent differs.
pub(super) fn maybe_change(verb: Verb, old: Option<&Expression>, new: Option<&Expression>) -> Option<Aspect> {
    match (old, new) {
        (None, None) => None,
        (Some(old), Some(new)) => change(verb, old, new),
        (None, Some(new)) => Some(Aspect::scoring(format!("{} `{}`", verb.first, shown(new)))),
        (Some(old), None) => Some(Aspect::scoring(format!("{} `{}`", verb.less, shown(old)))),
    }
}

/// Returns how an expression differs; nothing where it is written the same.
pub(super) fn change(verb: Verb, old: &Expression, new: &Expression) -> Option<Aspect> {
    if old.text == new.text {
        return None;
    }
    let found = old.syntax.as_ref().zip(new.syntax.as_ref()).and_then(|(old, new)| finer_change(verb, old, new));
    let whole = || Aspect::scoring(format!("{} `{}` -> `{}`", verb.base, shown(old), shown(new)));
    Some(found.unwrap_or_else(whole))
}

/// Returns an expression on one line.
pub(super) fn shown(expression: &Expression) -> String {
    match &expression.syntax {
        Some(syntax) if expression.text.contains(char::is_control) => print_syntax(syntax),
        _ => expression.text.clone(),
    }
}

fn finer_change(verb: Verb, old: &Syntax, new: &Syntax) -> Option<Aspect> {
    let same = || Aspect::quiet("is written differently, with the same meaning");
    if print_syntax(old.bare()) == print_syntax(new.bare()) {
        return Some(same());
    }
    if let Some(literals) = literals::changed_literals(old.bare(), new.bare()) {
        let words = || Aspect::scoring(format!("{} {}", verb.base, literals.join(", ")));
        return Some(if literals.is_empty() { same() } else { words() });
    }
    let either = matches!(old.bare().kind, SyntaxKind::Or(_)) || matches!(new.bare().kind, SyntaxKind::Or(_));
    let parts = if either { parts_of_or } else { parts_of_and };
    let (old, new) = (parts(old.bare()), parts(new.bare()));
    let (more, less) = (missing_from(&new, &old), missing_from(&old, &new));
    match (more.is_empty(), less.is_empty(), either) {
        (true, true, _) => Some(same()),
        (false, true, false) => Some(Aspect::scoring(format!("{} {}", verb.more, all_of(&more)))),
        (true, false, false) => Some(Aspect::scoring(format!("{} {}", verb.less, all_of(&less)))),
        (false, true, true) => Some(Aspect::scoring(format!("now also where {}", all_of(&more)))),
        (true, false, true) => Some(Aspect::scoring(format!("no longer where {}", all_of(&less)))),
        (false, false, _) => None,
    }
}

fn parts_of_and(syntax: &Syntax) -> Vec<String> {
    match &syntax.kind {
        SyntaxKind::And(parts) => parts.iter().map(part).collect(),
        _ => vec![part(syntax)],
    }
}

fn parts_of_or(syntax: &Syntax) -> Vec<String> {
    match &syntax.kind {
        SyntaxKind::Or(parts) => parts.iter().map(part).collect(),
        _ => vec![part(syntax)],
    }
}

fn part(syntax: &Syntax) -> String {
    format!("`{}`", print_syntax(syntax.bare()))
}
