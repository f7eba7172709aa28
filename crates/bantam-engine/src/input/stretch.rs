//! Rows that follow each other in a block, as places in its text, to be converted column by column.
//!
//! Where each value of a row stands is found row by row. What it means is found for many rows at a time, one column after the
//! other: then all that depends on the column is decided once, and no value waits for the one before it.

use super::cell::Given;
use super::json::given_plain;
use super::report::Spot;
use super::rows::RESERVED;
use std::ops::Range;

/// How many rows stand together at most. With ten columns their places take 21 KiB: less than a core's nearest cache.
pub(super) const STRETCH_ROWS: usize = 128;

/// Where a value stands, and what it is at first sight.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) length: u32,
    pub(super) kind: PlaceKind,
}

/// What a value is at first sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PlaceKind {
    /// There is none.
    #[default]
    Missing,
    /// A text as it stands: without quotes, not trimmed, and nothing in it is escaped.
    Text,
    /// A JSON integer other than -0.
    Digits,
    /// Another JSON value, without escapes.
    Json,
}

impl Place {
    #[inline]
    pub(super) fn new(start: usize, end: usize, kind: PlaceKind) -> Place {
        Place { start: start as u32, length: end.saturating_sub(start) as u32, kind }
    }

    /// Returns the bytes in the block whose bytes these must be.
    #[inline]
    pub(super) fn bytes<'t>(&self, block: &'t [u8]) -> &'t [u8] {
        block.get(self.start as usize..).and_then(|rest| rest.get(..self.length as usize)).unwrap_or_default()
    }

    /// Returns the text in the block whose text this must be.
    #[inline]
    pub(super) fn text<'t>(&self, block: &'t str) -> &'t str {
        let start = self.start as usize;
        block.get(start..start + self.length as usize).unwrap_or_default()
    }

    /// Returns what the value gives; `block` must be the block's text.
    #[inline]
    pub(super) fn given<'t>(&self, block: &'t str) -> Given<'t> {
        match self.kind {
            PlaceKind::Missing => Given::Missing,
            PlaceKind::Text => Given::Text(self.text(block)),
            PlaceKind::Digits => Given::Digits(self.text(block)),
            PlaceKind::Json => given_plain(self.text(block)),
        }
    }
}

/// The columns of a stretch that a value goes to: most often one or none.
#[derive(Clone, Debug)]
pub(super) struct Target {
    first: usize,
    others: Vec<usize>,
}

impl Target {
    pub(super) fn new(mut columns: impl Iterator<Item = usize>) -> Target {
        // No stretch has so many columns.
        Target { first: columns.next().unwrap_or(usize::MAX / STRETCH_ROWS / 2), others: columns.collect() }
    }

    /// Puts a value into the row that is appended next.
    #[inline]
    pub(super) fn put(&self, place: Place, stretch: &mut Stretch) {
        stretch.put(self.first, place);
        for &column in &self.others {
            stretch.put(column, place);
        }
    }
}

/// Some rows of a block; a row has a place for each reserved value, then for each column.
pub(super) struct Stretch {
    /// Column after column, [`STRETCH_ROWS`] places each.
    places: Vec<Place>,
    /// Where each row stands without its line end, and the number of its shape.
    lines: Vec<(Range<u32>, u32)>,
    /// The place of the first row; the others follow it line by line.
    pub(super) first: Spot,
}

impl Stretch {
    /// Creates a stretch without rows, for so many columns besides the reserved ones.
    pub(super) fn new(columns: usize) -> Stretch {
        let places = vec![Place::default(); (RESERVED + columns) * STRETCH_ROWS];
        Stretch { places, lines: Vec::with_capacity(STRETCH_ROWS), first: Spot::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.lines.len() == STRETCH_ROWS
    }

    /// Puts a value into the row that is appended next.
    #[inline]
    pub(super) fn put(&mut self, column: usize, place: Place) {
        if let Some(slot) = self.places.get_mut(column * STRETCH_ROWS + self.lines.len()) {
            *slot = place;
        }
    }

    /// Appends a row all of whose values have been put; the stretch must not be full.
    #[inline]
    pub(super) fn end_row(&mut self, line: Range<usize>, shape: usize) {
        self.lines.push((line.start as u32..line.end as u32, shape as u32));
    }

    /// Returns the places of one column in some rows: reserved values first, then columns in their order.
    #[inline]
    pub(super) fn column(&self, column: usize, rows: Range<usize>) -> &[Place] {
        let places = self.places.chunks_exact(STRETCH_ROWS).nth(column).unwrap_or_default();
        places.get(rows).unwrap_or_default()
    }

    /// Returns where a row stands in its block.
    pub(super) fn line(&self, row: usize) -> Range<usize> {
        self.lines.get(row).map_or(0..0, |(line, _)| line.start as usize..line.end as usize)
    }

    /// Returns the number of a row's shape.
    pub(super) fn shape(&self, row: usize) -> usize {
        self.lines.get(row).map_or(0, |&(_, shape)| shape as usize)
    }

    /// Returns the place of a row.
    pub(super) fn spot(&self, row: usize) -> Spot {
        Spot { row: self.first.row + row as u64, line: self.first.line + row as u64, ..self.first }
    }

    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }
}

/// Takes `count` rows of a stretch: `admit` takes those from a place on as far as it can, and says where it stopped. The row there
/// cannot be taken with the others; `read_again` reads it by itself.
pub(super) fn take_rows<R>(
    reader: &mut R,
    count: usize,
    mut admit: impl FnMut(&mut R, Range<usize>) -> usize,
    mut read_again: impl FnMut(&mut R, usize),
) {
    let mut from = 0;
    while from < count {
        let end = admit(reader, from..count);
        if end < count {
            read_again(reader, end);
        }
        from = end + 1;
    }
}

#[cfg(test)]
mod tests;
