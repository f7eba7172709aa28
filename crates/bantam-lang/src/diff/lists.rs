//! Compares two lists of texts: what came, what went, and whether only the order differs.

use super::Aspect;
use super::words::examples;
use std::collections::{HashMap, HashSet};

/// Returns how two lists of texts differ: `2 added (a, b), 1 removed (c)`; nothing where they are equal.
pub(super) fn list_change(old: &[String], new: &[String]) -> Option<Aspect> {
    if old == new {
        return None;
    }
    let (added, removed) = (missing_from(new, old), missing_from(old, new));
    let same_values = old.iter().collect::<HashSet<_>>() == new.iter().collect::<HashSet<_>>();
    let mut parts = Vec::new();
    if !added.is_empty() {
        parts.push(format!("{} added ({})", added.len(), examples(&added)));
    }
    if !removed.is_empty() {
        parts.push(format!("{} removed ({})", removed.len(), examples(&removed)));
    }
    Some(match (parts.is_empty(), same_values) {
        (true, _) => Aspect::quiet("the same in another order"),
        (false, true) => Aspect::quiet(format!("repeats alone differ: {}", parts.join(", "))),
        (false, false) => Aspect::scoring(parts.join(", ")),
    })
}

/// Returns the values of `of` beyond those in `other`, each as often as it is missing there.
pub(super) fn missing_from(of: &[String], other: &[String]) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for value in other {
        *counts.entry(value).or_default() += 1;
    }
    of.iter()
        .filter(|value| match counts.get_mut(value.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .cloned()
        .collect()
}

/// Returns how names that all stand for the same differ: `also a and b, no longer c`; nothing where they are equal.
pub(super) fn names_change(old: &[String], new: &[String]) -> Option<Aspect> {
    if old == new {
        return None;
    }
    let (added, removed) = (missing_from(new, old), missing_from(old, new));
    let mut parts = Vec::new();
    if !added.is_empty() {
        parts.push(format!("also {}", super::words::all_of(&added)));
    }
    if !removed.is_empty() {
        parts.push(format!("no longer {}", super::words::all_of(&removed)));
    }
    let same_values = old.iter().collect::<HashSet<_>>() == new.iter().collect::<HashSet<_>>();
    Some(match parts.is_empty() {
        true => Aspect::quiet("the same in another order"),
        false => Aspect { words: parts.join(", "), affects_scores: !same_values },
    })
}
