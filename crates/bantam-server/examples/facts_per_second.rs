//! Measures how many facts a second are taken, durably, scored and decided, in one process without HTTP:
//! `cargo run --release -p bantam-server --example facts_per_second -- STORE LEADS FACTS BATCH [PLAIN]`.
//!
//! Beside it, the same bodies put into a plain table with a unique key on the message id and an index on lead and time,
//! row by row with a prepared statement, in transactions of as many. STORE is a file, or the URL of a PostgreSQL database
//! after `bantam migrate`; then PLAIN is the URL by which a role may make a table in the same server.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measurement, not a product"
)]

use bantam_core::fact::{Fact, FactKind, Values};
use bantam_core::{DefinitionText, Desk, Given, Rules};
use bantam_store::{Location, Store, StoreError};
use serde_json::value::to_raw_value;
use std::time::Instant;

const DEFINITION: &str = r#"
bantam: 1
lead: {industry: text, employees: number}
event: {path: text}
signals:
  visit_days: {count: page_viewed, once_per: day, within: 7d}
fit:
  rules:
    Industry: {by: industry, points: {Software: 30, Fintech: 20}}
    Size: {by: employees, points: {50+: 10, 200+: 20}}
engagement:
  halve_every: 30d
  rules:
    Viewed pricing: {on: page_viewed, if: 'event.path.startsWith("/pricing")', points: 10, cap: 30, within: 90d}
    Demo: {on: demo_requested, points: 60}
    Often: {if: visit_days >= 3, points: 15}
stages: [Inquiry, Profiled: fit >= 30, Sales-ready: score >= 75, Accepted: accepted_by_sales]
hand_off: Sales-ready
routes: [{to: sales, respond_within: 1h}]
"#;
const START: i64 = 1_790_000_000_000_000;

fn fact(number: u64, leads: u64) -> Fact {
    // A bijection that scatters: neighbours in time are about different leads.
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let path = ["/", "/pricing", "/blog/a", "/docs"][(mixed >> 3) as usize % 4];
    let name = if mixed.is_multiple_of(500) { "demo_requested" } else { "page_viewed" };
    let properties = Values::from([("path".to_owned(), to_raw_value(path).unwrap())]);
    let happened_at = START + number as i64 * 50;
    Fact {
        message_id: format!("{:016x}-{number}", number.wrapping_mul(0xd6e8_feb8_6659_fd93)),
        happened_at,
        given_at: Some(happened_at),
        sent_at: None,
        source: "web".into(),
        user: Some(format!("user-{}", mixed % leads)),
        anonymous: None,
        flags: Vec::new(),
        kind: FactKind::Event { name: name.into(), properties },
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize, default: u64| arguments.get(at).map_or(default, |text| text.parse().unwrap());
    let path = arguments.get(1).cloned().unwrap_or_else(|| "facts.db".into());
    let (leads, facts, batch) = (number(2, 10_000), number(3, 100_000), number(4, 100));
    let location: Location = path.parse().unwrap();
    taken(&location, leads, facts, batch);
    match (location, arguments.get(5)) {
        (Location::File(_), _) => plain(&format!("{path}.plain"), leads, facts, batch),
        (Location::Postgres(_), Some(url)) => plain_postgres(url, leads, facts, batch),
        (Location::Postgres(_), None) => println!("plain: not measured, as no URL was given for it"),
    }
}

fn taken(location: &Location, leads: u64, facts: u64, batch: u64) {
    let mut store = Store::open(location, "a measurement").unwrap();
    let text = DefinitionText { name: "d.yaml".into(), text: DEFINITION.into(), lists: Vec::new() };
    let fingerprint = Rules::load(1, &text).unwrap().fingerprint;
    let body = serde_json::to_vec(&text).unwrap();
    store.transaction(|ledger| ledger.keep_definition(&fingerprint, &body)).unwrap();
    let mut desk = store.transaction(|ledger| Desk::open(ledger)).unwrap();
    let activation =
        Fact { message_id: "active".into(), user: None, kind: FactKind::Activation { fingerprint }, ..fact(0, 1) };
    let first = store
        .transaction(|ledger| ledger.facts_after(0, 1))
        .unwrap_or_else(|error: StoreError| unreachable!("{error}"));
    if first.is_empty() {
        store.transaction(|ledger| desk.take(ledger, START, &[Given::new(activation)])).unwrap();
    }
    let last = store
        .transaction(|ledger| ledger.setting("measured"))
        .unwrap_or_else(|error: StoreError| unreachable!("{error}"));
    let from = last.map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().unwrap()));
    let began = Instant::now();
    let mut slowest = 0;
    for start in (from..from + facts).step_by(batch as usize) {
        let given: Vec<Given> = (start..start + batch).map(|number| Given::new(fact(number, leads))).collect();
        let one = Instant::now();
        let now = START + (start + batch) as i64 * 50;
        store.transaction(|ledger| desk.take(ledger, now, &given)).unwrap();
        slowest = slowest.max(one.elapsed().as_millis());
    }
    let seconds = began.elapsed().as_secs_f64();
    store
        .transaction(|ledger| ledger.set("measured", &(from + facts).to_le_bytes()))
        .unwrap_or_else(|error: StoreError| unreachable!("{error}"));
    println!(
        "taken: {facts} facts after {from} in {seconds:.2} s, {:.0} a second, slowest batch {slowest} ms",
        facts as f64 / seconds
    );
}

