//! `bantam impact`: what its page shows is what it does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first thing that cannot be")]

mod common;

use common::{Desk, project};
use std::fs;

/// A code block of a page: what stands behind the fence, and its lines.
struct Block {
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in page.lines() {
        match (line.strip_prefix("```"), is_open) {
            (Some(info), false) => blocks.push(Block { info: info.to_owned(), text: String::new() }),
            (Some(_), true) => {}
            (None, true) => blocks.last_mut().unwrap().text.push_str(&format!("{line}\n")),
            (None, false) => {}
        }
        is_open ^= line.starts_with("```");
    }
    blocks
}

/// A desk with the files that the page shows.
fn desk(page: &str) -> Desk {
    let desk = Desk::new();
    for block in blocks(page) {
        if let Some((_, file)) = block.info.split_once(' ') {
            desk.write(file, &block.text);
        }
    }
    desk
}

fn page() -> String {
    fs::read_to_string(project().join("docs/impact.md")).unwrap()
}

const CALL: &str = "impact acme.yaml draft.yaml --leads leads.csv --events events.csv --as-of 2026-01-26";

#[test]
fn the_page_shows_what_the_program_says() {
    let page = page();
    let shown = blocks(&page).into_iter().find(|block| block.text.starts_with("$ bantam ")).unwrap().text;
    let call = shown.lines().next().unwrap();
    let ran = desk(&page).run(call.trim_start_matches("$ bantam "));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let said: String = ran.out.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let expected = format!("{call}\n{}\n", said.trim_end());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(project().join("docs/impact.md"), page.replacen(&shown, &expected, 1)).unwrap();
        return;
    }
    assert_eq!(shown, expected, "run with UPDATE_DOCS=1 to renew it");
}

#[test]
fn it_writes_every_form_and_no_file_twice() {
    let desk = desk(&page());
    for (file, part) in [
        ("impact.html", "<table"),
        ("impact.md", "| lead |"),
        ("impact.json", "\"id\""),
        ("impact.csv", "Read an ebook"),
        ("impact.txt", "By lead"),
    ] {
        let call = format!("{CALL} --output {file}");
        let ran = desk.run(&call);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{file}: {}", ran.err);
        assert!(desk.read(file).contains(part), "{file}:\n{}", desk.read(file));
        assert_eq!(desk.run(&call).code, 2, "{file} is there already");
        assert_eq!(desk.run(&format!("{call} --force")).code, 0);
    }
    let ran = desk.run(&format!("{CALL} --output impact.pdf"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`.html`, `.md`, `.json`, `.csv` or `.txt`"), "{}", ran.err);
}

#[test]
fn a_disagreement_is_worded_as_one_and_equal_meanings_are_said_to_be() {
    let desk = desk(&page());
    desk.write(
        "sales.yaml",
        desk.read("draft.yaml")
            .replace("name: Acme", "name: Sales")
            .replace("industry: text", "branch: {type: text, from: industry}")
            .replace("by: industry", "by: branch"),
    );
    let ran =
        desk.run("impact acme.yaml sales.yaml --disagreement --leads leads.csv --events events.csv --as-of 2026-01-26");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("Where the two definitions disagree"), "{}", ran.out);
    assert!(ran.out.contains("stage, Acme") && ran.out.contains("stage, Sales"), "{}", ran.out);

    desk.write("same.yaml", format!("# a comment\n{}", desk.read("acme.yaml")));
    let ran = desk.run("impact acme.yaml same.yaml --leads leads.csv --events events.csv --as-of 2026-01-26");
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("mean the same") && ran.out.contains("None of 4 leads stands elsewhere."), "{}", ran.out);
}

#[test]
fn what_cannot_be_is_told_with_the_way_out() {
    let desk = desk(&page());
    let fails = |more: &str, says: &str| {
        let ran = desk.run(&format!("{CALL} {more}"));
        assert_eq!(ran.code, 2, "{more}: {}", ran.err);
        assert!(ran.err.contains(says), "{more}: {}", ran.err);
    };
    fails("--from 2026-02-01 --to 2026-01-01", "`--from` is later than `--to`");
    fails("--from yesterday", "is not a time (--from)");
    fails("--outcome won", "write --outcome Converted=1");
    desk.write("events.csv", "lead_id,event,timestamp\nann,demo_requested,never\n");
    assert_eq!(desk.run(CALL).code, 3, "a row was rejected");
}
