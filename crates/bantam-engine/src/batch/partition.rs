//! Leads with their events, few enough that what is computed for them stays in the processor's cache.

use crate::columns::{Column, EventTable, LeadTable, TextColumn};
use std::ops::Range;

/// A partition holds about this many leads and events together: with a dozen vectors of 8 bytes in use at a time
/// that is 1 to 2 MB.
pub(crate) const ROWS_PER_PARTITION: usize = 16_384;

/// Which leads a partition has: a lead's place in it stands for a lead number.
#[derive(Clone, Debug)]
pub(crate) enum LeadSet {
    /// Neighbouring lead numbers.
    Range(Range<usize>),
    /// Any lead numbers.
    List(Vec<u32>),
}

impl LeadSet {
    pub(crate) fn len(&self) -> usize {
        match self {
            LeadSet::Range(range) => range.len(),
            LeadSet::List(leads) => leads.len(),
        }
    }

    /// Returns the lead number of a place.
    #[expect(clippy::indexing_slicing, reason = "places are below the number of leads")]
    pub(super) fn number(&self, place: usize) -> usize {
        match self {
            LeadSet::Range(range) => range.start + place,
            LeadSet::List(leads) => leads[place] as usize,
        }
    }
}

/// Some leads with all their events that something listens to, at or before *as of*.
pub(crate) struct Partition {
    pub(crate) leads: LeadSet,
    /// The events, with the places of their leads in the stead of lead numbers. Codes are those of the dictionaries the
    /// plan was bound to; the table's own dictionaries are empty.
    pub(crate) events: EventTable,
    /// The kind of each event, where the plan knows what kinds are worth; else empty.
    pub(crate) kinds: Vec<u32>,
    /// Whether each lead has an event at or before *as of*, of any name.
    pub(crate) has_event: Vec<bool>,
}

impl Partition {
    /// Returns leads without events.
    pub(super) fn of_leads(leads: LeadSet) -> Partition {
        Partition { has_event: vec![false; leads.len()], leads, events: EventTable::default(), kinds: Vec::new() }
    }

    /// Returns whether each lead has a counting row of its own.
    pub(super) fn have_rows(&self, leads: &LeadTable) -> Vec<bool> {
        let has_row = |lead: usize| leads.has_row.get(lead).copied().unwrap_or(false);
        (0..self.leads.len()).map(|place| has_row(self.leads.number(place))).collect()
    }

    /// Returns whether each lead comes out: it has a counting row, or an event at or before *as of*.
    pub(super) fn count(&self, leads: &LeadTable) -> Vec<bool> {
        self.have_rows(leads).iter().zip(&self.has_event).map(|(row, event)| *row || *event).collect()
    }
}

/// The rows of neighbouring leads in a table of all events.
pub(super) struct Share {
    leads: Range<usize>,
    rows: Vec<u32>,
    has_event: Vec<bool>,
}

/// Deals out to neighbouring leads all events at or before *as of* whose names, by their codes, are `heard`.
#[expect(clippy::indexing_slicing, reason = "lead numbers are below the number of leads, so their share exists")]
pub(super) fn deal_out(heard: &[bool], leads: &LeadTable, events: &EventTable, as_of: i64) -> Vec<Share> {
    let lead_count = leads.ids.len();
    let wanted = (lead_count + events.len()).div_ceil(ROWS_PER_PARTITION).clamp(1, lead_count.max(1));
    // A power of two, so that a shift finds a lead's share.
    let shift = lead_count.div_ceil(wanted).next_power_of_two().trailing_zeros();
    let size = 1_usize << shift;
    let mut shares: Vec<Share> = (0..lead_count.div_ceil(size))
        .map(|index| {
            let leads = index * size..((index + 1) * size).min(lead_count);
            Share { has_event: vec![false; leads.len()], leads, rows: Vec::new() }
        })
        .collect();
    for (row, ((&lead, &time), &name)) in events.lead.iter().zip(&events.time).zip(&events.name.codes).enumerate() {
        if time > as_of {
            continue;
        }
        let share = &mut shares[lead as usize >> shift];
        share.has_event[lead as usize & (size - 1)] = true;
        if heard.get(name as usize).copied().unwrap_or(false) {
            share.rows.push(row as u32);
        }
    }
    shares
}

impl Share {
    /// Brings rows into the order of their names' codes.
    #[expect(clippy::indexing_slicing, reason = "rows are numbers of rows of the table")]
    pub(super) fn sort_by_name(&mut self, events: &EventTable) {
        self.rows.sort_unstable_by_key(|&row| (events.name.codes[row as usize], row));
    }

    /// Returns the share as a partition, with events of its own.
    pub(super) fn gather(self, events: &EventTable) -> Partition {
        let Share { leads, rows, has_event } = self;
        let start = leads.start as u32;
        let mut lead = pick(&events.lead, &rows);
        lead.iter_mut().for_each(|lead| *lead -= start);
        let properties = events.properties.iter().map(|column| match column {
            Column::Text(text) => Column::Text(codes(pick(&text.codes, &rows))),
            Column::Number(values) => Column::Number(pick(values, &rows)),
            Column::Boolean(values) => Column::Boolean(pick(values, &rows)),
            Column::Time(values) => Column::Time(pick(values, &rows)),
        });
        let events = EventTable {
            lead,
            name: codes(pick(&events.name.codes, &rows)),
            time: pick(&events.time, &rows),
            properties: properties.collect(),
        };
        Partition { leads: LeadSet::Range(leads), events, kinds: Vec::new(), has_event }
    }
}

#[expect(clippy::indexing_slicing, reason = "rows are numbers of rows of the table")]
fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

/// Returns a column of codes without their dictionary.
pub(crate) fn codes(codes: Vec<u32>) -> TextColumn {
    TextColumn { codes, ..TextColumn::default() }
}
