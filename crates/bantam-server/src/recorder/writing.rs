//! What the thread does: groups of facts, work, what time alone changed, leads that are decided anew.

use super::{Ahead, Clock, Counts, Job, Unavailable, Work};
use crate::intake::Call;
use bantam_core::public_id::Secret;
use bantam_core::{CoreError, Desk, Given, Taken};
use bantam_store::{Refused, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

/// How many facts share a transaction at most: at 20,000 a second a fifth of a second.
const GROUP_FACTS_MAX: usize = 4_000;
/// How many leads are looked at for time alone between two groups.
const DUE_MAX: usize = 2_000;
/// How often facts are taken again at once that a lost connection or a conflict broke off.
const TRIES_AGAIN_MAX: usize = 3;
/// How often time is looked at when nothing comes in.
const TICK: Duration = Duration::from_millis(500);

/// What the thread holds.
pub(super) struct Writing {
    store: Store,
    desk: Desk,
    clock: Clock,
    counts: Arc<Counts>,
    ahead: Ahead,
}

impl Writing {
    /// Takes over a store.
    ///
    /// # Errors
    /// Returns why the store cannot be gone on with.
    pub(super) fn open(store: Store, clock: Clock, counts: Arc<Counts>) -> Result<Writing, CoreError> {
        let mut writing = Writing { store, desk: Desk::default(), clock, counts, ahead: Ahead::default() };
        writing.keep_secret()?;
        writing.reopen()?;
        writing.counts.may_deliver.store(writing.store.may_deliver(), Ordering::Release);
        Ok(writing)
    }

    /// Writes until all handles are gone, or the store has failed for good.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        let mut next = None;
        loop {
            let first = match next.take() {
                Some(job) => Some(job),
                None => match jobs.recv_timeout(self.patience()) {
                    Ok(job) => Some(job),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                },
            };
            // What waits is told so; nothing more is written.
            if self.has_failed() {
                break;
            }
            // While the database's log cannot be emptied, only what people do is written.
            let has_room = self.has_room();
            let is_caught_up = has_room && self.catch_up();
            match first {
                Some(Job::Work { work, reply }) => {
                    let _ = reply.send(self.do_work(work));
                }
                Some(Job::Checkpoint { reply }) => {
                    let _ = reply.send(self.carry_over());
                }
                // Behind with what time alone changed: the sender is asked to come again.
                Some(Job::Facts { reply, .. }) if !is_caught_up => {
                    let _ = reply.send(Err(Unavailable::Busy));
                }
                Some(job) => next = self.take_group(job, jobs),
                None => {}
            }
            if has_room {
                self.renew();
            }
        }
        if !self.has_failed() {
            // A log that is not carried over now is carried over at the next start.
            let _ = self.store.checkpoint();
        }
    }

    fn has_failed(&self) -> bool {
        self.counts.has_failed.load(Ordering::Acquire)
    }

    /// Carries the database's log into its file. Where a reader holds it up, the next time does it.
    fn carry_over(&mut self) -> Result<(), Unavailable> {
        let result = self.store.checkpoint().map_err(CoreError::from);
        match self.settled(result) {
            Err(Unavailable::Busy) => Ok(()),
            result => result,
        }
    }

    fn has_room(&mut self) -> bool {
        let result = self.store.has_room().map_err(CoreError::from);
        self.settled(result).unwrap_or(false)
    }

    /// Takes all facts that wait; returns the job that is no facts and comes next.
    fn take_group(&mut self, first: Job, jobs: &Receiver<Job>) -> Option<Job> {
        let (mut given, mut refused, mut replies) = (Vec::new(), Vec::new(), Vec::new());
        let mut job = first;
        let next = loop {
            match job {
                Job::Facts { given: more, refused: aside, reply } => {
                    replies.push((more.len(), reply));
                    given.extend(more);
                    refused.extend(aside);
                }
                other => break Some(other),
            }
            if given.len() >= GROUP_FACTS_MAX {
                break None;
            }
            match jobs.try_recv() {
                Ok(more) => job = more,
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break None,
            }
        };
        let result = self.record(&given, &refused);
        let mut taken = match &result {
            Ok(taken) => taken.clone().into_iter(),
            Err(_) => Vec::new().into_iter(),
        };
        for (count, reply) in replies {
            let own = taken.by_ref().take(count).collect();
            // Whoever went away finds its facts recorded when it sends them again.
            let _ = reply.send(result.as_ref().map(|_| own).map_err(|&unavailable| unavailable));
        }
        next
    }

    fn record(&mut self, given: &[Given], refused: &[Refused]) -> Result<Vec<Taken>, Unavailable> {
        let mut result = self.try_record(given, refused);
        for _ in 0..TRIES_AGAIN_MAX {
            match &result {
                // Facts that were recorded after all are known by their message ids.
                Err(CoreError::Store(error)) if error.is_interrupted() => {
                    self.desk = Desk::default();
                    result = self.try_record(given, refused);
                }
                _ => break,
            }
        }
        let taken = self.settled(result)?;
        self.count(&taken, refused.len());
        Ok(taken)
    }

    fn try_record(&mut self, given: &[Given], refused: &[Refused]) -> Result<Vec<Taken>, CoreError> {
        let now = (self.clock)();
        let Writing { store, desk, .. } = self;
        store.transaction(|ledger| {
            desk.keep_up(ledger)?;
            let taken = if given.is_empty() { Vec::new() } else { desk.take(ledger, now, given)? };
            for refused in refused {
                ledger.quarantine(refused)?;
            }
            for (given, taken) in given.iter().zip(&taken) {
                if let Some(aside) = conflict(given, taken, now) {
                    ledger.quarantine(&aside)?;
                }
            }
            Ok(taken)
        })
    }

    fn count(&self, taken: &[Taken], refused: usize) {
        let count = |of: fn(&Taken) -> bool| taken.iter().filter(|taken| of(taken)).count() as u64;
        let counts = &self.counts;
        counts.accepted.fetch_add(count(|taken| matches!(taken, Taken::Accepted { .. })), Ordering::Relaxed);
        counts.duplicates.fetch_add(count(|taken| matches!(taken, Taken::Duplicate { .. })), Ordering::Relaxed);
        let other = count(|taken| matches!(taken, Taken::Conflict { .. } | Taken::Refused(_)));
        counts.refused.fetch_add(other + refused as u64, Ordering::Relaxed);
        counts.groups.fetch_add(1, Ordering::Relaxed);
    }

    fn do_work(&mut self, work: Work) -> Result<(), Unavailable> {
        let now = (self.clock)();
        let Writing { store, desk, .. } = self;
        let result = store.transaction(|ledger| {
            desk.keep_up(ledger)?;
            work(desk, ledger, now)
        });
        self.settled(result)
    }

    /// Decides some more leads by the definition that became active, where there are any left.
    fn renew(&mut self) {
        let now = (self.clock)();
        let Writing { store, desk, ahead, .. } = self;
        if desk.renewal().is_none() {
            *ahead = Ahead::Idle;
            return;
        }
        let served = ahead.serve(desk, store);
        if !self.settled(served).unwrap_or(false) {
            return;
        }
        let Writing { store, desk, .. } = self;
        let result = store.transaction(|ledger| {
            desk.keep_up(ledger)?;
            match desk.next_renewal(now) {
                Some(fact) => desk.take(ledger, now, &[Given::new(fact)]).map(drop),
                None => Ok(()),
            }
        });
        // What failed is tried again, unless the store failed for good.
        let _ = self.settled(result);
    }

    /// Returns how long to wait for something to do.
    fn patience(&self) -> Duration {
        if self.desk.renewal().is_some() { Duration::ZERO } else { TICK }
    }

    /// Decides what time alone changed; returns whether that was all.
    fn catch_up(&mut self) -> bool {
        let now = (self.clock)();
        let Writing { store, desk, .. } = self;
        let result = store.transaction(|ledger| {
            desk.keep_up(ledger)?;
            desk.advance(ledger, now, DUE_MAX)
        });
        self.counts.may_deliver.store(result.is_ok() && self.store.may_deliver(), Ordering::Release);
        self.settled(result).unwrap_or(false)
    }

    /// After a failure nothing at hand can be trusted, and after one that does not pass nothing on disk either.
    fn settled<T>(&mut self, result: Result<T, CoreError>) -> Result<T, Unavailable> {
        let error = match result {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        // The store says that it is behind now, so the next transaction opens the desk again.
        self.desk = Desk::default();
        if matches!(&error, CoreError::Store(error) if error.is_passing()) {
            return Err(Unavailable::Busy);
        }
        self.counts.has_failed.store(true, Ordering::Release);
        Err(Unavailable::Failed)
    }

    /// Gives a new store the secret behind the ids that others see.
    fn keep_secret(&mut self) -> Result<(), CoreError> {
        let mut random = [0; 32];
        let no_chance =
            |error: getrandom::Error| StoreError::File { path: "random".into(), error: std::io::Error::other(error) };
        getrandom::fill(&mut random).map_err(no_chance)?;
        self.store.transaction(|ledger| Ok(Secret::keep(ledger, random)?))
    }

    fn reopen(&mut self) -> Result<(), CoreError> {
        self.desk = self.store.transaction(|ledger| Desk::open(ledger))?;
        Ok(())
    }
}

fn conflict(given: &Given, taken: &Taken, now: i64) -> Option<Refused> {
    let reason = match taken {
        Taken::Conflict { .. } => "conflict",
        Taken::Refused(_) => "refused",
        _ => return None,
    };
    // What is about somebody who was erased must not be kept here instead.
    let is_erased = matches!(taken, Taken::Refused(bantam_core::Refusal::Erased));
    let body = if is_erased { Vec::new() } else { given.fact.body() };
    let (source, call) = (given.fact.source.clone(), Call::Fact.word().to_owned());
    Some(Refused { received_at: now, source, call, sent_at: None, reason: reason.into(), field: None, body })
}
