//! Stands between a store and its server, and loses what passes when it is told to.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// What becomes of what passes next.
const PASS: u8 = 0;
const LOSE_QUESTION: u8 = 1;
const LOSE_ANSWER: u8 = 2;

pub(crate) struct Proxy {
    pub(crate) port: u16,
    fault: Arc<AtomicU8>,
}

impl Proxy {
    pub(crate) fn start(folder: &Path) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (socket, fault) = (folder.join(".s.PGSQL.5432"), Arc::new(AtomicU8::new(PASS)));
        let shared = fault.clone();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), UnixStream::connect(&socket).unwrap());
                let fault = shared.clone();
                std::thread::spawn(move || questions(client, server, &fault));
            }
        });
        Proxy { port, fault }
    }

    /// The next question never reaches the server.
    pub(crate) fn lose_question(&self) {
        self.fault.store(LOSE_QUESTION, Ordering::SeqCst);
    }

    /// The next question reaches the server, which does what it says, and its answer is lost.
    pub(crate) fn lose_answer(&self) {
        self.fault.store(LOSE_ANSWER, Ordering::SeqCst);
    }
}

fn questions(mut client: TcpStream, mut server: UnixStream, fault: &AtomicU8) {
    let (back, from) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let answers = std::thread::spawn(move || copy(from, back));
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        match fault.swap(PASS, Ordering::SeqCst) {
            LOSE_QUESTION => break,
            LOSE_ANSWER => {
                client.shutdown(Shutdown::Write).unwrap();
                server.write_all(&bytes[..count]).unwrap();
                // Time enough to do it.
                std::thread::sleep(Duration::from_millis(500));
                break;
            }
            _ if server.write_all(&bytes[..count]).is_err() => break,
            _ => {}
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    let _ = answers.join();
}

fn copy(mut from: UnixStream, mut to: TcpStream) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        // Where nobody listens any more it is read all the same, so that the server does not stop.
        let _ = to.write_all(&bytes[..count]);
    }
    let _ = to.shutdown(Shutdown::Both);
}
