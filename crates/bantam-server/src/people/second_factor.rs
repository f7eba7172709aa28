//! The second factor: codes that change every half minute, each good once, and codes on paper for when the phone is gone.

use super::secrets::{NoChance, chance, hash_of, is_same};
use crate::base32;
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

/// Chance in the secret that the phone gets, in bytes: what RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// Chance in a recovery code, in bytes: 16 letters.
const RECOVERY_BYTES: usize = 10;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// After how many letters of a recovery code there is a dash.
const GROUP: usize = 4;

/// A second factor, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SecondFactor {
    /// In base32, as the phone has it.
    secret: String,
    /// The step of the last code that was taken: no earlier one counts any more.
    last_step: u64,
    /// SHA-256 of the recovery codes that were not used. They are long enough not to be guessed.
    recovery: Vec<[u8; 32]>,
}

impl SecondFactor {
    /// Returns a second factor whose first code was right, with its recovery codes, which are shown now and never again;
    /// `None` where the code is wrong.
    pub(crate) fn confirmed(
        secret: &str,
        code: &str,
        now: i64,
    ) -> Result<Option<(SecondFactor, Vec<String>)>, NoChance> {
        let Some(last_step) = step_of(secret, code, now) else { return Ok(None) };
        let mut factor = SecondFactor { secret: secret.to_owned(), last_step, recovery: Vec::new() };
        let codes = factor.renew_recovery()?;
        Ok(Some((factor, codes)))
    }

    /// Makes new recovery codes; the old ones are worth nothing from then on.
    pub(crate) fn renew_recovery(&mut self) -> Result<Vec<String>, NoChance> {
        let codes = (0..RECOVERY_CODES).map(|_| Ok(grouped(&base32::encode(&chance::<RECOVERY_BYTES>()?))));
        let codes: Vec<String> = codes.collect::<Result<_, NoChance>>()?;
        self.recovery = codes.iter().map(|code| hash_of(&plain(code))).collect();
        Ok(codes)
    }

    /// Takes a code, which is worth nothing from then on; returns whether it was right. What changed has to be kept.
    pub(crate) fn take(&mut self, code: &str, now: i64) -> bool {
        let code = plain(code);
        match step_of(&self.secret, &code, now) {
            Some(step) if step > self.last_step => {
                self.last_step = step;
                true
            }
            Some(_) => false,
            None => self.take_recovery(&code),
        }
    }

    fn take_recovery(&mut self, code: &str) -> bool {
        let hash = hash_of(code);
        let place = self.recovery.iter().position(|known| is_same(known, &hash));
        place.map(|place| self.recovery.remove(place)).is_some()
    }

    /// Returns how many recovery codes are left.
    pub(crate) fn recovery_left(&self) -> usize {
        self.recovery.len()
    }
}

/// Returns a new secret for a phone, in base32.
pub(crate) fn new_factor_secret() -> Result<String, NoChance> {
    Ok(base32::encode(&chance::<SECRET_BYTES>()?).to_uppercase())
}

/// Returns what a phone reads from the picture.
pub(crate) fn address_of(secret: &str, email: &str) -> String {
    let account: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    format!("otpauth://totp/bantam:{account}?secret={secret}&issuer=bantam")
}

fn step_of(secret: &str, code: &str, now: i64) -> Option<u64> {
    totp(secret)?.check(&plain(code), u64::try_from(now / 1_000_000).ok()?)
}

fn totp(secret: &str) -> Option<Totp> {
    // Half a minute, six digits and SHA-1 are what every app on a phone knows; one step to either side is let through.
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// Returns a code as it is compared: people write spaces, dashes and capitals.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

fn grouped(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    /// The code that a phone shows.
    pub(crate) fn code_of(secret: &str, now: i64) -> String {
        totp(secret).unwrap().generate((now / SECOND) as u64).to_string()
    }

    #[test]
    fn aut_11_codes_are_those_of_rfc_6238() {
        // The test vector for 59 seconds, of which six digits are shown.
        let secret = base32::encode(b"12345678901234567890").to_uppercase();
        assert_eq!(code_of(&secret, 59 * SECOND), "287082");
        assert_eq!(code_of(&secret, 1_111_111_109 * SECOND), "081804");
    }

    #[test]
    fn aut_11_a_code_works_once() {
        let secret = new_factor_secret().unwrap();
        let now = 1_000_000 * SECOND;
        assert!(SecondFactor::confirmed(&secret, "000", now).unwrap().is_none());
        let (mut factor, _) = SecondFactor::confirmed(&secret, &code_of(&secret, now), now).unwrap().unwrap();
        assert!(!factor.take(&code_of(&secret, now), now), "it confirmed already");
        let later = now + 60 * SECOND;
        let code = code_of(&secret, later);
        assert!(factor.take(&format!(" {} {} ", &code[..3], &code[3..]), later));
        assert!(!factor.take(&code, later));
        assert!(!factor.take(&code_of(&secret, later - 30 * SECOND), later), "one before the last");
        assert!(!factor.take(&code_of(&secret, later + 120 * SECOND), later), "too far ahead");
        assert!(factor.take(&code_of(&secret, later + 30 * SECOND), later), "a clock may be a little fast");
    }

    #[test]
    fn aut_11_recovery_codes_work_once_and_are_kept_as_hashes() {
        let secret = new_factor_secret().unwrap();
        let (mut factor, codes) = SecondFactor::confirmed(&secret, &code_of(&secret, 0), 0).unwrap().unwrap();
        assert_eq!((codes.len(), codes[0].len(), factor.recovery_left()), (10, 19, 10));
        let kept = serde_json::to_string(&factor).unwrap();
        assert!(codes.iter().all(|code| !kept.contains(code) && !kept.contains(&plain(code))));
        assert!(factor.take(&codes[3].to_uppercase(), 0) && !factor.take(&codes[3], 0));
        assert_eq!(factor.recovery_left(), 9);
        factor.renew_recovery().unwrap();
        assert!(!factor.take(&codes[4], 0), "replaced by others");
    }

    #[test]
    fn a_phone_reads_address_and_secret() {
        let told = address_of("ABC", "ann+x@acme.example");
        assert_eq!(told, "otpauth://totp/bantam:ann%2Bx%40acme.example?secret=ABC&issuer=bantam");
    }
}
