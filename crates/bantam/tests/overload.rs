//! Too much at once, for the real service.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at what cannot be"
)]

mod service;

use serde_json::{Value, json};
use service::{Service, WRITE_KEY, request};
use std::io::Write;
use std::net::TcpStream;

type Headers<'h> = &'h [(&'h str, &'h str)];

const DEFINITION: &str = "\
bantam: 1
lead: {industry: text}
engagement: {rules: {Demo: {on: demo_requested, points: 50}}}
stages: [Inquiry, {Ready: score >= 50}]
";

/// What the service may take beyond what it takes at rest, in KiB.
const RISE_KIB_MAX: u64 = 128 * 1024;

fn batch(name: &str, filler: usize) -> Vec<u8> {
    let message = |n: usize| {
        json!({"type": "track", "userId": format!("u{}", n % 3), "event": "x", "messageId": format!("{name}-{n}"),
            "properties": {"a": "x".repeat(filler)}})
    };
    let messages: Vec<Value> = (0..1_000_000 / (filler + 100)).map(message).collect();
    json!({"batch": messages, "writeKey": WRITE_KEY}).to_string().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[cfg(target_os = "linux")]
fn resident_kib(service: &Service, of: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.process_id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(of)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn ing_05_large_bodies_at_once_take_little_memory() {
    let service = Service::start(DEFINITION, &[]);
    assert_eq!(service.request("POST", "/v1/batch", &[], &batch("first", 1_000)).status, 200);
    let at_rest = resident_kib(&service, "VmRSS:");
    let packed: [(Vec<u8>, Headers<'_>); 4] = [
        (batch("plain", 30_000), &[]),
        (batch("small", 200), &[]),
        // As large as a body may be when it is unpacked, and a thousandth of it on the way.
        (gzip(&[b' '; 2 << 20]), &[("content-encoding", "gzip")]),
        (gzip(&batch("gzip", 1_000)), &[("content-encoding", "gzip")]),
    ];
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let send = |n: usize| {
            let (body, headers) = &packed[n % packed.len()];
            let service = &service;
            scope.spawn(move || {
                let answer = service.request("POST", "/v1/batch", headers, body);
                if answer.status == 503 {
                    assert!(answer.header("retry-after").is_some(), "{}", answer.head);
                }
                answer.status
            })
        };
        let sent: Vec<_> = (0..200).map(send).collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 200 | 400 | 503)), "{statuses:?}");
    assert!(statuses.contains(&200), "{statuses:?}");
    let rise = resident_kib(&service, "VmHWM:").saturating_sub(at_rest);
    println!("{rise} KiB above {at_rest} KiB");
    assert!(rise <= RISE_KIB_MAX, "{rise} KiB above {at_rest} KiB");
    assert_eq!(service.request("GET", "/healthz", &[], b"").status, 200);
}

#[test]
fn ing_16_whoever_goes_away_after_sending_finds_it_recorded_once() {
    let service = Service::start(DEFINITION, &[]);
    let body = json!({"userId": "u", "event": "x", "messageId": "m1", "writeKey": WRITE_KEY}).to_string();
    let whole = request("POST", "/v1/track", &[("content-type", "text/plain")], body.as_bytes());
    // One goes away in the middle of the body, one before the answer.
    let mut cut = TcpStream::connect(service.address).unwrap();
    cut.write_all(&whole[..whole.len() - 5]).unwrap();
    drop(cut);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(service.request("GET", "/api/leads/u", &[("authorization", "Bearer RK_TEST")], b"").status, 404);
    let mut gone = TcpStream::connect(service.address).unwrap();
    gone.write_all(&whole).unwrap();
    drop(gone);
    let history = service.wait_for_lead("u", |history| history["facts"].as_array().is_some());
    assert_eq!(history["facts"].as_array().unwrap().len(), 1);
    let again = service.request("POST", "/v1/track", &[], body.as_bytes());
    assert!(again.body.contains("\"duplicate\":1"), "{}", again.body);
    assert_eq!(service.get("/api/leads/u/history")["facts"].as_array().unwrap().len(), 1);
}
