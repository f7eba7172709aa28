//! Ranges of numbers, with or without their ends.

use crate::convert::number_text;
use crate::meaning::{ArithmeticOp, CompareOp, Limit};

/// All numbers from `low` to `high`; an end may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    /// Lower end.
    pub(crate) low: f64,
    /// Upper end.
    pub(crate) high: f64,
    /// Whether the lower end itself is left out.
    low_open: bool,
    /// Whether the upper end itself is left out.
    high_open: bool,
    /// Whether whole numbers alone belong to it; both ends are then whole and belong to it.
    pub(crate) whole: bool,
}

impl Interval {
    /// Every number.
    pub(crate) const ALL: Interval =
        Interval { low: f64::NEG_INFINITY, high: f64::INFINITY, low_open: false, high_open: false, whole: false };
    /// The number 0.
    pub(crate) const ZERO: Interval = Interval::whole(0.0, 0.0);

    /// Returns the whole numbers from `low` to `high`.
    pub(crate) const fn whole(low: f64, high: f64) -> Self {
        Interval { low, high, low_open: false, high_open: false, whole: true }
    }

    /// Returns the one number `value`.
    pub(crate) fn exactly(value: f64) -> Self {
        Interval { low: value, high: value, low_open: false, high_open: false, whole: value.fract() == 0.0 }
    }

    /// Returns the numbers for which `x op value` holds; `None` for `!=`, which is no interval.
    pub(crate) fn where_holds(op: CompareOp, bound: Interval) -> Option<Self> {
        Some(match op {
            CompareOp::Equal => bound,
            CompareOp::NotEqual => return None,
            CompareOp::Less => Interval { high: bound.high, high_open: true, ..Interval::ALL },
            CompareOp::LessOrEqual => Interval { high: bound.high, high_open: bound.high_open, ..Interval::ALL },
            CompareOp::Greater => Interval { low: bound.low, low_open: true, ..Interval::ALL },
            CompareOp::GreaterOrEqual => Interval { low: bound.low, low_open: bound.low_open, ..Interval::ALL },
        })
    }

    /// Returns its numbers from `low` up.
    pub(crate) fn at_least(self, low: f64) -> Self {
        self.meet(Interval { low, ..Interval::ALL })
    }

    /// Returns its numbers below `high`.
    pub(crate) fn below(self, high: f64) -> Self {
        self.meet(Interval { high, high_open: true, ..Interval::ALL })
    }

    /// Returns whether no number belongs to it.
    pub(crate) fn is_empty(self) -> bool {
        self.low > self.high || (self.low == self.high && (self.low_open || self.high_open))
    }

    /// Returns whether `value` belongs to it.
    pub(crate) fn contains(self, value: f64) -> bool {
        let above = self.low < value || (self.low == value && !self.low_open);
        let below = value < self.high || (value == self.high && !self.high_open);
        above && below && (!self.whole || value.fract() == 0.0)
    }

    /// Returns the one number it holds, if it holds one alone.
    pub(crate) fn only(self) -> Option<f64> {
        (self.low == self.high && !self.is_empty()).then_some(self.low)
    }

    /// Returns the numbers that belong to both.
    pub(crate) fn meet(self, other: Self) -> Self {
        let (low, low_open) = match self.low.total_cmp(&other.low) {
            std::cmp::Ordering::Greater => (self.low, self.low_open),
            std::cmp::Ordering::Less => (other.low, other.low_open),
            std::cmp::Ordering::Equal => (self.low, self.low_open || other.low_open),
        };
        let (high, high_open) = match self.high.total_cmp(&other.high) {
            std::cmp::Ordering::Less => (self.high, self.high_open),
            std::cmp::Ordering::Greater => (other.high, other.high_open),
            std::cmp::Ordering::Equal => (self.high, self.high_open || other.high_open),
        };
        Interval { low, high, low_open, high_open, whole: self.whole || other.whole }.rounded()
    }

    /// Returns the smallest interval that holds both.
    pub(crate) fn join(self, other: Self) -> Self {
        Interval {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            low_open: false,
            high_open: false,
            whole: self.whole && other.whole,
        }
    }

