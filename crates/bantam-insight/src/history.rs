//! Turns the timelines of all leads into a [`History`]: when each lead moved from stage to stage, its hand-offs with what
//! became of them, and its deals.
//!
//! Everything is told as of its own moment. A hand-off is when the definition first brings a lead to the hand-off stage on
//! its timeline, judged by the facts up to then; a later fall of the score takes nothing back.
//!
//! 1. [`prepare`] a definition: it finds out which columns hold amounts, reasons, owners, sources (`roles.rs`).
//! 2. [`gather`] timelines, from a [`bantam_engine::input::Dataset`] or from a store. Each lead is walked through time on
//!    its own, on all cores (`walk.rs`), and what sales answered is laid over its stages (`ledger.rs`).
//! 3. Of people who were erased there are no timelines, but what was decided and answered (`remains.rs`).
//! 4. What is left of a lead are a few rows of a few bytes (`rows.rs`), so that a million leads fit.

mod gather;
mod hours;
mod ledger;
mod remains;
mod roles;
mod rows;
#[cfg(test)]
pub(crate) mod tests;
mod walk;

pub use gather::gather;
pub use hours::OfficeClock;
pub use remains::{Move, Remains, Said};
pub use roles::{Role, Roles, Wishes};
pub use rows::{
    Deal, DealEnd, HandOff, HandOffEnd, History, LeadRow, NO_CODE, NO_HAND_OFF, NO_TIME, RuleName, Stage, Step,
};

use bantam_engine::live::{Plan, compile};
use bantam_lang::meaning::Meaning;
use std::sync::Arc;

/// A definition made ready for [`gather`]: its meaning with the columns that reports need beside its own.
#[derive(Debug)]
pub struct Prepared {
    /// The definition's meaning. Attributes and properties that it lacks have been appended to its own, which keep their
    /// places; scores are the same. Timelines have to be read by this one.
    pub meaning: Arc<Meaning>,
    /// Which column plays which role.
    pub roles: Roles,
    pub(crate) plan: Plan,
    pub(crate) clock: Option<OfficeClock>,
}

/// Returns a definition ready for [`gather`]. `wishes` name columns that cannot be guessed.
pub fn prepare(meaning: &Meaning, wishes: &Wishes) -> Prepared {
    let (meaning, roles) = roles::with_roles(meaning, wishes);
    let meaning = Arc::new(meaning);
    let clock = meaning.office_hours.as_ref().and_then(OfficeClock::new);
    Prepared { plan: compile(Arc::clone(&meaning)), meaning, roles, clock }
}
