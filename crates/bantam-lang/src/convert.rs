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
    parse_short_number(text.as_bytes()).or_else(|| parse_any_number(text))
}

/// Parses `-?[0-9]+(\.[0-9]+)?` of few digits; `None` for everything else, numbers or not.
///
/// Up to fifteen digits are exact in a float, as is a power of ten of that size, so their quotient is rounded once.
fn parse_short_number(text: &[u8]) -> Option<f64> {
    const DIGITS_MAX: usize = 15;
    const POWERS: [f64; DIGITS_MAX] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];
    let (digits, negative) = text.strip_prefix(b"-").map_or((text, false), |digits| (digits, true));
    if digits.len() > DIGITS_MAX {
        return None;
    }
    let (mut number, mut point) = (0_u64, None);
    for (place, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() && place > 0 => point = Some(place),
            _ => return None,
        }
    }
    let last = digits.len().checked_sub(1)?;
    let number = match point {
        None => number as f64,
        Some(point) if point < last => number as f64 / POWERS.get(last - point)?,
        Some(_) => return None,
    };
    Some(if negative { -number } else { number })
}

fn parse_any_number(text: &str) -> Option<f64> {
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
    parse_usual_time(text.as_bytes()).or_else(|| parse_any_time(text))
}

/// Parses `YYYY-MM-DD[T| ]HH:MM:SS[.mmm|.mmmuuu]Z`, as most programs write times; `None` for everything else, times or not.
#[inline]
fn parse_usual_time(text: &[u8]) -> Option<i64> {
    let (head, rest) = text.split_first_chunk::<19>()?;
    let &[c, y, y1, y0, b'-', m1, m0, b'-', d1, d0, b'T' | b' ', h1, h0, b':', n1, n0, b':', s1, s0] = head else {
        return None;
    };
    let [f5, f4, f3, f2, f1, f0] = match *rest {
        [b'Z'] => [b'0'; 6],
        [b'.', f5, f4, f3, b'Z'] => [f5, f4, f3, b'0', b'0', b'0'],
        [b'.', f5, f4, f3, f2, f1, f0, b'Z'] => [f5, f4, f3, f2, f1, f0],
        _ => return None,
    };
    let digits = [c, y, y1, y0, m1, m0, d1, d0, h1, h0, n1, n0, s1, s0, f5, f4, f3, f2, f1, f0];
    // Not `all`: without a way out in the middle this is a few instructions.
    if digits.iter().fold(false, |wrong, digit| wrong | !digit.is_ascii_digit()) {
        return None;
    }
    let two = |high: u8, low: u8| i64::from(high - b'0') * 10 + i64::from(low - b'0');
    let (year, month, day) = (two(c, y) * 100 + two(y1, y0), two(m1, m0), two(d1, d0));
    let (hour, minute, second) = (two(h1, h0), two(n1, n0), two(s1, s0));
    if !is_date(year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let micros = (two(f5, f4) * 100 + two(f3, f2)) * 100 + two(f1, f0);
    let clock = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros;
    Some(days_from_civil(year, month, day) * MICROS_PER_DAY + clock)
}

fn parse_any_time(text: &str) -> Option<i64> {
    let mut scan = Scan(text.as_bytes());
    let year = scan.digits(4)?;
    scan.byte(b"-")?;
    let month = scan.digits(2)?;
    scan.byte(b"-")?;
    let day = scan.digits(2)?;
    if !is_date(year, month, day) {
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

fn is_date(year: i64, month: i64, day: i64) -> bool {
    year >= 1 && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day)
}

/// Days from 1970-01-01 to a date from year 1 on in the Gregorian calendar, counted from 1 March of year 0: so the leap day
/// ends a year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Divisions by constants of numbers without a sign are the cheap ones.
    let (year, month, day) = (year as u32, month as u32, day as u32);
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    i64::from(days) - 719_469
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

    /// Numbers that look random, always the same.
    fn scramble(seed: u64) -> u64 {
        let seed = (seed ^ (seed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (seed ^ (seed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 7
    }

    /// Copies of a text with one or two bytes changed to what may stand in numbers and times.
    fn changed(text: &str, seed: u64) -> String {
        const BYTES: &[u8] = b"0123456789.-+:TtZz eE/";
        let mut bytes = text.as_bytes().to_vec();
        for seed in [seed, seed ^ 0xABCD] {
            let (place, byte) =
                (scramble(seed) as usize % bytes.len(), BYTES[scramble(seed + 1) as usize % BYTES.len()]);
            match scramble(seed + 2) % 8 {
                0 => bytes.insert(place, byte),
                1 if bytes.len() > 1 => drop(bytes.remove(place)),
                2..=5 => bytes[place] = byte,
                _ => {}
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_short_way_to_a_time_is_the_long_one() {
        let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for year in [1, 4, 99, 100, 400, 1600, 1899, 1900, 1970, 1972, 2000, 2023, 2024, 2100, 9999] {
            for (month, last) in (1..).zip(days) {
                for day in 0..=last + 1 {
                    let text = format!("{year:04}-{month:02}-{day:02}T23:59:59.999999Z");
                    assert_eq!(parse_time(&text), parse_any_time(&text), "{text}");
                    assert_eq!(parse_time(&text).is_some(), parse_any_time(&text[..10]).is_some());
                }
            }
        }
        let usual =
            ["2025-06-20T09:30:00.123456Z", "2024-02-29 23:59:59Z", "0001-01-01T00:00:00.999Z", "2025-12-31T23:59:60Z"];
        for seed in 0..100_000 {
            let text = changed(usual[seed as usize % usual.len()], seed);
            assert_eq!(parse_time(&text), parse_any_time(&text), "{text}");
        }
    }

    #[test]
    fn the_short_way_to_a_number_is_the_long_one() {
        let bits = |number: Option<f64>| number.map(f64::to_bits);
        for seed in 0..200_000 {
            let digits = scramble(seed) % 10_u64.pow(scramble(seed + 1) as u32 % 17 + 1);
            let sign = if seed % 3 == 0 { "-" } else { "" };
            let mut text = format!("{sign}{digits}");
            if seed % 2 == 0 {
                text.insert(text.len() - scramble(seed + 2) as usize % text.len(), '.');
            }
            if seed % 5 == 0 {
                text = changed(&text, seed);
            }
            assert_eq!(bits(parse_number(&text)), bits(parse_any_number(&text)), "{text}");
        }
        for text in
            ["0", "-0", "-0.0", "0.1", "1.", ".5", "-", "", "-.5", "999999999999999", "99999999999999.9", "0.3", "1..2"]
        {
            assert_eq!(bits(parse_number(text)), bits(parse_any_number(text)), "{text}");
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
