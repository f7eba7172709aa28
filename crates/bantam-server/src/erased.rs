//! Takes down, beside the store, who was erased: a backup that is restored after the store was lost must not bring them back.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Returns the file beside a store that lists tombstones, one a line.
pub fn ledger_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".erased");
    name.into()
}

/// Adds tombstones; returns when they are on the disk.
pub(crate) fn note(store: &Path, tombstones: &[String]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(ledger_of(store))?;
    let lines: String = tombstones.iter().map(|mark| format!("{mark}\n")).collect();
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}
