//! Every file of `tests/diagnostics` begins with what is said about the rest of it, as a comment.
//!
//! `UPDATE_DOCS=1 cargo test -p bantam-lang --test diagnostics` writes the comments anew. Read each as the author of
//! the definition would: does it say what is wrong, where, and what to do?

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use bantam_lang::codes::ALL;
use bantam_lang::diagnostic::Severity;
use bantam_lang::load;
use bantam_lang::render::{RenderStyle, render};
use bantam_lang::source::Source;
use std::path::PathBuf;

fn files() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diagnostics");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Splits a file into the comment on top, without its `# `, and the definition below.
fn split(text: &str) -> (String, &str) {
    let mut expected = String::new();
    let mut rest = text;
    while let Some(line) = rest.split_inclusive('\n').next().filter(|line| line.starts_with('#')) {
        let shown = line.strip_prefix("# ").or(line.strip_prefix('#')).unwrap_or(line);
        expected.push_str(shown);
        rest = &rest[line.len()..];
    }
    (expected, rest)
}

fn rendering(definition: &str) -> String {
    let loaded = load(Source::new("definition.yaml", definition), &mut |file| match file {
        "competitors.txt" => Ok("# rivals\nInitech.example\nglobex.example\n".into()),
        _ => Err("there is no such file".into()),
    });
    let is_usable = loaded.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Warning);
    assert_eq!(loaded.checked.is_some(), is_usable, "a definition is usable where it has no errors\n{definition}");
    render(&loaded.diagnostics, &loaded.source, RenderStyle { color: false, width: 100 })
}

#[test]
fn every_file_says_what_its_comment_says() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut wrong = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let (expected, definition) = split(&text);
        let shown = rendering(definition);
        if update {
            let comment: String =
                shown.lines().map(|line| if line.is_empty() { "#\n".into() } else { format!("# {line}\n") }).collect();
            std::fs::write(&path, format!("{comment}{definition}")).unwrap();
        } else if shown != expected {
            wrong.push(format!("{}\n{shown}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "not as the comment says:\n{}", wrong.join("\n"));
}

#[test]
fn every_code_is_shown_somewhere() {
    let all: String = files().iter().map(|path| split(&std::fs::read_to_string(path).unwrap()).0).collect();
    let absent: Vec<&str> = ALL
        .iter()
        .map(|entry| entry.code.0)
        .filter(|code| !code.starts_with("B03") && !all.contains(&format!("[{code}]")))
        .collect();
    assert!(absent.is_empty(), "no file shows {absent:?}");
}
