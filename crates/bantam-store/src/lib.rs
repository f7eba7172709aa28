#![doc = include_str!("../README.md")]

mod error;
mod ledger;
mod records;
pub mod sqlite;

pub use error::StoreError;
pub use ledger::Ledger;
pub use records::*;
