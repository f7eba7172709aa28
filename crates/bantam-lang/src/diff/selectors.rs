//! Compares what chooses events: `if`, `once_per`, `times`.

use super::Aspect;
use super::expressions::{IF, maybe_change};
use super::words::duration;
use crate::definition::{OncePer, Selectors};

/// Returns how `if`, `once_per` and `times` differ.
pub(super) fn selector_aspects(old: &Selectors, new: &Selectors) -> Vec<Aspect> {
    let condition = maybe_change(IF, old.condition.as_ref(), new.condition.as_ref());
    condition.into_iter().chain(once_change(old, new)).collect()
}

fn once_change(old: &Selectors, new: &Selectors) -> Option<Aspect> {
    let key = |selectors: &Selectors| {
        (selectors.once_per.as_ref().map(key_words), selectors.times.as_ref().map(|times| times.value))
    };
    if key(old) == key(new) {
        return None;
    }
    let (was, is) = (once_words(old), once_words(new));
    Some(if was == is {
        Aspect::quiet(format!("counts {is} as before, written differently"))
    } else {
        Aspect::scoring(format!("counts {was} -> {is}"))
    })
}

/// Returns `every time`, `once, however often`, `once per day with 3 or more`.
fn once_words(selectors: &Selectors) -> String {
    let times = selectors.times.as_ref().map(|times| times.value);
    match (&selectors.once_per, times) {
        (None, None) => "every time".into(),
        (None, Some(1)) => "once, however often".into(),
        (None, Some(times)) => format!("once, from {times} times on"),
        (Some(key), None | Some(1)) => key_words(key),
        (Some(key), Some(times)) => format!("{} with {times} or more", key_words(key)),
    }
}

fn key_words(key: &OncePer) -> String {
    match key {
        OncePer::Day => "once per day".into(),
        OncePer::Week => "once per week".into(),
        OncePer::Month => "once per month".into(),
        OncePer::Window(seconds) => format!("once per {}", duration(*seconds)),
        OncePer::Value(expression) => format!("once per `{}`", expression.text),
    }
}
