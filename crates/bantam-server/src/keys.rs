//! Keys of programs: what each may do. Kept as hashes, compared in constant time.
//!
//! Some are named when the service is started and last as long as it runs, the others are in the store.

mod new_key;
mod stored;

pub(crate) use new_key::is_well_formed;
pub use new_key::{KeyProblem, NewKey, revoke_key};
pub(crate) use stored::{Found, StoredKeys};

use crate::people::audit::{Actor, Who};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Send facts, and nothing else: safe to put into a browser.
    Write,
    /// Read.
    Read,
    /// Read, answer, retract, change definitions.
    Manage,
}

impl Scope {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Write => "write",
            Scope::Read => "read",
            Scope::Manage => "manage",
        }
    }

    /// Returns the scope with a name.
    pub fn of_name(name: &str) -> Option<Scope> {
        [Scope::Write, Scope::Read, Scope::Manage].into_iter().find(|scope| scope.name() == name)
    }
}

/// Who asks: somebody with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// What the key may do.
    pub(crate) scope: Scope,
    /// What facts sent with the key are said to come from.
    pub(crate) source: String,
    /// The person who asks, where one does, by the id.
    pub(crate) person: Option<String>,
    /// From where, where that is known.
    pub(crate) address: String,
}

impl Caller {
    /// Returns whoever has a key.
    pub(crate) fn with_key(scope: Scope, source: String) -> Caller {
        Caller { scope, source, person: None, address: String::new() }
    }

    /// Returns them as who does something.
    pub(crate) fn actor(&self) -> Actor {
        let who = match &self.person {
            Some(id) => Who::Person(id.clone()),
            None => Who::Key(self.source.clone()),
        };
        Actor { who, address: self.address.clone() }
    }
}

/// Returns what stands for a key of the store in the audit log.
pub(crate) fn key_reference(id: i64) -> String {
    format!("api_key:{id}")
}

/// The keys there are.
#[derive(Clone, Default)]
pub struct Keys(Vec<([u8; 32], Scope, String)>);

impl Keys {
    /// Adds a key. `source` is what facts sent with it are said to come from.
    pub fn add(&mut self, key: &str, scope: Scope, source: &str) {
        self.0.push((hash_of(key), scope, source.to_owned()));
    }

    /// Returns what a key may do and its source; `None` where it is not known.
    pub(crate) fn find(&self, key: &str) -> Option<(Scope, &str)> {
        let hash = hash_of(key);
        // All are compared, and whole: the time tells nothing.
        let mut found = None;
        for (known, scope, source) in &self.0 {
            if is_same(known, &hash) {
                found = Some((*scope, source.as_str()));
            }
        }
        found
    }
}

fn hash_of(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Compares to the end, wherever the first difference is.
fn is_same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    std::hint::black_box(a.iter().zip(b).fold(0, |bits, (a, b)| bits | (a ^ b))) == 0
}
