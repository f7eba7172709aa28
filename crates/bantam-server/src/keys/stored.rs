//! The keys of the store, at hand: read again when they are a second old, and before the next look after a change that was
//! made here.

use super::{Caller, Scope, hash_of, is_same};
use bantam_store::{ApiKeyRow, Location, Reader, StoreError};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// How old what is at hand may be, in microseconds: so long a key works that was revoked by another node.
const AGE_MAX: i64 = 1_000_000;
/// How exactly it is known when a key was last used, in microseconds: each time costs a transaction.
const USE_STEP: i64 = 600 * 1_000_000;

/// A key that may be used now.
pub(crate) struct Found {
    /// Who has it.
    pub(crate) caller: Caller,
    /// Its number, where the store should be told that it was used.
    pub(crate) to_mark: Option<i64>,
}

/// The keys of a store.
pub(crate) struct StoredKeys {
    store: Arc<Location>,
    known: RwLock<Known>,
    /// Of those who find the keys too old one reads them anew, the others wait for it.
    reader: Mutex<Option<Reader>>,
}

#[derive(Default)]
struct Known {
    read_at: Option<i64>,
    /// How many changes were made here.
    changes: u64,
    /// By the beginning of the hash, which tells nothing of the key.
    keys: HashMap<[u8; 8], Vec<Key>>,
}

struct Key {
    id: i64,
    hash: [u8; 32],
    caller: Caller,
    expires_at: Option<i64>,
    last_used_at: AtomicI64,
}

impl StoredKeys {
    /// Returns the keys of a store, none of them read yet.
    pub(crate) fn new(store: Arc<Location>) -> StoredKeys {
        StoredKeys { store, known: RwLock::default(), reader: Mutex::default() }
    }

    /// Returns whether what is at hand is new enough.
    pub(crate) fn is_fresh(&self, now: i64) -> bool {
        let read_at = self.known.read().unwrap_or_else(PoisonError::into_inner).read_at;
        // A clock that was set back makes it old, too.
        read_at.is_some_and(|read_at| (0..AGE_MAX).contains(&now.saturating_sub(read_at)))
    }

    /// Returns who has a key, by what is at hand.
    pub(crate) fn find(&self, key: &str, now: i64) -> Option<Found> {
        let hash = hash_of(key);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let keys = known.keys.get(hash.first_chunk::<8>()?)?;
        let key = keys.iter().find(|key| is_same(&key.hash, &hash))?;
        if key.expires_at.is_some_and(|moment| moment <= now) {
            return None;
        }
        let last = key.last_used_at.load(Ordering::Relaxed);
        let is_due = now.saturating_sub(last) >= USE_STEP;
        // Of many at once one tells the store.
        let is_first = || key.last_used_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        Some(Found { caller: key.caller.clone(), to_mark: (is_due && is_first()).then_some(key.id) })
    }

    /// Lets the next look read the store: keys were made or revoked in it.
    pub(crate) fn forget(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.changes += 1;
        known.read_at = None;
    }

    /// Reads the keys where what is at hand is too old. Waits for the disk or the network.
    ///
    /// # Errors
    /// Returns why they could not be read; then it is not known which keys still hold.
    pub(crate) fn refresh(&self, now: i64) -> Result<(), StoreError> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.is_fresh(now) {
            let changes = self.known.read().unwrap_or_else(PoisonError::into_inner).changes;
            let mut open = match reader.take() {
                Some(open) => open,
                None => Reader::open(&self.store)?,
            };
            let rows = open.read(|ledger| ledger.api_keys())?;
            *reader = Some(open);
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            // What was changed meanwhile may be missing in what was read.
            if known.changes == changes {
                known.read_at = Some(now);
                known.keys = by_hash(rows);
            }
        }
        Ok(())
    }
}

fn by_hash(rows: Vec<ApiKeyRow>) -> HashMap<[u8; 8], Vec<Key>> {
    let mut keys: HashMap<[u8; 8], Vec<Key>> = HashMap::new();
    for row in rows.into_iter().filter(|row| row.revoked_at.is_none()) {
        // A scope that this program does not know admits to nothing.
        let (Some(scope), Some(beginning)) = (Scope::of_name(&row.scope), row.hash.first_chunk::<8>()) else {
            continue;
        };
        let key = Key {
            id: row.id,
            hash: row.hash,
            caller: Caller::with_key(scope, row.source),
            expires_at: row.expires_at,
            last_used_at: AtomicI64::new(row.last_used_at.unwrap_or(i64::MIN)),
        };
        keys.entry(*beginning).or_default().push(key);
    }
    keys
}
