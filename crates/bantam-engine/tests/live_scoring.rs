//! Points of events worked out by hand, one sentence of the language reference at a time.

#[path = "live_support/helpers.rs"]
mod helpers;

use bantam_engine::live::{next_change, score_lead};
use bantam_lang::meaning::*;
use helpers::*;

#[test]
fn a_lead_without_rows_and_events_has_no_score() {
    let plan = plan(engaging(vec![on("a", 1)]));
    assert_eq!(score_lead(&plan, &visitor(vec![]), T), None);
    assert_eq!(score_lead(&plan, &visitor(vec![event("a", T + 1)]), T), None);
    assert_eq!(score_lead(&plan, &visitor(vec![event("unheard", T)]), T).unwrap().score, 0);
}

#[test]
fn events_after_as_of_do_not_exist() {
    // One at as of counts, the one a microsecond later does not: 5.
    let lead = visitor(vec![event("a", T + 1), event("a", T)]);
    assert_eq!(score(engaging(vec![on("a", 5)]), &lead, T).engagement, 5);
}

#[test]
fn points_are_halved_per_event_toward_zero() {
    // 75 after 0, 30 and 60 days, halved every 30: 75 + 37 + 18 = 130. A microsecond short of 60 days it is 75 + 37 + 37.
    let halving = Decay::HalveEvery(30 * DAY_SECONDS);
    let rules = || engaging(vec![event_rule("demo", select(&["demo"]), None, halving, 75)]);
    let lead = visitor(vec![event("demo", T), event("demo", T - 30 * DAY), event("demo", T - 60 * DAY)]);
    assert_eq!(score(rules(), &lead, T).engagement, 130);
    let lead = visitor(vec![event("demo", T), event("demo", T - 30 * DAY), event("demo", T - 60 * DAY + 1)]);
    assert_eq!(score(rules(), &lead, T).engagement, 149);
}

#[test]
fn points_fade_in_whole_seconds() {
    // 10 over 60 days: 7 after 15, 5 after 30, 2 after 45, 0 after 60: together 14.
    let fading = Decay::FadeOver(60 * DAY_SECONDS);
    let rules = engaging(vec![event_rule("opened", select(&["opened"]), None, fading, 10)]);
    let lead = visitor([15, 30, 45, 60].map(|days| event("opened", T - days * DAY)).to_vec());
    assert_eq!(score(rules, &lead, T).engagement, 14);
}

#[test]
fn a_window_excludes_its_far_end() {
    // T - time < 90 days: exactly 90 days old is out, a microsecond younger is in.
    let within = Select { within_seconds: Some(90 * DAY_SECONDS), ..select(&["a"]) };
    let rules = engaging(vec![event_rule("a", within, None, Decay::Never, 1)]);
    let lead = visitor(vec![event("a", T - 90 * DAY), event("a", T - 90 * DAY + 1), event("a", T)]);
    assert_eq!(score(rules, &lead, T).engagement, 2);
}

#[test]
fn since_excludes_events_at_the_same_instant() {
    // Of three events one is later than the reset, one comes with it, one before it. Without a reset all three count.
    let since = Select { since: Some(events(&["recycled"])), ..select(&["a"]) };
    let rules = || engaging(vec![event_rule("a", since.clone(), None, Decay::Never, 1)]);
    let three = vec![event("a", T - 2), event("a", T - 1), event("a", T)];
    let reset = [three.clone(), vec![event("recycled", T - 1)]].concat();
    assert_eq!(score(rules(), &visitor(reset), T).engagement, 1);
    assert_eq!(score(rules(), &visitor(three), T).engagement, 3);
}

#[test]
fn a_reset_still_to_come_resets_nothing() {
    let since = Select { since: Some(events(&["recycled"])), ..select(&["a"]) };
    let rules = engaging(vec![event_rule("a", since, None, Decay::Never, 1)]);
    assert_eq!(score(rules, &visitor(vec![event("a", T), event("recycled", T + 5)]), T).engagement, 1);
}

#[test]
fn an_unknown_event_condition_selects_nothing() {
    // Paths: /pricing counts, /blog does not, a missing path is unknown and does not: 10.
    let priced = Select { condition: Some(starts_with(property(0, Type::Text), "/pricing")), ..select(&["viewed"]) };
    let mut meaning = engaging(vec![event_rule("pricing", priced, None, Decay::Never, 10)]);
    meaning.event.properties = vec![declared("path", Type::Text)];
    let viewed = |path| event_with("viewed", T, vec![path]);
    let lead = visitor(vec![viewed(some_text("/pricing/eu")), viewed(some_text("/blog")), viewed(None)]);
    assert_eq!(score(meaning, &lead, T).engagement, 10);
}

#[test]
fn once_per_value_counts_the_latest_and_missing_is_a_key() {
    // Keys x (twice), y, missing (twice), halved daily, 8 points. The latest of x is a day old: 4; y two days: 2; the
    // latest missing is new: 8. Together 14.
    let key = OnceKey::Value(property(0, Type::Text));
    let daily = Decay::HalveEvery(DAY_SECONDS);
    let mut meaning = engaging(vec![event_rule("read", select(&["read"]), once(key, 1), daily, 8)]);
    meaning.event.properties = vec![declared("path", Type::Text)];
    let read = |days: i64, path| event_with("read", T - days * DAY, vec![path]);
    let lead = visitor(vec![
        read(3, some_text("x")),
        read(1, some_text("x")),
        read(2, some_text("y")),
        read(0, None),
        read(5, None),
    ]);
    assert_eq!(score(meaning, &lead, T).engagement, 14);
}

