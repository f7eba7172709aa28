//! A store in one SQLite file, written by one process.

mod api_keys;
mod backup;
mod deliveries;
mod facts;
mod inspection;
mod leads;
mod lock;
mod log;
mod mending;
mod migrate;
mod outcomes;
mod people;
mod quarantine;
mod reading;
mod scratch;
mod subjects;

pub use backup::{copy_snapshot, finish_copy, remove_logs};
pub use lock::{Lock, holder_of};
pub use migrate::{Migrated, migrate};
pub use reading::SqliteReader;
pub use scratch::{HandOffNumbers, SqliteScratch};

use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::records::{
    Appended, Digest, Edge, Entry, HandOffRow, LeadCount, LeadRow, NewFact, Seq, StoredFact, Subject, SubjectId,
    SubjectKind,
};
use rusqlite::{Connection, TransactionBehavior};
use std::cell::RefCell;
use std::path::Path;

/// The version of the library from which on its write-ahead log is sound.
const LIBRARY_MIN: i32 = 3_051_003;
const LIBRARY_MIN_NAME: &str = "3.51.3";
/// The statements kept ready: as many as there are, so that none is prepared twice.
const STATEMENTS: usize = 128;
/// The page cache in KiB; negative is how SQLite tells KiB from pages.
const CACHE_KIB: i64 = -65_536;

/// The only writer of a store. Dropped, it lets go of the file.
pub struct SqliteStore {
    connection: Connection,
    /// Whether a transaction was taken back, until somebody asks: what its work kept at hand never happened.
    is_taken_back: bool,
    _lock: Option<Lock>,
}

impl SqliteStore {
    /// Opens a file, or makes one, and keeps others from writing to it. `holder` is what they are told, such as
    /// "bantam serve, process 71".
    pub fn open(path: &Path, holder: &str) -> Result<SqliteStore, StoreError> {
        refuse_old_library(rusqlite::version_number(), rusqlite::version())?;
        let lock = Lock::take(path, holder)?;
        let connection = Connection::open(path)?;
        let store = SqliteStore { connection, is_taken_back: false, _lock: Some(lock) };
        store.prepare("wal", path)?;
        Ok(store)
    }

    /// Opens a store that does not wait for the disk: the test of power cuts must notice that.
    #[cfg(feature = "faults")]
    pub fn open_relaxed(path: &Path) -> Result<SqliteStore, StoreError> {
        let store = SqliteStore::open(path, "a test")?;
        store.connection.execute_batch("pragma synchronous = normal")?;
        Ok(store)
    }

    /// Makes a store that is gone when it is dropped.
    pub fn in_memory() -> Result<SqliteStore, StoreError> {
        refuse_old_library(rusqlite::version_number(), rusqlite::version())?;
        let store = SqliteStore { connection: Connection::open_in_memory()?, is_taken_back: false, _lock: None };
        store.prepare("memory", Path::new(":memory:"))?;
        Ok(store)
    }

    fn prepare(&self, journal: &'static str, path: &Path) -> Result<(), StoreError> {
        let is_empty = migrate::verify(&self.connection, path)?;
        self.connection.set_prepared_statement_cache_capacity(STATEMENTS);
        configure(&self.connection, journal)?;
        if is_empty {
            migrate::make(&self.connection)?;
        }
        Ok(())
    }

    /// Does some work within one transaction: when it fails, nothing of it has happened; when it returns, all of it is on
    /// disk.
    pub fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Ledger) -> Result<T, E>,
    ) -> Result<T, E> {
        let database = |error| E::from(StoreError::Database(error));
        let was_taken_back = std::mem::replace(&mut self.is_taken_back, true);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
        let mut ledger = SqliteLedger { is_alone: !was_taken_back, ..SqliteLedger::of(&transaction) };
        let result = work(&mut ledger)?;
        let was_asked = ledger.was_asked;
        transaction.commit().map_err(database)?;
        self.is_taken_back = was_taken_back && !was_asked;
        Ok(result)
    }

    /// Returns where it is; `None` where it is in memory alone.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.connection.path().filter(|path| !path.is_empty()).map(Path::new)
    }

    /// Carries the log into the file and empties it.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
        Ok(())
    }
}

fn refuse_old_library(number: i32, name: &str) -> Result<(), StoreError> {
    if number < LIBRARY_MIN {
        return Err(StoreError::OldLibrary { found: name.to_owned(), needed: LIBRARY_MIN_NAME });
    }
    Ok(())
}

