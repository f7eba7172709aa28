#![doc = include_str!("../README.md")]

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

pub use desk::{Desk, Given, ReadAhead, Reading, Refusal, Renewal, Taken};
pub use lead::LeadState;
pub use rebuild::{lead_timeline, read_decision, read_fact, timeline_of, whole_timeline};
pub use rules::{DefinitionText, Rules};

pub use decide::{changes_between, rises};
pub use erasure::traces;

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
