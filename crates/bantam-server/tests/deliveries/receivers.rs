//! A queue with a clock of its own, and receivers that do what a test tells them.

use bantam_server::webhooks::endpoint::{Endpoint, Health, Kind};
use bantam_server::webhooks::queue::{self, Attempt, Finished, Outcome, Queue};
use bantam_store::sqlite::SqliteStore;
use bantam_store::{DeliveryRow, DeliveryState, EndpointRow, StoreError};
use std::collections::BTreeMap;

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// What a receiver got, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) at: i64,
    pub(crate) endpoint: i64,
    pub(crate) lane: i64,
    /// Counts the messages of a lead.
    pub(crate) sequence: u64,
    pub(crate) message_id: String,
}

/// A service that delivers, without a network.
pub(crate) struct Service {
    pub(crate) store: SqliteStore,
    pub(crate) queue: Queue,
    pub(crate) now: i64,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) tries: BTreeMap<i64, usize>,
    sequences: BTreeMap<i64, u64>,
}

impl Service {
    pub(crate) fn new() -> Service {
        Service {
            store: SqliteStore::in_memory().unwrap(),
            queue: Queue::default(),
            now: 1_800_000_000 * SECOND,
            receipts: Vec::new(),
            tries: BTreeMap::new(),
            sequences: BTreeMap::new(),
        }
    }

    pub(crate) fn add_endpoint(&mut self, name: &str) -> i64 {
        let endpoint = Endpoint {
            kind: Kind::Standard,
            url: format!("https://{name}.example/"),
            types: vec!["hand_off.opened".into()],
            description: String::new(),
            rate: 50,
            source: None,
            token: name.into(),
            secret: None,
            old_secret: None,
            created_at: self.now,
            disabled: None,
            connector: None,
            health: Health::default(),
        };
        let row = EndpointRow { id: 0, identity: endpoint.identity(), body: endpoint.body() };
        self.ask(|ledger| ledger.save_endpoint(&row))
    }

    pub(crate) fn endpoint(&mut self, id: i64) -> Endpoint {
        Endpoint::read(&self.ask(|ledger| ledger.endpoint(id)).unwrap().body).unwrap()
    }

    /// Posts the next message about a lead.
    pub(crate) fn post(&mut self, lead: i64) {
        let sequence = self.sequences.entry(lead).or_default();
        *sequence += 1;
        let body = serde_json::json!({"timestamp": self.now, "lead": format!("L{lead}"), "sequence": *sequence});
        self.ask(|ledger| ledger.post("hand_off.opened", Some(lead), body.to_string().as_bytes()));
    }

    pub(crate) fn posted(&self) -> usize {
        self.sequences.values().sum::<u64>() as usize
    }

    /// Makes deliveries of what is new and returns what goes out now.
    pub(crate) fn pick(&mut self) -> Vec<Attempt> {
        let now = self.now;
        while !self.store.transaction(|ledger| queue::fan_out(ledger, now)).unwrap() {}
        let mut next = self.queue.clone();
        let attempts = self.store.transaction(|ledger| next.pick(ledger, now)).unwrap();
        self.queue = next;
        for attempt in &attempts {
            *self.tries.entry(attempt.endpoint).or_default() += 1;
        }
        attempts
    }

    /// Lets a receiver have a message.
    pub(crate) fn receive(&mut self, attempt: &Attempt) {
        let payload: serde_json::Value = serde_json::from_slice(&attempt.body).unwrap();
        self.receipts.push(Receipt {
            at: self.now,
            endpoint: attempt.endpoint,
            lane: attempt.lane,
            sequence: payload["sequence"].as_u64().unwrap(),
            message_id: attempt.message_id.clone(),
        });
    }

    pub(crate) fn settle(&mut self, attempt: &Attempt, outcome: Outcome) {
        let Attempt { delivery, endpoint, lane, .. } = *attempt;
        let (finished, now) = (Finished { delivery, endpoint, lane, outcome }, self.now);
        self.store.transaction(|ledger| queue::settle(ledger, &finished, now)).unwrap();
        self.queue.release(endpoint, lane);
    }

    /// Sends what is due, with answers at once.
    pub(crate) fn turn(&mut self, answer: &mut dyn FnMut(&Attempt, i64) -> Outcome) {
        for attempt in self.pick() {
            let outcome = answer(&attempt, self.now);
            if matches!(outcome, Outcome::Delivered { .. }) {
                self.receive(&attempt);
            }
            self.settle(&attempt, outcome);
        }
    }

    /// Lets time pass in steps, with a turn after each.
    pub(crate) fn pass(&mut self, until: i64, step: i64, answer: &mut dyn FnMut(&Attempt, i64) -> Outcome) {
        while self.now < until {
            self.now += step;
            self.turn(answer);
        }
    }

    pub(crate) fn deliveries(&mut self, endpoint: i64, state: DeliveryState) -> Vec<DeliveryRow> {
        self.ask(|ledger| ledger.list_deliveries(endpoint, Some(state), i64::MAX, 1_000_000))
    }

    pub(crate) fn ask<T>(&mut self, work: impl FnOnce(&mut dyn bantam_store::Ledger) -> Result<T, StoreError>) -> T {
        self.store.transaction(work).unwrap()
    }

    /// First receipts of an endpoint come in the order of each lead's messages.
    pub(crate) fn assert_order(&self, endpoint: i64) {
        let mut seen: BTreeMap<i64, u64> = BTreeMap::new();
        for receipt in self.receipts.iter().filter(|receipt| receipt.endpoint == endpoint) {
            let last = seen.entry(receipt.lane).or_default();
            assert!(receipt.sequence <= *last + 1, "{receipt:?} came after {last}");
            *last = receipt.sequence.max(*last);
        }
    }

    /// Every message reached an endpoint.
    pub(crate) fn assert_complete(&self, endpoint: i64) {
        let of_endpoint = self.receipts.iter().filter(|receipt| receipt.endpoint == endpoint);
        let mut got: Vec<(i64, u64)> = of_endpoint.map(|receipt| (receipt.lane, receipt.sequence)).collect();
        got.sort_unstable();
        got.dedup();
        assert_eq!(got.len(), self.posted());
    }
}

pub(crate) fn delivered() -> Outcome {
    Outcome::Delivered { status: Some(200) }
}

pub(crate) fn failed(status: Option<u16>, asked_seconds: Option<i64>) -> Outcome {
    Outcome::Failed { status, error: "it failed".into(), asked_seconds }
}
