//! The pages of the codes: each has its sections, its example gives its code, and what to write instead gives none.

#![expect(clippy::panic, clippy::expect_used, reason = "helpers of tests may fail as tests do")]

use bantam_lang::codes::{ALL, CodeEntry, find_code};
use bantam_lang::source::Source;
use bantam_lang::{Loaded, load};

const SECTIONS: [&str; 4] = ["## What it checks", "## Why it matters", "## Example", "## Instead"];

/// Returns whether a code needs data beside the definition, and so comes from another crate.
fn needs_data(entry: &CodeEntry) -> bool {
    entry.code.0.starts_with("B03")
}

/// Returns the text of a section of a page.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let start = page.find(heading).unwrap_or_else(|| panic!("no {heading}")) + heading.len();
    let rest = &page[start..];
    rest.find("\n## ").map_or(rest, |end| &rest[..end]).trim()
}

/// Loads the YAML of a section, completed with what every definition begins with.
fn load_section(page: &str, heading: &str) -> Loaded {
    let section = section(page, heading);
    let yaml = section.strip_prefix("```yaml\n").and_then(|rest| rest.strip_suffix("```")).expect("a block of YAML");
    let yaml = if yaml.contains("bantam:") { yaml.to_owned() } else { format!("bantam: 1\n{yaml}") };
    load(Source::new("definition.yaml", yaml), &mut |file| match file {
        "target-accounts.txt" => Ok("acme.example\n".into()),
        _ => Err("there is no such file".into()),
    })
}

#[test]
fn every_page_has_its_sections() {
    for entry in ALL {
        let title = format!("# {}: ", entry.code);
        assert!(entry.page.starts_with(&title), "{} begins with its title", entry.code);
        for heading in SECTIONS {
            assert!(!section(entry.page, heading).is_empty(), "{}: {heading}", entry.code);
        }
    }
}

#[test]
fn every_example_gives_its_code() {
    for entry in ALL.iter().filter(|entry| !needs_data(entry)) {
        let loaded = load_section(entry.page, "## Example");
        let codes: Vec<_> = loaded.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        let only_this = !codes.is_empty() && codes.iter().all(|code| *code == entry.code);
        assert!(only_this, "the example of {} gives {:#?}", entry.code, loaded.diagnostics);
    }
}

#[test]
fn what_to_write_instead_gives_nothing() {
    for entry in ALL {
        let loaded = load_section(entry.page, "## Instead");
        assert!(loaded.diagnostics.is_empty(), "instead of {}: {:#?}", entry.code, loaded.diagnostics);
    }
}

#[test]
fn a_code_is_found_as_people_type_it() {
    assert_eq!(find_code(" b0101 ").map(|entry| entry.code.0), Some("B0101"));
    assert!(find_code("B9999").is_none());
}

/// All pages one after another: what `docs/diagnostics.md` holds.
fn manual() -> String {
    let mut manual = String::from(
        "# Diagnostics\n\nWhat `bantam` says about a definition, by code. Errors (B00xx to B02xx below B0220) stop scoring; warnings do not.\n\
         `bantam explain B0101` prints the page of a code. This page is made from the files in `crates/bantam-lang/codes`.\n",
    );
    for entry in ALL {
        manual.push('\n');
        // One level down: the manual has a title of its own.
        for line in entry.page.lines() {
            let deeper = if line.starts_with('#') { "#" } else { "" };
            manual.push_str(&format!("{deeper}{line}\n"));
        }
    }
    manual
}

#[test]
fn the_manual_holds_every_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, manual()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == manual(), "docs/diagnostics.md is not up to date: run the tests with UPDATE_DOCS=1");
}
