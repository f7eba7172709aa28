//! Signals and the selection of events: section 4.

use crate::reference::building::*;
use crate::reference::check::{check, check_condition};
use crate::reference::selecting::{month, week};
use bantam_engine::timeline::{Timeline, TimelineEvent};
use bantam_lang::meaning::{
    CompareOp, Decay, EventSet, ExprKind, Name, Once, OnceKey, Select, Signal, SignalKind, Type, Value,
};

/// Checks the value of a number signal.
fn check_number(kind: SignalKind, timeline: &Timeline, expected: f64) {
    let mut meaning = meaning();
    meaning.signals = vec![signal(kind)];
    check_condition(meaning, timeline, &equal(the_signal(Type::Number), number(expected)), Some(true));
}

/// Checks the time of a signal by its age; `None` expects it missing.
fn check_age(kind: SignalKind, timeline: &Timeline, expected: Option<i64>) {
    let mut meaning = meaning();
    meaning.signals = vec![signal(kind)];
    let time = |age: i64| expr(ExprKind::Literal(Value::Time(AS_OF - age)), Type::Time);
    let condition = match expected {
        Some(age) => equal(the_signal(Type::Time), time(age)),
        None => not(condition(ExprKind::Known(Name::Signal(0)))),
    };
    check_condition(meaning, timeline, &condition, Some(true));
}

fn count(select: Select, once: Option<Once>) -> SignalKind {
    SignalKind::Count { select, once }
}

fn sum(once: Option<Once>) -> SignalKind {
    SignalKind::Sum { select: select("order"), once, of: price() }
}

fn sequence<const N: usize>(steps: [&str; N], span_seconds: Option<i64>) -> SignalKind {
    SignalKind::Sequence {
        steps: steps.map(|step| events([step])).into(),
        condition: None,
        since: None,
        within_seconds: None,
        span_seconds,
    }
}

#[test]
fn an_event_at_as_of_exists_and_one_after_it_does_not() {
    let timeline = did([event("a", 0), event("a", -1), event("a", DAY)]);
    check_number(count(select("a"), None), &timeline, 2.0);
    check_age(SignalKind::Last(select("a")), &timeline, Some(0));
    check_age(SignalKind::First(select("a")), &timeline, Some(DAY));
    check_age(SignalKind::First(select("b")), &timeline, None);
}

#[test]
fn a_window_end_is_exclusive() {
    let selected = Select { within_seconds: Some(7 * DAY_S), ..select("a") };
    // T - e.time < 7 d: exactly 7 days old is out, a microsecond younger is in.
    check_number(count(selected, None), &did([event("a", 7 * DAY), event("a", 7 * DAY - 1)]), 1.0);
}

#[test]
fn since_is_strictly_after_the_latest_of_its_names() {
    let selected = Select { since: Some(events(["reset", "other"])), ..select("a") };
    let a = |age| event("a", age);
    let timeline = did([a(9), event("reset", 8), a(5), event("other", 5), a(4), event("reset", -1)]);
    // The latest reset at or before T is `other`, aged 5: of the a's only the one aged 4 is after it.
    check_number(count(selected.clone(), None), &timeline, 1.0);
    // Without any reset all pass.
    check_number(count(selected, None), &did([a(9), a(5)]), 2.0);
}

#[test]
fn an_event_of_a_since_name_never_passes_its_own_since() {
    let selected = Select { since: Some(events(["a"])), ..select("a") };
    check_number(count(selected, None), &did([event("a", 2), event("a", 1)]), 0.0);
}

#[test]
fn since_names_match_whatever_the_condition_says() {
    let pricing = equal(path(), text("/pricing"));
    let selected = Select { condition: Some(pricing), since: Some(events(["page_viewed"])), ..select("page_viewed") };
    // The latest page view is of /blog; /pricing was before it.
    check_number(count(selected, None), &did([view("/pricing", 2), view("/blog", 1)]), 0.0);
}

#[test]
fn an_unknown_condition_does_not_select() {
    let not_pricing = compare(path(), CompareOp::NotEqual, text("/pricing"));
    let selected = Select { condition: Some(not_pricing), ..select("page_viewed") };
    let timeline = did([view("/blog", 1), event("page_viewed", 2)]); // the second has no path
    check_number(count(selected, None), &timeline, 1.0);
}

