//! Turns the rate of a group and that of all the rest into how many times as often it happens in the group.

use super::enough::Enough;
use super::normal::{Z_95, float, length, two_sided_p};
use super::rate::{Interval, Rate};

/// Expected counts below this leave the normal approximation too rough, after Cochran, "Some methods for strengthening the
/// common chi-squared tests", Biometrics 10 (1954).
const EXPECTED_MIN: f64 = 5.0;
/// What is added to each of the four counts where one of them is zero.
const CORRECTION: f64 = 0.5;

/// A group, and everybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contrast {
    /// The rate in the group.
    pub group: Rate,
    /// The rate in all the rest.
    pub rest: Rate,
}

/// How many times as often something happens in a group as in the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// What was compared.
    pub contrast: Contrast,
    /// The rate of the group divided by that of the rest; 1 where they are equal.
    pub ratio: f64,
    /// Its interval for a confidence of 95 %.
    pub interval: Interval,
    /// Whether one of the four counts is zero, so that one half was added to each for the ratio and its interval.
    pub corrected: bool,
    /// The probability of a difference at least as large where there is none, judged alone.
    pub p_value: f64,
    /// The same, adjusted for all the contrasts that were tried with it: the share of false finds among those at or below
    /// this value. A find is what has at most 0.05 here.
    pub adjusted_p: f64,
}

/// Returns the lift of each contrast, in order; `None` where a side is empty or nothing happened on either.
///
/// Everything that was looked at belongs into one call: whoever tries a hundred rules finds five by chance, and the
/// adjustment of [`benjamini_hochberg`] can allow for that only when it sees them all.
///
/// The interval is symmetric for the logarithm of the ratio, whose squared error for `a` of `n1` against `b` of `n0` is
/// 1/a - 1/n1 + 1/b - 1/n0 (Katz, Baptista, Azen and Pike, "Obtaining confidence intervals for the risk ratio in cohort
/// studies", Biometrics 34, 1978). Where one of a, n1 - a, b, n0 - b is zero, one half is added to each of the four
/// (Haldane, "The estimation and significance of the logarithm of a ratio of frequencies", Annals of Human Genetics 20,
/// 1956; Anscombe, "On estimating binomial response relations", Biometrika 43, 1956).
///
/// The p-value is that of the same logarithm divided by its error, so that it agrees with the interval; where a count of
/// zero or an expected count below 5 makes that too rough, it is that of [`fisher_exact`].
#[must_use]
pub fn lifts(_enough: Enough, contrasts: &[Contrast]) -> Vec<Option<Lift>> {
    let mut lifts: Vec<Option<Lift>> = contrasts.iter().map(|&contrast| lift(contrast)).collect();
    let alone: Vec<f64> = lifts.iter().flatten().map(|lift| lift.p_value).collect();
    let adjusted = benjamini_hochberg(&alone).unwrap_or(alone);
    for (lift, adjusted_p) in lifts.iter_mut().flatten().zip(adjusted) {
        lift.adjusted_p = adjusted_p;
    }
    lifts
}

/// Returns the lift of one contrast, not adjusted for any other.
fn lift(contrast: Contrast) -> Option<Lift> {
    let Contrast { group, rest } = contrast;
    if group.n() == 0 || rest.n() == 0 || (group.hits(), rest.hits()) == (0, 0) {
        return None;
    }
    let corrected = [group.hits(), group.misses(), rest.hits(), rest.misses()].contains(&0);
    let more = if corrected { CORRECTION } else { 0.0 };
    let (a, n1) = (float(group.hits()) + more, float(group.n()) + 2.0 * more);
    let (b, n0) = (float(rest.hits()) + more, float(rest.n()) + 2.0 * more);
    let ratio = (a / n1) / (b / n0);
    let error = (1.0 / a - 1.0 / n1 + 1.0 / b - 1.0 / n0).sqrt();
    let interval = Interval { low: ratio * (-Z_95 * error).exp(), high: ratio * (Z_95 * error).exp() };
    let p_value = if corrected || least_expected(contrast) < EXPECTED_MIN {
        fisher_exact(contrast)
    } else {
        two_sided_p(ratio.ln() / error)
    };
    Some(Lift { contrast, ratio, interval, corrected, p_value, adjusted_p: p_value })
}

/// Returns the least of the four counts that would be expected if the group were like the rest.
fn least_expected(Contrast { group, rest }: Contrast) -> f64 {
    let all = float(group.n()) + float(rest.n());
    let hits = float(group.hits()) + float(rest.hits());
    float(group.n()).min(float(rest.n())) * hits.min(all - hits) / all
}

