//! Whether the service works, and how much it has done.

use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::atomic::{AtomicU64, Ordering};

/// Say whether facts are taken
///
/// And nothing else: anybody may ask.
#[utoipa::path(get, path = "/healthz", tag = "service", responses(
    (status = 200, description = "They are", body = String, content_type = "text/plain"),
    (status = 503, description = "The store failed", body = String, content_type = "text/plain")))]
pub(crate) async fn healthz(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.recorder.counts().has_failed.load(Ordering::Acquire) {
        true => (StatusCode::SERVICE_UNAVAILABLE, "failed\n"),
        false if app.is_low_on_disk() => (StatusCode::SERVICE_UNAVAILABLE, "the disk is almost full\n"),
        false => (StatusCode::OK, "ok\n"),
    }
}

/// Tell what was done since the start
///
/// In the format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "service",
    responses((status = 200, description = "Counters", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>) -> Result<String, Problem> {
    let deliveries = app.read(|reader| reader.read(|ledger| Ok::<_, Problem>(ledger.count_deliveries(None)?))).await?;
    let (counts, tally) = (app.recorder.counts(), &app.outgoing.tally);
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let (delivered, failed) = (count(&tally.delivered), count(&tally.failed));
    let waiting = u64::try_from(deliveries.waiting).unwrap_or(0);
    let parked = u64::try_from(deliveries.parked).unwrap_or(0);
    let lines = [
        ("bantam_facts_accepted_total", "counter", "Facts that were new.", count(&counts.accepted)),
        ("bantam_facts_duplicate_total", "counter", "Facts that were known.", count(&counts.duplicates)),
        ("bantam_facts_refused_total", "counter", "Facts that were refused.", count(&counts.refused)),
        ("bantam_transactions_total", "counter", "Transactions with facts.", count(&counts.groups)),
        ("bantam_deliveries_tried_total", "counter", "Tries to deliver a message.", delivered + failed),
        ("bantam_deliveries_succeeded_total", "counter", "Messages delivered.", delivered),
        ("bantam_deliveries_failed_total", "counter", "Tries that failed.", failed),
        ("bantam_deliveries_waiting", "gauge", "Deliveries that wait for their turn.", waiting),
        ("bantam_deliveries_parked", "gauge", "Deliveries that were given up.", parked),
    ];
    let line = |(name, kind, help, count): (&str, &str, &str, u64)| {
        format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {count}\n")
    };
    Ok(lines.into_iter().map(line).collect())
}
