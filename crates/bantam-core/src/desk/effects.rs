//! What each kind of fact changes.

use super::activation::{refuse_step, sign_or_propose};
use super::{Desk, Refusal};
use crate::CoreError;
use crate::decide::{decide, keep, load_hand_off, open, post};
use crate::definitions;
use crate::erasure;
use crate::fact::{Answer, Fact, FactKind};
use crate::hand_off::{AnswerRefusal, HandOff, Opened};
use crate::history::OutOfOrder;
use crate::identity::tombstone;
use crate::lead::LeadState;
use crate::public_id::Secret;
use crate::rebuild::{self, add, change_of, event_of};
use crate::records::DecisionCause;
use crate::rules::Rules;
use bantam_lang::meaning::SalesAnswer;
use bantam_store::{Digest, Ledger, Seq, StoredFact, Subject, SubjectId, SubjectKind};

impl Desk {
    /// Returns why a fact cannot be taken, if it cannot. `lead` is who it is about.
    pub(super) fn refusal(
        &mut self,
        ledger: &mut dyn Ledger,
        fact: &Fact,
        lead: Option<SubjectId>,
    ) -> Result<Option<Refusal>, CoreError> {
        let lead = match (&fact.kind, lead) {
            (FactKind::Answer(_) | FactKind::Opening { .. }, Some(id)) => self.look_at(ledger, id)?,
            _ => None,
        };
        Ok(match &fact.kind {
            FactKind::Answer(answer) => {
                let hand_off = load_hand_off(ledger, answer.hand_off)?;
                self.rules()
                    .and_then(|rules| refuse_answer(rules, lead.as_ref(), &hand_off, answer))
                    .map(Refusal::Answer)
            }
            FactKind::Opening { .. } => match lead {
                _ if self.rules().is_none() => Some(Refusal::NoDefinition),
                None => Some(Refusal::NoSuchLead),
                Some(lead) => match lead.standing.clocks.first() {
                    Some(clock) => {
                        let hand_off = Secret::of(ledger)?.hand_off_id(clock.hand_off);
                        Some(Refusal::InProgress { hand_off })
                    }
                    None => None,
                },
            },
            FactKind::Retraction { message_id, .. } => {
                let known = ledger.find_message(Digest::of(message_id.as_bytes()))?;
                known.is_none().then_some(Refusal::NoSuchMessage)
            }
            FactKind::Activation { fingerprint } => {
                ledger.definition(fingerprint)?.is_none().then_some(Refusal::NoDefinition)
            }
            kind => refuse_step(ledger, kind)?.map(Refusal::Definition),
        })
    }

    /// Lets a fact that was appended have its effect; returns the hand-off it opened or changed.
    pub(super) fn apply(
        &mut self,
        ledger: &mut dyn Ledger,
        fact: &Fact,
        subject: Option<&Subject>,
        seq: Seq,
        at: i64,
    ) -> Result<Option<i64>, CoreError> {
        match &fact.kind {
            FactKind::Profile { links: true, .. } => {
                if let (Some(subject), Some(anonymous)) = (subject, &fact.anonymous) {
                    self.link(ledger, fact, anonymous, subject, seq, at)?;
                }
            }
            FactKind::Alias { previous, .. } => {
                if let Some(subject) = subject {
                    self.merge(ledger, fact, previous, subject, seq, at)?;
                }
            }
            FactKind::Retraction { message_id, .. } => return self.retract(ledger, message_id, seq, at).map(|()| None),
            FactKind::Team(team) => {
                ledger.set(&format!("team:{}", team.name), &serde_json::to_vec(team).unwrap_or_default())?;
            }
            FactKind::Draft { fingerprint, text, by } => {
                let is_other_text = definitions::draft(ledger, fingerprint, text, by, at)?;
                // Nobody signed the text that would become active.
                let unscheduled = is_other_text.then(|| self.unschedule(ledger, fingerprint));
                unscheduled.transpose()?;
            }
            FactKind::Proposal { fingerprint, .. } => {
                self.unschedule(ledger, fingerprint)?;
                sign_or_propose(ledger, &fact.kind, at)?;
            }
            FactKind::Signature { .. } => sign_or_propose(ledger, &fact.kind, at)?,
            FactKind::SignaturesVoided { by, teams } => self.void_signatures(ledger, by, teams, at)?,
            FactKind::SignedActivation { fingerprint, .. } => self.schedule(ledger, fingerprint, at)?,
            FactKind::Activation { fingerprint } => self.activate(ledger, fingerprint, at, true)?,
            FactKind::Renewal { leads } => self.renew_next(ledger, *leads, at)?,
            FactKind::Erasure { tombstone, .. } => self.erase(ledger, tombstone, at)?,
            _ => {}
        }
        self.reconsider_oldest(ledger, fact, subject, seq, at)?;
        // Who the subject is part of may be another than before.
        let Some(subject) = subject else { return Ok(None) };
        let Some(lead) = ledger.subject_by_id(subject.id)?.and_then(|subject| subject.lead) else { return Ok(None) };
        self.apply_to_lead(ledger, fact, lead, seq, at)
    }

