//! How far a computation in the background is.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many leads have been read, of how many.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    done: AtomicU64,
    /// Zero where that is not known yet.
    of: AtomicU64,
}

impl Progress {
    /// Returns how many leads have been read, and of how many; `None` where no leads are read, or not yet.
    pub(crate) fn leads(&self) -> Option<(u64, u64)> {
        let of = self.of.load(Ordering::Relaxed);
        // Leads that came meanwhile are read, too.
        (of > 0).then(|| (self.done.load(Ordering::Relaxed).min(of), of))
    }

    /// Says that so many more are to be read.
    pub(super) fn expect(&self, leads: u64) {
        self.of.fetch_add(leads, Ordering::Relaxed);
    }

    /// Says that so many more were read.
    pub(super) fn add(&self, leads: u64) {
        self.done.fetch_add(leads, Ordering::Relaxed);
    }
}
