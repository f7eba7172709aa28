//! Finds the leads of a page: by the store's own filters, and by an attribute where one is asked for.

use super::filter::Shown;
use crate::api::paging::Cursor;
use crate::problem::Problem;
use bantam_core::{LeadState, Rules};
use bantam_store::{LeadRow, Reader};

/// How many leads are looked at for one page where an attribute is asked for: less than a tenth of a second.
const LOOKED_AT: usize = 3_000;
/// How many are read at once.
const PART: usize = 1_000;

/// A lead that was found.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) row: LeadRow,
    pub(super) lead: LeadState,
}

/// A page of leads.
pub(super) struct Finding {
    pub(super) leads: Vec<Found>,
    /// Where to go on, where there may be more.
    pub(super) next: Option<Cursor>,
    /// How many were looked at, where that was the end of it and not a full page.
    pub(super) gave_up_after: Option<usize>,
}

/// Finds up to `limit` leads.
pub(super) fn find(
    reader: &mut Reader,
    shown: &Shown,
    rules: Option<&Rules>,
    limit: usize,
) -> Result<Finding, Problem> {
    let wish = shown.wish(rules.map(|rules| &*rules.meaning))?;
    let Some((wish, rules)) = wish.zip(rules) else {
        let rows = reader.leads(&shown.filter(limit)?)?;
        let next = next(shown, rows.last().filter(|_| rows.len() >= limit));
        return Ok(Finding { leads: read(rows)?, next, gave_up_after: None });
    };
    let (mut shown, mut leads, mut looked_at) = (shown.clone(), Vec::new(), 0);
    loop {
        let rows = reader.leads(&shown.filter(PART)?)?;
        let (count, last) = (rows.len(), next(&shown, rows.last()));
        for found in read(rows)? {
            looked_at += 1;
            if !wish.is_met(&found.lead, rules) {
                continue;
            }
            leads.push(found);
            if leads.len() >= limit {
                let next = next(&shown, leads.last().map(|found| (&found.name, &found.row)));
                return Ok(Finding { leads, next, gave_up_after: None });
            }
        }
        if count < PART {
            return Ok(Finding { leads, next: None, gave_up_after: None });
        }
        shown.cursor = last.clone();
        if looked_at >= LOOKED_AT {
            return Ok(Finding { leads, next: last, gave_up_after: Some(looked_at) });
        }
    }
}

/// Returns where the list goes on after a lead.
fn next<'l>(shown: &Shown, last: Option<impl Into<Place<'l>>>) -> Option<Cursor> {
    let Place(name, row) = last?.into();
    Some(shown.sort.cursor_after(name, row))
}

/// A lead as a place in the list.
struct Place<'l>(&'l str, &'l LeadRow);

impl<'l> From<&'l (String, LeadRow)> for Place<'l> {
    fn from((name, row): &'l (String, LeadRow)) -> Self {
        Place(name, row)
    }
}

impl<'l> From<(&'l String, &'l LeadRow)> for Place<'l> {
    fn from((name, row): (&'l String, &'l LeadRow)) -> Self {
        Place(name, row)
    }
}

fn read(rows: Vec<(String, LeadRow)>) -> Result<Vec<Found>, Problem> {
    let one = |(name, row): (String, LeadRow)| {
        let lead = LeadState::from_row(&row)?;
        Ok(Found { name, row, lead })
    };
    rows.into_iter().map(one).collect()
}
