//! Speed to lead: how long a hand-off waits for its first answer.

use super::cohort::{Cohort, Cut};
use super::metrics::is_answered;
use crate::history::{HandOff, NO_TIME};
use crate::statistics::{Rate, quantiles};
use bantam_lang::convert::MICROS_PER_SECOND;
use std::collections::BTreeMap;

/// How long hand-offs wait for their first answer. Times are in seconds, of office hours where the definition has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Speed {
    /// Hand-offs with a time.
    pub hand_offs: u64,
    /// Of these, answered ones.
    pub answered: u64,
    /// Half of the answers took no longer; `None` without answers.
    pub median_seconds: Option<f64>,
    /// Nine of ten answers took no longer.
    pub ninetieth_seconds: Option<f64>,
    /// Answered in the time their route gives, of those that were answered or are overdue. Routes without a time do not count.
    pub within: Rate,
    /// Answered late, or overdue at the end, of all hand-offs whose route gives a time.
    pub ever_overdue: Rate,
    /// Not answered, and past their time at the end.
    pub overdue_now: u64,
}

/// Speed in all, and apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpeedReport {
    /// Of all hand-offs.
    pub total: Speed,
    /// By route.
    pub routes: Vec<(String, Speed)>,
    /// By owner; hand-offs that nobody has are left out.
    pub owners: Vec<(String, Speed)>,
}

pub(super) fn speed(cohort: &Cohort<'_>) -> SpeedReport {
    let history = cohort.history;
    let apart = |cut: Cut| -> Vec<(String, Speed)> {
        let mut groups: BTreeMap<String, Vec<&HandOff>> = BTreeMap::new();
        for (_, hand_off) in cohort.hand_offs() {
            if let Some(value) = cut.of_hand_off(history, hand_off) {
                groups.entry(value).or_default().push(hand_off);
            }
        }
        groups.into_iter().map(|(value, rows)| (value, speed_of(history.as_of, rows))).collect()
    };
    SpeedReport {
        total: speed_of(history.as_of, cohort.hand_offs().map(|(_, hand_off)| hand_off)),
        routes: apart(Cut::Route),
        owners: apart(Cut::Owner),
    }
}

pub(super) fn speed_of<'h>(as_of: i64, hand_offs: impl IntoIterator<Item = &'h HandOff>) -> Speed {
    let rows: Vec<&HandOff> = hand_offs.into_iter().filter(|hand_off| hand_off.opened != NO_TIME).collect();
    let answered: Vec<&HandOff> = rows.iter().copied().filter(|hand_off| is_answered(hand_off)).collect();
    let seconds: Vec<f64> =
        answered.iter().map(|hand_off| hand_off.answer_took as f64 / MICROS_PER_SECOND as f64).collect();
    let found = quantiles(&seconds, &[0.5, 0.9]).unwrap_or_default();
    let timed = || rows.iter().filter(|hand_off| hand_off.due != NO_TIME);
    let late = |hand_off: &HandOff| hand_off.was_overdue(as_of);
    Speed {
        hand_offs: rows.len() as u64,
        answered: answered.len() as u64,
        median_seconds: found.first().copied(),
        ninetieth_seconds: found.get(1).copied(),
        within: timed()
            .filter(|hand_off| is_answered(hand_off) || late(hand_off))
            .map(|hand_off| !late(hand_off))
            .collect(),
        ever_overdue: timed().map(|hand_off| late(hand_off)).collect(),
        overdue_now: timed().filter(|hand_off| !is_answered(hand_off) && late(hand_off)).count() as u64,
    }
}
