//! Scores many leads at once, column by column.
//!
//! 1. The definition is bound to the data's dictionaries (`plan`): whatever depends on one text becomes a table.
//! 2. Leads are cut into partitions of neighbouring numbers, events are dealt out to them (`partition`).
//! 3. Each partition is scored on its own, on all cores: signals, persona, fit, engagement, outcome.
//!
//! [`crate::live`] does the same for one lead, value by value; `tests/` hold both to a third, literal reading.

mod bind;
mod frame;
mod kernel;
mod names;
mod observe;
mod outcome;
mod partition;
mod plan;
mod result;
mod rules;
mod select;
mod signals;

pub(crate) use observe::{ChosenTally, LimitTally, Observed, RuleTally, SectionTally, observe};
pub use result::{BatchScores, ScoredLead};

use crate::columns::{EventTable, LeadTable};
use bantam_lang::meaning::Meaning;
use rayon::prelude::*;

/// What beside the scores is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchOptions {
    /// Keep each rule's points, and what is missing for the next stage.
    pub explain: bool,
}

/// Scores all leads that have a counting row, or an event, at or before `as_of` (microseconds since 1970-01-01T00:00Z).
///
/// `leads` and `events` come from [`crate::input`] for the same definition; rows come out ranked: highest score first,
/// then by lead id.
pub fn score_batch<'a>(
    meaning: &'a Meaning,
    leads: &'a LeadTable,
    events: &EventTable,
    as_of: i64,
    options: BatchOptions,
) -> BatchScores<'a> {
    let plan = plan::BatchPlan::new(meaning, leads, events);
    let partitions = partition::deal_out(&plan, leads, events, as_of);
    let parts: Vec<result::Part> = partitions
        .into_par_iter()
        .map(|partition| result::score_partition(&plan, leads, events, as_of, options, partition))
        .collect();
    BatchScores::rank(meaning, leads, parts, options)
}
