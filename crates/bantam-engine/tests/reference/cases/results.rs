//! What comes out: rows, sales, personas, stages, grades, routes and explanations.

use crate::reference::building::*;
use crate::reference::check::check;
use crate::reference::score_all;
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::{Band, Expr, HandOff, Meaning, Name, Route, SalesAnswer, Type, Value};
use bantam_lang::source::Span;

#[test]
fn a_lead_without_a_counting_row_or_event_has_no_row() {
    let later = Timeline { profiles: vec![row(Some(AS_OF + 1), [])], events: vec![event("a", -1)], ..nobody() };
    check(&meaning(), &nobody(), AS_OF, "no row");
    check(&meaning(), &later, AS_OF, "no row");
    check(&meaning(), &later, AS_OF + 1, "score = 0");
    check(&meaning(), &Timeline { events: vec![event("a", 0)], ..nobody() }, AS_OF, "score = 0");
}

#[test]
fn a_lead_of_events_alone_has_the_defaults() {
    let mut meaning = meaning();
    meaning.lead.attributes[EMPLOYEES].default = Some(Value::Number(7.0));
    meaning.fit = section([
        when("Seven", equal(attr(EMPLOYEES), number(7.0)), 1),
        when("Title", equal(attr(TITLE), text("")), 1),
    ]);
    check(&meaning, &Timeline { events: vec![event("a", 0)], ..nobody() }, AS_OF, "fit = 1; fit_unknown = 1");
}

#[test]
fn the_latest_row_at_or_before_as_of_counts() {
    let employees = |since, n| row(since, [(EMPLOYEES, Value::Number(n))]);
    let mut meaning = meaning();
    meaning.fit = section([table("Rule", attr(EMPLOYEES), number_table([(1.0, 1), (2.0, 2), (3.0, 3), (4.0, 4)]))]);
    for (profiles, expected) in [
        (vec![employees(Some(AS_OF), 1.0), employees(Some(AS_OF + 1), 2.0), employees(None, 3.0)], "fit = 1"),
        (vec![employees(Some(5), 1.0), employees(Some(5), 2.0), employees(Some(4), 3.0)], "fit = 2"), // the last of equal
        (vec![employees(None, 1.0), employees(None, 2.0)], "fit = 2"),
        (vec![employees(None, 1.0), employees(Some(-9), 4.0), employees(None, 2.0)], "fit = 4"), // before 1970, yet later
    ] {
        check(&meaning, &Timeline { profiles, ..nobody() }, AS_OF, expected);
    }
}

#[test]
fn criteria_met_counts_true_ones_and_is_never_unknown() {
    let mut meaning = meaning();
    let met = name(Name::CriteriaMet, Type::Number);
    meaning.fit = section([table("Met", met, number_table([(0.0, 10), (1.0, 11), (2.0, 12)]))]);
    check(&meaning, &lead([]), AS_OF, "fit = 10; fit_unknown = 0");
    check(&meaning, &lead([(BUDGET, Value::Boolean(false)), (AUTHORITY, Value::Boolean(true))]), AS_OF, "fit = 11");
}

fn status_is(answer: &str) -> Expr {
    equal(name(Name::SalesStatus, Type::Text), text(answer))
}

#[test]
fn of_answers_at_equal_times_the_later_in_the_list_counts() {
    let mut meaning = meaning();
    meaning.personas = SalesAnswer::ALL.map(|answer| conditional(answer.key(), status_is(answer.key()))).into();
    let answers = |ages: [(SalesAnswer, i64); 3]| did(ages.map(|(answer, age)| event(answer.default_event(), age)));
    use SalesAnswer::{Accepted, Lost, Opportunity, Recycled, Rejected, Won};
    for (ages, expected) in [
        ([(Won, 5), (Opportunity, 5), (Accepted, 5)], "persona = won"),
        ([(Rejected, 5), (Accepted, 5), (Recycled, 6)], "persona = rejected"),
        ([(Accepted, 4), (Lost, 5), (Lost, -1)], "persona = accepted"), // the latest that has happened
    ] {
        check(&meaning, &answers(ages), AS_OF, expected);
    }
    check(&meaning, &did([event("a", 5)]), AS_OF, "persona = -");
}

