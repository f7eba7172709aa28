//! The limit beside which the service is measured: the same facts as rows of the plain database.

use super::client;
use std::path::Path;
use std::pin::Pin;
use std::time::Instant;
use tokio_postgres::types::ToSql;

/// Rows in a transaction.
const ROWS: u64 = 1_000;

/// Inserts facts into SQLite, durably, with a unique key on the message id and an index on lead and time; returns rows a second.
pub(crate) fn insert_sqlite(path: &Path, facts: u64, leads: u64) -> f64 {
    let mut connection = rusqlite::Connection::open(path).unwrap();
    let tables = "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536;
        create table event (id integer primary key, message text unique, lead text, time integer, body blob);
        create index event_lead on event (lead, time)";
    connection.execute_batch(tables).unwrap();
    let began = Instant::now();
    for first in (0..facts).step_by(ROWS as usize) {
        let transaction = connection.transaction().unwrap();
        for number in first..(first + ROWS).min(facts) {
            let insert = "insert or ignore into event (message, lead, time, body) values (?1, ?2, ?3, ?4)";
            transaction.prepare_cached(insert).unwrap().execute(row(number, leads)).unwrap();
        }
        transaction.commit().unwrap();
    }
    facts as f64 / began.elapsed().as_secs_f64()
}

/// How rows are sent to PostgreSQL.
#[derive(Clone, Copy)]
pub(crate) enum Rows {
    /// A statement for each, which is waited for, as most programs do it.
    OneByOne,
    /// A statement for each, sent without waiting for the one before.
    Pipelined,
    /// A transaction's rows as arrays, in one statement.
    AtOnce,
}

/// Inserts facts into PostgreSQL, in the same way; returns rows a second.
pub(crate) fn insert_postgres(settings: &str, rows: Rows, facts: u64, leads: u64) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut client, connection) = tokio_postgres::connect(settings, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let tables = "drop table if exists event;
            create table event (id bigserial primary key, message text unique, lead text, time bigint, body bytea);
            create index event_lead on event (lead, time)";
        client.batch_execute(tables).await.unwrap();
        let insert = match rows {
            Rows::OneByOne | Rows::Pipelined => "values ($1::text, $2::text, $3::bigint, $4::bytea)",
            Rows::AtOnce => "select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[])",
        };
        let insert = format!("insert into event (message, lead, time, body) {insert} on conflict do nothing");
        let insert = client.prepare(&insert).await.unwrap();
        let began = Instant::now();
        for first in (0..facts).step_by(ROWS as usize) {
            let transaction = client.transaction().await.unwrap();
            let some: Vec<_> = (first..(first + ROWS).min(facts)).map(|number| row(number, leads)).collect();
            match rows {
                Rows::OneByOne => {
                    for (message, lead, time, body) in &some {
                        transaction.execute(&insert, &[message, lead, time, body]).await.unwrap();
                    }
                }
                Rows::Pipelined => {
                    let sent = some.iter().map(|(message, lead, time, body)| {
                        let values: [&(dyn ToSql + Sync); 4] = [message, lead, time, body];
                        let (transaction, insert) = (&transaction, &insert);
                        Box::pin(async move { transaction.execute(insert, &values).await })
                    });
                    all(sent.collect()).await;
                }
                Rows::AtOnce => {
                    let messages: Vec<&str> = some.iter().map(|row| row.0.as_str()).collect();
                    let leads: Vec<&str> = some.iter().map(|row| row.1.as_str()).collect();
                    let times: Vec<i64> = some.iter().map(|row| row.2).collect();
                    let bodies: Vec<&[u8]> = some.iter().map(|row| row.3.as_slice()).collect();
                    transaction.execute(&insert, &[&messages, &leads, &times, &bodies]).await.unwrap();
                }
            }
            transaction.commit().await.unwrap();
        }
        facts as f64 / began.elapsed().as_secs_f64()
    })
}

fn row(number: u64, leads: u64) -> (String, String, i64, Vec<u8>) {
    let (lead, _, id) = client::fact(number, leads);
    let body = client::track(number, leads).into_bytes();
    (format!("{id:016x}-{number}"), format!("user-{lead}"), number as i64, body)
}

/// Lets all be sent before the first is answered.
async fn all<T>(mut sent: Vec<Pin<Box<T>>>)
where
    T: Future<Output = Result<u64, tokio_postgres::Error>>,
{
    std::future::poll_fn(|context| {
        sent.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answer.unwrap();
                false
            }
            std::task::Poll::Pending => true,
        });
        if sent.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
