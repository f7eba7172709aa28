//! How often a key may be used: one program that runs wild must not keep the others out.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;

/// Requests a second that a key may make unless set otherwise. A batch is one request, so that this is up to five million
/// messages a second for a server and two thousand page views a second for a web page.
pub const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(1_999);

/// Forms a minute that may come from one address with one key: several people behind one router, but no machine.
pub(crate) const FORMS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
/// How many who were counted are remembered before those are forgotten who may ask again.
const REMEMBERED_MAX: usize = 20_000;

/// Counts the requests of each key, or of each address with a key.
///
/// Whoever has no key is refused before it is counted.
pub(crate) struct RateLimit {
    by_key: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl RateLimit {
    /// Lets through so many requests a second of each key, and as many at once.
    pub(crate) fn new(per_second: NonZeroU32) -> RateLimit {
        RateLimit { by_key: RateLimiter::keyed(Quota::per_second(per_second)), clock: DefaultClock::default() }
    }

    /// Lets through so many a minute, and as many at once.
    pub(crate) fn per_minute(count: NonZeroU32) -> RateLimit {
        RateLimit { by_key: RateLimiter::keyed(Quota::per_minute(count)), clock: DefaultClock::default() }
    }

    /// Counts a request; where it is one too many, returns after how many whole seconds it may come again.
    pub(crate) fn count(&self, key: &str) -> Result<(), u64> {
        if self.by_key.len() > REMEMBERED_MAX {
            self.by_key.retain_recent();
        }
        self.by_key.check_key(&key.to_owned()).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ing_15_a_key_that_is_used_too_often_waits_and_the_others_do_not() {
        let limit = RateLimit::new(NonZeroU32::new(2).unwrap());
        let counted: Vec<_> = (0..4).map(|_| limit.count("web")).collect();
        assert_eq!(counted, [Ok(()), Ok(()), Err(1), Err(1)]);
        assert_eq!(limit.count("app"), Ok(()));
    }
}
