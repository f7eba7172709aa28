#![doc = include_str!("../README.md")]

mod error;
mod inspection;
mod ledger;
mod records;
pub mod sqlite;

pub use error::StoreError;
pub use inspection::{Inspection, KnownEdge, Record, Table};
pub use ledger::Ledger;
pub use records::*;
