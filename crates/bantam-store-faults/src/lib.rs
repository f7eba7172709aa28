#![doc = include_str!("../README.md")]

mod disk;
mod locks;
mod vfs;

use disk::Disk;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A disk in memory that stands for a folder: SQLite's files there are on it.
pub struct FaultyDisk {
    folder: PathBuf,
    disk: Arc<Mutex<Disk>>,
}

impl FaultyDisk {
    /// Puts an empty disk in place of a folder, until it is dropped.
    pub fn mount(folder: &Path) -> FaultyDisk {
        let disk = Arc::new(Mutex::new(Disk::default()));
        vfs::mount(folder, disk.clone());
        FaultyDisk { folder: folder.to_owned(), disk }
    }

    /// Returns how many calls there have been.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Lets the power go at a call: it and all after it fail.
    pub fn cut_power_at(&self, call: u64) {
        self.lock().off_at = Some(call);
    }

    /// Lets one call fail.
    pub fn fail_at(&self, call: u64) {
        self.lock().fail_at = Some(call);
    }

    /// Lets the next sync of a file fail.
    pub fn fail_sync_of(&self, path: &Path) {
        self.lock().fail_sync_of = path.to_str().map(str::to_owned);
    }

    /// Returns whether what was to fail has failed.
    pub fn has_failed(&self) -> bool {
        self.lock().has_failed
    }

    /// Returns whether what failed was a sync.
    pub fn has_failed_to_sync(&self) -> bool {
        self.lock().has_failed_to_sync
    }

    /// Lets the disk be full, or no longer.
    pub fn fill(&self, is_full: bool) {
        self.lock().is_full = is_full;
    }

    /// Turns the power on again: of what was not synced some is there, some is not, and some is torn, as the seed has it.
    pub fn restart(&self, seed: u64) {
        self.lock().restart(seed);
    }

    /// Lets the calls to come succeed, as after a restart of the program alone.
    pub fn heal(&self) {
        self.lock().heal();
    }

    fn lock(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FaultyDisk {
    fn drop(&mut self) {
        vfs::unmount(&self.folder);
    }
}
