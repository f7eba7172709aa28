//! The keys of one piece of a file, made ready beside other pieces, to be put behind those of the pieces before it at once.

use super::series::{Series, Spelled};
use super::{Key, LeadIds, NO_NUMBER};
use std::ops::Range;

/// So many keys tell how all are spelled.
const SAMPLE: usize = 32;

/// Keys that are numbers of one series, each above the one before it.
#[derive(Clone, Debug)]
pub(crate) struct KeyRun {
    series: Series,
    numbers: Vec<i64>,
}

impl KeyRun {
    /// Returns keys as a run; `None` where they are not one.
    pub(crate) fn of<'k>(keys: impl Iterator<Item = Key<'k>> + Clone) -> Option<KeyRun> {
        let series = Series::of(keys.clone().take(SAMPLE));
        let mut run = KeyRun { series, numbers: Vec::with_capacity(keys.size_hint().0) };
        let mut last = NO_NUMBER;
        for key in keys {
            match run.series.spell(key) {
                Spelled::Number(number) if number > last => last = number,
                _ => return None,
            }
            run.numbers.push(last);
        }
        Some(run)
    }
}

impl LeadIds {
    /// Appends keys that all come after those before; returns their lead numbers, `None` where they do not.
    pub(crate) fn append(&mut self, run: &KeyRun) -> Option<Range<u32>> {
        if self.is_empty() && !self.is_mixed {
            self.series = run.series.clone();
        }
        let Some(&first) = run.numbers.first() else { return Some(self.len() as u32..self.len() as u32) };
        let follows = self.numbers.last().is_none_or(|&last| last < first);
        if self.is_mixed || !follows || !self.series.spells(&run.series, first) {
            return None;
        }
        let start = self.len() as u32;
        self.numbers.extend_from_slice(&run.numbers);
        Some(start..self.len() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(keys: &[&str]) -> Option<KeyRun> {
        KeyRun::of(keys.iter().map(|key| Key::of(key)))
    }

    #[test]
    fn runs_that_follow_each_other_give_what_their_keys_give_one_by_one() {
        let pieces: [&[&str]; 3] = [&["L08", "L09", "L10"], &["L11"], &["L12", "L99", "L100"]];
        let (mut ids, mut one_by_one) = (LeadIds::default(), LeadIds::default());
        for (piece, leads) in pieces.iter().zip([0..3, 3..4, 4..7]) {
            assert_eq!(run(piece).and_then(|run| ids.append(&run)), Some(leads));
            piece.iter().for_each(|key| {
                one_by_one.intern(Key::of(key));
            });
        }
        ids.settle();
        for key in pieces.concat().into_iter().chain(["L8", "L13", "10"]) {
            assert_eq!(ids.code(key), one_by_one.code(key), "{key}");
        }
        assert!(ids.iter().eq(one_by_one.iter()));
    }

    #[test]
    fn keys_out_of_order_are_no_run() {
        assert!(run(&["L2", "L1"]).is_none() && run(&["L1", "L1"]).is_none() && run(&["L1", "x"]).is_none());
        let (mut ids, first) = (LeadIds::default(), run(&["5", "7"]).unwrap());
        assert_eq!((ids.append(&first), ids.append(&first)), (Some(0..2), None));
        assert_eq!(ids.append(&run(&["L8"]).unwrap()), None);
        assert!(ids.append(&run(&["007"]).unwrap()).is_none());
        ids.intern(Key::of("6"));
        assert_eq!((ids.append(&run(&["9"]).unwrap()), ids.len()), (None, 3));
    }
}
