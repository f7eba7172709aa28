//! A disk that stops writing: nothing is acknowledged that was not written, and the service ends and says why.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod common;
#[path = "killed/service.rs"]
mod service;

use bantam_store::sqlite::SqliteReader;
use bantam_store::{Digest, StoreError};
use common::Desk;
use service::{Service, send};
use std::process::Command;

const DEFINITION: &str = "\
bantam: 1
lead: {industry: text}
engagement: {rules: {Clicked: {on: clicked, points: 1}}}
stages: [Inquiry, {Ready: score >= 40}]
";
/// No file may become larger than this, in blocks of 512 bytes: the next write fails as a broken disk fails it.
const BLOCKS_MAX: u32 = 24_576;
/// More batches than fit.
const BATCHES_MAX: usize = 20_000;

fn message(batch: usize) -> String {
    format!("m-{batch}")
}

/// Returns whether a batch was acknowledged; nothing where the service is gone.
fn sent(address: &str, batch: usize) -> Option<bool> {
    let (id, filler) = (message(batch), "x".repeat(2_000));
    let event = format!(
        r#"{{"type":"track","userId":"u{batch}","event":"clicked","messageId":"{id}","properties":{{"a":"{filler}"}}}}"#
    );
    let (status, body) = send(address, &format!(r#"{{"batch":[{event}]}}"#))?;
    assert!(matches!(status, 200 | 500 | 503), "{status}: {body}");
    Some(status == 200)
}

#[test]
fn sto_04_a_disk_that_fails_ends_the_service_with_74_and_no_false_word() {
    let desk = Desk::new();
    desk.write("d.yaml", DEFINITION);
    let store = desk.path("leads.db");
    let mut limited = Command::new("sh");
    let script = format!(r#"trap "" XFSZ; ulimit -f {BLOCKS_MAX}; exec "$@""#);
    limited.args(["-c", &script, "sh"]).arg(assert_cmd::cargo::cargo_bin("bantam"));
    let service = Service::start_as(limited, &store, &desk.path("d.yaml"));
    let mut acknowledged = Vec::new();
    let failed = (0..BATCHES_MAX).find(|&batch| match sent(&service.address, batch) {
        Some(true) => {
            acknowledged.push(message(batch));
            false
        }
        Some(false) | None => true,
    });
    assert!(failed.is_some() && acknowledged.len() > 100, "the limit was not met after {}", acknowledged.len());
    assert_eq!(service.wait().code(), Some(74));
    let mut reader = SqliteReader::open(&store).unwrap();
    let lost = reader.read(|ledger| {
        let mut lost = Vec::new();
        for message in &acknowledged {
            if ledger.find_message(Digest::of(message.as_bytes()))?.is_none() {
                lost.push(message.clone());
            }
        }
        Ok::<_, StoreError>(lost)
    });
    assert_eq!(lost.unwrap(), [""; 0]);
    drop(reader);
    // On a disk that works it goes on where it was.
    let service = Service::start(&store, &desk.path("d.yaml"));
    assert_eq!(sent(&service.address, failed.unwrap()), Some(true));
    service.kill();
    let ran = desk.run("verify --store leads.db --replay");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
}
