//! Whether the service works, and how much it has done.

use crate::app::App;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::atomic::Ordering;

/// Say whether facts are taken
///
/// And nothing else: anybody may ask.
#[utoipa::path(get, path = "/healthz", tag = "service", responses(
    (status = 200, description = "They are", body = String, content_type = "text/plain"),
    (status = 503, description = "The store failed", body = String, content_type = "text/plain")))]
pub(crate) async fn healthz(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.recorder.counts().has_failed.load(Ordering::Acquire) {
        false => (StatusCode::OK, "ok\n"),
        true => (StatusCode::SERVICE_UNAVAILABLE, "failed\n"),
    }
}

/// Tell what was done since the start
///
/// In the format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "service",
    responses((status = 200, description = "Counters", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>) -> String {
    let counts = app.recorder.counts();
    let lines = [
        ("bantam_facts_accepted_total", "Facts that were new.", &counts.accepted),
        ("bantam_facts_duplicate_total", "Facts that were known.", &counts.duplicates),
        ("bantam_facts_refused_total", "Facts that were refused.", &counts.refused),
        ("bantam_transactions_total", "Transactions with facts.", &counts.groups),
    ];
    let line = |(name, help, count): (&str, &str, &std::sync::atomic::AtomicU64)| {
        format!("# HELP {name} {help}\n# TYPE {name} counter\n{name} {}\n", count.load(Ordering::Relaxed))
    };
    lines.into_iter().map(line).collect()
}
