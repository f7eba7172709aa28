//! The log of facts, and the keys by which repeats are known.

use super::connection::{Call, call};
use super::ledger::{PostgresLedger, next};
use crate::checksums::fact_sum;
use crate::error::StoreError;
use crate::records::{Appended, Digest, NewFact, Seq, StoredFact, SubjectId};
use std::collections::HashMap;
use tokio_postgres::Row;

/// A fact that has some message id.
#[derive(Clone, Copy)]
struct Known {
    seq: Seq,
    digest: [u8; 16],
}

/// What a transaction knows of facts, and those to write: column by column, as they are sent.
#[derive(Default)]
pub(super) struct Facts {
    keys: HashMap<Digest, Option<Known>>,
    seqs: Vec<Seq>,
    messages: Vec<Vec<u8>>,
    subjects: Vec<Option<SubjectId>>,
    received_at: Vec<i64>,
    happened_at: Vec<i64>,
    digests: Vec<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
    sums: Vec<i64>,
}

impl Facts {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn write(&mut self, calls: &mut Vec<Call>) {
        if self.seqs.is_empty() {
            return;
        }
        let Facts { keys, seqs, messages, subjects, received_at, happened_at, digests, bodies, sums } =
            std::mem::take(self);
        self.keys = keys;
        calls.push(call!(
            "insert into message (key, seq) select * from unnest($1::bytea[], $2::bigint[])",
            messages,
            seqs.clone()
        ));
        calls.push(call!(
            "insert into fact (seq, subject, received_at, happened_at, digest, body, checksum) select * from \
             unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bigint[])",
            seqs,
            subjects,
            received_at,
            happened_at,
            digests,
            bodies,
            sums
        ));
    }
}

pub(super) fn foreseen_keys(messages: &[Digest]) -> Call {
    let keys: Vec<Vec<u8>> = messages.iter().map(|message| message.0.to_vec()).collect();
    call!("select key, seq, digest from message join fact using (seq) where key = any($1::bytea[])", keys)
}

pub(super) fn keep_keys(
    ledger: &mut PostgresLedger<'_>,
    messages: &[Digest],
    rows: Vec<Row>,
) -> Result<(), StoreError> {
    let keys = &mut ledger.facts.keys;
    for message in messages {
        keys.entry(*message).or_insert(None);
    }
    for row in rows {
        let known = Known { seq: row.try_get(1)?, digest: sixteen(row.try_get(2)?) };
        keys.insert(Digest(sixteen(row.try_get(0)?)), Some(known));
    }
    Ok(())
}

fn sixteen(bytes: &[u8]) -> [u8; 16] {
    bytes.first_chunk().copied().unwrap_or_default()
}

fn find_key(ledger: &mut PostgresLedger<'_>, message: Digest) -> Result<Option<Known>, StoreError> {
    if let Some(known) = ledger.facts.keys.get(&message) {
        return Ok(*known);
    }
    let rows = ledger.fetch(foreseen_keys(&[message]))?;
    keep_keys(ledger, &[message], rows)?;
    Ok(ledger.facts.keys.get(&message).copied().flatten())
}

pub(super) fn append(ledger: &mut PostgresLedger<'_>, fact: &NewFact<'_>) -> Result<Appended, StoreError> {
    if let Some(known) = find_key(ledger, fact.message)? {
        return Ok(Appended::Known { seq: known.seq, is_same: known.digest == fact.digest.0 });
    }
    let seq = next(&mut ledger.numbers.fact);
    let facts = &mut ledger.facts;
    facts.keys.insert(fact.message, Some(Known { seq, digest: fact.digest.0 }));
    facts.seqs.push(seq);
    facts.messages.push(fact.message.0.to_vec());
    facts.subjects.push(fact.subject);
    facts.received_at.push(fact.received_at);
    facts.happened_at.push(fact.happened_at);
    facts.digests.push(fact.digest.0.to_vec());
    facts.bodies.push(fact.body.to_vec());
    let sum = fact_sum(seq, fact.subject, fact.received_at, fact.happened_at, &fact.digest.0, fact.body);
    facts.sums.push(sum);
    Ok(Appended::New(seq))
}

