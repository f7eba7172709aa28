//! Turns texts into numbers, booleans and times, and numbers into texts, as section 2 of the language reference says.
//!
//! Every executor and every file reader goes through these functions, so a cell means the same everywhere.

use crate::meaning::{Type, Value};

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a day of 86,400 seconds.
pub const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Converts a trimmed, non-empty text to a value of the given type; `None` where it does not convert.
pub fn convert_text(text: &str, kind: Type) -> Option<Value> {
    match kind {
        Type::Text => is_clean_text(text).then(|| Value::Text(text.to_owned())),
        Type::Number => parse_number(text).map(Value::Number),
        Type::Boolean => parse_boolean(text).map(Value::Boolean),
        Type::Time => parse_time(text).map(Value::Time),
    }
}

/// Returns whether a text may be a value: U+0000 may not stand in one.
pub fn is_clean_text(text: &str) -> bool {
    !text.as_bytes().contains(&0)
}

/// Parses `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`, correctly rounded; `None` for anything else and
/// where the number overflows.
pub fn parse_number(text: &str) -> Option<f64> {
    if !is_number_syntax(text.as_bytes()) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number)
}

fn is_number_syntax(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text);
    let (whole, rest) = split_digits(rest);
    let (fraction, rest) = match rest.strip_prefix(b".") {
        Some(rest) => split_digits(rest),
        None => (0, rest),
    };
    if whole == 0 && fraction == 0 {
        return false;
    }
    match rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        None => rest.is_empty(),
        Some(rest) => {
            let rest = rest.strip_prefix(b"+").or_else(|| rest.strip_prefix(b"-")).unwrap_or(rest);
            let (digits, rest) = split_digits(rest);
            digits > 0 && rest.is_empty()
        }
    }
}

fn split_digits(text: &[u8]) -> (usize, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits, text.get(digits..).unwrap_or_default())
}

/// Parses `true false yes no t f y n 1 0` in any case.
pub fn parse_boolean(text: &str) -> Option<bool> {
    const YES: [&str; 5] = ["true", "yes", "t", "y", "1"];
    const NO: [&str; 5] = ["false", "no", "f", "n", "0"];
    if YES.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        Some(true)
    } else if NO.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        Some(false)
    } else {
        None
    }
}

/// Parses `YYYY-MM-DD`, or `YYYY-MM-DD[T|t| ]HH:MM[:SS[.digits]][Z|z|+HH:MM|-HH:MM]`, to microseconds since
/// 1970-01-01T00:00Z. Without an offset it is UTC; what is finer than a microsecond is cut off, toward the past.
pub fn parse_time(text: &str) -> Option<i64> {
    let mut scan = Scan(text.as_bytes());
    let year = scan.digits(4)?;
    scan.byte(b"-")?;
    let month = scan.digits(2)?;
    scan.byte(b"-")?;
    let day = scan.digits(2)?;
    if year < 1 || !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let midnight = days_from_civil(year, month, day) * MICROS_PER_DAY;
    if scan.0.is_empty() {
        return Some(midnight);
    }
    scan.byte(b"Tt ")?;
    let clock = scan.clock()?;
    let offset_minutes = scan.offset()?;
    scan.0.is_empty().then_some(midnight + clock - offset_minutes * 60 * MICROS_PER_SECOND)
}

/// The rest of a text that is read from its front.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn byte(&mut self, among: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = among.contains(&first).then_some(rest)?;
        Some(first)
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    }

    /// `HH:MM[:SS[.digits]]` in microseconds since midnight.
    fn clock(&mut self) -> Option<i64> {
        let hour = self.digits(2)?;
        self.byte(b":")?;
        let minute = self.digits(2)?;
        let (mut second, mut micros) = (0, 0);
        if self.byte(b":").is_some() {
            second = self.digits(2)?;
            if self.0.first() == Some(&b'.') {
                micros = self.fraction()?;
            }
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros)
    }

    fn fraction(&mut self) -> Option<i64> {
        self.byte(b".")?;
        let (digits, rest) = split_digits(self.0);
        if digits == 0 {
            return None;
        }
        let mut micros = 0;
        for place in 0..6 {
            let digit = if place < digits { self.0.get(place).map_or(0, |byte| i64::from(byte - b'0')) } else { 0 };
            micros = micros * 10 + digit;
        }
        self.0 = rest;
        Some(micros)
    }

    /// Nothing, `Z` or `+HH:MM`, in minutes east.
    fn offset(&mut self) -> Option<i64> {
        match self.byte(b"Zz+-") {
            None | Some(b'Z' | b'z') => Some(0),
            Some(sign) => {
                let hours = self.digits(2)?;
                self.byte(b":")?;
                let minutes = self.digits(2)?;
                let east = (hours <= 23 && minutes <= 59).then_some(hours * 60 + minutes)?;
                Some(if sign == b'-' { -east } else { east })
            }
        }
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, by counting whole 400-year eras of 146,097 days
/// from 1 March of year 0 (so the leap day ends a year).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Returns a number's shortest decimal form as ECMAScript prints it: `12`, `12.5`, `1e+21`.
pub fn number_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_grammar_and_nothing_else_does() {
        for (text, number) in [("12", 12.0), ("+1.", 1.0), (".5", 0.5), ("-1.5e3", -1500.0), ("1E-2", 0.01)] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
        for text in ["", "-", ".", "1_000", "1,000", "0x10", "inf", "NaN", "1e", "1e+", " 1", "1e999", "--1", "1.2.3"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn booleans_are_ten_words_in_any_case() {
        assert_eq!(parse_boolean("YES"), Some(true));
        assert_eq!(parse_boolean("f"), Some(false));
        assert_eq!(parse_boolean("maybe"), None);
        assert_eq!(parse_boolean("2"), None);
    }

    #[test]
    fn times_are_utc_microseconds() {
        for (text, micros) in [
            ("1970-01-01", 0),
            ("1970-01-02 00:00", MICROS_PER_DAY),
            ("1970-01-01T00:00:01.5Z", 1_500_000),
            ("1970-01-01t05:30:00+05:30", 0),
            ("1969-12-31T23:59:59.9999999z", -1),
            ("2026-06-20T00:00:00Z", 1_781_913_600_000_000),
            ("2024-02-29", 1_709_164_800_000_000),
            ("0001-01-01", -62_135_596_800_000_000),
        ] {
            assert_eq!(parse_time(text), Some(micros), "{text}");
        }
    }

    #[test]
    fn impossible_times_do_not_convert() {
        for text in [
            "2023-02-29",
            "2026-13-01",
            "2026-00-10",
            "0000-01-01",
            "2026-01-01T24:00",
            "2026-01-01T10:60",
            "2026-01-01T10:00:60",
            "2026-01-01T10",
            "2026-01-01T10:00:00.",
            "2026-01-01T10:00+24:00",
            "2026-1-1",
            "2026-01-01Z",
            "2026-01-01T10:00 Z",
            "2026-01-01T10:00.5",
            "20260101",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_print_their_shortest_form() {
        assert_eq!(number_text(12.0), "12");
        assert_eq!(number_text(12.5), "12.5");
        assert_eq!(number_text(-0.0), "0");
        assert_eq!(number_text(1e21), "1e+21");
    }
}
