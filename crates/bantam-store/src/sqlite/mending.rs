//! Puts records of a file right that were derived from facts.

use super::{SqliteLedger, SqliteStore, outcomes, subjects};
use crate::checksums::checksum;
use crate::error::StoreError;
use crate::inspection::{Record, Table};
use crate::mending::{Mending, PlacedDecision};
use crate::records::{Digest, Edge, HandOffRow, Seq, SubjectId};
use rusqlite::{TransactionBehavior, params};

/// Records about nobody that is there.
const STRAYS: [&str; 6] = [
    "delete from lead where id not in (select id from subject)",
    "delete from decision where subject not in (select id from subject)",
    "delete from hand_off where subject not in (select id from subject)",
    "delete from outbox where taken_at is null and subject is not null and subject not in (select id from subject)",
    "delete from edge where source not in (select id from subject) or target not in (select id from subject) or fact not in \
     (select seq from fact)",
    "delete from retraction where fact not in (select seq from fact) or by not in (select seq from fact)",
];

impl SqliteStore {
    /// Puts records right within one transaction: when it fails, or the machine stops, nothing of it has happened.
    pub fn mend<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Mending) -> Result<T, E>,
    ) -> Result<T, E> {
        let database = |error| E::from(StoreError::Database(error));
        self.is_taken_back = true;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
        let done = work(&mut SqliteLedger::of(&transaction))?;
        transaction.commit().map_err(database)?;
        Ok(done)
    }
}

impl Mending for SqliteLedger<'_> {
    fn key_fact(&mut self, fact: Seq, message: Digest) -> Result<(), StoreError> {
        let clear = "delete from message where seq = ?1 or key = ?2";
        self.connection.prepare_cached(clear)?.execute(params![fact, message.0])?;
        let insert = "insert into message (key, seq) values (?2, ?1)";
        self.connection.prepare_cached(insert)?.execute(params![fact, message.0])?;
        Ok(())
    }

    fn set_retraction(&mut self, fact: Seq, by: Option<Seq>) -> Result<(), StoreError> {
        self.connection.prepare_cached("delete from retraction where fact = ?1")?.execute([fact])?;
        if let Some(by) = by {
            let insert = "insert into retraction (fact, by) values (?1, ?2)";
            self.connection.prepare_cached(insert)?.execute([fact, by])?;
        }
        Ok(())
    }

    fn replace_edges(&mut self, subject: SubjectId, edges: &[Edge]) -> Result<(), StoreError> {
        let clear = "delete from edge where source = ?1 or target = ?1";
        self.connection.prepare_cached(clear)?.execute([subject])?;
        edges.iter().try_for_each(|edge| subjects::add_edge(self.connection, edge))
    }

    fn clear(&mut self, table: Table, subject: SubjectId) -> Result<(), StoreError> {
        let clear = match table {
            Table::Decisions => "delete from decision where subject = ?1",
            Table::HandOffs => "delete from hand_off where subject = ?1",
            Table::Leads => "delete from lead where id = ?1",
            // Of the others nothing is a subject's alone.
            Table::Facts | Table::Outbox | Table::Subjects => return Ok(()),
        };
        self.connection.prepare_cached(clear)?.execute([subject])?;
        Ok(())
    }

    fn place_decision(&mut self, subject: SubjectId, decision: &PlacedDecision) -> Result<(), StoreError> {
        let PlacedDecision { id, at, body } = decision;
        let sum = checksum(subject, &[&at.to_le_bytes(), body]);
        let insert = "insert into decision (id, subject, at, body, checksum) values (case when exists (select 1 from \
                      decision where id = ?1) then (select max(id) + 1 from decision) else ?1 end, ?2, ?3, ?4, ?5)";
        self.connection.prepare_cached(insert)?.execute(params![id, subject, at, body, sum])?;
        Ok(())
    }

    fn place_hand_off(&mut self, hand_off: &HandOffRow) -> Result<(), StoreError> {
        self.connection.prepare_cached("delete from hand_off where id = ?1")?.execute([hand_off.id])?;
        outcomes::save_hand_off(self.connection, hand_off).map(drop)
    }

    fn place_message(&mut self, id: i64, message: Option<&Record>) -> Result<(), StoreError> {
        let clear = "delete from outbox where id = ?1 and taken_at is null";
        self.connection.prepare_cached(clear)?.execute([id])?;
        if let Some(Record { subject, kind, body, .. }) = message {
            let insert = "insert into outbox (id, kind, subject, body) values (?1, ?2, ?3, ?4)";
            self.connection.prepare_cached(insert)?.execute(params![id, kind, subject, body])?;
        }
        Ok(())
    }

    fn has_message(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(self.connection.prepare_cached("select 1 from outbox where id = ?1")?.exists([id])?)
    }

    fn remove_setting(&mut self, key: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached("delete from setting where key = ?1")?.execute([key])?;
        Ok(())
    }

    fn remove_strays(&mut self) -> Result<u64, StoreError> {
        let mut removed = 0;
        for clear in STRAYS {
            removed += self.connection.execute(clear, [])? as u64;
        }
        Ok(removed)
    }
}
