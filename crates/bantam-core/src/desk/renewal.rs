//! Decides all leads anew after another definition became the active one: some at a time, between groups of facts, so
//! that nobody has to wait for it.
//!
//! That some leads are decided now is a fact like any other. So when each of them was is in the log, however fast the
//! machine was, and taking the log once more does the same at the same moments. A lead to which a fact comes before its
//! turn is decided anew then.

use super::ahead::read_histories;
use super::{Desk, load_rules};
use crate::CoreError;
use crate::fact::{Fact, FactKind};
use crate::rules::Rules;
use bantam_store::{Ledger, SubjectId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many leads are decided anew at once: with some thirty microseconds each, facts wait for 50 ms at most.
pub(super) const LEADS_AT_ONCE: u32 = 1_000;

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
        if let Some(rules) = self.rules.clone().filter(|_| self.asks_log())
            && !self.has_read(renewal.after, &next)
        {
            self.histories = read_histories(ledger, &rules, renewal.after, &next)?;
        }
        next.iter().try_for_each(|&id| self.renew_one(ledger, id, at))?;
        self.histories.clear();
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

    /// Returns whether leads that are decided anew have to be made from the log: where what counts now was not all kept before.
    pub(super) fn asks_log(&self) -> bool {
        let follows = |rules: &Rules| self.before.as_ref().is_some_and(|before| rules.follows(before));
        self.rules.as_ref().is_some_and(|rules| !follows(rules))
    }

    fn renew_one(&mut self, ledger: &mut dyn Ledger, id: SubjectId, at: i64) -> Result<(), CoreError> {
        if self.touched.contains(&id) {
            return Ok(());
        }
        let is_at_hand = self.leads.contains_key(&id);
        let Some(lead) = self.load(ledger, id)? else { return Ok(()) };
        let is_renewed = lead.definition == self.number();
        if is_at_hand || !is_renewed {
            self.leads.insert(id, lead);
        }
        if !is_renewed {
            self.touch(ledger, id, at)?;
        }
        if !is_at_hand {
            self.passing.insert(id);
        }
        Ok(())
    }

    fn keep_renewal(&self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        let kept = self.renewal.as_ref().map(|renewal| serde_json::to_vec(renewal).unwrap_or_default());
        ledger.set(SETTING, &kept.unwrap_or_default())?;
        Ok(())
    }
}
