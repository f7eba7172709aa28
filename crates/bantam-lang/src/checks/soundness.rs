//! Holds the analysis to a plain evaluation of conditions: what it calls impossible must never happen.
//!
//! Conditions are generated over a few names with a few values each, and every lead that can be made of those is tried.

use super::facts::Facts;
use super::personas::implies;
use super::world::World;
use crate::load;
use crate::meaning::{ArithmeticOp, CompareOp, Expr, ExprKind, Meaning, Name, Set, Value};
use crate::source::Source;
use proptest::prelude::*;
use std::cmp::Ordering;

/// Attributes `x`, `y`, `t`, `b` of one lead; `None` is missing.
type Lead = [Option<Value>; 4];

fn leads() -> Vec<Lead> {
    let number = |value: Option<i32>| value.map(|value| Value::Number(f64::from(value)));
    let numbers = [None, Some(-1), Some(0), Some(1), Some(2), Some(3)].map(number);
    let texts =
        [None, Some("a"), Some("B"), Some("ab"), Some("VP")].map(|text| text.map(|text| Value::Text(text.into())));
    let booleans = [None, Some(true), Some(false)].map(|boolean| boolean.map(Value::Boolean));
    let mut leads = Vec::new();
    for x in &numbers {
        for y in &numbers {
            for t in &texts {
                leads.extend(booleans.iter().map(|b| [x.clone(), y.clone(), t.clone(), b.clone()]));
            }
        }
    }
    leads
}

/// Evaluates an expression as section 3 of the reference says; `None` is unknown.
fn evaluate(meaning: &Meaning, lead: &Lead, expr: &Expr) -> Option<Value> {
    let value = |expr: &Expr| evaluate(meaning, lead, expr);
    let truth = |expr: &Expr| match evaluate(meaning, lead, expr) {
        Some(Value::Boolean(truth)) => Some(truth),
        _ => None,
    };
    let number = |expr: &Expr| match evaluate(meaning, lead, expr) {
        Some(Value::Number(number)) => Some(number),
        _ => None,
    };
    let text = |expr: &Expr| match evaluate(meaning, lead, expr) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    let chain = |parts: &[Expr], decides: bool| {
        let truths: Vec<_> = parts.iter().map(truth).collect();
        if truths.contains(&Some(decides)) {
            return Some(decides);
        }
        (!truths.contains(&None)).then_some(!decides)
    };
    Some(match &expr.kind {
        ExprKind::Literal(value) => value.clone(),
        ExprKind::Name(name) => return name_value(meaning, lead, *name),
        ExprKind::Known(name) => Value::Boolean(name_value(meaning, lead, *name).is_some()),
        ExprKind::Not(of) => Value::Boolean(!truth(of)?),
        ExprKind::And(parts) => Value::Boolean(chain(parts, false)?),
        ExprKind::Or(parts) => Value::Boolean(chain(parts, true)?),
        ExprKind::Compare(op, left, right) => Value::Boolean(compare(*op, &value(left)?, &value(right)?)),
        ExprKind::In(of, set) => Value::Boolean(is_in(&value(of)?, set)),
        ExprKind::Arithmetic(op, left, right) => {
            let (left, right) = (number(left)?, number(right)?);
            let result = match op {
                ArithmeticOp::Add => left + right,
                ArithmeticOp::Subtract => left - right,
                ArithmeticOp::Multiply => left * right,
                ArithmeticOp::Divide => left / right,
            };
            Value::Number(Some(result).filter(|result| result.is_finite())?)
        }
        ExprKind::Negate(of) => Value::Number(-number(of)?),
        ExprKind::Choose(condition, then, otherwise) => {
            return if truth(condition)? { value(then) } else { value(otherwise) };
        }
        ExprKind::HowMany(parts) => Value::Number(parts.iter().filter(|part| truth(part) == Some(true)).count() as f64),
        ExprKind::Size(of) => Value::Number(text(of)?.chars().count() as f64),
        ExprKind::Contains(of, part) => Value::Boolean(text(of)?.contains(&text(part)?)),
        ExprKind::StartsWith(of, part) => Value::Boolean(text(of)?.starts_with(&text(part)?)),
        ExprKind::EndsWith(of, part) => Value::Boolean(text(of)?.ends_with(&text(part)?)),
        ExprKind::LowerAscii(of) => Value::Text(text(of)?.to_ascii_lowercase()),
        ExprKind::Seniority(of) => Value::Text(crate::titles::seniority(&text(of)?)?.to_owned()),
        other => panic!("not generated: {other:?}"),
    })
}

