//! Looks at a file as a whole: what SQLite says of it, every record with its checksum, what does not fit together.

use super::{SqliteLedger, SqliteReader, SqliteStore, facts, leads, outcomes, subjects};
use crate::checksums::checksum;
use crate::error::StoreError;
use crate::inspection::{Inspection, KnownEdge, Record, Table};
use crate::records::SubjectId;
use rusqlite::{Connection, Row, params};

/// How many lines the database's own check says at most.
const DAMAGE_MAX: usize = 100;

/// What must not be there: a query for numbers, and what is said of each.
const CONTRADICTIONS: [(&str, &str); 15] = [
    (
        "select seq - 1 from fact where seq > 1 and not exists (select 1 from fact before where before.seq = fact.seq - 1)",
        "fact {} is missing",
    ),
    (
        "select later.seq from fact later join fact on fact.seq = later.seq - 1 where later.received_at < fact.received_at",
        "fact {} was received before the one it follows",
    ),
    ("select seq from fact except select seq from message", "fact {} has no message key"),
    ("select seq from message except select seq from fact", "a message key names fact {}, which is not there"),
    ("select seq from message group by seq having count(*) > 1", "fact {} has two message keys"),
    (
        "select seq from fact where subject is not null and subject not in (select id from subject)",
        "fact {} is about a subject that is not there",
    ),
    (
        "select fact from retraction where fact not in (select seq from fact) or by not in (select seq from fact)",
        "the retraction of fact {} names a fact that is not there",
    ),
    ("select fact from edge where fact not in (select seq from fact)", "an edge names fact {}, which is not there"),
    (
        "select fact from edge where source not in (select id from subject) or target not in (select id from subject)",
        "the edge of fact {} names a subject that is not there",
    ),
    (
        "select part.id from subject part left join subject lead on lead.id = part.lead \
         where part.lead is not null and lead.lead is not lead.id",
        "subject {} is part of something that is no lead",
    ),
    (
        "select lead.id from lead left join subject on subject.id = lead.id where subject.lead is not lead.id",
        "lead {} is there without a subject that goes by its number",
    ),
    (
        "select id from decision where subject not in (select id from subject)",
        "decision {} is about a subject that is not there",
    ),
    (
        "select id from hand_off where subject not in (select id from subject)",
        "hand-off {} is about a subject that is not there",
    ),
    (
        "select id from outbox where subject is not null and subject not in (select id from subject)",
        "message {} is about a subject that is not there",
    ),
    (
        "select seq from fact join subject on subject.id = fact.subject where erased = 1 and length(body) > 0",
        "fact {} is about somebody who was erased, and was not",
    ),
];

impl SqliteReader {
    /// Looks at everything within one snapshot.
    pub fn inspect<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Inspection) -> Result<T, E>,
    ) -> Result<T, E> {
        let database = |error| E::from(StoreError::Database(error));
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(database)?;
        let transaction = self.connection.transaction().map_err(database)?;
        work(&mut SqliteLedger::of(&transaction))
    }
}

impl SqliteStore {
    /// Looks at everything within one transaction of the writer.
    pub fn inspect<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Inspection) -> Result<T, E>,
    ) -> Result<T, E> {
        let database = |error| E::from(StoreError::Database(error));
        let transaction = self.connection.transaction().map_err(database)?;
        work(&mut SqliteLedger::of(&transaction))
    }
}

impl Inspection for SqliteLedger<'_> {
    fn damage(&mut self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare(&format!("pragma integrity_check({DAMAGE_MAX})"))?;
        let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    fn contradictions(&mut self, limit: usize) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for (query, says) in CONTRADICTIONS {
            let mut statement = self.connection.prepare(&format!("{query} limit {limit}"))?;
            for id in statement.query_map([], |row| row.get::<_, i64>(0))? {
                found.push(says.replace("{}", &id?.to_string()));
            }
        }
        Ok(found)
    }

    fn count(&mut self, table: Table) -> Result<u64, StoreError> {
        let query = format!("select count(*) from {}", rows_of(table));
        let count: i64 = self.connection.query_row(&query, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn records(&mut self, table: Table, after: i64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let connection = self.connection;
        match table {
            Table::Facts => facts::records(connection, after, limit),
            Table::Leads => leads::records(connection, after, limit),
            Table::HandOffs => outcomes::hand_off_records(connection, after, limit),
            Table::Decisions => {
                let query =
                    "select id, subject, null, body, at, checksum from decision where id > ?1 order by id limit ?2";
                records(connection, query, after, limit, |row, record| {
                    let at: i64 = row.get(4)?;
                    Ok(row.get::<_, i64>(5)?
                        == checksum(record.subject.unwrap_or(0), &[&at.to_le_bytes(), &record.body]))
                })
            }
            Table::Outbox => {
                let query = "select id, subject, kind, body from outbox where id > ?1 and taken_at is null order by id limit ?2";
                records(connection, query, after, limit, |_, _| Ok(true))
            }
            Table::Subjects => {
                let query = "select id, lead, null, x'' from subject where id > ?1 order by id limit ?2";
                records(connection, query, after, limit, |_, _| Ok(true))
            }
        }
    }

    fn known_edges(&mut self, subject: SubjectId) -> Result<Vec<KnownEdge>, StoreError> {
        subjects::known_edges(self.connection, subject)
    }

    fn kept_definitions(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        pairs(self.connection, "select fingerprint, body from definition order by id")
    }

    fn settings(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        pairs(self.connection, "select key, value from setting order by key")
    }
}

fn rows_of(table: Table) -> &'static str {
    match table {
        Table::Facts => "fact",
        Table::Leads => "lead",
        Table::Decisions => "decision",
        Table::HandOffs => "hand_off",
        Table::Outbox => "outbox where taken_at is null",
        Table::Subjects => "subject",
    }
}

/// Returns rows of number, subject, kind and body, each with whether it is whole.
pub(super) fn records(
    connection: &Connection,
    query: &str,
    after: i64,
    limit: usize,
    is_whole: impl Fn(&Row<'_>, &Record) -> rusqlite::Result<bool>,
) -> Result<Vec<Record>, StoreError> {
    let mut statement = connection.prepare_cached(query)?;
    let read = |row: &Row<'_>| {
        let mut record =
            Record { id: row.get(0)?, subject: row.get(1)?, kind: row.get(2)?, body: row.get(3)?, is_whole: true };
        record.is_whole = is_whole(row, &record)?;
        Ok(record)
    };
    Ok(statement.query_map(params![after, limit as i64], read)?.collect::<Result<_, _>>()?)
}

fn pairs(connection: &Connection, query: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut statement = connection.prepare_cached(query)?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}
