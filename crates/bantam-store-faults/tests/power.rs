//! The power goes while facts are written. What was acknowledged is there afterwards, and nothing is half there.
//!
//! `BANTAM_CUTS=10000 cargo test -p bantam-store-faults --test power` does it ten thousand times.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod bench;

use bantam_core::{CoreError, Desk};
use bantam_store::StoreError;
use bantam_store::sqlite::SqliteStore;
use bantam_store_faults::FaultyDisk;
use bench::{SECOND, activation, click, definition, lost, wrong};
use std::path::Path;

/// Seeds in a normal run.
const SEEDS: u64 = 500;
/// Power cuts of one seed.
const CUTS: u64 = 2;

/// How a store is opened.
type OpenStore = fn(&Path) -> Result<SqliteStore, StoreError>;

fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, "a test")
}

/// Writes until the power goes; takes down what was acknowledged.
fn write(open: OpenStore, path: &Path, seed: u64, acknowledged: &mut Vec<u64>) -> Result<(), CoreError> {
    let mut store = open(path)?;
    let (fingerprint, body) = definition();
    store.transaction(|ledger| ledger.keep_definition(&fingerprint, &body))?;
    let mut desk = store.transaction(|ledger| Desk::open(ledger))?;
    let start = (acknowledged.len() as i64 + 2) * SECOND;
    store.transaction(|ledger| desk.take(ledger, start, &[activation()]))?;
    for step in 0..40 {
        let first = acknowledged.last().map_or(0, |last| last + 1);
        let numbers: Vec<u64> = (first..first + 1 + (seed + step) % 4).collect();
        let group: Vec<_> = numbers.iter().map(|&number| click(number)).collect();
        store.transaction(|ledger| desk.take(ledger, start + step as i64 * SECOND, &group))?;
        acknowledged.extend(numbers);
        if (seed + step).is_multiple_of(7) {
            store.checkpoint()?;
        }
    }
    Ok(())
}

/// Returns what was lost and what was wrong after power cuts at moments that follow from a seed, and how many there were.
fn run(open_store: OpenStore, seed: u64) -> (Vec<u64>, Vec<String>, u64) {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::mount(folder.path());
    let path = folder.path().join("leads.db");
    let (mut acknowledged, mut cuts) = (Vec::new(), 0);
    for cut in 0..CUTS {
        // Some forty transactions take some five hundred calls.
        disk.cut_power_at(disk.calls() + 1 + (seed * 7_919 + cut * 131) % 520);
        let _ = write(open_store, &path, seed, &mut acknowledged);
        cuts += u64::from(disk.has_failed());
        disk.restart(seed * CUTS + cut);
        let mut store = match open(&path) {
            Ok(store) => store,
            Err(error) => return (Vec::new(), vec![error.to_string()], cuts),
        };
        let (lost, wrong) = (lost(&mut store, &acknowledged), wrong(&mut store));
        if !lost.is_empty() || !wrong.is_empty() {
            return (lost, wrong, cuts);
        }
    }
    (Vec::new(), Vec::new(), cuts)
}

#[test]
fn sto_03_power_cuts_lose_nothing_that_was_acknowledged() {
    let seeds = std::env::var_os("BANTAM_CUTS").map_or(SEEDS, |text| text.to_str().unwrap().parse().unwrap());
    let mut all = 0;
    for seed in 0..seeds {
        let (lost, wrong, cuts) = run(open, seed);
        assert_eq!((lost, wrong), (vec![], vec![]), "seed {seed}");
        all += cuts;
    }
    assert!(all * 10 >= seeds * CUTS * 9, "the power went only {all} times while facts were written");
}

/// The proof that the test above bites: without waiting for the disk at each commit, acknowledged facts are lost.
#[test]
fn sto_03_a_store_that_does_not_wait_for_the_disk_is_caught() {
    let caught = (0..50).filter(|&seed| !run(SqliteStore::open_relaxed, seed).0.is_empty()).count();
    assert!(caught >= 10, "only {caught} of 50 seeds lost something");
}
