//! Explanations worked out by hand.
#![allow(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "live_support/helpers.rs"]
mod helpers;

use bantam_engine::columns::Truth;
use bantam_engine::explain::{DecayState, DropReason, Explanation};
use bantam_engine::live::explain_lead;
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::*;
use helpers::*;

fn explain(meaning: Meaning, timeline: &Timeline, as_of: i64) -> Explanation {
    explain_lead(&plan(meaning), timeline, as_of).unwrap()
}

/// Reasons as `section rule group points`, in order.
fn reasons(explanation: &Explanation) -> Vec<String> {
    let or_dash = |name: &Option<String>| name.clone().unwrap_or("-".into());
    let line = |reason: &bantam_engine::scores::Reason| {
        format!("{} {} {} {:+}", reason.section.word(), or_dash(&reason.rule), or_dash(&reason.group), reason.points)
    };
    explanation.reasons.iter().map(line).collect()
}

#[test]
fn reasons_name_rules_and_what_limits_changed() {
    // a: 4 * 10 capped at 30; with b's 5 the group has 35, capped at 20: -15. c takes 50: 20 - 50 = -30, brought to
    // -10: +20. Fit: f gives 5. Together 30 + 5 - 15 - 50 + 20 + 5 = -5. The rule of 0 points is left out.
    let mut rules = vec![on("a", 10), on("b", 5), on("c", -50), on("never", 9)];
    rules[0].limit = cap(30);
    rules[0].group = Some(0);
    rules[1].group = Some(0);
    let limit = Some(Limit { low: -10, high: 100 });
    let meaning = Meaning {
        engagement: Section { rules, groups: vec![group("g", cap(20))], limit },
        fit: section(vec![lead_rule("f", boolean(true), 5)]),
        ..Meaning::default()
    };
    let four = (0..4).map(|back| event("a", T - back));
    let lead = visitor(four.chain([event("b", T), event("c", T)]).collect());
    let explanation = explain(meaning, &lead, T);
    assert_eq!(explanation.score.score, -5);
    assert_eq!(
        reasons(&explanation),
        [
            "engagement c - -50",
            "engagement a g +30",
            "engagement - - +20",
            "engagement - g -15",
            "engagement b g +5",
            "fit f - +5"
        ]
    );
    assert_eq!((explanation.engagement.before_limit, explanation.engagement.points), (-30, -10));
    assert_eq!((explanation.groups[0].points.before_limit, explanation.groups[0].points.points), (35, 20));
    let first = explanation.rules.iter().find(|rule| rule.rule == "a").unwrap();
    assert_eq!((first.points.before_limit, first.points.points, first.group.as_deref()), (40, 30, Some("g")));
}

#[test]
fn every_event_says_what_became_of_its_points() {
    // 75 halved every 30 days: two days ago 75, 65 days ago halved twice: 18.
    let halving = Decay::HalveEvery(30 * DAY_SECONDS);
    let lead = visitor(vec![event("demo", T - 2 * DAY), event("demo", T - 65 * DAY)]);
    let rule = event_rule("demo", select(&["demo"]), None, halving, 75);
    let explanation = explain(engaging(vec![rule]), &lead, T);
    let contributions = &explanation.rules[0].events.as_ref().unwrap().contributions;
    let parts: Vec<_> =
        contributions.iter().map(|c| (c.index, c.age / DAY, c.base_points, c.points, c.decay)).collect();
    assert_eq!(
        parts,
        [(1, 65, 75, 18, DecayState::Halved { times: 2 }), (0, 2, 75, 75, DecayState::Halved { times: 0 })]
    );
    // 10 fading over 60 days, 15 days ago: 45 days are left, 7 points.
    let fading = event_rule("a", select(&["a"]), None, Decay::FadeOver(60 * DAY_SECONDS), 10);
    let explanation = explain(engaging(vec![fading]), &visitor(vec![event("a", T - 15 * DAY)]), T);
    let contribution = &explanation.rules[0].events.as_ref().unwrap().contributions[0];
    assert_eq!(contribution.points, 7);
    assert_eq!(contribution.decay, DecayState::Faded { seconds_left: 45 * DAY_SECONDS, seconds: 60 * DAY_SECONDS });
}

#[test]
fn events_that_do_not_count_are_told_by_why() {
    // Per path, with two or more: x twice (the older is a repeat), y once (too few), z does not meet the condition, one
    // is out of the window, two are not later than the reset, one of them out of the window as well.
    let selecting = Select {
        condition: Some(not(equal(property(0, Type::Text), text("z")))),
        within_seconds: Some(10 * DAY_SECONDS),
        since: Some(events(&["reset"])),
        ..select(&["read"])
    };
    let key = OnceKey::Value(property(0, Type::Text));
    let mut meaning = engaging(vec![event_rule("read", selecting, once(key, 2), Decay::Never, 5)]);
    meaning.event.properties = vec![declared("path", Type::Text)];
    let read = |days: i64, path| event_with("read", T - days * DAY, vec![some_text(path)]);
    let lead = visitor(vec![
        read(1, "x"),
        read(2, "x"),
        read(3, "y"),
        read(4, "z"),
        read(10, "x"),
        event("reset", T - 11 * DAY),
        read(11, "x"),
        read(12, "x"),
    ]);
    let explanation = explain(meaning, &lead, T);
    let events = explanation.rules[0].events.as_ref().unwrap();
    assert_eq!(events.contributions.iter().map(|c| c.index).collect::<Vec<_>>(), [0]);
    let dropped: Vec<_> = events.dropped.iter().map(|dropped| (dropped.index, dropped.reason)).collect();
    assert_eq!(dropped, [(2, DropReason::TooFew), (1, DropReason::Repeat)]);
    assert_eq!((events.before_since, events.out_of_window, events.unmet), (2, 1, 1));
}

