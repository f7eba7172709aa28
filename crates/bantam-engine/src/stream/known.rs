//! Tells of most keys, in a single bit, that their lead is known.
//!
//! Many events are too old to count, and of their leads only one thing matters: that they need not be added. Where
//! keys are numbers close to each other, a bit for each number of their range fits the processor's cache, and a look-up in
//! the table of leads is saved.

use crate::ids::{Key, LeadIds};

/// There may be this many numbers in the range for each that is a key.
const RANGE_PER_KEY_MAX: u64 = 64;

/// Keys of known leads, as far as they are numbers in one range.
#[derive(Debug, Default)]
pub(super) struct Known {
    first: i64,
    bits: Vec<u64>,
}

impl Known {
    /// Takes the keys of all leads; none where they are not close to each other.
    pub(super) fn of(ids: &LeadIds) -> Known {
        let numbers = || ids.numbers();
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { return Known::default() };
        let range = last.abs_diff(first);
        if range / RANGE_PER_KEY_MAX >= ids.len() as u64 {
            return Known::default();
        }
        let mut known = Known { first, bits: vec![0; range as usize / 64 + 1] };
        for number in numbers() {
            let at = number.abs_diff(first) as usize;
            if let Some(word) = known.bits.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
        known
    }

    /// Returns whether a key is surely one of them; one that is not may be another that was not taken.
    pub(super) fn has(&self, key: Key<'_>) -> bool {
        let Key::Number(number) = key else { return false };
        let Some(at) = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok()) else { return false };
        self.bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(keys: &[&str]) -> Known {
        let mut ids = LeadIds::default();
        keys.iter().for_each(|key| {
            ids.intern(Key::of(key));
        });
        Known::of(&ids)
    }

    #[test]
    fn what_is_told_to_be_known_is() {
        let mut keys = vec!["1000", "lead", "-7", "1063", "007"];
        let others: Vec<String> = (0..20).map(|number| format!("lead {number}")).collect();
        // There are enough keys for the range of numbers to be small beside them.
        keys.extend(others.iter().map(String::as_str));
        let known = known(&keys);
        for number in -200..2_000 {
            let expected = number == 1000 || number == 1063 || number == -7;
            assert_eq!(known.has(Key::Number(number)), expected, "{number}");
        }
        for number in [i64::MIN + 1, i64::MAX] {
            assert!(!known.has(Key::Number(number)));
        }
        assert!(!known.has(Key::Text("lead")));
    }

    #[test]
    fn keys_far_from_each_other_take_no_space() {
        assert_eq!(known(&["1", "1000000"]).bits.len(), 0);
        assert_eq!(known(&["-9223372036854775807", "9223372036854775807"]).bits.len(), 0);
        assert_eq!(known(&["a", "b"]).bits.len(), 0);
    }
}
