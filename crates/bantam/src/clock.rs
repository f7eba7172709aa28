//! The one place that reads the clock, and how times are shown.

use jiff::Timestamp;

/// Returns now, in microseconds since 1970-01-01T00:00Z.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn now() -> i64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX)
}

/// Returns a time as RFC 3339 in UTC, without a fraction of zero.
pub(crate) fn show(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| format!("{micros} us"), |time| time.to_string())
}

/// Returns a time as a day and minute in UTC.
pub(crate) fn show_short(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .map_or_else(|_| format!("{micros} us"), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Returns a duration in words: `30 days`, `90 minutes`, `2 h 5 min`.
pub(crate) fn show_seconds(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let fits = |unit: i64| seconds >= unit && (seconds % unit == 0 || seconds >= 2 * unit);
    let (unit, name) = units.into_iter().find(|(unit, _)| fits(*unit)).unwrap_or((1, "second"));
    let count = seconds / unit;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}
