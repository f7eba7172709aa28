//! Compares a rule with what it was.

use super::Aspect;
use super::effective::{Effective, Place, Written};
use super::expressions::shown;
use super::lists::names_change;
use super::points::{point_aspects, points_words};
use super::selectors::selector_aspects;
use super::words::{all_of, limit_change, limited, values};
use crate::definition::RuleDecl;

/// Returns every aspect in which a rule is written otherwise; `outer` is what holds around it, before and now.
pub(super) fn rule_aspects(old: &RuleDecl, new: &RuleDecl, outer: (&Effective, &Effective)) -> Vec<Aspect> {
    let mut aspects = Vec::new();
    aspects.extend(events_change(old, new));
    aspects.extend(point_aspects(old, new));
    aspects.extend(selector_aspects(&old.selectors, &new.selectors));
    let written = (Written::on_rule(old), Written::on_rule(new));
    let holds = (outer.0.inside(written.0), outer.1.inside(written.1));
    let place = Place { written, holds: (&holds.0, &holds.1) };
    aspects.extend(place.aspects(|only| only(&holds.0) != only(&holds.1)).into_iter().map(without_is));
    aspects.extend(limit_change(old.frame.limit.as_ref(), new.frame.limit.as_ref()).map(Aspect::scoring));
    aspects
}

/// After a colon, `halved every 30 days` reads better than `is halved every 30 days`.
pub(super) fn without_is(aspect: Aspect) -> Aspect {
    let words = aspect.words.strip_prefix("is ").map(str::to_owned).unwrap_or(aspect.words);
    Aspect { words, ..aspect }
}

/// Returns what a rule gives and for what.
pub(super) fn rule_words(decl: &RuleDecl) -> String {
    let mut words = points_words(decl);
    if let Some(events) = &decl.on {
        words.push_str(&format!(" for {}", all_of(&values(events))));
    }
    if let Some(condition) = &decl.selectors.condition {
        words.push_str(&format!(" if `{}`", shown(condition)));
    }
    if let Some(limit) = &decl.frame.limit {
        words.push_str(&format!(", {}", limited(limit)));
    }
    words
}

fn events_change(old: &RuleDecl, new: &RuleDecl) -> Option<Aspect> {
    match (&old.on, &new.on) {
        (None, None) => None,
        (Some(was), Some(is)) => {
            let change = names_change(&values(was), &values(is))?;
            Some(Aspect { words: format!("events: {}", change.words), ..change })
        }
        (None, Some(is)) => {
            Some(Aspect::scoring(format!("now decided by events: {} (was by the lead)", all_of(&values(is)))))
        }
        (Some(was), None) => {
            Some(Aspect::scoring(format!("now decided by the lead (was by events: {})", all_of(&values(was)))))
        }
    }
}
