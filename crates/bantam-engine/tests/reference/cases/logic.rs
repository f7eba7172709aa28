//! Conditions: section 3.

use crate::reference::building::*;
use crate::reference::check::{check, check_condition};
use bantam_engine::timeline::Timeline;
use bantam_lang::meaning::{ArithmeticOp, CompareOp, Derived, ExprKind, List, Name, Set, Type, Value};
use bantam_lang::pattern::Pattern;

/// The lead of most cases: nothing is known but `employees`, which is 0.
fn zero_employees() -> Timeline {
    lead([(EMPLOYEES, Value::Number(0.0))])
}

fn unknown() -> bantam_lang::meaning::Expr {
    attr(OPTED_IN)
}

#[test]
fn false_and_unknown_is_false_either_way_round() {
    for (condition, expected) in [
        (and([boolean(false), unknown()]), Some(false)),
        (and([unknown(), boolean(false)]), Some(false)),
        (and([unknown(), boolean(true)]), None),
        (and([boolean(true), unknown(), boolean(false)]), Some(false)),
        (and([boolean(true), boolean(true)]), Some(true)),
    ] {
        check_condition(meaning(), &zero_employees(), &condition, expected);
    }
}

#[test]
fn true_or_unknown_is_true_either_way_round() {
    for (condition, expected) in [
        (or([boolean(true), unknown()]), Some(true)),
        (or([unknown(), boolean(true)]), Some(true)),
        (or([unknown(), boolean(false)]), None),
        (or([boolean(false), boolean(false)]), Some(false)),
    ] {
        check_condition(meaning(), &zero_employees(), &condition, expected);
    }
}

#[test]
fn not_and_comparisons_of_unknown_are_unknown() {
    for condition in [
        not(unknown()),
        equal(attr(TITLE), attr(TITLE)),
        compare(attr(TITLE), CompareOp::NotEqual, text("VP")),
        equal(unknown(), boolean(false)),
    ] {
        check_condition(meaning(), &zero_employees(), &condition, None);
    }
}

#[test]
fn in_with_an_unknown_is_unknown_and_otherwise_exact() {
    let listed = || is_in(attr(TITLE), Set::List(0));
    let mut meaning = meaning();
    meaning.lists = vec![List { name: "titles".into(), values: vec!["VP".into(), "é".into()] }];
    check_condition(meaning.clone(), &zero_employees(), &listed(), None);
    // "vp" is not "VP"; "e" with a combining accent (two code points) is not "é" (one).
    for (title, expected) in [("VP", true), ("vp", false), ("é", true), ("e\u{301}", false)] {
        let lead = lead([(TITLE, Value::Text(title.into()))]);
        check_condition(meaning.clone(), &lead, &listed(), Some(expected));
    }
    // not (unknown in [...]) is unknown as well
    check_condition(meaning, &zero_employees(), &not(is_in(attr(TITLE), Set::Texts(vec![]))), None);
}

#[test]
fn a_division_by_zero_and_what_is_not_finite_are_unknown() {
    let divide = |left, right| arithmetic(number(left), ArithmeticOp::Divide, number(right));
    let huge = arithmetic(number(1e308), ArithmeticOp::Multiply, number(10.0));
    let by_employees = arithmetic(number(1.0), ArithmeticOp::Divide, attr(EMPLOYEES));
    for (value, expected) in [
        (by_employees, None),     // 1 / 0
        (divide(0.0, 0.0), None), // no number at all
        (huge, None),             // 1e309 is above the greatest float
        (divide(5.0, 2.0), Some(true)),
    ] {
        check_condition(meaning(), &zero_employees(), &equal(value, number(2.5)), expected);
    }
}

#[test]
fn minus_zero_equals_zero() {
    let minus_zero = arithmetic(number(0.0), ArithmeticOp::Multiply, number(-1.0));
    let less = compare(minus_zero.clone(), CompareOp::Less, number(0.0));
    check_condition(meaning(), &zero_employees(), &equal(minus_zero.clone(), number(0.0)), Some(true));
    check_condition(meaning(), &zero_employees(), &less, Some(false));
    // and the table key `0+` is not above it
    let mut meaning = meaning();
    meaning.fit = section([table("Rule", minus_zero, number_table([(-1.0, 1), (0.0, 2)]))]);
    check(&meaning, &zero_employees(), AS_OF, "fit = 2");
}

