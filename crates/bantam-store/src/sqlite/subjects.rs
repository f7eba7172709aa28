//! Subjects, what ties them together, and their erasure.

use super::deliveries;
use crate::checksums::fact_sum;
use crate::error::StoreError;
use crate::inspection::KnownEdge;
use crate::records::{Edge, EdgeKind, Seq, Subject, SubjectId, SubjectKind};
use rusqlite::{Connection, OptionalExtension, Row, params};

const SUBJECT: &str = "id, kind, name, lead, erased";
const EDGE: &str = "edge.fact, source, target, kind, at, message_id";

pub(super) fn find(connection: &Connection, kind: SubjectKind, name: &str) -> Result<Option<Subject>, StoreError> {
    let query = format!("select {SUBJECT} from subject where kind = ?1 and name = ?2");
    Ok(connection.prepare_cached(&query)?.query_row(params![kind.number(), name], read_subject).optional()?)
}

pub(super) fn find_or_add(connection: &Connection, kind: SubjectKind, name: &str) -> Result<Subject, StoreError> {
    if let Some(subject) = find(connection, kind, name)? {
        return Ok(subject);
    }
    let insert = "insert into subject (kind, name) values (?1, ?2)";
    connection.prepare_cached(insert)?.execute(params![kind.number(), name])?;
    let id = connection.last_insert_rowid();
    let lead = (kind == SubjectKind::User).then_some(id);
    if lead.is_some() {
        assign_lead(connection, id, lead)?;
    }
    Ok(Subject { id, kind, name: name.to_owned(), lead, erased: false })
}

pub(super) fn by_id(connection: &Connection, id: SubjectId) -> Result<Option<Subject>, StoreError> {
    let query = format!("select {SUBJECT} from subject where id = ?1");
    Ok(connection.prepare_cached(&query)?.query_row([id], read_subject).optional()?)
}

pub(super) fn erased_after(connection: &Connection, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError> {
    let query = "select id from subject where id > ?1 and erased = 1 order by id limit ?2";
    let mut statement = connection.prepare_cached(query)?;
    Ok(statement.query_map(params![id, limit as i64], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

pub(super) fn assign_lead(
    connection: &Connection,
    subject: SubjectId,
    lead: Option<SubjectId>,
) -> Result<(), StoreError> {
    connection.prepare_cached("update subject set lead = ?2 where id = ?1")?.execute(params![subject, lead])?;
    Ok(())
}

pub(super) fn members(connection: &Connection, lead: SubjectId) -> Result<Vec<Subject>, StoreError> {
    let query = format!("select {SUBJECT} from subject where lead = ?1 order by id");
    let mut statement = connection.prepare_cached(&query)?;
    Ok(statement.query_map([lead], read_subject)?.collect::<Result<_, _>>()?)
}

pub(super) fn add_edge(connection: &Connection, edge: &Edge) -> Result<(), StoreError> {
    let insert = "insert into edge (fact, source, target, kind, at, message_id) values (?1, ?2, ?3, ?4, ?5, ?6)";
    let kind = matches!(edge.kind, EdgeKind::Merge);
    let Edge { fact, source, target, at, message_id, .. } = edge;
    connection.prepare_cached(insert)?.execute(params![fact, source, target, kind, at, message_id])?;
    Ok(())
}

pub(super) fn edges_of(connection: &Connection, subject: SubjectId) -> Result<Vec<Edge>, StoreError> {
    let query = format!(
        "select {EDGE} from edge where (source = ?1 or target = ?1) \
         and not exists (select 1 from retraction where retraction.fact = edge.fact) order by edge.fact, source"
    );
    let mut statement = connection.prepare_cached(&query)?;
    Ok(statement.query_map([subject], read_edge)?.collect::<Result<_, _>>()?)
}

/// Returns all edges at a subject, each with the fact that retracts it.
pub(super) fn known_edges(connection: &Connection, subject: SubjectId) -> Result<Vec<KnownEdge>, StoreError> {
    let query = format!(
        "select {EDGE}, by from edge left join retraction on retraction.fact = edge.fact \
         where source = ?1 or target = ?1 order by edge.fact, source, kind"
    );
    let mut statement = connection.prepare_cached(&query)?;
    Ok(statement.query_map([subject], |row| Ok((read_edge(row)?, row.get(6)?)))?.collect::<Result<_, _>>()?)
}

pub(super) fn edges_by(connection: &Connection, fact: Seq) -> Result<Vec<Edge>, StoreError> {
    // A fact ties its own subject and another, so its edges stand among those of its subject.
    let query =
        format!("select {EDGE} from edge where edge.fact = ?1 and target = (select subject from fact where seq = ?1)");
    let mut statement = connection.prepare_cached(&query)?;
    Ok(statement.query_map([fact], read_edge)?.collect::<Result<_, _>>()?)
}

pub(super) fn erase(connection: &Connection, subject: SubjectId, name: &str) -> Result<(), StoreError> {
    let facts: Vec<(Seq, i64, i64)> = connection
        .prepare_cached("select seq, received_at, happened_at from fact where subject = ?1")?
        .query_map([subject], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let digest = [0_u8; 16];
    for (seq, received_at, happened_at) in facts {
        let sum = fact_sum(seq, Some(subject), received_at, happened_at, &digest, &[]);
        let blank = "update fact set body = x'', digest = ?2, checksum = ?3 where seq = ?1";
        connection.prepare_cached(blank)?.execute(params![seq, digest, sum])?;
    }
    deliveries::erase(connection, subject)?;
    connection.execute("delete from edge where source = ?1 or target = ?1", [subject])?;
    connection.execute("delete from lead where id = ?1", [subject])?;
    connection
        .execute("update subject set name = ?2, lead = null, erased = 1 where id = ?1", params![subject, name])?;
    Ok(())
}

fn read_subject(row: &Row<'_>) -> rusqlite::Result<Subject> {
    let kind = SubjectKind::of_number(row.get::<_, i64>(1)?);
    Ok(Subject { id: row.get(0)?, kind, name: row.get(2)?, lead: row.get(3)?, erased: row.get(4)? })
}

pub(super) fn merges_before(connection: &Connection, fact: Seq, limit: usize) -> Result<Vec<Edge>, StoreError> {
    let query = format!("select {EDGE} from edge where kind = 1 and edge.fact < ?1 order by edge.fact desc limit ?2");
    let mut statement = connection.prepare_cached(&query)?;
    Ok(statement.query_map(params![fact, limit as i64], read_edge)?.collect::<Result<_, _>>()?)
}

fn read_edge(row: &Row<'_>) -> rusqlite::Result<Edge> {
    Ok(Edge {
        fact: row.get(0)?,
        source: row.get(1)?,
        target: row.get(2)?,
        kind: if row.get::<_, i64>(3)? == 0 { EdgeKind::Link } else { EdgeKind::Merge },
        at: row.get(4)?,
        message_id: row.get(5)?,
    })
}
