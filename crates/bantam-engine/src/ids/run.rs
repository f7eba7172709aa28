//! The keys of one piece of a file, made ready beside other pieces, to be put behind those of the pieces before it at once.

use super::series::{Series, Spelled};
use super::{Key, LeadIds, NO_NUMBER};

/// Keys that are numbers of one series, each above the one before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyRun {
    /// Told by the first key: where that has no zeros before its number, no greater number of the series has.
    series: Series,
    numbers: Vec<i64>,
}

impl KeyRun {
    /// Returns the number of keys.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Makes room for more keys.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.numbers.reserve(more);
    }

    /// Returns the place of a key, which is appended where it comes after the last one; `None` for one that comes before it, or
    /// is of no such series.
    #[inline]
    pub(crate) fn take(&mut self, key: Key<'_>) -> Option<u32> {
        let place = self.numbers.len() as u32;
        if place == 0 {
            self.series = Series::of(std::iter::once(key));
        }
        let Spelled::Number(number) = self.series.spell(key) else { return None };
        let last = self.numbers.last().copied().unwrap_or(NO_NUMBER);
        if number > last {
            self.numbers.push(number);
            return Some(place);
        }
        (number == last).then(|| place - 1)
    }

    /// Calls `each` with every key.
    pub(crate) fn for_each(&self, mut each: impl FnMut(Key<'_>)) {
        for &number in &self.numbers {
            match &self.series {
                Series::Plain => each(Key::Number(number)),
                series => each(Key::of(series.text(number).text())),
            }
        }
    }
}

impl LeadIds {
    /// Appends keys that all come after those before; returns the lead number of the first, which the others follow, `None`
    /// where they do not come after.
    pub(crate) fn append(&mut self, run: &KeyRun) -> Option<u32> {
        if self.is_empty() && !self.is_mixed {
            self.series = run.series.clone();
        }
        let Some(&first) = run.numbers.first() else { return Some(self.len() as u32) };
        let follows = self.numbers.last().is_none_or(|&last| last < first);
        if self.is_mixed || !follows || !self.series.spells(&run.series, first) {
            return None;
        }
        let start = self.len() as u32;
        self.numbers.extend_from_slice(&run.numbers);
        Some(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(keys: &[&str]) -> Option<KeyRun> {
        let mut run = KeyRun::default();
        for (at, key) in keys.iter().enumerate() {
            if run.take(Key::of(key))? != at as u32 {
                return None;
            }
        }
        Some(run)
    }

    #[test]
    fn runs_that_follow_each_other_give_what_their_keys_give_one_by_one() {
        let pieces: [&[&str]; 3] = [&["L08", "L09", "L10"], &["L11"], &["L12", "L99", "L100"]];
        let (mut ids, mut one_by_one) = (LeadIds::default(), LeadIds::default());
        for (piece, lead) in pieces.iter().zip([0, 3, 4]) {
            assert_eq!(run(piece).and_then(|run| ids.append(&run)), Some(lead));
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
        assert_eq!((ids.append(&first), ids.append(&first)), (Some(0), None));
        assert_eq!(ids.append(&run(&["L8"]).unwrap()), None);
        assert!(ids.append(&run(&["007"]).unwrap()).is_none());
        ids.intern(Key::of("6"));
        assert_eq!((ids.append(&run(&["9"]).unwrap()), ids.len()), (None, 3));
    }
}
