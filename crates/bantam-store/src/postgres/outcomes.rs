//! What facts led to: decisions, hand-offs, messages to others; and what was refused, definitions, settings.

use super::connection::{Call, call};
use super::ledger::{PostgresLedger, next};
use super::text::spelled;
use super::text::unspelled;
use crate::checksums::checksum;
use crate::error::StoreError;
use crate::listing::NEVER;
use crate::quarantine::Refused;
use crate::records::{Entry, HandOffRow, SubjectId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokio_postgres::Row;

/// What a transaction knows of outcomes, and what is to be written of them.
#[derive(Default)]
pub(super) struct Outcomes {
    decisions: Vec<(i64, SubjectId, i64, Vec<u8>)>,
    hand_offs: BTreeMap<i64, HandOffRow>,
    posted: Vec<(i64, Option<SubjectId>, String, Vec<u8>)>,
    refused: Vec<(i64, Refused)>,
    settings: HashMap<String, Option<Vec<u8>>>,
    changed_settings: BTreeSet<String>,
}

impl Outcomes {
    pub(super) fn len(&self) -> usize {
        self.decisions.len() + self.hand_offs.len() + self.posted.len() + self.refused.len()
    }

    pub(super) fn set(&mut self, key: &str, value: &[u8]) {
        self.settings.insert(key.to_owned(), Some(value.to_owned()));
        self.changed_settings.insert(key.to_owned());
    }

    pub(super) fn put_aside(&mut self, id: i64, refused: &Refused) {
        self.refused.push((id, refused.clone()));
    }

    pub(super) fn write(&mut self, calls: &mut Vec<Call>) {
        self.write_decisions(calls);
        self.write_hand_offs(calls);
        let posted = std::mem::take(&mut self.posted);
        if !posted.is_empty() {
            calls.push(call!(
                "insert into outbox (id, subject, kind, body) select * from \
                 unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[])",
                posted.iter().map(|message| message.0).collect::<Vec<_>>(),
                posted.iter().map(|message| message.1).collect::<Vec<_>>(),
                posted.iter().map(|message| spelled(&message.2).into_owned()).collect::<Vec<_>>(),
                posted.into_iter().map(|message| message.3).collect::<Vec<_>>()
            ));
        }
        let refused = std::mem::take(&mut self.refused);
        if !refused.is_empty() {
            calls.push(super::quarantine::written(refused));
        }
        let changed = std::mem::take(&mut self.changed_settings);
        if !changed.is_empty() {
            let value = |key: &String| self.settings.get(key).cloned().flatten().unwrap_or_default();
            calls.push(call!(
                "insert into setting (key, value) select * from unnest($1::text[], $2::bytea[]) \
                 on conflict (key) do update set value = excluded.value",
                changed.iter().map(|key| spelled(key).into_owned()).collect::<Vec<_>>(),
                changed.iter().map(value).collect::<Vec<_>>()
            ));
        }
    }

    fn write_decisions(&mut self, calls: &mut Vec<Call>) {
        let decisions = std::mem::take(&mut self.decisions);
        if decisions.is_empty() {
            return;
        }
        let sum = |(_, subject, at, body): &(i64, SubjectId, i64, Vec<u8>)| decision_sum(*subject, *at, body);
        calls.push(call!(
            "insert into decision (id, subject, at, body, checksum) select * from \
             unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[])",
            decisions.iter().map(|decision| decision.0).collect::<Vec<_>>(),
            decisions.iter().map(|decision| decision.1).collect::<Vec<_>>(),
            decisions.iter().map(|decision| decision.2).collect::<Vec<_>>(),
            decisions.iter().map(|decision| decision.3.clone()).collect::<Vec<_>>(),
            decisions.iter().map(sum).collect::<Vec<_>>()
        ));
    }

    fn write_hand_offs(&mut self, calls: &mut Vec<Call>) {
        let hand_offs = std::mem::take(&mut self.hand_offs);
        if hand_offs.is_empty() {
            return;
        }
        let text = |text: &Option<String>| text.as_deref().map(|text| spelled(text).into_owned());
        calls.push(call!(
            "insert into hand_off (id, subject, in_progress, state, team, owner, due_at, is_overdue, body, checksum) \
             select * from unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::text[], $5::text[], $6::text[], \
             $7::bigint[], $8::boolean[], $9::bytea[], $10::bigint[]) \
             on conflict (id) do update set in_progress = excluded.in_progress, state = excluded.state, \
             team = excluded.team, owner = excluded.owner, due_at = excluded.due_at, \
             is_overdue = excluded.is_overdue, body = excluded.body, checksum = excluded.checksum",
            hand_offs.keys().copied().collect::<Vec<_>>(),
            hand_offs.values().map(|row| row.subject).collect::<Vec<_>>(),
            hand_offs.values().map(|row| row.in_progress).collect::<Vec<_>>(),
            hand_offs.values().map(|row| spelled(&row.state).into_owned()).collect::<Vec<_>>(),
            hand_offs.values().map(|row| text(&row.team)).collect::<Vec<_>>(),
            hand_offs.values().map(|row| text(&row.owner)).collect::<Vec<_>>(),
            hand_offs.values().map(|row| row.due_at.unwrap_or(NEVER)).collect::<Vec<_>>(),
            hand_offs.values().map(|row| row.is_overdue).collect::<Vec<_>>(),
            hand_offs.values().map(|row| row.body.clone()).collect::<Vec<_>>(),
            hand_offs.values().map(|row| checksum(row.id, &[&row.body])).collect::<Vec<_>>()
        ));
    }
}

fn decision_sum(subject: SubjectId, at: i64, body: &[u8]) -> i64 {
    checksum(subject, &[&at.to_le_bytes(), body])
}

pub(super) fn record_decision(ledger: &mut PostgresLedger<'_>, subject: SubjectId, at: i64, body: &[u8]) -> i64 {
    let id = next(&mut ledger.numbers.decision);
    ledger.outcomes.decisions.push((id, subject, at, body.to_owned()));
    id
}

pub(super) fn decisions_of(ledger: &mut PostgresLedger<'_>, subject: SubjectId) -> Result<Vec<Entry>, StoreError> {
    let query = "select id, body, at, checksum from decision where subject = $1 order by id";
    let mut entries = Vec::new();
    for row in ledger.ask(call!(query, subject))? {
        let (id, body): (i64, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        if row.try_get::<_, i64>(3)? != decision_sum(subject, row.try_get(2)?, &body) {
            return Err(StoreError::Damaged { what: "decision", id });
        }
        entries.push(Entry { id, subject: Some(subject), body });
    }
    Ok(entries)
}

pub(super) fn blank_decision(ledger: &mut PostgresLedger<'_>, id: i64, body: &[u8]) -> Result<(), StoreError> {
    let known = ledger.ask(call!("select subject, at from decision where id = $1", id))?;
    let Some(row) = known.first() else { return Ok(()) };
    let sum = decision_sum(row.try_get(0)?, row.try_get(1)?, body);
    ledger.write(call!("update decision set body = $2, checksum = $3 where id = $1", id, body.to_vec(), sum))
}

pub(super) fn save_hand_off(ledger: &mut PostgresLedger<'_>, hand_off: &HandOffRow) -> i64 {
    let id = match hand_off.id {
        0 => next(&mut ledger.numbers.hand_off),
        id => id,
    };
    ledger.outcomes.hand_offs.insert(id, HandOffRow { id, ..hand_off.clone() });
    id
}

pub(super) fn hand_off(ledger: &mut PostgresLedger<'_>, id: i64) -> Result<Option<HandOffRow>, StoreError> {
    if let Some(row) = ledger.outcomes.hand_offs.get(&id) {
        return Ok(Some(row.clone()));
    }
    let query = format!("select {HAND_OFF} from hand_off where id = $1");
    ledger.fetch(call!(query, id))?.first().map(read_hand_off).transpose()
}

pub(super) fn hand_offs_of(ledger: &mut PostgresLedger<'_>, subject: SubjectId) -> Result<Vec<HandOffRow>, StoreError> {
    let query = format!("select {HAND_OFF} from hand_off where subject = $1 order by id");
    ledger.ask(call!(query, subject))?.iter().map(read_hand_off).collect()
}

/// What [`read_hand_off`] reads, and in which order.
pub(super) const HAND_OFF: &str = "id, subject, in_progress, state, team, owner, due_at, is_overdue, body, checksum";

/// Reads a hand-off from ten columns.
pub(super) fn read_hand_off(row: &Row) -> Result<HandOffRow, StoreError> {
    let hand_off = HandOffRow {
        id: row.try_get(0)?,
        subject: row.try_get(1)?,
        in_progress: row.try_get(2)?,
        state: unspelled(row.try_get(3)?),
        team: row.try_get::<_, Option<String>>(4)?.map(unspelled),
        owner: row.try_get::<_, Option<String>>(5)?.map(unspelled),
        due_at: Some(row.try_get(6)?).filter(|&due_at| due_at != NEVER),
        is_overdue: row.try_get(7)?,
        body: row.try_get(8)?,
    };
    match row.try_get::<_, i64>(9)? == checksum(hand_off.id, &[&hand_off.body]) {
        true => Ok(hand_off),
        false => Err(StoreError::Damaged { what: "hand-off", id: hand_off.id }),
    }
}

pub(super) fn load_of(ledger: &mut PostgresLedger<'_>, owner: &str) -> Result<usize, StoreError> {
    let query = "select count(*) from hand_off where owner = $1 and in_progress";
    let rows = ledger.ask(call!(query, spelled(owner).into_owned()))?;
    let count: i64 = rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default();
    Ok(usize::try_from(count).unwrap_or_default())
}

pub(super) fn post(ledger: &mut PostgresLedger<'_>, kind: &str, subject: Option<SubjectId>, body: &[u8]) -> i64 {
    let id = next(&mut ledger.numbers.outbox);
    ledger.outcomes.posted.push((id, subject, kind.to_owned(), body.to_owned()));
    id
}

pub(super) fn waiting(ledger: &mut PostgresLedger<'_>, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let query = "select id, subject, body from outbox where taken_at is null order by id limit $1";
    let read = |row: &Row| Ok(Entry { id: row.try_get(0)?, subject: row.try_get(1)?, body: row.try_get(2)? });
    ledger.ask(call!(query, limit as i64))?.iter().map(read).collect()
}

pub(super) fn setting(ledger: &mut PostgresLedger<'_>, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    if let Some(value) = ledger.outcomes.settings.get(key) {
        return Ok(value.clone());
    }
    let rows = ledger.fetch(call!("select value from setting where key = $1", spelled(key).into_owned()))?;
    let value: Option<Vec<u8>> = rows.first().map(|row| row.try_get(0)).transpose()?;
    ledger.outcomes.settings.insert(key.to_owned(), value.clone());
    Ok(value)
}

pub(super) fn settings_with(
    ledger: &mut PostgresLedger<'_>,
    prefix: &str,
) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let query = "select key, value from setting where starts_with(key, $1) order by key";
    let rows = ledger.ask(call!(query, spelled(prefix).into_owned()))?;
    rows.iter().map(|row| Ok((unspelled(row.try_get(0)?), row.try_get(1)?))).collect()
}

