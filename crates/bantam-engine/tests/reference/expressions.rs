//! The value of an expression: section 3, "Conditions". `None` is unknown.

use super::functions;
use super::scope::{Lead, lookup};
use bantam_engine::timeline::TimelineEvent;
use bantam_lang::meaning::{ArithmeticOp, CompareOp, Expr, ExprKind, Set, Value};

const MICROS_PER_DAY: i128 = 86_400_000_000;

/// "A rule fires, a stage is reached, a route is taken only where its condition is **true**."
pub(crate) fn is_true(condition: &Expr, lead: &Lead, event: Option<&TimelineEvent>) -> bool {
    truth(condition, lead, event) == Some(true)
}

/// The value of a condition; `None` is unknown.
pub(crate) fn truth(condition: &Expr, lead: &Lead, event: Option<&TimelineEvent>) -> Option<bool> {
    match value(condition, lead, event)? {
        Value::Boolean(truth) => Some(truth),
        other => panic!("a condition is a boolean, not {other:?}"),
    }
}

/// "anything computed from a missing value is unknown", except where an arm below says otherwise.
pub(crate) fn value(expr: &Expr, lead: &Lead, event: Option<&TimelineEvent>) -> Option<Value> {
    let truth = |part: &Expr| truth(part, lead, event);
    let number = |part: &Expr| number(part, lead, event);
    let text = |part: &Expr| text(part, lead, event);
    let boolean = |truth: bool| Some(Value::Boolean(truth));
    match &expr.kind {
        ExprKind::Literal(constant) => Some(constant.clone()),
        ExprKind::Name(name) => lookup(*name, lead, event),
        ExprKind::Not(part) => boolean(!truth(part)?),
        ExprKind::And(parts) => and(parts.iter().map(truth).collect()).map(Value::Boolean),
        ExprKind::Or(parts) => or(parts.iter().map(truth).collect()).map(Value::Boolean),
        ExprKind::Compare(op, left, right) => {
            boolean(compare(*op, &value(left, lead, event)?, &value(right, lead, event)?))
        }
        ExprKind::In(part, set) => boolean(is_in(&value(part, lead, event)?, set, lead)),
        ExprKind::Arithmetic(op, left, right) => arithmetic(*op, number(left)?, number(right)?).map(Value::Number),
        ExprKind::Negate(part) => Some(Value::Number(-number(part)?)),
        // "`c ? a : b` is unknown where `c` is."
        ExprKind::Choose(condition, yes, no) => match truth(condition)? {
            true => value(yes, lead, event),
            false => value(no, lead, event),
        },
        // "is its value present? true or false, never unknown"
        ExprKind::Known(name) => boolean(lookup(*name, lead, event).is_some()),
        ExprKind::DaysSince(part) => match value(part, lead, event)? {
            Value::Time(time) => Some(Value::Number(days_since(time, lead.as_of))),
            other => panic!("`days_since` takes a time, not {other:?}"),
        },
        // "how many of the conditions are true: a number, never unknown"
        ExprKind::HowMany(parts) => {
            Some(Value::Number(parts.iter().filter(|part| truth(part) == Some(true)).count() as f64))
        }
        ExprKind::Size(part) => Some(Value::Number(text(part)?.chars().count() as f64)),
        ExprKind::Contains(part, other) => boolean(text(part)?.contains(&text(other)?)),
        ExprKind::StartsWith(part, other) => boolean(text(part)?.starts_with(&text(other)?)),
        ExprKind::EndsWith(part, other) => boolean(text(part)?.ends_with(&text(other)?)),
        ExprKind::Matches(part, pattern) => boolean(pattern.is_match(&text(part)?)),
        ExprKind::LowerAscii(part) => Some(Value::Text(functions::lower_ascii(&text(part)?))),
        ExprKind::EmailDomain(part) => functions::email_domain(&text(part)?).map(Value::Text),
        ExprKind::IsFreeEmail(part) => functions::is_free_email(&text(part)?).map(Value::Boolean),
        ExprKind::Seniority(part) => functions::seniority(&text(part)?).map(|word| Value::Text(word.to_owned())),
        ExprKind::Department(part) => functions::department(&text(part)?).map(|word| Value::Text(word.to_owned())),
    }
}

