//! Puts the pieces of files together, in input order: all rows of one kind, with lead numbers.

use super::Number;
use super::cell::{ColumnBuilder, append_texts};
use super::lead_kinds::{KeptLeads, LeadKindsBuilder, Sorting};
use super::report::{InputError, Rejected, Spot};
use super::rows::Rows;
use std::sync::Arc;

/// All rows of one kind so far.
pub(super) struct Gathered {
    /// Columns and counts; its keys are empty, `lead` stands for them.
    pub(super) rows: Rows,
    /// Lead number of each admitted row.
    pub(super) lead: Vec<u32>,
    /// Rows that were rejected.
    pub(super) rejected: u64,
    /// The kinds of leads, where they are kept by kind; then columns that belong to kinds have a row for each.
    kinds: Option<LeadKindsBuilder>,
}

/// The rows of one piece of a file.
pub(crate) struct Piece {
    pub(super) rows: Rows,
    /// How many lines it has, where its spots count from its own start.
    pub(super) lines: Option<u64>,
}

impl Gathered {
    pub(super) fn new(rows: Rows) -> Gathered {
        Gathered { rows, lead: Vec::new(), rejected: 0, kinds: None }
    }

    /// Keeps leads by kind, as long as that is worth it.
    pub(super) fn keep_by_kind(&mut self, kept: KeptLeads) {
        let kept = Arc::new(kept);
        self.rows.sorting = Some(Sorting::new(&kept));
        self.kinds = Some(LeadKindsBuilder::new(kept));
    }

    /// Hands over the kinds of leads, where they are kept by kind.
    pub(super) fn take_kinds(&mut self) -> Option<LeadKindsBuilder> {
        self.kinds.take()
    }

    /// Gives all leads rows of their own.
    pub(super) fn spread_out(&mut self) {
        if let Some(kinds) = self.kinds.take() {
            kinds.spread_out(&mut self.rows.columns);
        }
    }

    /// Returns rows to fill: the same columns, nothing in them.
    pub(super) fn blank(&self) -> Rows {
        self.rows.blank()
    }

    /// Appends a piece that starts after the row and line of `before`, and moves `before` to the piece's end.
    pub(super) fn append(
        &mut self,
        piece: Piece,
        before: &mut Spot,
        number: &mut Number<'_>,
        files: &[String],
        rejects: &mut dyn FnMut(Rejected),
    ) -> Result<(), InputError> {
        let Piece { rows: mut piece, lines } = piece;
        let base = *before;
        let place = |spot: Spot| match lines {
            None => spot,
            Some(_) => Spot { row: base.row + spot.row, line: base.line + spot.line, ..spot },
        };
        before.row += piece.seen;
        before.line += lines.unwrap_or(0);
        let count = piece.keys.len();
        self.check_room(count)?;
        self.lead.reserve(piece.keys.expected);
        if let Some(kinds) = &mut self.kinds {
            kinds.reserve(piece.keys.expected);
        }
        let leads = number(&mut piece.keys);
        piece.keys.resolve(&leads, &mut self.lead);
        self.rejected += piece.rejected.len() as u64;
        for row in piece.rejected.drain(..) {
            let (kind, place) = (piece.kind, place(row.spot).place(files));
            rejects(Rejected { kind, place, reason: row.reason, raw: row.raw });
        }
        let rows = &mut self.rows;
        rows.seen += piece.seen;
        rows.spots.append(&piece.spots, place);
        rows.bad_properties += piece.bad_properties;
        if rows.bad_properties_example.is_none() {
            let example = piece.bad_properties_example.take();
            rows.bad_properties_example = example.map(|(shown, spot)| (shown, place(spot)));
        }
        for (column, count) in piece.take_unused() {
            rows.count_unused(&column, count);
        }
        append_texts(&mut rows.name, &piece.name);
        let range = (self.lead.len() - count, count);
        rows.time.append_optional(piece.time, range, place);
        rows.id.append_optional(piece.id, range, place);
        for (column, more) in rows.columns.iter_mut().zip(&mut piece.columns) {
            column.append_counts(more, place);
        }
        self.append_values(piece.columns, piece.sorting, count);
        Ok(())
    }

    /// Appends the values of a piece with `count` rows, by kind where it has been sorted out.
    fn append_values(&mut self, mut piece: Vec<ColumnBuilder>, sorted: Option<Sorting>, count: usize) {
        if sorted.is_none() && count > 0 {
            self.spread_out();
        }
        let columns = &mut self.rows.columns;
        match (&mut self.kinds, sorted) {
            (Some(kinds), Some(sorted)) => return kinds.append(columns, piece, &sorted.kinds),
            (None, Some(sorted)) => sorted.spread(&mut piece),
            (_, None) => {}
        }
        columns.iter_mut().zip(piece).for_each(|(column, piece)| column.append_values(piece.values));
    }

    /// Refuses more rows than row numbers.
    fn check_room(&self, more: usize) -> Result<(), InputError> {
        if self.lead.len() + more < (u32::MAX - 1) as usize {
            Ok(())
        } else {
            Err(InputError::TooManyRows { kind: self.rows.kind })
        }
    }
}