fn name_value(meaning: &Meaning, lead: &Lead, name: Name) -> Option<Value> {
    match name {
        Name::Attribute(index) => lead[index].clone(),
        Name::Derived(index) => evaluate(meaning, lead, &meaning.derived[index].expr),
        other => panic!("not generated: {other:?}"),
    }
}

fn compare(op: CompareOp, left: &Value, right: &Value) -> bool {
    let order = match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right).unwrap(),
        _ if left == right => Ordering::Equal,
        _ => Ordering::Less,
    };
    match op {
        CompareOp::Equal => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessOrEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterOrEqual => order.is_ge(),
    }
}

fn is_in(value: &Value, set: &Set) -> bool {
    match (value, set) {
        (Value::Text(text), Set::Texts(texts)) => texts.contains(text),
        (Value::Number(number), Set::Numbers(numbers)) => numbers.contains(number),
        (Value::Boolean(boolean), Set::Booleans(booleans)) => booleans.contains(boolean),
        _ => false,
    }
}

fn condition() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        4 => prop::sample::select(vec!["x", "y", "-1", "0", "1", "2", "3", "size(t)", "dn"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["x + 1", "x - y", "2 * y", "x / y", "x / 2", "-x", "how_many(b, x > 1)", "(b ? x : 2)"])
            .prop_map(str::to_owned),
    ];
    let text =
        prop::sample::select(vec!["t", "t.lowerAscii()", "\"a\"", "\"B\"", "\"ab\"", "seniority(t)", "\"VP\"", "dt"]);
    let op = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let equality = prop::sample::select(vec!["==", "!="]);
    let leaf = prop_oneof![
        5 => (number.clone(), op, number.clone()).prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        4 => (text.clone(), equality, text.clone()).prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        3 => prop::sample::select(vec!["b", "known(x)", "known(t)", "known(b)", "true", "false", "db", "known(db)", "known(dn)"])
            .prop_map(str::to_owned),
        1 => (number, prop::sample::select(vec!["[1, 2]", "[0]", "[3, 5]"])).prop_map(|(of, set)| format!("{of} in {set}")),
        2 => (text.clone(), prop::sample::select(vec!["[\"a\", \"B\"]", "[\"ab\"]", "[\"VP\", \"vp\"]"]))
            .prop_map(|(of, set)| format!("{of} in {set}")),
        1 => (text, prop::sample::select(vec!["contains(\"b\")", "startsWith(\"a\")", "endsWith(\"P\")"]))
            .prop_map(|(of, call)| format!("{of}.{call}")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" && "))),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" || "))),
            2 => inner.clone().prop_map(|of| format!("!({of})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("(({left}) == ({right}))")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(c, a, b)| format!("(({c}) ? ({a}) : ({b}))")),
        ]
    })
}

/// Checks the claims about `one`, and about `one` implying `other`, on every lead.
fn hold(derived: &str, one: &str, other: &str) -> Result<(), TestCaseError> {
    let yaml = format!(
        "bantam: 1\nlead: {{x: number, y: number, t: text, b: boolean}}\nderive:\n  dn: x + 1\n  dt: 'b ? t : \"ab\"'\n  db: '{derived}'\n\
         disqualify:\n  One: '{one}'\n  Other: '{other}'\n"
    );
    let loaded = load(Source::new("d.yaml", yaml), &mut |_| Err(String::new()));
    let checked = loaded.checked.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let meaning: &Meaning = &checked;
    let world = World::new(meaning);
    let (one, other) = (&meaning.disqualify[0].condition, &meaning.disqualify[1].condition);
    let facts = Facts::default();
    world.refuel();
    let can = [world.can_be(one, &facts, true), world.can_be(one, &facts, false), world.can_be_unknown(one, &facts)];
    let implied = implies(&world, one, other);
    for lead in leads() {
        let outcome = evaluate(meaning, &lead, one);
        let index = match outcome {
            Some(Value::Boolean(true)) => 0,
            Some(_) => 1,
            None => 2,
        };
        prop_assert!(can[index], "{lead:?} gives {outcome:?}, called impossible");
        if implied && index == 0 {
            prop_assert_eq!(evaluate(meaning, &lead, other), Some(Value::Boolean(true)), "{:?} is said to imply", lead);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_called_impossible_never_happens(
        derived in "known\\(x\\)|x > 1|b|t == \"a\" && b",
        one in condition(),
        other in condition(),
    ) {
        hold(&derived, &one, &other)?;
    }

    #[test]
    fn what_is_implied_holds(derived in "x > 1|b", one in condition(), other in condition()) {
        hold(&derived, &format!("({one}) && ({other})"), &other)?;
        hold(&derived, &one, &format!("({one}) || ({other})"))?;
    }
}