fn number(expr: &Expr, lead: &Lead, event: Option<&TimelineEvent>) -> Option<f64> {
    match value(expr, lead, event)? {
        Value::Number(number) => Some(number),
        other => panic!("arithmetic takes numbers, not {other:?}"),
    }
}

fn text(expr: &Expr, lead: &Lead, event: Option<&TimelineEvent>) -> Option<String> {
    match value(expr, lead, event)? {
        Value::Text(text) => Some(text),
        other => panic!("this takes a text, not {other:?}"),
    }
}

/// "`false && unknown` is false ... either way round; other `&&` ... with an unknown are unknown".
fn and(parts: Vec<Option<bool>>) -> Option<bool> {
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

/// "`true || unknown` is true, either way round; other ... `||` ... with an unknown are unknown".
fn or(parts: Vec<Option<bool>>) -> Option<bool> {
    if parts.contains(&Some(true)) {
        Some(true)
    } else if parts.contains(&None) {
        None
    } else {
        Some(false)
    }
}

/// "Text compares by exact code points; `<` and its kin take numbers and times only"; "-0 equals 0", as 64-bit floats have it.
fn compare(op: CompareOp, left: &Value, right: &Value) -> bool {
    let equal = match (left, right) {
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Boolean(left), Value::Boolean(right)) => left == right,
        (Value::Time(left), Value::Time(right)) => left == right,
        _ => panic!("both sides of a comparison have one type: {left:?}, {right:?}"),
    };
    let less = || match (left, right) {
        (Value::Number(left), Value::Number(right)) => left < right,
        (Value::Time(left), Value::Time(right)) => left < right,
        _ => panic!("`<` and its kin take numbers and times only: {left:?}, {right:?}"),
    };
    match op {
        CompareOp::Equal => equal,
        CompareOp::NotEqual => !equal,
        CompareOp::Less => less(),
        CompareOp::LessOrEqual => less() || equal,
        CompareOp::Greater => !less() && !equal,
        CompareOp::GreaterOrEqual => !less(),
    }
}

/// Whether a present value is one of the constants, or of the values of a list.
fn is_in(value: &Value, set: &Set, lead: &Lead) -> bool {
    match (value, set) {
        (Value::Text(text), Set::Texts(texts)) => texts.iter().any(|other| other == text),
        (Value::Text(text), Set::List(list)) => lead.meaning.lists[*list].values.iter().any(|other| other == text),
        (Value::Number(number), Set::Numbers(numbers)) => numbers.iter().any(|other| other == number),
        (Value::Boolean(truth), Set::Booleans(truths)) => truths.iter().any(|other| other == truth),
        _ => panic!("`in` takes values of one type: {value:?}, {set:?}"),
    }
}

/// "All numbers are 64-bit floats"; a division by zero is unknown, and "an arithmetic result that is not finite is unknown".
fn arithmetic(op: ArithmeticOp, left: f64, right: f64) -> Option<f64> {
    let result = match op {
        ArithmeticOp::Add => left + right,
        ArithmeticOp::Subtract => left - right,
        ArithmeticOp::Multiply => left * right,
        ArithmeticOp::Divide if right == 0.0 => return None,
        ArithmeticOp::Divide => left / right,
    };
    result.is_finite().then_some(result)
}

/// "whole days, floored, from it to *as of*": -1 for a time later on the same day.
fn days_since(time: i64, as_of: i64) -> f64 {
    let micros = i128::from(as_of) - i128::from(time);
    micros.div_euclid(MICROS_PER_DAY) as f64
}
