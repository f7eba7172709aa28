//! A sign-in that begins: what the browser keeps of it, and what is derived from that for the provider.
//!
//! The browser keeps one cookie: chance, the moment, and where it wants to go. State, nonce and verifier are derived from all
//! of that with the chance as key, so any node can go on with it, and the provider's own answer is bound to each part: with
//! another moment or another page in the cookie the nonce would be another one. That it is used once is kept in the store.

use crate::people::{NoChance, is_same, new_secret};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How long somebody has at the provider, in seconds.
pub(crate) const LIFE_SECONDS: i64 = 600;
const SECOND: i64 = 1_000_000;
/// The longest path that is gone back to: a cookie has room for 4,096 bytes in all.
const NEXT_BYTES_MAX: usize = 1_500;

/// A sign-in that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    secret: String,
    /// In seconds.
    at: i64,
    /// Where to go after it.
    pub(crate) next: String,
}

impl Begun {
    /// Begins one.
    pub(crate) fn new(now: i64, next: String) -> Result<Begun, NoChance> {
        let next = if next.len() > NEXT_BYTES_MAX { "/".to_owned() } else { next };
        Ok(Begun { secret: new_secret()?, at: now / SECOND, next })
    }

    /// Returns the value of the cookie.
    pub(crate) fn cookie(&self) -> String {
        format!("{}.{}.{}", self.secret, self.at, BASE64_URL_SAFE_NO_PAD.encode(&self.next))
    }

    /// Reads the value of a cookie, where it was begun within the last ten minutes.
    pub(crate) fn read(cookie: &str, now: i64) -> Option<Begun> {
        let mut parts = cookie.splitn(3, '.');
        let (secret, at, next) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let next = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let is_recent = (0..LIFE_SECONDS).contains(&(now / SECOND).saturating_sub(at));
        is_recent.then(|| Begun { secret: secret.to_owned(), at, next })
    }

    /// Returns what the browser has to come back with.
    pub(crate) fn state(&self) -> String {
        self.derived("state")
    }

    /// Returns whether the browser came back with it.
    pub(crate) fn is_state(&self, given: &str) -> bool {
        is_same(given.as_bytes(), self.state().as_bytes())
    }

    /// Returns what the provider has to put into what it says.
    pub(super) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// Returns what proves that the code is taken by whoever asked for it.
    pub(super) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// Returns what says in the store that it was used.
    pub(crate) fn mark(&self) -> String {
        self.derived("used")
    }

    /// Returns when it is too old, in microseconds.
    pub(crate) fn ends_at(&self) -> i64 {
        self.at.saturating_add(LIFE_SECONDS).saturating_mul(SECOND)
    }

    /// Returns 43 characters for one purpose.
    fn derived(&self, purpose: &str) -> String {
        // A key of any length will do.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()) else { return String::new() };
        for part in ["bantam sso", purpose, &self.at.to_string(), &self.next] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000 * SECOND;

    #[test]
    fn aut_09_a_sign_in_that_was_begun_holds_for_ten_minutes() {
        let begun = Begun::new(NOW, "/leads?a=b".into()).unwrap();
        let read = |now| Begun::read(&begun.cookie(), now);
        assert_eq!(read(NOW).as_ref(), Some(&begun));
        assert_eq!(read(NOW + 599 * SECOND), Some(begun.clone()));
        assert_eq!(read(NOW + 600 * SECOND), None);
        assert_eq!(read(NOW - SECOND), None);
        for bad in ["", "a", "a.b", "a.1.!", "a.x.Lw", "a.1800000000./w"] {
            assert_eq!(Begun::read(bad, NOW), None, "{bad}");
        }
    }

    #[test]
    fn aut_09_whatever_is_changed_in_the_cookie_changes_what_the_provider_has_to_say() {
        let begun = Begun::new(NOW, "/queue".into()).unwrap();
        let later = Begun { at: begun.at + 1, ..begun.clone() };
        let elsewhere = Begun { next: "/leads".into(), ..begun.clone() };
        let another = Begun::new(NOW, "/queue".into()).unwrap();
        for other in [later, elsewhere, another] {
            assert_ne!(other.state(), begun.state());
            assert_ne!(other.nonce(), begun.nonce());
            assert_ne!(other.verifier(), begun.verifier());
            assert!(!begun.is_state(&other.state()));
        }
        assert!(begun.is_state(&begun.state()) && !begun.is_state(""));
        // What a verifier has to be by RFC 7636.
        assert_eq!(begun.verifier().len(), 43);
        assert!(begun.cookie().len() < 4_000 && Begun::new(NOW, "/".repeat(9_999)).unwrap().next == "/");
    }
}