pub(super) fn find_message(ledger: &mut PostgresLedger<'_>, message: Digest) -> Result<Option<StoredFact>, StoreError> {
    let Some(known) = find_key(ledger, message)? else { return Ok(None) };
    let rows = ledger.ask(call!(
        "select fact.seq, subject, received_at, happened_at, digest, body, checksum, by \
         from fact left join retraction on fact = fact.seq where fact.seq = $1",
        known.seq
    ))?;
    rows.first().map(read).transpose()
}

pub(super) fn of_subject(ledger: &mut PostgresLedger<'_>, subject: SubjectId) -> Result<Vec<StoredFact>, StoreError> {
    let rows = ledger.ask(call!(
        "select fact.seq, subject, received_at, happened_at, digest, body, checksum, by \
         from fact left join retraction on fact = fact.seq where subject = $1 order by fact.seq",
        subject
    ))?;
    rows.iter().map(read).collect()
}

pub(super) fn after(ledger: &mut PostgresLedger<'_>, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
    let rows = ledger.ask(call!(
        "select fact.seq, subject, received_at, happened_at, digest, body, checksum, by \
         from fact left join retraction on fact = fact.seq where fact.seq > $1 order by fact.seq limit $2",
        seq,
        limit as i64
    ))?;
    rows.iter().map(read).collect()
}

pub(super) fn before(ledger: &mut PostgresLedger<'_>, seq: Seq, limit: usize) -> Result<Vec<StoredFact>, StoreError> {
    let rows = ledger.ask(call!(
        "select fact.seq, subject, received_at, happened_at, digest, body, checksum, by \
         from fact left join retraction on fact = fact.seq where fact.seq < $1 order by fact.seq desc limit $2",
        seq,
        limit as i64
    ))?;
    rows.iter().map(read).collect()
}

pub(super) fn of_nobody(
    ledger: &mut PostgresLedger<'_>,
    seq: Seq,
    limit: usize,
) -> Result<Vec<StoredFact>, StoreError> {
    let rows = ledger.ask(call!(
        "select fact.seq, subject, received_at, happened_at, digest, body, checksum, by \
         from fact left join retraction on fact = fact.seq where subject is null and fact.seq > $1 \
         order by fact.seq limit $2",
        seq,
        limit as i64
    ))?;
    rows.iter().map(read).collect()
}

pub(super) fn last(ledger: &mut PostgresLedger<'_>) -> Result<Seq, StoreError> {
    let rows = ledger.ask(call!("select coalesce(max(seq), 0) from fact"))?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
}

pub(super) fn of_leads(
    ledger: &mut PostgresLedger<'_>,
    after: SubjectId,
    to: SubjectId,
) -> Result<Vec<(SubjectId, StoredFact)>, StoreError> {
    let rows = ledger.ask(call!(
        "select fact.seq, subject, received_at, happened_at, digest, body, checksum, by, lead \
         from subject join fact on fact.subject = subject.id left join retraction on fact = fact.seq \
         where lead > $1 and lead <= $2 order by lead, fact.seq",
        after,
        to
    ))?;
    rows.iter().map(|row| Ok((row.try_get(8)?, read(row)?))).collect()
}

pub(super) fn retract(ledger: &mut PostgresLedger<'_>, fact: Seq, by: Seq) -> Result<(), StoreError> {
    ledger.subjects.forget_edges_by(fact);
    ledger.write(call!("insert into retraction (fact, by) values ($1, $2) on conflict do nothing", fact, by))
}

fn read(row: &Row) -> Result<StoredFact, StoreError> {
    let fact = StoredFact {
        seq: row.try_get(0)?,
        subject: row.try_get(1)?,
        received_at: row.try_get(2)?,
        happened_at: row.try_get(3)?,
        body: row.try_get(5)?,
        retracted_by: row.try_get(7)?,
    };
    let (digest, sum): (&[u8], i64) = (row.try_get(4)?, row.try_get(6)?);
    match sum == fact_sum(fact.seq, fact.subject, fact.received_at, fact.happened_at, digest, &fact.body) {
        true => Ok(fact),
        false => Err(StoreError::Damaged { what: "fact", id: fact.seq }),
    }
}
