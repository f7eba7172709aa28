//! Turns all rows that were read into a [`Dataset`]: the row of each lead that counts, and each event once.

use super::gathered::Gathered;
use super::leads::{finish_leads, refuse_repeated_leads};
use super::report::{InputError, InputReport, RowKind};
use super::rows::Rows;
use crate::columns::{Column, EventTable, LeadTable, MISSING_CODE, MISSING_TIME, TextColumn, Truth};
use crate::ids::LeadIds;
use crate::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::Value;

/// How many repeated leads or conflicting events are named.
const EXAMPLES_MAX: usize = 20;
/// No row.
pub(super) const NO_ROW: u32 = u32::MAX;

/// Leads and events as they count, and what there is to say about the files they came from.
///
/// A lead number may have neither a row nor an event: its row is later than *as of*, or its events are repeats of others'.
/// Such a lead is not there, as one is not that has no row and only events after *as of*.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Leads, each with the row that counts at *as of*.
    pub leads: LeadTable,
    /// Events, at or before *as of* or not, without repeats.
    pub events: EventTable,
    /// What reading found.
    pub report: InputReport,
    /// Each event's own key.
    pub(super) event_ids: TextColumn,
    /// All rows of leads, where `leads` does not already hold each of them.
    pub(super) history: Option<History>,
}

/// Rows of leads in input order.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) lead: Vec<u32>,
    pub(super) since: Vec<i64>,
    pub(super) attributes: Vec<Column>,
}

impl Dataset {
    /// Returns all facts of one lead: all its rows and events, those after *as of* too. `None` for a lead without any.
    pub fn timeline(&self, lead_id: &str) -> Option<Timeline> {
        let lead = self.leads.ids.code(lead_id)?;
        let rows = match &self.history {
            None => Vec::new(),
            Some(history) => rows_of(&history.lead, lead),
        };
        Some(self.gather(lead, &rows, &rows_of(&self.events.lead, lead))).filter(has_facts)
    }

    /// Returns the facts of every lead that has any, in the order of lead numbers.
    pub fn timelines(&self) -> impl Iterator<Item = Timeline> {
        let leads = self.leads.ids.len();
        let rows = Grouped::new(self.history.as_ref().map_or(&[], |history| &history.lead), leads);
        let events = Grouped::new(&self.events.lead, leads);
        (0..leads as u32).map(move |lead| self.gather(lead, rows.of(lead), events.of(lead))).filter(has_facts)
    }

    fn gather(&self, lead: u32, rows: &[u32], events: &[u32]) -> Timeline {
        let lead_id = self.leads.ids.get(lead).unwrap_or_default().to_string();
        let profiles = match &self.history {
            Some(history) => rows.iter().map(|&row| profile(&history.attributes, &history.since, row)).collect(),
            None if self.leads.has_row.get(lead as usize) == Some(&true) => {
                vec![profile(&self.leads.attributes, &[], lead)]
            }
            None => Vec::new(),
        };
        Timeline { lead_id, profiles, events: events.iter().map(|&event| self.event(event as usize)).collect() }
    }

    fn event(&self, row: usize) -> TimelineEvent {
        TimelineEvent {
            name: self.events.name.get(row).unwrap_or_default().to_owned(),
            time: self.events.time.get(row).copied().unwrap_or_default(),
            properties: self.events.properties.iter().map(|column| value_at(column, row)).collect(),
            id: self.event_ids.get(row).map(str::to_owned),
        }
    }
}

fn has_facts(timeline: &Timeline) -> bool {
    !timeline.profiles.is_empty() || !timeline.events.is_empty()
}

fn rows_of(leads: &[u32], lead: u32) -> Vec<u32> {
    (0..).zip(leads).filter(|&(_, &of)| of == lead).map(|(row, _)| row).collect()
}

fn profile(attributes: &[Column], since: &[i64], row: u32) -> Profile {
    let row = row as usize;
    Profile {
        since: since.get(row).copied().filter(|&time| time != MISSING_TIME),
        attributes: attributes.iter().map(|column| value_at(column, row)).collect(),
    }
}

