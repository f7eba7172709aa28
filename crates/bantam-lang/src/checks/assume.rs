//! Assumes that a condition is true, or false, and says what follows, or that it cannot be.
//!
//! The answer "it cannot be" is certain; the answer "it may be" is not. That is what keeps warnings from being wrong.

use super::facts::Facts;
use super::interval::Interval;
use super::possible::{Possible, Values};
use super::show::show;
use super::world::World;
use crate::meaning::{CompareOp, Expr, ExprKind, Name, Type, Value};
use std::collections::BTreeSet;

/// Conditions joined by `&&` are gone through this often: what a later one says may rule out what an earlier one allows.
const ROUNDS: usize = 2;

/// Returns what is known where `condition` is `want`, beside `facts`; `None` where it cannot be.
pub(super) fn assume(world: &World<'_>, condition: &Expr, want: bool, facts: Facts) -> Option<Facts> {
    if !world.pay(1) {
        return Some(facts);
    }
    match &condition.kind {
        ExprKind::Literal(Value::Boolean(value)) => (*value == want).then_some(facts),
        ExprKind::Not(of) => assume(world, of, !want, facts),
        ExprKind::And(parts) if want => assume_all(world, parts, true, facts),
        ExprKind::Or(parts) if !want => assume_all(world, parts, false, facts),
        ExprKind::And(parts) | ExprKind::Or(parts) => {
            let branches = parts.iter().map(|part| vec![(part, want)]).collect();
            assume_any(world, branches, facts)
        }
        ExprKind::Choose(choice, then, otherwise) => {
            let branches =
                vec![vec![(&**choice, true), (&**then, want)], vec![(&**choice, false), (&**otherwise, want)]];
            assume_any(world, branches, facts)
        }
        ExprKind::Compare(op, left, right) => {
            let op = if want { *op } else { opposite(*op) };
            assume_comparison(world, op, left, right, facts)
        }
        ExprKind::In(of, set) => match world.set_values(set) {
            Some(values) => assume_in(world, of, &values, want, facts),
            None => assume_atom(world, condition, want, facts),
        },
        ExprKind::Known(name) => assume_known(world, *name, want, facts),
        ExprKind::Name(_) => restrict(world, condition, &truth(want), facts),
        ExprKind::Contains(text, part) | ExprKind::StartsWith(text, part) | ExprKind::EndsWith(text, part) => {
            let facts = assume_atom(world, condition, want, facts)?;
            keep_texts(world, text, part, &condition.kind, want, facts)
        }
        ExprKind::Matches(text, pattern) => {
            let facts = assume_atom(world, condition, want, facts)?;
            filter_texts(world, text, |text| pattern.is_match(text) == want, facts)
        }
        _ => assume_atom(world, condition, want, facts),
    }
}

fn truth(value: bool) -> Values {
    Values::Booleans { yes: value, no: !value }
}

fn assume_all(world: &World<'_>, parts: &[Expr], want: bool, facts: Facts) -> Option<Facts> {
    let mut facts = facts;
    for _ in 0..ROUNDS {
        for part in parts {
            facts = assume(world, part, want, facts)?;
        }
        facts = facts.settled(world)?;
    }
    Some(facts)
}

/// One of the branches holds. Where one alone can, its conclusions are kept.
fn assume_any(world: &World<'_>, branches: Vec<Vec<(&Expr, bool)>>, facts: Facts) -> Option<Facts> {
    let mut found = None;
    for branch in branches {
        if !world.pay(facts.len()) {
            return Some(facts);
        }
        let outcome =
            branch.into_iter().try_fold(facts.clone(), |facts, (part, want)| assume(world, part, want, facts));
        match outcome {
            Some(_) if found.is_some() => return Some(facts),
            Some(outcome) => found = Some(outcome),
            None => {}
        }
    }
    found
}

/// Keeps the fact that a condition which is not looked into is true, or false.
fn assume_atom(world: &World<'_>, condition: &Expr, want: bool, facts: Facts) -> Option<Facts> {
    restrict(world, condition, &truth(want), facts)
}

