//! What a value may be, as far as a definition alone tells: the values an expression may take, and whether it may be
//! missing.
//!
//! A set of possible values may be too large, never too small: what is called impossible here never happens.

use super::interval::Interval;
use crate::meaning::{Type, Value};
use std::collections::BTreeSet;

/// What an expression may give.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Possible {
    /// The values it may have.
    pub(super) values: Values,
    /// Whether it may have a value at all.
    pub(super) present: bool,
    /// Whether it may be missing, or unknown.
    pub(super) missing: bool,
}

/// Some values of one type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Numbers, or times in microseconds.
    Numbers(Interval),
    /// These texts alone.
    Texts(BTreeSet<String>),
    /// Every text but these.
    TextsBut(BTreeSet<String>),
    /// True, false, either or neither.
    Booleans {
        /// Whether true is possible.
        yes: bool,
        /// Whether false is possible.
        no: bool,
    },
}

impl Values {
    /// Returns all values of a type.
    pub(super) fn all(kind: Type) -> Self {
        match kind {
            Type::Text => Values::TextsBut(BTreeSet::new()),
            Type::Number | Type::Time => Values::Numbers(Interval::ALL),
            Type::Boolean => Values::Booleans { yes: true, no: true },
        }
    }

    /// Returns one value alone.
    pub(super) fn only(value: &Value) -> Self {
        match value {
            Value::Text(text) => Values::Texts(BTreeSet::from([text.clone()])),
            Value::Number(number) => Values::Numbers(Interval::exactly(*number)),
            Value::Boolean(boolean) => Values::Booleans { yes: *boolean, no: !*boolean },
            Value::Time(micros) => Values::Numbers(Interval::exactly(*micros as f64)),
        }
    }

    /// Returns these texts alone.
    pub(super) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Values::Texts(texts.into_iter().map(str::to_owned).collect())
    }

    /// Returns whether there is no value.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Values::Numbers(interval) => interval.is_empty(),
            Values::Texts(texts) => texts.is_empty(),
            Values::TextsBut(_) => false,
            Values::Booleans { yes, no } => !yes && !no,
        }
    }

    /// Returns the values that belong to both.
    pub(super) fn meet(&self, other: &Values) -> Values {
        match (self, other) {
            (Values::Numbers(a), Values::Numbers(b)) => Values::Numbers(a.meet(*b)),
            (Values::Booleans { yes, no }, Values::Booleans { yes: other_yes, no: other_no }) => {
                Values::Booleans { yes: *yes && *other_yes, no: *no && *other_no }
            }
            (Values::Texts(a), Values::Texts(b)) => Values::Texts(a & b),
            (Values::Texts(some), Values::TextsBut(but)) | (Values::TextsBut(but), Values::Texts(some)) => {
                Values::Texts(some - but)
            }
            (Values::TextsBut(a), Values::TextsBut(b)) => Values::TextsBut(a | b),
            // Values of two types never meet; a checked definition does not compare them.
            _ => self.clone(),
        }
    }

    /// Returns values among which are all of both.
    pub(super) fn join(&self, other: &Values) -> Values {
        match (self, other) {
            (Values::Numbers(a), Values::Numbers(b)) => Values::Numbers(a.join(*b)),
            (Values::Booleans { yes, no }, Values::Booleans { yes: other_yes, no: other_no }) => {
                Values::Booleans { yes: *yes || *other_yes, no: *no || *other_no }
            }
            (Values::Texts(a), Values::Texts(b)) => Values::Texts(a | b),
            (Values::Texts(some), Values::TextsBut(but)) | (Values::TextsBut(but), Values::Texts(some)) => {
                Values::TextsBut(but - some)
            }
            (Values::TextsBut(a), Values::TextsBut(b)) => Values::TextsBut(a & b),
            _ => self.clone(),
        }
    }

    /// Returns the numbers; every number for other types.
    pub(super) fn interval(&self) -> Interval {
        match self {
            Values::Numbers(interval) => *interval,
            _ => Interval::ALL,
        }
    }
}

impl Possible {
    /// Returns a value that is always there.
    pub(super) fn present(values: Values) -> Self {
        Possible { values, present: true, missing: false }
    }

    /// Returns a value that may be missing.
    pub(super) fn perhaps(values: Values, missing: bool) -> Self {
        let present = !values.is_empty();
        Possible { values, present, missing }
    }

    /// Returns whether nothing is possible: the facts it comes from contradict each other.
    pub(super) fn is_impossible(&self) -> bool {
        !self.missing && (!self.present || self.values.is_empty())
    }

    /// Returns about how much work a copy is.
    pub(super) fn weight(&self) -> usize {
        match &self.values {
            Values::Texts(texts) | Values::TextsBut(texts) => texts.len(),
            Values::Numbers(_) | Values::Booleans { .. } => 0,
        }
    }

    /// Returns what is possible for a value that may be either.
    pub(super) fn join(&self, other: &Possible) -> Possible {
        let values = match (self.present, other.present) {
            (true, false) => self.values.clone(),
            (false, true) => other.values.clone(),
            _ => self.values.join(&other.values),
        };
        Possible { values, present: self.present || other.present, missing: self.missing || other.missing }
    }
}
