//! Reads the timelines of all leads from the log, some leads at a time.
//!
//! No snapshot is held for all of it: facts after the last one at the beginning are left out instead.

use super::progress::Progress;
use crate::app::App;
use crate::problem::Problem;
use bantam_core::{CoreError, DefinitionText, Rules, whole_timeline};
use bantam_engine::timeline::Timeline;
use bantam_lang::CheckedDefinition;
use bantam_store::{Ledger, Seq, StoredFact, SubjectId};
use std::sync::Arc;
use tokio::runtime::Handle;

/// How many leads are read together: some megabytes.
const LEADS_AT_ONCE: usize = 2_000;

/// A definition that is kept, checked.
pub(super) fn kept(ledger: &mut dyn Ledger, fingerprint: &str) -> Result<Option<CheckedDefinition>, Problem> {
    let Some(body) = ledger.definition(fingerprint)? else { return Ok(None) };
    let unusable = || Problem::from(CoreError::Definition(fingerprint.to_owned()));
    let text: DefinitionText = serde_json::from_slice(&body).map_err(|_| unusable())?;
    text.check().map(Some).ok_or_else(unusable)
}

/// Returns the active definition, with the number of the last fact.
pub(super) fn active(ledger: &mut dyn Ledger) -> Result<(CheckedDefinition, Seq), Problem> {
    let fingerprint = ledger.setting("active")?;
    let fingerprint = fingerprint.ok_or_else(|| Problem::conflict("no definition is active"))?;
    let definition = kept(ledger, &String::from_utf8_lossy(&fingerprint))?;
    let definition = definition.ok_or_else(|| Problem::fault("the active definition is not kept"))?;
    Ok((definition, ledger.last_fact()?))
}

/// What is read: all facts up to one, on a thread that may wait.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) app: &'a App,
    pub(super) handle: &'a Handle,
    pub(super) last: Seq,
    pub(super) progress: &'a Arc<Progress>,
}

impl Reading<'_> {
    /// Says that all leads will be read so many times.
    pub(super) fn expect(&self, times: u64) -> Result<(), Problem> {
        let counts = self.app.read(|reader| Ok(reader.read(|ledger| ledger.lead_counts())?));
        let leads: i64 = self.handle.block_on(counts)?.iter().map(|count| count.count).sum();
        self.progress.expect(u64::try_from(leads).unwrap_or(0).saturating_mul(times));
        Ok(())
    }
}

/// The timelines of all leads, one after the other, up to a fact. For threads that may wait.
pub(super) struct Timelines {
    app: App,
    handle: Handle,
    rules: Arc<Rules>,
    last: Seq,
    progress: Arc<Progress>,
    after: Option<SubjectId>,
    waiting: std::vec::IntoIter<Timeline>,
    problem: Option<Problem>,
}

impl Timelines {
    /// `rules` may read more columns than those that decide.
    pub(super) fn new(reading: &Reading<'_>, rules: Arc<Rules>) -> Timelines {
        let (waiting, problem) = (Vec::new().into_iter(), None);
        let Reading { app, handle, last, progress } = *reading;
        let (app, handle, progress) = (app.clone(), handle.clone(), progress.clone());
        Timelines { app, handle, rules, last, progress, after: Some(0), waiting, problem }
    }

    /// Returns why they ended before the end, if they did.
    pub(super) fn finish(self) -> Result<(), Problem> {
        self.problem.map_or(Ok(()), Err)
    }

    fn read_more(&mut self, after: SubjectId) -> Result<(), Problem> {
        let (rules, last) = (self.rules.clone(), self.last);
        let read = self.app.read(move |reader| reader.read(|ledger| some(ledger, &rules, after, last)));
        let (timelines, leads, next) = self.handle.block_on(read)?;
        self.progress.add(leads as u64);
        (self.waiting, self.after) = (timelines.into_iter(), next);
        Ok(())
    }
}

impl Iterator for &mut Timelines {
    type Item = Timeline;

    fn next(&mut self) -> Option<Timeline> {
        loop {
            if let Some(timeline) = self.waiting.next() {
                return Some(timeline);
            }
            let after = self.after.take()?;
            if let Err(problem) = self.read_more(after) {
                self.problem = Some(problem);
                return None;
            }
        }
    }
}

/// Returns the timelines of some leads after a number, how many leads they are, and the number to go on from.
fn some(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    after: SubjectId,
    last: Seq,
) -> Result<(Vec<Timeline>, usize, Option<SubjectId>), Problem> {
    let ids = ledger.leads_after(after, LEADS_AT_ONCE)?;
    let Some(&to) = ids.last() else { return Ok((Vec::new(), 0, None)) };
    let mut facts = ledger.facts_of_leads(after, to)?.into_iter().peekable();
    let mut timelines = Vec::with_capacity(ids.len());
    while let Some((lead, first)) = facts.next() {
        let mut own = vec![first];
        while let Some((_, fact)) = facts.next_if(|(of, _)| *of == lead) {
            own.push(fact);
        }
        let Some(subject) = ledger.subject_by_id(lead)? else { continue };
        own.retain(|fact| counts(fact, last));
        timelines.extend(whole_timeline(rules, &subject.name, &own)?.filter(has_facts));
    }
    Ok((timelines, ids.len(), Some(to).filter(|_| ids.len() == LEADS_AT_ONCE)))
}

/// Returns whether a fact counts when another is the last.
fn counts(fact: &StoredFact, last: Seq) -> bool {
    fact.seq <= last && fact.retracted_by.is_none_or(|by| by > last)
}

fn has_facts(timeline: &Timeline) -> bool {
    !timeline.profiles.is_empty() || !timeline.events.is_empty()
}
