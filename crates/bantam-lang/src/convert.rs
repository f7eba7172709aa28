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
    const EACH: u64 = 0x0101_0101_0101_0101;
    // A byte borrows from its high bit where it is 0; where it had one before, it is not. Eight are looked at together.
    let is_clean = |bytes: &[u8; 8]| {
        let bytes = u64::from_le_bytes(*bytes);
        bytes.wrapping_sub(EACH) & !bytes & (EACH * 0x80) == 0
    };
    match text.as_bytes().last_chunk() {
        // The last eight may overlap with those before.
        Some(last) => is_clean(last) && text.as_bytes().as_chunks().0.iter().all(is_clean),
        None => !text.as_bytes().contains(&0),
    }
}

/// Parses `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`, correctly rounded; `None` for anything else and
/// where the number overflows.
pub fn parse_number(text: &str) -> Option<f64> {
    parse_short_number(text.as_bytes()).or_else(|| parse_any_number(text))
}

/// Parses `-?[0-9]+(\.[0-9]+)?` of few digits; `None` for everything else, numbers or not.
///
/// Up to fifteen digits are exact in a float, as is a power of ten of that size, so their quotient is rounded once.
#[inline]
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
    let text_bytes = text.as_bytes();
    if let Some(time) = text_bytes.try_into().ok().and_then(parse_full_time) {
        return Some(time);
    }
    parse_usual_time(text_bytes).or_else(|| parse_any_time(text))
}

/// Parses `YYYY-MM-DDTHH:MM:SS.mmmuuuZ`, eight bytes at a time; `None` for everything else, times or not.
#[inline]
fn parse_full_time(text: &[u8; 27]) -> Option<i64> {
    let eight = |at: usize| Some(u64::from_le_bytes(*text.get(at..)?.first_chunk()?));
    let (date, dates) = pairs(eight(0)?, *b"0000-00-");
    let (day, days) = pairs(eight(8)?, *b"00T00:00");
    let (second, seconds) = pairs(eight(16)?, *b":00.0000");
    let (micro, micros) = pairs(eight(19)?, *b".000000Z");
    if (date | day | second | micro) != 0 {
        return None;
    }
    let two = |pairs: u64, at: u32| ((pairs >> (8 * at)) & 0xFF) as i64;
    let (year, month, day) = (two(dates, 0) * 100 + two(dates, 2), two(dates, 5), two(days, 0));
    let (hour, minute, second) = (two(days, 3), two(days, 6), two(seconds, 1));
    let micros = (two(micros, 1) * 100 + two(micros, 3)) * 100 + two(micros, 5);
    moment([year, month, day], [hour, minute, second], micros)
}

/// Holds eight bytes to a pattern in which `0` stands for any digit. Returns first 0 if they match, then for each byte ten times
/// its digit and the next.
#[inline]
fn pairs(text: u64, pattern: [u8; 8]) -> (u64, u64) {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    // A digit becomes its value, another byte of the pattern becomes zero.
    let values = text ^ u64::from_le_bytes(pattern);
    // What is added carries into the highest bit from ten on, or from one on.
    let least = u64::from_le_bytes(pattern.map(|byte| 0x80 - if byte == b'0' { 10 } else { 1 }));
    let wrong = (values | ((values & !HIGH) + least)) & HIGH;
    (wrong, values.wrapping_mul(10).wrapping_add(values >> 8))
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
    let micros = (two(f5, f4) * 100 + two(f3, f2)) * 100 + two(f1, f0);
    moment([year, month, day], [hour, minute, second], micros)
}

/// Returns a moment; `None` where there is no such date or time of day.
#[inline]
fn moment([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3], micros: i64) -> Option<i64> {
    if !is_date(year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
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

#[inline]
fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[inline]
fn is_date(year: i64, month: i64, day: i64) -> bool {
    year >= 1 && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day)
}

/// Days from 1970-01-01 to a date from year 1 on in the Gregorian calendar, counted from 1 March of year 0: so the leap day
/// ends a year.
#[inline]
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
mod tests;
