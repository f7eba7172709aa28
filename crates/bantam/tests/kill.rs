//! Kills the service under load, again and again: nothing it acknowledged is lost, and nothing counts twice.
//!
//! `BANTAM_KILLS=1000 cargo test -p bantam --test kill` kills it a thousand times.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod common;
#[path = "killed/service.rs"]
mod service;

use bantam_store::sqlite::SqliteReader;
use bantam_store::{Digest, StoreError, SubjectKind};
use common::Desk;
use service::{Service, send};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the service is killed in a normal run.
const KILLS: u64 = 150;
/// Who sends at the same time.
const SENDERS: usize = 3;
/// The events of one request.
const BATCH: u64 = 4;

const DEFINITION: &str = "\
bantam: 1
lead: {industry: text}
engagement:
  rules:
    Clicked: {on: clicked, points: 1}
stages: [Inquiry, {Ready: score >= 40}, {Accepted: accepted_by_sales}]
hand_off: Ready
routes: [{to: sales, respond_within: 1h}]
";

/// One who sends: batch after batch, the next one only after the last was acknowledged.
#[derive(Clone, Default)]
struct Sender {
    name: String,
    /// How many batches were acknowledged.
    acknowledged: u64,
    /// How many events the service said were new, and how many it said it had.
    accepted: u64,
    duplicates: u64,
}

impl Sender {
    fn message(&self, batch: u64, number: u64) -> String {
        format!("{}-{batch}-{number}", self.name)
    }

    fn send_until(&mut self, address: &str, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let messages: Vec<String> = (0..BATCH)
                .map(|number| {
                    let (user, id) = (&self.name, self.message(self.acknowledged, number));
                    format!(r#"{{"type":"track","userId":"{user}","event":"clicked","messageId":"{id}"}}"#)
                })
                .collect();
            let Some((status, body)) = send(address, &format!(r#"{{"batch":[{}]}}"#, messages.join(","))) else {
                return;
            };
            match status {
                200 => {
                    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
                    let count = |name: &str| answer[name].as_u64().unwrap();
                    assert_eq!(count("rejected"), 0, "{body}");
                    self.accepted += count("accepted");
                    self.duplicates += count("duplicate");
                    self.acknowledged += 1;
                }
                503 => std::thread::sleep(Duration::from_millis(5)),
                other => panic!("{other}: {body}"),
            }
        }
    }
}

#[test]
fn sto_02_sto_03_kills_under_load_lose_nothing_and_count_nothing_twice() {
    let kills = std::env::var_os("BANTAM_KILLS").map_or(KILLS, |text| text.to_str().unwrap().parse().unwrap());
    let desk = Desk::new();
    desk.write("d.yaml", DEFINITION);
    let store = desk.path("leads.db");
    let mut senders: Vec<Sender> =
        (0..SENDERS).map(|number| Sender { name: format!("u{number}"), ..Sender::default() }).collect();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for kill in 0..kills {
        let service = Service::start(&store, &desk.path("d.yaml"));
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let stop = AtomicBool::new(false);
        let address = service.address.clone();
        std::thread::scope(|scope| {
            for sender in &mut senders {
                scope.spawn(|| sender.send_until(&address, &stop));
            }
            std::thread::sleep(Duration::from_micros(1_000 + random % 60_000));
            service.kill();
            stop.store(true, Ordering::Relaxed);
        });
        for sender in &senders {
            assert_eq!(lost(&store, sender), [""; 0], "after kill {kill}");
        }
    }
    // What was not acknowledged is sent once more.
    let service = Service::start(&store, &desk.path("d.yaml"));
    for sender in &mut senders {
        let mut last = sender.clone();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| last.send_until(&service.address, &stop));
            std::thread::sleep(Duration::from_millis(200));
            stop.store(true, Ordering::Relaxed);
        });
        *sender = last;
    }
    service.kill();
    let acknowledged: u64 = senders.iter().map(|sender| sender.acknowledged).sum();
    assert!(acknowledged > kills, "{acknowledged} batches: the service was hardly under load");
    assert!(senders.iter().any(|sender| sender.duplicates > 0), "no kill came between commit and answer");
    let mut reader = SqliteReader::open(&store).unwrap();
    for sender in &senders {
        let sent = sender.acknowledged * BATCH;
        assert_eq!(lost(&store, sender), [""; 0]);
        let (facts, score) = reader
            .read(|ledger| {
                let subject = ledger.find_subject(SubjectKind::User, &sender.name)?.unwrap();
                let lead = ledger.lead(subject.id)?.unwrap();
                Ok::<_, StoreError>((ledger.facts_of(subject.id)?.len() as u64, lead.score as u64))
            })
            .unwrap();
        assert_eq!((facts, score), (sent, sent), "{}", sender.name);
    }
    let ran = desk.run("verify --store leads.db --replay");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.ends_with("nothing is wrong\n"), "{}", ran.out);
}

/// Returns the last acknowledged messages that are not in the log.
fn lost(store: &Path, sender: &Sender) -> Vec<String> {
    let mut reader = SqliteReader::open(store).unwrap();
    let first = sender.acknowledged.saturating_sub(20);
    let messages = (first..sender.acknowledged).flat_map(|batch| (0..BATCH).map(move |number| (batch, number)));
    let messages = messages.map(|(batch, number)| sender.message(batch, number));
    reader
        .read(|ledger| {
            let mut lost = Vec::new();
            for message in messages {
                if ledger.find_message(Digest::of(message.as_bytes()))?.is_none() {
                    lost.push(message);
                }
            }
            Ok::<_, StoreError>(lost)
        })
        .unwrap()
}
