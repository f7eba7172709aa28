//! Turns a typed expression and the values of its names into a value, or into unknown.
//!
//! Every executor that works value by value goes through here: the live executor for each lead and event, the batch
//! executor once per distinct text of a dictionary. Unknown is `None` throughout; [`truth`], [`number`], [`text`] and
//! [`time`] each evaluate the expressions of one type, which is why none of them looks at types again.

use bantam_lang::convert::MICROS_PER_DAY;
use bantam_lang::meaning::{ArithmeticOp, CompareOp, Expr, ExprKind, Name, Set, Type, Value};
use std::borrow::Cow;

/// A present value that borrows from the definition or from the facts wherever it can.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Unicode text, compared by code points. Owned only where a function had to change it.
    Text(Cow<'a, str>),
    /// A finite number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Microseconds since 1970-01-01T00:00Z.
    Time(i64),
}

impl<'a> From<&'a Value> for Scalar<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Scalar::Text(Cow::Borrowed(text)),
            Value::Number(number) => Scalar::Number(*number),
            Value::Boolean(truth) => Scalar::Boolean(*truth),
            Value::Time(time) => Scalar::Time(*time),
        }
    }
}

impl<'a> From<&'a str> for Scalar<'a> {
    fn from(text: &'a str) -> Self {
        Scalar::Text(Cow::Borrowed(text))
    }
}

impl From<Scalar<'_>> for Value {
    fn from(scalar: Scalar<'_>) -> Self {
        match scalar {
            Scalar::Text(text) => Value::Text(text.into_owned()),
            Scalar::Number(number) => Value::Number(number),
            Scalar::Boolean(truth) => Value::Boolean(truth),
            Scalar::Time(time) => Value::Time(time),
        }
    }
}

/// What an expression sees: the values of names, *as of*, and the definition's lists.
pub trait Scope<'a> {
    /// Returns the value of a name; `None` where it is missing.
    fn value(&self, name: Name) -> Option<Scalar<'a>>;

    /// Returns the moment for which everything is computed.
    fn as_of(&self) -> i64;

    /// Returns whether a list of the definition, by its index, holds a text.
    fn list_contains(&self, list: usize, text: &str) -> bool;

    /// Learns that what was just computed stays the same until `instant` as long as the names keep their values, and
    /// may be different from then on. Those who do not ask when a result will change ignore it.
    fn notice(&self, instant: i64) {
        let _ = instant;
    }
}

