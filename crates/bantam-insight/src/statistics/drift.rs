//! Turns two samples of an attribute or a score into how far the second has moved from the first.

use super::normal::float;
use std::collections::BTreeMap;

/// From this index on a change is worth watching.
pub const PSI_WATCH: f64 = 0.1;
/// From this index on the population has moved.
pub const PSI_MOVED: f64 = 0.25;
/// How many bins of equal counts numbers are put in: the deciles that the marks above are meant for.
pub const QUANTILE_BINS: usize = 10;
/// How many texts have bins of their own, the commonest; with more, chance alone would look like movement.
pub const TEXT_BINS_MAX: usize = 20;
/// What an empty bin counts as, so that its logarithm exists.
const EMPTY_BIN: f64 = 0.5;

/// How far a population has moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// The population stability index: 0 where shares are equal.
    pub index: f64,
    /// What the index is on average where nothing has moved and chance alone makes a difference.
    pub floor: f64,
    /// What to think of it.
    pub verdict: DriftVerdict,
    /// How many were in the base.
    pub base_n: u64,
    /// How many there are now.
    pub now_n: u64,
    /// What each bin adds to the index, in order; the largest say where it moved.
    pub parts: Vec<f64>,
}

/// What to think of a population stability index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftVerdict {
    /// Below [`PSI_WATCH`], or no more than twice what chance makes.
    Stable,
    /// From [`PSI_WATCH`] on, and more than chance makes.
    Watch,
    /// From [`PSI_MOVED`] on, and more than chance makes.
    Moved,
}

/// Returns how far counts have moved, given for each bin as in the base and now; `None` where either sample is empty.
///
/// The index is the sum of (now - base) ln(now / base) over the shares of all bins; an empty bin counts as half a lead,
/// and one that is empty on both sides is none. Sources: the index and its marks are those of credit scoring, see Naeem
/// Siddiqi, "Credit Risk Scorecards" (2006); it is the divergence of H. Jeffreys (1946). That chance alone makes (bins -
/// 1)(1/base + 1/now) of it on average is shown by Bilal Yurdakul and Joshua Naranjo, "Statistical properties of the
/// population stability index", Journal of Risk Model Validation 14 (2020).
#[must_use]
pub fn drift(bins: &[(u64, u64)]) -> Option<Drift> {
    let base_n: u64 = bins.iter().map(|(base, _)| base).sum();
    let now_n: u64 = bins.iter().map(|(_, now)| now).sum();
    if base_n == 0 || now_n == 0 {
        return None;
    }
    let part = |&(base, now): &(u64, u64)| {
        if (base, now) == (0, 0) {
            return 0.0;
        }
        let base = float(base).max(EMPTY_BIN) / float(base_n);
        let now = float(now).max(EMPTY_BIN) / float(now_n);
        (now - base) * (now / base).ln()
    };
    let parts: Vec<f64> = bins.iter().map(part).collect();
    let filled = bins.iter().filter(|bin| **bin != (0, 0)).count() as u64;
    let index: f64 = parts.iter().sum();
    let floor = float(filled.saturating_sub(1)) * (1.0 / float(base_n) + 1.0 / float(now_n));
    Some(Drift { index, floor, verdict: judge(index, floor), base_n, now_n, parts })
}

fn judge(index: f64, floor: f64) -> DriftVerdict {
    let beyond = |mark: f64| index >= mark.max(2.0 * floor);
    if beyond(PSI_MOVED) {
        DriftVerdict::Moved
    } else if beyond(PSI_WATCH) {
        DriftVerdict::Watch
    } else {
        DriftVerdict::Stable
    }
}

/// The values between which the bins of a number lie.
///
/// INVARIANT: ascending, finite, without repeats. Kept by [`Cuts::of`], the only constructor, so that a bin is found by
/// halving.
#[derive(Clone, Debug, PartialEq)]
pub struct Cuts(Vec<f64>);

impl Cuts {
    /// Returns the cuts that put the values of a base in about `bins` bins of equal counts; fewer where values repeat. What
    /// is missing or not finite has no part in them.
    #[must_use]
    pub fn of(base: impl IntoIterator<Item = Option<f64>>, bins: usize) -> Self {
        let mut sorted: Vec<f64> = base.into_iter().flatten().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let bins = bins.clamp(1, sorted.len().max(1));
        // Each cut is a value that occurs, so that no bin lies between two neighbours, where nothing can be.
        let value_at = |cut: usize| sorted.get((sorted.len() * cut).div_ceil(bins).saturating_sub(1)).copied();
        let mut cuts: Vec<f64> = (1..bins).filter_map(value_at).collect();
        cuts.dedup_by(|a, b| a == b);
        // A cut at the largest value has nothing above it.
        cuts.pop_if(|cut| sorted.last().is_some_and(|last| *cut >= *last));
        Self(cuts)
    }

    /// Returns the cuts: the first bin ends with the first of them, the last begins behind the last.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// Returns how many values fall into each bin; the last count is of what is missing or not finite.
    #[must_use]
    pub fn count(&self, values: impl IntoIterator<Item = Option<f64>>) -> Vec<u64> {
        let mut counts = vec![0; self.0.len() + 2];
        for value in values {
            let known = value.filter(|value| value.is_finite());
            let bin = known.map_or(self.0.len() + 1, |value| self.0.partition_point(|cut| *cut < value));
            if let Some(count) = counts.get_mut(bin) {
                *count += 1;
            }
        }
        counts
    }
}

/// A bin of texts, with how many leads have one of them in the base and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextBin<'t> {
    /// One of the commonest texts of the base.
    Text(&'t str, (u64, u64)),
    /// All other texts together, those that are new among them.
    Other((u64, u64)),
    /// No text.
    Missing((u64, u64)),
}

