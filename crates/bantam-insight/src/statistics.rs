//! Turns counts, durations, scores and shares into figures with their uncertainty.
//!
//! All functions are pure. What cannot be computed, such as a share of nobody, is `None` and never a number that is none;
//! so is the answer to a number that is not finite. Intervals are for a confidence of 95 % throughout, so that figures
//! on different pages can be compared. Each file names where its formula comes from; `docs/statistics.md` has them all,
//! with what to think of when reading such a figure.

mod area;
mod calibration;
mod drift;
mod enough;
mod isotonic;
mod lift;
mod normal;
mod quantile;
mod rate;
mod survival;
mod threshold;

pub use area::{Area, AreaDifference, area_under_curve, compare_areas};
pub use calibration::{Binning, Calibration, CalibrationBin, brier_score, expected_calibration_error};
pub use drift::{
    Cuts, Drift, DriftVerdict, PSI_MOVED, PSI_WATCH, QUANTILE_BINS, TEXT_BINS_MAX, TextBin, drift, text_bins,
};
pub use enough::{Enough, LOST_MIN, TooFew, WON_MIN, enough};
pub use isotonic::isotonic;
pub use lift::{Contrast, Lift, benjamini_hochberg, fisher_exact, lifts};
pub use quantile::{quantile, quantiles, weighted_quantile};
pub use rate::{Interval, Rate, wilson};
pub use survival::{Observation, Survival, SurvivalPoint, SurvivalQuantile, survival};
pub use threshold::{Outcome, ThresholdCurve, ThresholdPoint, threshold_curve};
