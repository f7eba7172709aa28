//! Lends the reserved values of rows to readers that put many behind them at a time.

use super::super::report::{RowKind, Spot};
use super::Rows;

/// The reserved values of rows: of leads the keys alone.
pub(in crate::input) struct ReservedValues {
    /// Places of keys among the entries of `LeadKeys`.
    pub(in crate::input) keys: Vec<u32>,
    /// Codes in the dictionary of names.
    pub(in crate::input) names: Vec<u32>,
    pub(in crate::input) times: Vec<i64>,
}

impl Rows {
    /// Takes out the reserved values of all rows, so that those of more rows can be put behind them.
    pub(in crate::input) fn take_reserved(&mut self) -> ReservedValues {
        let times = if self.kind == RowKind::Event { self.time.take_times() } else { Vec::new() };
        ReservedValues { keys: self.keys.take_codes(), names: std::mem::take(&mut self.name.codes), times }
    }

    /// Brings back the reserved values of `before` rows, with those of `more` that will do; the first of these stands at
    /// `first`. What lies behind them is forgotten.
    pub(in crate::input) fn give_reserved(
        &mut self,
        reserved: ReservedValues,
        (before, more): (usize, usize),
        first: Spot,
    ) {
        let ReservedValues { mut keys, mut names, mut times } = reserved;
        let rows = before + more;
        self.seen += more as u64;
        keys.truncate(rows);
        self.keys.give_codes(keys);
        match self.kind {
            RowKind::Lead => {
                self.spots.push_stretch(first, more);
            }
            RowKind::Event => {
                names.truncate(rows);
                times.truncate(rows);
                self.name.codes = names;
                self.time.give_times(times, more);
            }
        }
    }
}
