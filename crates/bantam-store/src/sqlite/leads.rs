//! Leads as they stand.

use crate::checksums::lead_sum;
use crate::error::StoreError;
use crate::inspection::Record;
use crate::records::{LeadCount, LeadRow, SubjectId};
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) const COLUMNS: &str = "lead.id, lead.stage, lead.score, lead.fit, lead.engagement, lead.grade, lead.route, \
     lead.changed_at, lead.due_at, lead.state, lead.checksum";

pub(super) fn load(connection: &Connection, id: SubjectId) -> Result<Option<LeadRow>, StoreError> {
    let query = format!("select {COLUMNS} from lead where id = ?1");
    let found = connection.prepare_cached(&query)?.query_row([id], read).optional()?;
    found.map(verified).transpose()
}

/// Writes a lead. Most facts leave what leads are listed by as it is, so it is tried first to leave the indexes alone, too:
/// they are written wherever a statement names one of their columns.
pub(super) fn save(connection: &Connection, lead: &LeadRow) -> Result<(), StoreError> {
    let LeadRow { id, stage, score, fit, engagement, grade, route, changed_at, due_at, state } = lead;
    let sum = lead_sum(lead);
    let values = params![id, stage, score, fit, engagement, grade, route, changed_at, due_at, state, sum];
    let keep_place = "update lead set due_at = ?9, state = ?10, checksum = ?11 \
                      where id = ?1 and stage is ?2 and score = ?3 and fit = ?4 and engagement = ?5 and grade is ?6 \
                      and route is ?7 and changed_at = ?8";
    if connection.prepare_cached(keep_place)?.execute(values)? == 0 {
        let insert = "insert into lead (id, stage, score, fit, engagement, grade, route, changed_at, due_at, state, \
                      checksum) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) on conflict (id) do update set \
                      stage = ?2, score = ?3, fit = ?4, engagement = ?5, grade = ?6, route = ?7, changed_at = ?8, \
                      due_at = ?9, state = ?10, checksum = ?11";
        connection.prepare_cached(insert)?.execute(values)?;
    }
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

pub(super) fn after(connection: &Connection, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError> {
    let mut statement = connection.prepare_cached("select id from lead where id > ?1 order by id limit ?2")?;
    let rows = statement.query_map(params![id, limit as i64], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts leads, by an index that holds all that is asked for.
pub(super) fn counts(connection: &Connection) -> Result<Vec<LeadCount>, StoreError> {
    let query = "select stage, grade, route, count(*) from lead indexed by lead_score group by stage, grade, route";
    let mut statement = connection.prepare_cached(query)?;
    let read = |row: &Row<'_>| {
        Ok(LeadCount { stage: row.get(0)?, grade: row.get(1)?, route: row.get(2)?, count: row.get(3)? })
    };
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
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
        changed_at: row.get(7)?,
        due_at: row.get(8)?,
        state: row.get(9)?,
    };
    let is_whole = row.get::<_, i64>(10)? == lead_sum(&lead);
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
