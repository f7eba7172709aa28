//! Leads as they stand, and which of them is due next.

use super::connection::{Call, call};
use super::ledger::PostgresLedger;
use super::subjects::names_of;
use super::text::{spelled, unspelled};
use crate::checksums::lead_sum;
use crate::error::StoreError;
use crate::records::{LeadCount, LeadRow, SubjectId, SubjectKind};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use tokio_postgres::Row;

/// What [`read`] reads, and in which order.
pub(super) const COLUMNS: &str = "lead.id, lead.stage, lead.score, lead.fit, lead.engagement, lead.grade, lead.route, \
                                  lead.changed_at, lead.due_at, lead.state, lead.checksum";
/// How many leads that are due next are fetched at first, and at most: mostly none of them is due yet.
const AHEAD_MIN: i64 = 1;
const AHEAD_MAX: i64 = 256;

/// What a transaction knows of leads, and what is to be written of them.
#[derive(Default)]
pub(super) struct Leads {
    rows: HashMap<SubjectId, Option<LeadRow>>,
    /// To be written.
    changed: BTreeSet<SubjectId>,
    /// Written or removed in this transaction, whether sent yet or not: what the table says of them is not asked.
    touched: HashSet<SubjectId>,
    /// Those of them that are due.
    due: BTreeSet<(i64, SubjectId)>,
    /// Of all the others those that are due first, in order.
    ahead: Ahead,
}

/// Leads that the table has as due next, from some place on.
#[derive(Default)]
struct Ahead {
    next: VecDeque<(i64, SubjectId)>,
    last: Option<(i64, SubjectId)>,
    is_all: bool,
    size: i64,
}

impl Leads {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn replace(&mut self, id: SubjectId, row: Option<LeadRow>) {
        if self.touched.contains(&id)
            && let Some(due_at) = self.rows.get(&id).and_then(|known| known.as_ref()?.due_at)
        {
            self.due.remove(&(due_at, id));
        }
        self.due.extend(row.as_ref().and_then(|row| row.due_at).map(|due_at| (due_at, id)));
        self.rows.insert(id, row);
        self.touched.insert(id);
        self.changed.insert(id);
    }

    /// Keeps that there are no leads of some numbers, unless they were found.
    pub(super) fn keep_absent(&mut self, ids: impl IntoIterator<Item = SubjectId>) {
        for id in ids {
            self.rows.entry(id).or_insert(None);
        }
    }

    pub(super) fn save(&mut self, lead: &LeadRow) {
        self.replace(lead.id, Some(lead.clone()));
    }

    pub(super) fn remove(&mut self, id: SubjectId) {
        self.replace(id, None);
    }

    pub(super) fn write(&mut self, calls: &mut Vec<Call>) {
        let changed = std::mem::take(&mut self.changed);
        let is_there = |id: &SubjectId| self.rows.get(id).is_some_and(Option::is_some);
        let gone: Vec<SubjectId> = changed.iter().copied().filter(|id| !is_there(id)).collect();
        if !gone.is_empty() {
            calls.push(call!("delete from lead where id = any($1::bigint[])", gone));
        }
        let leads: Vec<&LeadRow> = changed.iter().filter_map(|id| self.rows.get(id)?.as_ref()).collect();
        if leads.is_empty() {
            return;
        }
        let texts = |of: fn(&LeadRow) -> &Option<String>| -> Vec<Option<String>> {
            leads.iter().map(|lead| of(lead).as_deref().map(|text| spelled(text).into_owned())).collect()
        };
        let numbers = |of: fn(&LeadRow) -> i64| -> Vec<i64> { leads.iter().map(|lead| of(lead)).collect() };
        calls.push(call!(
            "insert into lead (id, stage, score, fit, engagement, grade, route, changed_at, due_at, state, \
             checksum) \
             select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], \
             $7::text[], $8::bigint[], $9::bigint[], $10::bytea[], $11::bigint[]) \
             on conflict (id) do update set stage = excluded.stage, score = excluded.score, fit = excluded.fit, \
             engagement = excluded.engagement, grade = excluded.grade, route = excluded.route, \
             changed_at = excluded.changed_at, due_at = excluded.due_at, state = excluded.state, checksum = excluded.checksum",
            numbers(|lead| lead.id),
            texts(|lead| &lead.stage),
            numbers(|lead| lead.score),
            numbers(|lead| lead.fit),
            numbers(|lead| lead.engagement),
            texts(|lead| &lead.grade),
            texts(|lead| &lead.route),
            numbers(|lead| lead.changed_at),
            leads.iter().map(|lead| lead.due_at).collect::<Vec<_>>(),
            leads.iter().map(|lead| lead.state.clone()).collect::<Vec<_>>(),
            numbers(lead_sum)
        ));
    }
}

