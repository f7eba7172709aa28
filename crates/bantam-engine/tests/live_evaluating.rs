//! The three-valued logic and the functions of expressions, over names with fixed values.

#[path = "live_support/helpers.rs"]
mod helpers;

use bantam_engine::evaluate::{Scalar, Scope, evaluate, number as number_of, text as text_of, truth};
use bantam_lang::meaning::*;
use bantam_lang::pattern::Pattern;
use helpers::*;
use std::borrow::Cow;

/// Attribute 0 is missing, 1 is `Käse`, 2 is 4; list 0 holds `Käse`.
struct Fixed;

impl<'a> Scope<'a> for Fixed {
    fn value(&self, name: Name) -> Option<Scalar<'a>> {
        match name {
            Name::Attribute(1) => Some(Scalar::from("Käse")),
            Name::Attribute(2) => Some(Scalar::Number(4.0)),
            _ => None,
        }
    }

    fn as_of(&self) -> i64 {
        T
    }

    fn list_contains(&self, list: usize, text: &str) -> bool {
        list == 0 && text == "Käse"
    }
}

fn unknown() -> Expr {
    attribute(0, Type::Boolean)
}

fn value(condition: Expr) -> Option<bool> {
    truth(&condition, &Fixed)
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

#[test]
fn false_and_true_absorb_the_unknown_either_way_round() {
    let (yes, no) = (|| boolean(true), || boolean(false));
    assert_eq!(value(and(vec![unknown(), no()])), Some(false));
    assert_eq!(value(and(vec![no(), unknown()])), Some(false));
    assert_eq!(value(and(vec![unknown(), yes()])), None);
    assert_eq!(value(or(vec![unknown(), yes()])), Some(true));
    assert_eq!(value(or(vec![yes(), unknown()])), Some(true));
    assert_eq!(value(or(vec![unknown(), no()])), None);
    assert_eq!(value(not(unknown())), None);
    assert_eq!(value(equal(unknown(), yes())), None);
}

#[test]
fn a_choice_is_unknown_where_its_condition_is_and_else_only_its_arm_matters() {
    assert_eq!(value(choose(unknown(), boolean(true), boolean(true))), None);
    assert_eq!(value(choose(boolean(true), boolean(true), unknown())), Some(true));
    assert_eq!(value(choose(boolean(false), boolean(true), unknown())), None);
}

#[test]
fn known_and_how_many_are_never_unknown() {
    assert_eq!(value(known(Name::Attribute(0))), Some(false));
    assert_eq!(value(known(Name::Attribute(2))), Some(true));
    assert_eq!(number_of(&how_many(vec![unknown(), boolean(true), boolean(false)]), &Fixed), Some(1.0));
}

#[test]
fn numbers_that_are_not_finite_are_unknown() {
    use ArithmeticOp::*;
    let result = |op, left: f64, right: f64| number_of(&arithmetic(op, number(left), number(right)), &Fixed);
    assert_eq!(result(Divide, 5.0, 2.0), Some(2.5));
    assert_eq!(result(Divide, 0.0, 0.0), None);
    assert_eq!(result(Divide, 1.0, -0.0), None);
    assert_eq!(result(Multiply, 1e308, 10.0), None);
    assert_eq!(value(equal(number(-0.0), number(0.0))), Some(true));
}

#[test]
fn texts_are_compared_by_code_points() {
    let cheese = || attribute(1, Type::Text);
    assert_eq!(value(equal(cheese(), text("Käse"))), Some(true));
    assert_eq!(value(equal(cheese(), text("Ka\u{308}se"))), Some(false), "nothing is normalised");
    assert_eq!(value(compare(CompareOp::NotEqual, cheese(), text("käse"))), Some(true));
    assert_eq!(number_of(&expr(ExprKind::Size(boxed(cheese())), Type::Number), &Fixed), Some(4.0));
    assert_eq!(value(starts_with(cheese(), "Kä")), Some(true));
    assert_eq!(value(expr(ExprKind::EndsWith(boxed(cheese()), boxed(text("x"))), Type::Boolean)), Some(false));
    assert_eq!(value(expr(ExprKind::Contains(boxed(cheese()), boxed(cheese())), Type::Boolean)), Some(true));
    assert_eq!(value(starts_with(attribute(0, Type::Text), "x")), None);
    let matches = |pattern| ExprKind::Matches(boxed(cheese()), Pattern::parse(pattern).unwrap());
    assert_eq!(value(expr(matches("(?i)^k.SE$"), Type::Boolean)), Some(true));
}

#[test]
fn membership_is_unknown_for_a_missing_value() {
    let is_in = |element, set| value(expr(ExprKind::In(boxed(element), set), Type::Boolean));
    assert_eq!(is_in(attribute(1, Type::Text), Set::List(0)), Some(true));
    assert_eq!(is_in(text("Brot"), Set::List(0)), Some(false));
    assert_eq!(is_in(attribute(0, Type::Text), Set::List(0)), None);
    assert_eq!(is_in(attribute(2, Type::Number), Set::Numbers(vec![1.0, 4.0])), Some(true));
    assert_eq!(is_in(attribute(1, Type::Text), Set::Texts(vec!["x".into()])), Some(false));
    assert_eq!(is_in(unknown(), Set::Booleans(vec![true, false])), None);
}

#[test]
fn only_a_to_z_are_lowered_and_nothing_is_copied_without_need() {
    let lowered = |value: &str| {
        let lower = expr(ExprKind::LowerAscii(boxed(text(value))), Type::Text);
        let lowered = text_of(&lower, &Fixed).unwrap();
        (lowered.to_string(), matches!(lowered, Cow::Borrowed(_)))
    };
    assert_eq!(lowered("ÄBC"), ("Äbc".into(), false));
    assert_eq!(lowered("äbc"), ("äbc".into(), true));
}

#[test]
fn an_address_without_a_domain_has_none() {
    let domain = |address: &str| {
        let domain = expr(ExprKind::EmailDomain(boxed(text(address))), Type::Text);
        evaluate(&domain, &Fixed).map(Value::from)
    };
    assert_eq!(domain("a@b@Acme.Example"), some_text("acme.example"));
    assert_eq!(domain("acme.example"), None);
    assert_eq!(domain("a@"), None);
}

#[test]
fn times_are_compared_as_instants() {
    assert_eq!(value(compare(CompareOp::Less, time(T - 1), time(T))), Some(true));
    assert_eq!(value(equal(time(T), time(T))), Some(true));
    assert_eq!(number_of(&days_since(time(T - DAY)), &Fixed), Some(1.0));
    assert_eq!(number_of(&days_since(time(T + 1)), &Fixed), Some(-1.0));
}
