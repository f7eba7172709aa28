//! Numbers and moments in the words that people would use.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Something to be said once.
pub(crate) struct Notice {
    pub(crate) text: String,
    /// What takes it back.
    pub(crate) undo: Option<Undo>,
    pub(crate) is_bad: bool,
}

/// What takes something back.
pub(crate) struct Undo {
    /// Where the form goes.
    pub(crate) path: String,
    /// The page to go on with.
    pub(crate) next: String,
}

/// A moment, in words and exactly.
#[derive(Clone)]
pub(crate) struct Moment {
    /// As programs read it.
    pub(crate) exact: String,
    /// As people read it: `22 Nov 2026, 11:18 UTC`.
    pub(crate) full: String,
    /// From now: `3 hours ago`.
    pub(crate) words: String,
}

/// How urgent a moment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    Calm,
    /// Three quarters of the time are gone.
    Soon,
    Late,
}

impl Urgency {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Urgency::Calm => "calm",
            Urgency::Soon => "warn",
            Urgency::Late => "bad",
        }
    }
}

/// How much time is left.
pub(crate) struct Clock {
    pub(crate) words: String,
    pub(crate) urgency: Urgency,
    pub(crate) due: Moment,
}

/// Tells moments in the teams' own time.
#[derive(Clone)]
pub(crate) struct Calendar {
    now: i64,
    zone: TimeZone,
    /// What the zone is called beside a time.
    name: String,
}

impl Calendar {
    /// Tells moments from `now`, in a time zone by its IANA name where one is given and known.
    pub(crate) fn new(now: i64, zone: Option<&str>) -> Calendar {
        let known = zone.and_then(|name| Some((TimeZone::get(name).ok()?, name.to_owned())));
        let (zone, name) = known.unwrap_or((TimeZone::UTC, "UTC".to_owned()));
        Calendar { now, zone, name }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// Returns a moment in words and exactly.
    pub(crate) fn moment(&self, at: i64) -> Moment {
        let Ok(time) = Timestamp::from_microsecond(at) else {
            return Moment { exact: String::new(), full: "never".into(), words: "never".into() };
        };
        let local = time.to_zoned(self.zone.clone());
        let full = format!("{} {}", local.strftime("%-d %b %Y, %H:%M"), self.name);
        Moment { exact: time.to_string(), full, words: self.relative(at) }
    }

    /// Returns a day, such as `22 Nov 2026`.
    pub(crate) fn day(&self, at: i64) -> String {
        let time = Timestamp::from_microsecond(at).map(|time| time.to_zoned(self.zone.clone()));
        time.map(|time| time.strftime("%-d %b %Y").to_string()).unwrap_or_default()
    }

    fn relative(&self, at: i64) -> String {
        let apart = at.saturating_sub(self.now);
        match apart {
            near if near.saturating_abs() < MINUTE => "just now".to_owned(),
            past if past < 0 => format!("{} ago", span(past.saturating_neg())),
            future => format!("in {}", span(future)),
        }
    }

    /// Returns how much is left of the time from one moment to another.
    pub(crate) fn clock(&self, opened: i64, due: i64) -> Clock {
        let left = due.saturating_sub(self.now);
        let (words, urgency) = match left {
            ..=0 => (format!("overdue by {}", span(left.saturating_neg())), Urgency::Late),
            left if left < due.saturating_sub(opened) / 4 => (format!("{} left", span(left)), Urgency::Soon),
            left => (format!("{} left", span(left)), Urgency::Calm),
        };
        Clock { words, urgency, due: self.moment(due) }
    }
}

/// Returns a stretch of time in its two largest units, or in one where the other would say little.
pub(crate) fn span(microseconds: i64) -> String {
    let unit = |count: i64, name: &str| match count {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    };
    match microseconds {
        ..MINUTE => "less than a minute".to_owned(),
        MINUTE..HOUR => unit(microseconds / MINUTE, "minute"),
        HOUR..DAY => match (microseconds / HOUR, microseconds % HOUR / MINUTE) {
            (hours, minutes) if hours >= 6 || minutes == 0 => unit(hours, "hour"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        },
        _ => unit(microseconds / DAY, "day"),
    }
}

/// Returns points with their sign, with the minus sign that is as wide as a plus.
pub(crate) fn signed(points: i64) -> String {
    match points {
        0.. => format!("+{points}"),
        _ => format!("\u{2212}{}", points.unsigned_abs()),
    }
}

/// Returns a number with its thousands set apart.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if number < 0 { format!("\u{2212}{shown}") } else { shown }
}

/// Returns how many there are of something.
pub(crate) fn counted(count: i64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{} {noun}s", grouped(count)),
    }
}

/// Returns an amount of money, with cents where there are any.
pub(crate) fn amount(amount: f64) -> String {
    let rounded = (amount * 100.0).round();
    if !rounded.is_finite() || rounded.abs() >= 9e15 {
        return amount.to_string();
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is a whole number below 2^53")]
    let cents = rounded as i64;
    match cents % 100 {
        0 => grouped(cents / 100),
        rest => format!("{}.{:02}", grouped(cents / 100), rest.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_time_are_told_as_people_tell_them() {
        let told =
            [0, 59 * SECOND, MINUTE, 59 * MINUTE, HOUR, 2 * HOUR + 10 * MINUTE, 7 * HOUR + MINUTE, DAY, 40 * DAY]
                .map(span)
                .join(", ");
        assert_eq!(
            told,
            "less than a minute, less than a minute, 1 minute, 59 minutes, 1 hour, 2 h 10 min, 7 hours, 1 day, 40 days"
        );
    }

    #[test]
    fn a_clock_turns_when_a_quarter_is_left() {
        let clock = |now| Calendar::new(now, None).clock(0, 4 * HOUR);
        assert_eq!(clock(0).urgency, Urgency::Calm);
        assert_eq!(clock(3 * HOUR + MINUTE).urgency, Urgency::Soon);
        assert_eq!((clock(5 * HOUR).urgency, clock(5 * HOUR).words.as_str()), (Urgency::Late, "overdue by 1 hour"));
    }

    #[test]
    fn moments_stand_in_the_time_zone_of_the_teams() {
        let calendar = Calendar::new(0, Some("America/New_York"));
        let moment = calendar.moment(1_795_346_053 * SECOND);
        assert_eq!(moment.full, "22 Nov 2026, 06:14 America/New_York");
        assert_eq!(Calendar::new(0, Some("Mars/Base")).moment(0).full, "1 Jan 1970, 00:00 UTC");
    }

    #[test]
    fn numbers_are_told_with_sign_and_thousands() {
        assert_eq!(
            [signed(30), signed(-10), grouped(1_234_567), grouped(-999), amount(12_000.5), counted(1, "lead")]
                .join(" "),
            "+30 \u{2212}10 1,234,567 \u{2212}999 12,000.50 1 lead"
        );
    }
}