/// Returns the value of an expression of any type, `None` where it is unknown.
pub fn evaluate<'a, S: Scope<'a> + ?Sized>(expr: &'a Expr, scope: &S) -> Option<Scalar<'a>> {
    match expr.ty {
        Type::Text => text(expr, scope).map(Scalar::Text),
        Type::Number => number(expr, scope).map(Scalar::Number),
        Type::Boolean => truth(expr, scope).map(Scalar::Boolean),
        Type::Time => time(expr, scope).map(Scalar::Time),
    }
}

/// Returns the value of a boolean expression, `None` where it is unknown.
pub fn truth<'a, S: Scope<'a> + ?Sized>(expr: &'a Expr, scope: &S) -> Option<bool> {
    match &expr.kind {
        ExprKind::And(parts) => unless_any(false, parts, scope),
        ExprKind::Or(parts) => unless_any(true, parts, scope),
        ExprKind::Not(inner) => truth(inner, scope).map(|value| !value),
        ExprKind::Compare(op, left, right) => compare(*op, left, right, scope),
        ExprKind::In(element, set) => is_in(element, set, scope),
        ExprKind::Known(name) => Some(scope.value(*name).is_some()),
        ExprKind::StartsWith(whole, part) => test_texts(whole, part, scope, |whole, part| whole.starts_with(part)),
        ExprKind::Contains(whole, part) => test_texts(whole, part, scope, |whole, part| whole.contains(part)),
        ExprKind::EndsWith(whole, part) => test_texts(whole, part, scope, |whole, part| whole.ends_with(part)),
        ExprKind::Matches(whole, pattern) => Some(pattern.is_match(&text(whole, scope)?)),
        ExprKind::IsFreeEmail(address) => functions::is_free_email(&text(address, scope)?),
        ExprKind::Choose(condition, yes, no) => truth(chosen(condition, yes, no, scope)?, scope),
        ExprKind::Literal(Value::Boolean(value)) => Some(*value),
        ExprKind::Name(name) => match scope.value(*name)? {
            Scalar::Boolean(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the value of a number expression, `None` where it is unknown or not finite.
pub fn number<'a, S: Scope<'a> + ?Sized>(expr: &'a Expr, scope: &S) -> Option<f64> {
    match &expr.kind {
        ExprKind::Literal(Value::Number(value)) => Some(*value),
        ExprKind::Name(name) => match scope.value(*name)? {
            Scalar::Number(value) => Some(value),
            _ => None,
        },
        ExprKind::Arithmetic(op, left, right) => {
            let (left, right) = (number(left, scope)?, number(right, scope)?);
            let result = match op {
                ArithmeticOp::Add => left + right,
                ArithmeticOp::Subtract => left - right,
                ArithmeticOp::Multiply => left * right,
                ArithmeticOp::Divide => left / right,
            };
            result.is_finite().then_some(result)
        }
        ExprKind::Negate(inner) => number(inner, scope).map(|value| -value),
        ExprKind::DaysSince(inner) => {
            let start = time(inner, scope)?;
            let days = whole_days(scope.as_of(), start);
            scope.notice(day_boundary(start, days + 1));
            Some(days as f64)
        }
        ExprKind::HowMany(conditions) => {
            Some(conditions.iter().filter(|condition| truth(condition, scope) == Some(true)).count() as f64)
        }
        ExprKind::Size(inner) => text(inner, scope).map(|text| text.chars().count() as f64),
        ExprKind::Choose(condition, yes, no) => number(chosen(condition, yes, no, scope)?, scope),
        _ => None,
    }
}

/// Returns the value of a text expression, `None` where it is unknown.
#[inline]
pub fn text<'a, S: Scope<'a> + ?Sized>(expr: &'a Expr, scope: &S) -> Option<Cow<'a, str>> {
    match &expr.kind {
        ExprKind::Name(name) => match scope.value(*name)? {
            Scalar::Text(value) => Some(value),
            _ => None,
        },
        _ => computed_text(expr, scope),
    }
}

fn computed_text<'a, S: Scope<'a> + ?Sized>(expr: &'a Expr, scope: &S) -> Option<Cow<'a, str>> {
    match &expr.kind {
        ExprKind::Literal(Value::Text(value)) => Some(Cow::Borrowed(value)),
        ExprKind::LowerAscii(inner) => text(inner, scope).map(lower_ascii),
        ExprKind::EmailDomain(address) => match text(address, scope)? {
            Cow::Borrowed(address) => functions::email_domain(address),
            Cow::Owned(address) => functions::email_domain(&address).map(|domain| Cow::Owned(domain.into_owned())),
        },
        ExprKind::Seniority(title) => functions::seniority(&text(title, scope)?).map(Cow::Borrowed),
        ExprKind::Department(title) => functions::department(&text(title, scope)?).map(Cow::Borrowed),
        ExprKind::Choose(condition, yes, no) => text(chosen(condition, yes, no, scope)?, scope),
        _ => None,
    }
}

/// Returns the value of a time expression, `None` where it is unknown.
pub fn time<'a, S: Scope<'a> + ?Sized>(expr: &'a Expr, scope: &S) -> Option<i64> {
    match &expr.kind {
        ExprKind::Literal(Value::Time(value)) => Some(*value),
        ExprKind::Name(name) => match scope.value(*name)? {
            Scalar::Time(value) => Some(value),
            _ => None,
        },
        ExprKind::Choose(condition, yes, no) => time(chosen(condition, yes, no, scope)?, scope),
        _ => None,
    }
}

/// Returns the number of whole days since a time, noticing only the days on which it passes one of `breaks`: what is
/// computed from it must change nowhere else.
pub(crate) fn days_since_between<'a, S: Scope<'a> + ?Sized>(
    start: &'a Expr,
    breaks: impl IntoIterator<Item = f64>,
    scope: &S,
) -> Option<f64> {
    let start = time(start, scope)?;
    let days = whole_days(scope.as_of(), start);
    for bound in breaks {
        // Two days matter: the first that reaches the bound and the first that is beyond it.
        for day in [bound.ceil() as i64, (bound.floor() as i64).saturating_add(1)] {
            if day > days {
                scope.notice(day_boundary(start, day));
            }
        }
    }
    Some(days as f64)
}

/// `decisive` if any part is, else unknown if any is, else the opposite.
fn unless_any<'a, S: Scope<'a> + ?Sized>(decisive: bool, parts: &'a [Expr], scope: &S) -> Option<bool> {
    let mut result = Some(!decisive);
    for part in parts {
        match truth(part, scope) {
            Some(value) if value == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

/// Tests one text against another, which is a literal nearly always.
#[inline]
fn test_texts<'a, S: Scope<'a> + ?Sized>(
    whole: &'a Expr,
    part: &'a Expr,
    scope: &S,
    test: impl Fn(&str, &str) -> bool,
) -> Option<bool> {
    let whole = text(whole, scope)?;
    match &part.kind {
        ExprKind::Literal(Value::Text(part)) => Some(test(&whole, part)),
        _ => Some(test(&whole, &text(part, scope)?)),
    }
}

fn chosen<'a, S: Scope<'a> + ?Sized>(condition: &'a Expr, yes: &'a Expr, no: &'a Expr, scope: &S) -> Option<&'a Expr> {
    Some(if truth(condition, scope)? { yes } else { no })
}

fn compare<'a, S: Scope<'a> + ?Sized>(op: CompareOp, left: &'a Expr, right: &'a Expr, scope: &S) -> Option<bool> {
    match left.ty {
        Type::Number => {
            let (left, right) = match (&left.kind, &right.kind) {
                (ExprKind::DaysSince(start), ExprKind::Literal(Value::Number(bound))) => {
                    (days_since_between(start, [*bound], scope)?, *bound)
                }
                (ExprKind::Literal(Value::Number(bound)), ExprKind::DaysSince(start)) => {
                    (*bound, days_since_between(start, [*bound], scope)?)
                }
                _ => (number(left, scope)?, number(right, scope)?),
            };
            Some(ordered(op, &left, &right))
        }
        Type::Time => Some(ordered(op, &time(left, scope)?, &time(right, scope)?)),
        Type::Text => {
            let equal = test_texts(left, right, scope, |left, right| left == right)?;
            Some(equal == (op == CompareOp::Equal))
        }
        Type::Boolean => Some((truth(left, scope)? == truth(right, scope)?) == (op == CompareOp::Equal)),
    }
}

fn ordered<T: PartialOrd>(op: CompareOp, left: &T, right: &T) -> bool {
    match op {
        CompareOp::Equal => left == right,
        CompareOp::NotEqual => left != right,
        CompareOp::Less => left < right,
        CompareOp::LessOrEqual => left <= right,
        CompareOp::Greater => left > right,
        CompareOp::GreaterOrEqual => left >= right,
    }
}

fn is_in<'a, S: Scope<'a> + ?Sized>(element: &'a Expr, set: &'a Set, scope: &S) -> Option<bool> {
    Some(match set {
        Set::Texts(texts) => {
            let element = text(element, scope)?;
            texts.iter().any(|text| *text == *element)
        }
        Set::Numbers(numbers) => numbers.contains(&number(element, scope)?),
        Set::Booleans(truths) => truths.contains(&truth(element, scope)?),
        Set::List(list) => scope.list_contains(*list, &text(element, scope)?),
    })
}

/// Whole days from `start` to `as_of`, floored: negative where `start` is later.
fn whole_days(as_of: i64, start: i64) -> i64 {
    as_of.saturating_sub(start).div_euclid(MICROS_PER_DAY)
}

/// The first instant that is `days` whole days after `start`.
fn day_boundary(start: i64, days: i64) -> i64 {
    start.saturating_add(days.saturating_mul(MICROS_PER_DAY))
}

fn lower_ascii(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(text.to_ascii_lowercase()) } else { text }
}

/// The functions of the language that know the world. Stand-ins, all but `email_domain`: `bantam_lang::email` and
/// `bantam_lang::titles` take their place.
mod functions {
    use std::borrow::Cow;

    pub(super) fn email_domain(address: &str) -> Option<Cow<'_, str>> {
        let (_, domain) = address.rsplit_once('@')?;
        (!domain.is_empty()).then(|| super::lower_ascii(Cow::Borrowed(domain)))
    }

    pub(super) fn is_free_email(address: &str) -> Option<bool> {
        Some(email_domain(address)? == "gmail.com")
    }

    pub(super) fn seniority(title: &str) -> Option<&'static str> {
        title.chars().any(char::is_alphabetic).then_some(if title.contains("VP") { "VP" } else { "Staff" })
    }

    pub(super) fn department(title: &str) -> Option<&'static str> {
        title.chars().any(char::is_alphabetic).then_some("Other")
    }
}
