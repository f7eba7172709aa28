//! Takes the pictures of the docs from a demo that is being served, where `UPDATE_PICTURES` is set; holds those that are there to
//! a size that a clone can bear.

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

/// What all of them may take, in bytes.
const BYTES_MAX: u64 = 1_500_000;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures")
}

/// Takes them: `UPDATE_PICTURES=1 BANTAM_TEST_TOOLS=target/test-tools cargo nextest run -p bantam --test pictures`.
#[test]
fn pictures_of_the_docs_are_small_and_taken_from_the_demo() {
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        take();
    }
    let files = std::fs::read_dir(folder()).unwrap().map(Result::unwrap);
    let sizes: Vec<u64> = files.map(|file| file.metadata().unwrap().len()).collect();
    assert!(!sizes.is_empty() && sizes.iter().sum::<u64>() < BYTES_MAX, "{sizes:?}");
}

fn take() {
    let tools = PathBuf::from(std::env::var_os("BANTAM_TEST_TOOLS").unwrap());
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(tools);
    std::fs::create_dir_all(folder()).unwrap();
    let home = tempfile::TempDir::new().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_bantam"));
    demo.args(["demo", "--serve", "--listen", "127.0.0.1:0"]).current_dir(home.path());
    let mut demo = Running(demo.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(demo.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let password = lines.find_map(|line| line.trim().strip_prefix("password: ").map(str::to_owned)).unwrap();
    let url = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned)).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let status = Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/take.cjs"))
        .args([&url, &password])
        .arg(folder())
        .env("NODE_PATH", tools.join("node/node_modules"))
        .env("CHROMIUM", "/usr/bin/chromium")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
