//! Chooses events: by name, window, reset and condition, and as one per key.

use super::bind::{Bound, BoundTruth};
use super::frame::{Frame, Rows, Vector};
use super::kernel::Kernel;
use super::plan::{BatchPlan, BoundKey, BoundOnce, BoundSelect, Heard};
use crate::calendar::{day, micros, month, week, window};
use crate::columns::{MISSING_TIME, Truth};
use std::cmp::Reverse;

/// The events of one partition, sorted out by name and action.
pub(super) struct PartitionEvents {
    /// Rows of each event name, by its code, in input order.
    by_name: Vec<Vec<u32>>,
    /// Rows that are each action.
    by_action: Vec<Vec<u32>>,
}

impl PartitionEvents {
    /// Sorts the events of a frame out; all of them are at or before *as of*. `kinds` holds the kind of each, where the plan
    /// knows what kinds are worth.
    pub(super) fn new(plan: &BatchPlan<'_>, frame: &Frame<'_>, kinds: &[u32]) -> Self {
        let codes = &frame.events.name.codes;
        let by_name = match &plan.by_kind {
            Some(by_kind) => rows_by_name(plan, codes, |row| kinds.get(row).is_some_and(|&kind| by_kind.is_seen(kind))),
            None => rows_by_name(plan, codes, |_| true),
        };
        PartitionEvents { by_name, by_action: Vec::new() }.with_actions(plan, frame, |_| true)
    }

    /// Sorts kinds out, one event of each; actions that are not `told` by them are left empty.
    pub(super) fn of_kinds(plan: &BatchPlan<'_>, frame: &Frame<'_>, told: impl Fn(usize) -> bool) -> Self {
        let by_name = rows_by_name(plan, &frame.events.name.codes, |_| true);
        PartitionEvents { by_name, by_action: Vec::new() }.with_actions(plan, frame, told)
    }

    /// Returns no events, for what looks at none.
    pub(super) fn none() -> Self {
        PartitionEvents { by_name: Vec::new(), by_action: Vec::new() }
    }

    /// Sorts out the events of actions; those that are not `wanted` are left empty.
    fn with_actions(mut self, plan: &BatchPlan<'_>, frame: &Frame<'_>, wanted: impl Fn(usize) -> bool) -> Self {
        for (index, action) in plan.actions.iter().enumerate() {
            let rows = if wanted(index) { self.rows_of(&action.on) } else { Vec::new() };
            let rows = only_true(plan, frame, rows, action.condition.as_ref());
            self.by_action.push(rows);
        }
        self
    }

    /// Sorts the events of a frame out that lie in the order of their names' codes: only names that are heard.
    pub(super) fn of_sorted(plan: &BatchPlan<'_>, frame: &Frame<'_>) -> Self {
        let codes = &frame.events.name.codes;
        let bound = |code: u32| codes.partition_point(|&other| other < code) as u32;
        let rows_of = |(code, &heard): (u32, &bool)| match heard {
            true => (bound(code)..bound(code + 1)).collect(),
            false => Vec::new(),
        };
        let by_name = (0..).zip(&plan.heard).map(rows_of).collect();
        PartitionEvents { by_name, by_action: Vec::new() }.with_actions(plan, frame, |_| true)
    }

    /// Returns the rows of a set of events, each once.
    pub(super) fn rows_of(&self, set: &Heard) -> Vec<u32> {
        let names = self.by_name.iter().zip(&set.names).filter(|(_, listed)| **listed).map(|(rows, _)| rows);
        let actions = set.actions.iter().filter_map(|&action| self.by_action.get(action));
        let sources: Vec<&Vec<u32>> = names.chain(actions).filter(|rows| !rows.is_empty()).collect();
        let mut rows: Vec<u32> = sources.iter().copied().flatten().copied().collect();
        // An event may come by its own name and as an action, or as two actions.
        if !set.actions.is_empty() && sources.len() > 1 {
            rows.sort_unstable();
            rows.dedup();
        }
        rows
    }

    /// Returns, for each lead of the frame, the time of its latest event of a set; [`MISSING_TIME`] where there is none.
    pub(super) fn latest(&self, frame: &Frame<'_>, set: &Heard) -> Vec<i64> {
        let mut latest = vec![MISSING_TIME; frame.len];
        for row in self.rows_of(set) {
            if let Some(time) = latest.get_mut(frame.lead_of(row)) {
                *time = (*time).max(frame.time_of(row));
            }
        }
        latest
    }

