//! Tells open pages that something changed, so that they ask for themselves again.

use crate::app::App;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bantam_store::Ledger;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// How often the store is asked, once for all pages that are open: another node may have written.
const EVERY: Duration = Duration::from_secs(1);
/// How long a connection may stay silent before a line keeps it open.
const SILENCE: Duration = Duration::from_secs(20);
/// A page asks again after this long in any case: its session may have ended.
const STREAM: Duration = Duration::from_secs(15 * 60);

/// Returns what changes with every fact, and never back.
pub(crate) fn version(ledger: &mut dyn Ledger) -> Result<i64, Problem> {
    Ok(ledger.last_fact()?)
}

/// Lets open pages wait for changes together.
#[derive(Clone)]
pub(crate) struct Changes {
    version: watch::Sender<i64>,
    is_watched: Arc<AtomicBool>,
}

impl Default for Changes {
    fn default() -> Changes {
        Changes { version: watch::Sender::new(0), is_watched: Arc::default() }
    }
}

impl Changes {
    fn subscribe(&self, app: &App) -> watch::Receiver<i64> {
        let receiver = self.version.subscribe();
        if !self.is_watched.swap(true, Ordering::AcqRel) {
            tokio::spawn(watch_store(app.clone(), self.clone()));
        }
        receiver
    }
}

/// Asks the store for changes until nobody waits for them any more.
async fn watch_store(app: App, changes: Changes) {
    loop {
        if let Ok(version) = app.read(|reader| reader.read(version)).await {
            changes.version.send_if_modified(|known| std::mem::replace(known, version) != version);
        }
        tokio::time::sleep(EVERY).await;
        if changes.version.receiver_count() == 0 {
            changes.is_watched.store(false, Ordering::Release);
            // Somebody may have come in between, and seen that it was still watched.
            if changes.version.receiver_count() == 0 || changes.is_watched.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

/// Sends a line whenever something changed, as server-sent events.
pub(crate) async fn stream(State(app): State<App>) -> Response {
    let receiver = app.changes().subscribe(&app);
    let until = tokio::time::Instant::now() + STREAM;
    let lines = futures_util::stream::unfold((receiver, true), move |(mut receiver, is_first)| async move {
        if tokio::time::Instant::now() >= until {
            return None;
        }
        if is_first {
            return Some((line("retry: 3000\n\n"), (receiver, false)));
        }
        let told = match tokio::time::timeout(SILENCE, receiver.changed()).await {
            Ok(Ok(())) => format!("event: changed\ndata: {}\n\n", *receiver.borrow_and_update()),
            Ok(Err(_)) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((line(&told), (receiver, false)))
    });
    let mut response = Body::from_stream(lines).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn line(text: &str) -> Result<String, Infallible> {
    Ok(text.to_owned())
}