/// Brings an expression's values into `values`.
fn restrict(world: &World<'_>, expr: &Expr, values: &Values, facts: Facts) -> Option<Facts> {
    let before = world.evaluate(expr, &facts);
    if !before.present {
        return None;
    }
    let mut met = before.values.meet(values);
    if let Values::Texts(texts) = &mut met {
        texts.retain(|text| world.text_can_be(expr, text));
    }
    if met.is_empty() {
        return None;
    }
    let is_news = before.missing || met != before.values;
    if matches!(expr.kind, ExprKind::Literal(_)) || !is_news {
        return Some(facts);
    }
    let facts = facts.with_present(world, expr)?.put(show(world.meaning, expr), Possible::present(met.clone()))?;
    match &expr.kind {
        ExprKind::Name(Name::Derived(index)) => match world.meaning.derived.get(*index) {
            Some(derived) => follow(world, &derived.expr, &met, facts),
            None => Some(facts),
        },
        ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Compare(..) | ExprKind::Choose(..) => {
            follow(world, expr, &met, facts)
        }
        _ => Some(facts),
    }
}

/// What is known of a derived attribute, or of a condition that is compared, is known of its expression.
fn follow(world: &World<'_>, expr: &Expr, values: &Values, facts: Facts) -> Option<Facts> {
    match values {
        Values::Booleans { yes, no: false } if *yes => assume(world, expr, true, facts),
        Values::Booleans { yes: false, .. } => assume(world, expr, false, facts),
        Values::Booleans { .. } => Some(facts),
        _ if matches!(expr.kind, ExprKind::Choose(..) | ExprKind::Literal(_)) => Some(facts),
        _ => restrict(world, expr, values, facts),
    }
}

fn assume_known(world: &World<'_>, name: Name, want: bool, facts: Facts) -> Option<Facts> {
    let mut possible = facts.of_name(world, name);
    if want {
        if !possible.present {
            return None;
        }
        let name = Expr { kind: ExprKind::Name(name), ty: Type::Text, span: Default::default() };
        return facts.with_present(world, &name);
    }
    if !possible.missing {
        return None;
    }
    possible.present = false;
    facts.put(super::show::show_name(world.meaning, name), possible)
}

fn assume_comparison(world: &World<'_>, op: CompareOp, left: &Expr, right: &Expr, facts: Facts) -> Option<Facts> {
    let (of_left, of_right) = (world.evaluate(left, &facts), world.evaluate(right, &facts));
    if !of_left.present || !of_right.present {
        return None;
    }
    let (key_left, key_right) = (show(world.meaning, left), show(world.meaning, right));
    if key_left == key_right {
        let reflexive = matches!(op, CompareOp::Equal | CompareOp::LessOrEqual | CompareOp::GreaterOrEqual);
        return if reflexive { facts.with_present(world, left) } else { None };
    }
    let facts = facts.with_present(world, left)?.with_present(world, right)?;
    let facts = assume_side(world, op, left, &of_right.values, facts)?;
    let of_left = world.evaluate(left, &facts);
    let facts = assume_side(world, op.mirrored(), right, &of_left.values, facts)?;
    let literal = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(_));
    if literal(left) || literal(right) {
        return Some(facts);
    }
    remember_comparison(op, (key_left, key_right), facts)
}

/// Keeps a comparison of two expressions as a fact under one key for it and its opposite.
fn remember_comparison(op: CompareOp, sides: (String, String), facts: Facts) -> Option<Facts> {
    let (key, holds) = match op {
        CompareOp::Equal => ("==", true),
        CompareOp::NotEqual => ("==", false),
        CompareOp::Less => ("<", true),
        CompareOp::GreaterOrEqual => ("<", false),
        CompareOp::LessOrEqual => ("<=", true),
        CompareOp::Greater => ("<=", false),
    };
    let key = format!("compared: {} {key} {}", sides.0, sides.1);
    let before = facts.get(&key).map_or(Values::all(Type::Boolean), |fact| fact.values.clone());
    facts.put(key, Possible::present(before.meet(&truth(holds))))
}