pub(super) fn foreseen(names: &[(SubjectKind, Cow<'_, str>)], ids: &[SubjectId]) -> Call {
    let (kinds, names) = names_of(names);
    call!(
        "select id, stage, score, fit, engagement, grade, route, changed_at, due_at, state, checksum from lead where id in (\
         select subject.lead from unnest($1::bigint[], $2::text[]) as wanted (kind, name) \
         join subject on subject.kind = wanted.kind and subject.name = wanted.name \
         union select * from unnest($3::bigint[]))",
        kinds,
        names,
        ids.to_vec()
    )
}

pub(super) fn keep(ledger: &mut PostgresLedger<'_>, rows: Vec<Row>) -> Result<(), StoreError> {
    for row in rows {
        let lead = read(&row)?;
        ledger.leads.rows.entry(lead.id).or_insert(Some(lead));
    }
    Ok(())
}

pub(super) fn load(ledger: &mut PostgresLedger<'_>, id: SubjectId) -> Result<Option<LeadRow>, StoreError> {
    if let Some(known) = ledger.leads.rows.get(&id) {
        return Ok(known.clone());
    }
    let rows = ledger.fetch(call!(
        "select id, stage, score, fit, engagement, grade, route, changed_at, due_at, state, checksum from lead where id = $1",
        id
    ))?;
    let lead = rows.first().map(read).transpose()?;
    ledger.leads.rows.insert(id, lead.clone());
    Ok(lead)
}

pub(super) fn next_due(ledger: &mut PostgresLedger<'_>) -> Result<Option<(i64, SubjectId)>, StoreError> {
    loop {
        let Leads { ahead, touched, due, .. } = &mut ledger.leads;
        while ahead.next.pop_front_if(|(_, id)| touched.contains(id)).is_some() {}
        match ahead.next.front() {
            None if !ahead.is_all => look_ahead(ledger)?,
            there => return Ok(there.into_iter().chain(due.first()).min().copied()),
        }
    }
}

/// Fetches the leads that are due after those that were fetched.
fn look_ahead(ledger: &mut PostgresLedger<'_>) -> Result<(), StoreError> {
    let ahead = &mut ledger.leads.ahead;
    ahead.size = (ahead.size * 16).clamp(AHEAD_MIN, AHEAD_MAX);
    let (size, (due_at, id)) = (ahead.size, ahead.last.unwrap_or((i64::MIN, i64::MIN)));
    let rows = ledger.fetch(call!(
        "select id, stage, score, fit, engagement, grade, route, changed_at, due_at, state, checksum from lead \
         where due_at is not null and (due_at, id) > ($1, $2) order by due_at, id limit $3",
        due_at,
        id,
        size
    ))?;
    let ahead = &mut ledger.leads.ahead;
    ahead.is_all = (rows.len() as i64) < size;
    for row in &rows {
        ahead.next.push_back((row.try_get(8)?, row.try_get(0)?));
    }
    ahead.last = ahead.next.back().copied().or(ahead.last);
    keep(ledger, rows)
}

/// Returns the numbers of leads after a number; what the rows hold of them is fetched with them.
pub(super) fn after(
    ledger: &mut PostgresLedger<'_>,
    id: SubjectId,
    limit: usize,
) -> Result<Vec<SubjectId>, StoreError> {
    let rows = ledger.ask(call!(
        "select id, stage, score, fit, engagement, grade, route, changed_at, due_at, state, checksum from lead \
         where id > $1 order by id limit $2",
        id,
        limit as i64
    ))?;
    let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    keep(ledger, rows)?;
    Ok(ids)
}

/// Counts leads.
pub(super) fn counts(ledger: &mut PostgresLedger<'_>) -> Result<Vec<LeadCount>, StoreError> {
    let rows = ledger.ask(call!("select stage, grade, route, count(*) from lead group by stage, grade, route"))?;
    let text = |row: &Row, place: usize| -> Result<Option<String>, StoreError> {
        Ok(row.try_get::<_, Option<String>>(place)?.map(unspelled))
    };
    let count = |row: &Row| {
        let [stage, grade, route] = [text(row, 0)?, text(row, 1)?, text(row, 2)?];
        Ok(LeadCount { stage, grade, route, count: row.try_get(3)? })
    };
    rows.iter().map(count).collect()
}

/// Reads a lead from eleven columns.
pub(super) fn read(row: &Row) -> Result<LeadRow, StoreError> {
    let text = |place: usize| -> Result<Option<String>, StoreError> {
        Ok(row.try_get::<_, Option<String>>(place)?.map(unspelled))
    };
    let lead = LeadRow {
        id: row.try_get(0)?,
        stage: text(1)?,
        score: row.try_get(2)?,
        fit: row.try_get(3)?,
        engagement: row.try_get(4)?,
        grade: text(5)?,
        route: text(6)?,
        changed_at: row.try_get(7)?,
        due_at: row.try_get(8)?,
        state: row.try_get(9)?,
    };
    match row.try_get::<_, i64>(10)? == lead_sum(&lead) {
        true => Ok(lead),
        false => Err(StoreError::Damaged { what: "lead", id: lead.id }),
    }
}
