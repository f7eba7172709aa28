//! What there is to see of a store as a whole, for those who check it: every record, whole or damaged.

use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::records::{Edge, Seq, SubjectId};

/// The kinds of records that can be walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The log.
    Facts,
    /// Leads as they stand.
    Leads,
    /// Decisions.
    Decisions,
    /// Hand-offs.
    HandOffs,
    /// Messages to others that wait: as they were posted.
    Outbox,
    /// Who facts are about.
    Subjects,
}

impl Table {
    /// Returns what one of its records is called.
    pub fn noun(self) -> &'static str {
        match self {
            Table::Facts => "fact",
            Table::Leads => "lead",
            Table::Decisions => "decision",
            Table::HandOffs => "hand-off",
            Table::Outbox => "message",
            Table::Subjects => "subject",
        }
    }
}

/// A record as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub id: i64,
    /// Who it is about.
    pub subject: Option<SubjectId>,
    /// A message's kind.
    pub kind: Option<String>,
    /// All of it; a lead's state.
    pub body: Vec<u8>,
    /// Whether its checksum is right. Messages and subjects have none.
    pub is_whole: bool,
}

/// An edge with the fact that retracts it.
pub type KnownEdge = (Edge, Option<Seq>);

/// A store within a snapshot, to be looked at as a whole.
pub trait Inspection: Ledger {
    /// Returns what the database itself finds wrong with its files.
    fn damage(&mut self) -> Result<Vec<String>, StoreError>;
    /// Returns what records say against each other, up to `limit` lines of each sort.
    fn contradictions(&mut self, limit: usize) -> Result<Vec<String>, StoreError>;
    /// Returns how many records there are.
    fn count(&mut self, table: Table) -> Result<u64, StoreError>;
    /// Returns records after a number, in order.
    fn records(&mut self, table: Table, after: i64, limit: usize) -> Result<Vec<Record>, StoreError>;
    /// Returns all edges at a subject, on either side, in the order of their facts.
    fn known_edges(&mut self, subject: SubjectId) -> Result<Vec<KnownEdge>, StoreError>;
    /// Returns fingerprint and body of all definitions, in the order in which they became known.
    fn kept_definitions(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError>;
    /// Returns all settings, by key.
    fn settings(&mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError>;
}
