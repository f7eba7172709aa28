//! How points shrink with age. Integers throughout: there is no rounding to agree about but "toward zero".

use crate::calendar::micros;
use bantam_lang::convert::MICROS_PER_SECOND;
use bantam_lang::meaning::Decay;

/// Halved this often or more, nothing is left of 10,000 points: 2^14 is 16,384.
const HALVINGS_MAX: i64 = 14;

/// Returns what is left of `points` after `age` microseconds.
pub(crate) fn decayed(points: i64, decay: Decay, age: i64) -> i64 {
    match decay {
        Decay::Never => points,
        Decay::HalveEvery(seconds) => match halvings(seconds, age) {
            halvings if halvings >= HALVINGS_MAX => 0,
            halvings => points / (1 << halvings),
        },
        Decay::FadeOver(seconds) => match seconds - age.div_euclid(MICROS_PER_SECOND) {
            left if left <= 0 => 0,
            left => points * left / seconds,
        },
    }
}

/// Points that an event loses at an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The age, in microseconds, from which on they are lost.
    pub(crate) until: i64,
    pub(crate) points: i64,
}

/// Returns how `points` are lost by age, step by step, all that are left at the age of `within`; `None` for a decay without
/// steps.
pub(crate) fn steps(points: i64, decay: Decay, within: i64) -> Option<Vec<Step>> {
    let half_life = match decay {
        Decay::Never if points == 0 => return Some(Vec::new()),
        Decay::Never => return Some(vec![Step { until: within, points }]),
        Decay::HalveEvery(seconds) => micros(seconds).max(1),
        Decay::FadeOver(_) => return None,
    };
    let mut steps: Vec<Step> = Vec::new();
    for halvings in 0..HALVINGS_MAX {
        let left = points / (1 << halvings);
        if left == 0 || steps.last().is_some_and(|step| step.until >= within) {
            break;
        }
        let until = half_life.saturating_mul(halvings + 1).min(within);
        let next = if until == within { 0 } else { points / (1 << (halvings + 1)) };
        steps.push(Step { until, points: left - next });
    }
    Some(steps)
}

/// Returns the points that have not been lost at an age.
#[inline]
pub(crate) fn left(steps: &[Step], age: i64) -> i64 {
    // Without a branch: the ages of events that follow each other have nothing to do with one another.
    steps.iter().map(|step| step.points * i64::from(age < step.until)).sum()
}

/// Returns how many times `age` holds the half-life.
pub(crate) fn halvings(seconds: i64, age: i64) -> i64 {
    age.div_euclid(micros(seconds).max(1))
}

/// Returns the age at which what is left changes next; `None` where it never does.
pub(crate) fn next_change_age(points: i64, decay: Decay, age: i64) -> Option<i64> {
    let left = decayed(points, decay, age).abs();
    if left == 0 {
        return None;
    }
    match decay {
        Decay::Never => None,
        // Half of something is always less, toward zero.
        Decay::HalveEvery(seconds) => Some(micros(seconds).saturating_mul(halvings(seconds, age) + 1)),
        // What is left falls below `left` with the first whole second a for which |points| * (D - a) < left * D.
        Decay::FadeOver(seconds) => {
            let least_left = (left * seconds + points.abs() - 1) / points.abs();
            Some(micros(seconds - least_left + 1))
        }
    }
}

/// Returns an age from which on nothing is left of `points`, or of fewer; `None` where something always is.
pub(crate) fn gone_age(points: i64, decay: Decay) -> Option<i64> {
    match decay {
        Decay::Never => None,
        // Each halving takes one binary digit.
        Decay::HalveEvery(seconds) => {
            let digits = i64::from(u64::BITS - points.unsigned_abs().leading_zeros());
            Some(micros(seconds).max(1).saturating_mul(digits.min(HALVINGS_MAX)))
        }
        Decay::FadeOver(seconds) => Some(micros(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn halving_goes_toward_zero() {
        let after = |points, times: i64| decayed(points, Decay::HalveEvery(DAY), micros(DAY * times));
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(|times| after(75, times)), [75, 37, 18, 9, 4, 2, 1, 0]);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|times| after(-25, times)), [-25, -12, -6, -3, -1, 0]);
        assert_eq!((after(10_000, 13), after(10_000, 14), after(10_000, 900)), (1, 0, 0));
        assert_eq!(decayed(75, Decay::HalveEvery(DAY), micros(DAY) - 1), 75);
    }

    #[test]
    fn fading_is_a_straight_line_in_whole_seconds() {
        let after = |days: i64| decayed(10, Decay::FadeOver(60 * DAY), micros(days * DAY));
        // 10 * 45 / 60 = 7.5; 10 * 30 / 60 = 5; 10 * 15 / 60 = 2.5.
        assert_eq!([0, 15, 30, 45, 60, 61].map(after), [10, 7, 5, 2, 0, 0]);
        assert_eq!(decayed(-10, Decay::FadeOver(60 * DAY), micros(15 * DAY)), -7);
        assert_eq!(decayed(3, Decay::FadeOver(3), 999_999), 3);
        assert_eq!(decayed(3, Decay::FadeOver(3), 1_000_000), 2);
    }

    #[test]
    fn the_next_change_is_the_first_second_with_another_value() {
        for decay in [Decay::FadeOver(17), Decay::HalveEvery(5), Decay::FadeOver(1)] {
            for points in [-40, -17, -3, 0, 1, 2, 16, 17, 18, 100] {
                for age in 0..40 {
                    let here = decayed(points, decay, micros(age));
                    let expected = (age + 1..80).find(|&later| decayed(points, decay, micros(later)) != here);
                    assert_eq!(next_change_age(points, decay, micros(age)), expected.map(micros), "{points} {age}");
                }
            }
        }
    }

    #[test]
    fn steps_say_what_is_left_at_every_age() {
        for decay in [Decay::HalveEvery(5), Decay::HalveEvery(1), Decay::Never] {
            for (points, within) in [(0, 60), (1, 60), (-25, 60), (75, 60), (10_000, 90), (10_000, 7), (-3, 1)] {
                let steps = steps(points, decay, micros(within)).unwrap();
                for age in 0..100 {
                    let found = left(&steps, micros(age));
                    let expected = if age < within { decayed(points, decay, micros(age)) } else { 0 };
                    assert_eq!(found, expected, "{points} within {within} {decay:?} at {age}");
                }
            }
        }
        assert_eq!(steps(1, Decay::FadeOver(5), i64::MAX), None);
    }

    #[test]
    fn nothing_is_left_from_the_age_at_which_points_are_gone() {
        for decay in [Decay::FadeOver(17), Decay::HalveEvery(5), Decay::FadeOver(1)] {
            for points in [-40, -17, -3, 0, 1, 2, 16, 17, 18, 100, 10_000, 1 << 20] {
                let gone = gone_age(points, decay).unwrap();
                assert!((0..100).all(|later| decayed(points, decay, gone + micros(later)) == 0), "{points} {decay:?}");
            }
        }
        for points in [-40, -3, 1, 2, 15, 16, 17, 10_000, 1 << 20] {
            let gone = gone_age(points, Decay::HalveEvery(5)).unwrap();
            assert_ne!(decayed(points, Decay::HalveEvery(5), gone - 1), 0, "{points}");
        }
        assert_eq!(gone_age(1, Decay::Never), None);
    }
}