    /// Returns the rows that are selected.
    pub(super) fn select(&self, plan: &BatchPlan<'_>, frame: &Frame<'_>, select: &BoundSelect<'_>) -> Vec<u32> {
        let mut rows = self.rows_of(&select.events);
        if let Some(seconds) = select.within_seconds {
            rows.retain(|&row| frame.as_of - frame.time_of(row) < micros(seconds));
        }
        if let Some(since) = &select.since {
            // A lead without a reset has the least time there is, so all its events are later.
            let latest = self.latest(frame, since);
            rows.retain(|&row| latest.get(frame.lead_of(row)).is_none_or(|&reset| frame.time_of(row) > reset));
        }
        only_true(plan, frame, rows, select.condition.as_ref())
    }
}

/// Returns the rows that are seen of each name, by its code.
fn rows_by_name(plan: &BatchPlan<'_>, codes: &[u32], is_seen: impl Fn(usize) -> bool) -> Vec<Vec<u32>> {
    let mut by_name = vec![Vec::new(); plan.heard.len()];
    for (row, &code) in codes.iter().enumerate().filter(|&(row, _)| is_seen(row)) {
        if let Some(rows) = by_name.get_mut(code as usize) {
            rows.push(row as u32);
        }
    }
    by_name
}

fn only_true(plan: &BatchPlan<'_>, frame: &Frame<'_>, rows: Vec<u32>, condition: Option<&BoundTruth<'_>>) -> Vec<u32> {
    let Some(condition) = condition.filter(|_| !rows.is_empty()) else { return rows };
    let kernel = Kernel { frame, rows: Rows::Events(&rows), names: &plan.names };
    let truths = kernel.truths(condition).into_owned();
    rows.into_iter().zip(truths).filter(|(_, truth)| *truth == Truth::True).map(|(row, _)| row).collect()
}

/// One selected event with what it is worth: points of a rule, thousandths of a sum, or nothing for a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Place of the lead in the frame.
    pub(super) lead: usize,
    pub(super) time: i64,
    /// `None` is a missing value, which is worth less than any other.
    pub(super) worth: Option<i64>,
}

/// Lead, key, time and worth: sorts the hit that counts to the front of its key.
type Keyed = (usize, Option<u64>, Reverse<i64>, Reverse<Option<i64>>);

/// Keeps one hit per lead and key, the latest, of equal times the one of greatest worth, where there are enough of them.
pub(super) fn keep_once(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    rows: &[u32],
    hits: Vec<Hit>,
    once: &BoundOnce<'_>,
) -> Vec<Hit> {
    let keys = keys(plan, frame, rows, &once.key);
    let mut keyed: Vec<Keyed> =
        hits.into_iter().zip(keys).map(|(hit, key)| (hit.lead, key, Reverse(hit.time), Reverse(hit.worth))).collect();
    keyed.sort_unstable();
    keyed
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|same_key| same_key.len() >= once.times as usize)
        .filter_map(|same_key| same_key.first())
        .map(|(lead, _, Reverse(time), Reverse(worth))| Hit { lead: *lead, time: *time, worth: *worth })
        .collect()
}

/// Returns each row's key as a number; equal numbers are equal keys, `None` is a missing value.
fn keys(plan: &BatchPlan<'_>, frame: &Frame<'_>, rows: &[u32], key: &BoundKey<'_>) -> Vec<Option<u64>> {
    let by_time =
        |bucket: &dyn Fn(i64) -> i64| rows.iter().map(|&row| Some(bucket(frame.time_of(row)) as u64)).collect();
    match key {
        BoundKey::All => vec![Some(0); rows.len()],
        BoundKey::Day => by_time(&day),
        BoundKey::Week => by_time(&week),
        BoundKey::Month => by_time(&month),
        BoundKey::Window(seconds) => by_time(&|time| window(time, *seconds)),
        BoundKey::Value(bound) => value_keys(&Kernel { frame, rows: Rows::Events(rows), names: &plan.names }, bound),
    }
}

fn value_keys(kernel: &Kernel<'_, '_>, bound: &Bound<'_>) -> Vec<Option<u64>> {
    match kernel.value(bound) {
        Vector::Text(codes) => {
            codes.into_iter().map(|code| (code != crate::columns::MISSING_CODE).then_some(u64::from(code))).collect()
        }
        // Adding 0 turns -0 into 0, which it equals.
        Vector::Number(numbers) => {
            numbers.into_iter().map(|number| (!number.is_nan()).then_some((number + 0.0).to_bits())).collect()
        }
        Vector::Boolean(truths) => truths.into_iter().map(|truth| truth.known().map(u64::from)).collect(),
        Vector::Time(times) => times.into_iter().map(|time| (time != MISSING_TIME).then_some(time as u64)).collect(),
    }
}
