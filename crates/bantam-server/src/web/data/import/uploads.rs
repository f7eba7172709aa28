//! Files on their way in: kept in memory from their upload until it is settled what their columns are, one for each person.

use super::run::Outcome;
use crate::table::Kind;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many files are kept at once: with the largest of each this is 32 MiB.
const FILES_MAX: usize = 4;
/// For how long a file is kept after it was looked at last.
const KEPT: Duration = Duration::from_secs(30 * 60);

/// A file.
#[derive(Clone)]
pub(super) struct Upload {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) bytes: Arc<Vec<u8>>,
    /// What became of it.
    pub(super) outcome: Option<Arc<Outcome>>,
}

/// The files of all who bring some in.
#[derive(Clone, Default)]
pub(crate) struct Uploads(Arc<Mutex<HashMap<String, (Instant, Upload)>>>);

impl Uploads {
    /// Keeps somebody's file in place of the one before; returns whether there is room.
    pub(super) fn keep(&self, person: &str, upload: Upload) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (at, _)| at.elapsed() < KEPT);
        kept.remove(person);
        // What is done needs its bytes no more, so it takes no room.
        let waiting = kept.values().filter(|(_, upload)| upload.outcome.is_none()).count();
        if upload.outcome.is_none() && waiting >= FILES_MAX {
            return false;
        }
        kept.insert(person.to_owned(), (Instant::now(), upload));
        true
    }

    /// Returns somebody's file.
    pub(super) fn of(&self, person: &str) -> Option<Upload> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, upload) = kept.get_mut(person).filter(|(at, _)| at.elapsed() < KEPT)?;
        *at = Instant::now();
        Some(upload.clone())
    }
}
