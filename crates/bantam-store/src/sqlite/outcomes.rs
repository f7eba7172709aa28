//! What facts led to: decisions, hand-offs, messages to others; and what was refused, definitions, settings.

use crate::checksums::checksum;
use crate::error::StoreError;
use crate::inspection::Record;
use crate::listing::NEVER;
use crate::records::{Entry, HandOffRow, SubjectId};
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) fn record_decision(
    connection: &Connection,
    subject: SubjectId,
    at: i64,
    body: &[u8],
) -> Result<i64, StoreError> {
    let insert = "insert into decision (subject, at, body, checksum) values (?1, ?2, ?3, ?4)";
    let sum = checksum(subject, &[&at.to_le_bytes(), body]);
    connection.prepare_cached(insert)?.execute(params![subject, at, body, sum])?;
    Ok(connection.last_insert_rowid())
}

pub(super) fn blank_decision(connection: &Connection, id: i64, body: &[u8]) -> Result<(), StoreError> {
    let find = "select subject, at from decision where id = ?1";
    let known = connection.prepare_cached(find)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((subject, at)): Option<(SubjectId, i64)> = known else { return Ok(()) };
    let sum = checksum(subject, &[&at.to_le_bytes(), body]);
    connection
        .prepare_cached("update decision set body = ?2, checksum = ?3 where id = ?1")?
        .execute(params![id, body, sum])?;
    Ok(())
}

pub(super) fn decisions_of(connection: &Connection, subject: SubjectId) -> Result<Vec<Entry>, StoreError> {
    let query = "select id, body, at, checksum from decision where subject = ?1 order by id";
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query([subject])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, body, at, sum): (i64, Vec<u8>, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if sum != checksum(subject, &[&at.to_le_bytes(), &body]) {
            return Err(StoreError::Damaged { what: "decision", id });
        }
        entries.push(Entry { id, subject: Some(subject), body });
    }
    Ok(entries)
}

pub(super) const HAND_OFF: &str = "id, subject, in_progress, state, team, owner, due_at, is_overdue, body, checksum";

pub(super) fn save_hand_off(connection: &Connection, hand_off: &HandOffRow) -> Result<i64, StoreError> {
    let id = match hand_off.id {
        0 => connection
            .prepare_cached("select coalesce(max(id), 0) + 1 from hand_off")?
            .query_row([], |row| row.get(0))?,
        id => id,
    };
    let insert = "insert into hand_off (id, subject, in_progress, state, team, owner, due_at, is_overdue, body, checksum) \
                  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) on conflict (id) do update set in_progress = ?3, \
                  state = ?4, team = ?5, owner = ?6, due_at = ?7, is_overdue = ?8, body = ?9, checksum = ?10";
    let HandOffRow { subject, in_progress, state, team, owner, due_at, is_overdue, body, .. } = hand_off;
    let due_at = due_at.unwrap_or(NEVER);
    let sum = checksum(id, &[body]);
    connection.prepare_cached(insert)?.execute(params![
        id,
        subject,
        in_progress,
        state,
        team,
        owner,
        due_at,
        is_overdue,
        body,
        sum
    ])?;
    Ok(id)
}

pub(super) fn hand_off(connection: &Connection, id: i64) -> Result<Option<HandOffRow>, StoreError> {
    let query = format!("select {HAND_OFF} from hand_off where id = ?1");
    let found = connection.prepare_cached(&query)?.query_row([id], read_hand_off).optional()?;
    found.map(verified).transpose()
}

pub(super) fn hand_offs_of(connection: &Connection, subject: SubjectId) -> Result<Vec<HandOffRow>, StoreError> {
    let query = format!("select {HAND_OFF} from hand_off where subject = ?1 order by id");
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_map([subject], read_hand_off)?.map(|found| verified(found?)).collect()
}

