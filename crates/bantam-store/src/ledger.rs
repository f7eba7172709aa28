//! What a store can do inside one transaction, whichever database stands behind it.

use crate::api_keys::ApiKeys;
use crate::deliveries::Deliveries;
use crate::error::StoreError;
use crate::people::People;
use crate::quarantine::Quarantine;
use crate::records::{
    Appended, Digest, Edge, Entry, HandOffRow, LeadCount, LeadRow, NewFact, Seq, StoredFact, Subject, SubjectId,
    SubjectKind,
};
use std::borrow::Cow;

/// What a group of facts will ask for.
#[derive(Clone, Debug, Default)]
pub struct Foreseen<'a> {
    /// Message ids.
    pub messages: Vec<Digest>,
    /// Subjects that may be there; those that are, with their leads.
    pub subjects: Vec<(SubjectKind, Cow<'a, str>)>,
    /// Subjects as they stand in the store, whom whoever asks has at hand.
    pub known: Vec<Subject>,
    /// Leads of subjects that are known.
    pub leads: Vec<SubjectId>,
}

/// A store within a transaction: all that is done through it happens together or not at all.
///
/// INVARIANT: facts are appended and never changed, except that [`Ledger::erase_subject`] blanks them.
pub trait Ledger: Deliveries + ApiKeys + People + Quarantine {
    /// Returns whether what was at hand when this was last asked still holds: nobody else has written since, and no
    /// transaction was taken back.
    fn is_alone(&mut self) -> Result<bool, StoreError>;
    /// Returns whether it helps to say what will be asked for: it does where each question is a way over the network.
    fn looks_ahead(&self) -> bool {
        false
    }
    /// Says what will be asked for, so that it can be fetched at once. Changes no answer.
    fn foresee(&mut self, _: &Foreseen<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    /// Appends a fact, unless one with its message id is there.
    fn append_fact(&mut self, fact: &NewFact<'_>) -> Result<Appended, StoreError>;
    /// Returns the fact with a message id.
    fn find_message(&mut self, message: Digest) -> Result<Option<StoredFact>, StoreError>;
    /// Returns the facts about a subject, in the order of receipt.
    fn facts_of(&mut self, subject: SubjectId) -> Result<Vec<StoredFact>, StoreError>;
    /// Returns up to `limit` facts after a number, in order.
    fn facts_after(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError>;
    /// Returns up to `limit` facts before a number, the latest first.
    fn facts_before(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError>;
    /// Returns up to `limit` facts about nobody after a number, in order.
    fn facts_of_nobody(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError>;
    /// Returns the number of the last fact; 0 where there is none.
    fn last_fact(&mut self) -> Result<Seq, StoreError>;
    /// Returns the facts about all that leads after a number are made of, up to and including another number: by lead, then
    /// in the order of receipt.
    fn facts_of_leads(&mut self, after: SubjectId, to: SubjectId) -> Result<Vec<(SubjectId, StoredFact)>, StoreError>;
    /// Lets a fact and its edges no longer count.
    fn retract(&mut self, fact: Seq, by: Seq) -> Result<(), StoreError>;

    /// Returns a subject by how it is known, if there is one.
    fn find_subject(&mut self, kind: SubjectKind, name: &str) -> Result<Option<Subject>, StoreError>;
    /// Returns a subject by how it is known; a new one where there is none. A user is its own lead at first.
    fn subject(&mut self, kind: SubjectKind, name: &str) -> Result<Subject, StoreError>;
    /// Returns a subject by its number.
    fn subject_by_id(&mut self, id: SubjectId) -> Result<Option<Subject>, StoreError>;
    /// Says which lead a subject is part of.
    fn assign_lead(&mut self, subject: SubjectId, lead: Option<SubjectId>) -> Result<(), StoreError>;
    /// Returns the subjects that are part of a lead, by number.
    fn members(&mut self, lead: SubjectId) -> Result<Vec<Subject>, StoreError>;
    /// Ties two subjects together.
    fn add_edge(&mut self, edge: &Edge) -> Result<(), StoreError>;
    /// Returns the edges at a subject, on either side, that were not retracted.
    fn edges_of(&mut self, subject: SubjectId) -> Result<Vec<Edge>, StoreError>;
    /// Returns the edges that a fact made, retracted or not.
    fn edges_by(&mut self, fact: Seq) -> Result<Vec<Edge>, StoreError>;
    /// Returns up to `limit` edges that merge two users, by facts before a number, the latest first, retracted or not.
    fn merges_before(&mut self, fact: Seq, limit: usize) -> Result<Vec<Edge>, StoreError>;
    /// Blanks the facts about a subject, removes its lead and the messages about it, and puts `name` in place of its
    /// name. Decisions and hand-offs stay: the caller blanks what they say about a person.
    fn erase_subject(&mut self, subject: SubjectId, name: &str) -> Result<(), StoreError>;

    /// Returns a lead by its number.
    fn lead(&mut self, id: SubjectId) -> Result<Option<LeadRow>, StoreError>;
    /// Writes a lead.
    fn save_lead(&mut self, lead: &LeadRow) -> Result<(), StoreError>;
    /// Removes a lead that is now part of another, or nobody's.
    fn remove_lead(&mut self, id: SubjectId) -> Result<(), StoreError>;
    /// Returns the lead whose moment comes first, with that moment; of equal moments the lower number.
    fn next_due(&mut self) -> Result<Option<(i64, SubjectId)>, StoreError>;
    /// Returns the numbers of up to `limit` leads after a number, in order.
    fn leads_after(&mut self, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError>;

    /// Returns the numbers of up to `limit` subjects after a number that were erased, in order.
    fn erased_after(&mut self, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError>;

    /// Returns how many leads there are of each stage, grade and route that some lead has, in no particular order.
    fn lead_counts(&mut self) -> Result<Vec<LeadCount>, StoreError>;

    /// Writes a decision; returns its number.
    fn record_decision(&mut self, subject: SubjectId, at: i64, body: &[u8]) -> Result<i64, StoreError>;
    /// Writes another body for a decision: one that no longer says whom it was about.
    fn blank_decision(&mut self, id: i64, body: &[u8]) -> Result<(), StoreError>;
    /// Returns the decisions about a subject, in order.
    fn decisions_of(&mut self, subject: SubjectId) -> Result<Vec<Entry>, StoreError>;
    /// Writes a hand-off; returns its number, a new one where it has none.
    fn save_hand_off(&mut self, hand_off: &HandOffRow) -> Result<i64, StoreError>;
    /// Returns a hand-off by its number.
    fn hand_off(&mut self, id: i64) -> Result<Option<HandOffRow>, StoreError>;
    /// Returns the hand-offs of a subject, in order.
    fn hand_offs_of(&mut self, subject: SubjectId) -> Result<Vec<HandOffRow>, StoreError>;
    /// Returns how many hand-offs of an owner are in progress.
    fn load_of(&mut self, owner: &str) -> Result<usize, StoreError>;
    /// Writes a message to others; returns its number.
    fn post(&mut self, kind: &str, subject: Option<SubjectId>, body: &[u8]) -> Result<i64, StoreError>;
    /// Returns messages that were not delivered, in order.
    fn waiting(&mut self, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Returns a setting.
    fn setting(&mut self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Returns the settings whose keys begin so, by key.
    fn settings_with(&mut self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError>;
    /// Writes a setting.
    fn set(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError>;
    /// Keeps a definition by its fingerprint; returns its number, the old one where it is known. A new body takes the old
    /// one's place: it means the same.
    fn keep_definition(&mut self, fingerprint: &str, body: &[u8]) -> Result<i64, StoreError>;
    /// Returns the numbers and fingerprints of all definitions, in the order in which they became known.
    fn definitions(&mut self) -> Result<Vec<(i64, String)>, StoreError>;
    /// Returns a definition's body.
    fn definition(&mut self, fingerprint: &str) -> Result<Option<Vec<u8>>, StoreError>;
}
