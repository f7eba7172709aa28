//! Which events of a lead a signal or an engagement rule looks at: section 4, "Selecting events".

use super::expressions::{is_true, value};
use super::scope::{Lead, is_action};
use bantam_engine::timeline::TimelineEvent;
use bantam_lang::meaning::{EventSet, Expr, Once, OnceKey, Select, Value};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// "its name is listed", as itself or as an action; being listed twice makes it no more than listed.
pub(crate) fn belongs(event: &TimelineEvent, events: &EventSet, lead: &Lead) -> bool {
    events.names.contains(&event.name) || events.actions.iter().any(|&action| is_action(event, action, lead))
}

/// The selected events, in input order.
pub(crate) fn selected<'a>(select: &Select, lead: &Lead<'a>) -> Vec<&'a TimelineEvent> {
    let mut selected = Vec::new();
    for &event in &lead.events {
        if belongs(event, &select.events, lead)
            && is_within(event, select.within_seconds, lead)
            && is_since(event, select.since.as_ref(), lead)
            && select.condition.as_ref().is_none_or(|condition| is_true(condition, lead, Some(event)))
        {
            selected.push(event);
        }
    }
    selected
}

/// "with `within: W`, `T - e.time < W`": the end of the window is exclusive.
pub(crate) fn is_within(event: &TimelineEvent, within_seconds: Option<i64>, lead: &Lead) -> bool {
    match within_seconds {
        Some(seconds) => lead.as_of - event.time < seconds * MICROS_PER_SECOND,
        None => true,
    }
}

/// "`e.time` is strictly after the latest event at or before *T* of those names (if there is none, all pass)"; the names
/// "match whatever `if` and `within` say".
pub(crate) fn is_since(event: &TimelineEvent, since: Option<&EventSet>, lead: &Lead) -> bool {
    let Some(since) = since else { return true };
    // Later than each of them is later than the latest of them.
    lead.events.iter().filter(|reset| belongs(reset, since, lead)).all(|reset| event.time > reset.time)
}

/// The events that count among the selected: all without `once`, else of each key "the latest (of equal times, ... [that]
/// giving the most points)", "and only where there are at least n of them". `worth` is what decides at equal times.
pub(crate) fn counting<'a, W: PartialOrd>(
    selected: &[&'a TimelineEvent],
    once: Option<&Once>,
    lead: &Lead,
    worth: impl Fn(&TimelineEvent) -> W,
) -> Vec<&'a TimelineEvent> {
    let Some(once) = once else { return selected.to_vec() };
    let mut keys: Vec<Key> = Vec::new();
    for event in selected {
        let key = key(&once.key, event, lead);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let mut counting = Vec::new();
    for each in keys {
        let same: Vec<&TimelineEvent> =
            selected.iter().copied().filter(|event| key(&once.key, event, lead) == each).collect();
        if same.len() < once.times as usize {
            continue;
        }
        let mut chosen = same[0];
        for event in same {
            let more = worth(event) > worth(chosen);
            if event.time > chosen.time || (event.time == chosen.time && more) {
                chosen = event;
            }
        }
        counting.push(chosen);
    }
    counting
}

/// What two events must share to count as one. An unknown value is a missing one, "a key like any other".
#[derive(PartialEq)]
enum Key {
    All,
    Number(i64),
    Value(Option<Value>),
}

fn key(once: &OnceKey, event: &TimelineEvent, lead: &Lead) -> Key {
    let day = event.time.div_euclid(MICROS_PER_DAY);
    match once {
        OnceKey::All => Key::All,
        OnceKey::Day => Key::Number(day),
        OnceKey::Week => Key::Number(week(day)),
        OnceKey::Month => Key::Number(month(day)),
        OnceKey::Window(seconds) => Key::Number(event.time.div_euclid(seconds * MICROS_PER_SECOND)),
        OnceKey::Value(expr) => Key::Value(event_value(expr, event, lead)),
    }
}

fn event_value(expr: &Expr, event: &TimelineEvent, lead: &Lead) -> Option<Value> {
    value(expr, lead, Some(event))
}

/// The day (counted from 1970-01-01, a Thursday) of the Monday on or before `day`.
pub(crate) fn week(day: i64) -> i64 {
    let first_monday = 4; // 1970-01-05
    let mut back = 0;
    while (day - back - first_monday) % 7 != 0 {
        back += 1;
    }
    day - back
}

/// The number of whole months from January 1970 to the month of `day`, found by walking month by month.
pub(crate) fn month(day: i64) -> i64 {
    let mut month = 0;
    let mut first_day = 0;
    while day < first_day {
        month -= 1;
        first_day -= days_in_month(month);
    }
    while day >= first_day + days_in_month(month) {
        first_day += days_in_month(month);
        month += 1;
    }
    month
}

fn days_in_month(month: i64) -> i64 {
    let year = 1970 + month.div_euclid(12);
    let is_leap_year = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    match month.rem_euclid(12) + 1 {
        2 if is_leap_year => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
