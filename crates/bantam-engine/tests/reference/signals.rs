//! Facts about a lead's history: section 4, "signals".

use super::expressions::{is_true, value as expression_value};
use super::scope::Lead;
use super::selecting::{belongs, counting, is_since, is_within, selected};
use bantam_engine::timeline::TimelineEvent;
use bantam_lang::meaning::{EventSet, Expr, Once, Select, Signal, SignalKind, Value};

const MICROS_PER_SECOND: i64 = 1_000_000;
/// "a value of magnitude 2^43 or more is missing"
const SUMMAND_END: f64 = 8_796_093_022_208.0;

/// The value of a signal; `None` where it is missing.
pub(crate) fn value(signal: &Signal, lead: &Lead) -> Option<Value> {
    match &signal.kind {
        SignalKind::Count { select, once } => Some(Value::Number(count(select, once.as_ref(), lead))),
        SignalKind::Sum { select, once, of } => Some(Value::Number(sum(select, once.as_ref(), of, lead))),
        SignalKind::First(select) => selected(select, lead).iter().map(|event| event.time).min().map(Value::Time),
        SignalKind::Last(select) => selected(select, lead).iter().map(|event| event.time).max().map(Value::Time),
        SignalKind::Sequence { steps, condition, since, within_seconds, span_seconds } => {
            let sequence = Sequence {
                steps,
                condition: condition.as_ref(),
                since: since.as_ref(),
                within_seconds: *within_seconds,
                span_seconds: *span_seconds,
            };
            latest_completion(&sequence, lead).map(Value::Time)
        }
    }
}

/// How many events count; 0 where none does.
fn count(select: &Select, once: Option<&Once>, lead: &Lead) -> f64 {
    counting(&selected(select, lead), once, lead, |_| ()).len() as f64
}

/// "the signal is the integer sum of thousandths, as a 64-bit float, divided by 1000"; "0 where none".
fn sum(select: &Select, once: Option<&Once>, of: &Expr, lead: &Lead) -> f64 {
    // "of equal times, for `sum` the greatest value": where one of them has no value, any value is greater.
    let worth = |event: &TimelineEvent| thousandths(of, event, lead);
    let mut sum: i128 = 0;
    for event in counting(&selected(select, lead), once, lead, worth) {
        // "a missing value adds nothing"
        sum += thousandths(of, event, lead).unwrap_or(0);
    }
    sum as f64 / 1000.0
}

/// "each value *v* counts as the integer sign(v) * floor(|v| * 1000 + 0.5) thousandths, computed in 64-bit floats"
fn thousandths(of: &Expr, event: &TimelineEvent, lead: &Lead) -> Option<i128> {
    let v = match expression_value(of, lead, Some(event))? {
        Value::Number(number) => number,
        other => panic!("`of` is a number, not {other:?}"),
    };
    if v.abs() >= SUMMAND_END {
        return None;
    }
    let magnitude = (v.abs() * 1000.0 + 0.5).floor() as i128;
    Some(if v < 0.0 { -magnitude } else { magnitude })
}

/// The parts of a `sequence` signal.
struct Sequence<'a> {
    steps: &'a [EventSet],
    condition: Option<&'a Expr>,
    since: Option<&'a EventSet>,
    within_seconds: Option<i64>,
    span_seconds: Option<i64>,
}

/// "the time of the latest selected event named like the last step that completes the sequence ... `within` applies to the
/// completing event alone. Missing where there is none."
fn latest_completion(sequence: &Sequence, lead: &Lead) -> Option<i64> {
    let last_step = sequence.steps.len() - 1;
    let mut latest: Option<i64> = None;
    for &event in &lead.events {
        if is_step(event, last_step, sequence, lead)
            && is_within(event, sequence.within_seconds, lead)
            && steps_lie_before(last_step, event.time, event.time, sequence, lead)
            && latest.is_none_or(|time| event.time > time)
        {
            latest = Some(event.time);
        }
    }
    latest
}

/// An event of a step, "selected by `if` and `since`".
fn is_step(event: &TimelineEvent, step: usize, sequence: &Sequence, lead: &Lead) -> bool {
    belongs(event, &sequence.steps[step], lead)
        && is_since(event, sequence.since, lead)
        && sequence.condition.is_none_or(|condition| is_true(condition, lead, Some(event)))
}

/// "there are events of the earlier steps, in order, at strictly increasing times before it": tries every event as the last of
/// the first `steps` steps. "with `span: D`, it [the completing event] comes less than D after the first step's event".
fn steps_lie_before(steps: usize, before: i64, completed_at: i64, sequence: &Sequence, lead: &Lead) -> bool {
    if steps == 0 {
        return true;
    }
    for &event in &lead.events {
        let is_next = event.time < before && is_step(event, steps - 1, sequence, lead);
        let span_is_kept = match sequence.span_seconds {
            Some(seconds) if steps == 1 => completed_at - event.time < seconds * MICROS_PER_SECOND,
            _ => true,
        };
        if is_next && span_is_kept && steps_lie_before(steps - 1, event.time, completed_at, sequence, lead) {
            return true;
        }
    }
    false
}
