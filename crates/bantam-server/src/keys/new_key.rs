//! Makes keys: `bk_`, the scope, 160 bits of chance and four characters that tell a slip of the pen.

use super::{Scope, hash_of, key_reference};
use crate::base32;
use crate::people::audit::{Actor, note};
use crate::people::reference;
use bantam_store::{ApiKeyRow, Ledger, StoreError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Bytes of chance in a key: six of their letters are shown in lists, and 130 bits are left.
const CHANCE_BYTES: usize = 20;
/// How many letters of the chance people know a key by.
const SHOWN_LETTERS: usize = 6;
/// How many characters tell a slip of the pen: one in a million goes unnoticed.
const CHECK_CHARACTERS: usize = 4;
/// How many keys a store has at most. All are held in memory.
const KEYS_MAX: usize = 1_000;
/// The longest name of a source, in characters.
const SOURCE_CHARACTERS_MAX: usize = 200;

/// Why no key was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// It would be refused from the beginning.
    #[error("the key would have expired before it is made; choose a later moment")]
    Expired,
    /// Facts sent with it would come from nowhere, or from too long a name.
    #[error("the source of a key is a name of 1 to 200 characters")]
    Source,
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    NoChance,
}

/// A key that was just made: the only moment at which it is known.
pub struct NewKey {
    text: String,
    row: ApiKeyRow,
}

impl NewKey {
    /// Makes a key. `source` is what facts sent with it are said to come from.
    ///
    /// # Errors
    /// Returns why there can be no such key.
    pub fn generate(scope: Scope, source: &str, expires_at: Option<i64>, now: i64) -> Result<NewKey, KeyProblem> {
        if expires_at.is_some_and(|moment| moment <= now) {
            return Err(KeyProblem::Expired);
        }
        let source = source.trim();
        if source.is_empty() || source.chars().count() > SOURCE_CHARACTERS_MAX {
            return Err(KeyProblem::Source);
        }
        let mut chance = [0; CHANCE_BYTES];
        getrandom::fill(&mut chance).map_err(|_| KeyProblem::NoChance)?;
        let letters = base32::encode(&chance);
        let beginning = format!("bk_{}_", scope.name());
        let shown = beginning.clone() + letters.get(..SHOWN_LETTERS).unwrap_or_default();
        let unchecked = beginning + &letters;
        let text = format!("{unchecked}_{}", check_characters(&unchecked));
        let row = ApiKeyRow {
            id: 0,
            shown,
            hash: hash_of(&text),
            scope: scope.name().to_owned(),
            source: source.to_owned(),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
            made_by: None,
        };
        Ok(NewKey { text, row })
    }

    /// Returns the key itself, to be shown once.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what is kept of it.
    pub fn row(&self) -> &ApiKeyRow {
        &self.row
    }

    /// Says which person made it, by the id: it is revoked when they may not sign in any more.
    pub fn made_by(&mut self, person: Option<&str>) {
        self.row.made_by = person.map(reference);
    }

    /// Writes down who made it, in the transaction that keeps it.
    ///
    /// # Errors
    /// Returns why the database did not do it.
    pub fn note(&self, ledger: &mut dyn Ledger, now: i64, actor: &Actor) -> Result<(), StoreError> {
        let ApiKeyRow { id, scope, source, expires_at, .. } = &self.row;
        let new = json!({"scope": scope, "source": source, "expires_at": expires_at});
        note(ledger, now, actor, "key.made", &key_reference(*id), (Value::Null, new))
    }

    /// Keeps it, without the key itself. Where there are as many keys as there can be, the one that was revoked first is
    /// forgotten; returns whether there was room.
    ///
    /// # Errors
    /// Returns why the database did not do it.
    pub fn keep(&mut self, ledger: &mut dyn Ledger) -> Result<bool, StoreError> {
        let known = ledger.api_keys()?;
        if known.len() >= KEYS_MAX {
            let revoked = known.iter().filter_map(|key| Some((key.revoked_at?, key.id))).min();
            let Some((_, oldest)) = revoked else { return Ok(false) };
            ledger.forget_api_key(oldest)?;
        }
        self.row.id = ledger.add_api_key(&self.row)?;
        Ok(true)
    }
}

