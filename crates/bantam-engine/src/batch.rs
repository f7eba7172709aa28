//! Scores many leads at once, column by column.
//!
//! 1. The definition is bound to the data's dictionaries (`plan`): whatever depends on one text becomes a table.
//! 2. Leads are cut into partitions of neighbouring numbers, events are dealt out to them (`partition`).
//! 3. Each partition is scored on its own, on all cores: signals, persona, fit, engagement, outcome (`result`).
//! 4. What was computed is kept in few bytes a lead (`scored`) and ranked (`rank`, `ranked`).
//!
//! [`Workings`] keep what lies between, so that a changed definition is scored by what it changes.
//!
//! [`crate::live`] does the same for one lead, value by value; `tests/` hold both to a third, literal reading.

mod bind;
mod by_kind;
mod by_lead_kind;
mod frame;
mod kernel;
mod names;
mod observe;
mod outcome;
mod partition;
mod plan;
mod rank;
mod ranked;
mod result;
mod rules;
mod scored;
mod select;
mod signals;
mod workings;

pub(crate) use bind::{children, only_text};
pub(crate) use by_lead_kind::LeadKindPoints;
pub(crate) use observe::{ChosenTally, LimitTally, Observed, RuleTally, SectionTally, observe};
pub(crate) use partition::{LeadSet, Partition, ROWS_PER_PARTITION, codes};
pub(crate) use plan::{BatchPlan, text_points};
pub use ranked::{BatchScores, ScoredLead};
pub(crate) use result::score_partition;
pub(crate) use scored::{PartScores, ScoreTable};
pub use workings::{OtherReading, Worked, WorkedLead, Workings};

use crate::columns::{EventTable, LeadTable};
use bantam_lang::meaning::Meaning;
use rayon::prelude::*;
use std::borrow::Cow;

/// What beside the scores is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct BatchOptions {
    /// Keep each rule's points, and what is missing for the next stage.
    pub explain: bool,
    /// How leads are ordered.
    pub order: Order,
}

/// The order in which leads come out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Highest score first, then by lead id, as bytes.
    #[default]
    Rank,
    /// As leads stand in the input; then those that have no row of their own, by lead id.
    Input,
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
    let shares = partition::deal_out(&plan.heard, leads, events, as_of);
    let parts: Vec<PartScores> = shares
        .into_par_iter()
        .map(|share| result::score_partition(&plan, leads, as_of, options, &share.gather(events)))
        .collect();
    let mut table = ScoreTable::new(meaning, leads.ids.len());
    parts.into_iter().for_each(|part| table.put(part));
    BatchScores::new(meaning, (Cow::Borrowed(&leads.ids), &leads.has_row), table, options)
}
