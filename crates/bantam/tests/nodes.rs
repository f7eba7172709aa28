//! Several nodes of `bantam serve` on one PostgreSQL database, killed again and again while facts come in: what was
//! acknowledged is there once, leads that are due are decided by whoever is left, and the log gives the same once more.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "../../bantam-store/tests/postgres/cluster.rs"]
mod cluster;

use bantam_core::fact::Fact;
use bantam_core::{Desk, Given};
use bantam_store::postgres::PostgresStore;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{Store, StoreError};
use cluster::Database;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Who watched something within a day is on a stage of its own; it leaves that stage by time alone.
const DEFINITION: &str = r#"
bantam: 1
engagement:
  rules:
    Requested a demo: {on: demo_requested, points: 60, times: 1}
    Viewed: {on: page_viewed, points: 1, cap: 9}
    Watched: {on: video_watched, points: 20, times: 1, within: 1d}
stages: [Inquiry, Interested: score >= 20, Sales-ready: score >= 50, Accepted: accepted_by_sales]
hand_off: Sales-ready
routes: [{to: sales, respond_within: 1h}]
"#;
/// Facts of each sender, and how many of them come in one request.
const FACTS: usize = 300;
const BATCH: usize = 5;
const SENDERS: usize = 3;
/// How often a node is killed.
const KILLS: usize = 4;

/// `w:` in base64.
const BATCH_HEAD: &str = "POST /v1/batch HTTP/1.1\r\nAuthorization: Basic dzo=\r\nContent-Type: application/json";

struct Node {
    port: u16,
    process: Child,
}

impl Node {
    fn start(database: &Database<'_>, definition: &Path, port: u16) -> Node {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantam"));
        command.args(["serve", "--store", &database.text_url("service"), "--listen", &format!("127.0.0.1:{port}")]);
        command.arg("--definition").arg(definition).args(["--write-key", "w", "--read-key", "r"]);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut all = String::new();
        while !all.contains("listening on") {
            let mut line = String::new();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "the node ended: {all}");
            all += &line;
        }
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Node { port, process }
    }

    /// SIGKILL: nothing is finished first.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Sends a request over a connection of its own; returns the status, and the body. None where the node is gone.
