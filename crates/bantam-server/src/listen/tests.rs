//! Connections as raw bytes.

use super::*;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const QUICK: Limits =
    Limits { headers: Duration::from_millis(300), idle: Duration::from_millis(900), connections: 4_096 };
const PATIENCE: Duration = Duration::from_secs(10);

async fn start(limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let large = || async { vec![b'x'; 64 << 20] };
    let router = Router::new().route("/large", axum::routing::get(large)).fallback(|| async { "here" });
    tokio::spawn(serve_within(listener, router, std::future::pending(), limits));
    address
}

async fn connect(address: SocketAddr, first: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(first).await.unwrap();
    stream
}

/// Returns what comes until the other side closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "still open after ten seconds");
    String::from_utf8_lossy(&answer).into_owned()
}

async fn one_answer(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 4096];
    let count = tokio::time::timeout(PATIENCE, stream.read(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

/// What a connection of HTTP/2 starts with: its preface, and a frame of settings that has none.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

#[tokio::test]
async fn ing_06_slow_headers_end_the_connection() {
    let address = start(QUICK).await;
    // Half a request, nothing at all, the beginning of what could be HTTP/2, and a connection of HTTP/2 without a request.
    for first in [&b"POST /v1/track HTTP/1.1\r\nHost: x\r\n"[..], b"", b"PRI * HTTP/2.0\r\n", HTTP2] {
        let begun = Instant::now();
        let answer = rest(connect(address, first).await).await;
        assert!(!answer.contains("here") && begun.elapsed() < PATIENCE, "{first:?}");
    }
}

#[tokio::test]
async fn ing_06_idle_connections_end() {
    let address = start(QUICK).await;
    let mut stream = connect(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(one_answer(&mut stream).await.contains("here"));
    rest(stream).await;
}

#[tokio::test]
async fn ing_06_an_answer_that_nobody_reads_ends_the_connection() {
    let address = start(QUICK).await;
    let stream = connect(address, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let answer = rest_or_reset(stream).await;
    assert!(answer < 64 << 20, "all {answer} bytes came, after three seconds in which nobody read");
}

async fn rest_or_reset(mut stream: TcpStream) -> usize {
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
    answer.len()
}

#[tokio::test]
async fn ing_07_where_there_are_too_many_connections_the_longest_idle_ends() {
    let limits = Limits { headers: PATIENCE, idle: PATIENCE * 6, connections: 3 };
    let address = start(limits).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(one_answer(&mut stream).await.contains("here"));
        tokio::time::sleep(Duration::from_millis(20)).await;
        streams.push(stream);
    }
    // As a probe of health does it.
    let mut fourth = connect(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(one_answer(&mut fourth).await.contains("here"));
    let mut streams = streams.into_iter();
    assert_eq!(rest(streams.next().unwrap()).await, "");
    for mut other in streams {
        other.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(one_answer(&mut other).await.contains("here"));
    }
}

#[tokio::test]
async fn ing_07_http_2_is_spoken_within_limits() {
    let address = start(QUICK).await;
    let mut stream = connect(address, HTTP2).await;
    let mut settings = Vec::new();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "the first frame has settings");
    settings.resize(usize::from(frame[2]), 0);
    stream.read_exact(&mut settings).await.unwrap();
    let setting = |id: u8| {
        let found = settings.chunks(6).find(|setting| setting[..2] == [0, id]);
        found.map(|setting| u32::from_be_bytes(setting[2..].try_into().unwrap()))
    };
    assert_eq!(setting(3), Some(STREAMS_MAX));
    assert_eq!(setting(6), Some(32 * 1024));
    // A GET of `/` from the static table, a thousand times begun and cancelled: the connection ends before all are done.
    for stream_id in (1..2_000_u32).step_by(2) {
        let id = stream_id.to_be_bytes();
        let headers = [&[0, 0, 3, 1, 5][..], &id, &[0x82, 0x84, 0x86]].concat();
        let reset = [&[0, 0, 4, 3, 0][..], &id, &8_u32.to_be_bytes()].concat();
        if stream.write_all(&[headers, reset].concat()).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
    let is_goaway = |bytes: &[u8]| bytes[3] == 7 && bytes[0] == 0;
    assert!(answer.windows(9).any(is_goaway), "{answer:?}");
}

/// Returns what a whole text is answered with.
async fn probe(text: &str) -> String {
    rest(connect(start(LIMITS).await, text.as_bytes()).await).await
}

#[tokio::test]
async fn ing_17_contradictory_lengths_are_refused() {
    let probes = [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost : x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nX-Folded: a\r\n b\r\n\r\n",
    ];
    for text in probes {
        let answer = probe(text).await;
        assert!(answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.0 400"), "{text:?}: {answer:?}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{text:?}: what came after was taken for a request");
    }
}

#[tokio::test]
async fn ing_17_two_ways_to_tell_a_length_never_make_two_requests_of_one() {
    // The chunks count, as the standard has it, and the connection ends, so that what follows is no request of its own.
    for lengths in
        ["Content-Length: 6\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 6"]
    {
        let next = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
        let answer = probe(&format!("POST / HTTP/1.1\r\nHost: x\r\n{lengths}\r\n\r\n0\r\n\r\n{next}")).await;
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{lengths}: {answer:?}");
    }
}

#[tokio::test]
async fn ing_17_a_bare_line_feed_never_makes_two_requests_of_one() {
    // Lines that end without a carriage return are taken, as the standard allows; what matters is that nothing is hidden
    // behind them: in chunks they are refused.
    let text =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    let answer = probe(text).await;
    assert!(answer.matches("HTTP/1.").count() <= 1, "{answer:?}");
}
