//! When scores and stages change, worked out by hand.

#[path = "live_support/helpers.rs"]
mod helpers;

use bantam_engine::live::{Cause, next_change, stage_changes};
use bantam_engine::timeline::{Profile, Timeline};
use bantam_lang::meaning::*;
use helpers::*;

/// Stages Inquiry (always) and Ready (engagement >= 20) over some rules.
fn staged(rules: Vec<Rule>) -> Meaning {
    let ready = at_least(name(Name::Engagement, Type::Number), 20.0);
    Meaning {
        stages: vec![stage("Inquiry", vec![]), stage("Ready", vec![("engagement >= 20", ready)])],
        ..engaging(rules)
    }
}

/// Changes as `offset from T in seconds, from, to, cause`.
fn changes(meaning: Meaning, timeline: &Timeline, until: i64) -> Vec<(i64, String, String, Cause)> {
    let stage = |stage: &Option<String>| stage.clone().unwrap_or("-".into());
    let changes = stage_changes(&plan(meaning), timeline, until);
    changes.iter().map(|c| ((c.at - T) / SECOND, stage(&c.from), stage(&c.to), c.cause)).collect()
}

fn change(at: i64, from: &str, to: &str, cause: Cause) -> (i64, String, String, Cause) {
    (at, from.into(), to.into(), cause)
}

#[test]
fn the_next_halving_is_the_next_change() {
    // 3 points a day old halve after 3 days: in 2 days, then 1 to 0 three days later, then never again.
    let halving = Decay::HalveEvery(3 * DAY_SECONDS);
    let plan = plan(engaging(vec![event_rule("a", select(&["a"]), None, halving, 3)]));
    let lead = visitor(vec![event("a", T - DAY)]);
    let next = |as_of| next_change(&plan, &lead, as_of, T + 1000 * DAY);
    assert_eq!(next(T), Some(T + 2 * DAY));
    assert_eq!(next(T + 2 * DAY), Some(T + 5 * DAY));
    assert_eq!(next(T + 5 * DAY), None);
}

#[test]
fn a_change_after_the_horizon_is_none() {
    let within = Select { within_seconds: Some(10), ..select(&["a"]) };
    let plan = plan(engaging(vec![event_rule("a", within, None, Decay::Never, 1)]));
    let lead = visitor(vec![event("a", T)]);
    assert_eq!(next_change(&plan, &lead, T, T + 10 * SECOND - 1), None);
    assert_eq!(next_change(&plan, &lead, T, T + 10 * SECOND), Some(T + 10 * SECOND), "the horizon is looked at too");
}

#[test]
fn a_fade_changes_at_the_second_its_points_do() {
    // 2 points over 10 s: 2 * 9 / 10 = 1 after one second, 2 * 4 / 10 = 0 after six.
    let plan = plan(engaging(vec![event_rule("a", select(&["a"]), None, Decay::FadeOver(10), 2)]));
    let lead = visitor(vec![event("a", T)]);
    assert_eq!(next_change(&plan, &lead, T, T + DAY), Some(T + SECOND));
    assert_eq!(next_change(&plan, &lead, T + SECOND, T + DAY), Some(T + 6 * SECOND));
}

#[test]
fn changes_that_a_limit_hides_are_passed_over() {
    // Two events of 8 halving daily under a cap of 5: 16, 8, 4: the first visible change is after two days.
    let mut rule = event_rule("a", select(&["a"]), None, Decay::HalveEvery(DAY_SECONDS), 8);
    rule.limit = cap(5);
    let lead = visitor(vec![event("a", T), event("a", T)]);
    assert_eq!(next_change(&plan(engaging(vec![rule])), &lead, T, T + 9 * DAY), Some(T + 2 * DAY));
}

#[test]
fn only_the_day_that_passes_the_bound_changes_a_condition() {
    // Quiet from 60 days after the last visit: 59 days earlier nothing happens.
    let quiet = Meaning {
        signals: vec![Signal { name: "last".into(), kind: SignalKind::Last(select(&["a"])) }],
        ..engaging(vec![lead_rule("quiet", at_least(days_since(signal(0, Type::Time)), 60.0), -10)])
    };
    let lead = visitor(vec![event("a", T - HOUR)]);
    assert_eq!(next_change(&plan(quiet), &lead, T, T + 900 * DAY), Some(T - HOUR + 60 * DAY));
}

#[test]
fn facts_still_to_come_are_changes() {
    let plan = plan(engaging(vec![on("a", 1)]));
    let lead = visitor(vec![event("unheard", T + 1), event("unheard", T + 2), event("a", T + 3)]);
    assert_eq!(next_change(&plan, &lead, T, T + DAY), Some(T + 1), "the lead comes into being");
    assert_eq!(next_change(&plan, &lead, T + 1, T + DAY), Some(T + 3));
}

