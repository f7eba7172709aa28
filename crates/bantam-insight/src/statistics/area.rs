//! Turns scores of won and lost leads into how well they tell the two apart.

use super::enough::Enough;
use super::normal::{Z_95, length, two_sided_p};
use super::rate::Interval;

/// The area under the receiver operating characteristic (AUC).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// The probability that a won lead scores higher than a lost one, ties counted half: 0.5 is chance, 1 perfect.
    pub value: f64,
    /// Its standard error; 0 where the scores part won and lost completely.
    pub standard_error: f64,
    /// Its interval for a confidence of 95 %, cut off at 0 and 1.
    pub interval: Interval,
}

/// Two scores of the same leads, compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AreaDifference {
    /// The area of the first score.
    pub first: Area,
    /// The area of the second score.
    pub second: Area,
    /// The second less the first: above 0 the second is better.
    pub difference: f64,
    /// Its interval for a confidence of 95 %.
    pub interval: Interval,
    /// The probability of a difference at least as large where there is none.
    pub p_value: f64,
}

/// Returns the area under the curve of scores, each with whether the lead was won; `None` where fewer than two were won or
/// lost, or where a score is not finite.
///
/// Error and interval are those of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or
/// more correlated receiver operating characteristic curves", Biometrics 44 (1988), computed by sorting, as Xu Sun and
/// Weichao Xu showed in "Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 21 (2014).
#[must_use]
pub fn area_under_curve(_enough: Enough, scored: &[(f64, bool)]) -> Option<Area> {
    let placements = Placements::of(scored.iter().copied())?;
    Some(area(&placements, placements.covariance(&placements)))
}

/// Returns the areas of two scores of the same leads, and whether they differ; `None` as for [`area_under_curve`].
///
/// Scores of the same leads rise and fall together, so their intervals may overlap although one is better for certain: the
/// difference has an interval of its own. Source as for [`area_under_curve`].
#[must_use]
pub fn compare_areas(_enough: Enough, scored: &[(f64, f64, bool)]) -> Option<AreaDifference> {
    let one = Placements::of(scored.iter().map(|&(score, _, won)| (score, won)))?;
    let two = Placements::of(scored.iter().map(|&(_, score, won)| (score, won)))?;
    let (variance_one, variance_two) = (one.covariance(&one), two.covariance(&two));
    let first = area(&one, variance_one);
    let second = area(&two, variance_two);
    let difference = second.value - first.value;
    // Rounding may take a variance of nothing below zero.
    let error = (variance_one + variance_two - 2.0 * one.covariance(&two)).max(0.0).sqrt();
    let interval = Interval { low: (difference - Z_95 * error).max(-1.0), high: (difference + Z_95 * error).min(1.0) };
    let p_value = if difference == 0.0 { 1.0 } else { two_sided_p(difference / error) };
    Some(AreaDifference { first, second, difference, interval, p_value })
}

fn area(placements: &Placements, variance: f64) -> Area {
    let value = mean(&placements.won);
    let standard_error = variance.max(0.0).sqrt();
    let reach = Z_95 * standard_error;
    let interval = Interval { low: (value - reach).max(0.0), high: (value + reach).min(1.0) };
    Area { value, standard_error, interval }
}

/// For each won lead the share of lost ones that it beats, for each lost lead the share of won ones that beat it; ties are
/// half. In the order of the leads.
struct Placements {
    won: Vec<f64>,
    lost: Vec<f64>,
}

