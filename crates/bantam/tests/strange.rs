//! Every page in Chromium, with nothing to show and with data that nobody would have thought of: on a phone, on a desk and on a
//! wall, in the light and in the dark. The pages are those of the service's own list.

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
    fn start(definition: Option<&Path>) -> Fresh {
        let folder = tempfile::TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantam"));
        command.args(["serve", "--store", "leads.db", "--listen", "127.0.0.1:0", "--write-key", "WEB"]);
        command.args(["--manage-key", "MANAGE"]);
        if let Some(definition) = definition {
            command.arg("--definition").arg(definition);
        }
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

fn look(what: &str, definition: Option<&str>) {
    let Some(tools) = std::env::var_os("BANTAM_TEST_TOOLS").map(PathBuf::from) else {
        eprintln!("skipped: run `cargo xtask test`");
        return;
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let service = Fresh::start(definition.map(|name| here.join("tests/strange").join(name)).as_deref());
    let status = Command::new("node")
        .arg(here.join("tests/strange/look.cjs"))
        .args([what, &service.url, &service.set_up])
        .arg(here.join("../bantam-server/tests/pages/pages.txt"))
        .env("NODE_PATH", tools.join("node/node_modules"))
        .env("CHROMIUM", "/usr/bin/chromium")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}

#[test]
fn ui_04_every_page_stands_with_nothing_to_show() {
    look("nothing", None);
}

#[test]
fn ui_04_every_page_stands_with_strange_data() {
    look("strange", Some("strange.yaml"));
}
