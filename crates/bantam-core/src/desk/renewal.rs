//! Decides all leads anew after another definition became the active one: some at a time, between groups of facts, so
//! that nobody has to wait for it.
//!
//! That some leads are decided now is a fact like any other. So when each of them was is in the log, however fast the
//! machine was, and taking the log once more does the same at the same moments. A lead to which a fact comes before its
//! turn is decided anew then.

use super::{Desk, load_rules};
use crate::CoreError;
use crate::fact::{Fact, FactKind};
use crate::rebuild::{Histories, histories_of};
use crate::rules::Rules;
use bantam_store::{Ledger, SubjectId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::thread::ScopedJoinHandle;

/// How many leads are decided anew at once: with a tenth of a millisecond each, facts wait for 50 ms at most.
const LEADS_AT_ONCE: u32 = 500;
/// How many leads' facts are read before they are decided: at some hundred facts a lead still a few megabytes.
const LEADS_READ_AT_ONCE: usize = 50;
/// A thread that reads what the facts of some leads give.
type Reading<'t> = ScopedJoinHandle<'t, Result<Histories, CoreError>>;

/// The setting that says how far it is.
const SETTING: &str = "renewal";

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// All leads up to this one are decided by the active definition.
    pub after: SubjectId,
    /// How often some were.
    pub times: u64,
    /// How many leads were looked at so far.
    #[serde(default)]
    pub done: u64,
    /// How many leads there were when it began; those that came since are decided by the active definition.
    #[serde(default)]
    pub leads: u64,
    /// The definition before, by which the others were decided.
    before: Option<String>,
    /// Whether nobody is told what follows for leads there were already.
    #[serde(default)]
    pub(super) is_quiet: bool,
}

impl Renewal {
    /// Returns how many leads there are to decide: as many as there were, or more that came meanwhile.
    pub fn of(&self) -> u64 {
        self.leads.max(self.done)
    }

    /// Returns how far it is in a store; `None` where all leads are decided by the active definition.
    pub fn read(ledger: &mut dyn Ledger) -> Result<Option<Renewal>, CoreError> {
        let Some(kept) = ledger.setting(SETTING)?.filter(|kept| !kept.is_empty()) else { return Ok(None) };
        let unreadable =
            |error: serde_json::Error| CoreError::Record { what: "setting", id: 0, problem: error.to_string() };
        serde_json::from_slice(&kept).map(Some).map_err(unreadable)
    }
}

impl Desk {
    /// Returns how far deciding all leads anew is; `None` where there is nothing to do.
    pub fn renewal(&self) -> Option<&Renewal> {
        self.renewal.as_ref()
    }

    /// Returns the fact that lets the next leads be decided anew, to be taken in a group of its own.
    pub fn next_renewal(&self, now: i64) -> Option<Fact> {
        let (renewal, rules) = (self.renewal.as_ref()?, self.rules.as_ref()?);
        // Times of receipt are told apart, so no two renewals have this in common.
        let message_id = format!("renewal-{}-{}-{}", rules.fingerprint, self.moment, renewal.times);
        Some(Fact::of_service(message_id, now, "service", FactKind::Renewal { leads: LEADS_AT_ONCE }))
    }

    pub(super) fn open_renewal(&mut self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        let Some(renewal) = Renewal::read(ledger)? else { return Ok(()) };
        if let Some(before) = &renewal.before {
            self.before = load_rules(ledger, before)?.map(Arc::new);
        }
        self.renewal = Some(renewal);
        Ok(())
    }

    /// Begins with the first lead, after the rules were exchanged. `self.before` decided until now.
    pub(super) fn begin_renewal(&mut self, ledger: &mut dyn Ledger, is_quiet: bool) -> Result<(), CoreError> {
        let before = self.before.as_ref().map(|rules| rules.fingerprint.clone());
        let leads: i64 = ledger.lead_counts()?.iter().map(|count| count.count).sum();
        let leads = u64::try_from(leads).unwrap_or(0);
        self.renewal = Some(Renewal { before, is_quiet, leads, ..Renewal::default() });
        self.keep_renewal(ledger)
    }

    /// Decides the next leads anew.
    pub(super) fn renew_next(&mut self, ledger: &mut dyn Ledger, leads: u32, at: i64) -> Result<(), CoreError> {
        // A copy: each lead asks whether it is told of.
        let Some(mut renewal) = self.renewal.clone() else { return Ok(()) };
        let limit = leads as usize;
        let next = ledger.leads_after(renewal.after, limit)?;
        match (self.rules.clone(), &self.before) {
            // What counts now was kept before, or nothing counts.
            (Some(rules), Some(before)) if rules.follows(before) => self.renew_all(ledger, &next, at)?,
            (None, _) => self.renew_all(ledger, &next, at)?,
            (Some(rules), _) => self.read_and_renew(ledger, &rules, (renewal.after, &next), at)?,
        }
        renewal.after = next.last().copied().unwrap_or(renewal.after);
        renewal.times += 1;
        renewal.done += next.len() as u64;
        let is_done = next.len() < limit;
        if is_done {
            self.before = None;
        }
        self.renewal = (!is_done).then_some(renewal);
        self.keep_renewal(ledger)
    }

    /// Decides leads anew from what the log has of them. While some are decided, another thread reads what the next ones are.
    fn read_and_renew(
        &mut self,
        ledger: &mut dyn Ledger,
        rules: &Rules,
        (mut after, leads): (SubjectId, &[SubjectId]),
        at: i64,
    ) -> Result<(), CoreError> {
        std::thread::scope(|scope| {
            let mut reading: Option<(&[SubjectId], Reading<'_>)> = None;
            for some in leads.chunks(LEADS_READ_AT_ONCE) {
                let Some(&last) = some.last() else { break };
                let facts = ledger.facts_of_leads(after, last)?;
                after = last;
                let next = (some, scope.spawn(move || histories_of(rules, facts)));
                if let Some((some, read)) = reading.replace(next) {
                    self.renew_read(ledger, some, read, at)?;
                }
            }
            reading.map_or(Ok(()), |(some, read)| self.renew_read(ledger, some, read, at))
        })
    }

    fn renew_read(
        &mut self,
        ledger: &mut dyn Ledger,
        leads: &[SubjectId],
        read: Reading<'_>,
        at: i64,
    ) -> Result<(), CoreError> {
        self.histories = read.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let renewed = self.renew_all(ledger, leads, at);
        self.histories.clear();
        renewed
    }

    fn renew_all(&mut self, ledger: &mut dyn Ledger, leads: &[SubjectId], at: i64) -> Result<(), CoreError> {
        leads.iter().try_for_each(|&id| self.renew_one(ledger, id, at))
    }

    fn renew_one(&mut self, ledger: &mut dyn Ledger, id: SubjectId, at: i64) -> Result<(), CoreError> {
        if self.touched.contains(&id) {
            return Ok(());
        }
        let Some(lead) = self.load(ledger, id)? else { return Ok(()) };
        let is_renewed = lead.definition == self.number();
        self.leads.insert(id, lead);
        if !is_renewed {
            self.touch(ledger, id, at)?;
        }
        Ok(())
    }

    fn keep_renewal(&self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        let kept = self.renewal.as_ref().map(|renewal| serde_json::to_vec(renewal).unwrap_or_default());
        ledger.set(SETTING, &kept.unwrap_or_default())?;
        Ok(())
    }
}