/// Sets what durability rests on, and reads it back: a library may be built to ignore a setting.
fn configure(connection: &Connection, journal: &'static str) -> Result<(), StoreError> {
    connection.execute_batch(&format!("pragma cache_size = {CACHE_KIB}"))?;
    connection.wal_hook(Some(log::carry_over));
    let settings: [(&'static str, &'static str, &'static str); 4] = [
        ("journal_mode", journal, journal),
        ("synchronous", "full", "2"),
        ("foreign_keys", "on", "1"),
        ("secure_delete", "on", "1"),
    ];
    for (name, value, needed) in settings {
        // Some settings answer with a row and some do not.
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            other => Err(other),
        })?;
        let found = connection.pragma_query_value(None, name, |row| {
            row.get::<_, rusqlite::types::Value>(0).map(|value| match value {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
        })?;
        if found != needed {
            return Err(StoreError::Setting { name, found, needed });
        }
    }
    Ok(())
}

/// How long a reader waits for the writer's checkpoint.
const READER_PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

fn configure_reader(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(READER_PATIENCE)?;
    connection.execute_batch("pragma query_only = on")?;
    Ok(())
}

/// The transaction in progress.
struct SqliteLedger<'t> {
    connection: &'t Connection,
    /// The numbers of hand-offs, where they are given beforehand.
    numbers: Option<&'t RefCell<HandOffNumbers>>,
    is_alone: bool,
    was_asked: bool,
}

impl<'t> SqliteLedger<'t> {
    fn of(connection: &'t Connection) -> SqliteLedger<'t> {
        SqliteLedger { connection, numbers: None, is_alone: true, was_asked: false }
    }
}

impl Ledger for SqliteLedger<'_> {
    fn is_alone(&mut self) -> Result<bool, StoreError> {
        self.was_asked = true;
        Ok(self.is_alone)
    }

    fn append_fact(&mut self, fact: &NewFact<'_>) -> Result<Appended, StoreError> {
        facts::append(self.connection, fact)
    }

    fn find_message(&mut self, message: Digest) -> Result<Option<StoredFact>, StoreError> {
        facts::find_message(self.connection, message)
    }

    fn facts_of(&mut self, subject: SubjectId) -> Result<Vec<StoredFact>, StoreError> {
        facts::of_subject(self.connection, subject)
    }

    fn facts_after(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
        facts::after(self.connection, seq, limit)
    }

    fn facts_before(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
        facts::before(self.connection, seq, limit)
    }

    fn facts_of_nobody(&mut self, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
        facts::of_nobody(self.connection, seq, limit)
    }

    fn last_fact(&mut self) -> Result<Seq, StoreError> {
        facts::last(self.connection)
    }

    fn facts_of_leads(&mut self, after: SubjectId, to: SubjectId) -> Result<Vec<(SubjectId, StoredFact)>, StoreError> {
        facts::of_leads(self.connection, after, to)
    }

    fn retract(&mut self, fact: Seq, by: Seq) -> Result<(), StoreError> {
        facts::retract(self.connection, fact, by)
    }

    fn find_subject(&mut self, kind: SubjectKind, name: &str) -> Result<Option<Subject>, StoreError> {
        subjects::find(self.connection, kind, name)
    }

    fn subject(&mut self, kind: SubjectKind, name: &str) -> Result<Subject, StoreError> {
        subjects::find_or_add(self.connection, kind, name)
    }

    fn subject_by_id(&mut self, id: SubjectId) -> Result<Option<Subject>, StoreError> {
        subjects::by_id(self.connection, id)
    }

    fn assign_lead(&mut self, subject: SubjectId, lead: Option<SubjectId>) -> Result<(), StoreError> {
        subjects::assign_lead(self.connection, subject, lead)
    }

    fn members(&mut self, lead: SubjectId) -> Result<Vec<Subject>, StoreError> {
        subjects::members(self.connection, lead)
    }

    fn add_edge(&mut self, edge: &Edge) -> Result<(), StoreError> {
        subjects::add_edge(self.connection, edge)
    }

    fn edges_of(&mut self, subject: SubjectId) -> Result<Vec<Edge>, StoreError> {
        subjects::edges_of(self.connection, subject)
    }

    fn edges_by(&mut self, fact: Seq) -> Result<Vec<Edge>, StoreError> {
        subjects::edges_by(self.connection, fact)
    }

    fn merges_before(&mut self, fact: Seq, limit: usize) -> Result<Vec<Edge>, StoreError> {
        subjects::merges_before(self.connection, fact, limit)
    }

    fn erase_subject(&mut self, subject: SubjectId, name: &str) -> Result<(), StoreError> {
        subjects::erase(self.connection, subject, name)
    }

    fn lead(&mut self, id: SubjectId) -> Result<Option<LeadRow>, StoreError> {
        leads::load(self.connection, id)
    }

    fn save_lead(&mut self, lead: &LeadRow) -> Result<(), StoreError> {
        leads::save(self.connection, lead)
    }

    fn remove_lead(&mut self, id: SubjectId) -> Result<(), StoreError> {
        leads::remove(self.connection, id)
    }

    fn next_due(&mut self) -> Result<Option<(i64, SubjectId)>, StoreError> {
        leads::next_due(self.connection)
    }

