//! What a store keeps of keys, inside one transaction: hashes, never the keys.

use crate::error::StoreError;

/// A key of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// Its number; 0 before it has one.
    pub id: i64,
    /// Its beginning, by which people know it.
    pub shown: String,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// What it may do, in the caller's words.
    pub scope: String,
    /// What facts sent with it are said to come from.
    pub source: String,
    /// When it was made.
    pub created_at: i64,
    /// From when on it is refused.
    pub expires_at: Option<i64>,
    /// When it was last used, to some minutes.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// Who made it, where a person did, in the caller's words.
    pub made_by: Option<String>,
}

/// Keys of programs.
pub trait ApiKeys {
    /// Returns all keys, in the order in which they were made.
    fn api_keys(&mut self) -> Result<Vec<ApiKeyRow>, StoreError>;
    /// Adds a key; returns its number, which no other gets.
    fn add_api_key(&mut self, key: &ApiKeyRow) -> Result<i64, StoreError>;
    /// Says when a key was last used, unless it is known to have been used later.
    fn mark_api_key_used(&mut self, id: i64, at: i64) -> Result<(), StoreError>;
    /// Revokes a key, unless it is revoked already; returns whether there is such a key.
    fn revoke_api_key(&mut self, id: i64, at: i64) -> Result<bool, StoreError>;
    /// Removes a key as if it had never been.
    fn forget_api_key(&mut self, id: i64) -> Result<(), StoreError>;
}
