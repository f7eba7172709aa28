//! What fit and the values of a lead's names are, worked out by hand.

#[path = "live_support/helpers.rs"]
mod helpers;

use bantam_engine::timeline::{Profile, Timeline};
use bantam_lang::meaning::*;
use helpers::*;

#[test]
fn the_greatest_bound_not_above_a_number_decides() {
    // 50+: 10, 200+: 25, 5000+: 10.
    let table = number_table(&[(50.0, 10), (200.0, 25), (5000.0, 10)]);
    let rule = table_rule("size", attribute(0, Type::Number), table);
    let meaning = fit_of(vec![rule], vec![declared("employees", Type::Number)]);
    let fit = |employees: f64| score(meaning.clone(), &lead(vec![Some(Value::Number(employees))], vec![]), T).fit;
    assert_eq!([49.9, 50.0, 200.0, 4999.0, 5000.0].map(fit), [0, 10, 25, 25, 10]);
}

#[test]
fn tables_tell_missing_from_no_match() {
    // Software: 30, else: -5, missing: 3. A missing value is not decided, whatever it gives.
    let keys = TableKeys::Text(vec![("Software".into(), 30)]);
    let table = Table { keys, otherwise: Some(-5), missing: Some(3) };
    let rule = table_rule("industry", attribute(0, Type::Text), table);
    let meaning = fit_of(vec![rule], vec![declared("industry", Type::Text)]);
    let fit = |industry| {
        let score = score(meaning.clone(), &lead(vec![industry], vec![]), T);
        (score.fit, score.fit_unknown)
    };
    assert_eq!([some_text("Software"), some_text("Retail"), None].map(fit), [(30, 0), (-5, 0), (3, 1)]);
}

#[test]
fn long_tables_answer_like_short_ones() {
    // Twelve keys k0..k11 worth 0..11.
    let keys = TableKeys::Text((0..12).map(|key| (format!("k{key}"), key)).collect());
    let rule = table_rule("k", attribute(0, Type::Text), Table { keys, otherwise: Some(-1), missing: None });
    let meaning = fit_of(vec![rule], vec![declared("k", Type::Text)]);
    let fit = |key| score(meaning.clone(), &lead(vec![some_text(key)], vec![]), T).fit;
    assert_eq!(["k0", "k7", "k11", "k12"].map(fit), [0, 7, 11, -1]);
}

#[test]
fn a_false_condition_decides_a_rule_and_an_unknown_one_does_not() {
    // `false && unknown` is false: decided. `true && unknown` is not.
    let unknown = || at_least(attribute(0, Type::Number), 5.0);
    let rules = vec![
        lead_rule("decided", and(vec![unknown(), boolean(false)]), 1),
        lead_rule("undecided", and(vec![unknown(), boolean(true)]), 2),
        lead_rule("true anyway", or(vec![unknown(), boolean(true)]), 4),
        lead_rule("not", not(unknown()), 8),
    ];
    let score = score(fit_of(rules, vec![declared("n", Type::Number)]), &lead(vec![None], vec![]), T);
    assert_eq!((score.fit, score.fit_unknown), (4, 2));
}

#[test]
fn division_by_zero_is_unknown_and_how_many_never_is() {
    let ratio = |by| at_least(arithmetic(ArithmeticOp::Divide, number(1.0), number(by)), 0.0);
    let rules = vec![
        lead_rule("zero", ratio(0.0), 1),
        lead_rule("two", ratio(2.0), 2),
        lead_rule("how many", equal(how_many(vec![ratio(0.0), ratio(2.0), boolean(true)]), number(2.0)), 4),
    ];
    let score = score(fit_of(rules, vec![]), &lead(vec![], vec![]), T);
    assert_eq!((score.fit, score.fit_unknown), (6, 1));
}

#[test]
fn days_since_floors_also_before_the_time() {
    // 59 days and 23 hours are 59 days; an hour before the time it is -1 days.
    let days = |start: i64, days: f64| lead_rule("d", equal(days_since(time(start)), number(days)), 1);
    let rules = |start, whole| fit_of(vec![days(start, whole)], vec![]);
    assert_eq!(score(rules(T - 60 * DAY + HOUR, 59.0), &lead(vec![], vec![]), T).fit, 1);
    assert_eq!(score(rules(T + HOUR, -1.0), &lead(vec![], vec![]), T).fit, 1);
}

#[test]
fn lists_and_derived_attributes_are_usable_in_conditions() {
    let domain = expr(ExprKind::EmailDomain(Box::new(attribute(0, Type::Text))), Type::Text);
    let listed = expr(ExprKind::In(Box::new(name(Name::Derived(0), Type::Text)), Set::List(0)), Type::Boolean);
    let mut meaning = fit_of(vec![lead_rule("target", listed, 20)], vec![declared("email", Type::Text)]);
    meaning.derived = vec![Derived { name: "domain".into(), expr: domain }];
    meaning.lists = vec![List { name: "targets".into(), values: vec!["acme.example".into()] }];
    let fit = |email| {
        let score = score(meaning.clone(), &lead(vec![some_text(email)], vec![]), T);
        (score.fit, score.fit_unknown)
    };
    assert_eq!(["a@b@ACME.example", "a@other.example", "nobody@"].map(fit), [(20, 0), (0, 0), (0, 1)]);
}

#[test]
fn the_latest_row_at_or_before_as_of_counts() {
    let rule = table_rule("n", attribute(0, Type::Number), number_table(&[(0.0, 0), (1.0, 1), (2.0, 2), (3.0, 3)]));
    let meaning = fit_of(vec![rule], vec![declared("n", Type::Number)]);
    let row = |since, n: f64| Profile { since, attributes: vec![Some(Value::Number(n))] };
    // Undated 1; at T: 3, then 2, of which the later row counts.
    let profiles = vec![row(Some(T), 3.0), row(None, 1.0), row(Some(T), 2.0)];
    let lead = Timeline { lead_id: "lead".into(), profiles, events: vec![] };
    assert_eq!(score(meaning.clone(), &lead, T - 1).fit, 1);
    assert_eq!(score(meaning, &lead, T).fit, 2);
}

#[test]
fn defaults_stand_in_for_a_lead_without_a_row() {
    let mut country = declared("country", Type::Text);
    country.default = some_text("DE");
    let rule = lead_rule("german", equal(attribute(0, Type::Text), text("DE")), 7);
    assert_eq!(score(fit_of(vec![rule], vec![country]), &visitor(vec![event("a", T)]), T).fit, 7);
}

#[test]
fn the_latest_answer_of_sales_is_its_status() {
    // Opportunity and won at one instant: won, as it stands later in the list. Recycling a second later takes both back.
    let mut meaning =
        Meaning { sales: SalesAnswer::ALL.map(|answer| events(&[answer.default_event()])), ..Meaning::default() };
    meaning.stages = vec![stage("Won", vec![("", equal(name(Name::SalesStatus, Type::Text), text("won")))])];
    meaning.fit = section(vec![
        lead_rule("accepted", name(Name::AcceptedBySales, Type::Boolean), 1),
        lead_rule("opportunity", name(Name::BecameOpportunity, Type::Boolean), 2),
    ]);
    let answers = vec![event("opportunity_won", T), event("opportunity_opened", T), event("lead_recycled", T + SECOND)];
    let won = score(meaning.clone(), &visitor(answers.clone()), T);
    assert_eq!((won.stage.as_deref(), won.fit), (Some("Won"), 3));
    let recycled = score(meaning, &visitor(answers), T + SECOND);
    assert_eq!((recycled.stage, recycled.fit), (None, 0));
}
