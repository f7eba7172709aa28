//! What all requests share, and which path is answered by what.

use crate::keys::{Keys, Scope};
use crate::problem::Problem;
use crate::recorder::{Clock, Recorder};
use crate::webhooks::{self, Outgoing};
use crate::{api, tracking};
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::routing::{any, get, post, put};
use bantam_store::{Location, Reader, StoreError};
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What all bodies that are on their way take together, in bytes.
const IN_FLIGHT_BYTES_MAX: usize = 64 << 20;
/// The same in units of permits, of which there can be fewer than bytes.
const PERMIT_BYTES: usize = 256;
/// How many connections read a store at once.
const READERS_MAX: usize = 8;

/// How a service is set up.
pub struct Settings {
    /// Where the store is.
    pub store: Location,
    /// The keys there are.
    pub keys: Keys,
    /// Web pages from here may send facts; empty is all.
    pub origins: Vec<String>,
    /// How messages leave.
    pub outgoing: Outgoing,
}

/// What all requests share.
#[derive(Clone)]
pub struct App {
    pub(crate) recorder: Recorder,
    pub(crate) keys: Arc<Keys>,
    pub(crate) outgoing: Arc<Outgoing>,
    clock: Clock,
    origins: Arc<Vec<String>>,
    in_flight: Arc<Semaphore>,
    store: Arc<Location>,
    readers: Arc<Mutex<Vec<Reader>>>,
    reading: Arc<Semaphore>,
}

impl App {
    /// Puts a service together.
    pub fn new(settings: Settings, recorder: Recorder, clock: Clock) -> App {
        App {
            recorder,
            keys: Arc::new(settings.keys),
            outgoing: Arc::new(settings.outgoing),
            clock,
            origins: Arc::new(settings.origins),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT_BYTES_MAX / PERMIT_BYTES)),
            store: Arc::new(settings.store),
            readers: Arc::default(),
            reading: Arc::new(Semaphore::new(READERS_MAX)),
        }
    }

    /// Returns the paths with what answers them.
    pub fn router(self) -> Router {
        Router::new()
            .route("/v1/{name}", any(tracking::track))
            .route("/api/leads", get(api::leads::list))
            .route("/api/leads/{id}", get(api::leads::show).delete(api::leads::erase))
            .route("/api/leads/{id}/history", get(api::leads::history))
            .route("/api/leads/{id}/score", get(api::leads::score))
            .route("/api/leads/{id}/hand-off", post(api::hand_offs::open))
            .route("/api/events/{message_id}/retract", post(api::leads::retract))
            .route("/api/hand-offs", get(api::hand_offs::list))
            .route("/api/hand-offs/{id}/{answer}", post(api::hand_offs::answer))
            .route("/api/teams/{name}", put(api::hand_offs::set_team))
            .route("/api/definitions", get(api::definitions::list).post(api::definitions::draft))
            .route("/api/definitions/{fingerprint}", get(api::definitions::show))
            .route("/api/definitions/{fingerprint}/preview", get(api::definitions::preview))
            .route("/api/definitions/{fingerprint}/propose", post(api::definitions::propose))
            .route("/api/definitions/{fingerprint}/sign", post(api::definitions::sign))
            .route("/api/definitions/{fingerprint}/activate", post(api::definitions::activate))
            .route("/api/quarantine", get(api::leads::quarantine))
            .merge(webhook_routes())
            .route("/healthz", get(api::health::healthz))
            .route("/metrics", get(api::health::metrics))
            .fallback(|| async { Problem::not_found("there is no such path") })
            .with_state(self)
    }

    /// Delivers messages to others until it is dropped.
    pub async fn deliver_messages(self) {
        webhooks::worker::run(self).await;
    }

    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Makes room for bytes of a body; `None` where there is none.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let permits = u32::try_from(bytes.div_ceil(PERMIT_BYTES)).ok()?;
        self.in_flight.clone().try_acquire_many_owned(permits).ok()
    }

    /// Returns what a browser is told about a page's origin; `None` where the page may not send facts.
    pub(crate) fn allowed_origin(&self, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
        let origin = origin?;
        if self.origins.is_empty() {
            return Some(HeaderValue::from_static("*"));
        }
        let text = origin.to_str().ok()?;
        self.origins.iter().any(|known| known == text).then(|| origin.clone())
    }

    /// Lets only keys of a scope pass, given as a bearer token.
    pub(crate) fn allow(&self, headers: &HeaderMap, needed: Scope) -> Result<String, Problem> {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key =
            bearer.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let missing = || {
            let message = "a key is needed: `Authorization: Bearer KEY`";
            Problem::new(StatusCode::UNAUTHORIZED, "no_key", message)
        };
        let (scope, source) = key.and_then(|(_, key)| self.keys.find(key.trim())).ok_or_else(missing)?;
        match (scope, needed) {
            (Scope::Manage, Scope::Read | Scope::Manage) | (Scope::Read, Scope::Read) => Ok(source.to_owned()),
            _ => Err(Problem::new(StatusCode::FORBIDDEN, "wrong_key", "this key may not do that")),
        }
    }

    /// Reads the store, on a thread where waiting for the disk holds nobody up.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reader) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        // Requests wait for one of few connections: a database gives out only so many.
        let fault = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "a fault of ours");
        let permit = self.reading.clone().acquire_owned().await.map_err(fault)?;
        let (store, readers) = (self.store.clone(), self.readers.clone());
        let done = tokio::task::spawn_blocking(move || {
            let kept = readers.lock().ok().and_then(|mut readers| readers.pop());
            let mut reader = match kept {
                Some(reader) => reader,
                None => Reader::open(&store).map_err(|error| store_problem(&error))?,
            };
            let result = work(&mut reader);
            if let Ok(mut readers) = readers.lock() {
                readers.push(reader);
            }
            drop(permit);
            result
        });
        done.await.map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "a fault of ours"))?
    }
}

fn webhook_routes() -> Router<App> {
    use api::{deliveries, webhooks};
    Router::new()
        .route("/api/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/api/webhooks/{id}", get(webhooks::show).patch(webhooks::change).delete(webhooks::remove))
        .route("/api/webhooks/{id}/enable", post(webhooks::enable))
        .route("/api/webhooks/{id}/disable", post(webhooks::disable))
        .route("/api/webhooks/{id}/rotate", post(webhooks::rotate))
        .route("/api/webhooks/{id}/test", post(deliveries::test))
        .route("/api/webhooks/{id}/deliveries", get(deliveries::list))
        .route("/api/webhooks/{id}/deliveries/{delivery}/resend", post(deliveries::resend))
        .route("/api/webhooks/{id}/resend", post(deliveries::resend_parked))
}

/// A fault of ours: the request is told no more than that.
pub(crate) fn store_problem(_: &StoreError) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "the store could not be read")
}
