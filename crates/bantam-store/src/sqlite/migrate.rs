//! Brings the tables of a file up to what this program knows, one numbered step after the other.
//!
//! Each step is one transaction: its script runs, the tables are compared with what the same steps make in an empty database,
//! and the new number is written. So a step is there as a whole or not at all, and a file whose tables somebody changed is
//! left alone. The file as it was stays beside it.

use super::backup::{copy_pages, finish_copy};
use super::lock::Lock;
use super::{configure, refuse_old_library};
use crate::error::StoreError;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// A step.
struct Step {
    name: &'static str,
    script: &'static str,
}

/// All steps in order. One that was released is never changed.
const STEPS: [Step; 1] = [Step { name: "first", script: include_str!("migrations/0001_first.sql") }];

/// The format that this program knows, in `user_version`: the number of steps.
pub(super) const FORMAT: i64 = STEPS.len() as i64;

/// What a migration did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The format there was.
    pub from: i64,
    /// The format there is.
    pub to: i64,
    /// The file as it was before, where it was changed.
    pub copy: Option<PathBuf>,
}

/// Makes all tables in an empty database.
pub(super) fn make(connection: &Connection) -> Result<(), StoreError> {
    let scripts: String = STEPS.iter().map(|step| step.script).collect();
    Ok(connection.execute_batch(&format!("begin immediate; {scripts} pragma user_version = {FORMAT}; commit"))?)
}

/// Makes sure that a file can be used, and changes nothing; returns whether it is empty, so that the tables have to be made.
pub(super) fn verify(connection: &Connection, path: &Path) -> Result<bool, StoreError> {
    match format_of(connection)? {
        0 if tables(connection)?.is_empty() => Ok(true),
        0 => Err(StoreError::NoStore { path: path.to_owned() }),
        FORMAT => Ok(false),
        found if found > FORMAT => Err(StoreError::Newer { found, known: FORMAT }),
        found => Err(StoreError::OldFormat { path: path.to_owned(), found, known: FORMAT }),
    }
}

/// Brings a store up to date; one that is up to date is left as it is. `holder` is what others are told meanwhile.
///
/// # Errors
/// Returns why not. Steps that were done before stay done, and the copy is there.
pub fn migrate(path: &Path, holder: &str) -> Result<Migrated, StoreError> {
    migrate_by(&STEPS, path, holder)
}

fn migrate_by(steps: &[Step], path: &Path, holder: &str) -> Result<Migrated, StoreError> {
    refuse_old_library(rusqlite::version_number(), rusqlite::version())?;
    path.metadata().map_err(|error| StoreError::File { path: path.to_owned(), error })?;
    let _lock = Lock::take(path, holder)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let (from, to) = (format_of(&connection)?, steps.len() as i64);
    match from {
        0 => return Err(StoreError::NoStore { path: path.to_owned() }),
        from if from > to => return Err(StoreError::Newer { found: from, known: to }),
        from if from == to => return Ok(Migrated { from, to, copy: None }),
        _ => {}
    }
    let blueprint = Connection::open_in_memory()?;
    let (done, next) = steps.split_at_checked(usize::try_from(from).unwrap_or(0)).unwrap_or((steps, &[]));
    done.iter().try_for_each(|step| blueprint.execute_batch(step.script))?;
    if let (Some(name), Some(last)) = (differing(&connection, &blueprint)?, done.last()) {
        let problem = format!("`{name}` is not what this step makes; nothing was changed");
        return Err(StoreError::Migration { number: from, name: last.name, problem });
    }
    configure(&connection, "wal")?;
    let copy = keep_copy(path, from)?;
    for (number, step) in (from + 1..).zip(next) {
        apply(&connection, &blueprint, number, step)?;
    }
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    Ok(Migrated { from, to, copy: Some(copy) })
}

fn apply(connection: &Connection, blueprint: &Connection, number: i64, step: &Step) -> Result<(), StoreError> {
    let failed = |problem: String| StoreError::Migration { number, name: step.name, problem };
    let told = |error: rusqlite::Error| failed(error.to_string());
    // Dropped, it takes everything back.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(told)?;
    transaction.execute_batch(step.script).map_err(told)?;
    blueprint.execute_batch(step.script).map_err(told)?;
    if let Some(name) = differing(&transaction, blueprint)? {
        return Err(failed(format!("`{name}` is not what it should be after it")));
    }
    let check: String = transaction.query_row("pragma quick_check(1)", [], |row| row.get(0)).map_err(told)?;
    if check != "ok" {
        return Err(failed(format!("the file is damaged: {check}")));
    }
    transaction.pragma_update(None, "user_version", number).map_err(told)?;
    transaction.commit().map_err(told)
}

/// Copies the store as it is beside it, on the disk as a whole or not at all; returns where.
fn keep_copy(path: &Path, format: i64) -> Result<PathBuf, StoreError> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".format-{format}{suffix}"));
        PathBuf::from(name)
    };
    let (target, part) = (beside(""), beside(".part"));
    let failed = |error| StoreError::File { path: part.clone(), error };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(&part).map_err(failed)?);
    copy_pages(path, &part, &mut |_, _| {})?;
    finish_copy(&part)?;
    std::fs::rename(&part, &target).map_err(failed)?;
    Ok(target)
}

fn format_of(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("pragma user_version", [], |row| row.get(0))?)
}

/// The name of a table or index, and how it is made.
type Made = (String, Option<String>);

