//! What was known of a lead at a place of the log: who it was made of, and its facts.

use bantam_core::CoreError;
use bantam_store::{EdgeKind, Inspection, KnownEdge, Seq, StoredFact, SubjectId, SubjectKind};
use std::collections::BTreeSet;

/// How far the log was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Horizon {
    /// The last fact.
    pub(super) last: Seq,
    /// Whether the last fact's merge counts: an alias links first and merges then.
    pub(super) merged: bool,
}

impl Horizon {
    fn sees(self, (edge, retracted_by): &KnownEdge) -> bool {
        let is_there = edge.fact < self.last || edge.fact == self.last && (self.merged || edge.kind == EdgeKind::Link);
        is_there && retracted_by.is_none_or(|by| by > self.last)
    }
}

/// Returns the place of the log before a moment: the last fact that had been received.
pub(super) fn last_before(source: &mut dyn Inspection, moment: i64, facts: Seq) -> Result<Seq, CoreError> {
    let (mut known, mut unknown) = (0, facts + 1);
    while unknown - known > 1 {
        let middle = known + (unknown - known) / 2;
        let is_before = source.facts_after(middle - 1, 1)?.first().is_some_and(|fact| fact.received_at < moment);
        if is_before {
            known = middle;
        } else {
            unknown = middle;
        }
    }
    Ok(known)
}

/// Returns the facts about a lead that counted then; `None` where some of them were erased since.
pub(super) fn facts_of_lead(
    source: &mut dyn Inspection,
    lead: SubjectId,
    horizon: Horizon,
) -> Result<Option<Vec<StoredFact>>, CoreError> {
    let mut facts = Vec::new();
    for member in members(source, lead, horizon)? {
        facts.extend(source.facts_of(member)?);
    }
    facts.retain(|fact| fact.seq <= horizon.last && fact.retracted_by.is_none_or(|by| by > horizon.last));
    facts.sort_by_key(|fact| fact.seq);
    let is_erased = facts.iter().any(|fact| fact.body.is_empty());
    for fact in &mut facts {
        // What came later is not known yet.
        fact.retracted_by = None;
    }
    Ok((!is_erased).then_some(facts))
}

/// Returns the subjects that were one with a lead.
fn members(source: &mut dyn Inspection, lead: SubjectId, horizon: Horizon) -> Result<BTreeSet<SubjectId>, CoreError> {
    let mut members = BTreeSet::from([lead]);
    let mut pending = vec![lead];
    while let Some(id) = pending.pop() {
        let next = match source.subject_by_id(id)?.map(|subject| subject.kind) {
            Some(SubjectKind::Anonymous) => owner(source, id, horizon)?.into_iter().collect(),
            _ => tied(source, id, horizon)?,
        };
        pending.extend(next.into_iter().filter(|id| members.insert(*id)));
    }
    Ok(members)
}

fn tied(source: &mut dyn Inspection, user: SubjectId, horizon: Horizon) -> Result<Vec<SubjectId>, CoreError> {
    let mut next = Vec::new();
    for (edge, _) in source.known_edges(user)?.into_iter().filter(|known| horizon.sees(known)) {
        let other = if edge.source == user { edge.target } else { edge.source };
        if edge.kind == EdgeKind::Merge || owner(source, other, horizon)? == Some(user) {
            next.push(other);
        }
    }
    Ok(next)
}

/// Returns the user an anonymous id belonged to: the one it was linked to first.
fn owner(source: &mut dyn Inspection, anonymous: SubjectId, horizon: Horizon) -> Result<Option<SubjectId>, CoreError> {
    let edges = source.known_edges(anonymous)?;
    let links = edges.iter().filter(|known| horizon.sees(known)).map(|(edge, _)| edge);
    let links = links.filter(|edge| edge.kind == EdgeKind::Link && edge.source == anonymous);
    Ok(links.min_by(|a, b| (a.at, &a.message_id).cmp(&(b.at, &b.message_id))).map(|edge| edge.target))
}
