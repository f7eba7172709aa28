//! Reads what the log has of leads before it is their turn to be decided anew, beside the one that writes.
//!
//! What was read from an older snapshot is what the log has still: the first fact about a lead that another definition decided
//! last lets it be decided anew before that fact is in the log. After that, nobody asks for what was read of it.

use super::Desk;
use super::renewal::LEADS_AT_ONCE;
use crate::CoreError;
use crate::rebuild::{Histories, histories_of};
use crate::rules::Rules;
use bantam_store::{Ledger, SubjectId};
use std::sync::Arc;

/// How many leads' facts are read before they are made into histories: at some hundred facts a lead still a few megabytes.
const LEADS_READ_AT_ONCE: usize = 50;

/// Reads ahead of a desk that decides all leads anew.
pub struct Reading {
    rules: Arc<Rules>,
    after: SubjectId,
}

/// What was read of some leads.
pub struct ReadAhead {
    rules: Arc<Rules>,
    /// It is about all leads after the first of these, up to the second.
    range: (SubjectId, SubjectId),
    histories: Histories,
}

impl Reading {
    /// Returns what the log has of the next leads; `None` after the last.
    ///
    /// # Errors
    /// Returns why it cannot be read.
    pub fn next(&mut self, ledger: &mut dyn Ledger) -> Result<Option<ReadAhead>, CoreError> {
        let leads = ledger.leads_after(self.after, LEADS_AT_ONCE as usize)?;
        let Some(&last) = leads.last() else { return Ok(None) };
        let histories = read_histories(ledger, &self.rules, self.after, &leads)?;
        let range = (std::mem::replace(&mut self.after, last), last);
        Ok(Some(ReadAhead { rules: self.rules.clone(), range, histories }))
    }
}

impl Desk {
    /// Returns how to read ahead; `None` where no lead has to be made from the log.
    pub fn reading(&self) -> Option<Reading> {
        let (rules, renewal) = (self.rules.as_ref()?, self.renewal.as_ref()?);
        self.asks_log().then(|| Reading { rules: rules.clone(), after: renewal.after })
    }

    /// Keeps what was read of the next leads; returns whether it is about them, and by the active definition.
    ///
    /// A desk that was opened anew has other rules at hand than the one that it was read for, so what others wrote in between
    /// is not overlooked.
    pub fn keep_ahead(&mut self, read: ReadAhead) -> bool {
        let is_next = self.renewal.as_ref().is_some_and(|renewal| renewal.after == read.range.0);
        let is_active = self.rules.as_ref().is_some_and(|rules| Arc::ptr_eq(rules, &read.rules));
        if is_next && is_active {
            (self.histories, self.read_range) = (read.histories, Some(read.range));
        }
        is_next && is_active
    }

    /// Returns whether the log was read of all these leads, which come after another. The next ones are asked for anew.
    pub(super) fn has_read(&mut self, after: SubjectId, leads: &[SubjectId]) -> bool {
        let range = self.read_range.take();
        range.is_some_and(|(from, to)| from == after && leads.last().is_none_or(|last| *last <= to))
    }
}

/// Returns the histories of leads, which are all after another one. Another thread makes facts into histories while the
/// next ones are read.
pub(super) fn read_histories(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    mut after: SubjectId,
    leads: &[SubjectId],
) -> Result<Histories, CoreError> {
    std::thread::scope(|scope| {
        let mut made = Histories::new();
        let mut making: Option<std::thread::ScopedJoinHandle<'_, Result<Histories, CoreError>>> = None;
        for some in leads.chunks(LEADS_READ_AT_ONCE) {
            let Some(&last) = some.last() else { break };
            let facts = ledger.facts_of_leads(after, last)?;
            after = last;
            let next = scope.spawn(move || histories_of(rules, facts));
            if let Some(before) = making.replace(next) {
                made.extend(before.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
        }
        if let Some(last) = making {
            made.extend(last.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(made)
    })
}
