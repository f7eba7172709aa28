//! Looking after a store, beside a running service and without one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod common;
#[path = "killed/service.rs"]
mod service;

use common::{DEFINITION, Desk};
use service::{Service, request, send};
use std::fs;

fn demo(address: &str, user: &str) {
    let batch = format!(
        r#"{{"batch":[{{"type":"track","userId":"{user}","event":"demo_requested","messageId":"demo-{user}"}}]}}"#
    );
    assert_eq!(send(address, &batch).unwrap().0, 200);
}

fn start(desk: &Desk) -> Service {
    desk.write("d.yaml", DEFINITION);
    Service::start(&desk.path("leads.db"), &desk.path("d.yaml"))
}

#[test]
fn run_04_verify_and_audit_run_beside_the_service_and_change_nothing() {
    let desk = Desk::new();
    let service = start(&desk);
    demo(&service.address, "ann");
    demo(&service.address, "ben");
    for line in ["verify --store leads.db --replay", "audit --store leads.db"] {
        let ran = desk.run(line);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}: {}", ran.out);
    }
    let ran = desk.run("verify --store leads.db --replay --json");
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&told["facts"], &told["leads"]), (&5.into(), &2.into()), "{told}");
    assert_eq!(told["replay"]["leads_compared"], 2);
    service.kill();
    assert_eq!(desk.run("verify --store nothing.db").code, 2);
    desk.write("text.db", "no store at all");
    let ran = desk.run("verify --store text.db");
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn sto_07_a_damaged_page_is_found_and_not_backed_up() {
    let desk = Desk::new();
    let service = start(&desk);
    (0..200).for_each(|user| demo(&service.address, &format!("somebody-{user}")));
    service.kill();
    // Opened and closed, the log is in the file.
    assert_eq!(desk.run("backup --store leads.db --output whole.db").code, 0);
    let mut bytes = fs::read(desk.path("whole.db")).unwrap();
    let place = bytes.windows(12).position(|window| window == b"demo-somebod").unwrap();
    bytes[place + 1] ^= 0x40;
    desk.write("damaged.db", &bytes);
    let ran = desk.run("verify --store damaged.db");
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("is damaged: its checksum does not match"), "{}", ran.out);
    let ran = desk.run("backup --store damaged.db --output copy.db");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(!desk.path("copy.db").exists());
    let ran = desk.run("restore damaged.db --store other.db");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(!desk.path("other.db").exists());
}

#[cfg(unix)]
#[test]
fn sto_09_a_backup_beside_the_service_is_whole_private_and_can_be_restored() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let service = start(&desk);
    demo(&service.address, "ann");
    demo(&service.address, "ben");
    let ran = desk.run("backup --store leads.db --output backup.db");
    assert_eq!((ran.code, ran.err.as_str()), (0, "wrote backup.db with 5 facts and 2 leads\n"));
    assert_eq!(fs::metadata(desk.path("backup.db")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(desk.run("backup --store leads.db --output backup.db").code, 2, "an existing file was replaced");
    demo(&service.address, "cem");
    // Erased after the backup was made.
    let erased = request(&service.address, "DELETE", "/api/leads/ann?by=me", "Bearer M", "").unwrap();
    assert_eq!(erased.0, 204, "{}", erased.1);
    let ran = desk.run("restore backup.db --store leads.db --force");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("is in use by bantam serve, process"), "{}", ran.err);
    service.kill();
    let ran = desk.run("restore backup.db --store leads.db");
    assert!(ran.code == 2 && ran.err.contains("exists already"), "{}", ran.err);
    let ran = desk.run("restore backup.db --store leads.db --force");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("erased again: 1 person's id"), "{}", ran.err);
    assert!(!desk.path("leads.db-wal").exists());
    let bytes = fs::read(desk.path("leads.db")).unwrap();
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    assert!(!holds(b"\"ann\"") && !holds(b"demo-ann"), "the restored store names somebody who was erased");
    let ran = desk.run("verify --store leads.db --replay");
    assert_eq!(ran.code, 0, "{}", ran.out);
    // The service goes on from there.
    let service = start(&desk);
    assert_eq!(request(&service.address, "GET", "/api/leads/ann", "Bearer R", "").unwrap().0, 404);
    assert_eq!(request(&service.address, "GET", "/api/leads/ben", "Bearer R", "").unwrap().0, 200);
    assert_eq!(request(&service.address, "GET", "/api/leads/cem", "Bearer R", "").unwrap().0, 404);
    let mut names: Vec<String> =
        fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with(".tmp"));
    assert_eq!(names, [""; 0], "temporary files are left");
    service.kill();
}

