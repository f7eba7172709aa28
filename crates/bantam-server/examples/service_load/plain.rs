//! The limit beside which the service is measured: the same facts as rows of plain SQLite.

use super::client;
use std::path::Path;
use std::time::Instant;

/// Rows in a transaction.
const ROWS: u64 = 1_000;

/// Inserts facts, durably, with a unique key on the message id and an index on lead and time; returns rows a second.
pub(crate) fn insert(path: &Path, facts: u64, leads: u64) -> f64 {
    let mut connection = rusqlite::Connection::open(path).unwrap();
    let tables = "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536;
        create table event (id integer primary key, message text unique, lead text, time integer, body blob);
        create index event_lead on event (lead, time)";
    connection.execute_batch(tables).unwrap();
    let began = Instant::now();
    for first in (0..facts).step_by(ROWS as usize) {
        let transaction = connection.transaction().unwrap();
        for number in first..(first + ROWS).min(facts) {
            let (lead, _, id) = client::fact(number, leads);
            let row =
                (format!("{id:016x}-{number}"), format!("user-{lead}"), number as i64, client::track(number, leads));
            let insert = "insert or ignore into event (message, lead, time, body) values (?1, ?2, ?3, ?4)";
            transaction.prepare_cached(insert).unwrap().execute(row).unwrap();
        }
        transaction.commit().unwrap();
    }
    facts as f64 / began.elapsed().as_secs_f64()
}