fn plain(path: &str, leads: u64, facts: u64, batch: u64) {
    let mut connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536;
        create table if not exists event (id integer primary key, message text unique, lead text, time integer, body blob);
        create index if not exists event_lead on event (lead, time)").unwrap();
    let from: u64 = connection.query_row("select count(*) from event", [], |row| row.get::<_, i64>(0)).unwrap() as u64;
    let began = Instant::now();
    for start in (from..from + facts).step_by(batch as usize) {
        let given: Vec<Fact> = (start..start + batch).map(|number| fact(number, leads)).collect();
        let transaction = connection.transaction().unwrap();
        for fact in &given {
            let insert = "insert or ignore into event (message, lead, time, body) values (?1, ?2, ?3, ?4)";
            transaction
                .prepare_cached(insert)
                .unwrap()
                .execute(rusqlite::params![fact.message_id, fact.user, fact.happened_at, fact.body()])
                .unwrap();
        }
        transaction.commit().unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("plain: {facts} facts after {from} in {seconds:.2} s, {:.0} a second", facts as f64 / seconds);
}

fn plain_postgres(url: &str, leads: u64, facts: u64, batch: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let tables = "create table if not exists plain_event (id bigint generated always as identity primary key, \
                      message text unique, lead text, time bigint, body bytea);
                      create index if not exists plain_event_lead on plain_event (lead, time)";
        client.batch_execute(tables).await.unwrap();
        let from: i64 = client.query_one("select count(*) from plain_event", &[]).await.unwrap().get(0);
        let from = from as u64;
        let insert =
            "insert into plain_event (message, lead, time, body) values ($1, $2, $3, $4) on conflict do nothing";
        let insert = client.prepare(insert).await.unwrap();
        let began = Instant::now();
        for start in (from..from + facts).step_by(batch as usize) {
            let transaction = client.transaction().await.unwrap();
            for number in start..start + batch {
                let fact = fact(number, leads);
                let body = fact.body();
                transaction.execute(&insert, &[&fact.message_id, &fact.user, &fact.happened_at, &body]).await.unwrap();
            }
            transaction.commit().await.unwrap();
        }
        let seconds = began.elapsed().as_secs_f64();
        println!("plain: {facts} facts after {from} in {seconds:.2} s, {:.0} a second", facts as f64 / seconds);
    });
}
