//! What every store must do, whichever database stands behind it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "postgres/cluster.rs"]
mod cluster;
#[path = "behaviour/people.rs"]
mod people;
#[path = "behaviour/suite.rs"]
mod suite;

use bantam_store::postgres::PostgresStore;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{Ledger, Store, StoreError};

impl suite::Store for Store {
    fn transaction(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Ledger) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Store::transaction(self, |ledger| work(ledger))
    }
}

mod sqlite {
    use super::{SqliteStore, Store, people, suite};

    crate::behaviour_suite!(Store::from(SqliteStore::in_memory().unwrap()));
    crate::people_suite!(Store::from(SqliteStore::in_memory().unwrap()));
}

mod postgres {
    use super::{PostgresStore, Store, cluster, people, suite};

    crate::behaviour_suite!(match cluster::database() {
        Some(database) => Store::from(PostgresStore::open(&database.url("service")).unwrap()),
        None => return,
    });
    crate::people_suite!(match cluster::database() {
        Some(database) => Store::from(PostgresStore::open(&database.url("service")).unwrap()),
        None => return,
    });
}
