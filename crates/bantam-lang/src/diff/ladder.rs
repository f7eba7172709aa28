//! Compares `stages`, `grades` and `routes`.

use super::expressions::{IF, NEEDS, maybe_change, shown};
use super::pairing::{Order, Speech, pair, report};
use super::words::maybe_duration_change;
use super::{Aspect, Changes};
use crate::definition::{Definition, Expression, RouteDecl, StageDecl, Text};
use crate::source::Spanned;

fn text(expression: Option<&Expression>) -> Option<&str> {
    expression.map(|expression| expression.text.as_str())
}

pub(super) fn stages(changes: &mut Changes, old: &Definition, new: &Definition) {
    let (old, new) = (&old.stages, &new.stages);
    let same_condition = |a: &StageDecl, b: &StageDecl| text(a.condition.as_ref()) == text(b.condition.as_ref());
    let pairing = pair(old, new, |a, b| a.name.value == b.name.value, same_condition);
    let described =
        |decl: &StageDecl| decl.condition.as_ref().map_or(String::new(), |c| format!("needs `{}`", shown(c)));
    let speech = Speech {
        section: "stages",
        name: &|decl: &StageDecl| decl.name.value.clone(),
        noun: "",
        renamed: "is now called",
        described: &described,
        order: Order::Decisive,
        name_affects: true,
        adding_affects: true,
    };
    report(changes, &speech, old, new, &pairing);
    for (a, b) in pairing.pairs {
        let (Some(a), Some(b)) = (old.get(a), new.get(b)) else { continue };
        let aspects = maybe_change(NEEDS, a.condition.as_ref(), b.condition.as_ref()).into_iter().collect();
        changes.aspects("stages", &b.name.value, &format!("{} ", b.name.value), aspects);
    }
}

type Letters = [(Text, Spanned<i64>)];

pub(super) fn grades(changes: &mut Changes, old: &Definition, new: &Definition) {
    let both = [
        ("fit", old.grades_fit.as_deref(), new.grades_fit.as_deref()),
        ("engagement", old.grades_engagement.as_deref(), new.grades_engagement.as_deref()),
    ];
    for (what, old, new) in both {
        let aspects = match (old, new) {
            (None, None) => Vec::new(),
            (Some(old), Some(new)) => letter_change(old, new).into_iter().collect(),
            (None, Some(new)) => vec![Aspect::scoring(format!("now graded: {}", letters(new)))],
            (Some(old), None) => vec![Aspect::scoring(format!("no longer graded ({})", letters(old)))],
        };
        changes.aspects("grades", what, &format!("grades of {what}: "), aspects);
    }
}

fn letters(letters: &Letters) -> String {
    let letters: Vec<String> =
        letters.iter().map(|(letter, from)| format!("{} from {}", letter.value, from.value)).collect();
    if letters.is_empty() { "no letters".into() } else { letters.join(", ") }
}

fn letter_change(old: &Letters, new: &Letters) -> Option<Aspect> {
    // Of letters equal after trimming the last counts, as in the fingerprint.
    let find = |letters: &Letters, letter: &str| {
        letters.iter().rev().find(|(other, _)| other.value == letter).map(|(_, from)| from.value)
    };
    let mut parts = Vec::new();
    for (letter, from) in new {
        match find(old, &letter.value) {
            None => parts.push(format!("{} added from {}", letter.value, from.value)),
            Some(was) if was != from.value => parts.push(format!("{} from {was} -> {}", letter.value, from.value)),
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|(letter, _)| find(new, &letter.value).is_none());
    parts.extend(gone.map(|(letter, _)| format!("{} removed", letter.value)));
    (!parts.is_empty()).then(|| Aspect::scoring(parts.join(", ")))
}

pub(super) fn routes(changes: &mut Changes, old: &[RouteDecl], new: &[RouteDecl]) {
    let pairing = pair(old, new, |a, b| a.to.value == b.to.value, |a, b| route_aspects(a, b).is_empty());
    let described = |decl: &RouteDecl| decl.condition.as_ref().map_or(String::new(), |c| format!("if `{}`", shown(c)));
    let speech = Speech {
        section: "routes",
        name: &|decl: &RouteDecl| decl.to.value.clone(),
        noun: "route to ",
        renamed: "now leads to",
        described: &described,
        order: Order::Decisive,
        name_affects: true,
        adding_affects: true,
    };
    report(changes, &speech, old, new, &pairing);
    for (a, b) in pairing.pairs {
        let (Some(a), Some(b)) = (old.get(a), new.get(b)) else { continue };
        changes.aspects("routes", &b.to.value, &format!("route to {}: ", b.to.value), route_aspects(a, b));
    }
}

fn route_aspects(old: &RouteDecl, new: &RouteDecl) -> Vec<Aspect> {
    let mut aspects: Vec<Aspect> =
        maybe_change(IF, old.condition.as_ref(), new.condition.as_ref()).into_iter().collect();
    let respond = |decl: &RouteDecl| decl.respond_within.as_ref().map(|seconds| seconds.value);
    if respond(old) != respond(new) {
        let words = maybe_duration_change(respond(old), respond(new), "no promise");
        aspects.push(Aspect::scoring(format!("respond within {words}")));
    }
    let escalate = |decl: &RouteDecl| decl.escalate_to.as_ref().map_or("nobody".to_owned(), |to| to.value.clone());
    if old.escalate_to.as_ref().map(|to| &to.value) != new.escalate_to.as_ref().map(|to| &to.value) {
        aspects.push(Aspect::quiet(format!("escalates to {} -> {}", escalate(old), escalate(new))));
    }
    aspects
}
