//! Every call to the disk fails once, and the disk is full: nothing is acknowledged that is not there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod bench;

use bantam_core::Taken;
use bantam_server::{Clock, Recorder, Unavailable};
use bantam_store::sqlite::SqliteStore;
use bantam_store_faults::FaultyDisk;
use bench::{SECOND, activation, click, definition, long_click, lost, wrong};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

fn clock() -> Clock {
    let moment = AtomicI64::new(10);
    Arc::new(move || moment.fetch_add(1, Ordering::Relaxed) * SECOND)
}

fn take(recorder: &Recorder, numbers: &[u64]) -> Result<Vec<Taken>, Unavailable> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(recorder.take(numbers.iter().map(|&number| click(number)).collect(), Vec::new()))
}

fn prepare(path: &Path) {
    let mut store = SqliteStore::open(path, "a test").unwrap();
    let (fingerprint, body) = definition();
    store.transaction(|ledger| ledger.keep_definition(&fingerprint, &body)).unwrap();
    let (recorder, thread) = Recorder::start(store, clock()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(recorder.take(vec![activation()], Vec::new())).unwrap();
    drop(recorder);
    thread.join().unwrap();
}

/// What became of a run in which one call fails.
#[derive(Default)]
struct Run {
    acknowledged: Vec<u64>,
    /// Whether something was acknowledged after the failure.
    went_on: bool,
    has_failed: bool,
}

/// Opens the store, takes six groups and closes it.
fn record(path: &Path, disk: &FaultyDisk) -> Run {
    let mut run = Run::default();
    let Ok(store) = SqliteStore::open(path, "a test") else { return run };
    let Ok((recorder, thread)) = Recorder::start(store, clock()) else { return run };
    for group in 0..6_u64 {
        let had_failed = disk.has_failed_to_sync();
        let numbers: Vec<u64> = (group * 3..group * 3 + 3).collect();
        if take(&recorder, &numbers).is_ok() {
            run.acknowledged.extend(&numbers);
            run.went_on |= had_failed;
        }
    }
    run.has_failed = recorder.counts().has_failed.load(Ordering::Acquire);
    drop(recorder);
    thread.join().unwrap();
    run
}

#[test]
fn sto_04_whichever_call_fails_nothing_false_is_acknowledged() {
    let mut failed_to_sync = 0;
    for call in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::mount(folder.path());
        let path = folder.path().join("leads.db");
        prepare(&path);
        disk.fail_at(disk.calls() + call);
        let run = record(&path, &disk);
        if !disk.has_failed() {
            assert_eq!(run.acknowledged.len(), 18);
            assert!(call > 50, "only {call} calls");
            break;
        }
        if disk.has_failed_to_sync() {
            failed_to_sync += 1;
            assert!(!run.went_on, "call {call}: something was acknowledged after a sync had failed");
        }
        // Then the power goes: what a sync did not bring to the disk may be lost.
        disk.restart(call);
        let mut store = SqliteStore::open(&path, "a test").unwrap();
        assert_eq!(lost(&mut store, &run.acknowledged), [0; 0], "call {call}");
        assert_eq!(wrong(&mut store), [""; 0], "call {call}");
    }
    assert!(failed_to_sync >= 6, "{failed_to_sync}");
}

/// The file itself is only synced where the log is carried over, which SQLite does by itself now and then.
#[test]
fn sto_04_nothing_is_acknowledged_after_the_log_could_not_be_carried_over() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::mount(folder.path());
    let path = folder.path().join("leads.db");
    prepare(&path);
    let store = SqliteStore::open(&path, "a test").unwrap();
    let (recorder, thread) = Recorder::start(store, clock()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    while runtime.block_on(recorder.work(|desk, _, _| Ok(desk.renewal().is_some()))).unwrap() {}
    disk.fail_sync_of(&path);
    let mut acknowledged = Vec::new();
    while !disk.has_failed_to_sync() {
        let first = acknowledged.len() as u64;
        let numbers: Vec<u64> = (first..first + 100).collect();
        let facts = numbers.iter().map(|&number| long_click(number)).collect();
        let taken = runtime.block_on(recorder.take(facts, Vec::new()));
        assert_eq!(taken.is_err(), disk.has_failed_to_sync(), "{first}");
        if taken.is_ok() {
            acknowledged.extend(numbers);
        }
        assert!(first < 100_000, "the log was never carried over");
    }
    assert_eq!(take(&recorder, &[0]), Err(Unavailable::Failed));
    drop(recorder);
    thread.join().unwrap();
    disk.restart(1);
    let mut store = SqliteStore::open(&path, "a test").unwrap();
    assert_eq!(lost(&mut store, &acknowledged), [0; 0]);
    assert_eq!(wrong(&mut store), [""; 0]);
}

#[test]
fn sto_05_a_full_disk_is_passing_and_heals_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::mount(folder.path());
    let path = folder.path().join("leads.db");
    prepare(&path);
    let store = SqliteStore::open(&path, "a test").unwrap();
    let (recorder, thread) = Recorder::start(store, clock()).unwrap();
    take(&recorder, &[0, 1]).unwrap();
    disk.fill(true);
    for _ in 0..3 {
        assert_eq!(take(&recorder, &[2]), Err(Unavailable::Busy));
    }
    disk.fill(false);
    let taken = take(&recorder, &[2, 3]).unwrap();
    assert!(taken.iter().all(|taken| matches!(taken, Taken::Accepted { .. })), "{taken:?}");
    drop(recorder);
    thread.join().unwrap();
    let mut store = SqliteStore::open(&path, "a test").unwrap();
    assert_eq!(lost(&mut store, &[0, 1, 2, 3]), [0; 0]);
    assert_eq!(wrong(&mut store), [""; 0]);
}
