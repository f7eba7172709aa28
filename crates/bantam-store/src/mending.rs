//! What it takes to put records right that were derived from facts. The service never needs it.

use crate::error::StoreError;
use crate::inspection::{Inspection, Record, Table};
use crate::records::{Digest, Edge, HandOffRow, Seq, SubjectId};

/// A decision as it is put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedDecision {
    /// Its number; another one where somebody else's has it.
    pub id: i64,
    /// When it was made.
    pub at: i64,
    /// All of it.
    pub body: Vec<u8>,
}

/// A store within a transaction whose derived records may be replaced.
///
/// INVARIANT: no method changes a fact, what people set, or the audit log.
pub trait Mending: Inspection {
    /// Lets a fact be found by its message id, and by no other.
    fn key_fact(&mut self, fact: Seq, message: Digest) -> Result<(), StoreError>;
    /// Says which fact retracts a fact, if any does.
    fn set_retraction(&mut self, fact: Seq, by: Option<Seq>) -> Result<(), StoreError>;
    /// Replaces all edges at a subject, on either side.
    fn replace_edges(&mut self, subject: SubjectId, edges: &[Edge]) -> Result<(), StoreError>;
    /// Removes all decisions or hand-offs of a subject, damaged ones too.
    fn clear(&mut self, table: Table, subject: SubjectId) -> Result<(), StoreError>;
    /// Writes a decision of a subject.
    fn place_decision(&mut self, subject: SubjectId, decision: &PlacedDecision) -> Result<(), StoreError>;
    /// Writes a hand-off under its number; it may be another subject's before.
    fn place_hand_off(&mut self, hand_off: &HandOffRow) -> Result<(), StoreError>;
    /// Writes a message that waits, or removes it.
    fn place_message(&mut self, id: i64, message: Option<&Record>) -> Result<(), StoreError>;
    /// Returns whether a message is there, be it that it was taken on.
    fn has_message(&mut self, id: i64) -> Result<bool, StoreError>;
    /// Removes a setting.
    fn remove_setting(&mut self, key: &str) -> Result<(), StoreError>;
    /// Removes leads, decisions, hand-offs, edges and waiting messages of subjects that are not there, and retractions of facts
    /// that are not; returns how many.
    fn remove_strays(&mut self) -> Result<u64, StoreError>;
}
