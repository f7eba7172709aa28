//! The log of facts, and the keys by which repeats are known.

use crate::checksums::fact_sum;
use crate::error::StoreError;
use crate::inspection::Record;
use crate::records::{Appended, Digest, NewFact, Seq, StoredFact, SubjectId};
use rusqlite::{Connection, OptionalExtension, Row, params};

const COLUMNS: &str = "fact.seq, subject, received_at, happened_at, digest, body, checksum, by";

pub(super) fn append(connection: &Connection, fact: &NewFact<'_>) -> Result<Appended, StoreError> {
    let next = "select coalesce(max(seq), 0) + 1 from fact";
    let seq: Seq = connection.prepare_cached(next)?.query_row([], |row| row.get(0))?;
    // One look-up finds out whether the key is there and, where it is not, adds it.
    let key = "insert into message (key, seq) values (?1, ?2) on conflict do nothing";
    if connection.prepare_cached(key)?.execute(params![fact.message.0, seq])? == 0 {
        return known(connection, fact);
    }
    let insert = "insert into fact (seq, subject, received_at, happened_at, digest, body, checksum) \
                  values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let sum = fact_sum(seq, fact.subject, fact.received_at, fact.happened_at, &fact.digest.0, fact.body);
    connection.prepare_cached(insert)?.execute(params![
        seq,
        fact.subject,
        fact.received_at,
        fact.happened_at,
        fact.digest.0,
        fact.body,
        sum
    ])?;
    Ok(Appended::New(seq))
}

fn known(connection: &Connection, fact: &NewFact<'_>) -> Result<Appended, StoreError> {
    let find = "select fact.seq, digest from message join fact on fact.seq = message.seq where key = ?1";
    let (seq, digest): (Seq, [u8; 16]) =
        connection.prepare_cached(find)?.query_row([fact.message.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Appended::Known { seq, is_same: digest == fact.digest.0 })
}

pub(super) fn find_message(connection: &Connection, message: Digest) -> Result<Option<StoredFact>, StoreError> {
    let query = format!(
        "select {COLUMNS} from message join fact on fact.seq = message.seq left join retraction on fact = fact.seq \
         where key = ?1"
    );
    let found = connection.prepare_cached(&query)?.query_row([message.0], read).optional()?;
    found.map(verified).transpose()
}

pub(super) fn of_subject(connection: &Connection, subject: SubjectId) -> Result<Vec<StoredFact>, StoreError> {
    let query = format!(
        "select {COLUMNS} from fact left join retraction on fact = fact.seq where subject = ?1 order by fact.seq"
    );
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_map([subject], read)?.map(|found| verified(found?)).collect()
}

pub(super) fn after(connection: &Connection, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
    let query = format!(
        "select {COLUMNS} from fact left join retraction on fact = fact.seq where fact.seq > ?1 \
         order by fact.seq limit ?2"
    );
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_map(params![seq, limit as i64], read)?.map(|found| verified(found?)).collect()
}

pub(super) fn before(connection: &Connection, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
    let query = format!(
        "select {COLUMNS} from fact left join retraction on fact = fact.seq where fact.seq < ?1 \
         order by fact.seq desc limit ?2"
    );
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_map(params![seq, limit as i64], read)?.map(|found| verified(found?)).collect()
}

pub(super) fn of_nobody(connection: &Connection, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
    // The index holds few facts, and the database does not know that.
    let query = format!(
        "select {COLUMNS} from fact indexed by fact_nobody left join retraction on fact = fact.seq \
         where subject is null and fact.seq > ?1 order by fact.seq limit ?2"
    );
    let mut statement = connection.prepare_cached(&query)?;
    statement.query_map(params![seq, limit as i64], read)?.map(|found| verified(found?)).collect()
}

pub(super) fn last(connection: &Connection) -> Result<Seq, StoreError> {
    let query = "select coalesce(max(seq), 0) from fact";
    Ok(connection.prepare_cached(query)?.query_row([], |row| row.get(0))?)
}

pub(super) fn of_leads(
    connection: &Connection,
    after: SubjectId,
    to: SubjectId,
) -> Result<Vec<(SubjectId, StoredFact)>, StoreError> {
    let query = format!(
        "select {COLUMNS}, lead from subject indexed by subject_lead cross join fact on fact.subject = subject.id \
         left join retraction on fact = fact.seq where lead > ?1 and lead <= ?2 order by lead, fact.seq"
    );
    let mut statement = connection.prepare_cached(&query)?;
    let found = statement.query_map([after, to], |row| Ok((row.get(8)?, read(row)?)))?;
    found
        .map(|found| {
            let (lead, fact) = found?;
            Ok((lead, verified(fact)?))
        })
        .collect()
}

/// Returns facts after a number, whole or damaged.
pub(super) fn records(connection: &Connection, seq: Seq, limit: usize) -> Result<Vec<Record>, StoreError> {
    let query = format!(
        "select {COLUMNS} from fact left join retraction on fact = fact.seq where fact.seq > ?1 \
         order by fact.seq limit ?2"
    );
    let mut statement = connection.prepare_cached(&query)?;
    let record = |row: &Row<'_>| {
        let Summed { fact, is_whole } = read(row)?;
        Ok(Record { id: fact.seq, subject: fact.subject, kind: None, body: fact.body, is_whole })
    };
    Ok(statement.query_map(params![seq, limit as i64], record)?.collect::<Result<_, _>>()?)
}

pub(super) fn retract(connection: &Connection, fact: Seq, by: Seq) -> Result<(), StoreError> {
    let insert = "insert into retraction (fact, by) values (?1, ?2) on conflict do nothing";
    connection.prepare_cached(insert)?.execute([fact, by])?;
    Ok(())
}

/// A fact with its checksum as it stands and as it should be.
struct Summed {
    fact: StoredFact,
    is_whole: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Summed> {
    let fact = StoredFact {
        seq: row.get(0)?,
        subject: row.get(1)?,
        received_at: row.get(2)?,
        happened_at: row.get(3)?,
        body: row.get(5)?,
        retracted_by: row.get(7)?,
    };
    let (digest, sum): (Vec<u8>, i64) = (row.get(4)?, row.get(6)?);
    let should = fact_sum(fact.seq, fact.subject, fact.received_at, fact.happened_at, &digest, &fact.body);
    Ok(Summed { fact, is_whole: sum == should })
}

fn verified(found: Summed) -> Result<StoredFact, StoreError> {
    if found.is_whole { Ok(found.fact) } else { Err(StoreError::Damaged { what: "fact", id: found.fact.seq }) }
}
