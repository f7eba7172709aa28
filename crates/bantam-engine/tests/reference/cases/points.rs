//! Points of rules, groups and sections: section 4, fit and engagement.

use crate::reference::building::*;
use crate::reference::check::check;
use bantam_lang::meaning::{Decay, OnceKey, Rule, RuleKind, Table, TableKeys, Value};

/// Checks the engagement of a lead with one rule of `a` worth `points`, for one event per age.
fn check_decay(decay: Decay, points: i64, cases: &[(i64, i64)]) {
    let mut meaning = meaning();
    meaning.engagement = section([on("Rule", select("a"), None, decay, points)]);
    for (age, expected) in cases {
        check(&meaning, &did([event("a", *age)]), AS_OF, &format!("engagement = {expected}"));
    }
}

#[test]
fn halving_goes_toward_zero() {
    let ages: Vec<i64> = (0..8).map(|halvings| halvings * 30 * DAY).collect();
    let cases = |points: [i64; 8]| ages.iter().copied().zip(points).collect::<Vec<_>>();
    check_decay(Decay::HalveEvery(30 * DAY_S), 75, &cases([75, 37, 18, 9, 4, 2, 1, 0]));
    check_decay(Decay::HalveEvery(30 * DAY_S), -25, &cases([-25, -12, -6, -3, -1, 0, 0, 0]));
}

#[test]
fn points_are_halved_exactly_at_the_interval() {
    check_decay(Decay::HalveEvery(DAY_S), 10, &[(DAY - 1, 10), (DAY, 5), (2 * DAY - 1, 5), (2 * DAY, 2)]);
}

#[test]
fn fourteen_halvings_and_more_give_nothing() {
    // 10,000 / 2^13 = 1.2; 10,000 / 2^14 = 0.6. A thousand halvings must not wrap round.
    check_decay(
        Decay::HalveEvery(1),
        10_000,
        &[(13 * SECOND, 1), (14 * SECOND, 0), (64 * SECOND, 0), (1_000 * SECOND, 0)],
    );
    check_decay(Decay::HalveEvery(1), -10_000, &[(13 * SECOND, -1), (14 * SECOND, 0), (63 * SECOND, 0)]);
}

#[test]
fn fading_is_straight_toward_zero_in_whole_seconds() {
    // 10 over 60 d: 10 * 45 / 60 = 7.5, 10 * 30 / 60 = 5, 10 * 15 / 60 = 2.5
    let sixty = Decay::FadeOver(60 * DAY_S);
    check_decay(sixty, 10, &[(15 * DAY, 7), (30 * DAY, 5), (45 * DAY, 2), (60 * DAY, 0), (90 * DAY, 0)]);
    check_decay(sixty, -10, &[(15 * DAY, -7), (45 * DAY, -2)]);
    // A tenth is gone after a whole second of ten, not before; at 9.999999 s one tenth is left.
    check_decay(Decay::FadeOver(10), 10, &[(SECOND - 1, 10), (SECOND, 9), (10 * SECOND - 1, 1), (10 * SECOND, 0)]);
}

#[test]
fn each_event_is_decayed_before_the_sum() {
    let mut meaning = meaning();
    meaning.engagement = section([on("Rule", select("a"), None, Decay::HalveEvery(DAY_S), 1)]);
    // 1 / 2 is 0 for each of four: not (4 / 2).
    check(
        &meaning,
        &did([event("a", DAY), event("a", DAY), event("a", DAY), event("a", DAY)]),
        AS_OF,
        "engagement = 0",
    );
}

fn path_table() -> Table {
    let keys = [("/pricing", 10), ("/blog", 2), ("/careers", -30)];
    let keys = keys.map(|(key, points)| (key.to_owned(), points)).into();
    Table { keys: TableKeys::Text(keys), otherwise: Some(1), missing: Some(-1) }
}

#[test]
fn of_equal_times_the_event_giving_most_points_counts() {
    let mut meaning = meaning();
    meaning.engagement =
        section([on_table("Rule", select("page_viewed"), once(OnceKey::Day, 1), path(), path_table())]);
    check(&meaning, &did([view("/blog", 5), view("/pricing", 5), view("/x", 5)]), AS_OF, "engagement = 10");
    // Signed: -1 (missing) is more than -30. And the latest counts before the dearest.
    check(&meaning, &did([view("/careers", 5), event("page_viewed", 5)]), AS_OF, "engagement = -1");
    check(&meaning, &did([view("/careers", 4), view("/pricing", 5)]), AS_OF, "engagement = -30");
}

#[test]
fn times_counts_events_worth_nothing() {
    let mut meaning = meaning();
    let table = number_table([(100.0, 7)]);
    meaning.engagement = section([on_table("Rule", select("order"), once(OnceKey::All, 2), price(), table)]);
    // The earlier is worth 0 but makes two; the latest is worth 7. The other way round the latest is worth 0.
    check(&meaning, &did([order(1.0, 2), order(100.0, 1)]), AS_OF, "engagement = 7");
    check(&meaning, &did([order(1.0, 1), order(100.0, 2)]), AS_OF, "engagement = 0");
    check(&meaning, &did([order(100.0, 2)]), AS_OF, "engagement = 0");
}

