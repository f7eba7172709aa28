//! What all requests share, and which path is answered by what.

use crate::api::routes::{Policy, Routes};
use crate::api::{
    calls, definitions, deliveries, document, export, hand_offs, health, keys as api_keys, leads, quarantine, reports,
    retraction, spend, stated, teams, webhooks as endpoints, what_if,
};
use crate::insight::Insight;
use crate::keys::{Caller, Found, Keys, StoredKeys, is_well_formed};
use crate::limits::{FORMS_PER_MINUTE, REQUESTS_PER_SECOND, RateLimit};
use crate::peer::Network;
use crate::people::PeopleState;
use crate::problem::{Problem, method_not_allowed};
use crate::recorder::{Clock, Recorder};
use crate::reserve::{Reserve, Space};
use crate::sso::SingleSignOn;
use crate::web::access::PageRule;
use crate::web::changes::Changes;
use crate::web::data::import::Uploads;
use crate::web::leads::Counts;
use crate::web::standing::AtHand;
use crate::webhooks::{self, Outgoing};
use crate::{edge, erased, form, import, loaders, tracking, web};
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use bantam_store::{Location, Reader};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa_axum::routes;

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
    keys: Arc<Keys>,
    stored_keys: Arc<StoredKeys>,
    people: Arc<PeopleState>,
    pub(crate) outgoing: Arc<Outgoing>,
    clock: Clock,
    origins: Arc<Vec<String>>,
    in_flight: Arc<Semaphore>,
    reserve: Reserve,
    unpacking: Arc<Semaphore>,
    intake: Arc<IntakeSettings>,
    pub(crate) rate: Arc<RateLimit>,
    /// Counts the forms from each address.
    pub(crate) forms: Arc<RateLimit>,
    store: Arc<Location>,
    readers: Arc<Mutex<Vec<Reader>>>,
    reading: Arc<Semaphore>,
    document: Arc<str>,
    changes: Changes,
    standing: Arc<AtHand>,
    pub(crate) insight: Arc<Insight>,
    pub(crate) counts: Counts,
    pub(crate) uploads: Uploads,
    /// How people sign in through a provider, where they do.
    pub(crate) sso: Option<Arc<SingleSignOn>>,
}

