//! Keeps what was computed from all facts, as long as it holds, and computes it in the background, once for all who ask.

use super::progress::Progress;
use crate::app::App;
use crate::problem::Problem;
use bantam_store::Seq;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};

/// How old something may become although nothing happened, in microseconds: hand-offs become overdue meanwhile.
const AGE_MAX: i64 = 10 * 60 * 1_000_000;
/// What took longer is kept for as long as it took although there are other facts: the machine has more to do than this.
const COSTLY: Duration = Duration::from_secs(1);
/// How long a page waits for what is computed, before it says how far that is.
const PATIENCE: Duration = Duration::from_millis(100);
/// For how long a failure is told to those who look; later it is tried again.
const FAILED_FOR: Duration = Duration::from_secs(5);
/// How many reports, comparisons and trials are kept: some hundred kilobytes each, where there are many attributes.
const DOCUMENTS_MAX: usize = 32;

/// What was computed from all facts.
pub(crate) struct Insight {
    pub(super) history: Shelf<super::history::Told>,
    pub(super) reports: Shelf<super::report::Written>,
    pub(super) bench: Shelf<super::impact::Bench>,
    pub(super) trials: Shelf<super::impact::Tried>,
    pub(super) comparisons: Shelf<bantam_insight::document::Document>,
    /// To read all facts takes memory and cores, so that is done one after the other.
    turn: Semaphore,
}

impl Default for Insight {
    fn default() -> Self {
        Insight {
            history: Shelf::new(1),
            reports: Shelf::new(DOCUMENTS_MAX),
            bench: Shelf::new(1),
            trials: Shelf::new(DOCUMENTS_MAX),
            comparisons: Shelf::new(DOCUMENTS_MAX),
            turn: Semaphore::new(1),
        }
    }
}

impl Insight {
    /// Lets go of all that was computed: somebody who was erased may be named in it.
    pub(crate) fn forget(&self) {
        self.history.forget();
        self.reports.forget();
        self.bench.forget();
        self.trials.forget();
        self.comparisons.forget();
    }
}

/// By what it is known whether something still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Basis {
    /// What it is of: a definition, and what is asked of it.
    pub(super) of: String,
    /// The last fact.
    pub(super) seq: Seq,
}

/// Returns until when a page waits that is asked for now, whatever it is made from.
pub(super) fn patience() -> Instant {
    Instant::now() + PATIENCE
}

/// What somebody who does not wait finds.
pub(crate) enum Looked<T> {
    /// What was asked for; with how far newer facts are, where there are such.
    Found(Arc<T>, Option<Arc<Progress>>),
    /// It is being computed.
    Working(Arc<Progress>),
}

impl<T> Looked<T> {
    /// Returns the same, with what comes after it where it was found.
    pub(super) fn newer(self, before: Option<Arc<Progress>>) -> Looked<T> {
        match self {
            Looked::Found(value, newer) => Looked::Found(value, newer.or(before)),
            working => working,
        }
    }
}

/// What computes something: as of a moment, saying how far it is.
pub(super) type Compute<T> = Box<dyn FnOnce(i64, &Arc<Progress>) -> Result<T, Problem> + Send>;

/// Things of one kind that are kept.
pub(super) struct Shelf<T> {
    places: Arc<Mutex<Vec<Place<T>>>>,
    /// How many are kept; those that nobody asked for longest go first.
    max: usize,
}

struct Place<T> {
    of: String,
    kept: Option<Kept<T>>,
    work: Option<Work<T>>,
    failed: Option<(Instant, Problem)>,
}

struct Kept<T> {
    seq: Seq,
    as_of: i64,
    done: Instant,
    took: Duration,
    value: Arc<T>,
}

struct Work<T> {
    progress: Arc<Progress>,
    done: watch::Receiver<Option<Result<Arc<T>, Problem>>>,
}

impl<T> Clone for Work<T> {
    fn clone(&self) -> Self {
        Work { progress: self.progress.clone(), done: self.done.clone() }
    }
}

impl<T> Work<T> {
    async fn wait(mut self) -> Result<Arc<T>, Problem> {
        let done = self.done.wait_for(Option::is_some).await;
        let result = done.ok().and_then(|result| result.clone());
        result.unwrap_or_else(|| Err(Problem::fault("nothing is computed any more")))
    }
}

impl<T> Kept<T> {
    fn holds(&self, seq: Seq, now: i64) -> bool {
        let is_same = self.seq == seq && (0..=AGE_MAX).contains(&now.saturating_sub(self.as_of));
        let is_costly = self.took > COSTLY && self.done.elapsed() < self.took;
        is_same || is_costly
    }
}

