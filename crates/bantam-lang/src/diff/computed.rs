//! Compares `derive`, `signals`, `personas` and `disqualify`.

use super::effective::{Effective, Place, Written};
use super::expressions::{IF, IS, LOOKS_AT, NEEDS, Verb, change, maybe_change, shown};
use super::lists::names_change;
use super::pairing::{Order, Speech, pair, report};
use super::rules::without_is;
use super::selectors::selector_aspects;
use super::words::{all_of, maybe_duration_change, values};
use super::{Aspect, Changes};
use crate::definition::{ConditionDecl, SignalDecl, SignalVerb};

/// Computed attributes: their order decides only what sees what, and names come and go with those who use them.
pub(super) fn derive(changes: &mut Changes, old: &[ConditionDecl], new: &[ConditionDecl]) {
    named(changes, ("derive", IS, " "), Order::Kept, false, old, new);
}

pub(super) fn personas(changes: &mut Changes, old: &[ConditionDecl], new: &[ConditionDecl]) {
    named(changes, ("personas", NEEDS, " "), Order::Decisive, true, old, new);
}

pub(super) fn disqualify(changes: &mut Changes, old: &[ConditionDecl], new: &[ConditionDecl]) {
    named(changes, ("disqualify", IF, ": "), Order::Decisive, true, old, new);
}

fn named(
    changes: &mut Changes,
    (section, verb, between): (&'static str, Verb, &str),
    order: Order,
    adding_affects: bool,
    old: &[ConditionDecl],
    new: &[ConditionDecl],
) {
    let pairing = pair(old, new, |a, b| a.name.value == b.name.value, |a, b| a.expression.text == b.expression.text);
    let speech = Speech {
        section,
        name: &|decl: &ConditionDecl| decl.name.value.clone(),
        noun: "",
        renamed: "is now called",
        described: &|decl| format!("`{}`", shown(&decl.expression)),
        order,
        name_affects: true,
        adding_affects,
    };
    report(changes, &speech, old, new, &pairing);
    for (a, b) in pairing.pairs {
        let (Some(a), Some(b)) = (old.get(a), new.get(b)) else { continue };
        let aspects = change(verb, &a.expression, &b.expression).into_iter().collect();
        changes.aspects(section, &b.name.value, &format!("{}{between}", b.name.value), aspects);
    }
}

pub(super) fn signals(changes: &mut Changes, old: &[SignalDecl], new: &[SignalDecl]) {
    let pairing = pair(old, new, |a, b| a.name.value == b.name.value, |a, b| signal_aspects(a, b).is_empty());
    let speech = Speech {
        section: "signals",
        name: &|decl: &SignalDecl| decl.name.value.clone(),
        noun: "",
        renamed: "is now called",
        described: &|decl| format!("{} of {}", decl.verb.key(), all_of(&values(&decl.events))),
        order: Order::Kept,
        name_affects: true,
        adding_affects: false,
    };
    report(changes, &speech, old, new, &pairing);
    for (a, b) in pairing.pairs {
        let (Some(a), Some(b)) = (old.get(a), new.get(b)) else { continue };
        changes.aspects("signals", &b.name.value, &format!("{}: ", b.name.value), signal_aspects(a, b));
    }
}

fn signal_aspects(old: &SignalDecl, new: &SignalDecl) -> Vec<Aspect> {
    let mut aspects = Vec::new();
    if old.verb != new.verb {
        aspects.push(Aspect::scoring(format!("{} -> {}", old.verb.key(), new.verb.key())));
    }
    aspects.extend(events_change(old, new));
    aspects.extend(maybe_change(LOOKS_AT, old.of.as_ref(), new.of.as_ref()));
    let span = |decl: &SignalDecl| decl.span.as_ref().map(|span| span.value);
    if span(old) != span(new) {
        let words = maybe_duration_change(span(old), span(new), "any time");
        aspects.push(Aspect::scoring(format!("the whole sequence in {words}")));
    }
    aspects.extend(selector_aspects(&old.selectors, &new.selectors));
    let written = (Written::on_selectors(&old.selectors), Written::on_selectors(&new.selectors));
    let holds = (Effective::nothing().inside(written.0), Effective::nothing().inside(written.1));
    let place = Place { written, holds: (&holds.0, &holds.1) };
    aspects.extend(place.aspects(|only| only(&holds.0) != only(&holds.1)).into_iter().map(without_is));
    aspects
}

/// The steps of a sequence have an order; other events have none.
fn events_change(old: &SignalDecl, new: &SignalDecl) -> Option<Aspect> {
    let (was, is) = (values(&old.events), values(&new.events));
    if new.verb == SignalVerb::Sequence && was != is {
        return Some(Aspect::scoring(format!("steps {} -> {}", was.join(", "), is.join(", "))));
    }
    let change = names_change(&was, &is)?;
    Some(Aspect { words: format!("events: {}", change.words), ..change })
}
