//! What was refused, inside one transaction: kept to be looked at and sent again.

use crate::error::StoreError;

/// Something refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// When it was received.
    pub received_at: i64,
    /// What facts sent with the key are said to come from.
    pub source: String,
    /// How it came, in the caller's words: it says what the body is.
    pub call: String,
    /// When it was sent by the sender's clock, where it said so.
    pub sent_at: Option<i64>,
    /// Why it was refused.
    pub reason: String,
    /// Which field is wrong.
    pub field: Option<String>,
    /// What was sent.
    pub body: Vec<u8>,
}

/// Which of what was refused to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuarantineFilter {
    /// Only what was refused for this reason.
    pub reason: Option<String>,
    /// Only what came from here.
    pub source: Option<String>,
    /// The latest first.
    pub newest_first: bool,
    /// Only what comes after this number, in that order.
    pub after: Option<i64>,
    /// How many at most.
    pub limit: usize,
}

/// What was refused.
pub trait Quarantine {
    /// Puts something refused aside; returns its number.
    fn quarantine(&mut self, refused: &Refused) -> Result<i64, StoreError>;
    /// Lists what was put aside, with the numbers.
    fn quarantined(&mut self, filter: &QuarantineFilter) -> Result<Vec<(i64, Refused)>, StoreError>;
    /// Returns what was put aside under a number.
    fn find_quarantined(&mut self, id: i64) -> Result<Option<Refused>, StoreError>;
    /// Lists what holds any of some texts, by number, up to `limit`.
    fn quarantined_with(&mut self, texts: &[String], limit: usize) -> Result<Vec<(i64, Refused)>, StoreError>;
    /// Removes what was put aside under a number; returns whether there was such a thing.
    fn remove_quarantined(&mut self, id: i64) -> Result<bool, StoreError>;
    /// Removes what was put aside and holds any of some texts.
    fn erase_quarantined(&mut self, texts: &[String]) -> Result<(), StoreError>;
}

impl QuarantineFilter {
    /// Returns the number that the first may not go beyond, and how the list goes on from there.
    pub(crate) fn range(&self) -> (&'static str, i64, &'static str) {
        match self.newest_first {
            true => ("<", self.after.unwrap_or(i64::MAX), "desc"),
            false => (">", self.after.unwrap_or(0), "asc"),
        }
    }
}