#[test]
fn an_event_may_give_two_answers_and_the_later_in_the_list_counts() {
    let mut meaning = meaning();
    meaning.sales[0] = events(["call"]);
    meaning.sales[3] = events(["call"]);
    meaning.personas = vec![conditional("Opportunity", status_is("opportunity"))];
    check(&meaning, &did([event("call", 1)]), AS_OF, "persona = Opportunity");
}

#[test]
fn accepted_and_opportunity_are_never_unknown() {
    let accepted = || name(Name::AcceptedBySales, Type::Boolean);
    let opportunity = || name(Name::BecameOpportunity, Type::Boolean);
    let mut meaning = meaning();
    meaning.fit = section([when("Not accepted", not(accepted()), 1), when("No opportunity", not(opportunity()), 2)]);
    for (answer, expected) in
        [("", 3), ("sales_accepted", 2), ("sales_rejected", 3), ("lead_recycled", 3), ("opportunity_lost", 0)]
    {
        check(&meaning, &did([event(answer, 1)]), AS_OF, &format!("fit = {expected}; fit_unknown = 0"));
    }
}

#[test]
fn the_first_true_persona_and_disqualifier_count() {
    let mut meaning = meaning();
    meaning.personas =
        vec![conditional("Unknown", attr(OPTED_IN)), conditional("A", boolean(true)), conditional("B", boolean(true))];
    meaning.disqualify =
        vec![conditional("No", boolean(false)), conditional("X", boolean(true)), conditional("Y", boolean(true))];
    meaning.stages = vec![stage("Inquiry", [("opted_in", attr(OPTED_IN))])];
    meaning.fit = section([when("Rule", boolean(true), 3)]);
    let expected = "persona = A; disqualified_by = X; stage = Disqualified; score = 3; missing_for_next = []";
    check(&meaning, &lead([]), AS_OF, expected);
}

/// Stages by flags of the lead: Inquiry (always), Sales-ready (opted in and 10 employees or more), then sales's Accepted
/// (budget) and Opportunity (authority and budget).
fn two_ladders() -> Meaning {
    let mut meaning = meaning();
    meaning.stages = vec![
        always("Inquiry"),
        stage("Sales-ready", [("opted_in", attr(OPTED_IN)), ("employees >= 10", at_least(attr(EMPLOYEES), 10.0))]),
        stage("Accepted", [("budget", attr(BUDGET))]),
        stage("Opportunity", [("authority", attr(AUTHORITY)), ("budget", attr(BUDGET))]),
    ];
    meaning.hand_off = Some(HandOff { stage: 1, reject_reasons: vec![], recycle_after_seconds: None });
    meaning
}

const YES: Value = Value::Boolean(true);
const NO: Value = Value::Boolean(false);

#[test]
fn a_lead_stands_on_the_longest_unbroken_run_of_marketings_ladder() {
    let meaning = two_ladders();
    check(&meaning, &lead([]), AS_OF, "stage = Inquiry; missing_for_next = [opted_in, employees >= 10]");
    let missing_one = lead([(OPTED_IN, YES)]);
    check(&meaning, &missing_one, AS_OF, "stage = Inquiry; missing_for_next = [employees >= 10]");
    // At the top of marketing's ladder nothing is missing, whatever sales's first stage says.
    let ready = lead([(OPTED_IN, YES), (EMPLOYEES, Value::Number(10.0)), (AUTHORITY, YES)]);
    check(&meaning, &ready, AS_OF, "stage = Sales-ready; missing_for_next = []");
}

#[test]
fn sales_ladder_holds_on_its_own() {
    let meaning = two_ladders();
    check(&meaning, &lead([(BUDGET, YES), (OPTED_IN, NO)]), AS_OF, "stage = Accepted; missing_for_next = [authority]");
    check(&meaning, &lead([(BUDGET, YES), (AUTHORITY, YES)]), AS_OF, "stage = Opportunity; missing_for_next = []");
}

#[test]
fn without_a_hand_off_there_is_one_ladder() {
    let meaning = Meaning { hand_off: None, ..two_ladders() };
    let ready = || [(OPTED_IN, YES), (EMPLOYEES, Value::Number(10.0)), (BUDGET, NO)];
    check(&meaning, &lead([(BUDGET, YES)]), AS_OF, "stage = Inquiry; missing_for_next = [opted_in, employees >= 10]");
    check(&meaning, &lead(ready()), AS_OF, "stage = Sales-ready; missing_for_next = [budget]");
}

