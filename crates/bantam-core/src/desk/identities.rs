//! What facts change about who is who. Leads whose parts change are made anew from the log.

use super::{Desk, no_lead};
use crate::CoreError;
use crate::decide::decide;
use crate::fact::{Fact, FactKind};
use crate::identity::{connected, is_placeholder, oldest, owner};
use crate::rebuild;
use crate::records::DecisionCause;
use bantam_store::{Edge, EdgeKind, Ledger, Seq, Subject, SubjectId, SubjectKind};
use std::collections::BTreeSet;

impl Desk {
    /// Links an anonymous id to a user.
    pub(super) fn link(
        &mut self,
        ledger: &mut dyn Ledger,
        fact: &Fact,
        anonymous: &str,
        user: &Subject,
        seq: Seq,
        at: i64,
    ) -> Result<(), CoreError> {
        if is_placeholder(anonymous) || user.kind != SubjectKind::User {
            return Ok(());
        }
        let Some(visitor) = self.subject(ledger, SubjectKind::Anonymous, anonymous)? else { return Ok(()) };
        let before = owner(ledger, visitor.id)?;
        let edge = Edge {
            fact: seq,
            source: visitor.id,
            target: user.id,
            kind: EdgeKind::Link,
            at: fact.happened_at,
            message_id: fact.message_id.clone(),
        };
        // Programs say who somebody is again and again; the earliest time they said so is enough.
        let known = ledger.edges_of(visitor.id)?;
        if known.iter().any(|known| known.target == user.id && is_before(known, &edge)) {
            return Ok(());
        }
        ledger.add_edge(&edge)?;
        if owner(ledger, visitor.id)? == before {
            return Ok(());
        }
        self.regroup(ledger, &[visitor.id, user.id], seq, at)
    }

    /// Merges another id with a user's: as an anonymous id, and as a user's, whichever it turns out to be.
    pub(super) fn merge(
        &mut self,
        ledger: &mut dyn Ledger,
        fact: &Fact,
        previous: &str,
        user: &Subject,
        seq: Seq,
        at: i64,
    ) -> Result<(), CoreError> {
        // An SDK that was told twice who somebody is sends an alias of an id to itself.
        if is_placeholder(previous) || user.kind != SubjectKind::User || previous == user.name {
            return Ok(());
        }
        self.link(ledger, fact, previous, user, seq, at)?;
        let Some(other) = self.subject(ledger, SubjectKind::User, previous)? else { return Ok(()) };
        let (at_time, message_id) = (fact.happened_at, fact.message_id.clone());
        let kind = EdgeKind::Merge;
        ledger.add_edge(&Edge { fact: seq, source: other.id, target: user.id, kind, at: at_time, message_id })?;
        self.regroup(ledger, &[other.id, user.id], seq, at)
    }

    /// After a link was retracted: the next fact that says the same takes its place.
    pub(super) fn relink(&mut self, ledger: &mut dyn Ledger, gone: &Edge) -> Result<(), CoreError> {
        if gone.kind != EdgeKind::Link {
            return Ok(());
        }
        let Some(visitor) = ledger.subject_by_id(gone.source)? else { return Ok(()) };
        let mut next: Option<Edge> = None;
        for stored in ledger.facts_of(gone.target)?.iter().filter(|stored| stored.retracted_by.is_none()) {
            let Some(fact) = rebuild::read_fact(stored)? else { continue };
            let says_so = match &fact.kind {
                FactKind::Profile { links, .. } => *links && fact.anonymous.as_deref() == Some(&visitor.name),
                FactKind::Alias { previous, .. } => *previous == visitor.name,
                _ => false,
            };
            let edge = Edge { fact: stored.seq, at: fact.happened_at, message_id: fact.message_id, ..gone.clone() };
            if says_so && next.as_ref().is_none_or(|next| is_before(&edge, next)) {
                next = Some(edge);
            }
        }
        if let Some(next) = next
            && !ledger.edges_of(gone.source)?.contains(&next)
        {
            ledger.add_edge(&next)?;
        }
        Ok(())
    }

    /// Looks again by whose id a merged lead goes, where a fact may have shown that another is older.
    pub(super) fn reconsider_oldest(
        &mut self,
        ledger: &mut dyn Ledger,
        fact: &Fact,
        subject: Option<&Subject>,
        seq: Seq,
        at: i64,
    ) -> Result<(), CoreError> {
        let Some(subject) = subject.filter(|subject| subject.kind == SubjectKind::User) else { return Ok(()) };
        let Some(lead) = ledger.subject_by_id(subject.id)?.and_then(|subject| subject.lead) else { return Ok(()) };
        let since = self.touch(ledger, lead, at)?.oldest_since;
        match since {
            Some(since) if fact.happened_at <= since => self.regroup(ledger, &[subject.id], seq, at),
            _ => Ok(()),
        }
    }

    /// Finds out which leads some subjects, and all who were one with them, are part of now; makes those leads anew.
    pub(super) fn regroup(
        &mut self,
        ledger: &mut dyn Ledger,
        seeds: &[SubjectId],
        seq: Seq,
        at: i64,
    ) -> Result<(), CoreError> {
        let mut pending: BTreeSet<SubjectId> = seeds.iter().copied().collect();
        for &seed in seeds {
            if let Some(lead) = ledger.subject_by_id(seed)?.and_then(|subject| subject.lead) {
                pending.extend(ledger.members(lead)?.iter().map(|member| member.id));
            }
        }
        let (mut before, mut after) = (BTreeSet::new(), Vec::new());
        while let Some(start) = pending.pop_first() {
            let part = connected(ledger, start)?;
            let oldest = oldest(ledger, &part)?;
            let lead = oldest.as_ref().map(|oldest| oldest.id);
            for subject in &part {
                pending.remove(&subject.id);
                before.extend(subject.lead);
                if subject.lead != lead && !subject.erased {
                    ledger.assign_lead(subject.id, lead)?;
                }
            }
            after.extend(oldest);
        }
        self.subjects.clear();
        for gone in before.iter().filter(|id| !after.iter().any(|oldest| oldest.id == **id)) {
            ledger.remove_lead(*gone)?;
            self.leads.remove(gone);
            self.touched.remove(gone);
        }
        for oldest in after {
            let subject = ledger.subject_by_id(oldest.id)?.ok_or_else(|| no_lead(oldest.id))?;
            self.remake(ledger, &subject, oldest.since, seq, at)?;
        }
        Ok(())
    }

    /// Makes a lead anew and decides it.
    fn remake(
        &mut self,
        ledger: &mut dyn Ledger,
        subject: &Subject,
        oldest_since: Option<i64>,
        seq: Seq,
        at: i64,
    ) -> Result<(), CoreError> {
        let rules = self.rules.clone();
        let posted = self.load(ledger, subject.id)?.map_or(0, |known| known.posted);
        let mut lead = rebuild::lead(ledger, rules.as_deref(), subject, oldest_since, None, None)?;
        lead.posted = posted;
        lead.renewed_by = Some(seq);
        if let Some(rules) = rules {
            decide(ledger, &rules, &mut lead, at, DecisionCause::Fact(seq))?;
        }
        self.touched.insert(subject.id);
        self.leads.insert(subject.id, lead);
        Ok(())
    }
}

/// Returns whether one edge happened before another, or is it.
fn is_before(edge: &Edge, other: &Edge) -> bool {
    (edge.at, &edge.message_id) <= (other.at, &other.message_id)
}
