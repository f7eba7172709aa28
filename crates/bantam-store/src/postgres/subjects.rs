//! Subjects, what ties them together, and their erasure.

use super::connection::{Call, call};
use super::ledger::{PostgresLedger, next};
use super::text::{spelled, unspelled};
use crate::checksums::fact_sum;
use crate::error::StoreError;
use crate::records::{Edge, EdgeKind, Seq, Subject, SubjectId, SubjectKind};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use tokio_postgres::Row;

type Name<'a> = (SubjectKind, Cow<'a, str>);

/// What a transaction knows of subjects, and what is to be written of them.
#[derive(Default)]
pub(super) struct Subjects {
    by_id: HashMap<SubjectId, Subject>,
    /// `None` where nobody is known so.
    by_name: HashMap<(SubjectKind, String), Option<SubjectId>>,
    changed: BTreeSet<SubjectId>,
    /// All edges at a subject that count, in order.
    edges: HashMap<SubjectId, Vec<Edge>>,
    new_edges: Vec<Edge>,
}

impl Subjects {
    pub(super) fn len(&self) -> usize {
        self.by_name.len() + self.edges.len()
    }

    fn keep(&mut self, subject: Subject) {
        self.by_name.insert((subject.kind, subject.name.clone()), Some(subject.id));
        self.by_id.insert(subject.id, subject);
    }

    /// Keeps subjects that somebody has at hand, but for those that were changed in this transaction.
    pub(super) fn keep_known(&mut self, known: &[Subject]) {
        for subject in known {
            if !self.by_id.contains_key(&subject.id) {
                self.keep(subject.clone());
            }
        }
    }

