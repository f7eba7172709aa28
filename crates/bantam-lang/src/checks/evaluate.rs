//! Finds out what an expression may give where some facts are known.

use super::assume::assume;
use super::facts::Facts;
use super::interval::Interval;
use super::possible::{Possible, Values};
use super::show::show;
use super::world::World;
use crate::meaning::{ArithmeticOp, Expr, ExprKind, Name, Set, Type};
use crate::titles::{DEPARTMENTS, SENIORITIES};
use std::collections::BTreeSet;

impl World<'_> {
    /// Returns what an expression may give.
    pub(super) fn look_at(&self, expr: &Expr) -> Possible {
        self.refuel();
        self.evaluate(expr, &Facts::default())
    }

    /// Returns what an expression may give where `facts` hold.
    pub(super) fn evaluate(&self, expr: &Expr, facts: &Facts) -> Possible {
        let key = show(self.meaning, expr);
        if !self.pay(1 + key.len() / 16) {
            return Possible::perhaps(Values::all(expr.ty), true);
        }
        if let Some(fact) = facts.get(&key) {
            self.pay(fact.weight());
            return fact.clone();
        }
        match &expr.kind {
            ExprKind::Literal(value) => Possible::present(Values::only(value)),
            ExprKind::Name(name) => self.name(*name),
            ExprKind::In(of, Set::List(_)) => self.computed(of, facts, Values::all(Type::Boolean)),
            ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Compare(..) | ExprKind::In(..) => {
                self.evaluate_boolean(expr, facts)
            }
            ExprKind::Known(name) => self.evaluate_known(*name, facts),
            ExprKind::Arithmetic(op, left, right) => self.evaluate_arithmetic(*op, left, right, facts),
            ExprKind::Negate(of) => {
                let of = self.evaluate(of, facts);
                Possible { values: Values::Numbers(of.values.interval().negated()), ..of }
            }
            ExprKind::Choose(condition, then, otherwise) => {
                let (yes, no) = (self.can_be(condition, facts, true), self.can_be(condition, facts, false));
                let (then, otherwise) = (self.evaluate(then, facts), self.evaluate(otherwise, facts));
                let mut joined = match (yes, no) {
                    (true, false) => then,
                    (false, true) => otherwise,
                    _ => then.join(&otherwise),
                };
                joined.missing |= self.can_be_unknown(condition, facts);
                joined
            }
            ExprKind::DaysSince(of) => self.computed(of, facts, Values::Numbers(self.days_since(of))),
            ExprKind::HowMany(parts) => {
                let sure = parts.iter().filter(|part| self.is_always_true(part, facts)).count();
                let most = parts.iter().filter(|part| self.can_be(part, facts, true)).count();
                Possible::present(Values::Numbers(Interval::whole(sure as f64, most.max(sure) as f64)))
            }
            ExprKind::Size(of) => self.evaluate_size(of, facts),
            ExprKind::Contains(text, part) | ExprKind::StartsWith(text, part) | ExprKind::EndsWith(text, part) => {
                let missing = self.evaluate(text, facts).missing || self.evaluate(part, facts).missing;
                Possible::perhaps(Values::all(Type::Boolean), missing)
            }
            ExprKind::Matches(text, _) => self.computed(text, facts, Values::all(Type::Boolean)),
            ExprKind::LowerAscii(of) => self.computed(of, facts, lowered(&self.evaluate(of, facts).values)),
            ExprKind::EmailDomain(_) => Possible::perhaps(Values::all(Type::Text), true),
            ExprKind::IsFreeEmail(_) => Possible::perhaps(Values::all(Type::Boolean), true),
            ExprKind::Seniority(_) => Possible::perhaps(Values::texts(SENIORITIES), true),
            ExprKind::Department(_) => Possible::perhaps(Values::texts(DEPARTMENTS), true),
        }
    }

    /// A value that is missing where the value it is computed from is.
    fn computed(&self, of: &Expr, facts: &Facts, values: Values) -> Possible {
        let of = self.evaluate(of, facts);
        Possible { values, present: of.present, missing: of.missing }
    }

    fn evaluate_boolean(&self, expr: &Expr, facts: &Facts) -> Possible {
        let yes = self.can_be(expr, facts, true);
        let no = self.can_be(expr, facts, false);
        Possible { values: Values::Booleans { yes, no }, present: yes || no, missing: self.can_be_unknown(expr, facts) }
    }

    fn evaluate_known(&self, name: Name, facts: &Facts) -> Possible {
        let possible = facts.of_name(self, name);
        let yes = possible.present && !possible.values.is_empty();
        Possible::present(Values::Booleans { yes, no: possible.missing })
    }

    fn evaluate_arithmetic(&self, op: ArithmeticOp, left: &Expr, right: &Expr, facts: &Facts) -> Possible {
        let (left, right) = (self.evaluate(left, facts), self.evaluate(right, facts));
        let result = left.values.interval().calculated(op, right.values.interval());
        // A division by zero or a result that is not finite is unknown; finite ends rule both out.
        let missing = left.missing || right.missing || !result.is_bounded();
        Possible { values: Values::Numbers(result), present: left.present && right.present, missing }
    }

    fn evaluate_size(&self, of: &Expr, facts: &Facts) -> Possible {
        let text = self.evaluate(of, facts);
        let sizes = match &text.values {
            Values::Texts(texts) => texts
                .iter()
                .map(|text| Interval::exactly(text.chars().count() as f64))
                .reduce(Interval::join)
                .unwrap_or(Interval::ZERO),
            _ => Interval::whole(0.0, f64::INFINITY),
        };
        Possible { values: Values::Numbers(sizes), present: text.present, missing: text.missing }
    }

    /// Returns whether a condition may be true, or false.
    pub(super) fn can_be(&self, expr: &Expr, facts: &Facts, want: bool) -> bool {
        if !self.pay(facts.len()) {
            return true;
        }
        assume(self, expr, want, facts.clone()).is_some()
    }

    /// Returns whether a condition is true whatever the lead is like: never false, never unknown.
    pub(super) fn is_always_true(&self, expr: &Expr, facts: &Facts) -> bool {
        !self.can_be(expr, facts, false) && !self.can_be_unknown(expr, facts) && self.is_sure()
    }

    /// Returns whether an expression may be unknown.
    pub(super) fn can_be_unknown(&self, expr: &Expr, facts: &Facts) -> bool {
        if !self.pay(1) {
            return true;
        }
        match &expr.kind {
            ExprKind::Not(of) => self.can_be_unknown(of, facts),
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().any(|part| self.can_be_unknown(part, facts)),
            ExprKind::Compare(_, left, right) => {
                self.evaluate(left, facts).missing || self.evaluate(right, facts).missing
            }
            ExprKind::In(of, _) => self.evaluate(of, facts).missing,
            _ => self.evaluate(expr, facts).missing,
        }
    }
}

fn lowered(values: &Values) -> Values {
    match values {
        Values::Texts(texts) => Values::Texts(texts.iter().map(|text| text.to_ascii_lowercase()).collect()),
        _ => Values::TextsBut(BTreeSet::new()),
    }
}
