//! Reads a store beside its writers: what pages and the API show.

use super::connection::{Call, Connection, Parameter, call};
use super::ledger::{Numbers, PostgresLedger};
use super::text::unspelled;
use super::url::PostgresUrl;
use super::{leads, migrate, outcomes};
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::listing::{self, Dialect, Question, Value, Width};
use crate::records::{HandOffFilter, HandOffRow, LeadFilter, LeadRow};
use tokio_postgres::Row;

/// What a session that reads is told: a question that takes longer is not worth holding back the server's cleaning.
const READING: &str = "
    set statement_timeout = '30s';
    set default_transaction_read_only = on;
    set default_transaction_isolation = 'repeatable read'";

/// A connection that sees what has been committed, and changes nothing.
pub struct PostgresReader {
    url: PostgresUrl,
    connection: Option<Connection>,
}

impl PostgresReader {
    /// Opens a store for reading.
    ///
    /// # Errors
    /// Returns why it cannot be read.
    pub fn open(url: &PostgresUrl) -> Result<PostgresReader, StoreError> {
        let connection = connect(url)?;
        migrate::verify(&connection)?;
        Ok(PostgresReader { url: url.clone(), connection: Some(connection) })
    }

    /// Reads within one snapshot: what is committed meanwhile is not seen. The closure must not write.
    ///
    /// # Errors
    /// Returns what the work returns, or why the database did not do it.
    pub fn read<T, E: From<StoreError>>(&mut self, work: impl FnOnce(&mut dyn Ledger) -> Result<T, E>) -> Result<T, E> {
        let (_, connection) = self.begin(None)?;
        let mut ledger = PostgresLedger::new(connection, Numbers::default(), true);
        let result = work(&mut ledger);
        // What was written in spite of all is refused by the server now.
        let written = ledger.forget();
        self.end();
        written?;
        result
    }

    /// Begins a transaction and asks a first question in it, over a new connection where the last was lost.
    fn begin(&mut self, question: Option<Call>) -> Result<(Vec<Row>, &mut Connection), StoreError> {
        let mut calls = vec![call!("begin isolation level repeatable read read only")];
        calls.extend(question);
        let kept = self.connection.take().filter(|connection| !connection.is_closed());
        let (answers, connection) = match kept.map(|mut connection| (connection.run(&calls), connection)) {
            Some((Ok(answers), connection)) => (answers, connection),
            Some((Err(error), _)) if !error.is_lost_connection() => return Err(error),
            Some((Err(_), _)) | None => {
                let mut connection = connect(&self.url)?;
                (connection.run(&calls)?, connection)
            }
        };
        let rows = answers.into_iter().nth(1).unwrap_or_default();
        Ok((rows, self.connection.insert(connection)))
    }

    fn end(&mut self) {
        let is_over = |connection: &Connection| connection.batch("rollback").is_ok();
        self.connection = self.connection.take().filter(is_over);
    }

    fn ask(&mut self, question: Call) -> Result<Vec<Row>, StoreError> {
        let rows = self.begin(Some(question)).map(|(rows, _)| rows);
        self.end();
        rows
    }

    /// Lists leads with their ids.
    ///
    /// # Errors
    /// Returns why the database did not answer.
    pub fn leads(&mut self, filter: &LeadFilter) -> Result<Vec<(String, LeadRow)>, StoreError> {
        let are_few = match listing::width(filter, Dialect::Postgres) {
            Width::Few => true,
            Width::Many => false,
            // What is written between the two questions changes how the page is found, and not what is in it.
            Width::Asked(question) => {
                let count = self.ask(call_of(question))?.first().map(|row| row.try_get(0)).transpose()?;
                count.unwrap_or(0) <= Width::FEW
            }
        };
        let rows = self.ask(call_of(listing::leads(filter, leads::COLUMNS, Dialect::Postgres, are_few)))?;
        rows.iter().map(|row| Ok((unspelled(row.try_get(11)?), leads::read(row)?))).collect()
    }

    /// Lists hand-offs.
    ///
    /// # Errors
    /// Returns why the database did not answer.
    pub fn hand_offs(&mut self, filter: &HandOffFilter) -> Result<Vec<HandOffRow>, StoreError> {
        let rows = self.ask(call_of(listing::hand_offs(filter, outcomes::HAND_OFF, Dialect::Postgres)))?;
        rows.iter().map(outcomes::read_hand_off).collect()
    }
}

fn call_of(question: Question) -> Call {
    let parameter = |value| match value {
        Value::Text(text) => Box::new(text) as Parameter,
        Value::Number(number) => Box::new(number) as Parameter,
    };
    (question.sql.into(), question.values.into_iter().map(parameter).collect())
}

fn connect(url: &PostgresUrl) -> Result<Connection, StoreError> {
    let connection = Connection::open(url)?;
    connection.batch(READING)?;
    Ok(connection)
}
