//! Reads a store beside its writer: what pages and the API show.

use super::log::{READ_MAX, set_deadline};
use super::{SqliteLedger, configure_reader, leads, outcomes};
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::records::{HandOffRow, LeadFilter, LeadRow, Refused};
use rusqlite::{Connection, OpenFlags, params};
use std::path::Path;
use std::time::Duration;

/// A connection that sees what has been committed, and changes nothing.
pub struct SqliteReader {
    pub(super) connection: Connection,
    /// How long a snapshot is held.
    pub(super) longest: Duration,
}

impl SqliteReader {
    /// Opens a store for reading.
    pub fn open(path: &Path) -> Result<SqliteReader, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        configure_reader(&connection)?;
        Ok(SqliteReader { connection, longest: READ_MAX })
    }

    /// Reads within one snapshot: what is committed meanwhile is not seen. The closure must not write.
    pub fn read<T, E: From<StoreError>>(&mut self, work: impl FnOnce(&mut dyn Ledger) -> Result<T, E>) -> Result<T, E> {
        let database = |error| E::from(StoreError::Database(error));
        set_deadline(&self.connection, self.longest).map_err(database)?;
        let transaction = self.connection.transaction().map_err(database)?;
        work(&mut SqliteLedger::of(&transaction))
    }

    /// Lists leads with their ids.
    pub fn leads(&self, filter: &LeadFilter) -> Result<Vec<(String, LeadRow)>, StoreError> {
        let query = format!(
            "select {}, subject.name from lead join subject on subject.id = lead.id \
             where (?1 is null or lead.stage = ?1) and (?2 is null or lead.route = ?2) \
             and (?3 is null or lead.score < ?3 or (lead.score = ?3 and lead.id > ?4)) \
             order by lead.score desc, lead.id limit ?5",
            leads::COLUMNS
        );
        let (score, id) = filter.after.unzip();
        set_deadline(&self.connection, self.longest)?;
        let mut statement = self.connection.prepare_cached(&query)?;
        let mut rows = statement.query(params![filter.stage, filter.route, score, id, filter.limit as i64])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((row.get(10)?, leads::verified(leads::read(row)?)?));
        }
        Ok(found)
    }

    /// Lists hand-offs after a number, in order: those in progress, or all.
    pub fn hand_offs(&self, in_progress_only: bool, after: i64, limit: usize) -> Result<Vec<HandOffRow>, StoreError> {
        let query = format!(
            "select {} from hand_off where id > ?1 and (in_progress = 1 or ?2 = 0) order by id limit ?3",
            outcomes::HAND_OFF
        );
        set_deadline(&self.connection, self.longest)?;
        let mut statement = self.connection.prepare_cached(&query)?;
        let rows = statement.query_map(params![after, in_progress_only, limit as i64], outcomes::read_hand_off)?;
        rows.map(|found| outcomes::verified(found?)).collect()
    }

    /// Lists what was refused, after a number, with the numbers.
    pub fn quarantined(&self, after: i64, limit: usize) -> Result<Vec<(i64, Refused)>, StoreError> {
        let query = "select id, received_at, reason, field, body from quarantine where id > ?1 order by id limit ?2";
        set_deadline(&self.connection, self.longest)?;
        let mut statement = self.connection.prepare_cached(query)?;
        let rows = statement.query_map(params![after, limit as i64], |row| {
            let refused =
                Refused { received_at: row.get(1)?, reason: row.get(2)?, field: row.get(3)?, body: row.get(4)? };
            Ok((row.get(0)?, refused))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
