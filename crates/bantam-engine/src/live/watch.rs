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

    /// Returns a result with the earliest instant that was noticed while computing it, which is noticed here too.
    fn apart<T>(&self, compute: impl FnOnce() -> T) -> (T, Option<i64>);
}

/// Nobody asks.
pub(crate) struct Unwatched;

impl Watch for Unwatched {
    const ASKED: bool = false;

    fn notice(&self, _: i64) {}

    fn apart<T>(&self, compute: impl FnOnce() -> T) -> (T, Option<i64>) {
        (compute(), None)
    }
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

    fn apart<T>(&self, compute: impl FnOnce() -> T) -> (T, Option<i64>) {
        let before = self.instant.take();
        let result = compute();
        let noticed = self.instant.get();
        before.into_iter().for_each(|instant| self.notice(instant));
        (result, noticed)
    }
}
