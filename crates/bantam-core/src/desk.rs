//! Takes facts, in groups, and lets them have their effect.
//!
//! A group shares one moment of receipt, later than any before:
//!
//! 1. What time alone changed up to that moment is decided, lead by lead in order of time.
//! 2. Each fact is appended and takes effect: who it is about, what it changes, what follows.
//! 3. For each lead that was touched it is found out when time will change something next, and it is written.
//!
//! INVARIANT: everything written is a function of the log. `Desk` holds nothing that could not be read back.

mod about;
mod activation;
mod ahead;
mod effects;
mod identities;
mod renewal;
mod settled;
mod upkeep;

pub use ahead::{ReadAhead, Reading};
pub use renewal::Renewal;

use super::CoreError;
use super::decide::{decide, set_alarm};
use super::definitions::DefinitionRefusal;
use super::fact::{Fact, FactKind};
use super::hand_off::AnswerRefusal;
use super::lead::LeadState;
use super::rebuild;
use super::records::DecisionCause;
use super::rules::Rules;
use crate::fact::message_key;
use about::About;
use activation::Scheduled;
use bantam_store::{Appended, Digest, Ledger, NewFact, Seq, Subject, SubjectId, SubjectKind};
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

/// How many leads are kept at hand: some kilobytes each.
const LEADS_MAX: usize = 50_000;
/// How many subjects are kept at hand: some hundred bytes each.
const SUBJECTS_MAX: usize = 200_000;

/// A fact on its way in, with what can be computed before it is its turn.
#[derive(Clone, Debug)]
pub struct Given {
    /// The fact.
    pub fact: Fact,
    body: Vec<u8>,
    message: Digest,
    content: Digest,
}

impl Given {
    /// Makes a fact ready.
    pub fn new(fact: Fact) -> Given {
        let (body, content) = (fact.body(), fact.content());
        Given { message: message_key(&fact.message_id), body, content, fact }
    }
}

/// What became of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It counts from now on.
    Accepted {
        /// Its number.
        seq: Seq,
        /// The hand-off it opened or changed.
        hand_off: Option<i64>,
    },
    /// It was there already.
    Duplicate {
        /// Its number.
        seq: Seq,
    },
    /// Another fact has its message id; that one stands.
    Conflict {
        /// The other's number.
        seq: Seq,
    },
    /// It cannot be taken.
    Refused(Refusal),
}

/// Why a fact cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is about somebody who was erased.
    Erased,
    /// It is about nobody.
    Nobody,
    /// There is no lead of that id.
    NoSuchLead,
    /// The definition cannot take this step.
    Definition(DefinitionRefusal),
    /// There is no fact with the message id.
    NoSuchMessage,
    /// There is no such hand-off.
    NoSuchHandOff,
    /// The lead is handed off already.
    InProgress {
        /// The id of the hand-off, as others know it.
        hand_off: String,
    },
    /// No definition is active, or the one to activate is not known.
    NoDefinition,
    /// The answer cannot be given.
    Answer(AnswerRefusal),
}

/// Takes facts. One per store.
#[derive(Default)]
pub struct Desk {
    rules: Option<Arc<Rules>>,
    /// Leads at hand, as they stand in the store but for those touched.
    leads: HashMap<SubjectId, LeadState>,
    touched: HashSet<SubjectId>,
    /// Those of them that are not kept at hand: nobody asked for them, it was just their turn to be decided anew.
    passing: HashSet<SubjectId>,
    subjects: HashMap<(SubjectKind, String), Subject>,
    /// The latest moment so far.
    moment: i64,
    /// Whom the next erasure is about.
    erasing: Option<SubjectId>,
    /// How far deciding all leads anew is, after another definition became active.
    renewal: Option<Renewal>,
    /// The definition before that.
    before: Option<Arc<Rules>>,
    /// What was read already of leads that are about to be decided anew.
    histories: rebuild::Histories,
    /// After which lead, and up to which, the log was read of all.
    read_range: Option<(SubjectId, SubjectId)>,
    /// The definition that becomes active at a moment to come.
    scheduled: Option<Scheduled>,
}

impl Desk {
    /// Goes on where a store was left.
    pub fn open(ledger: &mut dyn Ledger) -> Result<Desk, CoreError> {
        Desk::open_with(ledger, None)
    }

    /// Returns the active definition.
    pub fn rules(&self) -> Option<&Arc<Rules>> {
        self.rules.as_ref()
    }

