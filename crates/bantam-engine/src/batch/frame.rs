//! The values that expressions are computed on: one partition of the leads, with their events.

use super::partition::{LeadSet, Partition};
use crate::columns::{Column, EventTable, LeadTable, MISSING_CODE, MISSING_NUMBER, MISSING_TIME, Truth};
use bantam_lang::meaning::Name;
use std::borrow::Cow;

/// Computed values, one a row. Missing and unknown are the reserved values of [`Column`].
#[derive(Clone, Debug)]
pub(super) enum Vector {
    Text(Vec<u32>),
    Number(Vec<f64>),
    Boolean(Vec<Truth>),
    Time(Vec<i64>),
}

/// The leads of a partition with everything computed for them so far.
pub(super) struct Frame<'a> {
    /// Which leads; a lead's place here is its place in every vector.
    set: &'a LeadSet,
    /// How many leads.
    pub(super) len: usize,
    pub(super) as_of: i64,
    leads: &'a LeadTable,
    /// The partition's own events.
    pub(super) events: &'a EventTable,
    /// Values of derived attributes, in their order.
    pub(super) derived: Vec<Cow<'a, Vector>>,
    /// Values of signals, in their order.
    pub(super) signals: Vec<Cow<'a, Vector>>,
    /// Values of the language's own variables.
    variables: Vec<(Name, Cow<'a, Vector>)>,
}

/// What an expression is computed for.
#[derive(Clone, Copy)]
pub(super) enum Rows<'r> {
    /// Every lead of the frame.
    Leads,
    /// These rows of the partition's events.
    Events(&'r [u32]),
}

impl<'a> Frame<'a> {
    pub(super) fn new(leads: &'a LeadTable, partition: &'a Partition, as_of: i64) -> Self {
        Frame {
            set: &partition.leads,
            len: partition.leads.len(),
            as_of,
            leads,
            events: &partition.events,
            derived: Vec::new(),
            signals: Vec::new(),
            variables: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, name: Name, vector: Vector) {
        self.variables.push((name, Cow::Owned(vector)));
    }

    /// Sets a name to what was computed before.
    pub(super) fn lend(&mut self, name: Name, vector: &'a Vector) {
        self.variables.push((name, Cow::Borrowed(vector)));
    }

    /// Returns how many values an expression over `rows` has.
    pub(super) fn count(&self, rows: Rows<'_>) -> usize {
        match rows {
            Rows::Leads => self.len,
            Rows::Events(rows) => rows.len(),
        }
    }

    /// Returns the place in the frame of an event's lead.
    #[expect(clippy::indexing_slicing, reason = "rows are those of the partition's events, one lead each")]
    pub(super) fn lead_of(&self, row: u32) -> usize {
        self.events.lead[row as usize] as usize
    }

    #[expect(clippy::indexing_slicing, reason = "rows are those of the partition's events, one time each")]
    pub(super) fn time_of(&self, row: u32) -> i64 {
        self.events.time[row as usize]
    }

    fn computed(&self, name: Name) -> Option<&Vector> {
        match name {
            Name::Derived(index) => self.derived.get(index).map(Cow::as_ref),
            Name::Signal(index) => self.signals.get(index).map(Cow::as_ref),
            _ => self.variables.iter().find(|(other, _)| *other == name).map(|(_, vector)| vector.as_ref()),
        }
    }

    fn attribute(&self, name: Name) -> Option<&'a Column> {
        match name {
            Name::Attribute(index) => self.leads.attributes.get(index),
            Name::Property(index) => self.events.properties.get(index),
            _ => None,
        }
    }

