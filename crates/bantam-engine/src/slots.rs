//! A hash table of numbers, for things that are kept elsewhere under these numbers.
//!
//! A slot is eight bytes: a part of the thing, or half of its hash, and its number. Whoever looks something up compares the
//! thing itself where these agree. Many look-ups at once first fetch all their slots and then compare: memory answers the requests side by side,
//! where one look-up after the other would wait for each.

/// No number.
const EMPTY: u32 = u32::MAX;
/// At least one slot in four stays empty, so that a search that finds nothing ends soon.
const FULL: (usize, usize) = (3, 4);
/// How many look-ups are under way at once.
pub(crate) const LOOK_UPS: usize = 32;

/// Where to look for something: the place its hash gives, and the part of it that slots hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Its upper bits give the place.
    pub(crate) hash: u64,
    pub(crate) part: u32,
}

impl Mark {
    /// Returns the mark of something of which slots hold half its hash.
    pub(crate) fn of_hash(hash: u64) -> Mark {
        Mark { hash, part: hash as u32 }
    }
}

/// Numbers by mark.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    part: u32,
    number: u32,
}

impl Slots {
    /// Returns whether nothing has been added.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the number of a thing with this mark for which `is_it`.
    pub(crate) fn find(&self, mark: Mark, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.start(mark.hash);
        loop {
            let slot = self.slots.get(at)?;
            if slot.number == EMPTY {
                return None;
            }
            if slot.part == mark.part && is_it(slot.number) {
                return Some(slot.number);
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    /// Returns whatever stands where a search for a mark begins: with that, it is in the cache.
    ///
    /// Nothing is decided here. A decision on what has not come from memory yet is guessed, and a wrong guess throws away
    /// the requests that were sent after it.
    pub(crate) fn touch(&self, mark: Mark) -> u32 {
        self.slots.get(self.start(mark.hash)).map_or(0, |slot| slot.part)
    }

    /// Returns the first number whose part agrees: most likely the one looked for, if there is one.
    pub(crate) fn likely(&self, mark: Mark) -> Option<u32> {
        self.find(mark, |_| true)
    }

    /// Adds a number that is not there. `mark_of` gives the mark of any number that is.
    pub(crate) fn insert(&mut self, mark: Mark, number: u32, mark_of: impl Fn(u32) -> Mark) {
        if (self.len + 1) * FULL.1 > self.slots.len() * FULL.0 {
            self.grow((self.len + 1) * 2, mark_of);
        }
        self.put(mark, number);
        self.len += 1;
    }

    /// Makes room for `more` numbers.
    pub(crate) fn reserve(&mut self, more: usize, mark_of: impl Fn(u32) -> Mark) {
        if (self.len + more) * FULL.1 > self.slots.len() * FULL.0 {
            self.grow(self.len + more, mark_of);
        }
    }

    fn grow(&mut self, numbers: usize, mark_of: impl Fn(u32) -> Mark) {
        let size = (numbers * FULL.1).div_ceil(FULL.0).max(8);
        let old = std::mem::replace(&mut self.slots, vec![Slot { part: 0, number: EMPTY }; size]);
        for slot in old.into_iter().filter(|slot| slot.number != EMPTY) {
            self.put(mark_of(slot.number), slot.number);
        }
    }

    fn put(&mut self, mark: Mark, number: u32) {
        let mut at = self.start(mark.hash);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.number == EMPTY {
                *slot = Slot { part: mark.part, number };
                return;
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    /// The upper bits of a hash, brought into the range of slots without a division.
    fn start(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.slots.len() as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_full_and_however_alike_their_hashes() {
        // Seven hashes for a thousand numbers, one of them at the very end of the table.
        let mark_of = |number: u32| Mark::of_hash(u64::MAX - u64::from(number % 7) * (1 << 40));
        let mut slots = Slots::default();
        assert_eq!(slots.find(Mark::default(), |_| true), None);
        for number in 0..1000 {
            assert_eq!(slots.find(mark_of(number), |other| other == number), None);
            slots.insert(mark_of(number), number, mark_of);
        }
        slots.reserve(10_000, mark_of);
        for number in 0..1000 {
            assert_eq!(slots.find(mark_of(number), |other| other == number), Some(number));
        }
        assert_eq!(slots.find(mark_of(3), |_| false), None);
    }
}
