//! Who may do what with a file that several connections have open, as SQLite asks for it.

use std::collections::BTreeMap;

/// Which of the open files asks.
pub(crate) type Holder = u64;

/// How much of a file somebody has: SQLite's numbers, from `SQLITE_LOCK_NONE` to `SQLITE_LOCK_EXCLUSIVE`.
pub(crate) type Level = i32;

const SHARED: Level = 1;
const RESERVED: Level = 2;
const PENDING: Level = 3;
const EXCLUSIVE: Level = 4;

/// The locks of one file.
#[derive(Default)]
pub(crate) struct Locks(BTreeMap<Holder, Level>);

impl Locks {
    fn highest_of_others(&self, holder: Holder) -> Level {
        self.0.iter().filter(|(other, _)| **other != holder).map(|(_, level)| *level).max().unwrap_or(0)
    }

    /// Raises what somebody has; returns whether nobody is in the way.
    pub(crate) fn raise(&mut self, holder: Holder, level: Level) -> bool {
        let others = self.highest_of_others(holder);
        let own = self.0.entry(holder).or_default();
        let is_free = match level {
            ..=SHARED => others < PENDING,
            RESERVED => others < RESERVED,
            _ => others < PENDING,
        };
        if !is_free || level <= *own {
            return is_free;
        }
        // Who waits for readers to go lets no new ones in.
        let waits = level >= PENDING && others >= SHARED;
        *own = if waits { PENDING } else { level };
        !waits || level < EXCLUSIVE
    }

    pub(crate) fn lower(&mut self, holder: Holder, level: Level) {
        if level == 0 {
            self.0.remove(&holder);
        } else if let Some(own) = self.0.get_mut(&holder) {
            *own = level.min(*own);
        }
    }

    pub(crate) fn is_reserved(&self) -> bool {
        self.0.values().any(|level| *level >= RESERVED)
    }
}

/// One of the locks in the memory that connections share.
#[derive(Default)]
pub(crate) struct Slot {
    readers: Vec<Holder>,
    writer: Option<Holder>,
}

impl Slot {
    pub(crate) fn is_free(&self, holder: Holder, is_exclusive: bool) -> bool {
        let is_other = |other: &Holder| *other != holder;
        !(self.writer.as_ref().is_some_and(is_other) || is_exclusive && self.readers.iter().any(is_other))
    }

    pub(crate) fn take(&mut self, holder: Holder, is_exclusive: bool) {
        match is_exclusive {
            true => self.writer = Some(holder),
            false => self.readers.push(holder),
        }
    }

    pub(crate) fn free(&mut self, holder: Holder) {
        self.readers.retain(|reader| *reader != holder);
        self.writer.take_if(|writer| *writer == holder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writes_when_the_readers_have_gone() {
        let mut locks = Locks::default();
        assert!(locks.raise(1, SHARED) && locks.raise(2, SHARED));
        assert!(locks.raise(1, RESERVED) && !locks.raise(2, RESERVED));
        assert!(locks.is_reserved());
        assert!(!locks.raise(1, EXCLUSIVE), "one still reads");
        assert!(!locks.raise(3, SHARED), "and no other begins to");
        locks.lower(2, 0);
        assert!(locks.raise(1, EXCLUSIVE));
        locks.lower(1, SHARED);
        assert!(locks.raise(2, SHARED) && !locks.is_reserved());
    }

    #[test]
    fn a_slot_is_for_one_writer_or_for_readers() {
        let mut slot = Slot::default();
        assert!(slot.is_free(1, false));
        slot.take(1, false);
        assert!(slot.is_free(2, false) && !slot.is_free(2, true) && slot.is_free(1, true));
        slot.free(1);
        slot.take(2, true);
        assert!(!slot.is_free(1, false));
        slot.free(2);
        assert!(slot.is_free(1, true));
    }
}
