//! Leads as they stand.

use super::checksum;
use crate::error::StoreError;
use crate::inspection::Record;
use crate::records::{LeadRow, SubjectId};
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) const COLUMNS: &str = "lead.id, lead.stage, lead.score, lead.fit, lead.engagement, lead.grade, lead.route, lead.due_at, lead.state, \
     lead.checksum";

pub(super) fn load(connection: &Connection, id: SubjectId) -> Result<Option<LeadRow>, StoreError> {
    let query = format!("select {COLUMNS} from lead where id = ?1");
    let found = connection.prepare_cached(&query)?.query_row([id], read).optional()?;
    found.map(verified).transpose()
}

pub(super) fn save(connection: &Connection, lead: &LeadRow) -> Result<(), StoreError> {
    let insert = "insert into lead (id, stage, score, fit, engagement, grade, route, due_at, state, checksum) \
                  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) on conflict (id) do update set \
                  stage = ?2, score = ?3, fit = ?4, engagement = ?5, grade = ?6, route = ?7, due_at = ?8, state = ?9, \
                  checksum = ?10";
    connection.prepare_cached(insert)?.execute(params![
        lead.id,
        lead.stage,
        lead.score,
        lead.fit,
        lead.engagement,
        lead.grade,
        lead.route,
        lead.due_at,
        lead.state,
        sum_of(lead)
    ])?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, id: SubjectId) -> Result<(), StoreError> {
    connection.prepare_cached("delete from lead where id = ?1")?.execute([id])?;
    Ok(())
}

pub(super) fn next_due(connection: &Connection) -> Result<Option<(i64, SubjectId)>, StoreError> {
    let query = "select due_at, id from lead where due_at is not null order by due_at, id limit 1";
    Ok(connection.prepare_cached(query)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

pub(super) fn make_all_due(connection: &Connection, at: i64) -> Result<(), StoreError> {
    connection.execute("update lead set due_at = ?1 where due_at is null or due_at > ?1", [at])?;
    Ok(())
}

/// A lead and whether its checksum is right.
pub(super) struct Summed {
    lead: LeadRow,
    is_whole: bool,
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Summed> {
    let lead = LeadRow {
        id: row.get(0)?,
        stage: row.get(1)?,
        score: row.get(2)?,
        fit: row.get(3)?,
        engagement: row.get(4)?,
        grade: row.get(5)?,
        route: row.get(6)?,
        due_at: row.get(7)?,
        state: row.get(8)?,
    };
    let is_whole = row.get::<_, i64>(9)? == sum_of(&lead);
    Ok(Summed { lead, is_whole })
}

pub(super) fn verified(found: Summed) -> Result<LeadRow, StoreError> {
    if found.is_whole { Ok(found.lead) } else { Err(StoreError::Damaged { what: "lead", id: found.lead.id }) }
}

/// Returns leads after a number, whole or damaged.
pub(super) fn records(connection: &Connection, after: i64, limit: usize) -> Result<Vec<Record>, StoreError> {
    let query = format!("select {COLUMNS} from lead where id > ?1 order by id limit ?2");
    let mut statement = connection.prepare_cached(&query)?;
    let record = |row: &Row<'_>| {
        let Summed { lead, is_whole } = read(row)?;
        Ok(Record { id: lead.id, subject: Some(lead.id), kind: None, body: lead.state, is_whole })
    };
    Ok(statement.query_map(params![after, limit as i64], record)?.collect::<Result<_, _>>()?)
}

/// The moment it is due is left out: all leads may be given another at once.
fn sum_of(lead: &LeadRow) -> i64 {
    let [score, fit, engagement] = [lead.score, lead.fit, lead.engagement].map(|number| number.to_le_bytes());
    let [stage, grade, route] = [&lead.stage, &lead.grade, &lead.route].map(|text| text.as_deref().unwrap_or("\0"));
    let texts = [stage.as_bytes(), grade.as_bytes(), route.as_bytes()];
    checksum(lead.id, &[&score, &fit, &engagement, texts[0], texts[1], texts[2], &lead.state])
}