#[test]
fn a_stage_is_reached_by_events_and_left_by_time() {
    // 12 points per event, halved every 100 s. At 0: 12; at 50: 24, ready; at 100 the first halves: 18.
    let halving = Decay::HalveEvery(100);
    let meaning = staged(vec![event_rule("a", select(&["a"]), None, halving, 12)]);
    let lead = visitor(vec![event("a", T + 50 * SECOND), event("a", T)]);
    assert_eq!(
        changes(meaning, &lead, T + DAY),
        [
            change(0, "-", "Inquiry", Cause::Event { index: 1 }),
            change(50, "Inquiry", "Ready", Cause::Event { index: 0 }),
            change(100, "Ready", "Inquiry", Cause::Time),
        ]
    );
}

#[test]
fn facts_of_one_instant_are_one_step_caused_by_the_last_one_heard() {
    let lead = visitor(vec![event("a", T), event("a", T), event("unheard", T)]);
    assert_eq!(changes(staged(vec![on("a", 10)]), &lead, T), [change(0, "-", "Ready", Cause::Event { index: 1 })]);
}

#[test]
fn a_row_is_a_cause_and_so_is_the_event_that_made_the_lead() {
    // n rises from 0 to 25 with the second row; a rule gives n points.
    let mut meaning = staged(vec![table_rule("n", attribute(0, Type::Number), number_table(&[(25.0, 25)]))]);
    meaning.lead.attributes = vec![declared("n", Type::Number)];
    let row = |since, n: f64| Profile { since, attributes: vec![Some(Value::Number(n))] };
    let profiles = vec![row(Some(T + SECOND), 0.0), row(Some(T + 9 * SECOND), 25.0)];
    let lead = Timeline { lead_id: "lead".into(), profiles, events: vec![event("unheard", T)] };
    assert_eq!(
        changes(meaning, &lead, T + DAY),
        [
            change(0, "-", "Inquiry", Cause::Event { index: 0 }),
            change(9, "Inquiry", "Ready", Cause::Profile { index: 1 }),
        ]
    );
}

#[test]
fn a_lead_with_undated_rows_alone_is_looked_at_once() {
    let found = changes(staged(vec![]), &lead(vec![], vec![]), T + SECOND);
    assert_eq!(found, [change(1, "-", "Inquiry", Cause::Profile { index: 0 })]);
    assert_eq!(changes(staged(vec![]), &visitor(vec![]), T), []);
}

#[test]
fn the_last_stage_holds_until_the_end() {
    let meaning = staged(vec![on("a", 30)]);
    let lead = visitor(vec![event("a", T), event("a", T + 5 * SECOND)]);
    assert_eq!(changes(meaning.clone(), &lead, T + DAY).len(), 1, "the second event changes no stage");
    assert_eq!(changes(meaning, &lead, T - 1).len(), 0);
}

#[test]
fn what_changes_with_a_persona_changes_with_time() {
    // Fresh on the first day; a rule gives 5 to fresh leads. Walked over as well as looked at: 5, then 0.
    let fresh = compare(CompareOp::Less, days_since(time(T)), number(1.0));
    let is_fresh = equal(name(Name::Persona, Type::Text), text("Fresh"));
    let meaning = Meaning {
        personas: vec![conditional("Fresh", fresh)],
        stages: vec![stage("Fit", vec![("fit >= 5", at_least(name(Name::Fit, Type::Number), 5.0))])],
        ..fit_of(vec![lead_rule("fresh", is_fresh, 5)], vec![])
    };
    let lead = visitor(vec![event("a", T)]);
    assert_eq!(
        changes(meaning, &lead, T + 9 * DAY),
        [change(0, "-", "Fit", Cause::Event { index: 0 }), change(DAY_SECONDS, "Fit", "-", Cause::Time)]
    );
}

#[test]
fn what_a_signal_counts_may_depend_on_a_computed_attribute_that_ages() {
    // d is the days since T; counted are events with a price of d or more. The only price is 1: from the second day on
    // there is none, and the stage is lost.
    let price = property(0, Type::Number);
    let enough = compare(CompareOp::GreaterOrEqual, price, name(Name::Derived(0), Type::Number));
    let mut meaning = staged(vec![lead_rule("dear", at_least(signal(0, Type::Number), 1.0), 20)]);
    meaning.event.properties = vec![declared("price", Type::Number)];
    meaning.derived = vec![Derived { name: "d".into(), expr: days_since(time(T)) }];
    meaning.signals = vec![counted("dear", Select { condition: Some(enough), ..select(&["a"]) }, None)];
    let lead = visitor(vec![event_with("a", T, vec![Some(Value::Number(1.0))])]);
    assert_eq!(
        changes(meaning, &lead, T + 9 * DAY),
        [change(0, "-", "Ready", Cause::Event { index: 0 }), change(2 * DAY_SECONDS, "Ready", "Inquiry", Cause::Time)]
    );
}
