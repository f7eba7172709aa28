//! Divides time into weeks, months and quarters of UTC.

use bantam_lang::convert::{MICROS_PER_DAY, MICROS_PER_SECOND};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// More parts than this are not shown: ten years of weeks.
const PARTS_MAX: usize = 522;

/// Into what time is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// From Monday.
    Week,
    /// By the calendar.
    #[default]
    Month,
    /// By the calendar.
    Quarter,
}

/// From one moment up to but without another, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: i64,
    /// The first moment after it.
    pub to: i64,
}

impl Span {
    /// Returns whether a moment lies in it; no time does not.
    pub fn contains(self, moment: i64) -> bool {
        self.from <= moment && moment < self.to
    }

    /// Returns its length in weeks.
    pub fn weeks(self) -> f64 {
        (self.to - self.from) as f64 / (7 * MICROS_PER_DAY) as f64
    }

    /// Returns its first and last day, as `2026-01-31`.
    pub fn days(self) -> (String, String) {
        (day(self.from), day(self.to - 1))
    }
}

/// Returns the UTC day of a moment, as `2026-01-31`.
pub(super) fn day(moment: i64) -> String {
    date(moment).map_or_else(String::new, |date| date.to_string())
}

/// Returns the parts of a span, the first and last cut off where the span begins and ends.
pub fn parts(span: Span, period: Period) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = date(span.from).and_then(|date| first_day(date, period));
    while let Some(day) = start {
        let next = match period {
            Period::Week => day.checked_add(7.days()),
            Period::Month => day.checked_add(1.month()),
            Period::Quarter => day.checked_add(3.months()),
        };
        let (Some(from), Some(to)) = (moment(day), next.as_ref().ok().and_then(|&next| moment(next))) else { break };
        if from >= span.to || parts.len() >= PARTS_MAX {
            break;
        }
        parts.push(Span { from: from.max(span.from), to: to.min(span.to) });
        start = next.ok();
    }
    // A history up to midnight ends with that moment, which is no part of its own.
    if let Some(sliver) = parts.pop_if(|last| last.to - last.from < MICROS_PER_SECOND) {
        match parts.last_mut() {
            Some(before) => before.to = sliver.to,
            None => parts.push(sliver),
        }
    }
    parts
}

fn first_day(date: Date, period: Period) -> Option<Date> {
    match period {
        Period::Week => date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok(),
        Period::Month => Some(date.first_of_month()),
        Period::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).ok(),
    }
}

fn date(moment: i64) -> Option<Date> {
    Some(Timestamp::from_microsecond(moment).ok()?.to_zoned(TimeZone::UTC).date())
}

fn moment(date: Date) -> Option<i64> {
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_lang::convert::parse_time;

    fn shown(from: &str, to: &str, period: Period) -> Vec<(String, String)> {
        let span = Span { from: parse_time(from).unwrap(), to: parse_time(to).unwrap() };
        parts(span, period).into_iter().map(Span::days).collect()
    }

    #[test]
    fn parts_follow_the_calendar() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let months = shown("2026-01-15", "2026-03-10", Period::Month);
        assert_eq!(
            months,
            [pair("2026-01-15", "2026-01-31"), pair("2026-02-01", "2026-02-28"), pair("2026-03-01", "2026-03-09")]
        );
        // 15 January 2026 is a Thursday.
        assert_eq!(
            shown("2026-01-15", "2026-01-20", Period::Week),
            [pair("2026-01-15", "2026-01-18"), pair("2026-01-19", "2026-01-19")]
        );
        assert_eq!(
            shown("2025-12-31", "2026-04-02", Period::Quarter),
            [pair("2025-12-31", "2025-12-31"), pair("2026-01-01", "2026-03-31"), pair("2026-04-01", "2026-04-01")]
        );
    }

    #[test]
    fn the_moment_at_the_end_belongs_to_the_last_part() {
        let span = Span { from: parse_time("2026-01-01").unwrap(), to: parse_time("2026-03-01").unwrap() + 1 };
        let parts = parts(span, Period::Month);
        assert_eq!((parts.len(), parts.last().map(|part| part.to)), (2, Some(span.to)));
    }
}
