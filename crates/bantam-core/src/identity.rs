//! Who is who: which ids are one lead's. A function of the facts that were not retracted, in whatever order they came.
//!
//! An anonymous id belongs to the user it was linked to first; merged users are one lead, which goes by the id that was
//! heard of first. So leads are the connected parts of a graph that has users in them.

use super::CoreError;
use bantam_store::{Digest, Edge, EdgeKind, Ledger, Subject, SubjectId, SubjectKind};
use hashbrown::HashSet;

/// Ids that programs send where they have none. Many people share them, so they are nobody's.
const PLACEHOLDERS: [&str; 16] = [
    "",
    "anonymous",
    "guest",
    "distinctid",
    "distinct_id",
    "id",
    "not_authenticated",
    "email",
    "undefined",
    "true",
    "false",
    "null",
    "none",
    "nan",
    "0",
    "[object object]",
];

/// Returns whether an id is a placeholder, in any case and also in quotes.
pub fn is_placeholder(id: &str) -> bool {
    let bare = id.trim().trim_matches(['"', '\'', '`']).trim().to_lowercase();
    let is_zero_uuid = bare.len() >= 32 && bare.chars().all(|c| matches!(c, '0' | '-' | '{' | '}'));
    is_zero_uuid || PLACEHOLDERS.contains(&bare.as_str())
}

/// Returns what is left of the name of somebody who was erased: enough to know them again when they are sent once more.
pub fn tombstone(name: &str) -> String {
    Digest::of(format!("erased\0{name}").as_bytes()).hex()
}

/// Returns the subjects that are one with a subject, itself among them.
pub(super) fn connected(ledger: &mut dyn Ledger, start: SubjectId) -> Result<Vec<Subject>, CoreError> {
    let mut seen: HashSet<SubjectId> = HashSet::from_iter([start]);
    let mut pending = vec![start];
    let mut found = Vec::new();
    while let Some(id) = pending.pop() {
        let Some(subject) = ledger.subject_by_id(id)? else { continue };
        for next in neighbours(ledger, &subject)? {
            if seen.insert(next) {
                pending.push(next);
            }
        }
        found.push(subject);
    }
    found.sort_by_key(|subject| subject.id);
    Ok(found)
}

fn neighbours(ledger: &mut dyn Ledger, subject: &Subject) -> Result<Vec<SubjectId>, CoreError> {
    let edges = ledger.edges_of(subject.id)?;
    if subject.kind == SubjectKind::Anonymous {
        return Ok(first_link(&edges, subject.id).map(|link| link.target).into_iter().collect());
    }
    let mut next = Vec::new();
    for edge in edges {
        let other = if edge.source == subject.id { edge.target } else { edge.source };
        let counts = match edge.kind {
            EdgeKind::Merge => true,
            EdgeKind::Link => owner(ledger, other)? == Some(subject.id),
        };
        if counts {
            next.push(other);
        }
    }
    Ok(next)
}

/// Returns the user that an anonymous id belongs to.
pub(super) fn owner(ledger: &mut dyn Ledger, anonymous: SubjectId) -> Result<Option<SubjectId>, CoreError> {
    Ok(first_link(&ledger.edges_of(anonymous)?, anonymous).map(|link| link.target))
}

/// Returns the link that stands: the first to have happened.
fn first_link(edges: &[Edge], anonymous: SubjectId) -> Option<&Edge> {
    let links = edges.iter().filter(|edge| edge.kind == EdgeKind::Link && edge.source == anonymous);
    links.min_by(|a, b| (a.at, &a.message_id).cmp(&(b.at, &b.message_id)))
}

/// The user whose id a lead goes by.
pub(super) struct Oldest {
    pub(super) id: SubjectId,
    /// When it was first heard of, where there are others.
    pub(super) since: Option<i64>,
}

/// Returns the oldest user of a part of the graph; `None` where there is none in it.
pub(super) fn oldest(ledger: &mut dyn Ledger, part: &[Subject]) -> Result<Option<Oldest>, CoreError> {
    let users: Vec<&Subject> = part.iter().filter(|subject| subject.kind == SubjectKind::User).collect();
    if let [only] = users[..] {
        return Ok(Some(Oldest { id: only.id, since: None }));
    }
    let mut best: Option<(i64, &Subject)> = None;
    for user in users {
        let facts = ledger.facts_of(user.id)?;
        let live = facts.iter().filter(|fact| fact.retracted_by.is_none() && !fact.body.is_empty());
        let since = live.map(|fact| fact.happened_at).min().unwrap_or(i64::MAX);
        if best.is_none_or(|(earliest, known)| (since, &user.name) < (earliest, &known.name)) {
            best = Some((since, user));
        }
    }
    Ok(best.map(|(since, user)| Oldest { id: user.id, since: Some(since) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idn_03_placeholders_are_nobodys_id() {
        let shared =
            "anonymous guest distinctid distinct_id id not_authenticated email undefined true false null none nan 0";
        for id in shared.split(' ').chain(["", "  ", "[object Object]", "00000000-0000-0000-0000-000000000000"]) {
            for form in [id.to_owned(), id.to_uppercase(), format!("\"{id}\""), format!(" '{id}' ")] {
                assert!(is_placeholder(&form), "{form}");
            }
        }
        for id in ["u1", "00", "identity", "a@example.com", "00000000-0000-0000-0000-000000000001"] {
            assert!(!is_placeholder(id), "{id}");
        }
    }
}
