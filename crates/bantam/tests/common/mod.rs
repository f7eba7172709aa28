//! Runs the program in a folder of its own.

#![allow(dead_code, clippy::unwrap_used, reason = "a test helper, not every test file uses all of it")]

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The folder of the whole project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// An empty folder in which the program runs.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk(TempDir::new().unwrap())
    }

    /// A desk with a small definition, three leads and four events.
    pub(crate) fn with_sample() -> Desk {
        let desk = Desk::new();
        desk.write("d.yaml", DEFINITION);
        desk.write("leads.csv", "lead_id,industry,employees\nL1,Software,300\nL2,Retail,\nL3,Software,10\n");
        desk.write(
            "events.csv",
            "event_id,lead_id,event,timestamp\n1,L1,demo_requested,2026-01-01\n2,L2,page_viewed,2026-01-02\n\
             2,L2,page_viewed,2026-01-02\n3,L9,page_viewed,2026-01-03\n",
        );
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs a command line of words without blanks.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(line, "")
    }

    /// Runs a command line with text on standard input.
    pub(crate) fn run_with(&self, line: &str, input: impl Into<Vec<u8>>) -> Ran {
        let output = Command::cargo_bin("bantam")
            .unwrap()
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .write_stdin(input)
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

pub(crate) const DEFINITION: &str = "\
bantam: 1
name: Sample
lead: {industry: text, employees: number}
fit:
  rules:
    Industry: {by: industry, points: {Software: 30}}
    Size: {by: employees, points: {50+: 20}}
engagement:
  halve_every: 30d
  rules:
    Demo: {on: demo_requested, times: 1, points: 75}
    Page: {on: page_viewed, points: 5, cap: 10}
stages: [Inquiry, {Ready: engagement >= 30}, {Accepted: accepted_by_sales}]
hand_off: Ready
grades: {fit: {A: 30, B: 0}}
routes: [{to: sales, if: 'stage == \"Ready\"', respond_within: 1h}, {to: nurture}]
";
