//! Single sign-on with a provider that others wrote, in Chromium.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at what cannot be, and waits for programs"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn aut_07_a_real_provider_lets_people_in() {
    let Some(tools) = std::env::var_os("BANTAM_TEST_TOOLS").map(PathBuf::from) else {
        eprintln!("skipped: run `cargo xtask test`");
        return;
    };
    // The provider has to know beforehand where the service will be.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://localhost:{port}");
    let mut door = Command::new("node");
    door.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sso/door.cjs"))
        .arg(format!("{url}/sign-in/sso/callback"))
        .env("NODE_PATH", tools.join("node/node_modules"))
        .env("CHROMIUM", "/usr/bin/chromium")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut door = Running(door.spawn().unwrap());
    let mut said = BufReader::new(door.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let issuer = said.find(|line| line.starts_with("http")).unwrap();

    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("secret"), "hush hush\n").unwrap();
    let settings = format!(
        "store = 'leads.db'\nlisten = '127.0.0.1:{port}'\npublic_url = '{url}'\noidc_issuer = '{issuer}'\n\
         oidc_client_id = 'bantam'\noidc_client_secret_file = 'secret'\noidc_name = 'Acme'\n"
    );
    std::fs::write(folder.path().join("bantam.toml"), settings).unwrap();
    let mut service = Command::new(env!("CARGO_BIN_EXE_bantam"));
    service.args(["serve", "--config", "bantam.toml"]).current_dir(folder.path()).stderr(Stdio::piped());
    let mut service = Running(service.spawn().unwrap());
    let mut lines = BufReader::new(service.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let set_up = lines.find_map(|line| line.find(&url).map(|at| line.split_at(at).1.trim().to_owned())).unwrap();
    std::thread::spawn(move || lines.for_each(|line| eprintln!("{line}")));
    let mut told = door.0.stdin.take().unwrap();
    writeln!(told, "{set_up}").unwrap();
    let status = door.0.wait().unwrap();
    assert!(status.success(), "{status}");
}
