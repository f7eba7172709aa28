//! A store in a PostgreSQL database, written by any number of processes.
//!
//! Whoever opens a transaction first takes one lock, the right to decide, and has it until the end. So the log is one
//! sequence whichever nodes write it, and what is derived from it is derived once. When a process ends in the middle, the
//! server takes its transaction back and passes the right on.

mod api_keys;
mod connection;
mod deliveries;
mod facts;
mod leads;
mod ledger;
mod migrate;
mod outcomes;
mod people;
mod quarantine;
mod reading;
mod subjects;
pub(crate) mod text;
mod tls;
mod url;

pub use migrate::{Migrated, migrate};
pub use reading::PostgresReader;
pub use url::PostgresUrl;

use crate::error::StoreError;
use crate::ledger::Ledger;
use connection::{Call, Connection, call};
use ledger::{Numbers, PostgresLedger};
use tokio_postgres::error::SqlState;

/// The lock that is the right to decide. Any number does that nobody else takes in the same database.
const RIGHT_TO_DECIDE: i64 = 0x6261_6e74_616d;
/// The lock of the one node that delivers messages, for as long as its connection lasts.
const RIGHT_TO_DELIVER: i64 = RIGHT_TO_DECIDE + 1;
/// How often a connection is made anew before the store counts as out of reach.
const CONNECTIONS_MAX: usize = 2;
/// After how many transactions a node that has not written is forgotten: none waits that long for an answer.
const NODE_TRANSACTIONS_MAX: i64 = 1_000_000;

/// What a session that writes is told, beside what all are told.
///
/// Every question is a look-up by an index. A plan is made once, perhaps while tables are empty, and must not read whole
/// tables when they are not.
const WRITING: &str = "
    set plan_cache_mode = force_generic_plan;
    set enable_seqscan = off;
    set enable_hashjoin = off;
    set enable_mergejoin = off;
    set default_transaction_isolation = 'read committed';
    set default_transaction_read_only = off";

/// One of the writers of a store.
pub struct PostgresStore {
    url: PostgresUrl,
    connection: Option<Connection>,
    /// A name of its own.
    node: String,
    /// How many transactions had written when its last one ended.
    last: i64,
    /// Whether its connection has the right to deliver.
    may_deliver: bool,
    /// Whether others have written, or a transaction was taken back, until somebody asks.
    is_behind: bool,
}

impl PostgresStore {
    /// Opens a store for writing, by a role that may read and write rows and nothing else.
    ///
    /// # Errors
    /// Returns why it cannot be written to: it is out of reach, does not keep what it is told, was not migrated, or the
    /// role may do too much.
    pub fn open(url: &PostgresUrl) -> Result<PostgresStore, StoreError> {
        let connection = connect(url)?;
        refuse_powerful_role(&connection)?;
        migrate::verify(&connection)?;
        let rows = connection.ask_once("select gen_random_uuid()::text, transactions from numbers", &[])?;
        let row = rows.first().ok_or(StoreError::NotMigrated { found: 0, known: migrate::known() })?;
        let (node, number): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        connection
            .ask_once("delete from node where transactions < $1", &[&number.saturating_sub(NODE_TRANSACTIONS_MAX)])?;
        Ok(PostgresStore {
            url: url.clone(),
            connection: Some(connection),
            node,
            last: number,
            may_deliver: false,
            is_behind: true,
        })
    }

