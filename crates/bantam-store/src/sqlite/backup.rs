//! Copies a store as it stands at one moment, while its writer goes on.

use super::{READER_PATIENCE, SqliteReader, migrate};
use crate::error::StoreError;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Pages copied between two looks at progress: 16 MiB.
const PAGES_PER_STEP: i32 = 4_096;
/// How long to wait where the database is busy.
const PAUSE: Duration = Duration::from_millis(50);

/// Copies a store into an empty file. What is committed meanwhile is not in the copy.
///
/// The copy has every page of the source, damaged ones too: whether it is sound is another question.
pub fn copy_snapshot(source: &Path, target: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    SqliteReader::open_checked(source)?;
    copy_pages(source, target, progress)
}

/// Copies a file of whatever format.
pub(super) fn copy_pages(source: &Path, target: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(source, flags)?;
    from.busy_timeout(READER_PATIENCE)?;
    // One snapshot for all steps: without it every commit would start the copy anew.
    from.execute_batch("begin; select count(*) from sqlite_schema")?;
    let mut to = Connection::open(target)?;
    {
        let backup = Backup::new(&from, &mut to)?;
        loop {
            let step = backup.step(PAGES_PER_STEP)?;
            let pages = backup.progress();
            let (all, rest) = (u64::try_from(pages.pagecount), u64::try_from(pages.remaining));
            let (all, rest) = (all.unwrap_or(0), rest.unwrap_or(0));
            progress(all.saturating_sub(rest), all);
            match step {
                StepResult::Done => break,
                StepResult::Busy | StepResult::Locked => std::thread::sleep(PAUSE),
                _ => {}
            }
        }
    }
    to.close().map_err(|(_, error)| error)?;
    Ok(())
}

impl SqliteReader {
    /// Carries the log of a store into its file. The caller has the store's lock.
    pub fn carry_over(self, path: &Path) -> Result<(), StoreError> {
        drop(self);
        let connection = Connection::open(path)?;
        connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// Opens a store for reading, of which it is not certain that it is one.
    pub fn open_checked(path: &Path) -> Result<SqliteReader, StoreError> {
        let reader = SqliteReader::open(path)?;
        match migrate::verify(&reader.connection, path)? {
            true => Err(StoreError::NoStore { path: path.to_owned() }),
            false => Ok(reader),
        }
    }
}

/// Makes a copy stand alone: one file without a log beside it, all of it on the disk.
pub fn finish_copy(path: &Path) -> Result<(), StoreError> {
    let connection = Connection::open(path)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0))?;
    if mode != "delete" {
        return Err(StoreError::Setting { name: "journal_mode", found: mode, needed: "delete" });
    }
    connection.close().map_err(|(_, error)| error)?;
    let synced = std::fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::File { path: path.to_owned(), error })
}

/// Removes what SQLite keeps beside a store: it belongs to the file that was there before.
pub fn remove_logs(store: &Path) -> Result<(), StoreError> {
    for suffix in ["-wal", "-shm", "-journal"] {
        let mut path = store.as_os_str().to_owned();
        path.push(suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::File { path: path.into(), error });
            }
            _ => {}
        }
    }
    Ok(())
}
