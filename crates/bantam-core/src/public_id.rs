//! Turns the numbers of records into ids for others, and back. Such an id says nothing and cannot be guessed, yet none has
//! to be kept: it is the number behind a mask, with 128 bits that only the store's secret can make.

use bantam_store::{Ledger, StoreError};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The setting that holds the secret.
pub const SETTING: &str = "secret";
/// What ids of hand-offs begin with.
const PREFIX: &str = "ho_";

/// The secret of a store. Without one, as in tests of the core alone, ids can be computed by anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Returns a store's secret.
    pub fn of(ledger: &mut dyn Ledger) -> Result<Secret, StoreError> {
        Ok(Secret(ledger.setting(SETTING)?.unwrap_or_default()))
    }

    /// Gives a store its secret, unless it has one.
    pub fn keep(ledger: &mut dyn Ledger, random: [u8; 32]) -> Result<(), StoreError> {
        if ledger.setting(SETTING)?.is_some_and(|kept| !kept.is_empty()) {
            return Ok(());
        }
        ledger.set(SETTING, &random)
    }

    /// Returns the id under which others know a hand-off.
    pub fn hand_off_id(&self, number: i64) -> String {
        let proof = self.hash(b"hand-off", &number.to_le_bytes());
        let mut bytes = [0; 24];
        let (masked, tag) = bytes.split_at_mut(8);
        tag.copy_from_slice(&proof);
        masked.copy_from_slice(&(number ^ self.mask(&proof)).to_le_bytes());
        format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Returns the number behind an id of a hand-off; `None` where it was not made by this store.
    pub fn hand_off_number(&self, id: &str) -> Option<i64> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(id.strip_prefix(PREFIX)?).ok()?;
        let (masked, tag) = bytes.split_first_chunk::<8>()?;
        let tag: [u8; 16] = tag.try_into().ok()?;
        let number = i64::from_le_bytes(*masked) ^ self.mask(&tag);
        (self.hand_off_id(number) == id).then_some(number)
    }

    fn mask(&self, tag: &[u8; 16]) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.hash(b"mask", tag);
        i64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    fn hash(&self, use_for: &[u8], bytes: &[u8]) -> [u8; 16] {
        // The secret and each use have one length, so no two inputs look alike.
        let full = Sha256::new().chain_update(&self.0).chain_update(use_for).chain_update(bytes).finalize();
        let mut half = [0; 16];
        half.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aut_02_an_id_leads_to_its_number_and_no_other_text_does() {
        let (ours, theirs) = (Secret(vec![7; 32]), Secret(vec![8; 32]));
        for number in [1, 2, 77, i64::MAX] {
            let id = ours.hand_off_id(number);
            assert_eq!((id.len(), ours.hand_off_number(&id)), (35, Some(number)));
            assert_eq!(theirs.hand_off_number(&id), None);
            for place in 3..id.len() {
                let mut changed = id.clone().into_bytes();
                changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
                assert_eq!(ours.hand_off_number(&String::from_utf8(changed).unwrap()), None, "{place}");
            }
        }
        for id in ["", "1", "ho_", "ho_AAAA", "ho_\u{fc}"] {
            assert_eq!(ours.hand_off_number(id), None, "{id}");
        }
    }
}
