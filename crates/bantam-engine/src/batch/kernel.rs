//! Computes bound expressions over many rows, one operation at a time.

use super::bind::{Bound, BoundNumber, BoundText, BoundTime, BoundTruth, TextKind, truth_of_pair};
use super::frame::{Frame, Rows, Vector};
use super::names::Names;
use crate::columns::{MISSING_CODE, MISSING_NUMBER, MISSING_TIME, Truth};
use crate::evaluate::whole_days;
use bantam_lang::meaning::{ArithmeticOp, CompareOp, Name, Type};
use std::borrow::Cow;

/// Where expressions are computed: the rows of a frame.
#[derive(Clone, Copy)]
pub(super) struct Kernel<'k, 'a> {
    pub(super) frame: &'k Frame<'a>,
    pub(super) rows: Rows<'k>,
    pub(super) names: &'k Names<'a>,
}

impl<'k> Kernel<'k, '_> {
    fn count(&self) -> usize {
        self.frame.count(self.rows)
    }

    pub(super) fn value(&self, bound: &Bound<'_>) -> Vector {
        match bound {
            Bound::Text(text) => Vector::Text(self.codes(text).into_owned()),
            Bound::Number(number) => Vector::Number(self.numbers(number).into_owned()),
            Bound::Boolean(truth) => Vector::Boolean(self.truths(truth).into_owned()),
            Bound::Time(time) => Vector::Time(self.times(time).into_owned()),
        }
    }

    /// Returns codes in the expression's own dictionary.
    pub(super) fn codes(&self, bound: &BoundText<'_>) -> Cow<'k, [u32]> {
        let carry = |codes: Cow<'_, [u32]>, table: &[u32]| -> Vec<u32> {
            codes.iter().map(|&code| table.get(code as usize).copied().unwrap_or(MISSING_CODE)).collect()
        };
        match &bound.kind {
            TextKind::Constant(code) => Cow::Owned(vec![*code; self.count()]),
            TextKind::Load(name) => self.frame.texts(*name, self.rows),
            TextKind::Function(of, table) => Cow::Owned(carry(self.codes(of), table)),
            TextKind::Choose(condition, yes, no) => {
                let condition = self.truths(condition);
                let (yes, no) = (carry(self.codes(&yes.0), &yes.1), carry(self.codes(&no.0), &no.1));
                Cow::Owned(choose(&condition, &yes, &no, MISSING_CODE))
            }
        }
    }

    pub(super) fn truths(&self, bound: &BoundTruth<'_>) -> Cow<'k, [Truth]> {
        Cow::Owned(match bound {
            BoundTruth::Constant(truth) => vec![*truth; self.count()],
            BoundTruth::Load(name) => return self.frame.truths(*name, self.rows),
            BoundTruth::Function(of, table) => self.codes(of).iter().map(|&code| table.get(code)).collect(),
            BoundTruth::Pair(expr, left, right) => {
                let (left_codes, right_codes) = (self.codes(left), self.codes(right));
                let (left, right) = (left.dictionary.get(), right.dictionary.get());
                let pairs = left_codes.iter().zip(right_codes.iter());
                pairs.map(|(&a, &b)| truth_of_pair(expr, self.names, left.get(a), right.get(b))).collect()
            }
            BoundTruth::Not(inner) => {
                self.truths(inner).iter().map(|truth| truth.known().map(|value| !value).into()).collect()
            }
            BoundTruth::And(parts) => self.unless_any(parts, Truth::False, Truth::True),
            BoundTruth::Or(parts) => self.unless_any(parts, Truth::True, Truth::False),
            BoundTruth::HowMuch(op, left, right) => self.compare_numbers(*op, left, right),
            BoundTruth::When(op, left, right) => {
                let (left, right) = (self.times(left), self.times(right));
                let known = |a: i64, b: i64| a != MISSING_TIME && b != MISSING_TIME;
                zip(&left, &right, |a, b| if known(a, b) { compare(*op, &a, &b).into() } else { Truth::Unknown })
            }
            BoundTruth::Same(equal, sides) => {
                let (left, right) = (self.truths(&sides.0), self.truths(&sides.1));
                let known = |a: Truth, b: Truth| a != Truth::Unknown && b != Truth::Unknown;
                zip(&left, &right, |a, b| if known(a, b) { ((a == b) == *equal).into() } else { Truth::Unknown })
            }
            BoundTruth::AmongNumbers(value, set) => {
                let among = |number: f64| if number.is_nan() { Truth::Unknown } else { set.contains(&number).into() };
                self.numbers(value).iter().map(|&number| among(number)).collect()
            }
            BoundTruth::AmongTruths(value, set) => {
                self.truths(value).iter().map(|truth| truth.known().map(|value| set.contains(&value)).into()).collect()
            }
            BoundTruth::Known(name, kind) => self.known(*name, *kind),
            BoundTruth::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                choose(&self.truths(condition), &self.truths(yes), &self.truths(no), Truth::Unknown)
            }
        })
    }

    /// `decisive` where any part is, else unknown where any is, else the opposite.
    fn unless_any(&self, parts: &[BoundTruth<'_>], decisive: Truth, opposite: Truth) -> Vec<Truth> {
        let mut result = vec![opposite; self.count()];
        for part in parts {
            absorb(&mut result, &self.truths(part), decisive);
        }
        result
    }

    fn compare_numbers(&self, op: CompareOp, left: &BoundNumber<'_>, right: &BoundNumber<'_>) -> Vec<Truth> {
        let compared = |a: f64, b: f64| {
            if a.is_nan() || b.is_nan() { Truth::Unknown } else { compare(op, &a, &b).into() }
        };
        if let BoundNumber::Constant(constant) = right {
            return self.numbers(left).iter().map(|&number| compared(number, *constant)).collect();
        }
        zip(&self.numbers(left), &self.numbers(right), compared)
    }

    fn known(&self, name: Name, kind: Type) -> Vec<Truth> {
        match kind {
            Type::Text => self.frame.texts(name, self.rows).iter().map(|&code| (code != MISSING_CODE).into()).collect(),
            Type::Number => {
                self.frame.numbers(name, self.rows).iter().map(|number| (!number.is_nan()).into()).collect()
            }
            Type::Boolean => {
                self.frame.truths(name, self.rows).iter().map(|&truth| (truth != Truth::Unknown).into()).collect()
            }
            Type::Time => self.frame.times(name, self.rows).iter().map(|&time| (time != MISSING_TIME).into()).collect(),
        }
    }

    pub(super) fn numbers(&self, bound: &BoundNumber<'_>) -> Cow<'k, [f64]> {
        Cow::Owned(match bound {
            BoundNumber::Constant(number) => vec![*number; self.count()],
            BoundNumber::Load(name) => return self.frame.numbers(*name, self.rows),
            BoundNumber::Function(of, table) => self.codes(of).iter().map(|&code| table.get(code)).collect(),
            BoundNumber::Arithmetic(op, sides) => {
                let (left, right) = (self.numbers(&sides.0), self.numbers(&sides.1));
                zip(&left, &right, |a, b| finite(calculate(*op, a, b)))
            }
            BoundNumber::Negate(inner) => self.numbers(inner).iter().map(|number| -number).collect(),
            BoundNumber::DaysSince(start) => {
                let days = |start: i64| {
                    if start == MISSING_TIME { MISSING_NUMBER } else { whole_days(self.frame.as_of, start) as f64 }
                };
                self.times(start).iter().map(|&start| days(start)).collect()
            }
            BoundNumber::HowMany(parts) => {
                let mut counts = vec![0.0; self.count()];
                for part in parts {
                    for (count, &truth) in counts.iter_mut().zip(self.truths(part).iter()) {
                        *count += f64::from(u8::from(truth == Truth::True));
                    }
                }
                counts
            }
            BoundNumber::Choose(condition, sides) => {
                choose(&self.truths(condition), &self.numbers(&sides.0), &self.numbers(&sides.1), MISSING_NUMBER)
            }
        })
    }

    pub(super) fn times(&self, bound: &BoundTime<'_>) -> Cow<'k, [i64]> {
        Cow::Owned(match bound {
            BoundTime::Constant(time) => vec![*time; self.count()],
            BoundTime::Load(name) => return self.frame.times(*name, self.rows),
            BoundTime::Choose(condition, sides) => {
                choose(&self.truths(condition), &self.times(&sides.0), &self.times(&sides.1), MISSING_TIME)
            }
        })
    }
}

/// Joins truths to those before them: decisive where either is, else unknown where either is.
pub(super) fn absorb(result: &mut [Truth], part: &[Truth], decisive: Truth) {
    for (so_far, &truth) in result.iter_mut().zip(part) {
        if truth == decisive || (truth == Truth::Unknown && *so_far != decisive) {
            *so_far = truth;
        }
    }
}

fn zip<A: Copy, B: Copy, C>(left: &[A], right: &[B], combine: impl Fn(A, B) -> C) -> Vec<C> {
    left.iter().zip(right).map(|(&a, &b)| combine(a, b)).collect()
}

fn choose<T: Copy>(condition: &[Truth], yes: &[T], no: &[T], unknown: T) -> Vec<T> {
    let sides = yes.iter().zip(no);
    let chosen = condition.iter().zip(sides).map(|(truth, (&yes, &no))| match truth {
        Truth::True => yes,
        Truth::False => no,
        Truth::Unknown => unknown,
    });
    chosen.collect()
}

fn calculate(op: ArithmeticOp, a: f64, b: f64) -> f64 {
    match op {
        ArithmeticOp::Add => a + b,
        ArithmeticOp::Subtract => a - b,
        ArithmeticOp::Multiply => a * b,
        ArithmeticOp::Divide => a / b,
    }
}

/// An arithmetic result that is not finite is unknown.
fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { MISSING_NUMBER }
}

fn compare<T: PartialOrd>(op: CompareOp, a: &T, b: &T) -> bool {
    match op {
        CompareOp::Equal => a == b,
        CompareOp::NotEqual => a != b,
        CompareOp::Less => a < b,
        CompareOp::LessOrEqual => a <= b,
        CompareOp::Greater => a > b,
        CompareOp::GreaterOrEqual => a >= b,
    }
}
