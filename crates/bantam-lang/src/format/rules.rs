//! Turns `fit` and `engagement` into keys and values.

use super::durations::duration;
use super::entries::{expression_entry, names, number_entry, text_entry};
use super::layout::{Entry, Layout, Shape};
use crate::definition::{
    Frame, GroupDecl, LimitDecl, OncePer, PointsDecl, RuleDecl, RuleOrGroup, SectionDecl, Selectors, Text, Within,
};
use crate::meaning::Decay;
use crate::source::Spanned;

pub(super) fn section(decl: &SectionDecl) -> Layout {
    let rules = decl.items.iter().map(|item| match item {
        RuleOrGroup::Rule(decl) => rule(decl),
        RuleOrGroup::Group(decl) => group(decl),
    });
    surrounded(&decl.frame, rules.collect())
}

fn group(decl: &GroupDecl) -> Entry {
    (decl.name.value.clone(), surrounded(&decl.frame, decl.rules.iter().map(rule).collect()))
}

/// The defaults and the limit that surround some rules, then the rules.
fn surrounded(frame: &Frame, rules: Vec<Entry>) -> Layout {
    let mut entries = Vec::new();
    entries.extend(within(frame.within.as_ref()));
    entries.extend(since(frame.since.as_ref()));
    entries.extend(decay(frame.decay.as_ref()));
    entries.extend(limit(frame.limit));
    entries.push(("rules".to_owned(), Layout::Map(rules, Shape::Open)));
    Layout::Map(entries, Shape::Open)
}

/// The keys of a rule in the order of [`crate::keys::ENGAGEMENT_RULE`].
fn rule(decl: &RuleDecl) -> Entry {
    let mut entries = Vec::new();
    entries.extend(decl.on.as_ref().map(|events| ("on".to_owned(), names(events))));
    entries.extend(expression_entry("if", decl.selectors.condition.as_ref()));
    entries.extend(expression_entry("by", decl.by.as_ref()));
    entries.extend(points(&decl.points));
    entries.extend(window(&decl.selectors));
    entries.extend(once(&decl.selectors));
    entries.extend(decay(decl.frame.decay.as_ref()));
    entries.extend(limit(decl.frame.limit));
    (decl.name.value.clone(), Layout::Map(entries, Shape::Close))
}

fn points(points: &PointsDecl) -> Option<Entry> {
    match points {
        PointsDecl::Fixed(points) => Some(number_entry("points", points.value)),
        PointsDecl::Table(table) => {
            let entries = table.value.iter().map(|(key, points)| number_entry(&key.value, points.value)).collect();
            Some(("points".to_owned(), Layout::Map(entries, Shape::Close)))
        }
        PointsDecl::Unreadable => None,
    }
}

/// `within` and `since` of a signal or rule.
pub(super) fn window(selectors: &Selectors) -> impl Iterator<Item = Entry> {
    within(selectors.within.as_ref()).into_iter().chain(since(selectors.since.as_ref()))
}

/// `once_per` and `times`.
pub(super) fn once(selectors: &Selectors) -> impl Iterator<Item = Entry> {
    let once_per = selectors.once_per.as_ref().map(|once| match once {
        OncePer::Day => text_entry("once_per", "day"),
        OncePer::Week => text_entry("once_per", "week"),
        OncePer::Month => text_entry("once_per", "month"),
        OncePer::Window(seconds) => text_entry("once_per", &duration(*seconds)),
        OncePer::Value(expression) => ("once_per".to_owned(), Layout::Expression(expression.text.clone())),
    });
    once_per.into_iter().chain(selectors.times.as_ref().map(|times| number_entry("times", times.value)))
}

fn within(within: Option<&Spanned<Within>>) -> Option<Entry> {
    within.map(|within| match within.value {
        Within::Never => text_entry("within", "never"),
        Within::Seconds(seconds) => text_entry("within", &duration(seconds)),
    })
}

/// An event that is itself named `never` stands in a list, so that it is not taken for the word.
fn since(since: Option<&Spanned<Vec<Text>>>) -> Option<Entry> {
    let events = since?.value.as_slice();
    let layout = match events {
        [] => Layout::Text("never".into()),
        [name] if name.value == "never" => Layout::List(vec![Layout::Text("never".into())], Shape::Close),
        events => names(events),
    };
    Some(("since".to_owned(), layout))
}

fn decay(decay: Option<&Spanned<Decay>>) -> Option<Entry> {
    decay.map(|decay| match decay.value {
        Decay::Never => text_entry("halve_every", "never"),
        Decay::HalveEvery(seconds) => text_entry("halve_every", &duration(seconds)),
        Decay::FadeOver(seconds) => text_entry("fade_over", &duration(seconds)),
    })
}

fn limit(limit: Option<LimitDecl>) -> Option<Entry> {
    let limit = limit?;
    if limit.is_cap {
        return Some(number_entry("cap", limit.high));
    }
    let bounds = [limit.low, limit.high].map(|bound| Layout::Text(bound.to_string()));
    Some(("range".to_owned(), Layout::List(bounds.into(), Shape::Close)))
}
