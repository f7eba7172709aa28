//! Deals events out to partitions of leads, small enough that what is computed for one stays in the processor's cache.

use super::plan::BatchPlan;
use crate::columns::{EventTable, LeadTable};
use std::ops::Range;

/// A partition holds about this many leads and events together: with a dozen vectors of 8 bytes in use at a time
/// that is 1 to 2 MB.
const ROWS_PER_PARTITION: usize = 16_384;

/// Neighbouring leads with their events.
pub(super) struct Partition {
    /// Lead numbers.
    pub(super) leads: Range<usize>,
    /// Rows of the event table that something listens to, at or before *as of*, in input order.
    pub(super) rows: Vec<u32>,
    /// Whether each lead has an event at or before *as of*, of any name.
    pub(super) has_event: Vec<bool>,
}

/// Deals out all events at or before *as of*.
#[expect(clippy::indexing_slicing, reason = "lead numbers are below the number of leads, so their partition exists")]
pub(super) fn deal_out(plan: &BatchPlan<'_>, leads: &LeadTable, events: &EventTable, as_of: i64) -> Vec<Partition> {
    let lead_count = leads.ids.len();
    let wanted = (lead_count + events.len()).div_ceil(ROWS_PER_PARTITION).clamp(1, lead_count.max(1));
    // A power of two, so that a shift finds a lead's partition.
    let shift = lead_count.div_ceil(wanted).next_power_of_two().trailing_zeros();
    let size = 1_usize << shift;
    let mut partitions: Vec<Partition> = (0..lead_count.div_ceil(size))
        .map(|index| {
            let leads = index * size..((index + 1) * size).min(lead_count);
            Partition { has_event: vec![false; leads.len()], leads, rows: Vec::new() }
        })
        .collect();
    for (row, ((&lead, &time), &name)) in events.lead.iter().zip(&events.time).zip(&events.name.codes).enumerate() {
        if time > as_of {
            continue;
        }
        let partition = &mut partitions[lead as usize >> shift];
        partition.has_event[lead as usize & (size - 1)] = true;
        if plan.heard.get(name as usize).copied().unwrap_or(false) {
            partition.rows.push(row as u32);
        }
    }
    partitions
}
