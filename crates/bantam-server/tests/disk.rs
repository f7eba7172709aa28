//! A disk with little room: no more facts are taken, and everything else goes on.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use bantam_server::webhooks::{Authorities, Outgoing};
use bantam_server::{App, Clock, Keys, Recorder, Reserve, ReserveSize, Scope, Settings, Space};
use bantam_store::sqlite::SqliteStore;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tower::ServiceExt;

#[tokio::test]
async fn sto_05_below_the_reserve_facts_are_refused_and_the_rest_works_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.db");
    let seconds = AtomicI64::new(1_000);
    let clock: Clock = Arc::new(move || seconds.fetch_add(2, Ordering::Relaxed) * 1_000_000);
    let (recorder, _thread) = Recorder::start(SqliteStore::open(&path, "a test").unwrap(), clock.clone()).unwrap();
    let mut keys = Keys::default();
    keys.add("w", Scope::Write, "web");
    keys.add("m", Scope::Manage, "manager");
    let free = Arc::new(AtomicU64::new(u64::MAX >> 1));
    let told = free.clone();
    let ask = Arc::new(move || Some(Space { free: told.load(Ordering::Relaxed), total: 100 << 30 }));
    let outgoing = Outgoing::new(&[], None, &Authorities::default()).unwrap();
    let intake = bantam_server::IntakeSettings::default();
    let settings = Settings { store: path.into(), keys, origins: Vec::new(), outgoing, intake };
    let app = App::new(settings, recorder, clock).with_reserve(Reserve::asking(ReserveSize::Usual, ask));
    let router = app.router();
    let ask = async |method: Method, path: &str, key: &str, body: &str| {
        let request = Request::builder().method(method).uri(path).header("authorization", key);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        (response.status(), response.headers().contains_key("retry-after"))
    };
    let track = r#"{"userId": "ann", "event": "demo_requested"}"#;
    let taken = (StatusCode::OK, false);
    assert_eq!(ask(Method::POST, "/v1/track", "Basic dzo=", track).await, taken);
    free.store(4 << 30, Ordering::Relaxed);
    assert_eq!(ask(Method::POST, "/v1/track", "Basic dzo=", track).await, (StatusCode::SERVICE_UNAVAILABLE, true));
    assert_eq!(ask(Method::GET, "/healthz", "", "").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(Method::GET, "/api/leads/ann", "Bearer m", "").await.0, StatusCode::OK);
    assert_eq!(ask(Method::DELETE, "/api/leads/ann?by=me", "Bearer m", "").await.0, StatusCode::NO_CONTENT);
    let erased = std::fs::read_to_string(folder.path().join("leads.db.erased")).unwrap();
    assert_eq!(erased.lines().count(), 1, "{erased}");
    free.store(6 << 30, Ordering::Relaxed);
    assert_eq!(ask(Method::POST, "/v1/track", "Basic dzo=", &track.replace("ann", "ben")).await, taken);
    assert_eq!(ask(Method::GET, "/healthz", "", "").await, taken);
}