#[test]
fn of_equal_times_the_event_with_most_points_counts() {
    // Two events of one key at one instant, worth -5 and 3: 3 counts, as points are compared signed.
    let mut rule = event_rule("a", select(&["a"]), once(OnceKey::All, 1), Decay::Never, 0);
    rule.points = Points::Table { by: property(0, Type::Number), table: number_table(&[(0.0, -5), (10.0, 3)]) };
    let mut meaning = engaging(vec![rule]);
    meaning.event.properties = vec![declared("price", Type::Number)];
    let priced = |price: f64| event_with("a", T, vec![Some(Value::Number(price))]);
    for prices in [[12.0, 1.0], [1.0, 12.0]] {
        assert_eq!(score(meaning.clone(), &visitor(prices.map(priced).to_vec()), T).engagement, 3);
    }
}

#[test]
fn times_counts_a_key_only_with_enough_events() {
    // Three times or more, once: two views give nothing, three give 20, seven still 20.
    let rules = || engaging(vec![event_rule("a", select(&["a"]), once(OnceKey::All, 3), Decay::Never, 20)]);
    let views = |count| visitor((0..count).map(|back| event("a", T - back)).collect());
    assert_eq!([2, 3, 7].map(|count| score(rules(), &views(count), T).engagement), [0, 20, 20]);
}

#[test]
fn days_and_weeks_and_months_are_of_the_calendar() {
    // T is Monday 2024-06-03. Sunday evening, Monday morning and noon, and 31 May: days 2nd, 3rd, 31st: 3. Weeks: the one to
    // Sunday (with 31 May) and the one from Monday: 2. Months: May and June: 2. Windows of 2 days from 1970: 3 June is day
    // 19,877, so windows 9938 (days 19,876 and 19,877) and 9937 (31 May is 19,874): 2.
    let lead = visitor([-HOUR, HOUR, 12 * HOUR, -2 * DAY - HOUR].map(|offset| event("a", T + offset)).to_vec());
    let counts = [OnceKey::Day, OnceKey::Week, OnceKey::Month, OnceKey::Window(2 * DAY_SECONDS)].map(|key| {
        let rules = engaging(vec![event_rule("a", select(&["a"]), once(key, 1), Decay::Never, 1)]);
        score(rules, &lead, T + DAY).engagement
    });
    assert_eq!(counts, [3, 2, 2, 2]);
}

#[test]
fn limits_hold_at_every_level() {
    // Rule: 4 * 10 capped at 30. Group: 30 + 5 = 35 capped at 20. Section: 20 - 50 = -30 brought to -10.
    let mut rules = vec![on("a", 10), on("b", 5), on("c", -50)];
    rules[0].limit = cap(30);
    rules[0].group = Some(0);
    rules[1].group = Some(0);
    let limit = Some(Limit { low: -10, high: 100 });
    let section = Section { rules, groups: vec![group("g", cap(20))], limit };
    let meaning = Meaning { engagement: section, ..Meaning::default() };
    let four = (0..4).map(|back| event("a", T - back));
    let lead = visitor(four.chain([event("b", T), event("c", T)]).collect());
    assert_eq!(score(meaning, &lead, T).engagement, -10);
}

#[test]
fn a_range_lifts_the_zero_of_a_rule_that_did_not_fire() {
    let mut rule = on("a", 5);
    rule.limit = Some(Limit { low: 2, high: 9 });
    assert_eq!(score(engaging(vec![rule]), &lead(vec![], vec![]), T).engagement, 2);
}

#[test]
fn an_event_that_is_listed_twice_counts_once() {
    // The rule listens to form_submitted itself and to the action demo_form, which is one of them.
    let mut both = events(&["form_submitted"]);
    both.actions = vec![0];
    let action = |condition| Action { name: "demo_form".into(), on: vec!["form_submitted".into()], condition };
    let is_demo = equal(property(0, Type::Text), text("demo"));
    let mut meaning = engaging(vec![event_rule("form", Select { events: both, ..select(&[]) }, None, Decay::Never, 5)]);
    meaning.event.properties = vec![declared("form", Type::Text)];
    meaning.actions = vec![action(Some(is_demo))];
    let submitted = |form| event_with("form_submitted", T, vec![some_text(form)]);
    let lead = visitor(vec![submitted("demo"), submitted("newsletter")]);
    assert_eq!(score(meaning.clone(), &lead, T).engagement, 10);
    // By its action alone only the demo counts.
    let demo = EventSet { names: vec![], actions: vec![0] };
    meaning.engagement =
        section(vec![event_rule("demo", Select { events: demo, ..select(&[]) }, None, Decay::Never, 5)]);
    assert_eq!(score(meaning, &lead, T).engagement, 5);
}

#[test]
fn an_action_may_depend_on_the_age_of_its_event() {
    // Fresh means younger than 2 days; the same event stops being fresh.
    let fresh = compare(CompareOp::Less, days_since(name(Name::EventTime, Type::Time)), number(2.0));
    let set = EventSet { names: vec![], actions: vec![0] };
    let mut meaning = engaging(vec![event_rule("fresh", Select { events: set, ..select(&[]) }, None, Decay::Never, 5)]);
    meaning.actions = vec![Action { name: "fresh".into(), on: vec!["a".into()], condition: Some(fresh) }];
    let lead = visitor(vec![event("a", T)]);
    assert_eq!(score(meaning.clone(), &lead, T + 2 * DAY - 1).engagement, 5);
    assert_eq!(score(meaning.clone(), &lead, T + 2 * DAY).engagement, 0);
    assert_eq!(next_change(&plan(meaning), &lead, T, T + 9 * DAY), Some(T + 2 * DAY));
}
