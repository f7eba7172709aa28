//! Turns two definitions and the same facts into an [`Impact`]: what the new one would change for the leads there are.
//!
//! 1. [`Judged::new`] applies each definition to the facts: every lead's stage and points as of now, and its hand-offs at
//!    the moments at which that definition would have opened them, by what was known then.
//! 2. [`impact`] lays the two beside each other: who moves, and by which rules (`moves`); hand-offs a week, by route and
//!    owner (`flow`); and, where sales has answered, whether the new hand-offs are the better ones (`outcomes`).
//! 3. [`document`] says it in sentences and tables, as a change or as a disagreement of two teams.
//!
//! [`Workbench`](crate::whatif::Workbench) answers the first part at once, while somebody types.

mod document;
mod flow;
mod ladder;
mod moves;
mod outcomes;
#[cfg(test)]
mod tests;

pub use document::{Reading, document};
pub use flow::{Flow, HandOffs};
pub use ladder::{Direction, Ladder, Place};
pub use moves::{Move, Moves, RuleChange, RuleEffect, Source};
pub use outcomes::{Group, Outcomes, Quality, Verdict};

use crate::history::{History, Prepared, gather};
use bantam_engine::batch::{BatchOptions, BatchScores, score_batch};
use bantam_engine::input::Dataset;
use bantam_lang::CheckedDefinition;
use bantam_lang::diff::{Change, diff};
use bantam_lang::meaning::Meaning;

/// A definition applied to facts.
pub struct Judged<'a> {
    definition: &'a CheckedDefinition,
    meaning: &'a Meaning,
    scores: BatchScores<'a>,
    history: History,
}

impl<'a> Judged<'a> {
    /// Applies a definition to leads and events as of a moment, in microseconds since 1970-01-01T00:00Z. `prepared` was made
    /// from the definition, and `data` were read by its meaning. `progress` is told now and then how many more leads are
    /// done.
    pub fn new(
        definition: &'a CheckedDefinition,
        prepared: &'a Prepared,
        data: &'a Dataset,
        as_of: i64,
        progress: &dyn Fn(u64),
    ) -> Judged<'a> {
        let meaning: &Meaning = &prepared.meaning;
        let scores = score_batch(
            meaning,
            &data.leads,
            &data.events,
            as_of,
            BatchOptions { explain: true, ..BatchOptions::default() },
        );
        let history = gather(prepared, data.timelines(), as_of, progress);
        Judged { definition, meaning, scores, history }
    }
}

/// What of the facts is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImpactOptions {
    /// Hand-offs count from this moment on; `None` is from the first fact.
    pub from: Option<i64>,
    /// Hand-offs count before this moment; `None` is up to and including *as of*.
    pub to: Option<i64>,
    /// How many of the leads that move are named.
    pub named: usize,
}

impl Default for ImpactOptions {
    fn default() -> Self {
        ImpactOptions { from: None, to: None, named: 50 }
    }
}

/// A stretch of time: from the first moment up to but without the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first moment.
    pub from: i64,
    /// The first moment after it.
    pub to: i64,
}

impl Period {
    /// Returns whether a moment lies in it.
    pub fn contains(&self, time: i64) -> bool {
        self.from <= time && time < self.to
    }

    /// Returns how many weeks it lasts; `None` where it lasts no time.
    pub fn weeks(&self) -> Option<f64> {
        const MICROS_PER_WEEK: f64 = 7.0 * 86_400.0 * 1e6;
        let weeks = self.to.saturating_sub(self.from) as f64 / MICROS_PER_WEEK;
        (weeks > 0.0).then_some(weeks)
    }
}

/// One of the two definitions, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its title, where it has one.
    pub name: Option<String>,
    /// The first digits of its fingerprint.
    pub fingerprint: String,
}

/// What a new definition would change.
#[derive(Clone, Debug)]
pub struct Impact {
    /// The moment for which leads are compared.
    pub as_of: i64,
    /// In which hand-offs count; `None` where no fact has a time.
    pub period: Option<Period>,
    /// The old definition and the new one.
    pub definitions: [Named; 2],
    /// What differs between them, in words; empty where they mean the same.
    pub changes: Vec<Change>,
    /// Who moves.
    pub moves: Moves,
    /// Hand-offs under each.
    pub hand_offs: HandOffs,
    /// What became of them.
    pub outcomes: Outcomes,
}

impl Impact {
    /// Returns whether nothing changes for any lead: none moves, and the same hand-offs open at the same moments.
    pub fn is_none(&self) -> bool {
        self.moves.is_none() && self.hand_offs.is_same
    }
}

/// Returns what the new definition would change for the leads there are. Both were applied to the same facts, as of one
/// moment.
pub fn impact(old: &Judged<'_>, new: &Judged<'_>, options: &ImpactOptions) -> Impact {
    let as_of = new.history.as_of;
    let period = period(&[&old.history, &new.history], options, as_of);
    Impact {
        as_of,
        period,
        definitions: [named(old), named(new)],
        changes: diff(old.definition, new.definition),
        moves: moves::compare(old, new, options.named),
        hand_offs: flow::compare([&old.history, &new.history], period),
        outcomes: outcomes::compare([&old.history, &new.history], period),
    }
}

fn named(judged: &Judged<'_>) -> Named {
    Named { name: judged.meaning.name.clone(), fingerprint: judged.definition.fingerprint().short() }
}

/// Returns how many hand-offs a week two definitions open over all the time that facts tell of, and how many weeks that is.
pub(crate) fn weekly(histories: [&History; 2], as_of: i64) -> Option<([f64; 2], f64)> {
    let period = period(&histories, &ImpactOptions::default(), as_of)?;
    let per_week = flow::compare(histories, Some(period)).per_week?;
    Some((per_week, period.weeks()?))
}

/// The stretch of time asked for, or all there is; `None` where no fact has a time.
fn period(histories: &[&History], options: &ImpactOptions, as_of: i64) -> Option<Period> {
    let facts = histories.iter().flat_map(|history| &history.leads).map(|lead| lead.first_fact);
    let first = facts.filter(|&first| first != crate::history::NO_TIME).min();
    let from = options.from.or(first)?;
    Some(Period { from, to: options.to.unwrap_or(as_of.saturating_add(1)) })
}
