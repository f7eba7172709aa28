//! Measures `bantam serve` from outside, beside the plain database on the same disk: `cargo xtask bench service`,
//! or `cargo xtask bench service --store postgres`, which starts a PostgreSQL server of its own.
//!
//! The program is started on a new store, then asked over loopback by clients on the same cores:
//!
//! 1. batches of 100 facts, as many as ten connections can send;
//! 2. single facts from 64 connections, as many as they can send;
//! 3. 1,000 single facts a second, and meanwhile, now and then, how long it takes until a fact's decision can be read.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a measurement, not a product"
)]

mod client;
#[path = "../../../bantam-store/tests/postgres/cluster.rs"]
mod cluster;
mod plain;

use client::{Client, Service};
use plain::Rows;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
stages: [Inquiry, Engaged: engagement >= 10, Sales-ready: score >= 60, Accepted: accepted_by_sales]
hand_off: Sales-ready
routes: [{to: sales, respond_within: 1h}]
"#;
/// Facts in a batch, and connections that send batches: about as many facts wait for the disk together as plain SQLite has in a
/// transaction.
const BATCH: u64 = 100;
const SENDERS: u64 = 10;
/// Connections that send single facts.
const CLIENTS: u64 = 64;
/// Single facts a second where that is given.
const PACE: u64 = 1_000;

struct Wish {
    program: PathBuf,
    folder: PathBuf,
    facts: u64,
    leads: u64,
    seconds: u64,
    rounds: usize,
    is_postgres: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize| arguments[at].parse().unwrap();
    let wish = Wish {
        program: arguments[1].clone().into(),
        folder: arguments[2].clone().into(),
        facts: number(3),
        leads: number(4),
        seconds: number(5),
        rounds: number(6) as usize,
        is_postgres: match arguments[7].as_str() {
            "sqlite" => false,
            "postgres" => true,
            other => panic!("`--store {other}`: it is `sqlite` or `postgres`"),
        },
    };
    let (mut plain, mut rates): (Vec<Plain>, [Vec<f64>; 2]) = Default::default();
    let mut delays: [Vec<u64>; 2] = Default::default();
    for round in 0..wish.rounds {
        let folder = wish.folder.join(round.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let (limits, store) = match wish.is_postgres {
            true => postgres(&wish),
            false => {
                let rate = plain::insert_sqlite(&folder.join("plain.db"), wish.facts, wish.leads);
                (vec![("plain SQLite, transactions of 1,000", rate)], "leads.db".to_owned())
            }
        };
        for (at, (name, rate)) in limits.into_iter().enumerate() {
            if plain.len() == at {
                plain.push(Plain { name, rates: Vec::new() });
            }
            plain[at].rates.push(rate);
        }
        let service = Service::start(&wish.program, &folder, &store, DEFINITION);
        rates[0].push(batches(&service, &wish));
        rates[1].push(singles(&service, &wish));
        paced(&service, &wish, &mut delays);
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let [batches, singles] = rates.each_mut().map(median);
    let at = |values: &mut Vec<u64>, share: f64| {
        values.sort_unstable();
        values[((values.len() - 1) as f64 * share) as usize] as f64 / 1_000.0
    };
    let (facts, leads, seconds, rounds) = (wish.facts, wish.leads, wish.seconds, wish.rounds);
    println!("{facts} facts about {leads} leads, {seconds} s each for single facts, medians of {rounds} rounds");
    println!("batches of {BATCH}, durable and decided      {batches:>9.0} facts/s");
    for Plain { name, rates } in &mut plain {
        let rate = median(rates);
        println!("{name:<38} {rate:>9.0} rows/s    the service takes {:.2} of it", batches / rate);
    }
    println!("single facts, {CLIENTS} clients               {singles:>9.0} facts/s");
    let [answered, decided] = &mut delays;
    for (name, values) in [("a single fact to its answer", answered), ("a fact to its decision", decided)] {
        let (half, most) = (at(values, 0.5), at(values, 0.99));
        println!("{name:<28} at {PACE}/s  median {half:>6.1} ms  p99 {most:>6.1} ms  ({} samples)", values.len());
    }
}

/// What a plain database takes, in rows a second.
struct Plain {
    name: &'static str,
    rates: Vec<f64>,
}

/// Measures plain PostgreSQL; returns its rates, and a new database with the service's tables.
fn postgres(wish: &Wish) -> (Vec<(&'static str, f64)>, String) {
    let cluster = cluster::shared().unwrap();
    let plain = cluster.database();
    let settings = plain.settings("keeper");
    let ways = [
        ("plain PostgreSQL, a statement a row", Rows::OneByOne),
        ("the same, without waiting for each", Rows::Pipelined),
        ("the same, 1,000 rows a statement", Rows::AtOnce),
    ];
    let rates = ways.map(|(name, rows)| (name, plain::insert_postgres(&settings, rows, wish.facts, wish.leads)));
    (rates.to_vec(), cluster::database().unwrap().text_url("service"))
}

/// Sends facts in batches; returns how many a second were acknowledged.
fn batches(service: &Service, wish: &Wish) -> f64 {
    let next = AtomicU64::new(0);
    let bodies: Vec<String> =
        (0..wish.facts / BATCH).map(|batch| client::batch(batch * BATCH, BATCH, wish.leads)).collect();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                let mut client = Client::connect(service);
                while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    client.send("/v1/batch", body);
                }
            });
        }
    });
    (bodies.len() as u64 * BATCH) as f64 / began.elapsed().as_secs_f64()
}