/// Revokes a key and writes down who did; returns whether there is such a key.
///
/// # Errors
/// Returns why the database did not do it.
pub fn revoke_key(ledger: &mut dyn Ledger, now: i64, actor: &Actor, id: i64) -> Result<bool, StoreError> {
    let known = ledger.api_keys()?.into_iter().find(|key| key.id == id);
    let Some(known) = known else { return Ok(false) };
    if known.revoked_at.is_none() {
        ledger.revoke_api_key(id, now)?;
        note(ledger, now, actor, "key.revoked", &key_reference(id), (Value::Null, Value::Null))?;
    }
    Ok(true)
}

/// Returns whether a text is written as a key that a store may have. Others need not be looked for.
pub(crate) fn is_well_formed(key: &str) -> bool {
    key.starts_with("bk_")
        && key.rsplit_once('_').is_some_and(|(unchecked, characters)| characters == check_characters(unchecked))
}

fn check_characters(unchecked: &str) -> String {
    let mut characters = base32::encode(&Sha256::digest(unchecked.as_bytes()));
    characters.truncate(CHECK_CHARACTERS);
    characters
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_store::sqlite::SqliteStore;

    fn generate(source: &str, expires_at: Option<i64>) -> Result<NewKey, KeyProblem> {
        NewKey::generate(Scope::Write, source, expires_at, 100)
    }

    #[test]
    fn aut_10_a_key_has_chance_enough_and_notices_a_slip_of_the_pen() {
        let [key, other] = [generate("web", None).unwrap(), generate("web", None).unwrap()];
        assert_ne!(key.text(), other.text());
        let parts: Vec<&str> = key.text().split('_').collect();
        assert_eq!((parts[0], parts[1], parts[2].len(), parts[3].len()), ("bk", "write", 32, 4));
        // What stands in lists leaves more than 128 bits.
        let shown = key.row().shown.strip_prefix("bk_write_").unwrap();
        assert!(parts[2].starts_with(shown) && (parts[2].len() - shown.len()) * 5 >= 128);
        assert!(is_well_formed(key.text()));
        let slip = key.text().replacen(&parts[2][9..10], if &parts[2][9..10] == "x" { "y" } else { "x" }, 1);
        assert!(!is_well_formed(&slip), "{slip}");
        for text in ["", "bk_", "w", "bk_write_", &key.text()[..40]] {
            assert!(!is_well_formed(text), "{text}");
        }
    }

    #[test]
    fn a_key_that_nobody_could_use_is_not_made() {
        assert_eq!(generate("web", Some(100)).err(), Some(KeyProblem::Expired));
        assert!(generate("web", Some(101)).is_ok());
        assert_eq!(generate(" ", None).err(), Some(KeyProblem::Source));
        assert_eq!(generate(&"x".repeat(201), None).err(), Some(KeyProblem::Source));
    }

    #[test]
    fn aut_10_a_full_store_forgets_what_was_revoked_first_and_nothing_else() {
        let mut store = SqliteStore::in_memory().unwrap();
        store
            .transaction(|ledger| {
                for _ in 0..KEYS_MAX {
                    assert!(generate("web", None).unwrap().keep(ledger)?);
                }
                assert!(!generate("web", None).unwrap().keep(ledger)?);
                ledger.revoke_api_key(7, 300)?;
                ledger.revoke_api_key(9, 200)?;
                let mut last = generate("web", None).unwrap();
                assert!(last.keep(ledger)?);
                let ids: Vec<i64> = ledger.api_keys()?.iter().map(|key| key.id).collect();
                assert!(ids.len() == KEYS_MAX && ids.contains(&7) && !ids.contains(&9) && ids.contains(&last.row().id));
                Ok::<(), StoreError>(())
            })
            .unwrap();
    }
}
