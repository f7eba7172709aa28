//! Turns a definition and data into a [`Survey`]: what each part of the definition does on real leads and events.
//!
//! A definition may be without errors and still do nothing: a key spelled `software` where the data says `Software`, an
//! event nobody sends, a column under another name. Scores do not show that; counts do. [`diagnostics`] says what is worth
//! a second look, with places in the definition, [`render`] shows all counts as text and [`to_json`] as data.

mod rules;

mod columns;

mod events;

mod ladders;

mod diagnostics;

mod places;

mod shown;

mod layout;

mod render;

mod json;

pub use columns::{ColumnSurvey, StrayColumn};
pub use diagnostics::diagnostics;
pub use events::{AbsentEvent, EventSurvey, Listener, Role};
pub use json::to_json;
pub use ladders::{Choice, ListSurvey, NamedCount, PartSurvey, SignalSurvey, StageSurvey};
pub use render::render;
pub use rules::{GroupSurvey, Key, KeySurvey, LimitSurvey, Miss, RuleSurvey, SectionSurvey, TableSurvey};

use crate::batch::observe;
use crate::input::{Dataset, RowKind};
use bantam_lang::CheckedDefinition;

/// What a definition does on data. Vectors follow the definition's order unless they say otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// The moment for which everything was computed, in microseconds since 1970-01-01T00:00Z.
    pub as_of: i64,
    /// Rows read as leads and as events, rejected ones included.
    pub rows: (u64, u64),
    /// Those of them that were rejected.
    pub rejected: (u64, u64),
    /// Leads that come out: with a row, or an event, at or before *as of*.
    pub leads: u64,
    /// Those of them that have events alone.
    pub leads_without_row: u64,
    /// Events at or before *as of*, repeats removed.
    pub events: u64,
    /// Events after *as of*: they do not count.
    pub later_events: u64,
    /// Who they are.
    pub fit: SectionSurvey,
    /// What they do.
    pub engagement: SectionSurvey,
    /// Attributes of leads.
    pub attributes: Vec<ColumnSurvey>,
    /// Properties of events.
    pub properties: Vec<ColumnSurvey>,
    /// Columns of the files that nobody declared.
    pub stray_columns: Vec<StrayColumn>,
    /// Names of events in the data, most frequent first; a long tail of names nobody listens to is cut.
    pub event_names: Vec<EventSurvey>,
    /// How many names were cut.
    pub other_event_names: u64,
    /// Names that the definition listens to and that never come, in the order of the definition.
    pub absent_events: Vec<AbsentEvent>,
    /// Computed attributes, with the leads for which they have a value.
    pub derived: Vec<NamedCount>,
    /// Facts about histories.
    pub signals: Vec<SignalSurvey>,
    /// Lists, with the values that occur.
    pub lists: Vec<ListSurvey>,
    /// Personas.
    pub personas: Vec<Choice>,
    /// Disqualifiers; `leads` counts those that it disqualified first.
    pub disqualifiers: Vec<Choice>,
    /// Stages.
    pub stages: Vec<StageSurvey>,
    /// Leads with the stage `Disqualified`.
    pub disqualified: u64,
    /// Every grade there can be, with its leads.
    pub grades: Vec<NamedCount>,
    /// Routes.
    pub routes: Vec<Choice>,
}

/// Counts what each part of a definition does on data at `as_of`, in microseconds since 1970-01-01T00:00Z.
///
/// `data` comes from [`crate::input`] for the same definition and moment.
pub fn survey(definition: &CheckedDefinition, data: &Dataset, as_of: i64) -> Survey {
    let meaning = &**definition;
    let (observed, (attributes, properties)) = rayon::join(
        || observe(meaning, &data.leads, &data.events, as_of),
        || {
            let attributes = columns::survey_columns(RowKind::Lead, &meaning.lead.attributes, data, as_of);
            (attributes, columns::survey_columns(RowKind::Event, &meaning.event.properties, data, as_of))
        },
    );
    let names = events::survey_events(meaning, &data.events, as_of);
    let disqualified = observed.stages.get(meaning.stages.len()).map_or(0, |tally| tally.leads);
    let report = &data.report;
    Survey {
        as_of,
        rows: (report.lead_rows, report.event_rows),
        rejected: (report.rejected_leads, report.rejected_events),
        leads: observed.leads,
        leads_without_row: observed.leads_without_row,
        events: names.counting,
        later_events: data.events.len() as u64 - names.counting,
        fit: rules::survey_section(&meaning.fit, &observed.fit),
        engagement: rules::survey_section(&meaning.engagement, &observed.engagement),
        attributes,
        properties,
        stray_columns: columns::stray_columns(meaning, report),
        event_names: names.names,
        other_event_names: names.others,
        absent_events: names.absent,
        derived: ladders::derived(meaning, &observed),
        signals: ladders::signals(meaning, &observed),
        lists: ladders::lists(meaning, &observed),
        personas: ladders::conditionals(&meaning.personas, &observed.personas),
        disqualifiers: ladders::conditionals(&meaning.disqualify, &observed.disqualifiers),
        stages: ladders::stages(meaning, &observed),
        disqualified,
        grades: ladders::grades(&observed),
        routes: ladders::routes(meaning, &observed),
    }
}

/// Returns `parts` of `whole`, from 0 to 1; 0 of nothing.
fn share(parts: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { parts as f64 / whole as f64 }
}
