//! Holds the figures of `bantam_insight::statistics` to those of libraries that others trust: scipy, statsmodels,
//! lifelines, scikit-learn. `fixtures/generate.py` wrote what they say.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test stops at the first thing that cannot be"
)]

use bantam_insight::statistics::{
    Binning, Contrast, Enough, Observation, Outcome, Rate, area_under_curve, benjamini_hochberg, brier_score,
    compare_areas, drift, enough, expected_calibration_error, fisher_exact, isotonic, lifts, quantiles, survival,
    threshold_curve, weighted_quantile, wilson,
};
use serde_json::Value;

/// The samples here are drawn, so that no conclusion about anybody comes of them.
fn proof() -> Enough {
    enough(40, 40).unwrap()
}

fn cases(text: &str) -> Vec<Value> {
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    assert!(!cases.is_empty());
    cases
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// Eleven digits agree, which is what sums in another order leave.
#[track_caller]
fn assert_close(found: f64, expected: f64) {
    let apart = (found - expected).abs();
    assert!(apart <= 1e-11 + 1e-11 * expected.abs(), "{found} instead of {expected}");
}

#[track_caller]
fn assert_all_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).for_each(|(found, expected)| assert_close(*found, *expected));
}

#[test]
fn wilson_intervals_are_those_of_statsmodels() {
    for case in cases(include_str!("fixtures/wilson.json")) {
        let interval = wilson(count(&case["hits"]), count(&case["n"])).unwrap();
        assert_all_close(&[interval.low, interval.high], &[number(&case["low"]), number(&case["high"])]);
    }
}

#[test]
fn survival_is_that_of_statsmodels_and_lifelines() {
    for case in cases(include_str!("fixtures/survival.json")) {
        let signed = case["signed"].as_array().unwrap().iter().map(|value| value.as_i64().unwrap());
        let observed: Vec<Observation> =
            signed.map(|time| Observation { duration: time.unsigned_abs(), ended: time > 0 }).collect();
        let lasting = survival(&observed).unwrap();
        let expected = case["points"].as_array().unwrap();
        assert_eq!(lasting.points().len(), expected.len());
        for (point, expected) in lasting.points().iter().zip(expected) {
            assert_eq!(
                [point.time, point.at_risk, point.ended],
                [count(&expected[0]), count(&expected[1]), count(&expected[2])]
            );
            assert_close(point.share, number(&expected[3]));
            // Where nobody is left, the libraries give no error, and we give no interval.
            let Some(plain) = point.plain else {
                assert_eq!((point.share, point.log_log), (0.0, None));
                continue;
            };
            let reach = 1.959_963_984_540_054 * number(&expected[4]);
            assert_close(plain.low, (point.share - reach).max(0.0));
            assert_close(plain.high, (point.share + reach).min(1.0));
            let log_log = point.log_log.unwrap();
            assert_all_close(&[log_log.low, log_log.high], &[number(&expected[5]), number(&expected[6])]);
        }
        for expected in case["quantiles"].as_array().unwrap() {
            let found = lasting.quantile(number(&expected[0]));
            let whole = |value: &Value| value.as_f64().map(|time| time as u64);
            assert_eq!(
                [found.time, found.low, found.high],
                [whole(&expected[1]), whole(&expected[2]), whole(&expected[3])]
            );
        }
    }
}

#[test]
fn lifts_are_those_of_statsmodels_and_scipy() {
    let mut cases = cases(include_str!("fixtures/lifts.json"));
    let adjusted = numbers(&cases.pop().unwrap()["adjusted"]);
    let contrasts: Vec<Contrast> = cases
        .iter()
        .map(|case| {
            let counts: Vec<u64> = case["counts"].as_array().unwrap().iter().map(count).collect();
            Contrast { group: Rate::new(counts[0], counts[1]), rest: Rate::new(counts[2], counts[3]) }
        })
        .collect();
    let found = lifts(proof(), &contrasts);
    assert_eq!(found.len(), cases.len());
    for ((lift, case), adjusted) in found.iter().zip(&cases).zip(&adjusted) {
        let lift = lift.unwrap();
        assert_close(lift.ratio, number(&case["ratio"]));
        assert_all_close(&[lift.interval.low, lift.interval.high], &[number(&case["low"]), number(&case["high"])]);
        assert_close(fisher_exact(lift.contrast), number(&case["fisher"]));
        assert_close(lift.p_value, number(&case["p_value"]));
        assert_close(lift.adjusted_p, *adjusted);
    }
    let alone: Vec<f64> = cases.iter().map(|case| number(&case["p_value"])).collect();
    assert_all_close(&benjamini_hochberg(&alone).unwrap(), &adjusted);
}

