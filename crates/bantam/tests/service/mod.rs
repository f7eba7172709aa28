//! Runs `bantam serve` for tests, and speaks HTTP with it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test helper, not every test file uses all of it"
)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const WRITE_KEY: &str = "WK_TEST";
pub(crate) const READ_KEY: &str = "RK_TEST";
pub(crate) const MANAGE_KEY: &str = "MK_TEST";

/// How long something may take that happens at once when nothing is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// A service that runs as a process of its own, with a store in a folder of its own.
pub(crate) struct Service {
    folder: TempDir,
    store: PathBuf,
    process: Option<Child>,
    pub(crate) address: SocketAddr,
    arguments: Vec<String>,
}

impl Service {
    pub(crate) fn start(definition: &str, arguments: &[&str]) -> Service {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("d.yaml"), definition).unwrap();
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let address = "127.0.0.1:0".parse().unwrap();
        let store = folder.path().join("leads.db");
        let mut service = Service { folder, store, process: None, address, arguments };
        service.go();
        service
    }

    /// Starts over a store that is there already.
    pub(crate) fn over(definition: &str, store: &Path) -> Service {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("d.yaml"), definition).unwrap();
        let address = "127.0.0.1:0".parse().unwrap();
        let mut service = Service { folder, store: store.to_owned(), process: None, address, arguments: Vec::new() };
        service.go();
        service
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// Starts the process, the second time at the address it had.
    pub(crate) fn go(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bantam"));
        command.args(["serve", "--definition", "d.yaml", "--listen", &self.address.to_string()]);
        command.arg("--store").arg(&self.store);
        command.args(["--write-key", WRITE_KEY, "--read-key", READ_KEY, "--manage-key", MANAGE_KEY]);
        command.args(&self.arguments).current_dir(self.folder.path()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let listening = lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| line.strip_prefix("listening on http://").and_then(|address| address.parse().ok()));
        self.address = listening.expect("the service ended before it listened");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        self.process = Some(process);
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.request("GET", path, &[("authorization", &format!("Bearer {READ_KEY}"))], b"");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        exchange(self.address, &request(method, path, headers, body)).unwrap()
    }

    /// Waits until something is true of a lead; returns the last that was seen of it where it never is.
    pub(crate) fn wait_for_lead(&self, id: &str, is_there: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let read = format!("Bearer {READ_KEY}");
            let answer = self.request("GET", &format!("/api/leads/{id}/history"), &[("authorization", &read)], b"");
            let history: Value = serde_json::from_str(&answer.body).unwrap();
            if is_there(&history) || Instant::now() > until {
                return history;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// An answer that was read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        line.split_once(':').map(|(_, value)| value.trim())
    }
}

/// Returns a request as bytes, after which the connection ends.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Sends bytes and reads until the other side closes. Answers in chunks are not put together.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // Whoever refuses early does not read the rest.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(read_answer(&answer))
}

fn read_answer(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
