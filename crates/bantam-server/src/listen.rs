//! Answers connections: with limits on how long they may take, and an end in good order.

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How long a connection may take to send its headers, also the first line of the next request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests in progress may take after the service was told to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);
/// The most connections at once; further ones wait to be accepted.
const CONNECTIONS_MAX: usize = 4_096;
/// The most headers, and the most bytes they may take.
const HEADERS_MAX: usize = 64;
const HEADER_BYTES_MAX: usize = 32 * 1024;

/// Answers connections until `stop` is done, then finishes what is in progress.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    serve_with(listener, router, stop, HEADER_TIMEOUT).await;
}

async fn serve_with(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, header_timeout: Duration) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    // Without a timer the timeout would be ignored.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX);
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let Ok(permit) = connections.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        // What fails here is one connection, or too many open files: others come.
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // How a connection ended is the other side's business.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    async fn start(header_timeout: Duration) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(|| async { "here" });
        tokio::spawn(serve_with(listener, router, std::future::pending(), header_timeout));
        address
    }

    #[tokio::test]
    async fn ing_06_slow_headers_end_the_connection() {
        let address = start(Duration::from_millis(300)).await;
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"POST /v1/track HTTP/1.1\r\nHost: x\r\n").await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), slow.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "still open after five seconds");
        assert!(!String::from_utf8_lossy(&answer).contains("here"));
    }

    #[tokio::test]
    async fn ing_17_contradictory_lengths_are_refused() {
        let address = start(HEADER_TIMEOUT).await;
        let probes = [
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\nabcd",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost : x\r\n\r\n",
        ];
        for probe in probes {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(probe.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.unwrap().unwrap();
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(answer.starts_with("HTTP/1.1 400"), "{probe:?}: {answer:?}");
        }
    }
}