#[test]
fn without_a_first_rung_the_stage_is_missing() {
    let mut meaning = two_ladders();
    meaning.stages[0] = stage("Inquiry", [("employees >= 1", at_least(attr(EMPLOYEES), 1.0))]);
    check(&meaning, &lead([(OPTED_IN, YES)]), AS_OF, "stage = -; missing_for_next = [employees >= 1]");
    // Sales's first rung does without marketing's.
    check(&meaning, &lead([(BUDGET, YES)]), AS_OF, "stage = Accepted");
}

#[test]
fn a_grade_is_missing_where_either_given_letter_is() {
    let bands = |bands: &[(&str, i64)]| {
        Some(bands.iter().map(|&(letter, from)| Band { letter: letter.into(), from }).collect::<Vec<_>>())
    };
    let mut meaning = meaning();
    meaning.fit = section([when("Rule", boolean(true), 25)]);
    meaning.engagement = section([when("Rule", boolean(true), -1)]);
    for (fit, engagement, expected) in [
        (bands(&[("A", 26), ("B", 25)]), None, "grade = B"),
        (None, bands(&[("1", 0), ("2", -1)]), "grade = 2"),
        (bands(&[("A", 25)]), bands(&[("1", 0), ("2", -5)]), "grade = A2"),
        (bands(&[("A", 25)]), bands(&[("1", 0)]), "grade = -"),
        (None, None, "grade = -"),
    ] {
        (meaning.grades.fit, meaning.grades.engagement) = (fit, engagement);
        check(&meaning, &lead([]), AS_OF, expected);
    }
}

#[test]
fn a_disqualified_lead_is_routed_like_any_other() {
    let route = |to: &str, condition: Option<Expr>, respond_within_seconds| Route {
        to: to.into(),
        condition,
        respond_within_seconds,
        escalate_to: None,
        span: Span::default(),
    };
    let stage_is = |stage| equal(name(Name::Stage, Type::Text), text(stage));
    let mut meaning = two_ladders();
    meaning.routes = vec![
        route("sales", Some(stage_is("Sales-ready")), Some(300)),
        route("out", Some(and([name(Name::Disqualified, Type::Boolean), stage_is("Disqualified")])), Some(60)),
        route("nurture", None, None),
    ];
    check(&meaning, &lead([]), AS_OF, "route = nurture; respond_within_s = -");
    meaning.disqualify = vec![conditional("All", boolean(true))];
    check(&meaning, &lead([]), AS_OF, "route = out; respond_within_s = 60");
    meaning.routes.truncate(1);
    check(&meaning, &lead([]), AS_OF, "route = -; respond_within_s = -");
}

#[test]
fn reasons_of_equal_magnitude_go_by_section_then_rule_then_group() {
    let mut meaning = meaning();
    let five = |name, points| when(name, boolean(true), points);
    meaning.fit = grouped(section([five("b", -5), five("a", 5), five("nothing", 0)]), "g", (-5, 5), [five("z", 10)]);
    meaning.engagement = section([five("b", 5), five("Z", -5)]).limited(5, 5);
    // fit: -5 + 5 + limit(10) 5 = 5. engagement: 0 -> 5, a difference of 5. `Z` is before `b` by code points.
    check(&meaning, &lead([]), AS_OF, "fit = 5; engagement = 5");
    let reasons = "reasons = fit/g/z +10, engagement/-/- +5, engagement/-/Z -5, engagement/-/b +5, fit/g/- -5, \
                   fit/-/a +5, fit/-/b -5";
    check(&meaning, &lead([]), AS_OF, reasons);
}

#[test]
fn rows_go_by_score_then_by_the_code_points_of_the_id() {
    let mut meaning = meaning();
    meaning.fit = section([when("Rule", attr(OPTED_IN), 5)]);
    let with_id = |lead_id: &str, values| Timeline { lead_id: lead_id.into(), ..lead(values) };
    let none = || [(OPTED_IN, NO)];
    // U+FF5E is before U+1F600 by code points, though not in UTF-16.
    let timelines =
        [with_id("😀", none()), with_id("b", [(OPTED_IN, YES)]), with_id("～", none()), with_id("B", none()), nobody()];
    let ids: Vec<String> = score_all(&meaning, &timelines, AS_OF).into_iter().map(|row| row.score.lead_id).collect();
    assert_eq!(ids, ["b", "B", "～", "😀"]);
}
