//! What can go wrong with a store.

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
    #[error("the store has format {found}, this program knows {known}; nothing was changed")]
    Newer {
        /// The format of the file.
        found: i64,
        /// The latest that is known.
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

    /// Returns whether trying again later may help, because the disk is full or the database is busy.
    pub fn is_passing(&self) -> bool {
        let StoreError::Database(error) = self else { return false };
        matches!(
            error.sqlite_error_code(),
            Some(
                rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked
            )
        )
    }
}