pub(super) fn keep_definition(
    ledger: &mut PostgresLedger<'_>,
    fingerprint: &str,
    body: &[u8],
) -> Result<i64, StoreError> {
    let fingerprint = spelled(fingerprint).into_owned();
    let known = ledger.fetch(call!("select id, body from definition where fingerprint = $1", fingerprint.clone()))?;
    if let Some(row) = known.first() {
        let (id, kept): (i64, &[u8]) = (row.try_get(0)?, row.try_get(1)?);
        // Asking for the number must not look to other nodes as if something had been written.
        if kept != body {
            ledger.write(call!("update definition set body = $2 where id = $1", id, body.to_vec()))?;
        }
        return Ok(id);
    }
    let id = next(&mut ledger.numbers.definition);
    let insert = "insert into definition (id, fingerprint, body) values ($1, $2, $3)";
    ledger.write(call!(insert, id, fingerprint, body.to_vec()))?;
    Ok(id)
}

pub(super) fn definitions(ledger: &mut PostgresLedger<'_>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = ledger.ask(call!("select id, fingerprint from definition order by id"))?;
    rows.iter().map(|row| Ok((row.try_get(0)?, unspelled(row.try_get(1)?)))).collect()
}

pub(super) fn definition(ledger: &mut PostgresLedger<'_>, fingerprint: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = "select body from definition where fingerprint = $1";
    let rows = ledger.fetch(call!(query, spelled(fingerprint).into_owned()))?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}
