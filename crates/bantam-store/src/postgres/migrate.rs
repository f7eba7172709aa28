//! Brings the tables of a database up to what this program knows, one numbered step after the other.
//!
//! Each step is one transaction: its script runs, what it should have made is looked for, then it is marked as done, with
//! a checksum of its script. So a step is there as a whole or not at all, and a database that was changed by another
//! program, or by a later one, is left alone.

use super::connection::Connection;
use super::url::PostgresUrl;
use super::{RIGHT_TO_DECIDE, told};
use crate::error::StoreError;
use crate::records::Digest;

/// A step.
struct Migration {
    name: &'static str,
    script: &'static str,
    /// Gives a row where something is missing.
    missing: &'static str,
}

/// All steps in order. One that was released is never changed.
const MIGRATIONS: [Migration; 1] = [Migration {
    name: "first",
    script: include_str!("migrations/0001_first.sql"),
    missing: include_str!("migrations/0001_first.verify.sql"),
}];

/// What a migration did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The format there was; 0 for none.
    pub from: i64,
    /// The format there is.
    pub to: i64,
}

/// Returns the latest format that this program knows.
pub(super) fn known() -> i64 {
    MIGRATIONS.len() as i64
}

/// Makes the tables, or brings them up to date, by a role that owns them; then lets another role read and write rows,
/// where one is named. What is up to date is left as it is.
///
/// # Errors
/// Returns why not. Steps that were done before stay done.
pub fn migrate(url: &PostgresUrl, service: Option<&str>) -> Result<Migrated, StoreError> {
    let connection = Connection::open(url)?;
    connection.demand_durability()?;
    // A step over large tables takes as long as it takes.
    connection.batch("set statement_timeout = 0")?;
    // Nobody decides meanwhile, and of two who migrate one waits for the other.
    connection.ask_once("select pg_advisory_lock($1)", &[&RIGHT_TO_DECIDE])?;
    let from = done(&connection)?;
    if from > known() {
        return Err(StoreError::Newer { found: from, known: known() });
    }
    if from == 0 {
        connection.batch(
            "begin; create schema if not exists bantam; create table if not exists bantam.migration (number bigint \
             primary key, name text not null, checksum text not null, done_at timestamptz not null default now()); commit",
        )?;
    }
    for (place, migration) in MIGRATIONS.iter().enumerate().skip(usize::try_from(from).unwrap_or_default()) {
        apply(&connection, place as i64 + 1, migration)?;
    }
    if let Some(service) = service {
        grant(&connection, service)?;
    }
    Ok(Migrated { from, to: known() })
}

fn apply(connection: &Connection, number: i64, migration: &Migration) -> Result<(), StoreError> {
    let failed = |problem: String| StoreError::Migration { number, name: migration.name, problem };
    let step = || {
        connection.batch("begin")?;
        connection.batch(migration.script)?;
        if let Some(row) = connection.ask_once(migration.missing, &[])?.first() {
            return Err(failed(format!("`{}` is missing after it", row.try_get::<_, String>(0)?)));
        }
        let mark = "insert into migration (number, name, checksum) values ($1, $2, $3)";
        connection.ask_once(mark, &[&number, &migration.name, &checksum(migration.script)])?;
        connection.batch("commit")
    };
    step().map_err(|error| {
        // A connection that is lost has rolled back on its own.
        let _ = connection.batch("rollback");
        match error {
            StoreError::Postgres(error) => failed(told(&error)),
            other => other,
        }
    })
}

/// Lets a role read and write rows of all tables, those of later steps too, and read which steps were done.
fn grant(connection: &Connection, service: &str) -> Result<(), StoreError> {
    let role = format!("\"{}\"", service.replace('"', "\"\""));
    connection.batch(&format!(
        "begin; grant usage on schema bantam to {role}; \
         grant select, insert, update, delete on all tables in schema bantam to {role}; \
         revoke insert, update, delete on migration from {role}; \
         alter default privileges in schema bantam grant select, insert, update, delete on tables to {role}; commit"
    ))
}

/// Makes sure that a database has the format that this program knows.
pub(super) fn verify(connection: &Connection) -> Result<(), StoreError> {
    match done(connection)? {
        found if found > known() => Err(StoreError::Newer { found, known: known() }),
        found if found < known() => Err(StoreError::NotMigrated { found, known: known() }),
        _ => Ok(()),
    }
}

/// Returns the last step that was done, after making sure that all were these.
fn done(connection: &Connection) -> Result<i64, StoreError> {
    let there = connection.ask_once("select to_regclass('bantam.migration') is not null", &[])?;
    if !there.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(false) {
        return Ok(0);
    }
    let rows = connection.ask_once("select number, checksum from bantam.migration order by number", &[])?;
    let last = rows.last().map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    if last > known() {
        return Ok(last);
    }
    for (row, migration) in rows.iter().zip(&MIGRATIONS) {
        let (number, found): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        if found != checksum(migration.script) {
            let problem = "the database was made by another script than this program has".to_owned();
            return Err(StoreError::Migration { number, name: migration.name, problem });
        }
    }
    Ok(last)
}

fn checksum(script: &str) -> String {
    Digest::of(script.as_bytes()).0.iter().map(|byte| format!("{byte:02x}")).collect()
}
