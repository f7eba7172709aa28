//! The values that expressions are computed on: one partition of the leads, with their events.

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

/// A contiguous range of lead numbers with everything computed for them so far.
pub(super) struct Frame<'a> {
    /// The first lead number.
    pub(super) start: usize,
    /// How many leads.
    pub(super) len: usize,
    pub(super) as_of: i64,
    pub(super) leads: &'a LeadTable,
    pub(super) events: &'a EventTable,
    /// Values of derived attributes, in their order.
    pub(super) derived: Vec<Vector>,
    /// Values of signals, in their order.
    pub(super) signals: Vec<Vector>,
    /// Values of the language's own variables.
    variables: Vec<(Name, Vector)>,
}

/// What an expression is computed for.
#[derive(Clone, Copy)]
pub(super) enum Rows<'r> {
    /// Every lead of the frame.
    Leads,
    /// These rows of the event table; each belongs to a lead of the frame.
    Events(&'r [u32]),
}

impl<'a> Frame<'a> {
    pub(super) fn new(leads: &'a LeadTable, events: &'a EventTable, range: std::ops::Range<usize>, as_of: i64) -> Self {
        Frame {
            start: range.start,
            len: range.len(),
            as_of,
            leads,
            events,
            derived: Vec::new(),
            signals: Vec::new(),
            variables: Vec::new(),
        }
    }

    pub(super) fn set(&mut self, name: Name, vector: Vector) {
        self.variables.push((name, vector));
    }

    /// Returns how many values an expression over `rows` has.
    pub(super) fn count(&self, rows: Rows<'_>) -> usize {
        match rows {
            Rows::Leads => self.len,
            Rows::Events(rows) => rows.len(),
        }
    }

    /// Returns the place in the frame of an event's lead.
    #[expect(clippy::indexing_slicing, reason = "rows are made from the event table, one lead each")]
    pub(super) fn lead_of(&self, row: u32) -> usize {
        self.events.lead[row as usize] as usize - self.start
    }

    #[expect(clippy::indexing_slicing, reason = "rows are made from the event table, one time each")]
    pub(super) fn time_of(&self, row: u32) -> i64 {
        self.events.time[row as usize]
    }

    fn computed(&self, name: Name) -> Option<&Vector> {
        match name {
            Name::Derived(index) => self.derived.get(index),
            Name::Signal(index) => self.signals.get(index),
            _ => self.variables.iter().find(|(other, _)| *other == name).map(|(_, vector)| vector),
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

    /// Brings the values of a name to the rows asked for. `column` holds a value per lead number or per event row,
    /// `computed` one per lead of the frame; without either every value is missing.
    #[expect(clippy::indexing_slicing, reason = "columns hold a value for every lead number or event row")]
    fn load<'v, T: Copy>(
        &'v self,
        name: Name,
        rows: Rows<'_>,
        column: Option<&'v Vec<T>>,
        computed: Option<&'v Vec<T>>,
        missing: T,
    ) -> Cow<'v, [T]> {
        let of_event = matches!(name, Name::Property(_) | Name::EventName | Name::EventTime);
        let per_lead = column.filter(|_| !of_event).and_then(|values| values.get(self.start..self.start + self.len));
        match (rows, per_lead.or(computed.map(Vec::as_slice)), column) {
            (Rows::Events(rows), _, Some(values)) if of_event => rows.iter().map(|&row| values[row as usize]).collect(),
            (Rows::Events(rows), Some(values), _) => rows.iter().map(|&row| values[self.lead_of(row)]).collect(),
            (Rows::Leads, Some(values), _) => Cow::Borrowed(values),
            _ => Cow::Owned(vec![missing; self.count(rows)]),
        }
    }
}
