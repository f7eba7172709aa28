//! Keys of programs: what each may do. Kept as hashes, compared in constant time.

use sha2::{Digest, Sha256};

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Send facts, and nothing else: safe to put into a browser.
    Write,
    /// Read.
    Read,
    /// Read, answer, retract, change definitions.
    Manage,
}

/// Who asks: somebody with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// What the key may do.
    pub(crate) scope: Scope,
    /// What facts sent with the key are said to come from.
    pub(crate) source: String,
}

/// The keys there are.
#[derive(Clone, Default)]
pub struct Keys(Vec<([u8; 32], Scope, String)>);

impl Keys {
    /// Adds a key. `source` is what facts sent with it are said to come from.
    pub fn add(&mut self, key: &str, scope: Scope, source: &str) {
        self.0.push((Sha256::digest(key.as_bytes()).into(), scope, source.to_owned()));
    }

    /// Returns what a key may do and its source; `None` where it is not known.
    pub(crate) fn find(&self, key: &str) -> Option<(Scope, &str)> {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        // All are compared, and whole: the time tells nothing.
        let mut found = None;
        for (known, scope, source) in &self.0 {
            let difference = known.iter().zip(&hash).fold(0, |bits, (a, b)| bits | (a ^ b));
            if difference == 0 {
                found = Some((*scope, source.as_str()));
            }
        }
        found
    }
}
