//! When a failed delivery is tried again, and when an endpoint that fails is probed.

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// How long a message is tried before it is parked.
pub const TRIED_FOR: i64 = 7 * 24 * HOUR;
/// The pauses after the first tries; after each further one it is about an hour.
const PAUSES: [i64; 4] = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE];
/// How far an hour is shortened or lengthened, so that what failed together does not come back together.
const JITTER: i64 = 6 * MINUTE;
/// The longest pause that a receiver may ask for.
const ASKED_MAX: i64 = HOUR;
/// The longest pause between two probes.
const PROBE_MAX: i64 = 5 * MINUTE;

/// Returns when a delivery is tried again that failed `attempts` times. `asked_seconds` is what the receiver asked for;
/// `seed` tells deliveries apart.
pub fn retry_at(now: i64, attempts: i64, asked_seconds: Option<i64>, seed: i64) -> i64 {
    let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let pause = PAUSES.get(place).copied().unwrap_or_else(|| HOUR + jitter(seed, attempts));
    now.saturating_add(pause.max(asked(asked_seconds)))
}

/// Returns when an endpoint is probed next that failed `probes` probes.
pub fn probe_at(now: i64, probes: i64, asked_seconds: Option<i64>) -> i64 {
    let pause = MINUTE.saturating_mul(probes.saturating_add(1)).min(PROBE_MAX);
    now.saturating_add(pause.max(asked(asked_seconds)))
}

/// Returns the pause that a receiver asked for, as far as it is granted.
pub fn asked(seconds: Option<i64>) -> i64 {
    seconds.unwrap_or(0).saturating_mul(SECOND).clamp(0, ASKED_MAX)
}

/// Returns a shift that is the same whenever it is asked for: the queue knows no chance.
fn jitter(seed: i64, attempts: i64) -> i64 {
    let mixed = (seed as u64).wrapping_add((attempts as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let span = 2 * JITTER + 1;
    i64::try_from((mixed >> 1) % span as u64).unwrap_or(0) - JITTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whk_03_pauses_grow_to_an_hour_with_jitter() {
        let pauses: Vec<i64> = (1..=4).map(|attempts| retry_at(0, attempts, None, 7) / SECOND).collect();
        assert_eq!(pauses, [5, 60, 300, 1_800]);
        let later: Vec<i64> = (5..200).map(|attempts| retry_at(0, attempts, None, attempts)).collect();
        assert!(later.iter().all(|pause| (HOUR - JITTER..=HOUR + JITTER).contains(pause)), "{later:?}");
        let spread = later.iter().max().unwrap() - later.iter().min().unwrap();
        assert!(spread > JITTER, "{spread}");
    }

    #[test]
    fn whk_03_a_receiver_may_ask_for_an_hour_at_most() {
        assert_eq!(retry_at(0, 1, Some(120), 1), 120 * SECOND);
        assert_eq!(retry_at(0, 1, Some(1), 1), 5 * SECOND);
        assert_eq!(retry_at(0, 1, Some(i64::MAX), 1), HOUR);
        assert_eq!(retry_at(0, 1, Some(-5), 1), 5 * SECOND);
    }

    #[test]
    fn whk_03_probes_come_every_one_to_five_minutes() {
        let pauses: Vec<i64> = (0..7).map(|probes| probe_at(0, probes, None) / MINUTE).collect();
        assert_eq!(pauses, [1, 2, 3, 4, 5, 5, 5]);
    }
}
