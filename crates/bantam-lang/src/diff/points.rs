//! Compares what rules give: a number, or a table by value.

use super::Aspect;
use super::expressions::{LOOKS_AT, maybe_change, shown};
use super::words::{points, shortened};
use crate::convert::parse_number;
use crate::definition::{PointsDecl, RuleDecl, Text};
use crate::source::Spanned;

/// At most this many entries of a table are named.
const ENTRIES: usize = 6;

type Entries = [(Text, Spanned<i64>)];

/// Returns how the points of a rule differ, and what they look at.
pub(super) fn point_aspects(old: &RuleDecl, new: &RuleDecl) -> Vec<Aspect> {
    match (&old.points, &new.points) {
        (PointsDecl::Fixed(was), PointsDecl::Fixed(is)) if was.value == is.value => Vec::new(),
        (PointsDecl::Fixed(was), PointsDecl::Fixed(is)) => {
            vec![Aspect::scoring(format!("{} -> {}", was.value, points(is.value)))]
        }
        (PointsDecl::Table(was), PointsDecl::Table(is)) => {
            let by = maybe_change(LOOKS_AT, old.by.as_ref(), new.by.as_ref());
            let what = new.by.as_ref().map(shown).unwrap_or_default();
            by.into_iter().chain(table_change(&was.value, &is.value, &what)).collect()
        }
        _ => vec![Aspect::scoring(format!("now gives {} (gave {})", points_words(new), points_words(old)))],
    }
}

/// Returns `10 points`, or `points by industry: Software 30, Fintech 20`.
pub(super) fn points_words(decl: &RuleDecl) -> String {
    match &decl.points {
        PointsDecl::Fixed(given) => points(given.value),
        PointsDecl::Table(entries) => {
            let by = decl.by.as_ref().map(shown).unwrap_or_default();
            let name = naming(&entries.value, &entries.value, &by);
            let entries: Vec<String> =
                entries.value.iter().map(|(key, points)| format!("{} {}", name(&key.value), points.value)).collect();
            format!("points by {by}: {}", shortened(&entries, ENTRIES))
        }
        PointsDecl::Unreadable => "no points".into(),
    }
}

fn table_change(old: &Entries, new: &Entries, by: &str) -> Option<Aspect> {
    let find = |entries: &Entries, key: &str| {
        entries.iter().find(|(other, _)| other.value == key).map(|(_, points)| points.value)
    };
    let name = naming(old, new, by);
    let mut parts = Vec::new();
    for (key, points) in new {
        match find(old, &key.value) {
            None => parts.push(format!("{} added with {}", name(&key.value), points.value)),
            Some(was) if was != points.value => {
                parts.push(format!("{} {was} -> {}", name(&key.value), points.value));
            }
            Some(_) => {}
        }
    }
    for (key, _) in old.iter().filter(|(key, _)| find(new, &key.value).is_none()) {
        parts.push(format!("{} removed", name(&key.value)));
    }
    (!parts.is_empty()).then(|| Aspect::scoring(shortened(&parts, ENTRIES)))
}

/// Returns how keys are named: `from 50 employees` in tables of numbers, as written in others.
fn naming(old: &Entries, new: &Entries, by: &str) -> impl Fn(&str) -> String {
    let bound =
        |key: &str| key.trim().strip_suffix('+').filter(|bound| parse_number(bound).is_some()).map(str::to_owned);
    let special = |key: &str| matches!(key, "else" | "missing");
    let keys = || old.iter().chain(new).map(|(key, _)| key.value.as_str()).filter(|key| !special(key));
    let numbers = keys().all(|key| bound(key).is_some());
    let by = by.to_owned();
    move |key| match key {
        "else" => "any other value".into(),
        "missing" => "no value".into(),
        key => match bound(key).filter(|_| numbers) {
            Some(bound) => format!("from {bound} {by}"),
            None => key.to_owned(),
        },
    }
}
