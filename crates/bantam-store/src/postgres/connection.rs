//! One connection, waited for: statements are prepared once, and those that belong together are sent together.

use super::tls::{Encryption, connector};
use super::url::PostgresUrl;
use crate::error::StoreError;
use futures_util::future::join_all;
use std::borrow::Cow;
use std::collections::HashMap;
use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

/// The oldest version of the server that knows all that is asked of it, as it tells it itself.
const SERVER_MIN: i32 = 140_000;
const SERVER_MIN_NAME: &str = "14";

/// What every session is told.
///
/// A node that no longer answers must not keep the others waiting: its connection is asked for after five seconds of
/// silence, and a transaction that nothing comes from is ended after thirty.
const SESSION: &str = "
    set search_path = bantam;
    set client_min_messages = warning;
    set timezone = 'UTC';
    set jit = off;
    set lock_timeout = '30s';
    set statement_timeout = '60s';
    set idle_in_transaction_session_timeout = '30s';
    set client_connection_check_interval = '2s';
    set tcp_keepalives_idle = 5;
    set tcp_keepalives_interval = 5;
    set tcp_keepalives_count = 3;
    set tcp_user_timeout = '20s'";

/// What a parameter of a statement may be.
pub(super) type Parameter = Box<dyn ToSql + Sync + Send>;
/// A statement with its parameters.
pub(super) type Call = (Cow<'static, str>, Vec<Parameter>);

/// Returns a statement with its parameters.
macro_rules! call {
    ($sql:expr $(, $parameter:expr)* $(,)?) => {
        (std::borrow::Cow::from($sql), vec![$(Box::new($parameter) as $crate::postgres::connection::Parameter),*])
    };
}
pub(super) use call;

/// A connection. Everything is waited for, so it must not be used where waiting would hold up others.
pub(super) struct Connection {
    /// Always there but while it is dropped.
    runtime: Option<Runtime>,
    client: Client,
    statements: HashMap<Cow<'static, str>, Statement>,
}

impl Connection {
    /// Connects, and makes sure that the server is one that can be used.
    pub(super) fn open(url: &PostgresUrl) -> Result<Connection, StoreError> {
        let started = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = started.map_err(|error| StoreError::File { path: "connection".into(), error })?;
        let client = runtime.block_on(connect(url))?;
        let connection = Connection { runtime: Some(runtime), client, statements: HashMap::new() };
        let version: String = connection.setting("server_version_num")?;
        if version.parse().is_ok_and(|version: i32| version < SERVER_MIN) {
            let found = connection.setting("server_version")?;
            return Err(StoreError::OldServer { found, needed: SERVER_MIN_NAME });
        }
        connection.batch(SESSION)?;
        connection.demand("server_encoding", "", &["UTF8"])?;
        Ok(connection)
    }

    /// Makes sure that what is committed is on disk.
    pub(super) fn demand_durability(&self) -> Result<(), StoreError> {
        // Stricter than on is as good.
        if self.setting("synchronous_commit")? != "remote_apply" {
            self.demand("synchronous_commit", "set synchronous_commit = on", &["on"])?;
        }
        self.demand("fsync", "", &["on"])?;
        self.demand("full_page_writes", "", &["on"])
    }

    fn demand(&self, name: &'static str, set: &str, needed: &[&'static str]) -> Result<(), StoreError> {
        if !set.is_empty() {
            self.batch(set)?;
        }
        let found = self.setting(name)?;
        match needed.contains(&found.as_str()) {
            true => Ok(()),
            false => Err(StoreError::Setting { name, found, needed: needed.first().unwrap_or(&"") }),
        }
    }

    /// Returns a setting of the session.
    pub(super) fn setting(&self, name: &str) -> Result<String, StoreError> {
        let rows = self.wait(self.client.query("select current_setting($1)", &[&name]))?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
    }

    /// Returns whether it is of no more use.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs a script.
    pub(super) fn batch(&self, script: &str) -> Result<(), StoreError> {
        self.wait(self.client.batch_execute(script))
    }

    /// Asks one question that is asked once.
    pub(super) fn ask_once(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, StoreError> {
        self.wait(self.client.query(sql, parameters))
    }

    /// Sends statements together, in order; returns the rows of each. Where one fails, so do all after it.
    pub(super) fn run(&mut self, calls: &[Call]) -> Result<Vec<Vec<Row>>, StoreError> {
        let mut unknown: Vec<&Cow<'static, str>> = Vec::new();
        for (sql, _) in calls {
            if !self.statements.contains_key(sql) && !unknown.contains(&sql) {
                unknown.push(sql);
            }
        }
        if !unknown.is_empty() {
            let prepared = self.waited(join_all(unknown.iter().map(|sql| self.client.prepare(sql))));
            for (sql, statement) in unknown.iter().zip(prepared) {
                self.statements.insert((*sql).clone(), statement?);
            }
        }
        let (client, statements) = (&self.client, &self.statements);
        let sent = calls.iter().filter_map(|(sql, parameters)| {
            let parameters = parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync));
            let parameters: Vec<_> = parameters.collect();
            let statement = statements.get(sql)?;
            Some(async move { client.query(statement, &parameters).await })
        });
        let answers = self.waited(join_all(sent));
        answers.into_iter().map(|answer| answer.map_err(StoreError::from)).collect()
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, StoreError> {
        Ok(self.waited(work)?)
    }

    #[expect(clippy::expect_used, reason = "the runtime is taken by drop alone")]
    fn waited<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("there until it is dropped").block_on(work)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Waiting for its end would not be allowed where a connection is dropped by a task.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn connect(url: &PostgresUrl) -> Result<Client, StoreError> {
    match &url.encryption {
        Encryption::None => {
            let (client, connection) = url.config.connect(NoTls).await?;
            tokio::spawn(connection);
            Ok(client)
        }
        Encryption::Verified { root } => {
            let (client, connection) = url.config.connect(connector(url, root.as_deref())?).await?;
            tokio::spawn(connection);
            Ok(client)
        }
    }
}
