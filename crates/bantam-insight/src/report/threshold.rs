//! What other thresholds would catch: the hand-off decided by the score alone, from some number of points on.

use super::ReportOptions;
use super::cohort::{Cohort, Known};
use super::period::Span;
use crate::statistics::{Outcome, Rate, threshold_curve};

/// About how many thresholds are shown.
const ROWS: i64 = 30;

/// What a threshold catches.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdRow {
    /// The least score that is handed off.
    pub threshold: i64,
    /// Leads that reach it in the time.
    pub leads: u64,
    /// How many of these a week; `None` where facts have no times.
    pub leads_a_week: Option<f64>,
    /// Of those that were handed over (with an outcome column: of all) and have ended, how many were won.
    pub precision: Rate,
    /// Of all won leads, how many reach it.
    pub recall: Rate,
    /// Value of the wins less the cost of the hand-offs whose end is known; `None` unless both were given.
    pub net_value: Option<f64>,
}

/// What other thresholds would catch.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdReport {
    /// From the lowest threshold to the highest.
    pub rows: Vec<ThresholdRow>,
    /// What the definition itself hands off, by all its rules: hand-offs a week, and how many of those whose end is known
    /// were won.
    pub own_a_week: Option<f64>,
    /// The definition's own precision.
    pub own_precision: Rate,
    /// The definition's own recall.
    pub own_recall: Rate,
    /// The place in `rows` of the lowest threshold that keeps within the capacity.
    pub at_capacity: Option<usize>,
    /// The place in `rows` of the greatest net value; `None` where there are too few outcomes.
    pub best: Option<usize>,
    /// How many leads were won, and how many lost.
    pub known: Known,
}

pub(super) fn threshold(cohort: &Cohort<'_>, options: &ReportOptions) -> ThresholdReport {
    let history = cohort.history;
    let ends: Vec<(u32, Outcome)> = cohort.judged().collect();
    let fair = || ends.iter().filter(|(lead, _)| cohort.is_fair(*lead));
    let count = |outcome: Outcome| fair().filter(|(_, end)| *end == outcome).count() as u64;
    let known = Known { won: count(Outcome::Won), lost: count(Outcome::Lost) };
    let scored = |&(lead, end): &(u32, Outcome)| (best_score(cohort, lead), end);
    let (of_fair, of_all) = (
        threshold_curve(&fair().map(scored).collect::<Vec<_>>()),
        threshold_curve(&ends.iter().map(scored).collect::<Vec<_>>()),
    );
    let reached = Reached::of(cohort);
    let weeks = cohort.span.map(Span::weeks).filter(|&weeks| weeks > 0.0);
    let row = |threshold: i64| {
        let precision = of_fair.at(threshold).precision;
        let leads = reached.at(threshold);
        let net = |(value, cost): (f64, f64)| value * precision.hits() as f64 - cost * precision.n() as f64;
        ThresholdRow {
            threshold,
            leads,
            leads_a_week: weeks.map(|weeks| leads as f64 / weeks),
            precision,
            recall: of_all.at(threshold).recall,
            net_value: options.value_per_win.zip(options.cost_per_hand_off).map(net),
        }
    };
    let rows: Vec<ThresholdRow> = reached.thresholds().map(row).collect();
    let at_capacity = options
        .capacity_a_week
        .and_then(|capacity| rows.iter().position(|row| row.leads_a_week.is_some_and(|leads| leads <= capacity)));
    let best = known.enough().ok().and_then(|_| {
        let valued = rows.iter().enumerate().filter_map(|(place, row)| Some((place, row.net_value?)));
        valued.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place)
    });
    let handed = |lead: u32| !history.hand_offs_of(lead).is_empty();
    let own: Vec<&(u32, Outcome)> = ends.iter().filter(|(lead, _)| handed(*lead)).collect();
    let decided = own.iter().filter(|(_, end)| *end != Outcome::Open);
    let won = ends.iter().filter(|(_, end)| *end == Outcome::Won);
    ThresholdReport {
        own_a_week: weeks.map(|weeks| cohort.qualified().len() as f64 / weeks),
        own_precision: decided.map(|(_, end)| *end == Outcome::Won).collect(),
        own_recall: won.map(|&(lead, _)| handed(lead)).collect(),
        rows,
        at_capacity,
        best,
        known,
    }
}

/// The highest score before sales answered; where it answered before there was one, that of the decisive moment.
fn best_score(cohort: &Cohort<'_>, lead: u32) -> i64 {
    let history = cohort.history;
    let at_decisive =
        || history.leads.get(lead as usize).map_or(0, |row| i64::from(row.fit) + i64::from(row.engagement));
    history.peaks(lead).last().map_or_else(at_decisive, |&(_, score)| i64::from(score))
}

/// How many leads reach each score for the first time.
struct Reached {
    /// The best scores of leads before the time, and by its end, each ascending. A lead whose best did not rise is in neither.
    from: Vec<i64>,
    to: Vec<i64>,
}

impl Reached {
    fn of(cohort: &Cohort<'_>) -> Reached {
        let history = cohort.history;
        let span = cohort.span.filter(|_| !cohort.is_whole);
        let rise = |lead: u32| {
            let peaks = history.peaks(lead);
            let before = |time: i64| {
                let count = peaks.partition_point(|&(at, _)| at < time);
                count.checked_sub(1).and_then(|last| peaks.get(last)).map_or(i64::MIN, |&(_, score)| i64::from(score))
            };
            let last = peaks.last().map(|&(_, score)| i64::from(score))?;
            let (from, to) = span.map_or((i64::MIN, last), |span| (before(span.from), before(span.to)));
            (from < to).then_some((from, to))
        };
        let rises: Vec<(i64, i64)> = (0..history.leads.len() as u32).filter_map(rise).collect();
        let sorted = |side: fn(&(i64, i64)) -> i64| {
            let mut values: Vec<i64> = rises.iter().map(side).collect();
            values.sort_unstable();
            values
        };
        Reached { from: sorted(|rise| rise.0), to: sorted(|rise| rise.1) }
    }

    /// Returns how many leads reach a threshold: they rise from below it to it or above.
    fn at(&self, threshold: i64) -> u64 {
        let below = |values: &[i64]| values.partition_point(|&value| value < threshold);
        (below(&self.from) - below(&self.to)) as u64
    }

    /// Round numbers over the range of scores.
    fn thresholds(&self) -> impl Iterator<Item = i64> {
        let least = self.to.first().copied().unwrap_or(0);
        let most = self.to.last().copied().unwrap_or(-1);
        let step = round_step((most - least) / ROWS + 1);
        let first = least.div_euclid(step) * step;
        (0..)
            .map(move |place| first + place * step)
            .take_while(move |&threshold| threshold <= most && !self.to.is_empty())
    }
}

/// Returns the next of 1, 2, 5, 10, 20, 50 and so on.
fn round_step(least: i64) -> i64 {
    let mut unit = 1;
    loop {
        for step in [unit, 2 * unit, 5 * unit] {
            if step >= least {
                return step;
            }
        }
        unit *= 10;
    }
}
