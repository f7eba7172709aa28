//! Turns facts into decisions and hand-offs. Knows no clock and no network: moments are arguments, and all that is kept
//! goes through [`bantam_store::Ledger`].
//!
//! [`Desk`] drives it: a group of facts shares one moment of receipt; what time alone changed before that moment is
//! decided first, then each fact is appended and its lead decided anew. So everything is a function of the log.

pub mod assignment;
mod codec;
mod decide;
pub mod definitions;
mod desk;
mod erasure;
pub mod fact;
pub mod hand_off;
mod history;
pub mod identity;
mod lead;
pub mod office_hours;
pub mod preview;
pub mod public_id;
mod rebuild;
pub mod records;
mod rules;
mod values;

pub use desk::{Desk, Given, Refusal, Renewal, Taken};
pub use lead::LeadState;
pub use rebuild::{lead_timeline, read_decision, read_fact, timeline_of, whole_timeline};
pub use rules::{DefinitionText, Rules};

pub(crate) use decide::{changes_between, rises};
pub(crate) use erasure::traces;

/// Why the core could not go on.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] bantam_store::StoreError),
    /// A record cannot be read back.
    #[error("{what} {id} cannot be read: {problem}")]
    Record {
        /// What kind of record.
        what: &'static str,
        /// Its number.
        id: i64,
        /// What is wrong.
        problem: String,
    },
    /// A definition that was kept has errors now.
    #[error("the definition {0} that was kept cannot be used")]
    Definition(String),
}