impl App {
    /// Puts a service together.
    pub fn new(settings: Settings, recorder: Recorder, clock: Clock) -> App {
        let store = Arc::new(settings.store);
        let outgoing = settings.outgoing.linking_to(settings.intake.public_url.clone());
        App {
            recorder,
            keys: Arc::new(settings.keys),
            stored_keys: Arc::new(StoredKeys::new(store.clone())),
            people: Arc::new(PeopleState::new()),
            outgoing: Arc::new(outgoing),
            clock,
            origins: Arc::new(settings.origins),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT_BYTES_MAX / PERMIT_BYTES)),
            reserve: Reserve::default(),
            unpacking: Arc::new(Semaphore::new(UNPACKING_MAX)),
            rate: Arc::new(RateLimit::new(settings.intake.requests_per_second)),
            forms: Arc::new(RateLimit::per_minute(FORMS_PER_MINUTE)),
            intake: Arc::new(settings.intake),
            store,
            readers: Arc::default(),
            reading: Arc::new(Semaphore::new(READERS_MAX)),
            document: Arc::from(""),
            changes: Changes::default(),
            standing: Arc::default(),
            insight: Arc::default(),
            counts: Counts::default(),
            uploads: Uploads::default(),
            sso: None,
        }
    }

    /// Keeps some of the disk free.
    pub fn with_reserve(self, reserve: Reserve) -> App {
        App { reserve, ..self }
    }

    /// Returns the paths with what answers them. Each has a policy: there is no other way to add one.
    pub fn router(mut self) -> Router {
        let routes = Routes::new(self.clone(), document::blank())
            .allow(Policy::Write, routes!(calls::call))
            .allow(Policy::Write, routes!(calls::batch))
            .allow(Policy::Write, routes!(calls::short_batch))
            .allow(Policy::Import, routes!(import::import))
            .allow(Policy::Public, routes!(form::take))
            .allow(Policy::Public, routes!(loaders::segment))
            .allow(Policy::Public, routes!(loaders::rudderstack))
            .allow(Policy::Public, routes!(loaders::rudderstack_folder))
            .allow(Policy::Read, routes!(leads::list))
            .allow(Policy::Read, routes!(leads::show))
            .allow(Policy::Manage, routes!(leads::erase))
            .allow(Policy::Manage, routes!(export::export))
            .allow(Policy::Read, routes!(leads::history))
            .allow(Policy::Read, routes!(leads::score))
            .allow(Policy::Manage, routes!(hand_offs::open))
            .allow(Policy::Manage, routes!(retraction::retract))
            .allow(Policy::Read, routes!(hand_offs::list))
            .allow(Policy::Manage, routes!(hand_offs::answer))
            .allow(Policy::Read, routes!(teams::list))
            .allow(Policy::Read, routes!(teams::show))
            .allow(Policy::Manage, routes!(teams::set))
            .allow(Policy::Manage, routes!(stated::do_not_score))
            .allow(Policy::Manage, routes!(stated::merge))
            .allow(Policy::Read, routes!(definitions::list))
            .allow(Policy::Manage, routes!(definitions::draft))
            .allow(Policy::Read, routes!(definitions::show))
            .allow(Policy::Read, routes!(definitions::preview))
            .allow(Policy::Read, routes!(what_if::what_if))
            .allow(Policy::Manage, routes!(definitions::propose))
            .allow(Policy::Manage, routes!(definitions::sign))
            .allow(Policy::Manage, routes!(definitions::activate))
            .allow(Policy::Read, routes!(quarantine::list))
            .allow(Policy::Manage, routes!(quarantine::replay_all))
            .allow(Policy::Read, routes!(quarantine::show))
            .allow(Policy::Manage, routes!(quarantine::remove))
            .allow(Policy::Manage, routes!(quarantine::replay))
            .allow(Policy::Read, routes!(reports::report))
            .allow(Policy::Read, routes!(reports::impact))
            .allow(Policy::Read, routes!(spend::list))
            .allow(Policy::Manage, routes!(spend::enter))
            .allow(Policy::Manage, routes!(api_keys::list, api_keys::create))
            .allow(Policy::Manage, routes!(api_keys::revoke))
            .allow(Policy::Manage, routes!(endpoints::list, endpoints::create))
            .allow(Policy::Manage, routes!(endpoints::show, endpoints::change, endpoints::remove))
            .allow(Policy::Manage, routes!(endpoints::enable))
            .allow(Policy::Manage, routes!(endpoints::disable))
            .allow(Policy::Manage, routes!(endpoints::rotate))
            .allow(Policy::Manage, routes!(deliveries::test))
            .allow(Policy::Manage, routes!(deliveries::list))
            .allow(Policy::Manage, routes!(deliveries::resend))
            .allow(Policy::Manage, routes!(deliveries::resend_parked))
            .allow(Policy::Public, routes!(health::healthz))
            .allow(Policy::Read, routes!(health::metrics))
            .allow(Policy::Public, routes!(document::show));
        let routes = web::pages::add(routes);
        let (router, document) = routes.split();
        self.document = document.to_pretty_json().unwrap_or_default().into();
        router
            .fallback(|| async { Problem::not_found("there is no such path") })
            .method_not_allowed_fallback(method_not_allowed)
            .layer(from_fn_with_state(self.clone(), tracking::for_browsers))
            .layer(from_fn_with_state(self.clone(), web::headers::protect))
            .layer(from_fn(edge::pass))
            .with_state(self)
    }

    /// Returns all pages, each with who may see it.
    pub async fn pages(&self) -> Vec<PageRule> {
        web::pages::add(Routes::new(self.clone(), document::blank())).into_pages().await
    }

    /// Returns what open pages wait for.
    pub(crate) fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Returns how it stood with the definition when somebody looked last.
    pub(crate) fn standing_at_hand(&self) -> &AtHand {
        &self.standing
    }

    /// Returns the document of all paths.
    pub(crate) fn document(&self) -> &str {
        &self.document
    }

    /// Returns who has a key; `None` where nobody has it, or not any more.
    pub(crate) async fn caller(&self, key: &str) -> Result<Option<Caller>, Problem> {
        if let Some(told) = self.caller_at_hand(key) {
            return Ok(told);
        }
        let (app, key) = (self.clone(), key.to_owned());
        let found = tokio::task::spawn_blocking(move || app.find_caller(&key));
        found.await.map_err(|_| Problem::fault("a look for a key panicked"))?
    }

    /// Returns the same, on a thread where waiting for the disk holds nobody up.
    pub(crate) fn find_caller(&self, key: &str) -> Result<Option<Caller>, Problem> {
        if let Some(told) = self.caller_at_hand(key) {
            return Ok(told);
        }
        let now = self.now();
        self.stored_keys.refresh(now).map_err(|error| match error.is_passing() {
            true => Problem::busy(),
            false => Problem::fault(error),
        })?;
        Ok(self.stored_caller(key, now))
    }

    /// Returns what can be told of a key without looking into the store, if anything.
    fn caller_at_hand(&self, key: &str) -> Option<Option<Caller>> {
        if let Some((scope, source)) = self.keys.find(key) {
            return Some(Some(Caller::with_key(scope, source.to_owned())));
        }
        if !is_well_formed(key) {
            return Some(None);
        }
        let now = self.now();
        self.stored_keys.is_fresh(now).then(|| self.stored_caller(key, now))
    }

    fn stored_caller(&self, key: &str, now: i64) -> Option<Caller> {
        let Found { caller, to_mark } = self.stored_keys.find(key, now)?;
        if let Some(id) = to_mark {
            self.recorder.work_later(move |ledger, now| ledger.mark_api_key_used(id, now));
        }
        Some(caller)
    }

    /// Says that keys were made or revoked here.
    pub(crate) fn forget_keys(&self) {
        self.stored_keys.forget();
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

    /// Returns what is left of the disk that holds the store, and how much of it is kept free, in bytes; `None` where the
    /// store is on no disk of ours.
    pub(crate) fn space(&self) -> Option<(Space, u64)> {
        self.reserve.space()
    }

    /// Returns where the store is.
    pub(crate) fn store(&self) -> &Location {
        &self.store
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

    /// Returns whether a page at an origin is one of those that may send facts; where all may, one of the same site as the
    /// page that asks.
    pub(crate) fn is_own_origin(&self, origin: &str, asking: Option<&str>) -> bool {
        if self.origins.is_empty() { asking == Some(origin) } else { self.origins.iter().any(|known| known == origin) }
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

    /// Returns what all that is about people shares.
    pub(crate) fn people_state(&self) -> &PeopleState {
        &self.people
    }

    /// Returns the proxies whose word counts.
    pub(crate) fn proxies(&self) -> &[Network] {
        &self.intake.proxies
    }

    /// Reads the store, on a thread where waiting for the disk holds nobody up.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reader) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        // Requests wait for one of few connections: a database gives out only so many.
        let fault = |_| Problem::fault("the readers are gone");
        let permit = self.reading.clone().acquire_owned().await.map_err(fault)?;
        let (store, readers) = (self.store.clone(), self.readers.clone());
        let done = tokio::task::spawn_blocking(move || {
            let kept = readers.lock().ok().and_then(|mut readers| readers.pop());
            let mut reader = match kept {
                Some(reader) => reader,
                None => Reader::open(&store)?,
            };
            let result = work(&mut reader);
            if let Ok(mut readers) = readers.lock() {
                readers.push(reader);
            }
            drop(permit);
            result
        });
        done.await.map_err(|_| Problem::fault("a reader panicked"))?
    }
}
