//! Counts tries that may go wrong: few for each account, more for each address.

use super::secrets::hash_of;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How long a try counts, in microseconds.
const WINDOW: i64 = 15 * 60 * 1_000_000;
/// How many tries an account has in that time.
const ACCOUNT_TRIES: usize = 10;
/// How many tries an address has in that time: an office may share it.
const ADDRESS_TRIES: usize = 50;
/// How many accounts and addresses are counted at once, some hundred bytes each. When there are more within the time, none
/// is added: that takes two thousand addresses that try together.
const COUNTED_MAX: usize = 100_000;

type Key = [u8; 32];

/// What was tried of late.
#[derive(Default)]
pub(crate) struct Throttle {
    tries: Mutex<HashMap<Key, Vec<i64>>>,
}

impl Throttle {
    /// Counts a try before it is made, so that many at once are not more than one after the other. Where it is one too
    /// many, returns after how many seconds there may be another.
    pub(crate) fn begin(&self, account: &str, address: Option<IpAddr>, now: i64) -> Result<(), u64> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted = vec![(account_key(account), ACCOUNT_TRIES)];
        wanted.extend(address.map(|address| (address_key(address), ADDRESS_TRIES)));
        if tries.len() + wanted.len() > COUNTED_MAX {
            tries.retain(|_, moments| moments.iter().any(|&moment| counts(moment, now)));
        }
        let is_full = tries.len() + wanted.len() > COUNTED_MAX;
        for (key, most) in &wanted {
            let moments = match tries.get_mut(key) {
                Some(moments) => moments,
                None if is_full => return Err(seconds(WINDOW)),
                None => continue,
            };
            moments.retain(|&moment| counts(moment, now));
            if moments.len() >= *most {
                let oldest = moments.iter().min().copied().unwrap_or(now);
                return Err(seconds(oldest.saturating_add(WINDOW).saturating_sub(now)));
            }
        }
        for (key, _) in wanted {
            tries.entry(key).or_default().push(now);
        }
        Ok(())
    }

    /// Takes a try back that went well, and with it what went wrong with the account before.
    pub(crate) fn succeeded(&self, account: &str, address: Option<IpAddr>) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&account_key(account));
        self.take_back(&mut tries, address);
    }

    /// Takes a try back as far as the address is concerned: the account is not through yet.
    pub(crate) fn half_succeeded(&self, address: Option<IpAddr>) {
        self.take_back(&mut self.tries.lock().unwrap_or_else(PoisonError::into_inner), address);
    }

    fn take_back(&self, tries: &mut HashMap<Key, Vec<i64>>, address: Option<IpAddr>) {
        if let Some(moments) = address.and_then(|address| tries.get_mut(&address_key(address))) {
            moments.pop();
        }
    }
}

fn counts(moment: i64, now: i64) -> bool {
    now.saturating_sub(moment) < WINDOW
}

fn seconds(microseconds: i64) -> u64 {
    u64::try_from(microseconds / 1_000_000 + 1).unwrap_or(1)
}

/// Whether there is such an account makes no difference.
fn account_key(account: &str) -> Key {
    hash_of(&format!("account {account}"))
}

/// Of an IPv6 address the first half stands for one subscriber.
fn address_key(address: IpAddr) -> Key {
    match address.to_canonical() {
        IpAddr::V4(address) => hash_of(&format!("address {address}")),
        IpAddr::V6(address) => hash_of(&format!("network {:x}", address.to_bits() >> 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn aut_06_an_account_has_ten_tries_in_fifteen_minutes() {
        let throttle = Throttle::default();
        for second in 0..10 {
            assert_eq!(throttle.begin("ann", address(&format!("10.0.0.{second}")), second * 1_000_000), Ok(()));
        }
        assert_eq!(throttle.begin("ann", address("10.0.0.99"), 10_000_000), Err(891));
        assert_eq!(throttle.begin("bob", address("10.0.0.99"), 10_000_000), Ok(()));
        assert_eq!(throttle.begin("ann", None, WINDOW), Ok(()), "the first no longer counts");
        assert!(throttle.begin("ann", None, WINDOW).is_err());
        throttle.succeeded("ann", None);
        assert_eq!(throttle.begin("ann", None, WINDOW), Ok(()));
    }

    #[test]
    fn aut_06_an_address_has_tries_with_all_accounts_together() {
        let throttle = Throttle::default();
        for account in 0..ADDRESS_TRIES {
            assert_eq!(throttle.begin(&account.to_string(), address("2001:db8::1"), 0), Ok(()));
        }
        assert!(throttle.begin("ann", address("2001:db8::ffff"), 0).is_err(), "the same network");
        assert_eq!(throttle.begin("ann", address("2001:db8:0:1::1"), 0), Ok(()));
        throttle.succeeded("0", address("2001:db8::1"));
        assert_eq!(throttle.begin("bob", address("2001:db8::1"), 0), Ok(()), "what went well does not count");
        assert!(throttle.begin("bob", address("2001:db8::1"), 0).is_err());
    }

    #[test]
    fn aut_06_what_is_counted_is_bounded() {
        let throttle = Throttle::default();
        for account in 0..COUNTED_MAX {
            throttle.begin(&account.to_string(), None, 0).unwrap();
        }
        assert!(throttle.begin("ann", None, 0).is_err());
        assert!(throttle.begin("1", None, 0).is_ok());
        assert_eq!(throttle.begin("ann", None, WINDOW), Ok(()));
        assert_eq!(throttle.tries.lock().unwrap().len(), 1);
    }
}