#[test]
fn each_key_with_enough_events_counts_its_latest() {
    let mut meaning = meaning();
    let each_day_with_two = once(OnceKey::Day, 2);
    meaning.engagement = section([on("Rule", select("a"), each_day_with_two, Decay::HalveEvery(DAY_S), 100)]);
    // Ages in hours: 1, 20 | 30 | 60, 70 (T is midnight). Day one counts at 1 h: 100. Day two has one. Day three at 60 h,
    // two whole days: 25.
    let timeline = did([1, 20, 30, 60, 70].map(|hours| event("a", hours * HOUR)));
    check(&meaning, &timeline, AS_OF, "engagement = 125");
}

#[test]
fn a_table_tells_other_values_from_missing_ones() {
    let mut meaning = meaning();
    meaning.fit = section([table("Rule", attr(TITLE), path_table())]);
    let title = |title: &str| lead([(TITLE, Value::Text(title.into()))]);
    check(&meaning, &title("/blog"), AS_OF, "fit = 2; fit_unknown = 0");
    check(&meaning, &title("/Blog"), AS_OF, "fit = 1; fit_unknown = 0");
    check(&meaning, &lead([]), AS_OF, "fit = -1; fit_unknown = 1"); // undecided even though it has points for it
}

#[test]
fn a_number_below_all_keys_is_something_else() {
    let employees = |n| lead([(EMPLOYEES, Value::Number(n))]);
    let mut meaning = meaning();
    let keys = number_table([(-5.0, 1), (49.5, 2), (200.0, -3)]);
    meaning.fit = section([table("Rule", attr(EMPLOYEES), Table { otherwise: Some(9), ..keys })]);
    for (n, expected) in [(-5.1, 9), (-5.0, 1), (49.0, 1), (49.5, 2), (199.9, 2), (200.0, -3), (1e9, -3)] {
        check(&meaning, &employees(n), AS_OF, &format!("fit = {expected}"));
    }
}

#[test]
fn a_boolean_without_its_key_is_something_else() {
    let mut meaning = meaning();
    let keys = TableKeys::Boolean { yes: Some(4), no: None };
    meaning.fit = section([table("Rule", attr(OPTED_IN), Table { keys, otherwise: Some(6), missing: None })]);
    check(&meaning, &lead([(OPTED_IN, Value::Boolean(true))]), AS_OF, "fit = 4");
    check(&meaning, &lead([(OPTED_IN, Value::Boolean(false))]), AS_OF, "fit = 6");
    check(&meaning, &lead([]), AS_OF, "fit = 0; fit_unknown = 1");
}

#[test]
fn a_rule_is_undecided_by_its_condition_or_else_by_its_table() {
    let both = |condition| Rule {
        kind: RuleKind::Lead { condition: Some(condition) },
        ..table("Rule", attr(TITLE), path_table())
    };
    for (condition, expected) in [
        (boolean(true), "fit = -1; fit_unknown = 1"), // the title is missing
        (boolean(false), "fit = 0; fit_unknown = 0"), // decided: not
        (attr(OPTED_IN), "fit = 0; fit_unknown = 1"), // unknown does not fire
    ] {
        let mut meaning = meaning();
        meaning.fit = section([both(condition)]);
        check(&meaning, &lead([]), AS_OF, expected);
    }
}

#[test]
fn members_of_groups_are_counted_as_undecided_and_groups_are_not() {
    let mut meaning = meaning();
    let rules = [when("One", attr(OPTED_IN), 5), when("Two", attr(BUDGET), 5), when("Three", boolean(true), 5)];
    meaning.fit = grouped(section([when("Four", attr(AUTHORITY), 5)]), "Group", (-9, 9), rules);
    check(&meaning, &lead([]), AS_OF, "fit = 5; fit_unknown = 3");
}

#[test]
fn a_limit_also_lifts_the_zero_of_a_rule_that_did_not_fire() {
    let mut meaning = meaning();
    meaning.fit = section([when("Fit", boolean(false), 50).limited(5, 20)]);
    meaning.engagement = section([on("Engagement", select("a"), None, Decay::Never, 1).limited(-9, -3)]);
    check(&meaning, &lead([]), AS_OF, "fit = 5; engagement = -3; score = 2");
    let reasons = "reasons = fit/-/Fit +5, engagement/-/Engagement -3";
    check(&meaning, &lead([]), AS_OF, reasons);
}

#[test]
fn limits_apply_to_the_rule_then_the_group_then_the_section() {
    let mut meaning = meaning();
    let opened = on("Opened", select("a"), None, Decay::Never, 4).limited(-10, 10);
    let clicked = on("Clicked", select("b"), None, Decay::Never, 15);
    let viewed = on("Viewed", select("c"), None, Decay::Never, 30);
    meaning.engagement = grouped(section([viewed]), "E-mail", (-20, 20), [opened, clicked]).limited(0, 45);
    let timeline = did([event("a", 1), event("a", 1), event("a", 1), event("b", 1), event("c", 1)]);
    // Opened 12 -> 10; with 15 clicked 25 -> 20; with 30 viewed 50 -> 45.
    check(&meaning, &timeline, AS_OF, "engagement = 45");
    let reasons = "reasons = engagement/-/Viewed +30, engagement/E-mail/Clicked +15, engagement/E-mail/Opened +10, \
                   engagement/-/- -5, engagement/E-mail/- -5";
    check(&meaning, &timeline, AS_OF, reasons);
}