    /// Moves the ends of whole numbers onto whole numbers.
    fn rounded(self) -> Self {
        if !self.whole {
            return self;
        }
        let mut low = self.low.ceil();
        let mut high = self.high.floor();
        if self.low_open && low == self.low && low.is_finite() {
            low += 1.0;
        }
        if self.high_open && high == self.high && high.is_finite() {
            high -= 1.0;
        }
        Interval::whole(low, high)
    }

    /// Returns what the numbers become under a limit.
    pub(crate) fn limited(self, limit: Option<Limit>) -> Self {
        let Some(limit) = limit else { return self };
        let (low, high) = (limit.low as f64, limit.high as f64);
        Interval::whole(self.low.clamp(low, high), self.high.clamp(low, high))
    }

    /// Returns the sums of a number of each.
    pub(crate) fn plus(self, other: Self) -> Self {
        Interval {
            low: self.low + other.low,
            high: self.high + other.high,
            low_open: false,
            high_open: false,
            whole: self.whole && other.whole,
        }
    }

    /// Returns the numbers with the other sign.
    pub(crate) fn negated(self) -> Self {
        Interval {
            low: -self.high,
            high: -self.low,
            low_open: self.high_open,
            high_open: self.low_open,
            whole: self.whole,
        }
    }

    /// Returns what an operation may give on a number of each; every number where that is not told simply.
    pub(crate) fn calculated(self, op: ArithmeticOp, other: Self) -> Self {
        match op {
            ArithmeticOp::Add => self.plus(other).or_all(),
            ArithmeticOp::Subtract => self.plus(other.negated()).or_all(),
            ArithmeticOp::Multiply => {
                let products =
                    [self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high];
                Interval::hull(&products, self.whole && other.whole)
            }
            ArithmeticOp::Divide => match other.only() {
                Some(divisor) if divisor != 0.0 => Interval::hull(&[self.low / divisor, self.high / divisor], false),
                _ => Interval::ALL,
            },
        }
    }

    fn hull(ends: &[f64], whole: bool) -> Self {
        let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let known = ends.iter().all(|end| !end.is_nan());
        if known { Interval { low, high, low_open: false, high_open: false, whole } } else { Interval::ALL }
    }

    fn or_all(self) -> Self {
        if self.low.is_nan() || self.high.is_nan() { Interval::ALL } else { self }
    }

    /// Returns whether both ends are finite.
    pub(crate) fn is_bounded(self) -> bool {
        self.low.is_finite() && self.high.is_finite()
    }

    /// Returns it in words: `from 0 to 45`, `0 or more`, `0`.
    pub(crate) fn words(self) -> String {
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) if self.low == self.high => number_text(self.low),
            (true, true) => format!("from {} to {}", number_text(self.low), number_text(self.high)),
            (true, false) => format!("{} or more", number_text(self.low)),
            (false, true) => format!("{} or less", number_text(self.high)),
            (false, false) => "any number".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_no_gap_between_five_and_six() {
        let scores = Interval::whole(f64::NEG_INFINITY, f64::INFINITY);
        let above = Interval::where_holds(CompareOp::Greater, Interval::exactly(5.0)).unwrap();
        let below = Interval::where_holds(CompareOp::Less, Interval::exactly(6.0)).unwrap();
        assert!(scores.meet(above).meet(below).is_empty());
        assert!(!Interval::ALL.meet(above).meet(below).is_empty());
        assert_eq!(scores.meet(above).words(), "6 or more");
    }

    #[test]
    fn nothing_is_above_and_at_most_the_same() {
        let above = Interval::where_holds(CompareOp::Greater, Interval::exactly(5.0)).unwrap();
        let most = Interval::where_holds(CompareOp::LessOrEqual, Interval::exactly(5.0)).unwrap();
        assert!(above.meet(most).is_empty());
    }

    #[test]
    fn arithmetic_without_a_bound_gives_any_number() {
        let any = Interval::ALL;
        assert_eq!(any.calculated(ArithmeticOp::Subtract, any), any);
        assert_eq!(
            Interval::whole(2.0, 3.0).calculated(ArithmeticOp::Multiply, Interval::exactly(-2.0)).words(),
            "from -6 to -4"
        );
        assert_eq!(any.calculated(ArithmeticOp::Multiply, Interval::ZERO), any);
    }
}