#[test]
fn isotonic_values_are_those_of_scikit_learn() {
    for case in cases(include_str!("fixtures/isotonic.json")) {
        let weighted: Vec<(f64, f64)> = numbers(&case["values"]).into_iter().zip(numbers(&case["weights"])).collect();
        assert_all_close(&isotonic(&weighted).unwrap(), &numbers(&case["fitted"]));
    }
}

#[test]
fn drift_is_the_divergence_of_scipy() {
    for case in cases(include_str!("fixtures/drifts.json")) {
        let counts = |name: &str| case[name].as_array().unwrap().iter().map(count).collect::<Vec<u64>>();
        let bins: Vec<(u64, u64)> = counts("base").into_iter().zip(counts("now")).collect();
        let found = drift(&bins).unwrap();
        assert_close(found.index, number(&case["index"]));
        assert_close(found.parts.iter().sum(), found.index);
    }
}

#[test]
fn calibration_is_that_of_scikit_learn() {
    for case in cases(include_str!("fixtures/calibrations.json")) {
        let happened = numbers(&case["happened"]).into_iter().map(|happened| happened == 1.0);
        let predictions: Vec<(f64, bool)> = numbers(&case["predicted"]).into_iter().zip(happened).collect();
        let binning = if case["strategy"] == "uniform" { Binning::EqualWidth } else { Binning::Quantiles };
        let bins = usize::try_from(count(&case["bins"])).unwrap();
        let found = expected_calibration_error(proof(), &predictions, bins, binning).unwrap();
        assert_close(found.error, number(&case["error"]));
        let observed: Vec<f64> = found.bins.iter().map(|bin| bin.observed.share().unwrap()).collect();
        let predicted: Vec<f64> = found.bins.iter().map(|bin| bin.predicted).collect();
        assert_all_close(&observed, &numbers(&case["observed"]));
        assert_all_close(&predicted, &numbers(&case["mean"]));
        assert_close(brier_score(&predictions).unwrap(), number(&case["brier"]));
    }
}

#[test]
fn areas_are_those_of_scikit_learn_and_of_the_definition_by_pairs() {
    for case in cases(include_str!("fixtures/areas.json")) {
        let (one, two, won) = (numbers(&case["one"]), numbers(&case["two"]), numbers(&case["won"]));
        let scored: Vec<(f64, f64, bool)> =
            one.iter().zip(&two).zip(&won).map(|((one, two), won)| (*one, *two, *won == 1.0)).collect();
        let found = compare_areas(proof(), &scored).unwrap();
        assert_all_close(
            &[found.first.value, found.first.standard_error, found.second.value, found.second.standard_error],
            &["first", "first_error", "second", "second_error"].map(|name| number(&case[name])),
        );
        assert_close(found.p_value, number(&case["p_value"]));
        let alone: Vec<(f64, bool)> = scored.iter().map(|(one, _, won)| (*one, *won)).collect();
        assert_eq!(area_under_curve(proof(), &alone), Some(found.first));
    }
}

#[test]
fn threshold_curves_are_those_of_scikit_learn() {
    for case in cases(include_str!("fixtures/thresholds.json")) {
        let outcome = |won: f64| if won == 1.0 { Outcome::Won } else { Outcome::Lost };
        let scores = case["scores"].as_array().unwrap().iter().map(|score| score.as_i64().unwrap());
        let scored: Vec<(i64, Outcome)> = scores.zip(numbers(&case["won"]).into_iter().map(outcome)).collect();
        let found = threshold_curve(&scored);
        let expected = case["points"].as_array().unwrap();
        assert_eq!(found.points().len(), expected.len());
        for (point, expected) in found.points().iter().zip(expected) {
            assert_eq!((point.threshold, point.leads), (expected[0].as_i64().unwrap(), count(&expected[1])));
            assert_close(point.precision.share().unwrap(), number(&expected[2]));
            assert_close(point.recall.share().unwrap(), number(&expected[3]));
        }
    }
}

#[test]
fn quantiles_are_those_of_numpy() {
    for case in cases(include_str!("fixtures/quantiles.json")) {
        let (values, ps) = (numbers(&case["values"]), numbers(&case["ps"]));
        assert_all_close(&quantiles(&values, &ps).unwrap(), &numbers(&case["quantiles"]));
        let weighted: Vec<(f64, f64)> = values.into_iter().zip(numbers(&case["weights"])).collect();
        let found: Vec<f64> = ps.iter().map(|p| weighted_quantile(&weighted, *p).unwrap()).collect();
        assert_all_close(&found, &numbers(&case["weighted"]));
    }
}