fn tables(connection: &Connection) -> Result<Vec<Made>, StoreError> {
    let query = "select name, sql from sqlite_schema where name not like 'sqlite_%' order by name";
    let mut statement = connection.prepare(query)?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// Returns the name of a table or index that is not the same in two databases, if there is one.
fn differing(one: &Connection, other: &Connection) -> Result<Option<String>, StoreError> {
    let (one, other) = (tables(one)?, tables(other)?);
    let lacks =
        |all: &[Made], these: &[Made]| these.iter().find(|made| !all.contains(made)).map(|(name, _)| name.clone());
    Ok(lacks(&other, &one).or_else(|| lacks(&one, &other)))
}

#[cfg(test)]
mod tests {
    use super::super::SqliteStore;
    use super::*;
    use tempfile::TempDir;

    const FIRST: Step = Step { name: "first", script: "create table a (x integer primary key) strict;" };
    const SECOND: Step = Step {
        name: "second",
        script: "alter table a add column y text; update a set y = 'was ' || x; create index a_y on a (y);",
    };
    const BROKEN: Step = Step { name: "broken", script: "update a set y = 'gone'; insert into nowhere values (1);" };

    fn old(steps: &[Step]) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.db");
        let connection = Connection::open(&path).unwrap();
        steps.iter().for_each(|step| connection.execute_batch(step.script).unwrap());
        connection.execute_batch("insert into a (x) values (1), (2)").unwrap();
        connection.pragma_update(None, "user_version", steps.len() as i64).unwrap();
        (folder, path)
    }

    fn rows(path: &Path, query: &str) -> Vec<String> {
        let connection = Connection::open(path).unwrap();
        let mut statement = connection.prepare(query).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    fn format(path: &Path) -> i64 {
        format_of(&Connection::open(path).unwrap()).unwrap()
    }

    #[test]
    fn sto_10_a_store_is_brought_up_to_date_step_by_step_and_what_it_was_stays() {
        let (_folder, path) = old(&[FIRST]);
        let done = migrate_by(&[FIRST, SECOND], &path, "a test").unwrap();
        let copy = path.with_file_name("leads.db.format-1");
        assert_eq!(done, Migrated { from: 1, to: 2, copy: Some(copy.clone()) });
        assert_eq!(rows(&path, "select y from a order by x"), ["was 1", "was 2"]);
        assert_eq!([format(&path), format(&copy)], [2, 1]);
        assert_eq!(rows(&copy, "select name from sqlite_schema"), ["a"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Once more it is nothing.
        assert_eq!(migrate_by(&[FIRST, SECOND], &path, "a test").unwrap(), Migrated { from: 2, to: 2, copy: None });
    }

    #[test]
    fn sto_10_a_step_that_fails_leaves_the_store_as_it_was_before_it() {
        let (_folder, path) = old(&[FIRST]);
        let failed = migrate_by(&[FIRST, SECOND, BROKEN], &path, "a test").unwrap_err().to_string();
        assert!(failed.starts_with("migration 3 (broken) failed: no such table: nowhere"), "{failed}");
        assert_eq!(
            (format(&path), rows(&path, "select y from a order by x")),
            (2, vec!["was 1".into(), "was 2".into()])
        );
        // Mended, it goes on from there.
        const THIRD: Step = Step { name: "third", script: "create table b (z text) strict;" };
        let done = migrate_by(&[FIRST, SECOND, THIRD], &path, "a test").unwrap();
        assert_eq!((done.from, done.to, format(&path)), (2, 3, 3));
    }

    #[test]
    fn sto_10_a_store_whose_tables_are_not_those_of_its_format_is_left_alone() {
        let (_folder, path) = old(&[FIRST]);
        Connection::open(&path).unwrap().execute_batch("create index mine on a (x)").unwrap();
        let before = std::fs::read(&path).unwrap();
        let refused = migrate_by(&[FIRST, SECOND], &path, "a test").unwrap_err().to_string();
        assert_eq!(refused, "migration 1 (first) failed: `mine` is not what this step makes; nothing was changed");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn sto_10_what_cannot_be_migrated_is_refused_and_left_as_it_is() {
        let (folder, path) = old(&[FIRST, SECOND]);
        let before = std::fs::read(&path).unwrap();
        let refused = migrate_by(&[FIRST], &path, "a test").unwrap_err().to_string();
        assert!(refused.starts_with("the store has format 2, and this program knows formats up to 1"), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let held = Lock::take(&path, "bantam serve, process 71").unwrap();
        let refused = migrate_by(&[FIRST, SECOND], &path, "a test").unwrap_err().to_string();
        assert!(refused.ends_with("is in use by bantam serve, process 71"), "{refused}");
        drop(held);
        let missing = folder.path().join("no.db");
        assert!(migrate(&missing, "a test").unwrap_err().to_string().contains("no.db` failed: No such file"));
        assert!(!missing.exists());
        let other = folder.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("create table theirs (x)").unwrap();
        assert!(migrate(&other, "a test").unwrap_err().to_string().ends_with("other.db` is no store"));
        assert!(SqliteStore::open(&other, "a test").err().unwrap().to_string().ends_with("other.db` is no store"));
        assert_eq!(rows(&other, "select name from sqlite_schema"), ["theirs"]);
    }

    #[test]
    fn sto_10_a_new_store_has_the_tables_that_all_steps_make() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.db");
        drop(SqliteStore::open(&path, "a test").unwrap());
        let stepped = Connection::open_in_memory().unwrap();
        STEPS.iter().for_each(|step| stepped.execute_batch(step.script).unwrap());
        assert_eq!(differing(&Connection::open(&path).unwrap(), &stepped).unwrap(), None);
        assert_eq!(format(&path), FORMAT);
    }
}
