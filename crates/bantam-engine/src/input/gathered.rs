//! Puts the pieces of files together, in input order: all rows of one kind, with lead numbers.

use super::Number;
use super::cell::append_texts;
use super::report::{InputError, Rejected, Spot};
use super::rows::Rows;

/// All rows of one kind so far.
pub(super) struct Gathered {
    /// Columns and counts; its keys are empty, `lead` stands for them.
    pub(super) rows: Rows,
    /// Lead number of each admitted row.
    pub(super) lead: Vec<u32>,
    /// Rows that were rejected.
    pub(super) rejected: u64,
}

/// The rows of one piece of a file.
pub(crate) struct Piece {
    pub(super) rows: Rows,
    /// How many lines it has, where its spots count from its own start.
    pub(super) lines: Option<u64>,
}

impl Gathered {
    pub(super) fn new(rows: Rows) -> Gathered {
        Gathered { rows, lead: Vec::new(), rejected: 0 }
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
        self.check_room(piece.keys.len())?;
        let mut numbers = Vec::with_capacity(piece.keys.entries(0).len());
        number(&piece.keys, &mut numbers);
        piece.keys.resolve(&numbers, &mut self.lead);
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
        rows.time.append_piece(piece.time, place);
        rows.id.append_piece(piece.id, place);
        for (column, more) in rows.columns.iter_mut().zip(piece.columns) {
            column.append_piece(more, place);
        }
        Ok(())
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
