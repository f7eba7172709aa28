//! When an answer is due: so and so many seconds of office time after a hand-off opened.

use bantam_lang::meaning::OfficeHours;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

/// How many days without an office hour are looked at before giving up: a year of holidays, and some.
const DAYS_MAX: usize = 4_000;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// Returns the moment at which so many seconds of office time have passed since `opened_at`, both in microseconds since
/// 1970-01-01T00:00Z. Without office hours all time counts.
///
/// `None` where that moment never comes: there are no hours, or the time zone is not known. Days are those of the time
/// zone's calendar, so a day on which clocks change is an hour shorter or longer only if that hour is an office hour.
pub fn due_at(opened_at: i64, respond_within_seconds: i64, hours: Option<&OfficeHours>) -> Option<i64> {
    let needed = respond_within_seconds.checked_mul(MICROS_PER_SECOND)?;
    let Some(hours) = hours else { return opened_at.checked_add(needed) };
    let zone = TimeZoneDatabase::bundled().get(&hours.time_zone).ok()?;
    let mut left = needed;
    let mut day = Timestamp::from_microsecond(opened_at).ok()?.to_zoned(zone.clone()).date();
    for _ in 0..DAYS_MAX {
        for (from, to) in open_hours(day, hours, &zone) {
            let from = from.max(opened_at);
            let open = to.saturating_sub(from).max(0);
            // What ends with the hours is due at their end, not at the next day's beginning.
            if left <= open && open > 0 {
                return from.checked_add(left);
            }
            left -= open;
        }
        day = day.checked_add(1.day()).ok()?;
    }
    None
}

/// Returns the stretches of a day in which somebody works, in microseconds.
fn open_hours(day: Date, hours: &OfficeHours, zone: &TimeZone) -> Vec<(i64, i64)> {
    if hours.holidays.iter().any(|holiday| *holiday == day.to_string()) {
        return Vec::new();
    }
    let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    let stretches = hours.days.get(weekday).map_or(&[][..], Vec::as_slice);
    stretches.iter().filter_map(|&(from, to)| Some((moment(day, from, zone)?, moment(day, to, zone)?))).collect()
}

/// Returns the moment of a minute of a day. A minute that clocks pass over is where they land; of one that comes twice
/// the first counts.
fn moment(day: Date, minutes: u16, zone: &TimeZone) -> Option<i64> {
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    let civil = match hour {
        24 => day.checked_add(1.day()).ok()?.to_datetime(Time::midnight()),
        _ => day.to_datetime(Time::new(hour, minute, 0, 0).ok()?),
    };
    Some(zone.to_ambiguous_zoned(civil).compatible().ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_lang::convert::parse_time;

    fn hours() -> OfficeHours {
        let working = vec![(9 * 60, 12 * 60), (13 * 60, 18 * 60)];
        let mut days = [const { Vec::new() }; 7];
        days[..5].fill(working);
        // The night of Sunday on which clocks change counts too.
        days[6] = vec![(60, 240)];
        OfficeHours { time_zone: "America/New_York".into(), days, holidays: vec!["2026-12-25".into()] }
    }

    #[track_caller]
    fn due(opened: &str, seconds: i64, expected: &str) {
        let found = due_at(parse_time(opened).unwrap(), seconds, Some(&hours()));
        let shown = found.map(|at| Timestamp::from_microsecond(at).unwrap().to_string());
        assert_eq!(shown.as_deref(), Some(expected), "{opened} + {seconds}");
    }

    #[test]
    fn only_office_time_counts() {
        due("2026-06-01T14:00:00Z", 300, "2026-06-01T14:05:00Z");
        due("2026-06-01T15:58:00Z", 300, "2026-06-01T17:03:00Z");
        due("2026-06-01T15:55:00Z", 300, "2026-06-01T16:00:00Z");
        due("2026-06-01T08:00:00Z", 60, "2026-06-01T13:01:00Z");
        due("2026-06-01T21:59:00Z", 3_600, "2026-06-02T13:59:00Z");
        // Thursday evening; Friday is a holiday; on Sunday there are three hours.
        due("2026-12-24T23:30:00Z", 600, "2026-12-27T06:10:00Z");
    }

    #[test]
    fn an_hour_that_clocks_pass_over_does_not_count_and_one_that_comes_twice_counts_twice() {
        // 2026-03-08: from 2:00 straight to 3:00; the hours from 1:00 to 4:00 are two.
        due("2026-03-08T06:00:00Z", 7_200, "2026-03-08T08:00:00Z");
        // 2026-11-01: from 2:00 back to 1:00; they are four.
        due("2026-11-01T05:00:00Z", 14_400, "2026-11-01T09:00:00Z");
    }

    #[test]
    fn without_hours_all_time_counts_and_without_any_open_day_none_does() {
        assert_eq!(due_at(5, 60, None), Some(60_000_005));
        let never = OfficeHours { days: [const { Vec::new() }; 7], ..hours() };
        assert_eq!(due_at(5, 60, Some(&never)), None);
    }
}
