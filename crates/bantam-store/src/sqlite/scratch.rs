//! A store that is made from another one: nobody relies on it before it is finished, so nothing waits for the disk.

use super::{STATEMENTS, SqliteLedger, migrate};
use crate::error::StoreError;
use crate::inspection::Inspection;
use crate::records::SubjectId;
use rusqlite::Connection;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::path::Path;

/// The page cache in KiB: as large as the writer's.
const CACHE_KIB: i64 = -65_536;

/// The numbers that hand-offs get, by subject in the order in which they open.
///
/// Taking a log once more without what was erased would number them anew, and answers name them by number.
#[derive(Debug, Default)]
pub struct HandOffNumbers {
    by_subject: HashMap<SubjectId, VecDeque<i64>>,
    /// The highest number that was ever given.
    highest: i64,
}

impl HandOffNumbers {
    /// Takes note of the next hand-off of a subject.
    pub fn add(&mut self, subject: SubjectId, id: i64) {
        self.by_subject.entry(subject).or_default().push_back(id);
        self.highest = self.highest.max(id);
    }

    /// Returns the number of the next hand-off of a subject: one that nobody has, where none is known.
    pub(super) fn next(&mut self, subject: SubjectId) -> i64 {
        self.by_subject.get_mut(&subject).and_then(VecDeque::pop_front).unwrap_or_else(|| {
            self.highest += 1;
            self.highest
        })
    }
}

/// A store in the making.
pub struct SqliteScratch {
    connection: Connection,
    numbers: RefCell<HandOffNumbers>,
}

impl SqliteScratch {
    /// Makes a store in an empty file.
    pub fn make(path: &Path, numbers: HandOffNumbers) -> Result<SqliteScratch, StoreError> {
        let connection = Connection::open(path)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let settings = "pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive";
        connection.execute_batch(&format!("{settings}; pragma cache_size = {CACHE_KIB}"))?;
        migrate::make(&connection)?;
        Ok(SqliteScratch { connection, numbers: RefCell::new(numbers) })
    }

    /// Does some work in one transaction. After an error the store is of no use.
    pub fn work<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Inspection) -> Result<T, E>,
    ) -> Result<T, E> {
        let database = |error| E::from(StoreError::Database(error));
        let transaction = self.connection.transaction().map_err(database)?;
        let done = work(&mut SqliteLedger { numbers: Some(&self.numbers), ..SqliteLedger::of(&transaction) })?;
        transaction.commit().map_err(database)?;
        Ok(done)
    }
}
