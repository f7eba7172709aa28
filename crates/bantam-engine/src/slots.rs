//! A hash table of numbers, for things that are kept elsewhere under these numbers.
//!
//! A slot is eight bytes: half a hash and the number. Whoever looks something up compares the thing itself where the halves
//! agree. Many look-ups at once first fetch all their slots and then compare: memory answers the requests side by side,
//! where one look-up after the other would wait for each.

/// No number.
const EMPTY: u32 = u32::MAX;
/// At least one slot in four stays empty, so that a search that finds nothing ends soon.
const FULL: (usize, usize) = (3, 4);
/// How many look-ups are under way at once.
pub(crate) const LOOK_UPS: usize = 32;

/// Numbers by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    half: u32,
    number: u32,
}

impl Slots {
    /// Returns the number of a thing with this hash for which `is_it`.
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.start(hash);
        loop {
            let slot = self.slots.get(at)?;
            if slot.number == EMPTY {
                return None;
            }
            if slot.half == half(hash) && is_it(slot.number) {
                return Some(slot.number);
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    /// Returns whatever stands where a search for a hash begins: with that, it is in the cache.
    ///
    /// Nothing is decided here. A decision on what has not come from memory yet is guessed, and a wrong guess throws away
    /// the requests that were sent after it.
    pub(crate) fn touch(&self, hash: u64) -> u32 {
        self.slots.get(self.start(hash)).map_or(0, |slot| slot.half)
    }

    /// Returns the first number whose half of the hash agrees: most likely the one looked for, if there is one.
    pub(crate) fn likely(&self, hash: u64) -> Option<u32> {
        self.find(hash, |_| true)
    }

    /// Adds a number that is not there. `hash_of` gives the hash of any number that is.
    pub(crate) fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.len + 1) * FULL.1 > self.slots.len() * FULL.0 {
            self.grow((self.len + 1) * 2, hash_of);
        }
        self.put(hash, number);
        self.len += 1;
    }

    /// Makes room for `more` numbers.
    pub(crate) fn reserve(&mut self, more: usize, hash_of: impl Fn(u32) -> u64) {
        if (self.len + more) * FULL.1 > self.slots.len() * FULL.0 {
            self.grow(self.len + more, hash_of);
        }
    }

    fn grow(&mut self, numbers: usize, hash_of: impl Fn(u32) -> u64) {
        let size = (numbers * FULL.1).div_ceil(FULL.0).max(8);
        let old = std::mem::replace(&mut self.slots, vec![Slot { half: 0, number: EMPTY }; size]);
        for slot in old.into_iter().filter(|slot| slot.number != EMPTY) {
            self.put(hash_of(slot.number), slot.number);
        }
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mut at = self.start(hash);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.number == EMPTY {
                *slot = Slot { half: half(hash), number };
                return;
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    /// The upper bits of a hash, brought into the range of slots without a division.
    fn start(&self, hash: u64) -> usize {
        (u128::from(hash) * self.slots.len() as u128 >> 64) as usize
    }
}

fn half(hash: u64) -> u32 {
    hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_full_and_however_alike_their_hashes() {
        // Seven hashes for a thousand numbers, one of them at the very end of the table.
        let hash_of = |number: u32| u64::MAX - u64::from(number % 7) * (1 << 40);
        let mut slots = Slots::default();
        assert_eq!(slots.find(1, |_| true), None);
        for number in 0..1000 {
            assert_eq!(slots.find(hash_of(number), |other| other == number), None);
            slots.insert(hash_of(number), number, hash_of);
        }
        slots.reserve(10_000, hash_of);
        for number in 0..1000 {
            assert_eq!(slots.find(hash_of(number), |other| other == number), Some(number));
        }
        assert_eq!(slots.find(hash_of(3), |_| false), None);
    }
}
