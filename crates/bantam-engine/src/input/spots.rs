//! The places of many rows in little space: rows that follow each other are told by their first.

use super::report::Spot;

/// Places of rows, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Spots {
    /// Number of the first row of each stretch, and its place; the next rows have the next rows and lines.
    stretches: Vec<(usize, Spot)>,
    len: usize,
}

impl Spots {
    pub(super) fn push(&mut self, spot: Spot) {
        self.push_stretch(spot, 1);
    }

    /// Appends `count` rows, of which the first is at `spot` and the others follow it.
    pub(super) fn push_stretch(&mut self, spot: Spot, count: usize) {
        if self.stretches.last().is_none_or(|&(first, start)| after(start, self.len - first) != spot) {
            self.stretches.push((self.len, spot));
        }
        self.len += count;
    }

    /// Appends rows of a piece, moved to where the piece stands.
    pub(super) fn append(&mut self, piece: &Spots, place: impl Fn(Spot) -> Spot) {
        let ends = piece.stretches.iter().skip(1).map(|&(first, _)| first).chain([piece.len]);
        for (&(first, spot), end) in piece.stretches.iter().zip(ends) {
            self.push_stretch(place(spot), end - first);
        }
    }

    /// Returns the place of a row.
    pub(super) fn get(&self, row: usize) -> Option<Spot> {
        let behind = self.stretches.partition_point(|&(first, _)| first <= row);
        let &(first, spot) = self.stretches.get(behind.checked_sub(1)?)?;
        (row < self.len).then(|| after(spot, row - first))
    }
}

/// A row without lines stays without them.
fn after(spot: Spot, rows: usize) -> Spot {
    let rows = rows as u64;
    Spot { row: spot.row + rows, line: if spot.line > 0 { spot.line + rows } else { 0 }, ..spot }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_where_they_were_put() {
        let spot = |file, row, line| Spot { file, row, line };
        let put =
            [spot(0, 1, 2), spot(0, 2, 3), spot(0, 3, 7), spot(0, 4, 8), spot(1, 5, 9), spot(1, 1, 0), spot(1, 2, 0)];
        let mut piece = Spots::default();
        put.iter().for_each(|&spot| piece.push(spot));
        assert_eq!(piece.stretches.len(), 4);
        let mut spots = Spots::default();
        spots.append(&piece, |spot| spot);
        spots.append(&piece, |spot| Spot { row: spot.row + 10, ..spot });
        for (row, &spot) in put.iter().enumerate() {
            assert_eq!(spots.get(row), Some(spot));
            assert_eq!(spots.get(row + put.len()), Some(Spot { row: spot.row + 10, ..spot }));
        }
        assert_eq!(spots.get(2 * put.len()), None);
    }
}