#[test]
fn an_event_listed_as_itself_and_as_an_action_counts_once() {
    let mut meaning = meaning();
    meaning.actions = vec![action("pricing_seen", "page_viewed", equal(path(), text("/pricing")))];
    let both = EventSet { names: vec!["page_viewed".into()], actions: vec![0] };
    let only = EventSet { names: vec![], actions: vec![0] };
    let timeline = did([view("/pricing", 1), view("/blog", 2)]);
    for (set, expected) in [(both, 2.0), (only, 1.0)] {
        meaning.signals = vec![signal(count(Select { events: set, ..select("") }, None))];
        let holds = equal(the_signal(Type::Number), number(expected));
        check_condition(meaning.clone(), &timeline, &holds, Some(true));
    }
}

#[test]
fn days_begin_at_midnight_utc_and_weeks_on_monday() {
    let midnights = did([event("a", 0), event("a", 1), event("a", DAY), event("a", DAY + 1)]);
    // T is midnight: the ages 0 | 1, DAY | DAY + 1 lie in three days.
    check_number(count(select("a"), once(OnceKey::Day, 1)), &midnights, 3.0);
    // T is a Saturday, so Monday began 5 days before it.
    let mondays = did([event("a", 0), event("a", 5 * DAY), event("a", 5 * DAY + 1), event("a", 12 * DAY)]);
    check_number(count(select("a"), once(OnceKey::Week, 1)), &mondays, 2.0);
}

#[test]
fn weeks_and_months_also_hold_before_1970() {
    // Day -1 is Wednesday 1969-12-31, day -3 Monday the 29th, day -4 the Sunday before.
    assert_eq!([week(-1), week(-3), week(-4), week(4), week(3)], [-3, -3, -10, 4, -3]);
    // Day 59 is 1970-03-01 (31 + 28), day -31 1969-12-01; 11,016 is leap day 2000-02-29.
    assert_eq!([month(0), month(58), month(59), month(-1), month(-31), month(-32)], [0, 1, 2, -1, -1, -2]);
    assert_eq!([month(11_016), month(11_017)], [361, 362]);
}

#[test]
fn windows_of_a_duration_are_counted_from_1970() {
    // T is day 20,624 of 1970-01-01T00:00Z, so windows of 10 days begin 4 days before it.
    let timeline = did([event("a", 0), event("a", 4 * DAY), event("a", 4 * DAY + 1), event("a", 14 * DAY)]);
    check_number(count(select("a"), once(OnceKey::Window(10 * DAY_S), 1)), &timeline, 2.0);
}

#[test]
fn a_missing_key_is_a_key_like_any_other() {
    let timeline = did([view("/a", 1), view("/a", 2), event("page_viewed", 3), event("page_viewed", 4), view("/b", 5)]);
    let by_path = |times| count(select("page_viewed"), once(OnceKey::Value(path()), times));
    check_number(by_path(1), &timeline, 3.0); // "/a", missing, "/b"
    check_number(by_path(2), &timeline, 2.0); // "/a", missing
}

#[test]
fn minus_zero_and_zero_are_one_key() {
    let timeline = did([order(0.0, 1), order(-0.0, 2)]);
    check_number(count(select("order"), once(OnceKey::Value(price()), 2)), &timeline, 1.0);
}

#[test]
fn times_alone_is_so_often_or_more_once() {
    let timeline = did([event("a", 1), event("a", 2), event("a", 3)]);
    for (times, expected) in [(1, 1.0), (3, 1.0), (4, 0.0)] {
        check_number(count(select("a"), once(OnceKey::All, times)), &timeline, expected);
    }
}

#[test]
fn a_sum_is_exact_in_thousandths_and_halves_go_away_from_zero() {
    // 0.0005 and -0.0005 are a thousandth each way: floor(0.5 + 0.5) = 1. 0.0004 is none. 3 times 0.1 is exactly 0.3.
    check_number(sum(None), &did([order(0.0005, 1)]), 0.001);
    check_number(sum(None), &did([order(-0.0005, 1)]), -0.001);
    check_number(sum(None), &did([order(0.0004, 1)]), 0.0);
    check_number(sum(None), &did([order(0.1, 1), order(0.1, 2), order(0.1, 3)]), 0.3);
    check_number(sum(None), &did([event("order", 1)]), 0.0);
    // 2^43 is missing, the whole number below it is not.
    let end = 8_796_093_022_208.0;
    check_number(sum(None), &did([order(end, 1), order(-end, 2), order(2.0, 3)]), 2.0);
    check_number(sum(None), &did([order(end - 1.0, 1)]), end - 1.0);
}