    /// Lets a fact change the lead it is about.
    fn apply_to_lead(
        &mut self,
        ledger: &mut dyn Ledger,
        fact: &Fact,
        id: SubjectId,
        seq: Seq,
        at: i64,
    ) -> Result<Option<i64>, CoreError> {
        let rules = self.rules.clone();
        let lead = self.touch(ledger, id, at)?;
        if let FactKind::DoNotScore { on, .. } = fact.kind {
            lead.is_muted = on;
        }
        let Some(rules) = rules else { return Ok(None) };
        // Who was regrouped just now has been made anew from the log, this fact among the others.
        let is_renewed = lead.renewed_by == Some(seq);
        let mut hand_off = None;
        let mut is_changed = matches!(fact.kind, FactKind::DoNotScore { .. });
        if !is_renewed {
            if let Some(event) = event_of(&fact.kind, &rules) {
                is_changed |= add(&mut lead.history, event, fact.happened_at);
            }
            if let Some(change) = change_of(&fact.kind, &rules) {
                is_changed = true;
                if let Err(OutOfOrder) = lead.history.change(fact.happened_at, &fact.message_id, change, &rules) {
                    self.remake_history(ledger, id, &rules)?;
                }
            }
        }
        let lead = self.touch(ledger, id, at)?;
        match &fact.kind {
            FactKind::Answer(answer) => hand_off = answered(ledger, &rules, lead, answer.hand_off, answer, seq, at)?,
            FactKind::Event { name, .. } => hand_off = answered_elsewhere(ledger, &rules, lead, name, fact, seq, at)?,
            FactKind::Opening { reason, by } => {
                let opened = Opened::Person { reason: reason.clone(), by: by.clone() };
                hand_off = Some(open(ledger, &rules, lead, at, opened)?);
            }
            _ => {}
        }
        if is_changed && !is_renewed || hand_off.is_some() {
            decide(ledger, &rules, lead, at, DecisionCause::Fact(seq))?;
        }
        Ok(hand_off)
    }

    fn remake_history(&mut self, ledger: &mut dyn Ledger, id: SubjectId, rules: &Rules) -> Result<(), CoreError> {
        let members = ledger.members(id)?;
        if let Some(lead) = self.leads.get_mut(&id) {
            (lead.history, lead.is_muted) = rebuild::history(ledger, Some(rules), &lead.name, &members)?;
        }
        Ok(())
    }

    fn retract(&mut self, ledger: &mut dyn Ledger, message_id: &str, seq: Seq, at: i64) -> Result<(), CoreError> {
        let Some(target) = ledger.find_message(Digest::of(message_id.as_bytes()))? else { return Ok(()) };
        if target.retracted_by.is_some() {
            return Ok(());
        }
        let Some(about) = target.subject else {
            // What was spent is nobody's, and can be wrong. Teams and definitions are changed by saying how they are now.
            if rebuild::read_fact(&target)?.is_some_and(|fact| matches!(fact.kind, FactKind::Spend { .. })) {
                ledger.retract(target.seq, seq)?;
            }
            return Ok(());
        };
        let edges = ledger.edges_by(target.seq)?;
        ledger.retract(target.seq, seq)?;
        let reopened = take_back(ledger, &target)?;
        let mut seeds = vec![about];
        for edge in &edges {
            self.relink(ledger, edge)?;
            seeds.extend([edge.source, edge.target]);
        }
        self.regroup(ledger, &seeds, seq, at)?;
        let Some(hand_off) = reopened else { return Ok(()) };
        let Some(id) = ledger.subject_by_id(about)?.and_then(|subject| subject.lead) else { return Ok(()) };
        let lead = self.touch(ledger, id, at)?;
        post(ledger, lead, "hand_off.answered", at, &hand_off)
    }

    /// Erases a lead by what is left of its id: all subjects that are one with it.
    fn erase(&mut self, ledger: &mut dyn Ledger, mark: &str, at: i64) -> Result<(), CoreError> {
        let Some(lead) = self.erasing.take() else { return Ok(()) };
        self.settle(ledger, at)?;
        for member in ledger.members(lead)? {
            erasure::blank(ledger, &member, mark)?;
            ledger.erase_subject(member.id, &tombstone(&member.name))?;
        }
        self.leads.remove(&lead);
        self.subjects.clear();
        let message = serde_json::json!({"type": "lead.erased", "timestamp": at, "lead": mark});
        // By the number, which is left: so it comes after what is on its way about that lead.
        ledger.post("lead.erased", Some(lead), message.to_string().as_bytes())?;
        Ok(())
    }

