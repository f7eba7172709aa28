//! Describes leads, events, spend and truths as rows of cells, so that each format is written once for all of them.

use crate::event::{Event, EventId, LeadId, SessionId};
use crate::lead::{Figure, Lead, Truth};
use crate::spend::Spend;

/// A column of a table.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnKind,
    /// Belongs to an event's `properties` where a format has objects.
    pub(crate) property: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Text,
    /// Text that hardly ever repeats, for which a dictionary would be a waste.
    UniqueText,
    Whole,
    Number,
    Boolean,
    Date,
    Time,
}

/// A value of a row, missing ones included.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Missing,
    Text(&'a str),
    Lead(LeadId),
    Event(EventId),
    Session(SessionId),
    Whole(u64),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00Z.
    Time(i64),
}

/// Something that is a row of a table.
pub(crate) trait Row {
    const COLUMNS: &'static [Column];

    /// Gives the cells in the order of the columns.
    fn cells(&self, put: impl FnMut(Cell<'_>));
}

const fn column(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, property: false }
}

const fn property(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, property: true }
}

impl Row for Lead {
    const COLUMNS: &'static [Column] = &[
        column("lead_id", ColumnKind::UniqueText),
        column("created_at", ColumnKind::Time),
        column("email", ColumnKind::UniqueText),
        column("title", ColumnKind::Text),
        column("company", ColumnKind::Text),
        column("industry", ColumnKind::Text),
        column("employees", ColumnKind::Whole),
        column("annual_revenue", ColumnKind::Whole),
        column("country", ColumnKind::Text),
        column("region", ColumnKind::Text),
        column("state", ColumnKind::Text),
        column("lead_source", ColumnKind::Text),
        column("campaign", ColumnKind::Text),
        column("consent", ColumnKind::Boolean),
        column("budget", ColumnKind::Boolean),
        column("authority", ColumnKind::Boolean),
        column("need", ColumnKind::Boolean),
        column("timeline", ColumnKind::Boolean),
        column("expected_close_date", ColumnKind::Date),
    ];

    fn cells(&self, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Lead(self.lead_id));
        put(Cell::Time(self.created_at));
        put(Cell::Text(&self.email));
        put(text(self.title.as_deref()));
        put(text(self.company.as_deref()));
        put(text(self.industry.as_deref()));
        put(figure(self.employees.as_ref()));
        put(figure(self.annual_revenue.as_ref()));
        put(text(self.country.as_deref()));
        put(text(self.region));
        put(text(self.state));
        put(Cell::Text(self.lead_source));
        put(text(self.campaign));
        put(Cell::Boolean(self.consent));
        for criterion in [self.budget, self.authority, self.need, self.timeline] {
            put(criterion.map_or(Cell::Missing, Cell::Boolean));
        }
        put(self.expected_close_date.map_or(Cell::Missing, Cell::Date));
    }
}

impl Row for Event {
    const COLUMNS: &'static [Column] = &[
        column("event_id", ColumnKind::UniqueText),
        column("lead_id", ColumnKind::Text),
        column("event", ColumnKind::Text),
        column("timestamp", ColumnKind::Time),
        column("received_at", ColumnKind::Time),
        property("path", ColumnKind::Text),
        property("form", ColumnKind::Text),
        property("price", ColumnKind::Number),
        property("amount", ColumnKind::Number),
        property("reason", ColumnKind::Text),
        property("channel", ColumnKind::Text),
        property("session_id", ColumnKind::Text),
        property("owner", ColumnKind::Text),
    ];

    fn cells(&self, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Event(self.event_id()));
        put(Cell::Lead(self.lead_id()));
        put(Cell::Text(self.event()));
        put(Cell::Time(self.timestamp));
        put(Cell::Time(self.received_at));
        put(text(self.path()));
        put(text(self.form()));
        put(self.price().map_or(Cell::Missing, Cell::Number));
        put(self.amount().map_or(Cell::Missing, Cell::Number));
        put(text(self.reason()));
        put(text(self.channel()));
        put(self.session_id().map_or(Cell::Missing, Cell::Session));
        put(text(self.owner()));
    }
}

impl Row for Spend {
    const COLUMNS: &'static [Column] = &[
        column("date", ColumnKind::Date),
        column("lead_source", ColumnKind::Text),
        column("campaign", ColumnKind::Text),
        column("amount", ColumnKind::Number),
    ];

    fn cells(&self, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Date(self.date));
        put(Cell::Text(self.lead_source));
        put(Cell::Text(self.campaign));
        put(Cell::Number(self.amount));
    }
}

impl Row for Truth {
    const COLUMNS: &'static [Column] = &[
        column("lead_id", ColumnKind::UniqueText),
        column("converts", ColumnKind::Boolean),
        column("probability", ColumnKind::Number),
        column("kind", ColumnKind::Text),
        column("driver", ColumnKind::Text),
        column("fit", ColumnKind::Number),
        column("intent", ColumnKind::Number),
        column("touches", ColumnKind::Number),
        column("drifted", ColumnKind::Boolean),
        column("handed_off", ColumnKind::Boolean),
    ];

    fn cells(&self, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Lead(self.lead_id));
        put(Cell::Boolean(self.converts));
        put(Cell::Number(self.probability));
        put(Cell::Text(self.kind.text()));
        put(Cell::Text(self.driver));
        put(Cell::Number(self.fit));
        put(Cell::Number(self.intent));
        put(Cell::Number(self.touches));
        put(Cell::Boolean(self.drifted));
        put(Cell::Boolean(self.handed_off));
    }
}

fn text(value: Option<&str>) -> Cell<'_> {
    value.map_or(Cell::Missing, Cell::Text)
}

fn figure(value: Option<&Figure>) -> Cell<'_> {
    match value {
        None => Cell::Missing,
        Some(Figure::Number(number)) => Cell::Whole(*number),
        Some(Figure::Text(text)) => Cell::Text(text),
    }
}
