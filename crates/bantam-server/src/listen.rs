//! Answers connections: with limits on how many there are and how long they may take, and an end in good order.

mod connections;
mod stream;

use crate::peer::Peer;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use connections::{Connections, Watched};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use stream::TimedWrites;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// How long things may take, and how many connections there may be.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// For the headers of a request to arrive, of the first one from the moment of connecting.
    headers: Duration,
    /// For a connection without a request in progress to stay, and for an answer to wait until somebody reads on.
    idle: Duration,
    /// The most connections at once.
    connections: usize,
}

const LIMITS: Limits = Limits {
    headers: Duration::from_secs(10),
    idle: Duration::from_secs(60),
    // Each takes some tens of kilobytes and a file of the system.
    connections: 4_096,
};

/// How long requests in progress may take after the service was told to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a connection that was asked to end may take for it when nothing is in progress.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The most headers, and the most bytes they may take.
const HEADERS_MAX: usize = 64;
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// The most requests at once on one connection of HTTP/2; browsers have six on HTTP/1.
const STREAMS_MAX: u32 = 64;
/// How many streams the other side may start and cancel before they were looked at, and how many we may have to cancel.
const RESET_STREAMS_MAX: usize = 32;
/// What waits to be sent on one connection of HTTP/2, in bytes.
const SEND_BUFFER_BYTES_MAX: usize = 256 * 1024;

/// Answers connections until `stop` is done, then finishes what is in progress.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    serve_within(listener, router, stop, LIMITS).await;
}

async fn serve_within(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, limits: Limits) {
    let builder = Arc::new(builder(limits));
    let connections = Connections::new(limits.connections);
    let (stopping, _) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        // What fails here is one connection, or too many open files: others come.
        let Ok((stream, address)) = accepted else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Where no connection is idle enough to end for this one, this one ends.
        let Some(watched) = connections.admit().await else { continue };
        let connection = Connection { stream, address, watched, router: router.clone() };
        tokio::spawn(connection.answer(builder.clone(), limits, stopping.subscribe()));
    }
    drop(listener);
    let _ = stopping.send(true);
    let _ = tokio::time::timeout(STOP_TIMEOUT, connections.all_gone()).await;
}

fn builder(limits: Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Without a timer the timeouts would be ignored.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        // Whoever sends a whole request and closes the sending half, or goes away, has sent it all the same.
        .half_close(true)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.idle / 2)
        .keep_alive_timeout(limits.headers)
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESET_STREAMS_MAX)
        .max_local_error_reset_streams(RESET_STREAMS_MAX)
        .max_header_list_size(u32::try_from(HEADER_BYTES_MAX).unwrap_or(u32::MAX))
        .max_send_buf_size(SEND_BUFFER_BYTES_MAX);
    builder
}

struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    watched: Watched,
    router: Router,
}

impl Connection {
    /// Answers its requests, until it ends by itself or must end.
    async fn answer(self, builder: Arc<Builder<TokioExecutor>>, limits: Limits, mut stopping: watch::Receiver<bool>) {
        let Connection { stream, address, watched, router } = self;
        let activity = watched.activity.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let begun = activity.begin();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(address));
            let answer = router.clone().oneshot(request);
            async move {
                let response = answer.await?;
                // A request is in progress until its answer has been sent.
                let counted = move |body: Body| {
                    body.map_frame(move |frame| {
                        let _ = &begun;
                        frame
                    })
                };
                Ok::<_, Infallible>(response.map(counted))
            }
        });
        let stream = TimedWrites::new(TokioIo::new(stream), limits.idle);
        let mut connection = pin!(builder.serve_connection(stream, service));
        let must_end = async {
            tokio::select! {
                () = watched.activity.too_quiet(limits.headers, limits.idle) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        };
        tokio::select! {
            // How a connection ended is the other side's business.
            _ = connection.as_mut() => return,
            () = must_end => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            _ = connection => {}
            () = watched.activity.quiet_for(CLOSE_TIMEOUT) => {}
        }
    }
}

#[cfg(test)]
mod tests;