    /// Does some work within one transaction: when it fails, nothing of it has happened; when it returns, all of it is on
    /// disk. A connection that is found lost at the beginning is made anew.
    ///
    /// # Errors
    /// Returns what the work returns, or why the database did not do it. Where [`StoreError::is_interrupted`], the same
    /// work may be done again.
    pub fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut dyn Ledger) -> Result<T, E>,
    ) -> Result<T, E> {
        let was_taken_back = std::mem::replace(&mut self.is_behind, true);
        let numbers = self.begin()?;
        let was_behind = was_taken_back || self.last != numbers.transactions;
        let Some(connection) = self.connection.as_mut() else { return Err(StoreError::OutOfReach.into()) };
        let mut ledger = PostgresLedger::new(connection, numbers, !was_behind);
        let result = work(&mut ledger);
        match result {
            Ok(done) => {
                let was_asked = ledger.was_asked();
                let finished = ledger.finish(&self.node);
                self.last = self.settled(finished, numbers)?;
                self.is_behind = was_behind && !was_asked;
                Ok(done)
            }
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Returns where it is, and as whom it was opened.
    pub(crate) fn url(&self) -> &PostgresUrl {
        &self.url
    }

    /// Returns whether this node is the one that delivers messages, as of its last transaction.
    pub fn may_deliver(&self) -> bool {
        self.may_deliver && self.connection.is_some()
    }

    /// Waits for the right to decide; returns where the others left off.
    fn begin(&mut self) -> Result<Numbers, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_begin() {
                Err(error) if error.is_interrupted() && tries < CONNECTIONS_MAX => self.connection = None,
                result => return result,
            }
        }
    }

    fn try_begin(&mut self) -> Result<Numbers, StoreError> {
        if self.connection.as_ref().is_none_or(Connection::is_closed) {
            // Dropped first: the server counts connections.
            self.connection = None;
            self.may_deliver = false;
            self.connection = Some(connect(&self.url)?);
        }
        let Some(connection) = &mut self.connection else { return Err(StoreError::OutOfReach) };
        // Each statement sees what was committed before it began, so what comes after the lock sees what its last holder
        // left. With a stricter isolation all would see what was there before the lock was waited for.
        let mut calls: Vec<Call> = vec![
            call!("begin isolation level read committed"),
            call!("select pg_advisory_xact_lock($1)", RIGHT_TO_DECIDE),
            call!(
                "select transactions, fact, subject, decision, hand_off, outbox, quarantine, definition from numbers"
            ),
        ];
        if !self.may_deliver {
            calls.push(call!("select pg_try_advisory_lock($1)", RIGHT_TO_DELIVER));
        }
        let answers = match connection.run(&calls) {
            Ok(answers) => answers,
            Err(error) => {
                self.roll_back();
                return Err(error);
            }
        };
        let row = answers.get(2).and_then(|rows| rows.first()).ok_or(StoreError::OutOfReach)?;
        if let Some(row) = answers.get(3).and_then(|rows| rows.first()) {
            self.may_deliver = row.try_get(0)?;
        }
        Ok(Numbers {
            transactions: row.try_get(0)?,
            fact: row.try_get(1)?,
            subject: row.try_get(2)?,
            decision: row.try_get(3)?,
            hand_off: row.try_get(4)?,
            outbox: row.try_get(5)?,
            quarantine: row.try_get(6)?,
            definition: row.try_get(7)?,
        })
    }

    fn roll_back(&mut self) {
        let is_over = |connection: &Connection| connection.batch("rollback").is_ok();
        self.connection = self.connection.take().filter(is_over);
    }

    /// Returns how many transactions have written after a commit. Where the commit was not answered, the next transaction finds out whether it took
    /// place: it cannot begin before the server is done with this one.
    fn settled(&mut self, finished: Result<Numbers, StoreError>, before: Numbers) -> Result<i64, StoreError> {
        let error = match finished {
            Ok(numbers) => return Ok(numbers.transactions),
            Err(error) => error,
        };
        if !error.is_lost_connection() {
            self.roll_back();
            return Err(error);
        }
        self.connection = None;
        if self.begin().is_err() {
            return Err(error);
        }
        let Some(connection) = &mut self.connection else { return Err(error) };
        let own = connection.run(&[call!("select transactions from node where name = $1", self.node.clone())]);
        self.roll_back();
        let own = own?.pop().unwrap_or_default();
        let own: Option<i64> = own.first().map(|row| row.try_get(0)).transpose()?;
        // It had the right to decide, so nobody else's transaction came between.
        let should = before.transactions.saturating_add(1);
        if own == Some(should) { Ok(should) } else { Err(error) }
    }
}

fn connect(url: &PostgresUrl) -> Result<Connection, StoreError> {
    let connection = Connection::open(url)?;
    connection.batch(WRITING)?;
    connection.demand_durability()?;
    Ok(connection)
}

/// A service that can change tables, or anything, is one mistake away from doing so.
fn refuse_powerful_role(connection: &Connection) -> Result<(), StoreError> {
    let query = "select current_user::text, rolsuper, \
                 exists (select 1 from pg_namespace where nspname = 'bantam' and pg_has_role(nspowner, 'usage')) \
                 or exists (select 1 from pg_class join pg_namespace n on n.oid = relnamespace \
                 where nspname = 'bantam' and pg_has_role(relowner, 'usage')) \
                 from pg_roles where rolname = current_user";
    let rows = connection.ask_once(query, &[])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (role, is_superuser, is_owner): (String, bool, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    match (is_superuser, is_owner) {
        (false, false) => Ok(()),
        (true, _) => Err(StoreError::Powerful { role, why: "is a superuser" }),
        (false, true) => Err(StoreError::Powerful { role, why: "owns the tables" }),
    }
}

/// Returns whether an error says that a connection was lost, or was ended by the server.
pub(crate) fn is_lost_connection(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => {
            let ended = [
                SqlState::ADMIN_SHUTDOWN,
                SqlState::CRASH_SHUTDOWN,
                SqlState::CANNOT_CONNECT_NOW,
                SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            ];
            ended.contains(code) || code.code().starts_with("08")
        }
        None => {
            let source = std::error::Error::source(error);
            error.is_closed() || source.is_some_and(|source| source.is::<std::io::Error>())
        }
    }
}

/// Returns whether a transaction lost against another, so that the same may work now.
pub(crate) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code().starts_with("40"))
}

/// Returns whether the server lacks something for now: disk, connections, time, or the right to write because another
/// server has it.
pub(crate) fn is_shortage(error: &tokio_postgres::Error) -> bool {
    let passing = [
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::OBJECT_IN_USE,
    ];
    error.code().is_some_and(|code| passing.contains(code) || code.code().starts_with("53"))
}

/// Returns what went wrong with its causes: the outermost says hardly more than that something did.
pub(crate) fn told(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return match error.detail() {
            Some(detail) => format!("{} ({detail})", error.message()),
            None => error.message().to_owned(),
        };
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
