//! What all requests share, and which path is answered by what.

use crate::keys::{Keys, Scope};
use crate::limits::{REQUESTS_PER_SECOND, RateLimit};
use crate::peer::Network;
use crate::problem::Problem;
use crate::recorder::{Clock, Recorder};
use crate::reserve::Reserve;
use crate::webhooks::{self, Outgoing};
use crate::{api, erased, import, loaders, tracking};
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{any, get, post, put};
use bantam_store::{Location, Reader, StoreError};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What all bodies that are on their way, and the facts of those that have come, take together, in bytes.
const IN_FLIGHT_BYTES_MAX: usize = 32 << 20;
/// The same in units of permits, of which there can be fewer than bytes.
const PERMIT_BYTES: usize = 256;
/// How many bodies are unpacked and read at once. Each may take some twenty megabytes meanwhile, if it is made for it.
const UNPACKING_MAX: usize = 2;
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
    /// What facts are taken with.
    pub intake: IntakeSettings,
}

/// How facts come in.
#[derive(Clone, Debug)]
pub struct IntakeSettings {
    /// How many requests a second each write key may make.
    pub requests_per_second: NonZeroU32,
    /// Scheme and host by which others reach the service, such as `https://leads.example.com`; what browsers are told to
    /// send to. Without it they are told the host they asked.
    pub public_url: Option<String>,
    /// Proxies whose word counts for whom they speak.
    pub proxies: Vec<Network>,
}

impl Default for IntakeSettings {
    fn default() -> IntakeSettings {
        IntakeSettings { requests_per_second: REQUESTS_PER_SECOND, public_url: None, proxies: Vec::new() }
    }
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
    reserve: Reserve,
    unpacking: Arc<Semaphore>,
    intake: Arc<IntakeSettings>,
    pub(crate) rate: Arc<RateLimit>,
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
            reserve: Reserve::default(),
            unpacking: Arc::new(Semaphore::new(UNPACKING_MAX)),
            rate: Arc::new(RateLimit::new(settings.intake.requests_per_second)),
            intake: Arc::new(settings.intake),
            store: Arc::new(settings.store),
            readers: Arc::default(),
            reading: Arc::new(Semaphore::new(READERS_MAX)),
        }
    }

    /// Keeps some of the disk free.
    pub fn with_reserve(self, reserve: Reserve) -> App {
        App { reserve, ..self }
    }

    /// Returns the paths with what answers them.
    pub fn router(self) -> Router {
        Router::new()
            .route("/v1/{name}", any(tracking::track))
            .route("/v1/import", any(import::import))
            .route("/v1/projects/{key}/settings", any(loaders::segment))
            .route("/sourceConfig", any(loaders::rudderstack))
            .route("/sourceConfig/", any(loaders::rudderstack))
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

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Returns whether so little of the disk is free that nothing more may be taken in.
    pub(crate) fn is_low_on_disk(&self) -> bool {
        self.reserve.is_low(self.now())
    }

    /// Takes down who was erased, beside the store: a restored backup is told by it.
    pub(crate) fn note_erased(&self, tombstones: &[String]) -> Result<(), Problem> {
        match self.store.as_ref() {
            Location::File(store) => erased::note(store, tombstones).map_err(|_| Problem::busy()),
            // Its backups are the database's, and restoring one is told of in docs/postgresql.md.
            Location::Postgres(_) => Ok(()),
        }
    }

    /// Makes room for bytes of a body; `None` where there is none.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let permits = u32::try_from(bytes.div_ceil(PERMIT_BYTES)).ok()?;
        self.in_flight.clone().try_acquire_many_owned(permits).ok()
    }

    /// Waits until one more body may be unpacked and read.
    pub(crate) async fn turn_to_read(&self) -> Option<OwnedSemaphorePermit> {
        self.unpacking.clone().acquire_owned().await.ok()
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

    /// Tells a browser whether the page it asks for may read the answer.
    pub(crate) fn tell_origin(&self, origin: Option<&HeaderValue>, response: &mut Response) {
        if let Some(allowed) = self.allowed_origin(origin) {
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            let headers = response.headers_mut();
            headers.append(header::VARY, HeaderValue::from_static("origin"));
            // Otherwise a page cannot see how long it should wait.
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
        }
    }

    /// Returns the scheme and host that were set as the service's own.
    pub(crate) fn public_address(&self) -> Option<(String, String)> {
        let (scheme, host) = self.intake.public_url.as_deref()?.trim_end_matches('/').split_once("://")?;
        Some((scheme.to_owned(), host.to_owned()))
    }

    /// Returns the proxies whose word counts.
    pub(crate) fn proxies(&self) -> &[Network] {
        &self.intake.proxies
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
