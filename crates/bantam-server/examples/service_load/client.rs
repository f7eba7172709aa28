//! Starts the service, and speaks HTTP with it on connections that stay open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

/// A running service. It is stopped when it is dropped.
pub(crate) struct Service {
    process: Child,
    address: String,
    /// When it was started, in milliseconds since 1970: facts happen from then on.
    pub(crate) started: u64,
}

impl Service {
    pub(crate) fn start(program: &Path, folder: &Path, store: &str, definition: &str) -> Service {
        std::fs::write(folder.join("d.yaml"), definition).unwrap();
        let arguments = "serve --definition d.yaml --listen 127.0.0.1:0 --write-key W --read-key R --store";
        let mut command = Command::new(program);
        command.args(arguments.split(' ')).arg(store).args(["--requests-per-second", "1000000"]);
        let mut process = command.current_dir(folder).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let listening =
            lines.by_ref().find_map(|line| line.unwrap().strip_prefix("listening on http://").map(str::to_owned));
        std::thread::spawn(move || lines.for_each(drop));
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        Service { process, address: listening.unwrap(), started }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(service: &Service) -> Client {
        let stream = TcpStream::connect(&service.address).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream: BufReader::new(stream) }
    }

    /// Sends facts; ends the measurement where they are not acknowledged.
    pub(crate) fn send(&mut self, path: &str, body: &str) {
        let length = body.len();
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Basic Vzo=\r\ncontent-length: {length}\r\n\r\n");
        let answer = self.exchange(&format!("{head}{body}"));
        assert!(answer.contains("\"rejected\":0"), "{answer}");
    }

    /// Returns what is answered; nothing where there is no such thing yet.
    pub(crate) fn get(&mut self, path: &str) -> String {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer R\r\n\r\n"))
    }

    fn exchange(&mut self, request: &str) -> String {
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }
}

/// Returns the lead, the path and the message id of a fact. Neighbours are about different leads.
pub(crate) fn fact(number: u64, leads: u64) -> (u64, &'static str, u64) {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    (
        mixed % leads,
        ["/", "/pricing", "/blog/a", "/docs"][(mixed >> 3) as usize % 4],
        number.wrapping_mul(0xd6e8_feb8_6659_fd93),
    )
}

/// Returns a single fact as an SDK sends it.
pub(crate) fn track(number: u64, leads: u64) -> String {
    let (lead, path, id) = fact(number, leads);
    format!(
        r#"{{"type":"track","userId":"user-{lead}","event":"page_viewed","properties":{{"path":"{path}"}},"messageId":"{id:016x}-{number}","context":{{"library":{{"name":"@segment/analytics-node","version":"3.1.0"}}}}}}"#
    )
}

/// Returns facts as a batch.
pub(crate) fn batch(first: u64, count: u64, leads: u64) -> String {
    let facts: Vec<String> = (first..first + count).map(|number| track(number, leads)).collect();
    format!(r#"{{"batch":[{}]}}"#, facts.join(","))
}
