//! The connections there are, and what each is doing: so that idle ones end, and make room where there are too many.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How long a new connection waits for the place of an idle one.
const ADMIT_TIMEOUT: Duration = Duration::from_secs(1);

/// All connections.
pub(super) struct Connections {
    places: Arc<Semaphore>,
    max: usize,
    present: Arc<Mutex<Vec<Arc<Activity>>>>,
}

/// A connection that has a place, until it is dropped.
pub(super) struct Watched {
    pub(super) activity: Arc<Activity>,
    present: Arc<Mutex<Vec<Arc<Activity>>>>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Watched {
    fn drop(&mut self) {
        lock(&self.present).retain(|other| !Arc::ptr_eq(other, &self.activity));
    }
}

impl Connections {
    pub(super) fn new(max: usize) -> Connections {
        Connections { places: Arc::new(Semaphore::new(max)), max, present: Arc::default() }
    }

    /// Gives a new connection a place, if need be that of the one that has been idle longest; `None` where all are busy.
    pub(super) async fn admit(&self) -> Option<Watched> {
        let place = match self.places.clone().try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                self.longest_idle()?.ask_to_end();
                tokio::time::timeout(ADMIT_TIMEOUT, self.places.clone().acquire_owned()).await.ok()?.ok()?
            }
        };
        let activity = Arc::new(Activity::new());
        lock(&self.present).push(activity.clone());
        Some(Watched { activity, present: self.present.clone(), _place: place })
    }

    fn longest_idle(&self) -> Option<Arc<Activity>> {
        let present = lock(&self.present);
        let idle = present.iter().filter(|activity| !activity.is_asked.load(Ordering::Relaxed));
        let idle = idle.filter_map(|activity| Some((activity.idle_since()?, activity)));
        idle.min_by_key(|(since, _)| *since).map(|(_, activity)| activity.clone())
    }

    /// Returns when there are no connections any more.
    pub(super) async fn all_gone(&self) {
        let _ = self.places.acquire_many(u32::try_from(self.max).unwrap_or(u32::MAX)).await;
    }
}

/// What a connection is doing.
pub(super) struct Activity {
    state: Mutex<State>,
    is_asked: AtomicBool,
    asked: Notify,
}

struct State {
    in_progress: usize,
    has_begun: bool,
    /// When the last request was done, or the connection came.
    since: Instant,
}

/// A request in progress, until it is dropped.
pub(super) struct Begun(Arc<Activity>);

impl Drop for Begun {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.in_progress = state.in_progress.saturating_sub(1);
        state.since = Instant::now();
    }
}

impl Activity {
    fn new() -> Activity {
        let state = State { in_progress: 0, has_begun: false, since: Instant::now() };
        Activity { state: Mutex::new(state), is_asked: AtomicBool::new(false), asked: Notify::new() }
    }

    /// Notes that a request has come.
    pub(super) fn begin(self: &Arc<Self>) -> Begun {
        let mut state = lock(&self.state);
        state.in_progress += 1;
        state.has_begun = true;
        Begun(self.clone())
    }

    fn ask_to_end(&self) {
        self.is_asked.store(true, Ordering::Relaxed);
        self.asked.notify_one();
    }

    /// Returns since when nothing is in progress; `None` where something is.
    fn idle_since(&self) -> Option<Instant> {
        let state = lock(&self.state);
        (state.in_progress == 0).then_some(state.since)
    }

    /// Returns when it has been idle for too long, or was asked to end. Until its first request it may be so for
    /// `at_first` only: otherwise a connection that says nothing would count as one that has said all.
    pub(super) async fn too_quiet(&self, at_first: Duration, idle: Duration) {
        loop {
            let limit = if lock(&self.state).has_begun { idle } else { at_first };
            let until = self.idle_since().unwrap_or_else(Instant::now) + limit;
            tokio::select! {
                () = self.asked.notified() => return,
                () = tokio::time::sleep_until(until) => {}
            }
            let limit = if lock(&self.state).has_begun { idle } else { at_first };
            if self.idle_since().is_some_and(|since| since.elapsed() >= limit) {
                return;
            }
        }
    }

    /// Returns when nothing is in progress, nor was for a while.
    pub(super) async fn quiet_for(&self, while_: Duration) {
        let mut quiet_from = Instant::now();
        loop {
            match self.idle_since() {
                Some(since) if since.max(quiet_from).elapsed() >= while_ => return,
                Some(_) => {}
                None => quiet_from = Instant::now(),
            }
            tokio::time::sleep(while_ / 4).await;
        }
    }
}

/// Nothing is done under these locks that could fail halfway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
