//! The SDKs that people have, unchanged, against the real service: nothing but host and key are set.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at what cannot be"
)]

#[path = "sdks/gateway.rs"]
mod gateway;
mod service;

use gateway::Fault;
use serde_json::{Value, json};
use service::{Service, WRITE_KEY};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const DEFINITION: &str = "\
bantam: 1
lead:
  industry: text
  company: {type: text, from: company.name}
  employees: {type: number, from: account.employees}
  created: {type: time, from: createdAt}
fit:
  rules:
    Industry: {by: industry, points: {Software: 10}}
    Company: {by: company, points: {Acme: 1}}
    Size: {by: employees, points: {50+: 100}}
    Old friend: {if: 'created < timestamp(\"2025-01-01\")', points: 1000}
engagement:
  rules:
    Demo: {on: demo_requested, points: 20}
    E-book: {on: ebook_downloaded, points: 2}
    Pricing: {on: page_viewed, if: 'event.path == \"/pricing\"', points: 5}
event:
  path: text
stages: [Inquiry, {Ready: engagement >= 20}, {Accepted: accepted_by_sales}]
hand_off: Ready
routes: [{to: sales}]
";

/// Returns the folder of test tools; `None`, saying so, where the tests run without.
fn tools() -> Option<PathBuf> {
    let folder = std::env::var_os("BANTAM_TEST_TOOLS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: run `cargo xtask test`");
    }
    folder
}

/// A script that tells the story with one of the SDKs.
#[derive(Clone, Copy, Debug)]
struct Story {
    script: &'static str,
    variant: Option<&'static str>,
}

const SERVERS: [Story; 5] = [
    Story { script: "segment.cjs", variant: None },
    Story { script: "rudderstack.cjs", variant: None },
    Story { script: "story.py", variant: Some("segment") },
    Story { script: "story.py", variant: Some("segment-gzip") },
    Story { script: "story.py", variant: Some("rudderstack") },
];

const BROWSERS: [Story; 3] = [
    Story { script: "browser.cjs", variant: Some("segment") },
    Story { script: "browser.cjs", variant: Some("segment-batch") },
    Story { script: "browser.cjs", variant: Some("rudderstack") },
];

