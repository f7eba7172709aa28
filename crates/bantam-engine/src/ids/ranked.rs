//! Lead numbers by keys that are numbers close to each other: a bit for each number of their range.
//!
//! How many bits are set before a number's own tells the place of its lead. All of that stays in the processor's cache, where
//! a hash table of as many leads would not.

use super::series::Spelled;
use std::ops::RangeInclusive;

/// There may be this many numbers in the range for each that is a key.
const RANGE_PER_KEY_MAX: u64 = 64;

/// Lead numbers by numbers of one range.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    /// The number that has the first bit.
    first: i64,
    bits: Vec<u64>,
    /// How many bits are set before each word.
    before: Vec<u32>,
    /// The leads of set bits; empty where a lead's number is the rank itself.
    leads: Vec<u32>,
}

impl Ranked {
    /// Takes distinct numbers, each with its lead; `None` where they are not close to each other.
    pub(super) fn of(numbers: impl Iterator<Item = (i64, u32)> + Clone) -> Option<Ranked> {
        let (mut first, mut last, mut count) = (i64::MAX, i64::MIN, 0);
        for (number, _) in numbers.clone() {
            (first, last, count) = (first.min(number), last.max(number), count + 1);
        }
        let mut ranked = Ranked::with_bits(first..=last, count, numbers.clone().map(|(number, _)| number))?;
        if numbers.clone().any(|(number, lead)| ranked.get(number) != Some(lead)) {
            let mut leads = vec![0; count as usize];
            for (number, lead) in numbers {
                *leads.get_mut(ranked.get(number)? as usize)? = lead;
            }
            ranked.leads = leads;
        }
        Some(ranked)
    }

    /// Takes rising numbers, of which each is that of the next lead; `None` where they are not close to each other.
    pub(super) fn of_rising(numbers: &[i64]) -> Option<Ranked> {
        let (&first, &last) = numbers.first().zip(numbers.last())?;
        Ranked::with_bits(first..=last, numbers.len() as u64, numbers.iter().copied())
    }

    /// Sets the bits of `count` numbers of a range.
    fn with_bits(range: RangeInclusive<i64>, count: u64, numbers: impl Iterator<Item = i64>) -> Option<Ranked> {
        let first = *range.start();
        let range = range.end().checked_sub(first).and_then(|range| u64::try_from(range).ok())?;
        if range / RANGE_PER_KEY_MAX >= count {
            return None;
        }
        let mut ranked =
            Ranked { first, bits: vec![0; range as usize / 64 + 1], before: Vec::new(), leads: Vec::new() };
        for number in numbers {
            let (word, bit) = ranked.place(number)?;
            *ranked.bits.get_mut(word)? |= 1 << bit;
        }
        let mut before = 0;
        for word in &ranked.bits {
            ranked.before.push(before);
            before += word.count_ones();
        }
        Some(ranked)
    }

    /// Returns the lead of a key; `None` where it is no number, or none that was taken.
    #[inline]
    pub(super) fn find(&self, key: &Spelled<'_>) -> Option<u32> {
        if let Spelled::Number(number) = key { self.get(*number) } else { None }
    }

    /// Returns whether a number is one of those that were taken.
    #[inline]
    pub(super) fn has(&self, number: i64) -> bool {
        let bits = |(word, bit): (usize, u32)| self.bits.get(word).map(|bits| bits >> bit & 1);
        self.place(number).and_then(bits) == Some(1)
    }

    /// Returns the lead of a number.
    #[inline]
    pub(super) fn get(&self, number: i64) -> Option<u32> {
        let (word, bit) = self.place(number)?;
        let bits = *self.bits.get(word)?;
        if bits >> bit & 1 == 0 {
            return None;
        }
        let rank = self.before.get(word)? + (bits & ((1 << bit) - 1)).count_ones();
        if self.leads.is_empty() { Some(rank) } else { self.leads.get(rank as usize).copied() }
    }

    /// Returns the word and the bit of a number; for one far from the range, a word that is not there.
    #[inline]
    fn place(&self, number: i64) -> Option<(usize, u32)> {
        let offset = number.checked_sub(self.first).and_then(|offset| usize::try_from(offset).ok())?;
        Some((offset / 64, (offset % 64) as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_taken_is_found_and_nothing_else(
            base in prop::sample::select(vec![0, -3, 1_000_000, i64::MAX - 5_000, i64::MIN + 1]),
            offsets in prop::collection::hash_set(0_i64..5_000, 100..200),
            in_order in any::<bool>(),
        ) {
            let mut numbers: Vec<i64> = offsets.iter().map(|offset| base + offset).collect();
            if in_order {
                numbers.sort_unstable();
            }
            let ranked = Ranked::of(numbers.iter().copied().zip(0..)).unwrap();
            prop_assert_eq!(ranked.leads.is_empty(), numbers.is_sorted());
            for (lead, &number) in (0..).zip(&numbers) {
                prop_assert_eq!(ranked.get(number), Some(lead));
                prop_assert!(ranked.has(number));
            }
            let others = (0..5_000).filter(|offset| !offsets.contains(offset)).map(|offset| base + offset);
            for other in others.chain([i64::MIN, i64::MAX].into_iter().filter(|other| !numbers.contains(other))) {
                prop_assert_eq!(ranked.get(other), None);
                prop_assert!(!ranked.has(other));
            }
        }
    }

    #[test]
    fn numbers_far_from_each_other_take_no_space() {
        let ranked = |numbers: &[i64]| Ranked::of(numbers.iter().copied().zip(0..)).is_some();
        assert!(!ranked(&[]) && !ranked(&[1, 1_000_000]) && !ranked(&[i64::MIN + 1, i64::MAX]));
        assert!(ranked(&[7]) && ranked(&[100, 1]));
    }
}
