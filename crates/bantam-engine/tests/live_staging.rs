//! Stages, grades, personas and routes worked out by hand.

#[path = "live_support/helpers.rs"]
mod helpers;

use bantam_lang::meaning::*;
use helpers::*;

/// Stages Inquiry, Profiled (n >= 1), Sales-ready (n >= 2, the hand-off), Accepted (accepted_by_sales), Won (n >= 9).
fn two_ladders() -> Meaning {
    let n = |least| at_least(attribute(0, Type::Number), least);
    let lead = LeadShape { attributes: vec![declared("n", Type::Number)], ..LeadShape::default() };
    let stages = vec![
        stage("Inquiry", vec![]),
        stage("Profiled", vec![("n >= 1", n(1.0))]),
        stage("Sales-ready", vec![("n >= 2", n(2.0))]),
        stage("Accepted", vec![("accepted_by_sales", name(Name::AcceptedBySales, Type::Boolean))]),
        stage("Won", vec![("n >= 9", n(9.0))]),
    ];
    let hand_off = Some(HandOff { stage: 2, reject_reasons: vec![], recycle_after_seconds: None });
    let sales = SalesAnswer::ALL.map(|answer| events(&[answer.default_event()]));
    Meaning { lead, stages, hand_off, sales, ..Meaning::default() }
}

#[test]
fn the_ladder_of_sales_stands_on_its_own() {
    let stage = |n: f64, accepted: bool| {
        let events = if accepted { vec![event("sales_accepted", T)] } else { vec![] };
        score(two_ladders(), &lead(vec![Some(Value::Number(n))], events), T).stage.unwrap()
    };
    assert_eq!([0.0, 1.0, 2.0, 9.0].map(|n| stage(n, false)), ["Inquiry", "Profiled", "Sales-ready", "Sales-ready"]);
    assert_eq!([0.0, 9.0].map(|n| stage(n, true)), ["Accepted", "Won"]);
}

#[test]
fn without_a_hand_off_there_is_one_ladder() {
    let mut meaning = two_ladders();
    meaning.hand_off = None;
    let accepted = vec![event("sales_accepted", T)];
    assert_eq!(
        score(meaning.clone(), &lead(vec![Some(Value::Number(0.0))], accepted.clone()), T).stage.unwrap(),
        "Inquiry"
    );
    assert_eq!(score(meaning, &lead(vec![Some(Value::Number(9.0))], accepted), T).stage.unwrap(), "Won");
}

#[test]
fn a_disqualified_lead_is_scored_graded_and_routed_like_any_other() {
    let mut meaning = two_ladders();
    meaning.engagement = section(vec![on("a", 60)]);
    meaning.disqualify = vec![conditional("never", boolean(false)), conditional("student", boolean(true))];
    let band = |letter: &str, from| Band { letter: letter.into(), from };
    meaning.grades.fit = Some(vec![band("A", 75), band("D", 0)]);
    meaning.grades.engagement = Some(vec![band("1", 60), band("3", 0)]);
    meaning.routes = vec![
        route("unqualified", Some(not(name(Name::Disqualified, Type::Boolean))), None),
        route("nurture", None, Some(300)),
    ];
    let score = score(meaning, &lead(vec![None], vec![event("a", T)]), T);
    assert_eq!(score.stage.as_deref(), Some(DISQUALIFIED));
    assert_eq!(score.disqualified_by.as_deref(), Some("student"));
    assert_eq!((score.grade.as_deref(), score.engagement), (Some("D1"), 60));
    assert_eq!((score.route.as_deref(), score.respond_within_seconds), (Some("nurture"), Some(300)));
}

fn route(to: &str, condition: Option<Expr>, respond_within_seconds: Option<i64>) -> Route {
    Route { to: to.into(), condition, respond_within_seconds, escalate_to: None, span: Default::default() }
}

#[test]
fn grades_are_missing_below_all_bounds() {
    let mut meaning = engaging(vec![on("a", -1)]);
    meaning.grades.engagement = Some(vec![Band { letter: "3".into(), from: 0 }]);
    assert_eq!(score(meaning.clone(), &visitor(vec![event("a", T)]), T).grade, None);
    assert_eq!(score(meaning.clone(), &visitor(vec![event("b", T)]), T).grade.as_deref(), Some("3"));
    meaning.grades.fit = Some(vec![Band { letter: "A".into(), from: 50 }]);
    assert_eq!(score(meaning, &visitor(vec![event("b", T)]), T).grade, None, "fit is below all of its bounds");
}

#[test]
fn the_first_persona_that_applies_is_the_leads_and_rules_see_it() {
    let mut meaning =
        fit_of(vec![lead_rule("buyer", equal(name(Name::Persona, Type::Text), text("Buyer")), 30)], vec![]);
    meaning.personas = vec![
        conditional("None", boolean(false)),
        conditional("Buyer", boolean(true)),
        conditional("Other", boolean(true)),
    ];
    let score = score(meaning, &lead(vec![], vec![]), T);
    assert_eq!((score.persona.as_deref(), score.fit), (Some("Buyer"), 30));
}