fn request(port: u16, head: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let length = body.len();
    let text = format!("{head}\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}

/// Sends a batch to one node after the other until one of them acknowledges it.
fn send(ports: &[u16], sender: usize, first: usize) -> Vec<String> {
    let ids: Vec<String> = (first..first + BATCH).map(|number| format!("{sender}-{number}")).collect();
    let event = |id: &String| {
        let lead = id.len() * 7 + id.bytes().map(usize::from).sum::<usize>();
        let name = if lead.is_multiple_of(9) { "demo_requested" } else { "page_viewed" };
        format!(r#"{{"type": "track", "messageId": "{id}", "userId": "user-{}", "event": "{name}"}}"#, lead % 23)
    };
    let body = format!(r#"{{"batch": [{}]}}"#, ids.iter().map(event).collect::<Vec<_>>().join(","));
    for attempt in 0.. {
        match request(ports[(sender + first + attempt) % ports.len()], BATCH_HEAD, &body) {
            Some((200, _)) => return ids,
            Some((status @ (429 | 503), _)) => assert!(attempt < 1_000, "{status}"),
            Some(other) => panic!("{other:?}"),
            // It was killed, before or after it took them.
            None => assert!(attempt < 1_000, "no node answers"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    ids
}

#[test]
fn sto_06_nodes_that_are_killed_lose_nothing_and_decide_nothing_twice() {
    let Some(database) = cluster::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let definition = folder.path().join("d.yaml");
    std::fs::write(&definition, DEFINITION).unwrap();
    let ports = [free_port(), free_port(), free_port()];
    let nodes: Vec<Mutex<Node>> =
        ports.iter().map(|&port| Mutex::new(Node::start(&database, &definition, port))).collect();
    let acknowledged = Mutex::new(BTreeSet::new());
    let (sent, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (acknowledged, sent) = (&acknowledged, &sent);
                scope.spawn(move || {
                    for first in (0..FACTS).step_by(BATCH) {
                        let ids = send(&ports, sender, first);
                        acknowledged.lock().unwrap().extend(ids);
                        sent.fetch_add(BATCH, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let killer = scope.spawn(|| {
            for kill in 0..KILLS {
                // Spread over the whole time, wherever the node happens to be.
                let after = (kill + 1) * SENDERS * FACTS / (KILLS + 1);
                while sent.load(Ordering::Relaxed) < after && !is_over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(3));
                }
                let mut node = nodes[kill % 2].lock().unwrap();
                node.kill();
                *node = Node::start(&database, &definition, ports[kill % 2]);
            }
        });
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
        killer.join().unwrap();
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert_eq!(acknowledged.len(), SENDERS * FACTS);

    let node = |node: usize| nodes[node].lock().unwrap();
    let due_at = lose_interest_soon(node(0).port);
    // Whoever took them is gone before they are due.
    node(0).kill();
    node(1).kill();
    assert!(clock() < due_at, "the machine is too slow for this test");
    let decided = "select count(*) from bantam.decision where convert_from(body, 'UTF8')::json ->> 'cause' = 'time'";
    while database.sql(decided) != WATCHERS.to_string() {
        assert!(clock() < due_at + 10_000_000, "nobody took over: {}", database.sql(decided));
        std::thread::sleep(Duration::from_millis(50));
    }
    node(2).kill();
    compare_with_log(&database, &acknowledged);
}

/// How many leads change by time alone.
const WATCHERS: usize = 20;

/// Sends events that are a day old in some seconds; returns when.
fn lose_interest_soon(port: u16) -> i64 {
    let due_at = clock() + 4_000_000;
    let time = jiff::Timestamp::from_microsecond(due_at).unwrap() - jiff::SignedDuration::from_hours(24);
    let event = |number: usize| {
        format!(
            r#"{{"type": "track", "messageId": "w{number}", "userId": "watcher-{number}", "event": "video_watched", "timestamp": "{time}"}}"#
        )
    };
    let body = format!(r#"{{"batch": [{}]}}"#, (0..WATCHERS).map(event).collect::<Vec<_>>().join(","));
    let (status, answer) = request(port, BATCH_HEAD, &body).unwrap();
    assert_eq!(status, 200, "{answer}");
    due_at
}

fn clock() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

/// Holds what is in the database to what was acknowledged, and to what the log gives once more.
fn compare_with_log(database: &Database<'_>, acknowledged: &BTreeSet<String>) {
    let mut store = Store::from(PostgresStore::open(&database.url("service")).unwrap());
    let log = store.transaction(|ledger| ledger.facts_after(0, 1_000_000)).unwrap();
    let facts: Vec<Fact> = log.iter().map(|stored| serde_json::from_slice(&stored.body).unwrap()).collect();
    let sent: Vec<&String> = facts.iter().map(|fact| &fact.message_id).filter(|id| id.contains('-')).collect();
    let there: BTreeSet<String> =
        sent.iter().filter(|id| acknowledged.contains(**id)).map(|id| (*id).clone()).collect();
    assert_eq!(&there, acknowledged, "a fact that was acknowledged is not there");
    let ids: BTreeSet<&String> = facts.iter().map(|fact| &fact.message_id).collect();
    assert_eq!(ids.len(), facts.len(), "a fact is there twice");
    assert!(log.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq && pair[0].received_at <= pair[1].received_at));

    let mut copy = Store::from(SqliteStore::in_memory().unwrap());
    copy_definitions(&mut store, &mut copy);
    let mut desk = copy.transaction(|ledger| Desk::open(ledger)).unwrap();
    for group in log.chunk_by(|a, b| a.received_at == b.received_at) {
        let facts = group.iter().map(|stored| serde_json::from_slice(&stored.body).unwrap());
        let given: Vec<Given> = facts.map(Given::new).collect();
        copy.transaction(|ledger| desk.take(ledger, group[0].received_at, &given)).unwrap();
    }
    copy.transaction(|ledger| desk.advance(ledger, clock(), usize::MAX)).unwrap();
    let (lived, replayed) = (outcomes(&mut store), outcomes(&mut copy));
    assert!(lived.len() > 20 + WATCHERS, "{}", lived.len());
    assert_eq!(lived, replayed);
}

fn copy_definitions(store: &mut Store, copy: &mut Store) {
    let read = store.transaction(|ledger| {
        let names = ledger.definitions()?;
        names
            .into_iter()
            .map(|(_, name)| Ok((ledger.definition(&name)?.unwrap_or_default(), name)))
            .collect::<Result<Vec<_>, StoreError>>()
    });
    for (body, name) in read.unwrap() {
        copy.transaction(|ledger| ledger.keep_definition(&name, &body)).unwrap();
    }
    // Ids that others see rest on it, and it is not in the log.
    let secret = store.transaction(|ledger| ledger.setting("secret")).unwrap().unwrap();
    copy.transaction(|ledger| ledger.set("secret", &secret)).unwrap();
}

/// Returns all decisions and hand-offs with their numbers, by whom they are about.
fn outcomes(store: &mut Store) -> Vec<String> {
    let read = store.transaction(|ledger| {
        let mut found = Vec::new();
        for id in 1.. {
            let Some(subject) = ledger.subject_by_id(id)? else { break };
            let decisions = ledger.decisions_of(id)?.into_iter().map(|entry| (entry.id, entry.body));
            let hand_offs = ledger.hand_offs_of(id)?.into_iter().map(|row| (row.id, row.body));
            for (number, body) in decisions.chain(hand_offs) {
                found.push(format!("{} {number} {}", subject.name, String::from_utf8_lossy(&body)));
            }
        }
        Ok::<_, StoreError>(found)
    });
    read.unwrap()
}