impl<T: Send + Sync + 'static> Shelf<T> {
    fn new(max: usize) -> Shelf<T> {
        Shelf { places: Arc::default(), max }
    }

    /// Returns what is kept where it holds, else computes it anew.
    pub(super) async fn get(
        &self,
        app: &App,
        basis: &Basis,
        compute: impl Fn() -> Compute<T>,
    ) -> Result<Arc<T>, Problem> {
        // Others may have begun with fewer facts. What is begun after that has them all.
        for _ in 0..2 {
            if let Some(value) = self.find(basis, app.now()) {
                return Ok(value);
            }
            let value = self.work(app, basis, &compute).wait().await?;
            if self.find(basis, app.now()).is_none() {
                continue;
            }
            return Ok(value);
        }
        self.work(app, basis, &compute).wait().await
    }

    /// Returns what is kept although it may be older, or how far it is: for those who shall not wait longer than `until`.
    pub(super) async fn look(
        &self,
        app: &App,
        basis: &Basis,
        until: Instant,
        compute: impl Fn() -> Compute<T>,
    ) -> Result<Looked<T>, Problem> {
        if let Some(value) = self.find(basis, app.now()) {
            return Ok(Looked::Found(value, None));
        }
        if let Some(problem) = self.failure(basis) {
            return Err(problem);
        }
        let work = self.work(app, basis, &compute);
        let progress = work.progress.clone();
        match tokio::time::timeout_at(until.into(), work.wait()).await {
            Ok(value) => Ok(Looked::Found(value?, None)),
            Err(_) => Ok(match self.kept(basis) {
                Some(older) => Looked::Found(older, Some(progress)),
                None => Looked::Working(progress),
            }),
        }
    }

    /// What is being computed goes to those who wait for it, and is not kept.
    fn forget(&self) {
        self.places().clear();
    }

    fn places(&self) -> MutexGuard<'_, Vec<Place<T>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, basis: &Basis, now: i64) -> Option<Arc<T>> {
        let places = self.places();
        let kept = places.iter().find(|place| place.of == basis.of)?.kept.as_ref()?;
        kept.holds(basis.seq, now).then(|| kept.value.clone())
    }

    fn kept(&self, basis: &Basis) -> Option<Arc<T>> {
        let places = self.places();
        let place = places.iter().find(|place| place.of == basis.of)?;
        place.kept.as_ref().map(|kept| kept.value.clone())
    }

    fn failure(&self, basis: &Basis) -> Option<Problem> {
        let places = self.places();
        let failed = places.iter().find(|place| place.of == basis.of)?.failed.as_ref()?;
        (failed.0.elapsed() < FAILED_FOR).then(|| failed.1.clone())
    }

    /// Returns the work that is going on, which is begun where there is none.
    fn work(&self, app: &App, basis: &Basis, compute: &impl Fn() -> Compute<T>) -> Work<T> {
        let mut places = self.places();
        let place = places.iter().position(|place| place.of == basis.of);
        let mut place = match place {
            Some(at) => places.remove(at),
            None => Place { of: basis.of.clone(), kept: None, work: None, failed: None },
        };
        let work = place.work.get_or_insert_with(|| self.begin(app, basis, compute())).clone();
        // Those that were asked for last stand last.
        while places.len() >= self.max {
            let Some(idle) = places.iter().position(|place| place.work.is_none()) else { break };
            places.remove(idle);
        }
        places.push(place);
        work
    }

    fn begin(&self, app: &App, basis: &Basis, compute: Compute<T>) -> Work<T> {
        let (sender, done) = watch::channel(None);
        let progress = Arc::new(Progress::default());
        let (app, basis, places) = (app.clone(), basis.clone(), self.places.clone());
        let (told, own) = (progress.clone(), progress.clone());
        tokio::spawn(async move {
            let now = app.now();
            let begun = Instant::now();
            let value = blocking(move || compute(now, &told)).await.map(Arc::new);
            let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
            // Where all was let go of meanwhile, somebody else may compute the same by now.
            let is_own =
                |place: &&mut Place<T>| place.work.as_ref().is_some_and(|work| Arc::ptr_eq(&work.progress, &own));
            if let Some(place) = places.iter_mut().find(is_own) {
                place.work = None;
                place.failed = value.as_ref().err().map(|problem| (Instant::now(), problem.clone()));
                if let Ok(value) = &value {
                    let (done, took, value) = (Instant::now(), begun.elapsed(), value.clone());
                    place.kept = Some(Kept { seq: basis.seq, as_of: now, done, took, value });
                }
            }
            drop(places);
            // Whoever asked may have gone.
            let _ = sender.send(Some(value));
        });
        Work { progress, done }
    }
}

/// Waits, on a thread that may, until nothing else reads all facts; nobody else does before the permit is dropped.
pub(super) fn turn<'a>(
    app: &'a App,
    handle: &tokio::runtime::Handle,
) -> Result<tokio::sync::SemaphorePermit<'a>, Problem> {
    let permit = handle.block_on(app.insight.turn.acquire());
    permit.map_err(|_| Problem::fault("nothing is computed any more"))
}

/// Computes something on a thread where that holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::fault("a computation panicked"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sto_12_what_took_long_is_kept_although_facts_came_and_not_when_somebody_was_erased() {
        let insight = Insight::default();
        let kept = Kept {
            seq: 1,
            as_of: 0,
            done: Instant::now(),
            took: Duration::from_secs(3_600),
            value: Arc::new(bantam_insight::document::Document::default()),
        };
        let place = Place { of: "all".to_owned(), kept: Some(kept), work: None, failed: None };
        insight.comparisons.places().push(place);
        let basis = Basis { of: "all".to_owned(), seq: 2 };
        assert!(insight.comparisons.find(&basis, AGE_MAX * 2).is_some());
        insight.forget();
        assert!(insight.comparisons.find(&basis, AGE_MAX * 2).is_none());
    }
}