    /// Returns the codes of a text name, in its dictionary.
    pub(super) fn texts(&self, name: Name, rows: Rows<'_>) -> Cow<'_, [u32]> {
        let column = match (name, self.attribute(name)) {
            (Name::EventName, _) => Some(&self.events.name.codes),
            (_, Some(Column::Text(text))) => Some(&text.codes),
            _ => None,
        };
        let computed = match self.computed(name) {
            Some(Vector::Text(codes)) => Some(codes),
            _ => None,
        };
        self.load(name, rows, column, computed, MISSING_CODE)
    }

    pub(super) fn numbers(&self, name: Name, rows: Rows<'_>) -> Cow<'_, [f64]> {
        let column = match self.attribute(name) {
            Some(Column::Number(values)) => Some(values),
            _ => None,
        };
        let computed = match self.computed(name) {
            Some(Vector::Number(values)) => Some(values),
            _ => None,
        };
        self.load(name, rows, column, computed, MISSING_NUMBER)
    }

    pub(super) fn truths(&self, name: Name, rows: Rows<'_>) -> Cow<'_, [Truth]> {
        let column = match self.attribute(name) {
            Some(Column::Boolean(values)) => Some(values),
            _ => None,
        };
        let computed = match self.computed(name) {
            Some(Vector::Boolean(values)) => Some(values),
            _ => None,
        };
        self.load(name, rows, column, computed, Truth::Unknown)
    }

    pub(super) fn times(&self, name: Name, rows: Rows<'_>) -> Cow<'_, [i64]> {
        let column = match (name, self.attribute(name)) {
            (Name::EventTime, _) => Some(&self.events.time),
            (_, Some(Column::Time(values))) => Some(values),
            _ => None,
        };
        let computed = match self.computed(name) {
            Some(Vector::Time(values)) => Some(values),
            _ => None,
        };
        self.load(name, rows, column, computed, MISSING_TIME)
    }

    /// Brings the values of a name to the rows asked for. `column` holds a value per lead number, per kind of lead or per event
    /// row, `computed` one per lead of the frame; without either every value is missing.
    #[expect(clippy::indexing_slicing, reason = "columns hold a value for every lead number, kind or event row")]
    fn load<'v, T: Copy>(
        &'v self,
        name: Name,
        rows: Rows<'_>,
        column: Option<&'v Vec<T>>,
        computed: Option<&'v Vec<T>>,
        missing: T,
    ) -> Cow<'v, [T]> {
        let (of_event, kinds) = match name {
            Name::Property(_) | Name::EventName | Name::EventTime => (true, None),
            Name::Attribute(index) => (false, self.leads.kinds.as_ref().filter(|kinds| kinds.hold(index))),
            _ => (false, None),
        };
        match (rows, computed, column) {
            (Rows::Leads, Some(values), _) => Cow::Borrowed(values),
            (Rows::Events(rows), Some(values), _) => rows.iter().map(|&row| values[self.lead_of(row)]).collect(),
            (Rows::Events(rows), None, Some(values)) if of_event => {
                rows.iter().map(|&row| values[row as usize]).collect()
            }
            (rows, None, Some(values)) if !of_event => match kinds {
                Some(kinds) => self.of_leads(&kinds.of_lead, rows).iter().map(|&kind| values[kind as usize]).collect(),
                None => self.of_leads(values, rows),
            },
            _ => Cow::Owned(vec![missing; self.count(rows)]),
        }
    }

    /// Brings values by lead number to the rows asked for.
    #[expect(clippy::indexing_slicing, reason = "there is a value for every lead number")]
    fn of_leads<'v, T: Copy>(&self, values: &'v [T], rows: Rows<'_>) -> Cow<'v, [T]> {
        match (rows, self.set) {
            (Rows::Leads, LeadSet::Range(range)) => Cow::Borrowed(&values[range.clone()]),
            (Rows::Leads, LeadSet::List(leads)) => leads.iter().map(|&lead| values[lead as usize]).collect(),
            (Rows::Events(rows), set) => rows.iter().map(|&row| values[set.number(self.lead_of(row))]).collect(),
        }
    }

    /// Returns the kind of each lead, where leads are kept by kind.
    pub(super) fn kinds(&self) -> Option<Cow<'a, [u32]>> {
        self.leads.kinds.as_ref().map(|kinds| self.of_leads(&kinds.of_lead, Rows::Leads))
    }
}
