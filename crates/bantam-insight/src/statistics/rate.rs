//! Turns two counts into a share with its interval.

use super::normal::{Z_95, float};

/// Two bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Interval {
    /// Returns whether `value` lies between the bounds.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Returns whether the two have a value in common. Intervals apart differ for certain; overlapping ones may, too.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// So many of so many.
///
/// INVARIANT: `hits <= n`. Kept by [`Rate::new`] and collecting, the only constructors, so that a share is at most one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    hits: u64,
    n: u64,
}

impl Rate {
    /// Returns `hits` of `n`; of hits beyond `n` only `n` count.
    #[must_use]
    pub fn new(hits: u64, n: u64) -> Self {
        Self { hits: hits.min(n), n }
    }

    /// Returns how many it happened to.
    #[must_use]
    pub fn hits(self) -> u64 {
        self.hits
    }

    /// Returns how many it could have happened to.
    #[must_use]
    pub fn n(self) -> u64 {
        self.n
    }

    /// Returns how many it did not happen to.
    #[must_use]
    pub fn misses(self) -> u64 {
        self.n - self.hits
    }

    /// Returns the share, from 0 to 1, or `None` of nobody: that is unknown, not zero.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| float(self.hits) / float(self.n))
    }

    /// Returns the Wilson score interval of the share for a confidence of 95 %, see [`wilson`].
    #[must_use]
    pub fn interval(self) -> Option<Interval> {
        wilson(self.hits, self.n)
    }

    /// Returns the rate of all others, where `self` is of all and `part` of some of them.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        Self::new(self.hits.saturating_sub(part.hits), self.n.saturating_sub(part.n))
    }
}

impl FromIterator<bool> for Rate {
    fn from_iter<I: IntoIterator<Item = bool>>(hits: I) -> Self {
        let count = |rate: Self, hit| Self { hits: rate.hits + u64::from(hit), n: rate.n + 1 };
        hits.into_iter().fold(Self::default(), count)
    }
}

/// Returns the score interval of a share of `hits` in `n` for a confidence of 95 %; `None` where `n` is 0.
///
/// It stays between 0 and 1 and is of use for small counts and for shares near either end, where the textbook interval
/// is not. Source: Edwin B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
/// the American Statistical Association 22 (1927); recommended by Brown, Cai and DasGupta, "Interval estimation for a
/// binomial proportion", Statistical Science 16 (2001).
#[must_use]
pub fn wilson(hits: u64, n: u64) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let (hits, n) = (hits.min(n), float(n));
    let (share, squared) = (float(hits) / n, Z_95 * Z_95);
    let middle = (share + squared / (2.0 * n)) / (1.0 + squared / n);
    let reach = Z_95 / (1.0 + squared / n) * (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
    // At the ends the bound is exactly the end; rounding would leave it a hair beside.
    let low = if hits == 0 { 0.0 } else { (middle - reach).max(0.0) };
    let high = if float(hits) >= n { 1.0 } else { (middle + reach).min(1.0) };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    #[test]
    fn a_rate_of_nobody_is_unknown() {
        let nobody = Rate::new(0, 0);
        assert_eq!((nobody.share(), nobody.interval()), (None, None));
        assert_eq!(Rate::new(0, 4).share(), Some(0.0));
    }

    #[test]
    fn hits_beyond_everybody_count_as_everybody() {
        assert_eq!(Rate::new(7, 5).share(), Some(1.0));
        assert_eq!(Rate::new(1, 2).without(Rate::new(2, 3)), Rate::new(0, 0));
    }

    #[test]
    fn booleans_collect_into_a_rate() {
        assert_eq!([true, false, true].into_iter().collect::<Rate>(), Rate::new(2, 3));
    }

    /// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I,
    /// method 3: what the interval is for these counts, to four digits.
    #[test]
    fn intervals_are_those_that_newcombe_published() {
        for (hits, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let interval = wilson(hits, n).unwrap();
            assert!((interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5, "{interval:?}");
        }
    }

    /// Over shares from 2 to 50 %, 25 to 400 leads and 2,000 repetitions each, the interval covers the share about as
    /// often as it says. Single cells may be off by a few points, as the lattice of counts has it.
    #[test]
    fn intervals_cover_at_about_their_stated_rate() {
        let mut dice = ChaCha8Rng::seed_from_u64(20_260_301);
        let mut all = Rate::default();
        for share in [0.02, 0.05, 0.1, 0.25, 0.5] {
            for n in [25_u64, 100, 400] {
                let covered: Rate = (0..2_000)
                    .map(|_| {
                        let below = |_: &u64| f64::from(dice.next_u32()) / 4_294_967_296.0 < share;
                        let hits = (0..n).filter(below).count() as u64;
                        wilson(hits, n).unwrap().contains(share)
                    })
                    .collect();
                assert!(covered.share().unwrap() > 0.90, "{share} of {n}: {covered:?}");
                all = Rate::new(all.hits() + covered.hits(), all.n() + covered.n());
            }
        }
        assert!((all.share().unwrap() - 0.95).abs() < 0.01, "{all:?}");
    }
}