impl Story {
    fn tell(self, tools: &Path, url: &str, hold: bool) -> Child {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdks");
        let program = if self.script.ends_with(".py") { tools.join("python/bin/python") } else { "node".into() };
        let modules = tools.join("node/node_modules").canonicalize().unwrap();
        Command::new(program)
            .arg(scripts.join(self.script))
            .args([url, WRITE_KEY])
            .args(self.variant)
            .args(hold.then_some("hold"))
            .env("NODE_PATH", modules)
            .env("CHROMIUM", "/usr/bin/chromium")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

fn finish(mut child: Child, story: Story) {
    drop(child.stdin.take());
    let status = child.wait().unwrap();
    assert!(status.success(), "{story:?}: {status}");
}

/// Returns what a history tells of each fact, in no order: kinds with the names of events.
fn told(history: &Value) -> Vec<String> {
    let mut told: Vec<String> = history["facts"].as_array().into_iter().flatten().map(short).collect();
    told.sort();
    told
}

fn short(fact: &Value) -> String {
    let (kind, content) = fact["kind"].as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "event" => content["name"].as_str().unwrap().to_owned(),
        "profile" if content["traits"].get("account_id").is_some() => "group".to_owned(),
        other => other.to_owned(),
    }
}

/// What all stories tell.
const TOLD: [&str; 7] = ["alias", "alias", "demo_requested", "ebook_downloaded", "group", "page_viewed", "profile"];
/// What a page tells: it names nobody before it identifies, so there is nobody to merge with.
const TOLD_BY_PAGES: [&str; 6] = ["alias", "demo_requested", "ebook_downloaded", "group", "page_viewed", "profile"];

/// The lead as it must be when the story has been told.
#[track_caller]
fn check_lead(service: &Service, story: Story) {
    let lead = service.get("/api/leads/u1");
    let attributes = &lead["attributes"];
    let expected = [
        ("email", json!("ann@example.com")),
        ("industry", json!("Software")),
        ("company.name", json!("Acme")),
        ("account_id", json!("g1")),
        ("account.name", json!("Acme")),
        ("account.employees", json!(50)),
    ];
    for (name, value) in expected {
        assert_eq!(attributes[name], value, "{story:?} {name}: {lead:#}");
    }
    assert_eq!(lead["scores"]["fit"], json!(1111), "{story:?}: {lead:#}");
    assert_eq!(lead["scores"]["engagement"], json!(27), "{story:?}: {lead:#}");
    assert_eq!(lead["stage"], json!("Ready"), "{story:?}");
    let quarantined = service.get("/api/quarantine");
    assert_eq!(quarantined["refused"], json!([]), "{story:?}");
}

#[track_caller]
fn check_history(history: &Value, expected: &[&str], story: Story) {
    assert_eq!(told(history), expected, "{story:?}: {history:#}");
}

#[test]
fn sdks_for_servers_work_with_host_and_key_alone() {
    let Some(tools) = tools() else { return };
    for story in SERVERS {
        let service = Service::start(DEFINITION, &[]);
        finish(story.tell(&tools, &service.url(), false), story);
        check_history(&service.get("/api/leads/u1/history"), &TOLD, story);
        check_lead(&service, story);
        let ids = service.get("/api/leads/u1")["ids"].clone();
        assert!(ids.as_array().unwrap().contains(&json!("a1")), "{story:?}: {ids}");
    }
}

#[test]
fn ing_13_sdks_for_servers_come_again_and_nothing_is_lost_or_doubled() {
    let Some(tools) = tools() else { return };
    for story in SERVERS {
        let service = Service::start(DEFINITION, &[]);
        let (gateway, left) = gateway::start(service.address, &[Fault::NotPassedOn, Fault::AnswerLost]);
        finish(story.tell(&tools, &format!("http://{gateway}"), false), story);
        assert!(left.lock().unwrap().is_empty(), "{story:?} met {left:?} no more");
        check_history(&service.get("/api/leads/u1/history"), &TOLD, story);
        check_lead(&service, story);
    }
}

#[test]
fn ing_13_sdks_for_servers_outlast_a_restart() {
    let Some(tools) = tools() else { return };
    for story in SERVERS {
        let mut service = Service::start(DEFINITION, &[]);
        let mut child = story.tell(&tools, &service.url(), true);
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "half", "{story:?}");
        service.kill();
        child.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
        // It is away while the SDK sends.
        std::thread::sleep(std::time::Duration::from_millis(300));
        service.go();
        finish(child, story);
        check_history(&service.get("/api/leads/u1/history"), &TOLD, story);
        check_lead(&service, story);
    }
}

#[test]
fn sdks_for_browsers_work_with_one_line() {
    let Some(tools) = tools() else { return };
    for story in BROWSERS {
        let service = Service::start(DEFINITION, &[]);
        check_page(&tools, story, &service, &service.url());
    }
}

#[test]
fn ing_13_sdks_for_browsers_come_again_and_nothing_is_lost_or_doubled() {
    let Some(tools) = tools() else { return };
    for story in BROWSERS {
        let service = Service::start(DEFINITION, &[]);
        let (gateway, left) = gateway::start(service.address, &[Fault::NotPassedOn, Fault::AnswerLost]);
        check_page(&tools, story, &service, &format!("http://{gateway}"));
        assert!(left.lock().unwrap().is_empty(), "{story:?} met {left:?} no more");
    }
}

/// Lets a page tell the story and checks the lead.
fn check_page(tools: &Path, story: Story, service: &Service, url: &str) {
    let mut child = story.tell(tools, url, false);
    let history = service.wait_for_lead("u1", |history| told(history).len() >= TOLD_BY_PAGES.len());
    // Were anything sent twice, it would be here by now.
    std::thread::sleep(std::time::Duration::from_millis(500));
    child.stdin.as_mut().unwrap().write_all(b"done\n").unwrap();
    finish(child, story);
    check_history(&history, &TOLD_BY_PAGES, story);
    check_history(&service.get("/api/leads/u1/history"), &TOLD_BY_PAGES, story);
    check_lead(service, story);
    let facts = history["facts"].as_array().unwrap();
    let page = facts.iter().find(|fact| short(fact) == "page_viewed").unwrap();
    let properties = &page["kind"]["event"]["properties"];
    assert_eq!(properties["campaign.source"], json!("x"), "{story:?}: {properties:#}");
    assert_eq!(properties["campaign.name"], json!("y"), "{story:?}: {properties:#}");
    assert_eq!(properties["title"], json!("Pricing"), "{story:?}: {properties:#}");
}
