//! The real program as a service on a store of its own, asked over HTTP.

#![allow(dead_code, clippy::unwrap_used, reason = "a test helper, not every test file uses all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How long a request may take before it counts as not answered.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running service.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: String,
}

impl Service {
    /// Starts the service and returns when it listens.
    pub(crate) fn start(store: &Path, definition: &Path) -> Service {
        Service::start_as(Command::new(assert_cmd::cargo::cargo_bin("bantam")), store, definition)
    }

    /// Starts it by a command that takes its arguments.
    pub(crate) fn start_as(mut command: Command, store: &Path, definition: &Path) -> Service {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut child = command
            .args(["serve", "--listen", &address, "--write-key", "W", "--read-key", "R", "--manage-key", "M"])
            .arg("--store")
            .arg(store)
            .arg("--definition")
            .arg(definition)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        while !said.contains("listening") {
            assert!(lines.read_line(&mut said).unwrap() > 0, "the service ended: {said}");
        }
        // Somebody must read what it says from now on, or it would wait.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Service { child, address }
    }

    /// Ends it at once, as a power cut of the process: nothing is finished.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

/// Sends a request; returns status and body, or nothing where no whole answer came.
pub(crate) fn request(address: &str, method: &str, path: &str, key: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    // An answer that was cut off is none.
    (length.is_none_or(|length: usize| length == body.len())).then(|| (status, body.to_owned()))
}

/// Sends a batch with the write key.
pub(crate) fn send(address: &str, batch: &str) -> Option<(u16, String)> {
    request(address, "POST", "/v1/batch", "Basic Vzo=", batch)
}
