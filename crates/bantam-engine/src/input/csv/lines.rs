//! Takes plain lines out of a block, one record each, many at a time: where cells end is all that is looked at.

use super::super::stretch::{Place, PlaceKind, Stretch, Target};
use super::super::window::marks::{self, WIDE, WideMarks};
use super::Records;

/// Where the cells of a file's records go.
pub(super) struct Targets {
    /// By cell.
    cells: Vec<Target>,
    /// What no cell goes to.
    absent: Target,
}

impl Targets {
    /// Creates targets for records of `width` cells; `cells` has for each column of a stretch the cell that goes there.
    pub(super) fn new(width: usize, cells: &[Option<usize>]) -> Targets {
        let of_cell = |wanted: Option<usize>| {
            let columns = cells.iter().enumerate().filter(move |&(_, &cell)| cell == wanted);
            Target::new(columns.map(|(column, _)| column))
        };
        Targets { cells: (0..width).map(|cell| of_cell(Some(cell))).collect(), absent: of_cell(None) }
    }

    /// Puts a cell of the row that is appended next; returns whether there may be so many.
    #[inline]
    fn put(&self, cell: usize, place: Place, stretch: &mut Stretch) -> bool {
        let target = self.cells.get(cell);
        target.inspect(|target| target.put(place, stretch)).is_some()
    }

    /// Puts what there is for the columns of a row that has only the first cells.
    #[inline]
    fn put_missing(&self, cells: usize, stretch: &mut Stretch) {
        for target in self.cells.get(cells..).unwrap_or_default().iter().chain([&self.absent]) {
            target.put(Place::default(), stretch);
        }
    }

    /// Puts the record at a place of plain lines into a stretch; returns where the next line starts. `None` where it is blank,
    /// has too many cells or is cut off.
    #[inline]
    fn read(&self, bytes: &[u8], start: usize, stretch: &mut Stretch) -> Option<usize> {
        if *bytes.get(start)? <= b' ' {
            return None;
        }
        let (mut at, mut cell, mut from) = (start, 0, start);
        loop {
            for word in WideMarks::of_cell_ends(bytes.get(at..)?.first_chunk()?).0 {
                let mut ends = marks::one_each(word);
                while ends != 0 {
                    let end = at + marks::first(ends);
                    ends &= ends - 1;
                    if bytes.get(end) == Some(&b'\n') {
                        let content = end - usize::from(bytes.get(end - 1) == Some(&b'\r'));
                        if !self.put(cell, Place::new(from, content, PlaceKind::Text), stretch) {
                            return None;
                        }
                        self.put_missing(cell + 1, stretch);
                        stretch.end_row(start..content, 0);
                        return Some(end + 1);
                    }
                    if !self.put(cell, Place::new(from, end, PlaceKind::Text), stretch) {
                        return None;
                    }
                    cell += 1;
                    from = end + 1;
                }
                at += WIDE / 2;
            }
        }
    }
}

impl<'b> Records<'b> {
    /// Takes the next lines into a stretch, as many as there is room for, and returns the text of the block; `None` where the
    /// next line is not plain.
    pub(super) fn take_lines(&mut self, targets: &Targets, stretch: &mut Stretch) -> Option<&'b str> {
        let text = self.plain_text()?;
        let mut at = self.taken();
        while !stretch.is_full()
            && let Some(next) = targets.read(text.as_bytes(), at, stretch)
        {
            at = next;
        }
        self.skip_lines(at, stretch.len() as u64);
        (stretch.len() > 0).then_some(text)
    }
}
