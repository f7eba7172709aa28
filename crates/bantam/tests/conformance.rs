//! The running service against its own description: what it answers is what `/api/openapi.json` says, whatever it is sent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at what cannot be"
)]

mod service;

use serde_json::{Value, json};
use service::{MANAGE_KEY, Service, WRITE_KEY};
use std::path::Path;
use std::process::Command;

const DEFINITION: &str = "\
bantam: 1
lead:
  industry: text
fit:
  rules:
    Industry: {by: industry, points: {Software: 10}}
engagement:
  rules:
    Demo: {on: demo_requested, points: 20}
stages: [Inquiry, {Ready: engagement >= 20}, {Accepted: accepted_by_sales}]
hand_off: Ready
routes: [{to: sales}]
";

/// The next definition, drafted and not yet proposed.
const DRAFT: &str = "\
bantam: 1
engagement:
  rules:
    Demo: {on: demo_requested, points: 30}
stages: [Inquiry, {Ready: engagement >= 20}]
";

#[track_caller]
fn send(service: &Service, method: &str, path: &str, body: &Value) {
    let manage = format!("Bearer {MANAGE_KEY}");
    let headers = [("content-type", "application/json"), ("authorization", manage.as_str())];
    // Facts are sent with the key in the body.
    let headers = if path == "/v1/batch" { &headers[..1] } else { &headers[..] };
    let answer = service.request(method, path, headers, body.to_string().as_bytes());
    assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
}

/// Puts something into every list, so that answers have rows.
fn fill(service: &Service) {
    let members = json!([{"name": "ann@example.com", "capacity": 2}, {"name": "bo@example.com"}]);
    send(service, "PUT", "/api/teams/sales", &json!({ "members": members }));
    let track =
        |user: &str, event: &str, id: &str| json!({"type": "track", "userId": user, "event": event, "messageId": id});
    let batch = json!({"writeKey": WRITE_KEY, "batch": [
        {"type": "identify", "userId": "u1", "traits": {"industry": "Software"}, "messageId": "m1"},
        track("u1", "demo_requested", "m2"),
        track("u2", "demo_requested", "m3"),
        track("u3", "page_viewed", "m4"),
        {"type": "track", "userId": "u4", "messageId": "m5"},
    ]});
    send(service, "POST", "/v1/batch", &batch);
    send(service, "POST", "/api/definitions", &json!({"text": DRAFT, "by": "ann@example.com"}));
    let spend = json!({"date": "2026-01-31", "amount": 12.5, "by": "ann@example.com"});
    send(service, "POST", "/api/spend", &spend);
    let webhook = json!({"url": "http://127.0.0.1:9/hook", "description": "nobody listens there"});
    send(service, "POST", "/api/webhooks", &webhook);
    let connector = json!({"kind": "hubspot", "url": "http://127.0.0.1:9", "secret": "pat-na1-of-a-test"});
    send(service, "POST", "/api/webhooks", &connector);
    send(service, "POST", "/api/keys", &json!({"scope": "write", "source": "shop"}));
}

#[test]
fn the_service_answers_as_its_description_says() {
    let Some(tools) = std::env::var_os("BANTAM_TEST_TOOLS") else {
        println!("skipped: run `cargo xtask test`");
        return;
    };
    let service = Service::start(DEFINITION, &["--webhook-allow", "127.0.0.1:9", "--requests-per-second", "100000"]);
    fill(&service);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/run.py");
    let folder = tempfile::tempdir().unwrap();
    let python = std::path::absolute(Path::new(&tools).join("python/bin/python")).unwrap();
    let mut command = Command::new(python);
    let command = command.arg(script).args([&service.url(), MANAGE_KEY, "--no-color"]);
    let output = command.current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
}
