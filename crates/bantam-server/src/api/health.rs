//! Whether the service works, and how much it has done.

use crate::app::App;
use crate::keys::Scope;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use std::sync::atomic::Ordering;

/// Says whether facts are taken, and nothing else: anybody may ask.
pub(crate) async fn healthz(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.recorder.counts().has_failed.load(Ordering::Acquire) {
        true => (StatusCode::SERVICE_UNAVAILABLE, "failed\n"),
        false if app.is_low_on_disk() => (StatusCode::SERVICE_UNAVAILABLE, "the disk is almost full\n"),
        false => (StatusCode::OK, "ok\n"),
    }
}

/// Tells what was done since the start, for Prometheus.
pub(crate) async fn metrics(State(app): State<App>, headers: HeaderMap) -> Result<String, Problem> {
    app.allow(&headers, Scope::Read)?;
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
    Ok(lines.into_iter().map(line).collect())
}
