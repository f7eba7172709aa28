//! Keeps SQLite's own log short. While somebody reads an old snapshot it cannot be emptied, so no snapshot is held for long,
//! and where the log grows all the same, nothing more is taken until it is empty again.

use super::SqliteStore;
use crate::error::StoreError;
use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode};
use std::ffi::c_int;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a snapshot is held.
pub(super) const READ_MAX: Duration = Duration::from_secs(30);
/// After how many instructions a reader looks at the time: well under a millisecond.
const INSTRUCTIONS: i32 = 10_000;
/// From which size on the log must be emptied first. It may reach 64 MiB: one group of facts takes a few.
const LOG_BYTES_MAX: u64 = 48 << 20;
/// From which size on it is long: whoever reads one snapshot after the other lets it be emptied now and then.
const LOG_BYTES_LONG: u64 = LOG_BYTES_MAX / 2;
/// After how many pages of 4 KiB the log is carried into the file.
const CARRY_OVER_PAGES: c_int = 4_000;
/// How long the writer waits elsewhere; SQLite's usual.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets everything a connection does from now on fail after some time, until this is called again.
pub(super) fn set_deadline(connection: &Connection, longest: Duration) -> rusqlite::Result<()> {
    let begun = Instant::now();
    connection.progress_handler(INSTRUCTIONS, Some(move || begun.elapsed() > longest))
}

/// Carries the log into the file where it is long enough, after each transaction. SQLite does so by itself, but keeps to
/// itself what went wrong; a disk that failed to sync is not written to any more.
pub(super) fn carry_over(log: &Wal, pages: c_int) -> rusqlite::Result<()> {
    if pages < CARRY_OVER_PAGES {
        return Ok(());
    }
    match log.checkpoint() {
        // The transaction is on disk all the same, and the next one tries again.
        Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DiskFull)) => {
            Ok(())
        }
        result => result,
    }
}

impl SqliteStore {
    /// Returns whether the log has room for more; empties it where it is long and nobody reads from it.
    ///
    /// # Errors
    /// Returns why the database failed.
    pub fn has_room(&self) -> Result<bool, StoreError> {
        if self.log_bytes() < LOG_BYTES_MAX { Ok(true) } else { self.empty_log() }
    }

    /// Returns whether the log should be emptied when nobody reads from it.
    pub(crate) fn has_long_log(&self) -> bool {
        self.log_bytes() >= LOG_BYTES_LONG
    }

    /// Empties the log, unless somebody reads from it; returns whether it is empty.
    pub(crate) fn empty_log(&self) -> Result<bool, StoreError> {
        // Waiting here would keep everybody waiting.
        self.connection.busy_timeout(Duration::ZERO)?;
        let emptied = self.connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0));
        self.connection.busy_timeout(PATIENCE)?;
        Ok(emptied? == 0)
    }

    /// Returns the size of the log.
    fn log_bytes(&self) -> u64 {
        let path =
            self.connection.path().filter(|path| !path.is_empty()).map(|path| PathBuf::from(format!("{path}-wal")));
        path.and_then(|path| path.metadata().ok()).map_or(0, |metadata| metadata.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Digest, NewFact};
    use crate::sqlite::SqliteReader;

    fn append(store: &mut SqliteStore, number: u64, body: &[u8]) {
        let message = Digest::of(&number.to_le_bytes());
        let fact = NewFact { message, digest: message, subject: None, received_at: 1, happened_at: 1, body };
        store.transaction(|ledger| ledger.append_fact(&fact)).unwrap();
    }

    #[test]
    fn sto_08_the_log_stays_short_beside_a_long_reader() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.db");
        let mut store = SqliteStore::open(&path, "a test").unwrap();
        let body = vec![7; 4 << 20];
        append(&mut store, 0, &body);
        let mut reader = SqliteReader::open(&path).unwrap();
        let mut number = 0;
        let found = reader.read(|ledger| {
            let before = ledger.facts_after(0, 1_000)?.len();
            while store.has_room()? {
                number += 1;
                append(&mut store, number, &body);
                assert!(number < 1_000, "the log was never full");
            }
            assert!(store.log_bytes() <= 64 << 20, "{}", store.log_bytes());
            assert!(!store.has_room()?);
            Ok::<_, StoreError>((before, ledger.facts_after(0, 1_000)?.len()))
        });
        assert_eq!(found.unwrap(), (1, 1), "the snapshot changed");
        assert!(number >= 10, "{number}");
        assert!(store.has_room().unwrap(), "the reader has gone");
        assert_eq!(store.log_bytes(), 0);
    }

    #[test]
    fn sto_08_a_snapshot_is_not_held_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.db");
        let mut store = SqliteStore::open(&path, "a test").unwrap();
        (0..3_000).for_each(|number| append(&mut store, number, b"{}"));
        let mut reader = SqliteReader::open(&path).unwrap();
        reader.longest = Duration::from_millis(50);
        let begun = Instant::now();
        let ended = reader.read(|ledger| {
            loop {
                ledger.facts_after(0, 3_000)?;
                assert!(begun.elapsed() < Duration::from_secs(20), "nothing ended it");
            }
        });
        let ended: Result<(), StoreError> = ended;
        assert!(ended.unwrap_err().to_string().contains("interrupted"));
        // The next one begins anew.
        assert_eq!(reader.read(|ledger| ledger.facts_after(0, 3)).unwrap().len(), 3);
    }
}
