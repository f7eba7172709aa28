//! The service of `bantam demo`: a company that has been at work, and people who may sign in by a password of their own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at what cannot be, and starts a program"
)]

mod service;

use serde_json::Value;
use service::{Answer, exchange, request};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Demo {
    process: Child,
    address: SocketAddr,
    password: String,
}

impl Demo {
    fn start(folder: &Path) -> Demo {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantam"));
        command.args(["demo", "--serve", "--leads", "400", "--listen", "127.0.0.1:0"]).current_dir(folder);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let password = lines.find_map(|line| line.trim().strip_prefix("password: ").map(str::to_owned)).unwrap();
        let address = lines.find_map(|line| line.strip_prefix("listening on http://").map(|at| at.parse().unwrap()));
        std::thread::spawn(move || lines.for_each(drop));
        Demo { process, address: address.unwrap(), password }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        exchange(self.address, &request(method, path, headers, body.as_bytes())).unwrap()
    }

    fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.ask("GET", path, &[("authorization", "Bearer demo-read")], "").body).unwrap()
    }

    fn sign_in(&self, email: &str, password: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.ask("POST", "/sign-in", &headers, &format!("email={email}&password={password}"))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_demos_company_has_been_at_work_for_a_quarter() {
    let folder = tempfile::TempDir::new().unwrap();
    let demo = Demo::start(folder.path());
    let page = demo.get("/api/hand-offs?all=true&limit=200");
    let given = page["hand_offs"].as_array().unwrap();
    let days: BTreeSet<&str> = given.iter().map(|one| &one["opened_at"].as_str().unwrap()[..10]).collect();
    assert!(days.len() > 15, "hand-offs are as old as what they follow from: {days:?}");
    let owners: BTreeSet<&str> = given.iter().filter_map(|one| one["owner"].as_str()).collect();
    assert!(owners.len() == 3 && owners.iter().all(|owner| owner.starts_with("person:")), "{owners:?}");
    let states: BTreeSet<&str> = given.iter().filter_map(|one| one["state"].as_str()).collect();
    assert!(states.contains("won") && states.contains("rejected") && states.contains("open"), "{states:?}");
    let definitions = demo.get("/api/definitions");
    let known = definitions["definitions"].as_array().unwrap();
    let told: Vec<_> =
        known.iter().map(|one| (one["state"].as_str().unwrap(), one["is_signed"].as_bool().unwrap())).collect();
    assert_eq!(told, [("active", true), ("draft", false)]);
    // Those who are named may come in, by nothing that anybody could know.
    for email in ["mia@acme.example", "sam@acme.example", "ada@acme.example"] {
        assert_eq!(demo.sign_in(email, &demo.password).status, 303, "{email}");
        assert_ne!(demo.sign_in(email, "demo-password-demo").status, 303, "{email}");
    }
    assert!(demo.password.len() == 23, "{}", demo.password);
    let password = demo.password.clone();
    drop(demo);
    let again = Demo::start(folder.path());
    assert_eq!(again.password, password, "the same store is served once more");
    let other = tempfile::TempDir::new().unwrap();
    assert_ne!(Demo::start(other.path()).password, password);
}