/// Returns the probability, with the totals of all four margins given, of a split no more likely than this one: Fisher's
/// exact test, two-sided, 1 where a side is empty.
///
/// Takes time linear in the smallest margin at most. Source: R. A. Fisher, "The logic of inductive inference", Journal of the Royal
/// Statistical Society 98 (1935).
#[must_use]
pub fn fisher_exact(Contrast { group, rest }: Contrast) -> f64 {
    let hits = group.hits().saturating_add(rest.hits());
    let all = group.n().saturating_add(rest.n());
    let least = hits.saturating_sub(rest.n());
    let most = hits.min(group.n());
    // Each split's weight from its neighbour's, beginning at the likeliest: all are at most 1, and too small ones vanish.
    let likeliest = likeliest_split(group.n(), hits, all).clamp(least, most);
    let up = |k: u64| {
        float(hits - k) * float(group.n() - k) / (float(k + 1) * (float(all - hits) + float(k + 1) - float(group.n())))
    };
    let mut rising = Vec::new();
    let mut weight = 1.0;
    for k in likeliest..most {
        weight *= up(k);
        if weight == 0.0 {
            break;
        }
        rising.push((k + 1, weight));
    }
    let mut weights = vec![(likeliest, 1.0)];
    weight = 1.0;
    for k in (least..likeliest).rev() {
        weight /= up(k);
        if weight == 0.0 {
            break;
        }
        weights.push((k, weight));
    }
    weights.extend(rising);
    let own = weights.iter().find(|(k, _)| *k == group.hits()).map_or(0.0, |(_, weight)| *weight);
    // Equally likely splits on the other side count, even where rounding has made them a hair more likely.
    let unlikely = weights.iter().filter(|(_, weight)| *weight <= own * (1.0 + 1e-7));
    let sum = |weights: &mut dyn Iterator<Item = f64>| {
        let mut ordered: Vec<f64> = weights.collect();
        ordered.sort_by(f64::total_cmp);
        ordered.iter().sum::<f64>()
    };
    let total = sum(&mut weights.iter().map(|(_, weight)| *weight));
    (sum(&mut unlikely.map(|(_, weight)| *weight)) / total).min(1.0)
}

/// Returns how many hits of all most likely fall to a group of `n`, within one.
fn likeliest_split(n: u64, hits: u64, all: u64) -> u64 {
    let (n, hits, all) = (u128::from(n), u128::from(hits), u128::from(all));
    u64::try_from((n + 1) * (hits + 1) / (all + 2)).unwrap_or(u64::MAX)
}

/// Returns p-values adjusted for how many there are, in the given order; `None` where one is not between 0 and 1.
///
/// Of those at or below some adjusted value, on average at most that share is there by chance. Source: Yoav Benjamini and
/// Yosef Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57 (1995).
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Option<Vec<f64>> {
    if p_values.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return None;
    }
    let mut order: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (from_top, &(place, p)) in order.iter().enumerate() {
        let rank = length(order.len() - from_top);
        least = least.min(p * length(order.len()) / rank);
        if let Some(slot) = adjusted.get_mut(place) {
            *slot = least;
        }
    }
    Some(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::enough;

    fn contrast(a: u64, n1: u64, b: u64, n0: u64) -> Contrast {
        Contrast { group: Rate::new(a, n1), rest: Rate::new(b, n0) }
    }

    /// Fisher's own example: a lady tells of eight cups which four had the milk poured first, and gets six of eight right.
    /// Alan Agresti, "Categorical Data Analysis" (2002), section 3.5: 0.486 two-sided.
    #[test]
    fn the_lady_tasting_tea_may_have_guessed() {
        assert!((fisher_exact(contrast(3, 4, 1, 4)) - 34.0 / 70.0).abs() < 1e-12);
        assert!((fisher_exact(contrast(4, 4, 0, 4)) - 2.0 / 70.0).abs() < 1e-12);
    }

    #[test]
    fn there_is_no_lift_where_there_is_nothing_to_compare() {
        let proof = enough(40, 40).unwrap();
        let empty = [contrast(0, 0, 5, 10), contrast(5, 10, 0, 0), contrast(0, 10, 0, 10)];
        assert_eq!(lifts(proof, &empty), [None, None, None]);
        assert_eq!(fisher_exact(contrast(0, 0, 0, 0)), 1.0);
        assert_eq!(fisher_exact(contrast(u64::MAX / 4, u64::MAX / 4, 0, 0)), 1.0);
    }

    #[test]
    fn a_zero_count_gives_a_finite_ratio_and_says_so() {
        let proof = enough(40, 40).unwrap();
        let [Some(none_won), Some(all_won)] = lifts(proof, &[contrast(0, 30, 20, 60), contrast(30, 30, 60, 60)])[..]
        else {
            panic!("both can be compared")
        };
        // (0.5 / 31) / (20.5 / 61)
        assert!(none_won.corrected && (none_won.ratio - 0.047_993).abs() < 1e-6, "{none_won:?}");
        assert!(none_won.interval.high < 1.0 && none_won.p_value < 0.001);
        assert!(all_won.interval.contains(1.0) && all_won.p_value == 1.0);
    }

    /// Benjamini and Hochberg (1995), section 3.1: fifteen comparisons of two treatments; four are finds at 0.05.
    #[test]
    fn finds_are_those_of_the_published_example() {
        let p_values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0000,
        ];
        let adjusted = benjamini_hochberg(&p_values).unwrap();
        assert_eq!(adjusted.iter().filter(|p| **p <= 0.05).count(), 4);
        assert!((adjusted[3] - 0.035_625).abs() < 1e-12);
        assert!(adjusted.is_sorted());
    }

    #[test]
    fn what_is_no_probability_is_not_adjusted() {
        assert_eq!(benjamini_hochberg(&[0.1, f64::NAN]), None);
        assert_eq!(benjamini_hochberg(&[1.1]), None);
        assert_eq!(benjamini_hochberg(&[]), Some(vec![]));
    }
}
