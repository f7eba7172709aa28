#![doc = include_str!("../README.md")]

mod api_keys;
mod checksums;
mod deliveries;
mod error;
mod inspection;
mod ledger;
mod listing;
mod location;
mod mending;
mod people;
pub mod postgres;
mod quarantine;
mod records;
pub mod sqlite;
mod store;

pub use api_keys::{ApiKeyRow, ApiKeys};
pub use deliveries::Deliveries;
pub use error::StoreError;
pub use inspection::{Inspection, KnownEdge, Record, Table};
pub use ledger::{Foreseen, Ledger};
pub use location::Location;
pub use mending::{Mending, PlacedDecision};
pub use people::{AuditFilter, AuditRow, InvitationRow, People, PersonRow, SessionRow};
pub use quarantine::{Quarantine, QuarantineFilter, Refused};
pub use records::*;
pub use store::{Reader, Store};
