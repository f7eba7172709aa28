//! Computes signals for every lead of a frame.

use super::frame::{Frame, Rows, Vector};
use super::kernel::Kernel;
use super::plan::{BatchPlan, BoundOnce, BoundSelect, BoundSignal};
use super::select::{Hit, PartitionEvents, keep_once};
use crate::calendar::micros;
use crate::columns::MISSING_TIME;
use crate::sums::thousandths;

/// Computes one signal: numbers for counts and sums, times for the others.
pub(super) fn compute_signal(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    events: &PartitionEvents,
    signal: &BoundSignal<'_>,
) -> Vector {
    match signal {
        BoundSignal::Count { select, once } => {
            let rows = events.select(plan, frame, select);
            let hits = rows.iter().map(|&row| hit(frame, row, Some(1))).collect();
            Vector::Number(add_up(plan, frame, &rows, hits, once.as_ref(), |count| count as f64))
        }
        BoundSignal::Sum { select, once, of } => {
            let rows = events.select(plan, frame, select);
            let values = Kernel { frame, rows: Rows::Events(&rows), names: &plan.names }.numbers(of).into_owned();
            let hits = rows.iter().zip(values).map(|(&row, value)| hit(frame, row, thousandths(value))).collect();
            Vector::Number(add_up(plan, frame, &rows, hits, once.as_ref(), |sum| sum as f64 / 1000.0))
        }
        BoundSignal::First(select) => Vector::Time(extreme(plan, frame, events, select, i64::min)),
        BoundSignal::Last(select) => Vector::Time(extreme(plan, frame, events, select, i64::max)),
        BoundSignal::Sequence { steps, within_seconds, span_seconds } => {
            Vector::Time(sequence(plan, frame, events, steps, *within_seconds, *span_seconds))
        }
    }
}

fn hit(frame: &Frame<'_>, row: u32, worth: Option<i64>) -> Hit {
    Hit { lead: frame.lead_of(row), time: frame.time_of(row), worth }
}

fn add_up(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    rows: &[u32],
    hits: Vec<Hit>,
    once: Option<&BoundOnce<'_>>,
    finish: impl Fn(i64) -> f64,
) -> Vec<f64> {
    let hits = match once {
        Some(once) => keep_once(plan, frame, rows, hits, once),
        None => hits,
    };
    let mut sums = vec![0_i64; frame.len];
    for hit in hits {
        if let Some(sum) = sums.get_mut(hit.lead) {
            *sum = sum.saturating_add(hit.worth.unwrap_or(0));
        }
    }
    sums.into_iter().map(finish).collect()
}

fn extreme(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    events: &PartitionEvents,
    select: &BoundSelect<'_>,
    better: fn(i64, i64) -> i64,
) -> Vec<i64> {
    let mut times = vec![MISSING_TIME; frame.len];
    for row in events.select(plan, frame, select) {
        if let Some(time) = times.get_mut(frame.lead_of(row)) {
            let this = frame.time_of(row);
            *time = if *time == MISSING_TIME { this } else { better(*time, this) };
        }
    }
    times
}

/// Returns, for each lead, when the steps were last completed in order.
fn sequence(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    events: &PartitionEvents,
    steps: &[BoundSelect<'_>],
    within_seconds: Option<i64>,
    span_seconds: Option<i64>,
) -> Vec<i64> {
    let mut marks: Vec<(usize, i64, usize)> = Vec::new();
    for (step, select) in steps.iter().enumerate() {
        let rows = events.select(plan, frame, select);
        marks.extend(rows.iter().map(|&row| (frame.lead_of(row), frame.time_of(row), step)));
    }
    marks.sort_unstable();
    let in_window = |time: i64| within_seconds.is_none_or(|seconds| frame.as_of - time < micros(seconds));
    let in_span = |start: i64, end: i64| span_seconds.is_none_or(|seconds| end - start < micros(seconds));
    let mut completed = vec![MISSING_TIME; frame.len];
    for lead_marks in marks.chunk_by(|a, b| a.0 == b.0) {
        let lead = lead_marks.first().map_or(0, |mark| mark.0);
        let last =
            completions(lead_marks, steps.len()).filter(|&(start, end)| in_window(end) && in_span(start, end)).last();
        if let (Some((_, end)), Some(slot)) = (last, completed.get_mut(lead)) {
            *slot = end;
        }
    }
    completed
}

/// Returns every completion of the steps, as the latest possible time of its first step and its own time, in order.
///
/// Of all chains that reach a step, the one that began latest is kept: it satisfies every span another would.
fn completions(marks: &[(usize, i64, usize)], steps: usize) -> impl Iterator<Item = (i64, i64)> {
    let mut begun: Vec<Option<i64>> = vec![None; steps];
    marks.chunk_by(|a, b| a.1 == b.1).filter_map(move |same_time| {
        // Steps must come at strictly increasing times: all marks of one time build on what was there before it.
        let before = begun.clone();
        let mut completion = None;
        for &(_, time, step) in same_time {
            let start = if step == 0 { Some(time) } else { before.get(step - 1).copied().flatten() };
            if step + 1 == steps {
                completion = start.map(|start| (start, time));
            }
            if let Some(slot) = begun.get_mut(step) {
                *slot = start.max(*slot);
            }
        }
        completion
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_began_later_is_kept() {
        let marks = [(0, 1, 0), (0, 3, 0), (0, 4, 1), (0, 9, 1), (0, 9, 2), (0, 12, 2)];
        assert_eq!(completions(&marks, 3).collect::<Vec<_>>(), [(3, 9), (3, 12)]);
    }

    #[test]
    fn steps_at_one_time_do_not_follow_each_other() {
        let marks = [(0, 5, 0), (0, 5, 1), (0, 6, 1)];
        assert_eq!(completions(&marks, 2).collect::<Vec<_>>(), [(5, 6)]);
    }
}