#[test]
fn a_choice_looks_only_at_the_arm_it_takes() {
    let choose = |c, a, b| condition(ExprKind::Choose(Box::new(c), Box::new(a), Box::new(b)));
    for (condition, expected) in [
        (choose(boolean(true), boolean(true), unknown()), Some(true)),
        (choose(boolean(false), unknown(), boolean(false)), Some(false)),
        (choose(boolean(true), unknown(), boolean(true)), None),
        (choose(unknown(), boolean(true), boolean(true)), None), // even where both arms agree
    ] {
        check_condition(meaning(), &zero_employees(), &condition, expected);
    }
}

#[test]
fn known_and_how_many_are_never_unknown() {
    let known = |index| condition(ExprKind::Known(Name::Attribute(index)));
    let how_many =
        expr(ExprKind::HowMany(vec![unknown(), boolean(true), boolean(false), known(EMPLOYEES)]), Type::Number);
    check_condition(meaning(), &zero_employees(), &known(TITLE), Some(false));
    check_condition(meaning(), &zero_employees(), &known(EMPLOYEES), Some(true));
    // true are: the literal and `known(employees)`
    check_condition(meaning(), &zero_employees(), &equal(how_many, number(2.0)), Some(true));
}

#[test]
fn an_unknown_derived_attribute_is_missing() {
    let mut meaning = meaning();
    meaning.derived = vec![
        Derived { name: "big".into(), expr: at_least(attr(EMPLOYEES), 10.0) },
        Derived { name: "also_big".into(), expr: name(Name::Derived(0), Type::Boolean) },
    ];
    let known = condition(ExprKind::Known(Name::Derived(1)));
    check_condition(meaning.clone(), &zero_employees(), &known, Some(true));
    check_condition(meaning, &lead([]), &known, Some(false));
}

#[test]
fn days_since_is_floored_also_for_a_time_to_come() {
    let signed_up = |age: i64| lead([(SIGNED_UP, Value::Time(AS_OF - age))]);
    let days = |days: f64| equal(days_since(attr(SIGNED_UP)), number(days));
    check_condition(meaning(), &signed_up(DAY), &days(1.0), Some(true));
    check_condition(meaning(), &signed_up(DAY - 1), &days(0.0), Some(true));
    check_condition(meaning(), &signed_up(-1), &days(-1.0), Some(true)); // a microsecond ahead: floor(-tiny) = -1
    check_condition(meaning(), &signed_up(-DAY), &days(-1.0), Some(true));
}

#[test]
fn texts_are_counted_in_code_points_and_lowered_in_ascii_alone() {
    let title = |title: &str| lead([(TITLE, Value::Text(title.into()))]);
    let size = expr(ExprKind::Size(Box::new(attr(TITLE))), Type::Number);
    let lower = expr(ExprKind::LowerAscii(Box::new(attr(TITLE))), Type::Text);
    let domain = expr(ExprKind::EmailDomain(Box::new(attr(TITLE))), Type::Text);
    // woman, zero width joiner, cooking pan: three code points
    check_condition(meaning(), &title("👩\u{200d}🍳"), &equal(size, number(3.0)), Some(true));
    check_condition(meaning(), &title("VP ÖL"), &equal(lower, text("vp Öl")), Some(true));
    check_condition(meaning(), &title("a@b@MÜNCHEN.De"), &equal(domain.clone(), text("mÜnchen.de")), Some(true));
    for without in ["nobody", "nobody@", "@"] {
        check_condition(meaning(), &title(without), &equal(domain.clone(), text("")), None);
    }
}

#[test]
fn a_pattern_is_unanchored() {
    let matches = |pattern| condition(ExprKind::Matches(Box::new(attr(TITLE)), Pattern::parse(pattern).unwrap()));
    let lead = lead([(TITLE, Value::Text("Senior VP".into()))]);
    check_condition(meaning(), &lead, &matches("(?i)vp|director"), Some(true));
    check_condition(meaning(), &lead, &matches("^VP"), Some(false));
    check_condition(meaning(), &zero_employees(), &matches(""), None);
}
