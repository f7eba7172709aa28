//! Says durations, points, limits and names in words.

use crate::definition::{LimitDecl, Text};

/// At most this many examples are named; the rest is counted.
const EXAMPLES: usize = 3;
/// Units from the largest to the smallest. People count to 90 in days, so weeks are said in days too.
const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];

/// Returns a number and its unit, the largest that is exact: `(30, "days")`.
fn in_unit(seconds: i64) -> (i64, String) {
    let (length, unit) = UNITS.into_iter().find(|(length, _)| seconds % length == 0).unwrap_or((1, "second"));
    let count = seconds / length;
    (count, if count == 1 { unit.to_owned() } else { format!("{unit}s") })
}

/// Returns `30 days`, `90 minutes`.
pub(crate) fn duration(seconds: i64) -> String {
    let (count, unit) = in_unit(seconds);
    format!("{count} {unit}")
}

/// Returns `30 -> 45 days`, or `36 hours -> 2 days` where the units differ.
pub(super) fn duration_change(old: i64, new: i64) -> String {
    let ((old_count, old_unit), (new_count, new_unit)) = (in_unit(old), in_unit(new));
    if old_unit == new_unit {
        format!("{old_count} -> {new_count} {new_unit}")
    } else {
        format!("{old_count} {old_unit} -> {new_count} {new_unit}")
    }
}

/// Returns what a duration became, where it may be absent: `5 minutes -> 1 hour`.
pub(super) fn maybe_duration_change(old: Option<i64>, new: Option<i64>, absent: &str) -> String {
    match (old, new) {
        (Some(old), Some(new)) => duration_change(old, new),
        _ => {
            let say = |seconds: Option<i64>| seconds.map_or(absent.to_owned(), duration);
            format!("{} -> {}", say(old), say(new))
        }
    }
}

/// Returns `1 point`, `-5 points`.
pub(super) fn points(points: i64) -> String {
    counted(points, "point")
}

/// Returns `1 rule`, `3 rules`.
pub(super) fn counted(count: i64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Returns `a, b, c and 4 more`.
pub(super) fn examples(items: &[String]) -> String {
    shortened(items, EXAMPLES)
}

/// Returns all items, or the first `most` and how many more there are.
pub(super) fn shortened(items: &[String], most: usize) -> String {
    // Naming the last one is not longer than "and 1 more".
    if items.len() <= most + 1 {
        return items.join(", ");
    }
    let shown: Vec<&str> = items.iter().take(most).map(String::as_str).collect();
    format!("{} and {} more", shown.join(", "), items.len() - most)
}

/// Returns names joined with `and`.
pub(super) fn all_of(names: &[String]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

pub(super) fn values(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| text.value.clone()).collect()
}

/// Returns `capped at 30` or `kept between 0 and 100`.
pub(super) fn limited(limit: &LimitDecl) -> String {
    if limit.is_cap {
        format!("capped at {}", limit.high)
    } else {
        format!("kept between {} and {}", limit.low, limit.high)
    }
}

/// Returns what a limit became, where it differs.
pub(super) fn limit_change(old: Option<&LimitDecl>, new: Option<&LimitDecl>) -> Option<String> {
    match (old, new) {
        (None, None) => None,
        (Some(old), Some(new)) if (old.low, old.high) == (new.low, new.high) => None,
        (Some(old), Some(new)) if old.is_cap && new.is_cap => Some(format!("cap {} -> {}", old.high, new.high)),
        (Some(old), Some(new)) => Some(format!("range [{}, {}] -> [{}, {}]", old.low, old.high, new.low, new.high)),
        (None, Some(new)) => Some(format!("now {} (had no limit)", limited(new))),
        (Some(old), None) => Some(format!("has no limit any more (was {})", limited(old))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_the_largest_exact_unit_up_to_days() {
        assert_eq!([86_400, 14 * 86_400, 5_400, 61].map(duration), ["1 day", "14 days", "90 minutes", "61 seconds"]);
        assert_eq!(duration_change(300, 3_600), "5 minutes -> 1 hour");
        assert_eq!(duration_change(30 * 86_400, 45 * 86_400), "30 -> 45 days");
    }

    #[test]
    fn long_lists_are_counted() {
        let names: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
        assert_eq!(examples(&names), "a, b, c and 2 more");
        assert_eq!(examples(names.get(..4).unwrap()), "a, b, c, d");
        assert_eq!(all_of(names.get(..3).unwrap()), "a, b and c");
    }
}
