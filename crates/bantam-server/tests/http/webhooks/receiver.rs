//! Receivers on this machine: of webhooks, and of mails.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A request as it was received.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) struct Receiver {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// Starts a receiver that answers by how many requests came before.
    pub(crate) async fn start(
        answer: impl Fn(usize) -> (StatusCode, &'static str) + Clone + Send + Sync + 'static,
    ) -> Receiver {
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let keep = got.clone();
        let handle = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let before = {
                let mut got = keep.lock().unwrap();
                got.push(Got { path: uri.path().to_owned(), headers, body: body.to_vec() });
                got.len() - 1
            };
            let (status, text) = answer(before);
            ([("location", "/elsewhere")], (status, text)).into_response()
        };
        let handle = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let handle = handle.clone();
            async move { handle(uri, headers, body).await }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handle)).await.unwrap() });
        Receiver { address, got }
    }

    /// Starts a receiver that takes connections and never answers.
    pub(crate) async fn silent() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok(connection) = listener.accept().await {
                held.push(connection);
            }
        });
        Receiver { address, got: Arc::default() }
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(|got| got.path.clone()).collect()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Got> {
        eventually(&format!("{count} requests came"), async || self.got.lock().unwrap().len() >= count).await;
        let got = self.got.lock().unwrap().clone();
        assert_eq!(got.len(), count, "{got:#?}");
        got
    }
}

/// Waits until something is so, ten seconds at most.
pub(crate) async fn eventually(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..500 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within ten seconds: {what}");
}

/// Returns a port at which nobody listens.
pub(crate) async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// A mail server that takes every mail.
pub(crate) struct MailServer {
    address: SocketAddr,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub(crate) async fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mails: Arc<Mutex<Vec<String>>> = Arc::default();
        let keep = mails.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take_mail(stream, keep.clone()));
            }
        });
        MailServer { address, mails }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub(crate) async fn wait(&self, count: usize) -> Vec<String> {
        eventually(&format!("{count} mails came"), async || self.mails.lock().unwrap().len() >= count).await;
        self.mails.lock().unwrap().clone()
    }
}

async fn take_mail(stream: tokio::net::TcpStream, mails: Arc<Mutex<Vec<String>>>) {
    speak(stream, "220 here\r\n", mails, "250 fine\r\n").await;
}

/// Speaks SMTP until the other side goes or wants to encrypt; returns the stream for that.
pub(crate) async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    greeting: &str,
    mails: Arc<Mutex<Vec<String>>>,
    offers: &str,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    stream.write_all(greeting.as_bytes()).await.ok()?;
    stream.flush().await.ok()?;
    let mut line = String::new();
    let mut mail: Option<String> = None;
    while stream.read_line(&mut line).await.is_ok_and(|bytes| bytes > 0) {
        let answer = match (&mut mail, line.as_str()) {
            (Some(_), ".\r\n") => {
                mails.lock().unwrap().extend(mail.take());
                "250 taken\r\n"
            }
            (Some(mail), text) => {
                mail.push_str(text);
                ""
            }
            (None, text) if text.starts_with("DATA") => {
                mail = Some(String::new());
                "354 go on\r\n"
            }
            (None, text) if text.starts_with("EHLO") => offers,
            (None, text) if text.starts_with("QUIT") => "221 bye\r\n",
            (None, text) if text.starts_with("STARTTLS") && offers.contains("STARTTLS") => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                stream.flush().await.ok()?;
                return Some(stream.into_inner());
            }
            _ => "250 fine\r\n",
        };
        stream.write_all(answer.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        line.clear();
    }
    None
}
