//! Moves moments to the hours and days on which people are at work, or at home.

use crate::dice::Dice;
use crate::settings::{DAY, HOUR, MINUTE};

/// How a day's activity is spread over its 24 hours, at the lead's local time.
pub(crate) type Hours = [(i64, u32); 24];

/// People at their desks.
pub(crate) const AT_WORK: &Hours =
    &hours([1, 1, 0, 0, 0, 1, 3, 8, 25, 50, 60, 55, 35, 45, 58, 55, 48, 35, 18, 12, 11, 9, 5, 2]);
/// People at home.
pub(crate) const AT_HOME: &Hours =
    &hours([6, 3, 1, 1, 1, 2, 5, 10, 16, 20, 22, 24, 30, 26, 22, 22, 24, 30, 40, 52, 60, 55, 38, 18]);

const fn hours(weights: [u32; 24]) -> Hours {
    let mut table = [(0, 0); 24];
    let mut hour = 0;
    #[expect(
        clippy::indexing_slicing,
        reason = "both arrays have 24 places; const evaluation would reject another index"
    )]
    while hour < 24 {
        table[hour] = (hour as i64, weights[hour]);
        hour += 1;
    }
    table
}

/// A person's rhythm.
#[derive(Clone, Copy)]
pub(crate) struct Rhythm {
    pub(crate) hours: &'static Hours,
    /// The share of weekend visits that stay on the weekend.
    pub(crate) weekend: f64,
    pub(crate) offset_hours: i64,
}

impl Rhythm {
    /// Returns a likely moment on the day of `moment`, or on the Monday after where that is a weekend.
    pub(crate) fn settle(self, moment: i64, dice: &mut Dice) -> i64 {
        let local = moment + self.offset_hours * HOUR;
        let mut day = local.div_euclid(DAY);
        let weekday = weekday(day);
        if weekday >= 5 && !dice.chance(self.weekend) {
            day += 7 - weekday;
        }
        let hour = dice.pick_weighted(self.hours);
        let within = dice.below(HOUR as u64) as i64;
        day * DAY + (hour - self.offset_hours) * HOUR + within
    }
}

/// Returns the first moment at or after `moment` at which an office is open there, a little after it opens.
pub(crate) fn next_office_moment(moment: i64, offset_hours: i64, dice: &mut Dice) -> i64 {
    let local = moment + offset_hours * HOUR;
    let mut day = local.div_euclid(DAY);
    let hour = local.rem_euclid(DAY) / HOUR;
    if weekday(day) < 5 && (8..18).contains(&hour) {
        return moment;
    }
    if hour >= 18 {
        day += 1;
    }
    if weekday(day) >= 5 {
        day += 7 - weekday(day);
    }
    let opened = day * DAY + (8 - offset_hours) * HOUR + dice.below(90 * MINUTE as u64) as i64;
    opened.max(moment)
}

/// Returns the day of the week from 0, Monday, of a day since 1970-01-01.
pub(crate) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;

    #[test]
    fn the_first_of_january_1970_was_a_thursday() {
        assert_eq!(weekday(0), 3);
        assert_eq!(weekday(-3), 0);
    }

    #[test]
    fn an_office_is_open_when_it_answers() {
        let mut dice = Dice::new(1, 1, Purpose::Sales);
        for step in 0..2_000 {
            let asked = step * 5 * HOUR + 7 * MINUTE;
            let answered = next_office_moment(asked, -6, &mut dice);
            let local = answered - 6 * HOUR;
            assert!(answered >= asked && answered - asked < 3 * DAY);
            assert!(weekday(local.div_euclid(DAY)) < 5);
            assert!((8..18).contains(&(local.rem_euclid(DAY) / HOUR)));
        }
    }
}
