//! What every store must do, whichever database stands behind it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "behaviour/suite.rs"]
mod suite;

use bantam_store::sqlite::SqliteStore;
use bantam_store::{Ledger, StoreError};

struct Sqlite(SqliteStore);

impl suite::Store for Sqlite {
    fn transaction(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Ledger) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.0.transaction(|ledger| work(ledger))
    }
}

behaviour_suite!(Sqlite(SqliteStore::in_memory().unwrap()));