/// Sends single facts from many connections for some seconds; returns how many a second were acknowledged.
fn singles(service: &Service, wish: &Wish) -> f64 {
    let (sent, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (sent, is_over) = (&sent, &is_over);
            scope.spawn(move || {
                let mut connection = Client::connect(service);
                let mut number = (client + 1) << 32;
                while !is_over.load(Ordering::Relaxed) {
                    connection.send("/v1/track", &client::track(number, wish.leads));
                    sent.fetch_add(1, Ordering::Relaxed);
                    number += 1;
                }
            });
        }
        std::thread::sleep(Duration::from_secs(wish.seconds));
        is_over.store(true, Ordering::Relaxed);
    });
    sent.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

/// Sends single facts at a pace, and asks for the decision about some of them; adds how long each took, in microseconds.
fn paced(service: &Service, wish: &Wish, delays: &mut [Vec<u64>; 2]) {
    const CONNECTIONS: u64 = 8;
    let every = Duration::from_micros(1_000_000 * CONNECTIONS / PACE);
    let until = Instant::now() + Duration::from_secs(wish.seconds);
    let [answered, decided] = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|client| scope.spawn(move || send_paced(service, wish, client, every, until)))
            .collect();
        let decided = scope.spawn(move || watch_decisions(service, until));
        let answered = senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<u64>>();
        [answered, decided.join().unwrap()]
    });
    delays[0].extend(answered);
    delays[1].extend(decided);
}

/// The time counts from when a fact should have been sent, so that a pause of the service is not overlooked.
fn send_paced(service: &Service, wish: &Wish, client: u64, every: Duration, until: Instant) -> Vec<u64> {
    let mut connection = Client::connect(service);
    let (mut delays, mut due) = (Vec::new(), Instant::now() + every * client as u32 / 8);
    let mut number = (client + 1_000) << 32;
    while due < until {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        connection.send("/v1/track", &client::track(number, wish.leads));
        delays.push(due.elapsed().as_micros() as u64);
        number += 1;
        due += every;
    }
    delays
}

/// Makes leads sales-ready one after the other, and asks until each is.
fn watch_decisions(service: &Service, until: Instant) -> Vec<u64> {
    let (mut sender, mut reader) = (Client::connect(service), Client::connect(service));
    let mut delays = Vec::new();
    for number in 0.. {
        if Instant::now() >= until {
            break;
        }
        let (lead, began) = (format!("watched-{}-{number}", service.started), Instant::now());
        sender.send("/v1/track", &format!(r#"{{"userId":"{lead}","event":"demo_requested","messageId":"{lead}"}}"#));
        while !reader.get(&format!("/api/leads/{lead}")).contains("Sales-ready") {
            assert!(began.elapsed() < Duration::from_secs(10), "no decision about {lead}");
        }
        delays.push(began.elapsed().as_micros() as u64);
        std::thread::sleep(Duration::from_millis(20));
    }
    delays
}
