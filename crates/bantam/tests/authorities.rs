//! `bantam serve --authority`: whom the service trusts beside the authorities of its machine.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod common;
#[path = "killed/service.rs"]
mod service;

use common::Desk;
use service::{Service, request};
use std::process::Command;

const DEFINITION: &str = "\
bantam: 1
lead: {industry: text}
fit: {rules: {Software: {by: industry, points: {Software: 30}}}}
stages: [Inquiry, {Ready: score >= 40}]
";

fn certificate() -> String {
    rcgen::generate_simple_self_signed(["acme.example".to_owned()]).unwrap().cert.pem()
}

#[test]
fn run_03_files_of_authorities_are_read_at_the_start_and_the_wrong_one_is_named() {
    let desk = Desk::new();
    desk.write("d.yaml", DEFINITION);
    desk.write("good.pem", certificate());
    desk.write("empty.pem", "nothing of the kind\n");
    desk.write("broken.pem", certificate().replace("MII", "AAA"));
    let serve = "serve --store leads.db --definition d.yaml --listen 127.0.0.1:0 --write-key w --authority";
    for (files, told) in [
        ("empty.pem", "`empty.pem`: there is no certificate in it"),
        ("good.pem,broken.pem", "`broken.pem`: "),
        ("good.pem --authority absent.pem", "absent.pem"),
    ] {
        let ran = desk.run(&format!("{serve} {files}"));
        assert_eq!(ran.code, 2, "{files}: {}", ran.err);
        assert!(ran.err.contains(told), "{files}: {}", ran.err);
        assert!(!desk.path("leads.db").exists(), "{files}: the store was made before the settings were read");
    }
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("bantam"));
    command.env("BANTAM_AUTHORITY", desk.path("good.pem"));
    let service = Service::start_as(command, &desk.path("leads.db"), &desk.path("d.yaml"));
    let (status, body) = request(&service.address, "GET", "/healthz", "Bearer R", "").unwrap();
    assert_eq!(status, 200, "{body}");
    service.kill();
}