pub(super) fn load_of(connection: &Connection, owner: &str) -> Result<usize, StoreError> {
    // The index of all that somebody ever had knows less.
    let query = "select count(*) from hand_off indexed by hand_off_in_progress where owner = ?1 and in_progress = 1";
    let count: i64 = connection.prepare_cached(query)?.query_row([owner], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// A hand-off and whether its checksum is right.
pub(super) fn read_hand_off(row: &Row<'_>) -> rusqlite::Result<(HandOffRow, bool)> {
    let hand_off = HandOffRow {
        id: row.get(0)?,
        subject: row.get(1)?,
        in_progress: row.get(2)?,
        state: row.get(3)?,
        team: row.get(4)?,
        owner: row.get(5)?,
        due_at: Some(row.get(6)?).filter(|&due_at| due_at != NEVER),
        is_overdue: row.get(7)?,
        body: row.get(8)?,
    };
    let is_whole = row.get::<_, i64>(9)? == checksum(hand_off.id, &[&hand_off.body]);
    Ok((hand_off, is_whole))
}

pub(super) fn verified((hand_off, is_whole): (HandOffRow, bool)) -> Result<HandOffRow, StoreError> {
    if is_whole { Ok(hand_off) } else { Err(StoreError::Damaged { what: "hand-off", id: hand_off.id }) }
}

/// Returns hand-offs after a number, whole or damaged.
pub(super) fn hand_off_records(connection: &Connection, after: i64, limit: usize) -> Result<Vec<Record>, StoreError> {
    let query = format!("select {HAND_OFF} from hand_off where id > ?1 order by id limit ?2");
    let mut statement = connection.prepare_cached(&query)?;
    let record = |row: &Row<'_>| {
        let (hand_off, is_whole) = read_hand_off(row)?;
        let HandOffRow { id, subject, body, .. } = hand_off;
        Ok(Record { id, subject: Some(subject), kind: None, body, is_whole })
    };
    Ok(statement.query_map(params![after, limit as i64], record)?.collect::<Result<_, _>>()?)
}

pub(super) fn post(
    connection: &Connection,
    kind: &str,
    subject: Option<SubjectId>,
    body: &[u8],
) -> Result<i64, StoreError> {
    let insert = "insert into outbox (kind, subject, body) values (?1, ?2, ?3)";
    connection.prepare_cached(insert)?.execute(params![kind, subject, body])?;
    Ok(connection.last_insert_rowid())
}

pub(super) fn waiting(connection: &Connection, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let query = "select id, subject, body from outbox where taken_at is null order by id limit ?1";
    let mut statement = connection.prepare_cached(query)?;
    let read = |row: &Row<'_>| Ok(Entry { id: row.get(0)?, subject: row.get(1)?, body: row.get(2)? });
    Ok(statement.query_map([limit as i64], read)?.collect::<Result<_, _>>()?)
}

pub(super) fn setting(connection: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = "select value from setting where key = ?1";
    Ok(connection.prepare_cached(query)?.query_row([key], |row| row.get(0)).optional()?)
}

pub(super) fn settings_with(connection: &Connection, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let query = "select key, value from setting where substr(key, 1, length(?1)) = ?1 order by key";
    let mut statement = connection.prepare_cached(query)?;
    Ok(statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

pub(super) fn set(connection: &Connection, key: &str, value: &[u8]) -> Result<(), StoreError> {
    let insert = "insert into setting (key, value) values (?1, ?2) on conflict (key) do update set value = ?2";
    connection.prepare_cached(insert)?.execute(params![key, value])?;
    Ok(())
}

pub(super) fn keep_definition(connection: &Connection, fingerprint: &str, body: &[u8]) -> Result<i64, StoreError> {
    let insert = "insert into definition (fingerprint, body) values (?1, ?2) on conflict (fingerprint) \
                  do update set body = ?2";
    connection.prepare_cached(insert)?.execute(params![fingerprint, body])?;
    let query = "select id from definition where fingerprint = ?1";
    Ok(connection.prepare_cached(query)?.query_row([fingerprint], |row| row.get(0))?)
}

pub(super) fn definitions(connection: &Connection) -> Result<Vec<(i64, String)>, StoreError> {
    let mut statement = connection.prepare_cached("select id, fingerprint from definition order by id")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

pub(super) fn definition(connection: &Connection, fingerprint: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = "select body from definition where fingerprint = ?1";
    Ok(connection.prepare_cached(query)?.query_row([fingerprint], |row| row.get(0)).optional()?)
}
