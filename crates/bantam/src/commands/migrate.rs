//! `bantam migrate`: a store as this version of the program needs it.

use super::serve::store_failure;
use crate::cli::MigrateArguments;
use crate::failure::Failure;
use crate::{Done, terminal};
use bantam_store::postgres::PostgresUrl;
use bantam_store::{Location, postgres, sqlite};
use std::path::Path;

pub(crate) fn run(arguments: &MigrateArguments) -> Result<Done, Failure> {
    let role = arguments.service_role.as_deref();
    match (&arguments.store, role) {
        (Location::File(path), None) => migrate_file(path),
        (Location::File(_), Some(_)) => {
            Err(Failure::bad_input("a file has no roles: leave `--service-role` out, or name a PostgreSQL database"))
        }
        (Location::Postgres(url), role) => migrate_tables(url, role),
    }
}

fn migrate_file(path: &Path) -> Result<Done, Failure> {
    let holder = format!("bantam migrate, process {}", std::process::id());
    let done = sqlite::migrate(path, &holder).map_err(store_failure)?;
    terminal::say(&match done.copy {
        None => format!("`{}` has format {} already", path.display(), done.to),
        Some(copy) => format!(
            "brought `{}` from format {} to {}; what it was is `{}`, which holds the same people: let it go when you no longer \
             need it",
            path.display(),
            done.from,
            done.to,
            copy.display()
        ),
    });
    Ok(Done::Well)
}

fn migrate_tables(url: &PostgresUrl, role: Option<&str>) -> Result<Done, Failure> {
    let done = postgres::migrate(url, role).map_err(store_failure)?;
    terminal::say(&match (done.from, done.to) {
        (0, to) => format!("made the tables of format {to}"),
        (from, to) if from == to => format!("the tables have format {to} already"),
        (from, to) => format!("brought the tables from format {from} to {to}"),
    });
    Ok(Done::Well)
}
