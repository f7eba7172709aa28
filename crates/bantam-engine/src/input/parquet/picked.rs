//! Reads the wanted rows of a flat column alone. Of the others no more is looked at than whether they have a value.
//!
//! Most events are too old to count or of a name that no rule knows, which their time and name tell (`pages.rs`). What else
//! they have need not be decoded.

use super::super::Asked;
use super::super::cell::ColumnBuilder;
use super::super::report::Spot;
use super::fill::{Converted, FlatValues, extend};
use super::flat::{Cells, DAMAGED, FlatColumn, FlatType, Next, Segment, Values};
use crate::columns::Column;

/// Where more than one row of this many is wanted, decoding all of them in one go is faster.
const ROWS_PER_WANTED: usize = 2;

/// The wanted rows of a stretch, and how many others there are with a value and without.
struct Picked<'c> {
    segment: Segment<'c>,
    others_present: usize,
    others_missing: usize,
}

impl FlatValues {
    /// Appends the chosen ones of the next `count` rows to a column; the first of all stands at `first`.
    pub(super) fn read_chosen(
        &mut self,
        count: usize,
        (chosen, asked): (&[u32], &Asked),
        first: Spot,
        builder: &mut ColumnBuilder,
    ) -> Result<(), String> {
        match asked {
            Asked::OfAll => self.read_wanted(count, chosen, first, builder),
            Asked::OfSome { rows, places } => {
                let from = builder.values.len();
                self.read_wanted(count, rows, first, builder)?;
                builder.values.spread(from, places, chosen.len());
                Ok(())
            }
        }
    }

    /// Appends those of the next `count` rows that are wanted, and counts all; the first of them stands at `first`.
    ///
    /// Wanted are places among these rows, in rising order.
    fn read_wanted(
        &mut self,
        count: usize,
        mut wanted: &[u32],
        first: Spot,
        builder: &mut ColumnBuilder,
    ) -> Result<(), String> {
        let mut done = 0;
        while done < count {
            if let Next::Dictionary(entries, bytes) = self.column.next()? {
                self.convert_entries(entries, &bytes, builder)?;
                continue;
            }
            let rows = self.column.rows_left().min(count - done);
            let (here, rest) = wanted.split_at(wanted.partition_point(|&row| (row as usize) < done + rows));
            wanted = rest;
            let here: Vec<u32> = here.iter().map(|&row| row - done as u32).collect();
            let pays = here.len() * ROWS_PER_WANTED < rows && converts_directly(&self.converted, builder);
            let picked = if pays { self.column.pick(rows, &here)? } else { None };
            if let Some(Picked { segment, others_present, others_missing }) = picked {
                if let Cells::Indexes(indexes) = segment.values {
                    extend(&segment, indexes, &self.converted, builder)?;
                }
                builder.count(others_present, others_missing);
            } else {
                let from = builder.values.len();
                self.read(rows, Spot { row: first.row + done as u64, ..first }, builder)?;
                builder.values.keep(from, &here);
            }
            done += rows;
        }
        Ok(())
    }
}

/// Returns whether entries of a dictionary are put into a column as they are.
fn converts_directly(entries: &Converted, builder: &ColumnBuilder) -> bool {
    matches!(
        (&builder.values, entries),
        (Column::Text(_), Converted::Codes(_))
            | (Column::Number(_), Converted::Numbers(_))
            | (Column::Time(_), Converted::Times(_))
    )
}

impl FlatColumn {
    /// Returns how many rows are left on the page.
    fn rows_left(&self) -> usize {
        self.page.rows
    }

    /// Returns the wanted ones of the next `rows` rows of the page, which has them. `None` where the page is of another kind
    /// than indexes; nothing is passed then.
    fn pick(&mut self, rows: usize, wanted: &[u32]) -> Result<Option<Picked<'_>>, String> {
        let FlatColumn { page, numbers, levels, picked, kind, .. } = self;
        if *kind == FlatType::Boolean || !matches!(page.values, Values::Indexes(_)) {
            return Ok(None);
        }
        let present = page.pass_rows(rows, levels)?;
        let Values::Indexes(hybrid) = &mut page.values else { return Ok(None) };
        numbers.clear();
        if present == rows {
            hybrid.pick(&page.bytes, rows, wanted, numbers).ok_or(DAMAGED)?;
            let segment = Segment { rows: wanted.len(), valid: None, values: Cells::Indexes(numbers) };
            return Ok(Some(Picked { segment, others_present: rows - wanted.len(), others_missing: 0 }));
        }
        let places = levels.places(wanted, picked);
        let wanted_present = places.len();
        hybrid.pick(&page.bytes, present, &places, numbers).ok_or(DAMAGED)?;
        let segment = Segment { rows: wanted.len(), valid: Some(picked), values: Cells::Indexes(numbers) };
        let others_missing = (rows - present) - (wanted.len() - wanted_present);
        Ok(Some(Picked { segment, others_present: present - wanted_present, others_missing }))
    }
}