#[test]
fn of_equal_times_the_greatest_value_counts_in_a_sum() {
    let all = || sum(once(OnceKey::All, 1));
    check_number(all(), &did([order(3.0, 5), order(4.0, 5), order(9.0, 6)]), 4.0); // the latest first, then the greatest
    check_number(all(), &did([order(-3.0, 5), order(-4.0, 5)]), -3.0);
    // No value at all is not greater than any.
    check_number(all(), &did([event("order", 5), order(-4.0, 5), event("order", 5)]), -4.0);
    // The latest counts even where it has no value.
    check_number(all(), &did([event("order", 4), order(7.0, 5)]), 0.0);
}

#[test]
fn times_counts_events_without_a_value() {
    let twice = sum(once(OnceKey::All, 2));
    check_number(twice, &did([order(3.0, 1), event("order", 2)]), 3.0);
}

#[test]
fn steps_of_a_sequence_come_at_strictly_increasing_times() {
    let abc = |a, b, c| did([event("c", c), event("a", a), event("b", b)]);
    check_age(sequence(["a", "b", "c"], None), &abc(3, 2, 1), Some(1));
    check_age(sequence(["a", "b", "c"], None), &abc(3, 3, 1), None);
    check_age(sequence(["a", "b", "c"], None), &abc(3, 1, 1), None);
    // Two steps may have the same name; then it takes two times.
    check_age(sequence(["a", "a"], None), &did([event("a", 4), event("a", 4)]), None);
    check_age(sequence(["a", "a"], None), &did([event("a", 4), event("a", 3)]), Some(3));
}

#[test]
fn the_latest_completing_event_counts_and_a_span_is_exclusive() {
    let timeline = did([event("a", 9 * DAY), event("b", 8 * DAY), event("b", 2 * DAY), event("b", DAY)]);
    check_age(sequence(["a", "b"], None), &timeline, Some(DAY));
    // 9 d - 1 d = 8 d is not less than 8 d; 9 d - 2 d = 7 d is.
    check_age(sequence(["a", "b"], Some(8 * DAY_S)), &timeline, Some(2 * DAY));
    check_age(sequence(["a", "b"], Some(DAY_S)), &timeline, None);
}

#[test]
fn a_span_is_measured_from_the_first_step_that_fits_best() {
    // a at 9 is too far from c at 1, a at 5 is not; b at 4 fits between.
    let timeline: Timeline = did([event("a", 9 * DAY), event("a", 5 * DAY), event("b", 4 * DAY), event("c", DAY)]);
    check_age(sequence(["a", "b", "c"], Some(5 * DAY_S)), &timeline, Some(DAY));
    check_age(sequence(["a", "b", "c"], Some(4 * DAY_S)), &timeline, None);
}

#[test]
fn within_binds_the_completing_event_and_since_every_step() {
    let with = |within_seconds: Option<i64>, since: Option<EventSet>| -> Signal {
        let steps = vec![events(["a"]), events(["b"])];
        signal(SignalKind::Sequence { steps, condition: None, since, within_seconds, span_seconds: None })
    };
    let of = |events: [TimelineEvent; 3]| did(events);
    let timeline = || of([event("a", 9 * DAY), event("reset", 5 * DAY), event("b", DAY)]);
    check_age(with(Some(2 * DAY_S), None).kind, &timeline(), Some(DAY));
    check_age(with(Some(DAY_S), None).kind, &timeline(), None);
    check_age(with(None, Some(events(["reset"]))).kind, &timeline(), None);
}

#[test]
fn a_signals_condition_sees_the_lead_too() {
    let mut meaning = meaning();
    let selected = Select { condition: Some(at_least(attr(EMPLOYEES), 10.0)), ..select("a") };
    meaning.engagement = section([on("Rule", selected, None, Decay::Never, 5)]);
    let mut timeline = did([event("a", 1), event("a", 2)]);
    check(&meaning, &timeline, AS_OF, "engagement = 0");
    timeline.profiles[0].attributes[EMPLOYEES] = Some(Value::Number(10.0));
    check(&meaning, &timeline, AS_OF, "engagement = 10");
}