    fn leads_after(&mut self, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError> {
        leads::after(self.connection, id, limit)
    }

    fn erased_after(&mut self, id: SubjectId, limit: usize) -> Result<Vec<SubjectId>, StoreError> {
        subjects::erased_after(self.connection, id, limit)
    }

    fn lead_counts(&mut self) -> Result<Vec<LeadCount>, StoreError> {
        leads::counts(self.connection)
    }

    fn record_decision(&mut self, subject: SubjectId, at: i64, body: &[u8]) -> Result<i64, StoreError> {
        outcomes::record_decision(self.connection, subject, at, body)
    }

    fn blank_decision(&mut self, id: i64, body: &[u8]) -> Result<(), StoreError> {
        outcomes::blank_decision(self.connection, id, body)
    }

    fn decisions_of(&mut self, subject: SubjectId) -> Result<Vec<Entry>, StoreError> {
        outcomes::decisions_of(self.connection, subject)
    }

    fn save_hand_off(&mut self, hand_off: &HandOffRow) -> Result<i64, StoreError> {
        match self.numbers.filter(|_| hand_off.id == 0) {
            Some(numbers) => {
                let id = numbers.borrow_mut().next(hand_off.subject);
                outcomes::save_hand_off(self.connection, &HandOffRow { id, ..hand_off.clone() })
            }
            None => outcomes::save_hand_off(self.connection, hand_off),
        }
    }

    fn hand_off(&mut self, id: i64) -> Result<Option<HandOffRow>, StoreError> {
        outcomes::hand_off(self.connection, id)
    }

    fn hand_offs_of(&mut self, subject: SubjectId) -> Result<Vec<HandOffRow>, StoreError> {
        outcomes::hand_offs_of(self.connection, subject)
    }

    fn load_of(&mut self, owner: &str) -> Result<usize, StoreError> {
        outcomes::load_of(self.connection, owner)
    }

    fn post(&mut self, kind: &str, subject: Option<SubjectId>, body: &[u8]) -> Result<i64, StoreError> {
        outcomes::post(self.connection, kind, subject, body)
    }

    fn waiting(&mut self, limit: usize) -> Result<Vec<Entry>, StoreError> {
        outcomes::waiting(self.connection, limit)
    }

    fn setting(&mut self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        outcomes::setting(self.connection, key)
    }

    fn settings_with(&mut self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        outcomes::settings_with(self.connection, prefix)
    }

    fn set(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        outcomes::set(self.connection, key, value)
    }

    fn keep_definition(&mut self, fingerprint: &str, body: &[u8]) -> Result<i64, StoreError> {
        outcomes::keep_definition(self.connection, fingerprint, body)
    }

    fn definitions(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        outcomes::definitions(self.connection)
    }

    fn definition(&mut self, fingerprint: &str) -> Result<Option<Vec<u8>>, StoreError> {
        outcomes::definition(self.connection, fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sto_01_settings_are_read_back_and_an_old_library_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("leads.db"), "a test").unwrap();
        let read = |name: &str| store.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!([read("synchronous"), read("foreign_keys"), read("secure_delete")], [2, 1, 1]);
        let old = refuse_old_library(3_051_002, "3.51.2").unwrap_err();
        assert_eq!(old.to_string(), "the SQLite library is version 3.51.2; at least 3.51.3 is needed");
        // No memory database has a write-ahead log, so this setting cannot be kept.
        let refused = configure(&Connection::open_in_memory().unwrap(), "wal").unwrap_err();
        assert!(matches!(refused, StoreError::Setting { name: "journal_mode", .. }), "{refused}");
    }

    #[test]
    fn sto_07_a_damaged_record_is_named_and_not_used() {
        let mut store = SqliteStore::in_memory().unwrap();
        let digest = Digest::of(b"m");
        let fact = NewFact { message: digest, digest, subject: Some(7), received_at: 1, happened_at: 1, body: b"body" };
        store.transaction(|ledger| ledger.append_fact(&fact)).unwrap();
        let lead = LeadRow { id: 7, score: 5, state: vec![1, 2, 3], ..LeadRow::default() };
        store.transaction(|ledger| ledger.save_lead(&lead)).unwrap();
        let damage = "update fact set body = x'626f6479ff'; update lead set score = 6";
        store.connection.execute_batch(damage).unwrap();
        let facts = store.transaction(|ledger| ledger.facts_of(7)).unwrap_err();
        assert_eq!(facts.to_string(), "fact 1 is damaged: its checksum does not match");
        let lead = store.transaction(|ledger| ledger.lead(7)).unwrap_err();
        assert_eq!(lead.to_string(), "lead 7 is damaged: its checksum does not match");
    }

    #[test]
    fn sto_10_a_file_of_a_later_program_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.db");
        drop(SqliteStore::open(&path, "a test").unwrap());
        Connection::open(&path).unwrap().execute_batch("pragma user_version = 99").unwrap();
        let before = std::fs::read(&path).unwrap();
        let refused = SqliteStore::open(&path, "a test").err().unwrap();
        let told = "the store has format 99, and this program knows formats up to 1: a later version of bantam wrote it, so go \
                    on with that one; nothing was changed";
        assert_eq!(refused.to_string(), told);
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}