    /// Takes a group of facts that are received at `now`, or just after the latest moment where that is later.
    ///
    /// After an error the desk must be opened again: what it holds may never have been written.
    pub fn take(&mut self, ledger: &mut dyn Ledger, now: i64, group: &[Given]) -> Result<Vec<Taken>, CoreError> {
        let at = now.max(self.moment.saturating_add(1));
        if ledger.looks_ahead() {
            ledger.foresee(&self.foreseen(group))?;
        }
        self.advance(ledger, at, usize::MAX)?;
        self.moment = at;
        ledger.set("moment", &at.to_le_bytes())?;
        let taken = group.iter().map(|given| self.take_one(ledger, given, at)).collect::<Result<_, _>>()?;
        self.settle(ledger, at)?;
        Ok(taken)
    }

    /// Decides what time alone changed up to `until`, for `limit` leads at most; returns whether that was all.
    pub fn advance(&mut self, ledger: &mut dyn Ledger, until: i64, limit: usize) -> Result<bool, CoreError> {
        let before = self.moment;
        let was_all = self.advance_leads(ledger, until, limit)?;
        if self.moment > before {
            // Another node, or this one after a restart, may have a clock that is behind: nothing is decided before this.
            ledger.set("moment", &self.moment.to_le_bytes())?;
        }
        Ok(was_all)
    }

    fn advance_leads(&mut self, ledger: &mut dyn Ledger, until: i64, limit: usize) -> Result<bool, CoreError> {
        for _ in 0..limit {
            let next = ledger.next_due()?.filter(|(due, _)| *due <= until);
            if self.activate_scheduled(ledger, next.map_or(until, |(due, _)| due))? {
                continue;
            }
            let (Some((due, id)), Some(rules)) = (next, self.rules.clone()) else { return Ok(true) };
            self.moment = self.moment.max(due);
            let mut lead = self.load(ledger, id)?.ok_or_else(|| no_lead(id))?;
            if lead.definition == rules.number {
                decide(ledger, &rules, &mut lead, due, DecisionCause::Time)?;
            } else {
                lead = self.renew(ledger, lead, due)?;
            }
            set_alarm(&rules, &mut lead, due);
            ledger.save_lead(&lead.row())?;
            self.leads.insert(id, lead);
            self.trim();
        }
        Ok(false)
    }

    fn take_one(&mut self, ledger: &mut dyn Ledger, given: &Given, at: i64) -> Result<Taken, CoreError> {
        let fact = &given.fact;
        // Of what cannot be out of order, the log tells a repeat from something else under the same id.
        if !matches!(fact.kind, FactKind::Event { .. } | FactKind::Profile { .. } | FactKind::Spend { .. })
            && let Some(known) = ledger.find_message(given.message)?
        {
            // What was in order then may be refused now: whether it is a repeat comes first.
            return Ok(Taken::Duplicate { seq: known.seq });
        }
        let subject = match self.subject_of(ledger, given)? {
            About::Known(subject) => Some(subject),
            About::Nobody => None,
            About::Settled(taken) => return Ok(taken),
        };
        let lead = subject.as_ref().and_then(|subject| subject.lead);
        if let Some(refusal) = self.refusal(ledger, fact, lead)? {
            return Ok(Taken::Refused(refusal));
        }
        if let Some(lead) = lead
            && self.is_stale(ledger, lead)?
            && ledger.find_message(given.message)?.is_none()
        {
            // Before the fact is in the log: a lead that is decided anew must not see it yet. Not for a repeat: it leaves
            // no trace in the log, so nothing may follow from it.
            self.touch(ledger, lead, at)?;
        }
        match self.append(ledger, given, subject.as_ref().map(|subject| subject.id), at)? {
            Appended::New(seq) => {
                let hand_off = self.apply(ledger, fact, subject.as_ref(), seq, at)?;
                Ok(Taken::Accepted { seq, hand_off })
            }
            known => Ok(repeat_of(&known)),
        }
    }

    fn append(
        &self,
        ledger: &mut dyn Ledger,
        given: &Given,
        subject: Option<SubjectId>,
        at: i64,
    ) -> Result<Appended, CoreError> {
        Ok(ledger.append_fact(&NewFact {
            message: given.message,
            digest: given.content,
            subject,
            received_at: at,
            happened_at: given.fact.happened_at,
            body: &given.body,
        })?)
    }

    /// Returns a lead at hand, decided by the active definition, to be written at the end of the group.
    fn touch(&mut self, ledger: &mut dyn Ledger, id: SubjectId, at: i64) -> Result<&mut LeadState, CoreError> {
        if self.touched.insert(id) {
            let mut lead = match self.load(ledger, id)? {
                Some(lead) => lead,
                None => {
                    let subject = ledger.subject_by_id(id)?.ok_or_else(|| no_lead(id))?;
                    LeadState { definition: self.number(), ..LeadState::new(id, &subject.name) }
                }
            };
            if lead.definition != self.number() {
                lead = self.renew(ledger, lead, at)?;
            }
            self.leads.insert(id, lead);
        }
        self.leads.get_mut(&id).ok_or_else(|| no_lead(id))
    }

