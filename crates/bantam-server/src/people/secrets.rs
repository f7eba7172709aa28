//! Secrets that are shown once and kept as hashes: of sessions, links and recovery codes.

use crate::base32;
use crate::problem::Problem;
use bantam_store::StoreError;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Chance in a session or a link, in bytes.
const SECRET_BYTES: usize = 32;
/// Chance in the id of a person, in bytes: 160 bits.
const ID_BYTES: usize = 20;
/// What the token of a form is made for, so that it stands for nothing else.
const FORM: &[u8] = b"bantam form";

/// Why there is no chance to be had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoChance;

impl From<NoChance> for Problem {
    fn from(_: NoChance) -> Problem {
        Problem::fault("the machine gives no random bytes")
    }
}

impl From<NoChance> for StoreError {
    fn from(_: NoChance) -> StoreError {
        StoreError::File { path: "random".into(), error: std::io::Error::other("the machine gives no random bytes") }
    }
}

/// Returns bytes of chance.
pub(crate) fn chance<const N: usize>() -> Result<[u8; N], NoChance> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoChance)?;
    Ok(bytes)
}

/// Returns a new secret, as it stands in a cookie or a link.
pub(crate) fn new_secret() -> Result<String, NoChance> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(chance::<SECRET_BYTES>()?))
}

/// Returns a new id of a person.
pub(crate) fn new_id() -> Result<String, NoChance> {
    Ok(base32::encode(&chance::<ID_BYTES>()?))
}

/// Returns what is kept of a secret.
pub(crate) fn hash_of(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Returns the token of the forms of a session.
pub(crate) fn form_token(secret: &str) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(FORM);
    BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Compares to the end, wherever the first difference is.
pub(crate) fn is_same(a: &[u8], b: &[u8]) -> bool {
    let differ = a.iter().zip(b).fold(0, |bits, (a, b)| bits | (a ^ b));
    std::hint::black_box(differ) == 0 && a.len() == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aut_07_a_session_has_256_bits_and_its_forms_a_token_that_does_not_tell_it() {
        let [one, two] = [new_secret().unwrap(), new_secret().unwrap()];
        assert!(one != two && BASE64_URL_SAFE_NO_PAD.decode(&one).unwrap().len() == 32);
        let token = form_token(&one);
        assert!(token != form_token(&two) && token == form_token(&one) && token.len() == 43);
        assert!(is_same(token.as_bytes(), form_token(&one).as_bytes()));
        assert!(!is_same(b"", token.as_bytes()) && !is_same(&token.as_bytes()[..42], token.as_bytes()));
    }

    #[test]
    fn aut_02_ids_of_people_have_more_than_122_bits() {
        let id = new_id().unwrap();
        assert!(id.len() * 5 >= 122 && id != new_id().unwrap());
    }
}
