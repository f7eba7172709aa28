//! Keeps a second process from writing to a store: a locked file beside it that names its holder.

use crate::error::StoreError;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How much of a holder's name is read.
const HOLDER_BYTES_MAX: u64 = 200;

/// The lock. The system lets go of it when the process ends, however it ends.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a store. `holder` is what others are told.
    ///
    /// # Errors
    /// Returns who has it, or why the file beside the store cannot be written.
    pub fn take(store: &Path, holder: &str) -> Result<Lock, StoreError> {
        let path = beside(store);
        let failed = |error| StoreError::File { path: path.clone(), error };
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                let mut bytes = Vec::new();
                file.take(HOLDER_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
                let holder = match String::from_utf8_lossy(&bytes).trim() {
                    "" => "another process".to_owned(),
                    holder => holder.to_owned(),
                };
                return Err(StoreError::InUse { path: store.to_owned(), holder });
            }
        }
        let written = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)).map(drop));
        written.and_then(|()| file.write_all(holder.as_bytes())).map_err(failed)?;
        Ok(Lock { _file: file })
    }
}

/// Returns who has a store, if anybody. Takes and makes nothing.
pub fn holder_of(store: &Path) -> Option<String> {
    let file = File::open(beside(store)).ok()?;
    if file.try_lock_shared().is_ok() {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(HOLDER_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    let holder = String::from_utf8_lossy(&bytes).trim().to_owned();
    Some(if holder.is_empty() { "another process".to_owned() } else { holder })
}

fn beside(store: &Path) -> PathBuf {
    let mut name = OsString::from(store);
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::super::SqliteStore;
    use super::*;

    #[test]
    fn sto_06_a_second_writer_is_refused_and_told_who_has_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.db");
        let first = SqliteStore::open(&path, "bantam serve, process 71").unwrap();
        let refused = SqliteStore::open(&path, "another").err().unwrap();
        assert!(refused.to_string().ends_with("leads.db` is in use by bantam serve, process 71"), "{refused}");
        assert_eq!(holder_of(&path).as_deref(), Some("bantam serve, process 71"));
        drop(first);
        assert_eq!(holder_of(&path), None);
        SqliteStore::open(&path, "another").unwrap();
    }
}
