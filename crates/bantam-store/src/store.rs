//! A store behind whichever database: one writes, others read beside it.

use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::location::Location;
use crate::postgres::{PostgresReader, PostgresStore};
use crate::records::{HandOffFilter, HandOffRow, LeadFilter, LeadRow};
use crate::sqlite::{SqliteReader, SqliteStore};

/// A store to write to.
pub enum Store {
    /// In one file, written by this process alone.
    Sqlite(SqliteStore),
    /// In a database, written by any number of processes.
    Postgres(Box<PostgresStore>),
}

impl Store {
    /// Opens a store, or makes one. `holder` is what others are told who want to write to a store that only one can
    /// write to, such as "bantam serve, process 71".
    ///
    /// # Errors
    /// Returns why it cannot be written to.
    pub fn open(location: &Location, holder: &str) -> Result<Store, StoreError> {
        match location {
            Location::File(path) => Ok(Store::Sqlite(SqliteStore::open(path, holder)?)),
            Location::Postgres(url) => Ok(Store::Postgres(Box::new(PostgresStore::open(url)?))),
        }
    }

    /// Does some work within one transaction: when it fails, nothing of it has happened; when it returns, all of it is on
    /// disk.
    ///
    /// # Errors
    /// Returns what the work returns, or why the database did not do it.
    pub fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Ledger) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Store::Sqlite(store) => store.transaction(work),
            Store::Postgres(store) => store.transaction(work),
        }
    }

    /// Returns a reader of the same store, as it was opened; `None` where it is in memory alone.
    ///
    /// # Errors
    /// Returns why it cannot be read.
    pub fn reader(&self) -> Result<Option<Reader>, StoreError> {
        match self {
            Store::Sqlite(store) => Ok(store.path().map(SqliteReader::open).transpose()?.map(Reader::Sqlite)),
            Store::Postgres(store) => Ok(Some(Reader::Postgres(Box::new(PostgresReader::open(store.url())?)))),
        }
    }

    /// Returns whether this store's process is the one that delivers messages, as of its last transaction: of several
    /// nodes on one database it is one, until its connection ends.
    pub fn may_deliver(&self) -> bool {
        match self {
            Store::Sqlite(_) => true,
            Store::Postgres(store) => store.may_deliver(),
        }
    }

    /// Returns whether more may be written now. Where not, somebody reads an old snapshot, and later there is room again.
    ///
    /// # Errors
    /// Returns why the database failed.
    pub fn has_room(&self) -> Result<bool, StoreError> {
        match self {
            Store::Sqlite(store) => store.has_room(),
            // It looks after its log itself.
            Store::Postgres(_) => Ok(true),
        }
    }

    /// Returns whether a reader should pause now and then, so that the database's log can be emptied.
    pub fn has_long_log(&self) -> bool {
        match self {
            Store::Sqlite(store) => store.has_long_log(),
            Store::Postgres(_) => false,
        }
    }

    /// Empties the log, unless somebody reads from it; returns whether it is empty.
    ///
    /// # Errors
    /// Returns why the database failed.
    pub fn empty_log(&self) -> Result<bool, StoreError> {
        match self {
            Store::Sqlite(store) => store.empty_log(),
            Store::Postgres(_) => Ok(true),
        }
    }

    /// Lets go of what the database keeps for its own safety and no longer needs.
    ///
    /// # Errors
    /// Returns why it could not; the store works all the same.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        match self {
            Store::Sqlite(store) => store.checkpoint(),
            // The server does it on its own.
            Store::Postgres(_) => Ok(()),
        }
    }
}

impl From<SqliteStore> for Store {
    fn from(store: SqliteStore) -> Store {
        Store::Sqlite(store)
    }
}

impl From<PostgresStore> for Store {
    fn from(store: PostgresStore) -> Store {
        Store::Postgres(Box::new(store))
    }
}

/// A store to read: sees what has been committed, and changes nothing.
pub enum Reader {
    /// Of one file.
    Sqlite(SqliteReader),
    /// Of a database.
    Postgres(Box<PostgresReader>),
}

impl Reader {
    /// Opens a store for reading.
    ///
    /// # Errors
    /// Returns why it cannot be read.
    pub fn open(location: &Location) -> Result<Reader, StoreError> {
        match location {
            Location::File(path) => Ok(Reader::Sqlite(SqliteReader::open(path)?)),
            Location::Postgres(url) => Ok(Reader::Postgres(Box::new(PostgresReader::open(url)?))),
        }
    }

    /// Reads within one snapshot: what is committed meanwhile is not seen. The closure must not write.
    ///
    /// # Errors
    /// Returns what the work returns, or why the database did not do it.
    pub fn read<T, E: From<StoreError>>(&mut self, work: impl FnOnce(&mut dyn Ledger) -> Result<T, E>) -> Result<T, E> {
        match self {
            Reader::Sqlite(reader) => reader.read(work),
            Reader::Postgres(reader) => reader.read(work),
        }
    }

    /// Lists leads with their ids.
    ///
    /// # Errors
    /// Returns why the database did not answer.
    pub fn leads(&mut self, filter: &LeadFilter) -> Result<Vec<(String, LeadRow)>, StoreError> {
        match self {
            Reader::Sqlite(reader) => reader.leads(filter),
            Reader::Postgres(reader) => reader.leads(filter),
        }
    }

    /// Lists hand-offs.
    ///
    /// # Errors
    /// Returns why the database did not answer.
    pub fn hand_offs(&mut self, filter: &HandOffFilter) -> Result<Vec<HandOffRow>, StoreError> {
        match self {
            Reader::Sqlite(reader) => reader.hand_offs(filter),
            Reader::Postgres(reader) => reader.hand_offs(filter),
        }
    }
}
