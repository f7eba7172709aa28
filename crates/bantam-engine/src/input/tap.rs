//! Lets somebody take rows while they are read, so that they need not all be in memory.

use super::extents::KeyExtent;
use super::rows::Rows;

/// Takes rows of pieces that are read side by side.
pub(crate) trait Tap: Sync {
    /// Begins a piece. `extent` says which leads have rows in this piece alone, where that is known.
    fn begin<'t>(&'t self, extent: Option<&'t KeyExtent>) -> Box<dyn TapPiece + 't>;

    /// Returns whether it helps to know which leads have rows in one piece alone.
    fn wants_extents(&self) -> bool;
}

/// Rows that may count.
pub(crate) struct Chosen {
    /// Their places among the rows read so far, in rising order.
    pub(crate) rows: Vec<u32>,
    /// Whose value of each column is asked for.
    pub(crate) asked: Vec<Asked>,
}

/// For which chosen rows a value is asked.
pub(crate) enum Asked {
    OfAll,
    OfSome {
        /// Their places among the rows read so far, in rising order.
        rows: Vec<u32>,
        /// Their places among the chosen rows.
        places: Vec<u32>,
    },
}

/// Takes the rows of one piece.
pub(crate) trait TapPiece {
    /// Returns which of the rows read so far may count. `None` where that takes more than their leads, times and names, or does
    /// not help.
    fn choose(&mut self, rows: &Rows) -> Option<Chosen>;

    /// Takes the rows read so far, of which some were chosen; the columns of `rows` hold only those, and values only where they
    /// were asked for.
    fn take_chosen(&mut self, rows: &mut Rows, chosen: &[u32]) -> Result<(), String>;

    /// Takes the rows read so far, and clears what it took; what it leaves is kept in memory.
    ///
    /// Returns what is wrong with the file where its rows contradict its extent.
    fn take(&mut self, rows: &mut Rows) -> Result<(), String>;

    /// Ends the piece.
    fn end(self: Box<Self>);
}
