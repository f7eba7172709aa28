//! `bantam restore`: a backup into the store that runs from now on.

use super::store::{checked_copy, core_failure, put_in_place, refuse_missing, store_failure, tell};
use crate::cli::RestoreArguments;
use crate::failure::Failure;
use crate::sink::refuse_existing;
use crate::terminal::{self, counted};
use crate::{Done, clock};
use bantam_server::erased::ledger_of;
use bantam_server::verify::{Tombstones, erase_again};
use bantam_store::sqlite::{Lock, SqliteReader, SqliteStore, finish_copy, remove_logs};
use std::path::Path;

pub(crate) fn run(arguments: &RestoreArguments) -> Result<Done, Failure> {
    let RestoreArguments { backup, store, force } = arguments;
    refuse_missing(backup)?;
    refuse_existing(store, *force)?;
    if store.exists() && backup.canonicalize().ok() == store.canonicalize().ok() {
        return Err(Failure::bad_input("the backup and the store are one file"));
    }
    // Nobody may begin to write while the file is exchanged.
    let _lock = Lock::take(store, &format!("bantam restore, process {}", std::process::id())).map_err(store_failure)?;
    let (copy, looked_at) = match checked_copy(backup, store)? {
        Ok(copied) => copied,
        Err(found) => {
            tell(&found);
            terminal::say("the backup is damaged, so nothing was changed");
            return Ok(Done::FoundDifferences);
        }
    };
    let erased = erase(copy.path(), &tombstones(store)?)?;
    finish_copy(copy.path()).map_err(store_failure)?;
    carry_over(store);
    remove_logs(store).map_err(store_failure)?;
    put_in_place(copy, store)?;
    terminal::say(&format!("restored {} with {}", store.display(), counted(looked_at.facts, "fact")));
    if erased > 0 {
        terminal::say(&format!("erased again: {}, erased after the backup was made", counted(erased, "person's id")));
    }
    Ok(Done::Well)
}

/// Returns who was erased, by the store that is there and by the file beside it. A store that cannot be read does not stop
/// the one that replaces it.
fn tombstones(store: &Path) -> Result<Tombstones, Failure> {
    let mut known = Tombstones::default();
    if store.exists() {
        let read = SqliteReader::open_checked(store).map_err(Into::into);
        let read = read.and_then(|mut reader| reader.inspect(|source| Tombstones::of(source)));
        match read {
            Ok(found) => known = found,
            Err(error) => terminal::say(&format!(
                "warning: the store that is there cannot tell who was erased: {}",
                terminal::printable(&core_failure(error).to_string())
            )),
        }
    }
    let ledger = ledger_of(store);
    match std::fs::read_to_string(&ledger) {
        Ok(text) => known.extend(text.lines()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::file(&ledger, "read", &error)),
    }
    Ok(known)
}

/// Erases in a copy who was erased since; returns how many ids that were.
fn erase(copy: &Path, tombstones: &Tombstones) -> Result<u64, Failure> {
    if tombstones.is_empty() {
        return Ok(0);
    }
    let mut store = SqliteStore::open(copy, "bantam restore").map_err(store_failure)?;
    let now = clock::now();
    let erased = store.transaction(|ledger| erase_again(ledger, tombstones, now)).map_err(core_failure)?;
    store.checkpoint().map_err(store_failure)?;
    drop(store);
    let mut lock = copy.as_os_str().to_owned();
    lock.push(".lock");
    let _ = std::fs::remove_file(lock);
    Ok(erased)
}

/// Carries the log of the store that is there into its file, so that it stays whole until the moment it is replaced.
fn carry_over(store: &Path) {
    if store.exists() {
        // A store that cannot be opened has nothing to lose.
        let _ = SqliteReader::open_checked(store).and_then(|reader| reader.carry_over(store));
    }
}
