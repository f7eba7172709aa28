//! Moments at which something changes, and the many ways to write them.

use super::random::Random;
use jiff::{Timestamp, tz::Offset};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const DAY: i64 = 86_400 * SECOND;
/// Nothing is written before 0002-01-01 or after 9998-12-31, so that an offset leaves four digits of a year.
const EARLIEST: i64 = -62_104_060_800_000_000;
const LATEST: i64 = 253_370_678_400_000_000;

/// The moments for which cases are scored: a Saturday's midnight, the middle of a second, the day after a leap day, the start
/// of a week, and one so early that most events lie before 1970.
const AS_OF: [i64; 5] = [
    1_781_913_600_000_000, // 2026-06-20T00:00:00Z
    1_781_962_631_123_457, // 2026-06-20T13:37:11.123457Z
    1_709_251_200_000_000, // 2024-03-01T00:00:00Z
    1_766_966_400_000_000, // 2025-12-29T00:00:00Z
    345_600_000_000,       // 1970-01-05T00:00:00Z
];

pub(crate) fn as_of(random: &mut Random) -> i64 {
    if random.chance(50) { AS_OF[0] } else { *random.pick(&AS_OF) }
}

/// A time at which an event may fall: on the end of a window, on a halving, at another event's time, at midnight, after
/// *as of*, or anywhere in the last half year.
pub(crate) fn event_time(random: &mut Random, as_of: i64, durations: &[i64], earlier: &[i64]) -> i64 {
    let nudge = *random.pick(&[0, 0, 0, 1, -1, SECOND, -SECOND]);
    let time = match random.below(20) {
        0..=6 if !durations.is_empty() => {
            let times = *random.pick(&[0, 1, 1, 1, 2, 3, 13, 14, 70]);
            as_of - times * random.pick(durations) * SECOND + nudge
        }
        7..=9 if !earlier.is_empty() => random.pick(earlier) + if random.chance(50) { 0 } else { nudge },
        10..=11 if !earlier.is_empty() && !durations.is_empty() => {
            random.pick(earlier) + random.pick(durations) * SECOND + nudge
        }
        12..=13 => (as_of - random.between(0, 40) * DAY).div_euclid(DAY) * DAY + nudge,
        14 => as_of + random.between(1, 20 * DAY),
        15 => as_of + nudge,
        _ => as_of - random.between(0, 180 * 86_400) * SECOND + random.between(0, 999_999),
    };
    time.clamp(EARLIEST, LATEST)
}

/// A time as a cell; what is finer than a microsecond is cut off by whoever reads it.
pub(crate) fn written(random: &mut Random, time: i64) -> String {
    let time = time.clamp(EARLIEST, LATEST);
    let minutes = *random.pick(&[0, 0, 0, 120, -330, 23 * 60 + 59, -(23 * 60 + 59)]);
    let local = Offset::UTC.to_datetime(Timestamp::from_microsecond(time + minutes * 60 * SECOND).unwrap());
    let date = format!("{:04}-{:02}-{:02}", local.year(), local.month(), local.day());
    if minutes == 0 && time.rem_euclid(DAY) == 0 && random.chance(50) {
        return date;
    }
    let micros = time.rem_euclid(SECOND);
    let mut clock = format!("{:02}:{:02}", local.hour(), local.minute());
    if micros != 0 || local.second() != 0 || random.chance(80) {
        clock += &format!(":{:02}", local.second());
        clock += &match (micros, random.below(4)) {
            (0, 0..=1) => String::new(),
            (0, 2) => ".0".into(),
            (_, 0..=2) => format!(".{micros:06}"),
            _ => format!(".{micros:06}{}", random.word(&["9", "789", "999999999"])),
        };
    }
    let offset = match minutes {
        0 => random.word(&["Z", "z", "", "+00:00"]).to_string(),
        _ => format!("{}{:02}:{:02}", if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60),
    };
    format!("{date}{}{clock}{offset}", random.word(&["T", "T", " ", "t"]))
}

/// What looks like a time and is none.
pub(crate) const NO_TIMES: [&str; 6] =
    ["yesterday", "2026-05-01T24:00:00Z", "2026-02-29", "20260501", "not a time", "2026-06-01T10:00:60Z"];
