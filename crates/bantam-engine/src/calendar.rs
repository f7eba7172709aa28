//! Numbers the days, weeks, months and windows of UTC time: events of one number fall together under `once_per`.

use bantam_lang::convert::{MICROS_PER_DAY, MICROS_PER_SECOND};

/// Seconds as microseconds.
pub(crate) fn micros(seconds: i64) -> i64 {
    seconds.saturating_mul(MICROS_PER_SECOND)
}

/// Returns the number of a time's day, counted from 1970-01-01.
pub(crate) fn day(time: i64) -> i64 {
    time.div_euclid(MICROS_PER_DAY)
}

/// Returns the number of a time's week, from Monday. 1970-01-01 was a Thursday, three days after a Monday.
pub(crate) fn week(time: i64) -> i64 {
    (day(time) + 3).div_euclid(7)
}

/// Returns the number of a time's window of that many seconds, counted from 1970-01-01T00:00Z.
pub(crate) fn window(time: i64, seconds: i64) -> i64 {
    time.div_euclid(micros(seconds).max(1))
}

/// Returns the number of a time's UTC month, counted from year 0.
pub(crate) fn month(time: i64) -> i64 {
    let (year, month) = year_month(day(time));
    year * 12 + month - 1
}

/// Returns the year and month of a day counted from 1970-01-01: the inverse of counting days by 400-year eras from 1 March.
fn year_month(day: i64) -> (i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let day_of_era = day.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year_of_era + era * 400 + next_year, month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_lang::convert::parse_time;

    #[test]
    fn months_begin_at_their_first_day() {
        let number = |text: &str| month(parse_time(text).unwrap());
        assert_eq!(number("2026-03-01"), 2026 * 12 + 2);
        assert_eq!(number("2026-02-28T23:59:59.999999Z"), 2026 * 12 + 1);
        assert_eq!(number("2024-02-29"), 2024 * 12 + 1);
        assert_eq!(number("1969-12-31"), 1969 * 12 + 11);
        assert_eq!(number("0001-01-01"), 12);
        assert_eq!(number("9999-12-31"), 9999 * 12 + 11);
    }
}
