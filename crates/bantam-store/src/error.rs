//! What can go wrong with a store.

use crate::postgres::{is_conflict, is_lost_connection, is_shortage, told};
use std::path::PathBuf;

/// An operation of a store that failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The library is too old to trust with data.
    #[error("the SQLite library is version {found}; at least {needed} is needed")]
    OldLibrary {
        /// The version there is.
        found: String,
        /// The version it takes.
        needed: &'static str,
    },
    /// The database does not keep what it was told.
    #[error("the setting `{name}` of the database reads `{found}` where `{needed}` was set")]
    Setting {
        /// Its name.
        name: &'static str,
        /// What was read back.
        found: String,
        /// What was set.
        needed: &'static str,
    },
    /// Another process has it.
    #[error("`{}` is in use by {holder}", path.display())]
    InUse {
        /// The store.
        path: PathBuf,
        /// Who has it, as it says itself.
        holder: String,
    },
    /// It is a file of something else.
    #[error("`{}` is no store", path.display())]
    NoStore {
        /// The file.
        path: PathBuf,
    },
    /// It was written by a later version of the program.
    #[error(
        "the store has format {found}, and this program knows formats up to {known}: a later version of bantam wrote it, so \
         go on with that one; nothing was changed"
    )]
    Newer {
        /// The format of the file.
        found: i64,
        /// The latest that is known.
        known: i64,
    },
    /// It was written by an earlier version of the program.
    #[error(
        "`{}` has format {found}, and this program needs {known}; run `bantam migrate {}`, which keeps a copy of what it was",
        path.display(), path.display()
    )]
    OldFormat {
        /// The store.
        path: PathBuf,
        /// The format of the file.
        found: i64,
        /// The one that is needed.
        known: i64,
    },
    /// A record is not what was written.
    #[error("{what} {id} is damaged: its checksum does not match")]
    Damaged {
        /// What kind of record.
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// A PostgreSQL database failed.
    #[error("PostgreSQL failed: {}", told(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// There is no connection to the database.
    #[error("the database is out of reach")]
    OutOfReach,
    /// A URL of a database cannot be used.
    #[error("`{url}` cannot be used: {problem}")]
    Url {
        /// The URL without its password.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The server is too old.
    #[error("the PostgreSQL server is version {found}; at least {needed} is needed")]
    OldServer {
        /// The version there is.
        found: String,
        /// The version it takes.
        needed: &'static str,
    },
    /// The role may do more than a service should.
    #[error(
        "the role `{role}` {why}: a service needs one that may read and write rows and nothing else; make it with \
         `bantam migrate URL --service-role NAME`"
    )]
    Powerful {
        /// The role.
        role: String,
        /// What it may do.
        why: &'static str,
    },
    /// The tables are not there, or not those of this program.
    #[error(
        "the database has format {found} where this program needs {known}; run `bantam migrate` with its owner's URL"
    )]
    NotMigrated {
        /// The format of the tables; 0 for none.
        found: i64,
        /// The latest that is known.
        known: i64,
    },
    /// A step towards a later format failed; nothing of it has happened.
    #[error("migration {number} ({name}) failed: {problem}")]
    Migration {
        /// Its number.
        number: i64,
        /// Its name.
        name: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A file failed.
    #[error("`{}` failed: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        error: std::io::Error,
    },
}

impl StoreError {
    /// Returns whether a file is not what was written to it.
    pub fn is_damage(&self) -> bool {
        match self {
            StoreError::Damaged { .. } => true,
            StoreError::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
            ),
            _ => false,
        }
    }

    /// Returns whether trying again later may help, because the disk is full, or the database is busy or out of reach.
    pub fn is_passing(&self) -> bool {
        match self {
            StoreError::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    rusqlite::ErrorCode::DiskFull
                        | rusqlite::ErrorCode::DatabaseBusy
                        | rusqlite::ErrorCode::DatabaseLocked
                )
            ),
            StoreError::Postgres(error) => is_shortage(error) || self.is_interrupted(),
            StoreError::OutOfReach => true,
            _ => false,
        }
    }

    /// Returns whether the work was broken off by what has nothing to do with it, a lost connection or another
    /// transaction, so that the same may be done again at once.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, StoreError::Postgres(error) if is_conflict(error)) || self.is_lost_connection()
    }

    pub(crate) fn is_lost_connection(&self) -> bool {
        match self {
            StoreError::Postgres(error) => is_lost_connection(error),
            StoreError::OutOfReach => true,
            _ => false,
        }
    }
}
