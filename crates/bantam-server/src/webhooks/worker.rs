//! Keeps messages going: reads what is due, sends it, records what became of it. Begins again where it is stopped.

use super::queue::{self, Attempt, Finished, Outcome, Queue};
use crate::app::App;
use crate::problem::Problem;
use crate::recorder::Unavailable;
use hashbrown::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};

/// How often is looked for messages when nothing ends.
const TICK: Duration = Duration::from_millis(250);
/// How long is waited for more tries to end, so that they share a transaction.
const GATHER: Duration = Duration::from_millis(20);
/// How long is waited after a fault of ours.
const RESTART: Duration = Duration::from_secs(1);
/// How often is looked for what was delivered long ago, in microseconds.
const FORGET_EVERY: i64 = 3_600 * super::schedule::SECOND;

/// How many tries there were since the start.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) delivered: AtomicU64,
    pub(crate) failed: AtomicU64,
}

impl Tally {
    /// Counts a try that ended. It is counted before it is recorded, so that whoever sees the one finds the other.
    fn count(&self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Delivered { .. } => &self.delivered,
            Outcome::Skipped { .. } => return,
            Outcome::Gone | Outcome::Refused { .. } | Outcome::Failed { .. } => &self.failed,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Delivers messages until it is dropped, or the store fails for good.
pub(crate) async fn run(app: App) {
    keep_going(|| deliver_messages(app.clone())).await;
}

/// Begins some work again whenever it panics.
async fn keep_going<F: Future<Output = ()> + Send + 'static>(work: impl Fn() -> F) {
    loop {
        // Dropped, it takes its task along.
        let mut working = JoinSet::new();
        working.spawn(work());
        match working.join_next().await {
            Some(Err(error)) if error.is_panic() => tokio::time::sleep(RESTART).await,
            _ => return,
        }
    }
}

async fn deliver_messages(app: App) {
    let mut working = Working::default();
    loop {
        match working.turn(&app).await {
            Ok(true) => {}
            Ok(false) => working.wait(&app.outgoing.tally).await,
            Err(Unavailable::Busy) => tokio::time::sleep(TICK).await,
            Err(Unavailable::Failed) => return,
        }
    }
}

/// What the worker holds.
#[derive(Default)]
struct Working {
    queue: Queue,
    tries: JoinSet<Outcome>,
    attempts: HashMap<Id, Attempt>,
    finished: Vec<Finished>,
    has_new: bool,
    forget_at: i64,
}

impl Working {
    /// Records what ended, makes deliveries of what is new and sends what is due; returns whether more is new.
    async fn turn(&mut self, app: &App) -> Result<bool, Unavailable> {
        if self.has_new || !self.finished.is_empty() {
            self.record(app).await?;
        }
        let now = app.now();
        if now >= self.forget_at {
            let is_all = app.recorder.work(|_, ledger, now| queue::forget(ledger, now)).await?;
            self.forget_at = if is_all { now.saturating_add(FORGET_EVERY) } else { now };
        }
        // Of several nodes on one database one delivers, or a message would be sent by each.
        if !app.recorder.counts().may_deliver.load(Ordering::Acquire) {
            return Ok(false);
        }
        let mut queue = self.queue.clone();
        let picked = app.read(move |reader| {
            reader.read(|ledger| {
                let attempts = queue.pick(ledger, now)?;
                let has_new = !ledger.untaken(1)?.is_empty();
                Ok::<_, Problem>((queue, attempts, has_new))
            })
        });
        let Ok((queue, attempts, has_new)) = picked.await else { return Err(Unavailable::Busy) };
        (self.queue, self.has_new) = (queue, has_new);
        for attempt in attempts {
            self.send(app, attempt);
        }
        Ok(self.has_new)
    }

    async fn record(&mut self, app: &App) -> Result<(), Unavailable> {
        let finished = self.finished.clone();
        let recorded = app.recorder.work(move |_, ledger, now| {
            for finished in &finished {
                queue::settle(ledger, finished, now)?;
            }
            queue::fan_out(ledger, now)
        });
        self.has_new = !recorded.await?;
        for finished in self.finished.drain(..) {
            self.queue.release(finished.endpoint, finished.lane);
        }
        Ok(())
    }

    fn send(&mut self, app: &App, attempt: Attempt) {
        let (sending, now) = (attempt.clone(), app.now());
        let outgoing = app.outgoing.clone();
        let task = self.tries.spawn(async move { outgoing.deliver(&sending, now).await });
        self.attempts.insert(task.id(), attempt);
    }

    /// Waits until a try ends, and a moment for others, or until it is time to look again.
    async fn wait(&mut self, tally: &Tally) {
        let ended = tokio::time::timeout(TICK, self.tries.join_next_with_id());
        // Without tries there is nothing to wait for but time.
        let Ok(Some(ended)) = ended.await else {
            if self.tries.is_empty() {
                tokio::time::sleep(TICK).await;
            }
            return;
        };
        self.note(ended, tally);
        tokio::time::sleep(GATHER).await;
        while let Some(ended) = self.tries.try_join_next_with_id() {
            self.note(ended, tally);
        }
    }

    fn note(&mut self, ended: Result<(Id, Outcome), JoinError>, tally: &Tally) {
        let (id, outcome) = match ended {
            Ok(ended) => ended,
            // Whatever goes wrong is tried again.
            Err(error) => {
                let failed = Outcome::Failed { status: None, error: "a fault of ours".to_owned(), asked_seconds: None };
                (error.id(), failed)
            }
        };
        tally.count(&outcome);
        if let Some(Attempt { delivery, endpoint, lane, .. }) = self.attempts.remove(&id) {
            self.finished.push(Finished { delivery, endpoint, lane, outcome });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn whk_03_a_fault_of_ours_stops_nothing_for_good() {
        let begun = Arc::new(AtomicU64::new(0));
        let counting = begun.clone();
        let work = move || {
            let begun = counting.clone();
            async move {
                if begun.fetch_add(1, Ordering::SeqCst) == 0 {
                    panic!("a fault");
                }
            }
        };
        keep_going(work).await;
        assert_eq!(begun.load(Ordering::SeqCst), 2);
        // A try that panics is a try that failed.
        let mut working = Working::default();
        let task = working.tries.spawn(async { panic!("a fault") });
        let attempt = Attempt {
            delivery: 7,
            endpoint: 1,
            lane: 2,
            message_id: String::new(),
            kind: crate::webhooks::endpoint::Kind::Standard,
            url: String::new(),
            secrets: Vec::new(),
            body: Vec::new(),
            write: None,
        };
        working.attempts.insert(task.id(), attempt);
        let tally = Tally::default();
        working.wait(&tally).await;
        assert_eq!(tally.failed.into_inner(), 1);
        let [finished] = &working.finished[..] else { panic!("{:?}", working.finished) };
        assert!(matches!(finished, Finished { delivery: 7, outcome: Outcome::Failed { status: None, .. }, .. }));
    }
}