impl Placements {
    fn of(scored: impl Iterator<Item = (f64, bool)>) -> Option<Self> {
        let mut sorted: Vec<(f64, bool, usize)> =
            scored.enumerate().map(|(place, (score, won))| (score, won, place)).collect();
        if sorted.iter().any(|(score, ..)| !score.is_finite()) {
            return None;
        }
        let won_in_all = sorted.iter().filter(|(_, won, _)| *won).count();
        let lost_in_all = sorted.len() - won_in_all;
        if won_in_all < 2 || lost_in_all < 2 {
            return None;
        }
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut placed = vec![(0.0, false); sorted.len()];
        let (mut won_below, mut lost_below) = (0, 0);
        // Not by bits: 0 and -0 are the same score.
        for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
            let won_here = tied.iter().filter(|(_, won, _)| *won).count();
            let lost_here = tied.len() - won_here;
            let beaten = (length(lost_below) + 0.5 * length(lost_here)) / length(lost_in_all);
            let beating = (length(won_in_all - won_below) - 0.5 * length(won_here)) / length(won_in_all);
            for &(_, won, place) in tied {
                if let Some(slot) = placed.get_mut(place) {
                    *slot = (if won { beaten } else { beating }, won);
                }
            }
            won_below += won_here;
            lost_below += lost_here;
        }
        let of = |wanted: bool| placed.iter().filter(|(_, won)| *won == wanted).map(|(share, _)| *share).collect();
        Some(Self { won: of(true), lost: of(false) })
    }

    /// Returns the covariance of the areas of two scores; of one score with itself, its variance.
    fn covariance(&self, other: &Self) -> f64 {
        covariance(&self.won, &other.won) / length(self.won.len())
            + covariance(&self.lost, &other.lost) / length(self.lost.len())
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / length(values.len())
}

/// Returns the sample covariance of two lists of the same two or more leads.
fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / (length(a.len()) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::enough;
    use proptest::prelude::*;

    fn proof() -> Enough {
        enough(40, 40).unwrap()
    }

    #[test]
    fn an_area_counted_by_hand() {
        // Won 3, 2, 2 against lost 1, 2: of six pairs four are won by the won, two are ties: (4 + 1) / 6.
        let scored = [(3.0, true), (2.0, true), (2.0, true), (1.0, false), (2.0, false)];
        assert!((area_under_curve(proof(), &scored).unwrap().value - 5.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn perfect_and_useless_scores() {
        let perfect = area_under_curve(proof(), &[(1.0, false), (2.0, false), (3.0, true), (4.0, true)]).unwrap();
        assert_eq!((perfect.value, perfect.standard_error), (1.0, 0.0));
        let same = area_under_curve(proof(), &[(0.0, false), (-0.0, false), (0.0, true), (-0.0, true)]).unwrap();
        assert_eq!((same.value, same.standard_error), (0.5, 0.0));
    }

    #[test]
    fn there_is_no_area_without_both_outcomes() {
        assert_eq!(area_under_curve(proof(), &[(1.0, true), (2.0, true), (3.0, false)]), None);
        assert_eq!(area_under_curve(proof(), &[]), None);
        let unknown = [(f64::NAN, true), (1.0, true), (1.0, false), (2.0, false)];
        assert_eq!(area_under_curve(proof(), &unknown), None);
    }

    proptest! {
        #[test]
        fn turning_scores_round_turns_the_area_round(
            scored in prop::collection::vec((0_i32..12, any::<bool>()), 4..60)
        ) {
            let scored: Vec<(f64, bool)> = scored.into_iter().map(|(score, won)| (f64::from(score), won)).collect();
            let turned: Vec<(f64, bool)> = scored.iter().map(|&(score, won)| (-score, won)).collect();
            match (area_under_curve(proof(), &scored), area_under_curve(proof(), &turned)) {
                (Some(area), Some(round)) => {
                    prop_assert!((area.value + round.value - 1.0).abs() < 1e-12);
                    prop_assert!((area.standard_error - round.standard_error).abs() < 1e-12);
                }
                (area, round) => prop_assert_eq!(area, round),
            }
        }

        #[test]
        fn a_score_does_not_differ_from_itself_and_no_answer_is_not_a_number(
            scored in prop::collection::vec((-1e9..1e9, -5_i32..5, any::<bool>()), 4..60)
        ) {
            let with_itself: Vec<(f64, f64, bool)> = scored.iter().map(|&(score, _, won)| (score, score * 3.0, won)).collect();
            if let Some(same) = compare_areas(proof(), &with_itself) {
                prop_assert_eq!((same.difference, same.p_value), (0.0, 1.0));
            }
            let two: Vec<(f64, f64, bool)> = scored.iter().map(|&(one, two, won)| (one, f64::from(two), won)).collect();
            if let Some(other) = compare_areas(proof(), &two) {
                prop_assert!((0.0..=1.0).contains(&other.p_value));
                prop_assert!(other.interval.low <= other.difference && other.difference <= other.interval.high);
            }
        }
    }
}
