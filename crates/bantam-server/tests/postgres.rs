//! Several nodes on one PostgreSQL database decide as one: random histories dealt out to two of them end as batch scoring
//! sees the same facts, and the log gives the same once more. Facts survive connections that are lost.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "../../bantam-store/tests/postgres/cluster.rs"]
mod cluster;
#[path = "../../bantam-engine/tests/generate/mod.rs"]
mod generate;

#[path = "histories/end.rs"]
mod end;
#[path = "histories/expected.rs"]
mod expected;
#[path = "histories/story.rs"]
mod story;

use bantam_core::fact::{Fact, FactKind, Values};
use bantam_core::{Desk, Given, Taken};
use bantam_server::{Clock, Recorder};
use bantam_store::postgres::PostgresStore;
use bantam_store::{Store, StoreError};
use end::{End, again, end};
use generate::random::Random;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use story::Story;

const HOUR: i64 = 3_600_000_000;
/// Each in a database of its own, which takes a second to make.
const HISTORIES: u64 = 12;

#[test]
fn sto_06_nodes_that_take_turns_decide_as_one() {
    let mut outcomes = 0;
    for seed in 0..HISTORIES {
        let Some(database) = cluster::database() else { return };
        let story = Story::tell(seed);
        let node = || (Store::from(PostgresStore::open(&database.url("service")).unwrap()), Desk::default());
        let lived = live(&story, seed, &mut [node(), node()]);
        assert_eq!(lived.leads, expected::score(&story), "seed {seed}");
        let (mut reader, _) = node();
        let log = reader.transaction(|ledger| ledger.facts_after(0, 1_000_000)).unwrap();
        let (mut replayed, mut lived) = (again(&story, &log), lived);
        replayed.outcomes.sort();
        lived.outcomes.sort();
        assert_eq!(replayed, lived, "seed {seed}: again from the log");
        outcomes += replayed.outcomes.len();
    }
    assert!(outcomes > 10 * HISTORIES as usize, "{outcomes}");
}

/// Gives each group to one of the nodes, which may have been idle for long, or just restarted, or caught up with time.
fn live(story: &Story, seed: u64, nodes: &mut [(Store, Desk)]) -> End {
    let mut random = Random::new(seed ^ 0x6e6f_6465);
    let kept = nodes[0].0.transaction(|ledger| {
        story.keep_definitions(ledger);
        Ok::<_, StoreError>(())
    });
    kept.unwrap();
    for (moment, group) in &story.groups {
        let (store, desk) = &mut nodes[random.between(0, 1) as usize];
        if random.chance(10) {
            *desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
        }
        let given: Vec<Given> = group.iter().cloned().map(Given::new).collect();
        let taken = store.transaction(|ledger| {
            desk.keep_up(ledger)?;
            desk.take(ledger, *moment, &given)
        });
        let is_taken = |taken: &Taken| matches!(taken, Taken::Accepted { .. } | Taken::Duplicate { .. });
        assert!(taken.unwrap().iter().all(is_taken));
        if random.chance(50) {
            // Its clock is ahead; the next group may come to one that is behind.
            let ahead = (moment + random.between(0, 10) * HOUR).min(story.until);
            let (store, desk) = &mut nodes[random.between(0, 1) as usize];
            let advanced = store.transaction(|ledger| {
                desk.keep_up(ledger)?;
                desk.advance(ledger, ahead, 3)
            });
            advanced.unwrap();
        }
    }
    let (store, desk) = &mut nodes[0];
    loop {
        let last = story.groups.last().unwrap().0;
        let is_done = store.transaction(|ledger| {
            desk.keep_up(ledger)?;
            match desk.next_renewal(last) {
                Some(fact) => desk.take(ledger, last, &[Given::new(fact)]).map(|_| false),
                None => Ok(true),
            }
        });
        if is_done.unwrap() {
            break;
        }
    }
    let advanced = store.transaction(|ledger| {
        desk.keep_up(ledger)?;
        desk.advance(ledger, story.until, usize::MAX)
    });
    advanced.unwrap();
    store.transaction(|ledger| Ok::<_, StoreError>(end(ledger))).unwrap()
}

/// Many tasks send facts while connections are ended again and again: each is acknowledged, and there once.
#[test]
fn sto_14_facts_that_are_sent_while_connections_are_lost_are_there_once() {
    let Some(database) = cluster::database() else { return };
    let store = PostgresStore::open(&database.url("service")).unwrap();
    let now = Arc::new(AtomicI64::new(1_790_000_000_000_000));
    let clock: Clock = Arc::new(move || now.fetch_add(1, Ordering::Relaxed));
    let (recorder, thread) = Recorder::start(store, clock).unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let own = "usename = 'service' and datname = current_database()";
                database.sql(&format!("select pg_terminate_backend(pid) from pg_stat_activity where {own}"));
                std::thread::sleep(Duration::from_millis(70));
            }
        });
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                scope.spawn({
                    let recorder = recorder.clone();
                    move || send(&recorder, sender)
                })
            })
            .collect();
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
    });
    let accepted = recorder.counts().accepted.load(Ordering::Relaxed);
    drop(recorder);
    thread.join().unwrap();
    let sums = "select count(*), count(distinct body), max(seq) from bantam.fact";
    assert_eq!(database.sql(sums), format!("{0}|{0}|{0}", 4 * FACTS));
    // Those whose commit was not answered were not taken twice.
    assert_eq!(accepted, 4 * FACTS);
}

/// Facts of one sender.
const FACTS: u64 = 150;

fn send(recorder: &Recorder, sender: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for number in 0..FACTS {
        let fact = Fact {
            message_id: format!("{sender}-{number}"),
            happened_at: 1_790_000_000_000_000,
            given_at: None,
            sent_at: None,
            source: "web".into(),
            user: Some(format!("user-{}", number % 10)),
            anonymous: None,
            flags: Vec::new(),
            kind: FactKind::Event { name: "page_viewed".into(), properties: Values::new() },
        };
        // Busy is what a sender is told to come again for.
        loop {
            match runtime.block_on(recorder.take(vec![Given::new(fact.clone())], Vec::new())) {
                Ok(taken) => {
                    assert!(matches!(taken[..], [Taken::Accepted { .. } | Taken::Duplicate { .. }]), "{taken:?}");
                    break;
                }
                Err(unavailable) => assert_eq!(unavailable, bantam_server::Unavailable::Busy),
            }
        }
    }
}
