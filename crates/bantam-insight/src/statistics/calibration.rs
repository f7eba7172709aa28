//! Turns predicted probabilities and what became of them into how honest the predictions are.

use super::enough::Enough;
use super::normal::{float, length};
use super::quantile::of_sorted;
use super::rate::Rate;

/// How predictions are put in bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binning {
    /// Bins as wide as each other: what most publications show. Most leads may fall into one of them.
    EqualWidth,
    /// Bins of about as many predictions each; equal predictions stay together.
    Quantiles,
}

/// Predictions beside what happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The expected calibration error: how far a prediction is from the share that happened, on average. From 0 to 1.
    pub error: f64,
    /// Bins that are not empty, lowest predictions first.
    pub bins: Vec<CalibrationBin>,
}

/// Predictions of about the same size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationBin {
    /// The mean of the predictions.
    pub predicted: f64,
    /// What happened.
    pub observed: Rate,
}

/// Returns the expected calibration error of predictions, each with whether it happened; `None` where there are none, where
/// `bins` is 0, or where a prediction is no probability.
///
/// A prediction on the border of two bins belongs to the lower one. Source: Mahdi Pakdaman Naeini, Gregory F. Cooper and
/// Milos Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI (2015).
#[must_use]
pub fn expected_calibration_error(
    _enough: Enough,
    predictions: &[(f64, bool)],
    bins: usize,
    binning: Binning,
) -> Option<Calibration> {
    if bins == 0 || predictions.is_empty() || !all_probabilities(predictions) {
        return None;
    }
    let borders = borders(predictions, bins, binning);
    let mut sums = vec![(0.0, 0, 0); borders.len() + 1];
    for &(predicted, happened) in predictions {
        let bin = borders.partition_point(|border| *border < predicted);
        if let Some((sum, hits, n)) = sums.get_mut(bin) {
            *sum += predicted;
            *hits += u64::from(happened);
            *n += 1;
        }
    }
    let filled = sums.into_iter().filter(|(_, _, n)| *n > 0);
    let bins: Vec<CalibrationBin> = filled
        .map(|(sum, hits, n)| CalibrationBin { predicted: sum / float(n), observed: Rate::new(hits, n) })
        .collect();
    let gap = |bin: &CalibrationBin| {
        let share = bin.observed.share().unwrap_or(bin.predicted);
        (share - bin.predicted).abs() * float(bin.observed.n()) / length(predictions.len())
    };
    Some(Calibration { error: bins.iter().map(gap).sum(), bins })
}

/// Returns the borders between bins, ascending. More bins than predictions are of no use, and not made.
fn borders(predictions: &[(f64, bool)], bins: usize, binning: Binning) -> Vec<f64> {
    let bins = bins.min(predictions.len()) as u64;
    let shares = (1..bins).map(|border| float(border) / float(bins));
    match binning {
        Binning::EqualWidth => shares.collect(),
        Binning::Quantiles => {
            let mut sorted: Vec<f64> = predictions.iter().map(|(predicted, _)| *predicted).collect();
            sorted.sort_by(f64::total_cmp);
            shares.filter_map(|share| of_sorted(&sorted, share)).collect()
        }
    }
}

/// Returns the mean squared distance of predictions from what happened, 0 for perfect ones; `None` where there are none, or
/// where one is no probability.
///
/// Source: Glenn W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950),
/// in the form for two outcomes, which is half of his.
#[must_use]
pub fn brier_score(predictions: &[(f64, bool)]) -> Option<f64> {
    if predictions.is_empty() || !all_probabilities(predictions) {
        return None;
    }
    let squares = predictions.iter().map(|&(predicted, happened)| (predicted - f64::from(u8::from(happened))).powi(2));
    Some(squares.sum::<f64>() / length(predictions.len()))
}

fn all_probabilities(predictions: &[(f64, bool)]) -> bool {
    predictions.iter().all(|(predicted, _)| (0.0..=1.0).contains(predicted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::enough;

    #[test]
    fn an_error_worked_by_hand() {
        let proof = enough(40, 40).unwrap();
        // Up to 0.5: 0.1 and 0.3 predicted, one of two happened: 0.3 apart. Above: 0.9 predicted, 1 happened: 0.1 apart.
        let predictions = [(0.1, false), (0.3, true), (0.9, true)];
        let found = expected_calibration_error(proof, &predictions, 2, Binning::EqualWidth).unwrap();
        assert!((found.error - (0.3 * 2.0 + 0.1) / 3.0).abs() < 1e-12);
        assert_eq!(found.bins.iter().map(|bin| bin.observed.n()).collect::<Vec<_>>(), [2, 1]);
        assert!((brier_score(&predictions).unwrap() - (0.01 + 0.49 + 0.01) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn equal_predictions_stay_in_one_bin() {
        let proof = enough(40, 40).unwrap();
        let predictions = [(0.2, true), (0.2, false), (0.2, false), (0.4, true)];
        let found = expected_calibration_error(proof, &predictions, 4, Binning::Quantiles).unwrap();
        assert_eq!(found.bins.iter().map(|bin| bin.observed).collect::<Vec<_>>(), [Rate::new(1, 3), Rate::new(1, 1)]);
    }

    #[test]
    fn what_is_no_probability_has_no_error() {
        let proof = enough(40, 40).unwrap();
        for predictions in [&[][..], &[(1.2, true)], &[(f64::NAN, true)]] {
            assert_eq!(expected_calibration_error(proof, predictions, 5, Binning::EqualWidth), None);
            assert_eq!(brier_score(predictions), None);
        }
        assert_eq!(expected_calibration_error(proof, &[(0.5, true)], 0, Binning::Quantiles), None);
    }
}
