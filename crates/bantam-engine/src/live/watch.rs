//! Watches a computation for the instant from which it may give something else.
//!
//! Everything that depends on *as of* is constant between two instants of its own kind: the arrival of a fact, the end of a
//! window, a halving, the start of another day since a time. Whoever computes such a thing notices the next of its instants. The
//! earliest noticed one is then the end of a stretch of time in which nothing at all can change.

use std::cell::Cell;

/// Learns of instants at which what was computed may change.
pub(crate) trait Watch {
    /// Whether anyone asks; where nobody does, the instants need not be computed.
    const ASKED: bool;

    /// Learns that a part of the result may be different from `instant` on.
    fn notice(&self, instant: i64);
}

/// Nobody asks.
pub(crate) struct Unwatched;

impl Watch for Unwatched {
    const ASKED: bool = false;

    fn notice(&self, _: i64) {}
}

/// Keeps the earliest instant noticed.
pub(crate) struct Earliest {
    as_of: i64,
    instant: Cell<Option<i64>>,
}

impl Earliest {
    /// Watches a computation for `as_of`; only later instants matter.
    pub(crate) fn after(as_of: i64) -> Self {
        Earliest { as_of, instant: Cell::new(None) }
    }

    /// Returns the instant up to which the result is the same; `None` is forever.
    pub(crate) fn instant(&self) -> Option<i64> {
        self.instant.get()
    }
}

impl Watch for Earliest {
    const ASKED: bool = true;

    fn notice(&self, instant: i64) {
        if instant > self.as_of && self.instant.get().is_none_or(|earliest| instant < earliest) {
            self.instant.set(Some(instant));
        }
    }
}
