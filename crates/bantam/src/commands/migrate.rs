//! `bantam migrate`: tables of a PostgreSQL store.

use super::serve::store_failure;
use crate::cli::MigrateArguments;
use crate::failure::Failure;
use crate::{Done, terminal};
use bantam_store::postgres::{Migrated, migrate};

pub(crate) fn run(arguments: &MigrateArguments) -> Result<Done, Failure> {
    let done = migrate(&arguments.url, arguments.service_role.as_deref()).map_err(store_failure)?;
    terminal::say(&match done {
        Migrated { from: 0, to } => format!("made the tables of format {to}"),
        Migrated { from, to } if from == to => format!("the tables have format {to} already"),
        Migrated { from, to } => format!("brought the tables from format {from} to {to}"),
    });
    Ok(Done::Well)
}