/// Brings one side of a comparison into what the other side leaves it.
fn assume_side(world: &World<'_>, op: CompareOp, side: &Expr, other: &Values, facts: Facts) -> Option<Facts> {
    match (op, other) {
        (CompareOp::NotEqual, Values::Numbers(interval)) => match interval.only() {
            Some(value) => without_number(world, side, value, facts),
            None => Some(facts),
        },
        (CompareOp::NotEqual, Values::Texts(texts)) if texts.len() == 1 => {
            restrict(world, side, &Values::TextsBut(texts.clone()), facts)
        }
        (CompareOp::NotEqual, Values::Booleans { yes, no }) if yes != no => restrict(world, side, &truth(*no), facts),
        (CompareOp::NotEqual, _) => Some(facts),
        (CompareOp::Equal, _) => restrict(world, side, other, facts),
        (op, Values::Numbers(interval)) => match Interval::where_holds(op, *interval) {
            Some(allowed) => restrict(world, side, &Values::Numbers(allowed), facts),
            None => Some(facts),
        },
        _ => Some(facts),
    }
}

/// A number is not `value`: at an end of its interval that moves the end, between them nothing is learned.
fn without_number(world: &World<'_>, side: &Expr, value: f64, facts: Facts) -> Option<Facts> {
    let interval = world.evaluate(side, &facts).values.interval();
    let op = match () {
        () if interval.only() == Some(value) => return None,
        () if interval.low == value => CompareOp::Greater,
        () if interval.high == value => CompareOp::Less,
        () => return Some(facts),
    };
    assume_side(world, op, side, &Values::Numbers(Interval::exactly(value)), facts)
}

fn assume_in(world: &World<'_>, of: &Expr, values: &[Value], want: bool, facts: Facts) -> Option<Facts> {
    let possible = world.evaluate(of, &facts);
    if !possible.present {
        return None;
    }
    let facts = facts.with_present(world, of)?;
    let texts: BTreeSet<String> = values
        .iter()
        .filter_map(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None })
        .collect();
    match (of.ty, want) {
        (Type::Text, true) => restrict(world, of, &Values::Texts(texts), facts),
        (Type::Text, false) => restrict(world, of, &Values::TextsBut(texts), facts),
        (Type::Boolean, _) => {
            let holds = |boolean: bool| values.contains(&Value::Boolean(boolean)) == want;
            restrict(world, of, &Values::Booleans { yes: holds(true), no: holds(false) }, facts)
        }
        (_, true) => {
            let interval = possible.values.interval();
            let some = values.iter().filter_map(|value| match value {
                Value::Number(number) if interval.contains(*number) => Some(Interval::exactly(*number)),
                _ => None,
            });
            restrict(world, of, &Values::Numbers(some.reduce(Interval::join)?), facts)
        }
        (_, false) => values.iter().try_fold(facts, |facts, value| match value {
            Value::Number(number) => without_number(world, of, *number, facts),
            _ => Some(facts),
        }),
    }
}

/// Where an expression may be some texts alone, keeps those that a predicate with a constant holds for.
fn keep_texts(
    world: &World<'_>,
    text: &Expr,
    part: &Expr,
    predicate: &ExprKind,
    want: bool,
    facts: Facts,
) -> Option<Facts> {
    let ExprKind::Literal(Value::Text(part)) = &part.kind else { return Some(facts) };
    let holds = |text: &str| match predicate {
        ExprKind::Contains(..) => text.contains(part.as_str()),
        ExprKind::StartsWith(..) => text.starts_with(part.as_str()),
        _ => text.ends_with(part.as_str()),
    };
    if part.is_empty() && !want {
        return None;
    }
    filter_texts(world, text, |text| holds(text) == want, facts)
}

fn filter_texts(world: &World<'_>, text: &Expr, keep: impl Fn(&str) -> bool, facts: Facts) -> Option<Facts> {
    match world.evaluate(text, &facts).values {
        Values::Texts(texts) => {
            let kept = Values::Texts(texts.into_iter().filter(|text| keep(text)).collect());
            restrict(world, text, &kept, facts)
        }
        _ => Some(facts),
    }
}

fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
        CompareOp::Less => CompareOp::GreaterOrEqual,
        CompareOp::LessOrEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessOrEqual,
        CompareOp::GreaterOrEqual => CompareOp::Less,
    }
}
