//! Follows what rules inherit: `within`, `since` and decay of the section, the group and the rule itself.

use super::Aspect;
use super::words::{all_of, duration, duration_change, values};
use crate::definition::{Frame, RuleDecl, Selectors, Text, Within};
use crate::meaning::Decay;
use crate::source::Spanned;

/// What holds at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Effective {
    within: Option<i64>,
    since: Vec<String>,
    decay: Decay,
}

/// What is written at a place.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    within: Option<&'a Spanned<Within>>,
    since: Option<&'a Spanned<Vec<Text>>>,
    decay: Option<&'a Spanned<Decay>>,
}

impl<'a> Written<'a> {
    pub(super) fn on_frame(frame: &'a Frame) -> Self {
        Written { within: frame.within.as_ref(), since: frame.since.as_ref(), decay: frame.decay.as_ref() }
    }

    pub(super) fn on_rule(decl: &'a RuleDecl) -> Self {
        Written { decay: decl.frame.decay.as_ref(), ..Written::on_selectors(&decl.selectors) }
    }

    pub(super) fn on_selectors(selectors: &'a Selectors) -> Self {
        Written { within: selectors.within.as_ref(), since: selectors.since.as_ref(), decay: None }
    }

    fn since(&self) -> Option<Vec<String>> {
        self.since.map(|names| values(&names.value))
    }
}

impl Effective {
    /// What holds where nothing is written.
    pub(super) fn nothing() -> Self {
        Effective { within: None, since: Vec::new(), decay: Decay::Never }
    }

    /// What holds inside, given what is written there.
    pub(super) fn inside(&self, written: Written<'_>) -> Self {
        let within = match written.within.map(|within| within.value) {
            None => self.within,
            Some(Within::Never) => None,
            Some(Within::Seconds(seconds)) => Some(seconds),
        };
        Effective {
            within,
            since: written.since().unwrap_or_else(|| self.since.clone()),
            decay: written.decay.map_or(self.decay, |decay| decay.value),
        }
    }
}

/// Two states of a place: what is written there, and what holds.
pub(super) struct Place<'a> {
    pub(super) written: (Written<'a>, Written<'a>),
    pub(super) holds: (&'a Effective, &'a Effective),
}

impl Place<'_> {
    /// Returns a difference for each of the three that is written otherwise. `affects` says whether scoring may differ
    /// by what holds here; where the same holds as before, it cannot.
    pub(super) fn aspects(&self, affects: impl Fn(&dyn Fn(&Effective) -> Effective) -> bool) -> Vec<Aspect> {
        let (old, new) = self.written;
        let kept = |words: String| Aspect::quiet(format!("{words} as before, written elsewhere"));
        let (was, is) = self.holds;
        let mut aspects = Vec::new();
        if old.within.map(|w| w.value) != new.within.map(|w| w.value) {
            let only = |e: &Effective| Effective { within: e.within, ..Effective::nothing() };
            let changed = within_change(was.within, is.within);
            let words = |words| Aspect { words, affects_scores: affects(&only) };
            aspects.push(changed.map_or_else(|| kept(within_words(is.within)), words));
        }
        if old.since() != new.since() {
            let only = |e: &Effective| Effective { since: sorted(&e.since), ..Effective::nothing() };
            let changed = since_change(&was.since, &is.since);
            let words = |words| Aspect { words, affects_scores: affects(&only) };
            aspects.push(changed.map_or_else(|| kept(since_words(&is.since)), words));
        }
        if old.decay.map(|d| d.value) != new.decay.map(|d| d.value) {
            let only = |e: &Effective| Effective { decay: e.decay, ..Effective::nothing() };
            let changed = decay_change(was.decay, is.decay);
            let words = |words| Aspect { words, affects_scores: affects(&only) };
            aspects.push(changed.map_or_else(|| kept(decay_words(is.decay)), words));
        }
        aspects
    }
}

/// Returns all that holds otherwise than before, wherever it was written.
pub(super) fn holding_otherwise(old: &Effective, new: &Effective) -> Vec<String> {
    let changes = [
        within_change(old.within, new.within),
        since_change(&old.since, &new.since),
        decay_change(old.decay, new.decay),
    ];
    changes.into_iter().flatten().collect()
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    names
}

fn within_words(within: Option<i64>) -> String {
    within.map_or("counts all time".into(), |seconds| format!("counts the last {}", duration(seconds)))
}

fn within_change(old: Option<i64>, new: Option<i64>) -> Option<String> {
    match (old, new) {
        (old, new) if old == new => None,
        (Some(old), Some(new)) => Some(format!("counts the last {}", duration_change(old, new))),
        (None, Some(new)) => Some(format!("now counts only the last {} (was all time)", duration(new))),
        (Some(old), None) => Some(format!("now counts all time (was the last {})", duration(old))),
        (None, None) => None,
    }
}

fn since_words(names: &[String]) -> String {
    if names.is_empty() { "never starts anew".into() } else { format!("starts anew at {}", all_of(names)) }
}

fn since_change(old: &[String], new: &[String]) -> Option<String> {
    match (old, new) {
        (old, new) if old == new => None,
        ([], new) => Some(format!("now starts anew at {}", all_of(new))),
        (old, []) => Some(format!("no longer starts anew at {}", all_of(old))),
        (old, new) => Some(format!("starts anew at {} -> {}", all_of(old), all_of(new))),
    }
}

pub(super) fn decay_words(decay: Decay) -> String {
    match decay {
        Decay::Never => "keeps points".into(),
        Decay::HalveEvery(seconds) => format!("is halved every {}", duration(seconds)),
        Decay::FadeOver(seconds) => format!("fades over {}", duration(seconds)),
    }
}

fn decay_change(old: Decay, new: Decay) -> Option<String> {
    if old == new {
        return None;
    }
    if let (Decay::HalveEvery(old), Decay::HalveEvery(new)) = (old, new) {
        return Some(format!("is halved every {}", duration_change(old, new)));
    }
    if let (Decay::FadeOver(old), Decay::FadeOver(new)) = (old, new) {
        return Some(format!("fades over {}", duration_change(old, new)));
    }
    let was = match old {
        Decay::Never => "kept its points".to_owned(),
        Decay::HalveEvery(seconds) => format!("was halved every {}", duration(seconds)),
        Decay::FadeOver(seconds) => format!("faded over {}", duration(seconds)),
    };
    Some(match new {
        Decay::Never => format!("now keeps its points ({was})"),
        Decay::HalveEvery(seconds) => format!("is now halved every {} ({was})", duration(seconds)),
        Decay::FadeOver(seconds) => format!("now fades over {} ({was})", duration(seconds)),
    })
}
