//! A day at the desk, in Chromium: from the link of the set-up to a deal that the report shows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at what cannot be, and waits for programs"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A service on which nobody has signed in yet.
struct Fresh {
    process: Child,
    url: String,
    set_up: String,
    _folder: tempfile::TempDir,
}

impl Fresh {
    fn start() -> Fresh {
        let folder = tempfile::TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantam"));
        command.args(["serve", "--store", "leads.db", "--listen", "127.0.0.1:0", "--write-key", "WEB"]);
        let mut process = command.current_dir(folder.path()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned)).unwrap();
        let set_up = lines.find_map(|line| line.find("http").map(|at| line.split_at(at).1.trim().to_owned())).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Fresh { process, url, set_up, _folder: folder }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn tools() -> Option<PathBuf> {
    std::env::var_os("BANTAM_TEST_TOOLS").map(PathBuf::from)
}

#[test]
fn a_day_at_the_desk() {
    let Some(tools) = tools() else {
        eprintln!("skipped: run `cargo xtask test`");
        return;
    };
    let service = Fresh::start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk/day.cjs");
    let status = Command::new("node")
        .arg(script)
        .args([&service.url, &service.set_up])
        .env("NODE_PATH", tools.join("node/node_modules"))
        .env("CHROMIUM", "/usr/bin/chromium")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