/// Returns the value of a row; `None` where it is missing.
fn value_at(column: &Column, row: usize) -> Option<Value> {
    match column {
        Column::Text(column) => column.get(row).map(|text| Value::Text(text.to_owned())),
        Column::Number(values) => {
            values.get(row).filter(|number| !number.is_nan()).map(|&number| Value::Number(number))
        }
        Column::Boolean(values) => values.get(row).and_then(|truth| truth.known()).map(Value::Boolean),
        Column::Time(values) => values.get(row).filter(|&&time| time != MISSING_TIME).map(|&time| Value::Time(time)),
    }
}

/// Row numbers by lead, in input order within one.
struct Grouped {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Grouped {
    fn new(leads: &[u32], count: usize) -> Grouped {
        let mut starts = vec![0_u32; count + 1];
        for &lead in leads {
            if let Some(next) = starts.get_mut(lead as usize + 1) {
                *next += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut free = starts.clone();
        let mut rows = vec![0; leads.len()];
        for (row, &lead) in (0..).zip(leads) {
            if let Some(place) = free.get_mut(lead as usize) {
                if let Some(slot) = rows.get_mut(*place as usize) {
                    *slot = row;
                }
                *place += 1;
            }
        }
        Grouped { starts, rows }
    }

    fn of(&self, lead: u32) -> &[u32] {
        let bound = |at: usize| self.starts.get(at).map_or(0, |&start| start as usize);
        self.rows.get(bound(lead as usize)..bound(lead as usize + 1)).unwrap_or_default()
    }
}

pub(super) fn finish(
    mut leads: Gathered,
    events: Gathered,
    ids: LeadIds,
    files: Vec<String>,
    as_of: i64,
    defaults: [Vec<Option<Value>>; 2],
) -> Result<Dataset, InputError> {
    let mut report = report(&leads, &events, files);
    let [lead_defaults, event_defaults] = defaults;
    refuse_repeated_leads(&leads, &ids, &report.files)?;
    let (events, event_ids) = finish_events(events, &event_defaults, &mut report);
    let (leads, history) = finish_leads(&mut leads, &lead_defaults, ids, as_of);
    Ok(Dataset { leads, events, report, event_ids, history })
}

/// Returns what was found while reading.
pub(super) fn report(leads: &Gathered, events: &Gathered, files: Vec<String>) -> InputReport {
    let rejected = [leads.rejected, events.rejected];
    let (leads, events) = (&leads.rows, &events.rows);
    let of = |rows: &Rows| -> Vec<_> { rows.columns.iter().map(|column| column.report(rows.kind, &files)).collect() };
    let optional = [leads.time.report(RowKind::Lead, &files), events.id.report(RowKind::Event, &files)];
    let example = events.bad_properties_example.as_ref();
    InputReport {
        lead_rows: leads.seen,
        event_rows: events.seen,
        rejected_leads: rejected[0],
        rejected_events: rejected[1],
        bad_properties: events.bad_properties,
        bad_properties_example: example.map(|(shown, spot)| (shown.clone(), spot.place(&files))),
        columns: [of(leads), of(events), optional.into()].concat(),
        unused: [leads.unused_columns(), events.unused_columns()].concat(),
        files,
        ..InputReport::default()
    }
}

/// Returns the given rows of a column; [`NO_ROW`] gives a missing value.
pub(super) fn pick(column: &Column, rows: &[u32]) -> Column {
    fn of<T: Copy>(values: &[T], rows: &[u32], missing: T) -> Vec<T> {
        rows.iter().map(|&row| values.get(row as usize).copied().unwrap_or(missing)).collect()
    }
    match column {
        Column::Text(column) => Column::Text(TextColumn {
            codes: of(&column.codes, rows, MISSING_CODE),
            dictionary: column.dictionary.clone(),
        }),
        Column::Number(values) => Column::Number(of(values, rows, f64::NAN)),
        Column::Boolean(values) => Column::Boolean(of(values, rows, Truth::Unknown)),
        Column::Time(values) => Column::Time(of(values, rows, MISSING_TIME)),
    }
}

pub(super) fn fill_defaults(columns: &mut [Column], defaults: &[Option<Value>]) {
    for (column, default) in columns.iter_mut().zip(defaults) {
        match (column, default) {
            (Column::Text(column), Some(Value::Text(text))) if column.codes.contains(&MISSING_CODE) => {
                let code = column.dictionary.intern(text);
                column.codes.iter_mut().filter(|code| **code == MISSING_CODE).for_each(|missing| *missing = code);
            }
            (Column::Number(values), Some(Value::Number(default))) => {
                values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = *default);
            }
            (Column::Boolean(values), Some(Value::Boolean(default))) => {
                values
                    .iter_mut()
                    .filter(|value| **value == Truth::Unknown)
                    .for_each(|value| *value = (*default).into());
            }
            (Column::Time(values), Some(Value::Time(default))) => {
                values.iter_mut().filter(|value| **value == MISSING_TIME).for_each(|value| *value = *default);
            }
            _ => {}
        }
    }
}

fn finish_events(
    mut events: Gathered,
    defaults: &[Option<Value>],
    report: &mut InputReport,
) -> (EventTable, TextColumn) {
    leave_out_repeats(&mut events, report);
    let Gathered { lead, rows: Rows { time, name, id, columns, .. }, .. } = events;
    let mut properties: Vec<Column> = columns.into_iter().map(|column| column.values).collect();
    fill_defaults(&mut properties, defaults);
    let (Column::Time(time), Column::Text(ids)) = (time.values, id.values) else {
        return (EventTable::default(), TextColumn::default());
    };
    report.oldest_event = time.iter().min().copied();
    report.newest_event = time.iter().max().copied();
    (EventTable { lead, name, time, properties }, ids)
}

/// Leaves out events that repeat another's key, and counts them.
pub(super) fn leave_out_repeats(events: &mut Gathered, report: &mut InputReport) {
    let Some(keep) = rows_to_keep(events, report) else { return };
    let Gathered { lead, rows: Rows { time, name, id, columns, .. }, .. } = events;
    retain(lead, &keep);
    retain(&mut name.codes, &keep);
    for column in columns.iter_mut().chain([time, id]) {
        match &mut column.values {
            Column::Text(column) => retain(&mut column.codes, &keep),
            Column::Number(values) => retain(values, &keep),
            Column::Boolean(values) => retain(values, &keep),
            Column::Time(values) => retain(values, &keep),
        }
    }
}

/// Returns which events count, or `None` where all do: of equal keys the earliest, of equal times the first.
fn rows_to_keep(events: &Gathered, report: &mut InputReport) -> Option<Vec<bool>> {
    let rows = &events.rows;
    let Column::Text(ids) = &rows.id.values else { return None };
    let present = ids.codes.iter().filter(|&&code| code != MISSING_CODE).count();
    if present == ids.dictionary.len() {
        return None;
    }
    let times = rows.times();
    let mut chosen = vec![NO_ROW; ids.dictionary.len()];
    for ((row, &code), &time) in (0..).zip(&ids.codes).zip(times) {
        let Some(best) = chosen.get_mut(code as usize) else { continue };
        if *best == NO_ROW || times.get(*best as usize).is_some_and(|&earliest| time < earliest) {
            *best = row;
        }
    }
    let mut keep = vec![true; ids.codes.len()];
    for ((row, &code), keep) in (0..).zip(&ids.codes).zip(&mut keep) {
        let Some(&best) = chosen.get(code as usize) else { continue };
        *keep = best == row;
        if best != row {
            report.repeats += 1;
            if differs(events, best as usize, row as usize) {
                report.conflicting_repeats += 1;
                let id = ids.dictionary.get(code).unwrap_or_default();
                if report.conflicting_ids.len() < EXAMPLES_MAX
                    && !report.conflicting_ids.iter().any(|known| known == id)
                {
                    report.conflicting_ids.push(id.to_owned());
                }
            }
        }
    }
    Some(keep)
}

/// Returns whether two events are of different leads or names, or have different properties.
fn differs(events: &Gathered, one: usize, other: usize) -> bool {
    fn differ<T: PartialEq>(values: &[T], one: usize, other: usize) -> bool {
        values.get(one) != values.get(other)
    }
    let rows = &events.rows;
    differ(&events.lead, one, other)
        || differ(&rows.name.codes, one, other)
        || rows.columns.iter().any(|column| match &column.values {
            Column::Text(column) => differ(&column.codes, one, other),
            Column::Boolean(values) => differ(values, one, other),
            Column::Time(values) => differ(values, one, other),
            // NaN is the missing number, and equal to itself here.
            Column::Number(values) => values.get(one).map(|n| n.to_bits()) != values.get(other).map(|n| n.to_bits()),
        })
}

fn retain<T>(values: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    values.retain(|_| keep.next() == Some(&true));
}
