//! How numbers, times and names are put into sentences.

use crate::report::Known;
use crate::report::period::Span;
use crate::statistics::{LOST_MIN, Rate, WON_MIN};

/// Returns a count with its noun, in the plural where it needs one: `1,234 leads`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let noun = match noun.strip_suffix('y') {
        _ if count == 1 => noun.to_owned(),
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{} {noun}", thousands(count))
}

fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns a share with its interval and count: `12.5 % (9.1 to 16.9 %, 38 of 304)`; `none` of nobody.
pub(super) fn rate(rate: Rate) -> String {
    match (rate.share(), rate.interval()) {
        (Some(share), Some(interval)) => format!(
            "{} ({} to {} %, {} of {})",
            percent(share),
            tenth(interval.low * 100.0),
            tenth(interval.high * 100.0),
            thousands(rate.hits()),
            thousands(rate.n())
        ),
        _ => "none".to_owned(),
    }
}

/// Returns a share as `12.5 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", tenth(share * 100.0))
}

/// Returns a number with one digit after the point.
pub(super) fn tenth(number: f64) -> String {
    format!("{number:.1}")
}

/// Returns a stretch of days, both included: `2026-01-01 to 2026-03-31`.
pub(super) fn dates(span: Span) -> String {
    let (from, to) = span.days();
    format!("{from} to {to}")
}

/// Returns names as a list in a sentence: `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Returns the sentence that stands where there are too few outcomes.
pub(super) fn too_few(known: Known, won: &str, lost: &str) -> String {
    format!(
        "No conclusion: it takes {WON_MIN} {won} and {LOST_MIN} {lost}, and there are {} and {} so far; only counts are shown.",
        thousands(known.won),
        thousands(known.lost)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(counted(1, "opportunity"), "1 opportunity");
        assert_eq!(counted(1_234, "opportunity"), "1,234 opportunities");
        assert_eq!(counted(0, "day"), "0 days");
        assert_eq!(rate(Rate::new(0, 0)), "none");
        // Wilson of 81 in 263, as Newcombe (1998) published it: 0.2553 to 0.3662.
        assert_eq!(rate(Rate::new(81, 263)), "30.8 % (25.5 to 36.6 %, 81 of 263)");
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
