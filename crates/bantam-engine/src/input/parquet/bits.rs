//! Which rows have a value, a bit each, and how many of those before a row have one.

/// A row of truths, 64 in a word, lowest bit first.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.len = 0;
    }

    /// Appends the lowest `count` bits of a word, at most 64; those above must be 0.
    #[inline]
    pub(super) fn push_word(&mut self, word: u64, count: usize) {
        let shift = self.len % 64;
        match self.words.last_mut().filter(|_| shift > 0) {
            Some(last) => {
                *last |= word << shift;
                if shift + count > 64 {
                    self.words.push(word >> (64 - shift));
                }
            }
            None if count > 0 => self.words.push(word),
            None => {}
        }
        self.len += count;
    }

    /// Appends one truth many times.
    pub(super) fn push_same(&mut self, truth: bool, mut count: usize) {
        while count > 0 {
            let taken = count.min(64);
            let word = if truth { u64::MAX >> (64 - taken) } else { 0 };
            self.push_word(word, taken);
            count -= taken;
        }
    }

    /// Returns how many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Writes them as truths, a byte each.
    pub(super) fn spell_out(&self, truths: &mut Vec<bool>) {
        truths.clear();
        truths.reserve(self.words.len() * 64);
        for word in &self.words {
            truths.extend_from_slice(&std::array::from_fn::<bool, 64, _>(|bit| word >> bit & 1 == 1));
        }
        truths.truncate(self.len);
    }

    /// Says of each wanted row, in rising order, whether it has a value; returns the places of those that have one among
    /// all that have one.
    pub(super) fn places(&self, wanted: &[u32], have: &mut Vec<bool>) -> Vec<u32> {
        have.clear();
        let mut places = Vec::with_capacity(wanted.len());
        let mut words = self.words.iter();
        let (mut word, mut start, mut before) = (words.next().copied().unwrap_or(0), 0, 0);
        for &row in wanted {
            while row >= start + 64 {
                before += word.count_ones();
                word = words.next().copied().unwrap_or(0);
                start += 64;
            }
            let bit = row - start;
            let has_value = word >> bit & 1 == 1;
            have.push(has_value);
            if has_value {
                places.push(before + (word & !(u64::MAX << bit)).count_ones());
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places_skip_rows_without_a_value() {
        let mut bits = Bits::default();
        bits.push_word(0b10_1101, 6);
        let mut have = Vec::new();
        assert_eq!(bits.places(&[0, 1, 3, 5], &mut have), [0, 2, 3]);
        assert_eq!(have, [true, false, true, true]);
        assert!(bits.places(&[], &mut have).is_empty());
    }

    proptest! {
        #[test]
        fn places_are_those_found_by_counting(
            pushes in prop::collection::vec((any::<u64>(), 0_usize..=64, any::<bool>(), any::<bool>()), 0..12),
            step in 1_usize..70,
        ) {
            let (mut bits, mut truths) = (Bits::default(), Vec::new());
            for (word, count, same, truth) in pushes {
                if same {
                    bits.push_same(truth, count * 3);
                    truths.extend(std::iter::repeat_n(truth, count * 3));
                } else {
                    let word = if count == 0 { 0 } else { word & u64::MAX >> (64 - count) };
                    bits.push_word(word, count);
                    truths.extend((0..count).map(|bit| word >> bit & 1 == 1));
                }
            }
            let wanted: Vec<u32> = (0..truths.len() as u32).step_by(step).collect();
            let mut have = Vec::new();
            let places = bits.places(&wanted, &mut have);
            let is_present = |row: &u32| truths[*row as usize];
            prop_assert_eq!(have, wanted.iter().map(is_present).collect::<Vec<_>>());
            let count_before = |row: &u32| truths[..*row as usize].iter().filter(|truth| **truth).count() as u32;
            let expected: Vec<u32> = wanted.iter().filter(|row| is_present(row)).map(count_before).collect();
            prop_assert_eq!(places, expected);
        }
    }
}
