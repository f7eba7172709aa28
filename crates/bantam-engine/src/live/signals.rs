//! Facts about a lead's history: what `signals` gives.

use super::lead::Lead;
use super::plan::ListenerPlan;
use super::select::Selection;
use super::watch::Watch;
use crate::calendar::micros;
use crate::evaluate::{Scalar, number};
use crate::sums::thousandths;
use bantam_lang::meaning::{Expr, Once, Signal, SignalKind};

/// Returns the value of a signal; `None` where it is missing.
pub(crate) fn signal<'a, W: Watch>(
    signal: &'a Signal,
    plan: &ListenerPlan,
    lead: &Lead<'a, '_, W>,
) -> Option<Scalar<'a>> {
    match &signal.kind {
        SignalKind::Count { select, once } => {
            Some(Scalar::Number(count(Selection::new(select, plan)?, once.as_ref(), lead) as f64))
        }
        SignalKind::Sum { select, once, of } => {
            let thousandths = sum(Selection::new(select, plan)?, once.as_ref(), of, lead);
            Some(Scalar::Number(thousandths as f64 / 1000.0))
        }
        SignalKind::First(select) => {
            lead.selected(Selection::new(select, plan)?).next().map(|entry| Scalar::Time(entry.time))
        }
        SignalKind::Last(select) => {
            lead.selected(Selection::new(select, plan)?).next_back().map(|entry| Scalar::Time(entry.time))
        }
        SignalKind::Sequence { condition, within_seconds, span_seconds, .. } => {
            let span = span_seconds.map(micros);
            let time = completion(plan, condition.as_ref(), span, lead)?;
            if let Some(within) = within_seconds.map(micros) {
                if lead.as_of.saturating_sub(time) >= within {
                    return None;
                }
                lead.watch.notice(time.saturating_add(within));
            }
            Some(Scalar::Time(time))
        }
    }
}

fn count<'a, W: Watch>(selection: Selection<'a>, once: Option<&'a Once>, lead: &Lead<'a, '_, W>) -> usize {
    let mut events = 0;
    lead.count_once(once, lead.selected(selection).map(|entry| (entry, ())), |_, ()| events += 1);
    events
}

/// The sum in thousandths. A missing value is less than any other, so of equal times a present one counts.
fn sum<'a, W: Watch>(selection: Selection<'a>, once: Option<&'a Once>, of: &'a Expr, lead: &Lead<'a, '_, W>) -> i128 {
    let value = |event| number(of, &lead.with_event(event)).and_then(thousandths);
    let mut sum = 0;
    let selected = lead.selected(selection).map(|entry| (entry, value(entry.event)));
    lead.count_once(once, selected, |_, value| sum += i128::from(value.unwrap_or(0)));
    sum
}

/// The time of the latest event that completes a sequence.
///
/// Among the ways to come to an event, the one that started latest leaves the most room in `span`, so that start is all
/// that is kept: for each event of a step, in order of time, the latest start of any way that has come that far.
fn completion<'a, W: Watch>(
    plan: &ListenerPlan,
    condition: Option<&'a Expr>,
    span: Option<i64>,
    lead: &Lead<'a, '_, W>,
) -> Option<i64> {
    let (&last, earlier) = plan.events.split_last()?;
    let step = |events| Selection { events, since: plan.since, within: None, condition };
    let mut ways: Option<Vec<Way>> = None;
    for &events in earlier {
        let mut longer: Vec<Way> = Vec::new();
        for entry in lead.selected(step(events)) {
            let start = match &ways {
                None => entry.time,
                Some(ways) => match latest_start(ways, entry.time) {
                    Some(start) => start,
                    None => continue,
                },
            };
            let start = longer.last().map_or(start, |way| way.latest_start.max(start));
            longer.push(Way { time: entry.time, latest_start: start });
        }
        if longer.is_empty() {
            return None;
        }
        ways = Some(longer);
    }
    let ways = ways?;
    let completes = |time: i64| {
        latest_start(&ways, time).is_some_and(|start| span.is_none_or(|span| time.saturating_sub(start) < span))
    };
    lead.selected(step(last)).rev().map(|entry| entry.time).find(|&time| completes(time))
}

/// That some events up to `time` are the first steps in order.
struct Way {
    time: i64,
    latest_start: i64,
}

/// The latest start of a way that came to its last event before `time`.
fn latest_start(ways: &[Way], time: i64) -> Option<i64> {
    let before = ways.partition_point(|way| way.time < time);
    ways.get(before.checked_sub(1)?).map(|way| way.latest_start)
}
