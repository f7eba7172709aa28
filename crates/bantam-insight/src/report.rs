//! Turns a [`History`] and spend into a [`Report`]: whether marketing and sales do well, and whether the definition is right.
//!
//! Every figure states its cohort and count, a rate is a [`crate::statistics::Rate`] with its interval, and what cannot be
//! told is `None`. Below 40 won and 40 lost no conclusion is drawn: see [`crate::statistics::enough`].

mod calibration;
mod cohort;
mod document;
mod drift;
mod journeys;
mod metrics;
mod missed;
mod period;
mod rules;
mod speed;
#[cfg(test)]
mod tests;
mod threshold;
mod turned;
mod waterfall;

pub use calibration::{Band, CalibrationReport, GradeCell};
pub use cohort::{Cut, Known, Success};
pub use document::{About, report_document};
pub use drift::{DriftReport, DriftRow, Window};
pub use journeys::{Bin, JourneyReport, TouchRow, Trait, Way};
pub use metrics::{Cycle, KeyMetrics, Money};
pub use missed::{Lacked, MissedReport};
pub use period::{Period, Span, parts};
pub use rules::{ReasonRow, RuleRow, RulesReport, Verdict};
pub use speed::{Speed, SpeedReport};
pub use threshold::{ThresholdReport, ThresholdRow};
pub use turned::{TurnedReport, TurnedRow};
pub use waterfall::{Rung, Waterfall};

use crate::history::History;
use cohort::Cohort;

/// What marketing spent on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Spend {
    /// The day, as its first moment in microseconds.
    pub date: i64,
    /// How much, in the currency of the amounts of deals.
    pub amount: f64,
    /// For leads from where; `None` for all.
    pub source: Option<String>,
    /// For which campaign; `None` for none.
    pub campaign: Option<String>,
}

/// What to report on.
#[derive(Clone, Debug, Default)]
pub struct ReportOptions {
    /// From when on, in microseconds; from the beginning where not given.
    pub from: Option<i64>,
    /// Up to but without this moment; to the end of the history where not given.
    pub to: Option<i64>,
    /// Into what the time is divided.
    pub by: Period,
    /// By what the key metrics are shown.
    pub cuts: Vec<Cut>,
    /// What one hand-off costs.
    pub cost_per_hand_off: Option<f64>,
    /// What one win is worth.
    pub value_per_win: Option<f64>,
    /// How many hand-offs a week sales can work.
    pub capacity_a_week: Option<f64>,
    /// The time whose leads the definition was made on; the quarter before the last where not given.
    pub made_on: Option<Span>,
}

/// What a history comes to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The time reported on; `None` where facts have no times.
    pub span: Option<Span>,
    /// The key metrics of the whole time.
    pub total: KeyMetrics,
    /// Of each part of it.
    pub parts: Vec<(Span, KeyMetrics)>,
    /// By each cut: its name, and the metrics of each of its values, largest first.
    pub cuts: Vec<(String, Vec<(String, KeyMetrics)>)>,
    /// Leads by stage, by the definition's names and the standard ones.
    pub waterfall: Waterfall,
    /// Whether higher scores convert better.
    pub calibration: CalibrationReport,
    /// What other thresholds would catch.
    pub threshold: ThresholdReport,
    /// Which hand-offs wasted time of sales, and by which rules.
    pub rules: RulesReport,
    /// Which opportunities the definition missed.
    pub missed: MissedReport,
    /// What won leads did and were.
    pub journeys: JourneyReport,
    /// How fast sales answers.
    pub speed: SpeedReport,
    /// How leads have changed.
    pub drift: DriftReport,
    /// Of which leads sales thinks worse, or better, than before.
    pub turned: TurnedReport,
    /// How many leads have no fact with a time.
    pub undated_leads: u64,
    /// How many answers of sales met no hand-off.
    pub idle_answers: u64,
    /// How many leads have one row without a time.
    pub timeless_rows: u64,
    /// Whether outcomes come from a column.
    pub has_outcome_column: bool,
    /// How many deals have no recorded opening, so that they count as opened when they were closed.
    pub deals_without_opening: u64,
}

/// Returns what a history comes to. `spend` is `None` where nothing is known of it.
pub fn report(history: &History, spend: Option<&[Spend]>, options: &ReportOptions) -> Report {
    let cohort = Cohort::of(history, options);
    let parts = cohort.span.map_or_else(Vec::new, |span| {
        let parts = period::parts(span, options.by).into_iter();
        parts.map(|part| (part, metrics::key_metrics(&cohort.within(part), spend))).collect()
    });
    let unopened = |deal: &crate::history::Deal| deal.opened == deal.closed && deal.opened != crate::history::NO_TIME;
    Report {
        span: cohort.span,
        total: metrics::key_metrics(&cohort, spend),
        parts,
        cuts: options.cuts.iter().map(|cut| metrics::by_cut(&cohort, spend, cut)).collect(),
        waterfall: waterfall::waterfall(&cohort),
        calibration: calibration::calibration(&cohort),
        threshold: threshold::threshold(&cohort, options),
        rules: rules::rules(&cohort),
        missed: missed::missed(&cohort),
        journeys: journeys::journeys(&cohort),
        speed: speed::speed(&cohort),
        drift: drift::drift_of(&cohort, options.made_on),
        turned: turned::turned(&cohort),
        undated_leads: history.undated_leads,
        idle_answers: history.idle_answers,
        timeless_rows: history.timeless_rows,
        has_outcome_column: history.has_outcome_column,
        deals_without_opening: history.deals.iter().filter(|deal| unopened(deal)).count() as u64,
    }
}
