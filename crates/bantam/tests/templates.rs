//! Every template loads without a warning and gives the numbers it was published with.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that cannot be")]

mod common;

use common::{Desk, project};
use std::fs;

#[test]
fn every_template_gives_its_published_numbers() {
    let folder = project().join("crates/bantam/templates");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let template = entry.unwrap().path();
        let name = template.file_name().unwrap().to_string_lossy().into_owned();
        let desk = Desk::new();
        for file in ["definition.yaml", "leads.csv", "events.csv"] {
            desk.write(file, fs::read(template.join(file)).unwrap());
        }
        let check = desk.run("check definition.yaml --deny-warnings");
        assert_eq!(check.code, 0, "{name}: {}", check.err);
        let as_of = fs::read_to_string(template.join("as_of")).unwrap();
        let line =
            format!("score definition.yaml --leads leads.csv --events events.csv --as-of {} --output -", as_of.trim());
        let scored = desk.run(&line);
        assert_eq!(scored.code, 0, "{name}: {}", scored.err);
        assert_eq!(scored.out, fs::read_to_string(template.join("expected.csv")).unwrap(), "{name}");
        count += 1;
    }
    assert_eq!(count, 10);
}

#[test]
fn every_template_is_listed_and_has_a_page() {
    let listed = Desk::new().run("templates").out;
    for entry in fs::read_dir(project().join("crates/bantam/templates")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(listed.contains(&format!("  {name} ")), "{name} is not listed");
        assert!(project().join(format!("docs/templates/{name}.md")).is_file(), "{name} has no page");
    }
}
