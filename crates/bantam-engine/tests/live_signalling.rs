//! Signals worked out by hand.

#[path = "live_support/helpers.rs"]
mod helpers;

use bantam_lang::meaning::*;
use helpers::*;

fn scored_signal(kind: SignalKind, condition: Expr) -> Meaning {
    let signals = vec![Signal { name: "s".into(), kind }];
    Meaning { signals, engagement: section(vec![lead_rule("s", condition, 1)]), ..Meaning::default() }
}

#[test]
fn sums_are_exact_to_thousandths() {
    // 0.1 + 0.2 + -0.0005 is 100 + 200 - 1 thousandths (0.5 is rounded away from zero): 0.299. What is missing or not less
    // than 2^43 adds nothing.
    let kind = SignalKind::Sum { select: select(&["a"]), once: None, of: property(0, Type::Number) };
    let meaning = scored_signal(kind, equal(signal(0, Type::Number), number(0.299)));
    let priced = |price: Option<f64>| event_with("a", T, vec![price.map(Value::Number)]);
    let prices = [Some(0.1), Some(0.2), Some(-0.0005), None, Some(8_796_093_022_208.0)];
    assert_eq!(score(meaning, &visitor(prices.map(priced).to_vec()), T).engagement, 1);
}

#[test]
fn a_sum_once_per_day_takes_the_greatest_value_of_equal_times() {
    // One day: at noon 5; in the evening missing, -2 and -3 at one instant: -2 counts alone.
    let kind = SignalKind::Sum { select: select(&["a"]), once: once(OnceKey::Day, 1), of: property(0, Type::Number) };
    let meaning = scored_signal(kind, equal(signal(0, Type::Number), number(-2.0)));
    let priced = |hour: i64, price: Option<f64>| event_with("a", T + hour * HOUR, vec![price.map(Value::Number)]);
    let lead = visitor(vec![priced(12, Some(5.0)), priced(18, None), priced(18, Some(-2.0)), priced(18, Some(-3.0))]);
    assert_eq!(score(meaning, &lead, T + DAY).engagement, 1);
}

#[test]
fn first_and_last_are_of_selected_events() {
    // Within 10 days: of events 12, 9 and 1 days old the first is 9 days ago.
    let within = Select { within_seconds: Some(10 * DAY_SECONDS), ..select(&["a"]) };
    let lead = visitor([12, 9, 1].map(|days| event("a", T - days * DAY)).to_vec());
    let days = |kind, days| scored_signal(kind, equal(days_since(signal(0, Type::Time)), number(days)));
    assert_eq!(score(days(SignalKind::First(within.clone()), 9.0), &lead, T).engagement, 1);
    assert_eq!(score(days(SignalKind::Last(within), 1.0), &lead, T).engagement, 1);
    let none = scored_signal(SignalKind::Last(select(&["b"])), known(Name::Signal(0)));
    assert_eq!(score(none, &lead, T).engagement, 0);
}

fn sequence(steps: &[&str], span_days: Option<i64>, within_days: Option<i64>, since: Option<EventSet>) -> Meaning {
    let kind = SignalKind::Sequence {
        steps: steps.iter().map(|step| events(&[step])).collect(),
        condition: None,
        since,
        within_seconds: within_days.map(|days| days * DAY_SECONDS),
        span_seconds: span_days.map(|days| days * DAY_SECONDS),
    };
    scored_signal(kind, known(Name::Signal(0)))
}

#[test]
fn a_sequence_needs_its_steps_in_strict_order() {
    let happens = |steps: &[&str], at: &[(&str, i64)]| {
        let events = at.iter().map(|(name, day)| event(name, T + day * DAY)).collect();
        score(sequence(steps, None, None, None), &visitor(events), T + 9 * DAY).engagement == 1
    };
    assert!(happens(&["a", "b"], &[("a", 0), ("b", 1)]));
    assert!(!happens(&["a", "b"], &[("b", 0), ("a", 1)]));
    assert!(!happens(&["a", "b"], &[("a", 1), ("b", 1)]), "at one instant nothing comes before the other");
    assert!(happens(&["a", "b", "a"], &[("a", 0), ("b", 1), ("a", 2)]));
    assert!(!happens(&["a", "a"], &[("a", 0)]), "one event is one step");
    assert!(happens(&["a", "a"], &[("a", 0), ("a", 1)]));
    assert!(!happens(&["a", "b", "c"], &[("a", 0), ("c", 1), ("b", 2)]));
}

#[test]
fn the_span_of_a_sequence_starts_with_the_latest_possible_first_step() {
    // a b a c: with a span of 3 days, c on day 4 needs an a after day 1 with a b after it; the second a has none.
    let at = |days: &[(&str, i64)]| visitor(days.iter().map(|(name, day)| event(name, T + day * DAY)).collect());
    let meaning = || sequence(&["a", "b", "c"], Some(3), None, None);
    let reached = |days: &[(&str, i64)]| score(meaning(), &at(days), T + 9 * DAY).engagement;
    assert_eq!(reached(&[("a", 0), ("b", 1), ("a", 2), ("c", 4)]), 0);
    assert_eq!(reached(&[("a", 0), ("b", 1), ("a", 2), ("b", 3), ("c", 4)]), 1);
    assert_eq!(reached(&[("a", 0), ("b", 1), ("c", 3)]), 0, "exactly 3 days is not less than 3 days");
}

#[test]
fn the_window_of_a_sequence_is_for_its_last_event_and_since_for_all() {
    // a 20 days ago, b 5 days ago, within 10 days: complete. With a reset in between, a is gone.
    let lead = visitor(vec![event("a", T - 20 * DAY), event("b", T - 5 * DAY), event("r", T - 9 * DAY)]);
    assert_eq!(score(sequence(&["a", "b"], None, Some(10), None), &lead, T).engagement, 1);
    assert_eq!(score(sequence(&["a", "b"], None, Some(5), None), &lead, T).engagement, 0);
    assert_eq!(score(sequence(&["a", "b"], None, None, Some(events(&["r"]))), &lead, T).engagement, 0);
}