impl TextBin<'_> {
    /// Returns how many in the base and now: what [`drift`] takes.
    #[must_use]
    pub fn counts(self) -> (u64, u64) {
        match self {
            Self::Text(_, counts) | Self::Other(counts) | Self::Missing(counts) => counts,
        }
    }
}

/// Returns the bins of texts that are given with their counts; a text may be given several times.
///
/// The [`TEXT_BINS_MAX`] commonest texts of the base come first, then the others together, then what is missing.
#[must_use]
pub fn text_bins<'t>(
    base: impl IntoIterator<Item = (Option<&'t str>, u64)>,
    now: impl IntoIterator<Item = (Option<&'t str>, u64)>,
) -> Vec<TextBin<'t>> {
    let mut counts: BTreeMap<Option<&str>, (u64, u64)> = BTreeMap::new();
    for (text, count) in base {
        counts.entry(text).or_default().0 += count;
    }
    for (text, count) in now {
        counts.entry(text).or_default().1 += count;
    }
    let missing = counts.remove(&None).unwrap_or_default();
    let mut texts: Vec<(&str, (u64, u64))> = counts.into_iter().filter_map(|(text, n)| Some((text?, n))).collect();
    texts.sort_by_key(|&(text, (base, _))| (std::cmp::Reverse(base), text));
    let own = texts.iter().take_while(|(_, (base, _))| *base > 0).count().min(TEXT_BINS_MAX);
    let others = texts.split_off(own);
    let other = others.iter().fold((0, 0), |sum, (_, (base, now))| (sum.0 + base, sum.1 + now));
    let mut bins: Vec<TextBin<'_>> = texts.into_iter().map(|(text, counts)| TextBin::Text(text, counts)).collect();
    bins.extend([TextBin::Other(other), TextBin::Missing(missing)]);
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    #[test]
    fn an_index_worked_by_hand() {
        // Shares 0.5 and 0.5 become 0.6 and 0.4: 0.1 ln 1.2 - 0.1 ln 0.8 = 0.040547.
        let moved = drift(&[(500, 600), (500, 400)]).unwrap();
        assert!((moved.index - 0.040_546_51).abs() < 1e-8 && (moved.floor - 0.002).abs() < 1e-12);
        assert_eq!(moved.verdict, DriftVerdict::Stable);
        assert_eq!(drift(&[(500, 700), (500, 300)]).unwrap().verdict, DriftVerdict::Watch);
        assert_eq!(drift(&[(500, 800), (500, 200)]).unwrap().verdict, DriftVerdict::Moved);
    }

    #[test]
    fn small_samples_do_not_seem_to_move() {
        // The same shares as above, of ten leads on either side: chance makes 0.2 of it.
        assert_eq!(drift(&[(5, 7), (5, 3)]).unwrap().verdict, DriftVerdict::Stable);
    }

    #[test]
    fn empty_samples_have_no_index_and_empty_bins_a_finite_one() {
        assert_eq!(drift(&[(0, 5), (0, 1)]), None);
        assert_eq!(drift(&[]), None);
        let new = drift(&[(100, 50), (0, 50), (0, 0)]).unwrap();
        assert!(new.index.is_finite() && new.verdict == DriftVerdict::Moved);
        assert!((new.floor - 0.02).abs() < 1e-12, "an empty bin is no bin");
    }

    #[test]
    fn bins_of_numbers_hold_equal_counts_and_the_missing_apart() {
        let values: Vec<Option<f64>> =
            (1..=100).map(|value| Some(f64::from(value))).chain([None, Some(f64::NAN)]).collect();
        let cuts = Cuts::of(values.iter().copied(), 4);
        assert_eq!(cuts.count(values), [25, 25, 25, 25, 2]);
        let one = Cuts::of([Some(7.0), Some(7.0), None], 10);
        assert_eq!(one.count([Some(7.0), Some(8.0), None]), [2, 1]);
        let few = Cuts::of([Some(0.0), Some(0.0), Some(0.0), Some(1.0)], 4);
        assert_eq!(few.count([Some(0.0), Some(1.0)]), [1, 1, 0]);
    }

    #[test]
    fn new_and_rare_texts_share_a_bin() {
        let bins =
            text_bins([(Some("b"), 2), (None, 1), (Some("a"), 5), (Some("b"), 1)], [(Some("a"), 4), (Some("c"), 3)]);
        let expected =
            [TextBin::Text("a", (5, 4)), TextBin::Text("b", (3, 0)), TextBin::Other((0, 3)), TextBin::Missing((1, 0))];
        assert_eq!(bins, expected);
        let names: Vec<String> = (0..30).map(|number| format!("{number:02}")).collect();
        let many = text_bins(names.iter().map(|name| (Some(name.as_str()), 1)), []);
        assert_eq!((many.len(), many[TEXT_BINS_MAX]), (TEXT_BINS_MAX + 2, TextBin::Other((10, 0))));
    }

    /// Where nothing has moved, the index is on average what its floor says.
    #[test]
    fn the_floor_is_the_average_of_chance() {
        let mut dice = ChaCha8Rng::seed_from_u64(7);
        let mut sample = |n: u32| {
            let mut counts = [0_u64; 10];
            (0..n).for_each(|_| counts[dice.next_u32() as usize % 10] += 1);
            counts
        };
        let (mut sum, mut floor) = (0.0, 0.0);
        for _ in 0..400 {
            let bins: Vec<(u64, u64)> = sample(500).into_iter().zip(sample(800)).collect();
            let found = drift(&bins).unwrap();
            (sum, floor) = (sum + found.index / 400.0, found.floor);
        }
        assert!((sum / floor - 1.0).abs() < 0.1, "{sum} on average, {floor} expected");
    }
}
