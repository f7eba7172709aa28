//! Finds out which numbers a definition cannot tell apart: those between two bounds that it compares with.

use super::{expressions, tables};
use bantam_lang::meaning::{Expr, ExprKind, Meaning, Name, Set, TableKeys, Value};

/// With more bounds than these a number is not worth sorting in.
const BOUNDS_MAX: usize = 8;

/// The kinds of number of one name: each bound itself, and what lies below, between and above them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NumberClasses {
    /// Rising.
    bounds: Vec<f64>,
}

impl NumberClasses {
    /// Returns the kinds of number of a name; `None` where a number may count for itself, or there are many kinds.
    pub(crate) fn of(meaning: &Meaning, name: Name) -> Option<NumberClasses> {
        let mut bounds = Vec::new();
        for expr in expressions(meaning) {
            collect(expr, name, &mut bounds)?;
        }
        for (by, table) in tables(meaning) {
            match &table.keys {
                TableKeys::Number(keys) if is_name(by, name) => bounds.extend(keys.iter().map(|(bound, _)| *bound)),
                _ => collect(by, name, &mut bounds)?,
            }
        }
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        (bounds.len() <= BOUNDS_MAX).then_some(NumberClasses { bounds })
    }

    /// Returns how many kinds there are.
    pub(crate) fn count(&self) -> usize {
        2 * self.bounds.len() + 1
    }

    /// Returns the kind of a number, below [`NumberClasses::count`]; that count itself for a missing one.
    #[inline]
    pub(crate) fn class(&self, number: f64) -> u32 {
        if number.is_nan() {
            return self.count() as u32;
        }
        // A bound that is passed moves a number up by two kinds, one that is met by one.
        self.bounds.iter().map(|&bound| u32::from(number >= bound) + u32::from(number > bound)).sum()
    }
}

/// Collects the constants that a name is compared with; `None` where its number counts for itself.
fn collect(expr: &Expr, name: Name, bounds: &mut Vec<f64>) -> Option<()> {
    match &expr.kind {
        ExprKind::Compare(_, left, right) if is_name(left, name) => bounds.push(constant(right)?),
        ExprKind::Compare(_, left, right) if is_name(right, name) => bounds.push(constant(left)?),
        ExprKind::In(inner, Set::Numbers(set)) if is_name(inner, name) => bounds.extend(set),
        _ if is_name(expr, name) => return None,
        _ => crate::batch::children(expr).into_iter().try_for_each(|child| collect(child, name, bounds))?,
    }
    Some(())
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
        let kinds = [-9.0, -7.0, -6.0, -1.0, 0.0, 3.0, 29.9, 30.0, 31.0, f64::NAN].map(|number| classes.class(number));
        assert_eq!(kinds, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(classes.count(), 9);
    }

    #[test]
    fn tables_compare_with_their_lower_bounds() {
        let classes = classes("{on: seen, by: event.value, points: {10+: 1, 20+: 2}}", "{count: seen}").unwrap();
        assert_eq!([5.0, 10.0, 15.0, 20.0, 25.0].map(|number| classes.class(number)), [0, 1, 2, 3, 4]);
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