    /// Says whom the next erasure is about: the fact itself must not hold the id.
    pub fn prepare_erasure(&mut self, ledger: &mut dyn Ledger, name: &str) -> Result<bool, CoreError> {
        let subject = ledger.find_subject(SubjectKind::User, name)?;
        self.erasing = subject.and_then(|subject| subject.lead);
        Ok(self.erasing.is_some())
    }
}

/// Returns why an answer cannot be given, if it cannot.
fn refuse_answer(
    rules: &Rules,
    lead: Option<&LeadState>,
    hand_off: &HandOff,
    answer: &Answer,
) -> Option<AnswerRefusal> {
    let agreed = rules.meaning.hand_off.as_ref().map_or(&[][..], |hand_off| &hand_off.reject_reasons);
    if let Some(refusal) = hand_off.refusal(answer, agreed) {
        return Some(refusal);
    }
    if answer.answer != SalesAnswer::Opportunity {
        return None;
    }
    let open = open_questions(rules, lead?, answer);
    (!open.is_empty()).then_some(AnswerRefusal::Qualification { open })
}

/// Returns the criteria that neither the lead nor the answer answers.
fn open_questions(rules: &Rules, lead: &LeadState, answer: &Answer) -> Vec<String> {
    let mut attributes = match lead.history.timeline.profiles.last() {
        Some(profile) => profile.attributes.clone(),
        None => rules.default_attributes(),
    };
    for (place, value) in rules.changes(&answer.qualification) {
        if let Some(attribute) = attributes.get_mut(place) {
            *attribute = value;
        }
    }
    let is_open = |&&criterion: &&usize| attributes.get(criterion).is_none_or(Option::is_none);
    let name = |&criterion: &usize| rules.meaning.lead.attributes.get(criterion).map(|known| known.name.clone());
    rules.meaning.criteria.iter().filter(is_open).filter_map(name).collect()
}

/// Takes an answer back that does not count any more: its hand-off stands as before. Not where more followed, or where the
/// lead has been handed off once more since. The lead has to be made anew after it.
fn take_back(ledger: &mut dyn Ledger, target: &StoredFact) -> Result<Option<HandOff>, CoreError> {
    let Some(Fact { kind: FactKind::Answer(answer), .. }) = rebuild::read_fact(target)? else { return Ok(None) };
    let mut hand_off = load_hand_off(ledger, answer.hand_off)?;
    let others = ledger.hand_offs_of(hand_off.subject)?;
    let is_followed = others.iter().any(|other| other.id > hand_off.id);
    if is_followed || !hand_off.take_back(target.seq) {
        return Ok(None);
    }
    ledger.save_hand_off(&hand_off.row())?;
    Ok(Some(hand_off))
}

/// Moves a hand-off by an answer that can be given.
fn answered(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    lead: &mut LeadState,
    id: i64,
    answer: &Answer,
    seq: Seq,
    at: i64,
) -> Result<Option<i64>, CoreError> {
    let mut hand_off = load_hand_off(ledger, id)?;
    let recycle_after = rules.meaning.hand_off.as_ref().and_then(|hand_off| hand_off.recycle_after_seconds);
    hand_off.take(answer, at, seq, recycle_after);
    keep(ledger, lead, &hand_off)?;
    post(ledger, lead, "hand_off.answered", at, &hand_off)?;
    Ok(Some(id))
}

/// Moves the hand-off in progress by an event that the definition takes for an answer, as a CRM sends them. What was
/// given somewhere else is not asked for reasons and amounts here; where it does not fit, the hand-off stays.
fn answered_elsewhere(
    ledger: &mut dyn Ledger,
    rules: &Rules,
    lead: &mut LeadState,
    name: &str,
    fact: &Fact,
    seq: Seq,
    at: i64,
) -> Result<Option<i64>, CoreError> {
    let Some(answer) = rules.answer_of_event(name) else { return Ok(None) };
    let Some(id) = lead.standing.clocks.first().map(|clock| clock.hand_off) else { return Ok(None) };
    if load_hand_off(ledger, id)?.state.after(answer).is_none() {
        return Ok(None);
    }
    let FactKind::Event { properties, .. } = &fact.kind else { return Ok(None) };
    let text = |key: &str| properties.get(key).and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    let answer = Answer {
        hand_off: id,
        answer,
        by: text("by").or_else(|| text("owner")).unwrap_or_else(|| fact.source.clone()),
        reason: text("reason"),
        amount: properties.get("amount").and_then(|raw| raw.get().parse().ok()),
        close_date: text("close_date"),
        not_before: None,
        qualification: Default::default(),
    };
    answered(ledger, rules, lead, id, &answer, seq, at)
}