    /// Returns whether another definition than the active one decided a lead last.
    fn is_stale(&mut self, ledger: &mut dyn Ledger, id: SubjectId) -> Result<bool, CoreError> {
        if self.renewal.is_none() {
            return Ok(false);
        }
        let Some(lead) = self.load(ledger, id)? else { return Ok(false) };
        let is_stale = lead.definition != self.number();
        self.leads.insert(id, lead);
        Ok(is_stale)
    }

    /// Returns a lead as the active definition sees its facts, without deciding it: what is refused leaves no trace.
    fn look_at(&mut self, ledger: &mut dyn Ledger, id: SubjectId) -> Result<Option<LeadState>, CoreError> {
        let Some(lead) = self.load(ledger, id)? else { return Ok(None) };
        let seen = match lead.definition == self.number() {
            true => lead.clone(),
            false => {
                let subject = ledger.subject_by_id(id)?.ok_or_else(|| no_lead(id))?;
                rebuild::lead(ledger, self.rules.as_deref(), &subject, lead.oldest_since, Some(lead.clone()), None)?
            }
        };
        self.leads.insert(id, lead);
        Ok(Some(seen))
    }

    fn load(&mut self, ledger: &mut dyn Ledger, id: SubjectId) -> Result<Option<LeadState>, CoreError> {
        if let Some(lead) = self.leads.remove(&id) {
            return Ok(Some(lead));
        }
        ledger.lead(id)?.map(|row| LeadState::from_row(&row)).transpose()
    }

    /// Decides a lead by the definition that is active now, from its facts.
    fn renew(&mut self, ledger: &mut dyn Ledger, lead: LeadState, at: i64) -> Result<LeadState, CoreError> {
        let Some(rules) = self.rules.clone() else { return Ok(lead) };
        let before = self.before.as_ref().filter(|before| before.number == lead.definition);
        let mut lead = match before {
            // All that counts now was kept before: the log need not be asked.
            Some(before) if rules.follows(before) => lead,
            _ => {
                let subject = ledger.subject_by_id(lead.id)?.ok_or_else(|| no_lead(lead.id))?;
                let since = lead.oldest_since;
                let read = self.histories.remove(&lead.id);
                rebuild::lead(ledger, Some(&rules), &subject, since, Some(lead), read)?
            }
        };
        lead.is_quiet = self.renewal.as_ref().is_some_and(|renewal| renewal.is_quiet);
        decide(ledger, &rules, &mut lead, at, DecisionCause::Definition)?;
        lead.is_quiet = false;
        Ok(lead)
    }

    /// Writes the leads that were touched, in order of their numbers.
    fn settle(&mut self, ledger: &mut dyn Ledger, at: i64) -> Result<(), CoreError> {
        let mut touched: Vec<SubjectId> = self.touched.drain().collect();
        touched.sort_unstable();
        let mut leads: Vec<LeadState> = touched.iter().filter_map(|id| self.leads.remove(id)).collect();
        for row in settled::rows(self.rules.as_deref(), &mut leads, at) {
            ledger.save_lead(&row)?;
        }
        let passing = std::mem::take(&mut self.passing);
        let staying = leads.into_iter().filter(|lead| !passing.contains(&lead.id));
        self.leads.extend(staying.map(|lead| (lead.id, lead)));
        self.trim();
        Ok(())
    }

    /// Keeps what is at hand within bounds. What goes can be read back.
    fn trim(&mut self) {
        if self.leads.len() > LEADS_MAX {
            self.leads.clear();
        }
        if self.subjects.len() > SUBJECTS_MAX {
            self.subjects.clear();
        }
    }

    fn number(&self) -> i64 {
        self.rules.as_ref().map_or(0, |rules| rules.number)
    }
}

/// Returns what became of a fact that was there already.
fn repeat_of(appended: &Appended) -> Taken {
    match *appended {
        Appended::Known { seq, is_same: true } => Taken::Duplicate { seq },
        Appended::Known { seq, is_same: false } => Taken::Conflict { seq },
        Appended::New(seq) => Taken::Accepted { seq, hand_off: None },
    }
}

fn no_lead(id: SubjectId) -> CoreError {
    CoreError::Record { what: "lead", id, problem: "it is not there".into() }
}

/// Reads a definition that was kept.
fn load_rules(ledger: &mut dyn Ledger, fingerprint: &str) -> Result<Option<Rules>, CoreError> {
    let Some(body) = ledger.definition(fingerprint)? else { return Ok(None) };
    // Only read: a reader opens a desk, too.
    let kept = ledger.definitions()?.into_iter().find(|(_, known)| known == fingerprint);
    Rules::restore(kept.map_or(0, |(number, _)| number), fingerprint, &body).map(Some)
}
