//! Finds out which numbers a definition cannot tell apart: those between which it makes no cut.

use super::{expressions, tables};
use bantam_lang::meaning::{CompareOp, Expr, ExprKind, Meaning, Name, Set, TableKeys, Value};

/// With more cuts than these a number is not worth sorting in.
const CUTS_MAX: usize = 16;

/// The kinds of number of one name: what lies below, between and above the cuts that a definition makes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NumberClasses {
    /// Rising.
    cuts: Vec<Cut>,
}

/// Where numbers are told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cut {
    bound: f64,
    /// Whether the bound itself lies below the cut.
    is_after: bool,
}

impl NumberClasses {
    /// Returns the kinds of number of a name; `None` where a number may count for itself, or there are many kinds.
    pub(crate) fn of(meaning: &Meaning, name: Name) -> Option<NumberClasses> {
        let mut cuts = Vec::new();
        for expr in expressions(meaning) {
            collect(expr, name, &mut cuts)?;
        }
        for (by, table) in tables(meaning) {
            match &table.keys {
                TableKeys::Number(keys) if is_name(by, name) => {
                    cuts.extend(keys.iter().map(|&(bound, _)| Cut { bound, is_after: false }));
                }
                _ => collect(by, name, &mut cuts)?,
            }
        }
        cuts.sort_by(|a, b| a.bound.total_cmp(&b.bound).then(a.is_after.cmp(&b.is_after)));
        cuts.dedup();
        (cuts.len() <= CUTS_MAX).then_some(NumberClasses { cuts })
    }

    /// Returns how many kinds there are.
    pub(crate) fn count(&self) -> usize {
        self.cuts.len() + 1
    }

    /// Returns the kind of a number, below [`NumberClasses::count`]; that count itself for a missing one.
    #[inline]
    pub(crate) fn class(&self, number: f64) -> u32 {
        if number.is_nan() {
            return self.count() as u32;
        }
        let is_above = |cut: &Cut| if cut.is_after { number > cut.bound } else { number >= cut.bound };
        self.cuts.iter().map(|cut| u32::from(is_above(cut))).sum()
    }
}

/// Collects the cuts that conditions make among the numbers of a name; `None` where its number counts for itself.
fn collect(expr: &Expr, name: Name, cuts: &mut Vec<Cut>) -> Option<()> {
    match &expr.kind {
        ExprKind::Compare(op, left, right) if is_name(left, name) => cuts.extend(made_by(*op, constant(right)?)),
        ExprKind::Compare(op, left, right) if is_name(right, name) => {
            cuts.extend(made_by(op.mirrored(), constant(left)?));
        }
        ExprKind::In(inner, Set::Numbers(set)) if is_name(inner, name) => {
            cuts.extend(set.iter().flat_map(|&bound| made_by(CompareOp::Equal, bound)));
        }
        _ if is_name(expr, name) => return None,
        _ => crate::batch::children(expr).into_iter().try_for_each(|child| collect(child, name, cuts))?,
    }
    Some(())
}

/// Returns the cuts that a comparison of a number with a bound makes.
fn made_by(op: CompareOp, bound: f64) -> impl Iterator<Item = Cut> {
    let (before, after) = match op {
        CompareOp::Less | CompareOp::GreaterOrEqual => (true, false),
        CompareOp::Greater | CompareOp::LessOrEqual => (false, true),
        CompareOp::Equal | CompareOp::NotEqual => (true, true),
    };
    [(before, false), (after, true)]
        .into_iter()
        .filter(|(made, _)| *made)
        .map(move |(_, is_after)| Cut { bound, is_after })
}

fn is_name(expr: &Expr, name: Name) -> bool {
    matches!(expr.kind, ExprKind::Name(other) if other == name)
}

fn constant(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Literal(Value::Number(number)) => Some(*number),
        ExprKind::Negate(inner) => constant(inner).map(|number| -number),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at what cannot be")]
mod tests {
    use super::*;
    use bantam_lang::source::Source;

    /// Returns the kinds of `event.value` in a definition with one rule about events, and a signal beside it.
    fn classes(rule: &str, signal: &str) -> Option<NumberClasses> {
        let text = format!(
            "bantam: 1\nevent: {{value: number, other: number}}\nsignals:\n  s: {signal}\nengagement:\n  rules:\n    R: {rule}\nstages: [One, Two: score >= 1]\n"
        );
        let loaded = bantam_lang::load(Source::new("d.yaml", text), &mut |_| unreachable!());
        NumberClasses::of(&loaded.checked.unwrap().meaning(), Name::Property(0))
    }

    #[test]
    fn numbers_between_two_bounds_are_of_one_kind() {
        let count = "{count: seen, if: 'event.value in [3, -1]'}";
        let classes = classes("{on: seen, if: event.value >= 30 || -7 > event.value, points: 1}", count).unwrap();
        let numbers = [-9.0, -7.0, -6.0, -1.0, 0.0, 3.0, 29.9, 30.0, 31.0, f64::NAN];
        assert_eq!(numbers.map(|number| classes.class(number)), [0, 1, 1, 2, 3, 4, 5, 6, 6, 7]);
        assert_eq!(classes.count(), 7);
    }

    #[test]
    fn a_bound_lies_on_the_side_where_the_comparison_has_it() {
        let kinds = |condition: &str| {
            let classes = classes(&format!("{{on: seen, if: {condition}, points: 1}}"), "{count: seen}").unwrap();
            [1.0, 2.0, 3.0].map(|number| classes.class(number))
        };
        for condition in ["event.value >= 2", "event.value < 2", "2 <= event.value", "2 > event.value"] {
            assert_eq!(kinds(condition), [0, 1, 1], "{condition}");
        }
        for condition in ["event.value > 2", "event.value <= 2", "2 < event.value", "2 >= event.value"] {
            assert_eq!(kinds(condition), [0, 0, 1], "{condition}");
        }
        for condition in ["event.value == 2", "2 != event.value", "event.value > 2 && event.value < 2"] {
            assert_eq!(kinds(condition), [0, 1, 2], "{condition}");
        }
    }

    #[test]
    fn tables_compare_with_their_lower_bounds() {
        let classes = classes("{on: seen, by: event.value, points: {10+: 1, 20+: 2}}", "{count: seen}").unwrap();
        assert_eq!([5.0, 10.0, 15.0, 20.0, 25.0].map(|number| classes.class(number)), [0, 1, 1, 2, 2]);
    }

    #[test]
    fn a_number_that_is_added_up_or_compared_with_another_counts_for_itself() {
        let any = "{on: seen, points: 1}";
        assert!(classes(any, "{sum: seen, of: event.value}").is_none());
        assert!(classes(any, "{count: seen, once_per: event.value}").is_none());
        assert!(classes("{on: seen, if: event.value > event.other, points: 1}", "{count: seen}").is_none());
        assert!(classes("{on: seen, if: event.value * 2 > 4, points: 1}", "{count: seen}").is_none());
        assert!(
            classes("{on: seen, if: 'event.value in [1, 2, 3, 4, 5, 6, 7, 8, 9]', points: 1}", "{count: seen}")
                .is_none()
        );
        assert_eq!(classes(any, "{count: seen, if: known(event.value)}").unwrap().count(), 1);
    }
}