#[test]
fn aut_10_keys_are_made_before_the_start_and_through_the_service() {
    let desk = Desk::new();
    let made = desk.run("keys create --scope manage --source ops --store leads.db");
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(made.err, "made key 1, which may manage, for ops; it is shown now and never again\n");
    let manage = made.out.trim().to_owned();
    assert!(manage.starts_with("bk_manage_"), "{manage}");
    desk.write("manage.key", &made.out);
    let service = start(&desk);
    let to = format!("--to http://{} --key-file manage.key", service.address);
    // The service has the store, and says so.
    for line in ["keys create --scope read --source x --store leads.db", "keys revoke 1 --store leads.db"] {
        let ran = desk.run(line);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("is in use by bantam serve, process ") && ran.err.contains("--to URL"), "{}", ran.err);
    }
    let made = desk.run(&format!("keys create --scope read --source dashboard --expires 2999-01-01 {to}"));
    assert_eq!(made.code, 0, "{}", made.err);
    let bearer = format!("Bearer {}", made.out.trim());
    let ask = || request(&service.address, "GET", "/api/leads", &bearer, "").unwrap().0;
    assert_eq!(ask(), 200);
    let ran = desk.run(&format!("keys revoke 2 {to}"));
    assert_eq!((ran.code, ran.err.as_str()), (0, "revoked key 2\n"));
    assert_eq!(ask(), 401);
    for line in [format!("keys list {to}"), "keys list --store leads.db".to_owned()] {
        let ran = desk.run(&line);
        let states: Vec<&str> = ran.out.lines().filter_map(|line| line.split_whitespace().nth(4)).collect();
        assert_eq!(states, ["state", "active", "revoked"], "{line}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("dashboard") && !ran.out.contains(&manage), "{}", ran.out);
    }
    let refused = [
        ("keys revoke 99", "404 Not Found: there is no such key"),
        ("keys create --scope read --source x --expires 2001-01-01", "choose a later moment"),
        ("keys create --scope read --source x --expires soon", "`soon` is not a time (--expires)"),
    ];
    for (line, message) in refused {
        let ran = desk.run(&format!("{line} {to}"));
        assert!(ran.code == 2 && ran.err.contains(message), "{line}: {}", ran.err);
    }
    service.kill();
    assert_eq!(desk.run(&format!("keys list {to}")).code, 74);
    assert_eq!(desk.run("keys revoke 1 --store leads.db").code, 0);
    assert_eq!(desk.run("keys revoke 3 --store leads.db").code, 2);
    assert_eq!(desk.run("keys list --store nothing.db").code, 2);
    assert!(!desk.path("nothing.db").exists());
    assert_eq!(desk.run("keys list").code, 2);
}

#[test]
fn run_04_what_does_not_follow_is_built_again_when_the_service_is_stopped() {
    let desk = Desk::new();
    let service = start(&desk);
    demo(&service.address, "ann");
    demo(&service.address, "ben");
    let ran = desk.run("verify --store leads.db --repair");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("is in use by bantam serve"), "{}", ran.err);
    service.kill();
    let ran = desk.run("verify --store leads.db --repair");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.ends_with("nothing is wrong\nnothing had to be built again\n"), "{}", ran.out);
    // In one file, where a byte of a decision can be found.
    assert_eq!(desk.run("backup --store leads.db --output damaged.db").code, 0);
    let mut bytes = fs::read(desk.path("damaged.db")).unwrap();
    let places = bytes.windows(12).enumerate().filter(|(_, window)| window == b"\"rises\":true");
    let places: Vec<usize> = places.map(|(place, _)| place).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|place| bytes[place + 9] = b'x');
    desk.write("damaged.db", &bytes);
    assert_eq!(desk.run("verify --store damaged.db").code, 1);
    let ran = desk.run("verify --store damaged.db --repair");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("built again from the log:\n  ids with other decisions: 2\n"), "{}", ran.out);
    let ran = desk.run("verify --store damaged.db --repair --json");
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (ran.code, &told["repair"]["changed"], &told["findings"]),
        (0, &serde_json::json!({}), &serde_json::json!([]))
    );
    assert_eq!(desk.run("verify --store nothing.db --repair").code, 2);
    assert!(!desk.path("nothing.db").exists());
}

#[test]
fn sto_10_a_store_of_a_later_version_is_refused_by_every_command() {
    let desk = Desk::new();
    let service = start(&desk);
    demo(&service.address, "ann");
    service.kill();
    assert_eq!(desk.run("backup --store leads.db --output newer.db").code, 0);
    let ran = desk.run("migrate newer.db");
    assert_eq!((ran.code, ran.err.as_str()), (0, "`newer.db` has format 1 already\n"));
    assert_eq!(desk.run("migrate newer.db --service-role bantam").code, 2);
    // The format stands in the header of the file.
    let mut bytes = fs::read(desk.path("newer.db")).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    desk.write("newer.db", &bytes);
    let commands = [
        "migrate newer.db",
        "serve --store newer.db --definition d.yaml --listen 127.0.0.1:0 --write-key w",
        "verify --store newer.db",
        "verify --store newer.db --repair",
        "audit --store newer.db",
        "backup --store newer.db --output copy.db",
    ];
    for line in commands {
        let ran = desk.run(line);
        assert_eq!(ran.code, 2, "{line}: {}", ran.err);
        let told =
            "the store has format 99, and this program knows formats up to 1: a later version of bantam wrote it";
        assert!(ran.err.contains(told), "{line}: {}", ran.err);
        assert_eq!(fs::read(desk.path("newer.db")).unwrap(), bytes, "{line}");
    }
}
