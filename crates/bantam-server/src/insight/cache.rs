//! Keeps what was computed from all facts, as long as it holds.

use crate::app::App;
use crate::problem::Problem;
use bantam_store::Seq;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How old something may become although nothing happened, in microseconds: hand-offs become overdue meanwhile.
const AGE_MAX: i64 = 10 * 60 * 1_000_000;
/// What took longer is kept for as long as it took although there are other facts: the machine has more to do than this.
const COSTLY: Duration = Duration::from_secs(1);

/// What was computed from all facts.
pub(crate) struct Insight {
    pub(super) history: Slot<super::history::Told>,
    pub(super) bench: Slot<super::impact::Bench>,
    /// All of it takes memory and cores, so it is computed one after the other.
    turn: Semaphore,
}

impl Default for Insight {
    fn default() -> Self {
        Insight { history: Slot::default(), bench: Slot::default(), turn: Semaphore::new(1) }
    }
}

/// By what it is known whether something still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Basis {
    /// The definition.
    pub(super) fingerprint: String,
    /// The last fact.
    pub(super) seq: Seq,
}

/// One thing that is kept.
pub(super) struct Slot<T>(Mutex<Option<Kept<T>>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot(Mutex::new(None))
    }
}

struct Kept<T> {
    basis: Basis,
    as_of: i64,
    done: Instant,
    took: Duration,
    value: Arc<T>,
}

impl<T: Send + Sync + 'static> Slot<T> {
    fn find(&self, basis: &Basis, now: i64) -> Option<Arc<T>> {
        let kept = self.0.lock().ok()?;
        let kept = kept.as_ref().filter(|kept| kept.basis.fingerprint == basis.fingerprint)?;
        let is_same = kept.basis.seq == basis.seq && (0..=AGE_MAX).contains(&now.saturating_sub(kept.as_of));
        let is_costly = kept.took > COSTLY && kept.done.elapsed() < kept.took;
        (is_same || is_costly).then(|| kept.value.clone())
    }

    /// Returns what is kept where it holds, else computes it anew.
    pub(super) async fn get(
        &self,
        app: &App,
        basis: Basis,
        compute: impl FnOnce(i64) -> Result<T, Problem> + Send + 'static,
    ) -> Result<Arc<T>, Problem> {
        if let Some(value) = self.find(&basis, app.now()) {
            return Ok(value);
        }
        let _turn = turn(app).await?;
        let now = app.now();
        if let Some(value) = self.find(&basis, now) {
            return Ok(value);
        }
        let begun = Instant::now();
        let value = Arc::new(blocking(move || compute(now)).await?);
        if let Ok(mut kept) = self.0.lock() {
            let (done, took) = (Instant::now(), begun.elapsed());
            *kept = Some(Kept { basis, as_of: now, done, took, value: value.clone() });
        }
        Ok(value)
    }
}

/// Waits until nothing else is computed from all facts.
pub(super) async fn turn(app: &App) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
    app.insight.turn.acquire().await.map_err(|_| Problem::fault("nothing is computed any more"))
}

/// Computes something on a thread where that holds nobody up.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::fault("a computation panicked"))?
}
