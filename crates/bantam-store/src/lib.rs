#![doc = include_str!("../README.md")]

mod deliveries;
mod error;
mod ledger;
mod records;
pub mod sqlite;

pub use deliveries::Deliveries;
pub use error::StoreError;
pub use ledger::Ledger;
pub use records::*;
