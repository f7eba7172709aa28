//! Decides which rows of leads count.

use super::dataset::{History, NO_ROW, fill_defaults, pick};
use super::gathered::Gathered;
use super::report::{InputError, RepeatedLead};
use super::rows::Rows;
use crate::columns::{Column, LeadTable, MISSING_TIME};
use crate::ids::LeadIds;
use bantam_lang::meaning::Value;

/// How many repeated leads are named.
const EXAMPLES_MAX: usize = 20;

/// Without `updated_at` nothing says which of two rows counts.
pub(super) fn refuse_repeated_leads(rows: &Gathered, ids: &LeadIds, files: &[String]) -> Result<(), InputError> {
    if rows.rows.time.found {
        return Ok(());
    }
    if is_in_order(&rows.lead) {
        return Ok(());
    }
    let mut first = vec![NO_ROW; ids.len()];
    let (mut repeats, mut count) = (Vec::new(), 0);
    let place = |row: u32| rows.rows.spots.get(row as usize).unwrap_or_default().place(files);
    for (row, &lead) in (0..).zip(&rows.lead) {
        let Some(slot) = first.get_mut(lead as usize) else { continue };
        if *slot == NO_ROW {
            *slot = row;
            continue;
        }
        count += 1;
        if repeats.len() < EXAMPLES_MAX {
            let lead_id = ids.get(lead).unwrap_or_default().to_string();
            repeats.push(RepeatedLead { lead_id, first: place(*slot), second: place(row) });
        }
    }
    if repeats.is_empty() { Ok(()) } else { Err(InputError::RepeatedLeads { repeats, count }) }
}

/// Returns whether each row has the next lead: then no lead has two.
fn is_in_order(leads: &[u32]) -> bool {
    (0..).zip(leads).all(|(row, &lead)| row == lead)
}

/// Takes the rows of leads that count, and where that is not all of them, the others; those not where leads are kept by kind,
/// which is enough for scores. Counts stay.
pub(super) fn finish_leads(
    rows: &mut Gathered,
    defaults: &[Option<Value>],
    ids: LeadIds,
    as_of: i64,
) -> (LeadTable, Option<History>) {
    let is_plain = !rows.rows.time.found && is_in_order(&rows.lead);
    let chosen = if is_plain { Vec::new() } else { choose_rows(rows, ids.len(), as_of) };
    let lead = std::mem::take(&mut rows.lead);
    let has_row = if is_plain { vec![true; lead.len()] } else { chosen.iter().map(|&row| row != NO_ROW).collect() };
    let kinds = rows.take_kinds();
    let Rows { time, columns, .. } = &mut rows.rows;
    let mut attributes: Vec<Column> = columns.iter_mut().map(|column| column.values.take()).collect();
    fill_defaults(&mut attributes, defaults);
    // Taken in either case: where no row says when it was written, a million times of nothing would be kept to the end.
    let since = match time.values.take() {
        Column::Time(times) => times,
        _ => Vec::new(),
    };
    let kinds = kinds.map(|kinds| kinds.finish(&mut attributes, (!is_plain).then_some(&chosen)));
    let has_row_for_each = |index: usize| kinds.as_ref().is_none_or(|kinds| !kinds.hold(index));
    let mut history = None;
    if !is_plain {
        let of_leads = |(index, column): (usize, &Column)| {
            if has_row_for_each(index) { pick(column, &chosen) } else { column.clone() }
        };
        let of_leads = attributes.iter().enumerate().map(of_leads).collect();
        let attributes = std::mem::replace(&mut attributes, of_leads);
        history = kinds.is_none().then_some(History { lead, since, attributes });
    }
    let mut table = LeadTable { ids, attributes, has_row, kinds };
    table.pad(defaults);
    (table, history)
}

impl LeadTable {
    /// Gives every lead number a value in each column: leads without a row have the defaults.
    pub(crate) fn pad(&mut self, defaults: &[Option<Value>]) {
        let LeadTable { ids, attributes, kinds, .. } = self;
        for (index, column) in attributes.iter_mut().enumerate() {
            if kinds.as_ref().is_none_or(|kinds| !kinds.hold(index)) {
                column.push_missing(ids.len().saturating_sub(column.len()));
            }
        }
        if let Some(kinds) = kinds {
            kinds.of_lead.resize(ids.len(), kinds.of_none);
        }
        self.has_row.resize(self.ids.len(), false);
        fill_defaults(&mut self.attributes, defaults);
    }
}

/// Returns, by lead number, the row that counts: the latest at or before *as of*, of equal times the last.
fn choose_rows(rows: &Gathered, leads: usize, as_of: i64) -> Vec<u32> {
    let times = rows.rows.times();
    // Where no file says when rows were written there are no times.
    let time_of = |row: u32| times.get(row as usize).copied().unwrap_or(MISSING_TIME);
    let mut chosen = vec![NO_ROW; leads];
    for (row, &lead) in (0..).zip(&rows.lead) {
        let Some(best) = chosen.get_mut(lead as usize).filter(|_| time_of(row) <= as_of) else { continue };
        if *best == NO_ROW || time_of(*best) <= time_of(row) {
            *best = row;
        }
    }
    chosen
}
