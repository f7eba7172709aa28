//! A gateway in front of the service that fails now and then, as gateways do.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What goes wrong with a request that brings facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not reach the service.
    NotPassedOn,
    /// It reaches the service, but the answer is lost on the way back.
    AnswerLost,
}

/// Starts a gateway to an address. The first requests meet the faults, one each; returns where it listens, and the faults
/// that are left.
pub(crate) fn start(to: SocketAddr, faults: &[Fault]) -> (SocketAddr, Arc<Mutex<Vec<Fault>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let left = Arc::new(Mutex::new(faults.iter().rev().copied().collect::<Vec<_>>()));
    let faults = left.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let faults = faults.clone();
            std::thread::spawn(move || pass_on(stream, to, &faults));
        }
    });
    (address, left)
}

fn pass_on(stream: TcpStream, to: SocketAddr, faults: &Mutex<Vec<Fault>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let (head, body) = read_request(&mut reader)?;
    let fault = if head.starts_with("POST ") { faults.lock().unwrap().pop() } else { None };
    if fault != Some(Fault::NotPassedOn) {
        let mut service = TcpStream::connect(to)?;
        service.write_all(head.as_bytes())?;
        service.write_all(&body)?;
        let mut answer = Vec::new();
        service.read_to_end(&mut answer)?;
        if fault.is_none() {
            return writer.write_all(&answer);
        }
    }
    writer.write_all(
        b"HTTP/1.1 503 Service Unavailable\r\naccess-control-allow-origin: *\r\nretry-after: 1\r\n\
          connection: close\r\ncontent-length: 0\r\n\r\n",
    )
}

/// Reads one request; its head asks the service to close the connection after it.
fn read_request(reader: &mut impl BufRead) -> io::Result<(String, Vec<u8>)> {
    let (mut head, mut length, mut is_chunked) = (String::new(), 0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let lower = line.to_ascii_lowercase();
        if line == "\r\n" {
            break;
        }
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        is_chunked |= lower.starts_with("transfer-encoding:") && lower.contains("chunked");
        if !lower.starts_with("connection:") {
            head += &line;
        }
    }
    head += "connection: close\r\n\r\n";
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if is_chunked {
        read_chunks(reader, &mut body)?;
    }
    Ok((head, body))
}

/// Copies chunks as they are, up to the last.
fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let start = body.len();
        reader.read_until(b'\n', body)?;
        let size = usize::from_str_radix(String::from_utf8_lossy(&body[start..]).trim(), 16).unwrap_or(0);
        let at = body.len();
        body.resize(at + size + 2, 0);
        reader.read_exact(&mut body[at..])?;
        if size == 0 {
            return Ok(());
        }
    }
}
