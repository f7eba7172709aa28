//! The one thread that writes: takes what many requests bring, in one transaction and with one wait for the disk, and
//! answers each of them after it.

mod ahead;
mod writing;

use ahead::Ahead;
use bantam_core::{CoreError, Desk, Given, Taken};
use bantam_store::{Ledger, Refused, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;
use writing::Writing;

/// How many requests may wait. With the largest bodies they hold 64 times 2 MiB.
const JOBS_MAX: usize = 64 * 16;

/// Tells the time, in microseconds since 1970-01-01T00:00Z.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Why the recorder took nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// Too much is waiting, or the store is busy or full: later it may work.
    Busy,
    /// The store failed, and nothing more is acknowledged.
    Failed,
}

/// Work with the desk and the store, inside a transaction of its own.
type Work = Box<dyn FnOnce(&mut Desk, &mut dyn Ledger, i64) -> Result<(), CoreError> + Send>;

enum Job {
    Facts { given: Vec<Given>, refused: Vec<Refused>, reply: oneshot::Sender<Result<Vec<Taken>, Unavailable>> },
    Work { work: Work, reply: oneshot::Sender<Result<(), Unavailable>> },
    Checkpoint { reply: oneshot::Sender<Result<(), Unavailable>> },
}

/// What the recorder has done, for `/metrics` and `/healthz`.
#[derive(Debug, Default)]
pub struct Counts {
    /// Facts that were new.
    pub accepted: AtomicU64,
    /// Facts that were known.
    pub duplicates: AtomicU64,
    /// Facts that were refused.
    pub refused: AtomicU64,
    /// Transactions.
    pub groups: AtomicU64,
    /// Whether this process is the one that delivers messages.
    pub(crate) may_deliver: AtomicBool,
    /// Whether the store failed for good.
    pub has_failed: AtomicBool,
}

/// A handle to the recorder.
#[derive(Clone)]
pub struct Recorder {
    jobs: SyncSender<Job>,
    counts: Arc<Counts>,
}

impl Recorder {
    /// Starts recording into a store. The thread ends, and lets go of the store, when all handles are gone.
    ///
    /// # Errors
    /// Returns why the store cannot be gone on with.
    pub fn start(store: impl Into<Store>, clock: Clock) -> Result<(Recorder, JoinHandle<()>), CoreError> {
        let (jobs, receiver) = sync_channel(JOBS_MAX);
        let counts = Arc::new(Counts::default());
        let writing = Writing::open(store.into(), clock, counts.clone())?;
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || writing.run(&receiver));
        let thread = thread.map_err(|error| StoreError::File { path: "recorder".into(), error })?;
        Ok((Recorder { jobs, counts }, thread))
    }

    /// Returns what it has done so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Takes facts, and puts what was refused aside with them. Returns when all of it is on disk.
    pub async fn take(&self, given: Vec<Given>, refused: Vec<Refused>) -> Result<Vec<Taken>, Unavailable> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Facts { given, refused, reply })?;
        answer.await.unwrap_or(Err(Unavailable::Failed))
    }

    /// Counts a fact that was taken as work.
    pub(crate) fn count_one(&self, taken: &Taken) {
        let counter = match taken {
            Taken::Accepted { .. } => &self.counts.accepted,
            Taken::Duplicate { .. } => &self.counts.duplicates,
            Taken::Conflict { .. } | Taken::Refused(_) => &self.counts.refused,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Does some work with the desk and the store; returns when it is on disk.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk, &mut dyn Ledger, i64) -> Result<T, CoreError> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let (result_sender, result) = std::sync::mpsc::channel();
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |desk, ledger, now| {
            // Nobody waits for it any more where this fails.
            let _ = result_sender.send(work(desk, ledger, now)?);
            Ok(())
        });
        self.send(Job::Work { work, reply })?;
        answer.await.unwrap_or(Err(Unavailable::Failed))?;
        result.try_recv().map_err(|_| Unavailable::Failed)
    }

    /// Lets some work be done with the store when it is its turn. Nobody learns whether it was.
    pub(crate) fn work_later(
        &self,
        work: impl FnOnce(&mut dyn Ledger, i64) -> Result<(), StoreError> + Send + 'static,
    ) {
        let (reply, _) = oneshot::channel();
        let _ = self.send(Job::Work { work: Box::new(move |_, ledger, now| Ok(work(ledger, now)?)), reply });
    }

    /// Lets what was erased leave the database's own log, too; returns when that was tried. Where a reader holds it up,
    /// the next checkpoint does it.
    pub async fn checkpoint(&self) -> Result<(), Unavailable> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Checkpoint { reply })?;
        answer.await.unwrap_or(Err(Unavailable::Failed))
    }

    fn send(&self, job: Job) -> Result<(), Unavailable> {
        if self.counts.has_failed.load(Ordering::Acquire) {
            return Err(Unavailable::Failed);
        }
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Unavailable::Busy,
            TrySendError::Disconnected(_) => Unavailable::Failed,
        })
    }
}