    /// Returns the leads of subjects, as far as they are known.
    pub(super) fn leads_of(&self, names: &[Name<'_>]) -> Vec<SubjectId> {
        let known = |(kind, name): &Name<'_>| self.by_name.get(&(*kind, name.clone().into_owned())).copied().flatten();
        names.iter().filter_map(known).filter_map(|id| self.by_id.get(&id)?.lead).collect()
    }

    pub(super) fn forget_edges_by(&mut self, fact: Seq) {
        self.edges.values_mut().for_each(|edges| edges.retain(|edge| edge.fact != fact));
    }

    pub(super) fn write(&mut self, calls: &mut Vec<Call>) {
        let changed = std::mem::take(&mut self.changed);
        let subjects: Vec<&Subject> = changed.iter().filter_map(|id| self.by_id.get(id)).collect();
        if !subjects.is_empty() {
            calls.push(call!(
                "insert into subject (id, kind, name, lead) select * from \
                 unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) \
                 on conflict (id) do update set lead = excluded.lead",
                subjects.iter().map(|subject| subject.id).collect::<Vec<_>>(),
                subjects.iter().map(|subject| subject.kind.number()).collect::<Vec<_>>(),
                subjects.iter().map(|subject| spelled(&subject.name).into_owned()).collect::<Vec<_>>(),
                subjects.iter().map(|subject| subject.lead).collect::<Vec<_>>()
            ));
        }
        let edges = std::mem::take(&mut self.new_edges);
        if !edges.is_empty() {
            calls.push(call!(
                "insert into edge (fact, source, target, kind, at, message_id) select * from \
                 unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])",
                edges.iter().map(|edge| edge.fact).collect::<Vec<_>>(),
                edges.iter().map(|edge| edge.source).collect::<Vec<_>>(),
                edges.iter().map(|edge| edge.target).collect::<Vec<_>>(),
                edges.iter().map(|edge| i64::from(edge.kind == EdgeKind::Merge)).collect::<Vec<_>>(),
                edges.iter().map(|edge| edge.at).collect::<Vec<_>>(),
                edges.iter().map(|edge| spelled(&edge.message_id).into_owned()).collect::<Vec<_>>()
            ));
        }
    }
}

/// Returns names as two parameters.
pub(super) fn names_of(names: &[Name<'_>]) -> (Vec<i64>, Vec<String>) {
    names.iter().map(|(kind, name)| (kind.number(), spelled(name).into_owned())).unzip()
}

pub(super) fn foreseen(names: &[Name<'_>]) -> Call {
    let (kinds, names) = names_of(names);
    call!(
        "select id, subject.kind, subject.name, lead, erased from unnest($1::bigint[], $2::text[]) as wanted (kind, name) \
         join subject on subject.kind = wanted.kind and subject.name = wanted.name",
        kinds,
        names
    )
}

pub(super) fn keep(ledger: &mut PostgresLedger<'_>, names: &[Name<'_>], rows: Vec<Row>) -> Result<(), StoreError> {
    for (kind, name) in names {
        ledger.subjects.by_name.entry((*kind, name.clone().into_owned())).or_insert(None);
    }
    for row in rows {
        let subject = read(&row)?;
        // What was changed in this transaction stands.
        if !ledger.subjects.by_id.contains_key(&subject.id) {
            ledger.subjects.keep(subject);
        }
    }
    Ok(())
}

/// Visitors are asked about again whenever a program says who they are.
pub(super) fn foreseen_edges(names: &[Name<'_>]) -> Call {
    let visitors = names.iter().filter(|(kind, _)| *kind == SubjectKind::Anonymous);
    let visitors: Vec<String> = visitors.map(|(_, name)| spelled(name).into_owned()).collect();
    call!(
        "select edge.fact, source, target, edge.kind, at, message_id, subject.id \
         from unnest($1::text[]) as wanted (name) join subject on subject.kind = 1 and subject.name = wanted.name \
         left join edge on (edge.source = subject.id or edge.target = subject.id) \
         and not exists (select 1 from retraction where retraction.fact = edge.fact) order by edge.fact, source",
        visitors
    )
}

pub(super) fn keep_edges(ledger: &mut PostgresLedger<'_>, rows: Vec<Row>) -> Result<(), StoreError> {
    let mut found: HashMap<SubjectId, Vec<Edge>> = HashMap::new();
    for row in rows {
        let edges = found.entry(row.try_get(6)?).or_default();
        if row.try_get::<_, Option<i64>>(0)?.is_some() {
            let edge = read_edge(&row)?;
            // The same visitor may have been foreseen twice.
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
    }
    for (subject, edges) in found {
        ledger.subjects.edges.entry(subject).or_insert(edges);
    }
    Ok(())
}

pub(super) fn find(
    ledger: &mut PostgresLedger<'_>,
    kind: SubjectKind,
    name: &str,
) -> Result<Option<Subject>, StoreError> {
    let key = (kind, name.to_owned());
    if !ledger.subjects.by_name.contains_key(&key) {
        let names = [(kind, Cow::Borrowed(name))];
        let rows = ledger.fetch(foreseen(&names))?;
        keep(ledger, &names, rows)?;
    }
    let id = ledger.subjects.by_name.get(&key).copied().flatten();
    Ok(id.and_then(|id| ledger.subjects.by_id.get(&id).cloned()))
}

pub(super) fn find_or_add(
    ledger: &mut PostgresLedger<'_>,
    kind: SubjectKind,
    name: &str,
) -> Result<Subject, StoreError> {
    if let Some(subject) = find(ledger, kind, name)? {
        return Ok(subject);
    }
    let id = next(&mut ledger.numbers.subject);
    let lead = (kind == SubjectKind::User).then_some(id);
    let subject = Subject { id, kind, name: name.to_owned(), lead, erased: false };
    ledger.subjects.keep(subject.clone());
    ledger.subjects.changed.insert(id);
    ledger.subjects.edges.insert(id, Vec::new());
    ledger.leads.keep_absent([id]);
    Ok(subject)
}

pub(super) fn by_id(ledger: &mut PostgresLedger<'_>, id: SubjectId) -> Result<Option<Subject>, StoreError> {
    if let Some(subject) = ledger.subjects.by_id.get(&id) {
        return Ok(Some(subject.clone()));
    }
    let rows = ledger.fetch(call!("select id, kind, name, lead, erased from subject where id = $1", id))?;
    let subject = rows.first().map(read).transpose()?;
    if let Some(subject) = &subject {
        ledger.subjects.keep(subject.clone());
    }
    Ok(subject)
}

pub(super) fn assign_lead(
    ledger: &mut PostgresLedger<'_>,
    subject: SubjectId,
    lead: Option<SubjectId>,
) -> Result<(), StoreError> {
    by_id(ledger, subject)?;
    if let Some(known) = ledger.subjects.by_id.get_mut(&subject) {
        known.lead = lead;
        ledger.subjects.changed.insert(subject);
    }
    Ok(())
}

pub(super) fn erased_after(
    ledger: &mut PostgresLedger<'_>,
    id: SubjectId,
    limit: usize,
) -> Result<Vec<SubjectId>, StoreError> {
    let query = "select id from subject where id > $1 and erased order by id limit $2";
    let rows = ledger.ask(call!(query, id, limit as i64))?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

pub(super) fn members(ledger: &mut PostgresLedger<'_>, lead: SubjectId) -> Result<Vec<Subject>, StoreError> {
    let query = "select id, kind, name, lead, erased from subject where lead = $1 order by id";
    let members: Vec<Subject> = ledger.ask(call!(query, lead))?.iter().map(read).collect::<Result<_, _>>()?;
    for member in &members {
        ledger.subjects.keep(member.clone());
    }
    Ok(members)
}

pub(super) fn add_edge(ledger: &mut PostgresLedger<'_>, edge: &Edge) {
    let subjects = &mut ledger.subjects;
    let ends = if edge.source == edge.target { vec![edge.source] } else { vec![edge.source, edge.target] };
    for end in ends {
        if let Some(edges) = subjects.edges.get_mut(&end) {
            edges.push(edge.clone());
            edges.sort_by_key(|edge| (edge.fact, edge.source));
        }
    }
    subjects.new_edges.push(edge.clone());
}

pub(super) fn edges_of(ledger: &mut PostgresLedger<'_>, subject: SubjectId) -> Result<Vec<Edge>, StoreError> {
    if let Some(edges) = ledger.subjects.edges.get(&subject) {
        return Ok(edges.clone());
    }
    let rows = ledger.ask(call!(
        "select edge.fact, source, target, kind, at, message_id from edge where (source = $1 or target = $1) \
         and not exists (select 1 from retraction where retraction.fact = edge.fact) order by edge.fact, source",
        subject
    ))?;
    let edges: Vec<Edge> = rows.iter().map(read_edge).collect::<Result<_, _>>()?;
    ledger.subjects.edges.insert(subject, edges.clone());
    Ok(edges)
}

pub(super) fn edges_by(ledger: &mut PostgresLedger<'_>, fact: Seq) -> Result<Vec<Edge>, StoreError> {
    // A fact ties its own subject and another, so its edges stand among those of its subject.
    let rows = ledger.ask(call!(
        "select edge.fact, source, target, kind, at, message_id from edge \
         where edge.fact = $1 and target = (select subject from fact where seq = $1)",
        fact
    ))?;
    rows.iter().map(read_edge).collect()
}

pub(super) fn erase(ledger: &mut PostgresLedger<'_>, subject: SubjectId, name: &str) -> Result<(), StoreError> {
    let rows = ledger.ask(call!("select seq, received_at, happened_at from fact where subject = $1", subject))?;
    let digest = [0_u8; 16];
    let (mut seqs, mut sums): (Vec<Seq>, Vec<i64>) = (Vec::new(), Vec::new());
    for row in rows {
        let seq = row.try_get(0)?;
        seqs.push(seq);
        sums.push(fact_sum(seq, Some(subject), row.try_get(1)?, row.try_get(2)?, &digest, &[]));
    }
    ledger.write(call!(
        "update fact set body = ''::bytea, digest = $3, checksum = sums.sum \
         from unnest($1::bigint[], $2::bigint[]) as sums (seq, sum) where fact.seq = sums.seq",
        seqs,
        sums,
        digest.to_vec()
    ))?;
    for sql in [
        "delete from delivery where message in (select id from outbox where subject = $1)",
        "delete from outbox where subject = $1",
        "delete from edge where source = $1 or target = $1",
        "delete from lead where id = $1",
    ] {
        ledger.write(call!(sql, subject))?;
    }
    let tombstone = "update subject set name = $2, lead = null, erased = true where id = $1";
    ledger.write(call!(tombstone, subject, spelled(name).into_owned()))?;
    ledger.forget()
}

fn read(row: &Row) -> Result<Subject, StoreError> {
    let kind = SubjectKind::of_number(row.try_get::<_, i64>(1)?);
    let name = unspelled(row.try_get(2)?);
    Ok(Subject { id: row.try_get(0)?, kind, name, lead: row.try_get(3)?, erased: row.try_get(4)? })
}

pub(super) fn merges_before(ledger: &mut PostgresLedger<'_>, fact: Seq, limit: usize) -> Result<Vec<Edge>, StoreError> {
    let rows = ledger.ask(call!(
        "select edge.fact, source, target, kind, at, message_id from edge \
         where kind = 1 and edge.fact < $1 order by edge.fact desc limit $2",
        fact,
        limit as i64
    ))?;
    rows.iter().map(read_edge).collect()
}

fn read_edge(row: &Row) -> Result<Edge, StoreError> {
    Ok(Edge {
        fact: row.try_get(0)?,
        source: row.try_get(1)?,
        target: row.try_get(2)?,
        kind: if row.try_get::<_, i64>(3)? == 0 { EdgeKind::Link } else { EdgeKind::Merge },
        at: row.try_get(4)?,
        message_id: unspelled(row.try_get(5)?),
    })
}