#[test]
fn undecided_rules_name_what_is_missing() {
    // The first lacks n behind a computed attribute, the second its table's value, the third only y, as x is known. The
    // fourth lacks nothing: it divides by zero in a computed attribute. The fifth is decided.
    let n = || attribute(0, Type::Number);
    let equals_x = |index| equal(attribute(index, Type::Text), text("x"));
    let over_zero = arithmetic(ArithmeticOp::Divide, number(1.0), number(0.0));
    let derived = |index| name(Name::Derived(index), Type::Number);
    let meaning = Meaning {
        lead: LeadShape {
            attributes: vec![declared("n", Type::Number), declared("x", Type::Text), declared("y", Type::Text)],
            ..LeadShape::default()
        },
        derived: vec![
            Derived { name: "twice".into(), expr: arithmetic(ArithmeticOp::Add, n(), n()) },
            Derived { name: "broken".into(), expr: over_zero },
        ],
        fit: section(vec![
            lead_rule("one", at_least(derived(0), 1.0), 1),
            table_rule("two", n(), number_table(&[(0.0, 1)])),
            lead_rule("three", and(vec![equals_x(1), equals_x(2)]), 1),
            lead_rule("four", at_least(derived(1), 1.0), 1),
            lead_rule("five", or(vec![equals_x(1), equals_x(2)]), 1),
        ]),
        ..Meaning::default()
    };
    let explanation = explain(meaning, &lead(vec![None, some_text("x"), None], vec![]), T);
    let undecided: Vec<_> =
        explanation.undecided.iter().map(|rule| (rule.rule.as_str(), rule.missing.join(","))).collect();
    let expected = [("one", "n"), ("two", "n"), ("three", "y"), ("four", "broken")].map(|(a, b)| (a, b.to_owned()));
    assert_eq!(undecided, expected);
    assert_eq!(explanation.score.fit_unknown, 4);
}

/// Inquiry (n >= 0), Ready (n >= 2 && m >= 3, the hand-off), Accepted, Won (n >= 9).
fn ladder() -> Meaning {
    let at = |index, least| at_least(attribute(index, Type::Number), least);
    Meaning {
        lead: LeadShape {
            attributes: vec![declared("n", Type::Number), declared("m", Type::Number)],
            ..LeadShape::default()
        },
        sales: SalesAnswer::ALL.map(|answer| events(&[answer.default_event()])),
        stages: vec![
            stage("Inquiry", vec![("n >= 0", at(0, 0.0))]),
            stage("Ready", vec![("n >= 2", at(0, 2.0)), ("m >= 3", at(1, 3.0))]),
            stage("Accepted", vec![("accepted_by_sales", name(Name::AcceptedBySales, Type::Boolean))]),
            stage("Won", vec![("n >= 9", at(0, 9.0))]),
        ],
        hand_off: Some(HandOff { stage: 1, reject_reasons: vec![], recycle_after_seconds: None }),
        ..Meaning::default()
    }
}

#[test]
fn what_is_missing_for_the_next_stage_is_on_the_same_ladder() {
    let missing = |n: Option<f64>, m: Option<f64>, accepted: bool| {
        let events = if accepted { vec![event("sales_accepted", T)] } else { vec![] };
        let attributes = vec![n.map(Value::Number), m.map(Value::Number)];
        explain(ladder(), &lead(attributes, events), T).missing_for_next.join(", ")
    };
    assert_eq!(missing(None, None, false), "n >= 0", "on no stage the first is next");
    assert_eq!(missing(Some(1.0), None, false), "n >= 2, m >= 3", "what is unknown is missing too");
    assert_eq!(missing(Some(2.0), Some(1.0), false), "m >= 3");
    assert_eq!(missing(Some(2.0), Some(3.0), false), "", "marketing's ladder ends with the hand-off");
    assert_eq!(missing(None, None, true), "n >= 9");
    assert_eq!(missing(Some(9.0), None, true), "");
    let mut meaning = ladder();
    meaning.disqualify = vec![conditional("all", boolean(true))];
    assert_eq!(explain(meaning, &lead(vec![None, None], vec![]), T).missing_for_next, Vec::<String>::new());
}

#[test]
fn every_stage_says_whether_its_condition_holds() {
    let explanation = explain(ladder(), &lead(vec![Some(Value::Number(9.0)), None], vec![]), T);
    let truths: Vec<_> = explanation.stages.iter().map(|stage| stage.truth).collect();
    assert_eq!(truths, [Truth::True, Truth::Unknown, Truth::False, Truth::True]);
    let parts: Vec<_> = explanation.stages[1].parts.iter().map(|part| (part.text.as_str(), part.truth)).collect();
    assert_eq!(parts, [("n >= 2", Truth::True), ("m >= 3", Truth::Unknown)]);
    assert_eq!(explanation.score.stage.as_deref(), Some("Inquiry"));
}

#[test]
fn computed_attributes_and_signals_are_shown_with_their_values() {
    let meaning = Meaning {
        derived: vec![Derived { name: "d".into(), expr: text("x") }],
        signals: vec![
            counted("views", select(&["a"]), None),
            Signal { name: "last".into(), kind: SignalKind::Last(select(&["b"])) },
        ],
        ..Meaning::default()
    };
    let explanation = explain(meaning, &visitor(vec![event("a", T), event("a", T - 1)]), T);
    assert_eq!((explanation.derived[0].name.as_str(), &explanation.derived[0].value), ("d", &some_text("x")));
    assert_eq!(explanation.signals[0].value, Some(Value::Number(2.0)));
    assert_eq!((explanation.signals[1].name.as_str(), &explanation.signals[1].value), ("last", &None));
}
