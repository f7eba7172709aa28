//! What a report or an impact says, as data, and its renderings: a page, Markdown, JSON, CSV and text.
//!
//! Whoever computes figures says what they mean and how sure they are, as typed [`Cell`]s; how they look is decided here.
//! All texts may come from data and are taken for hostile: each rendering escapes them for its own form, and characters
//! that would hide or turn others are made visible in all of them ([`visible`]).
//!
//! A [`Chart`] stands in the [`Table`] whose figures it draws, and has no figures of its own, so that the two never differ
//! and nobody has to see a chart to read them.

mod cell;
mod chart;
mod csv;
mod drawn;
mod embed;
mod html;
mod json;
mod markdown;
mod text;
mod visible;

pub use cell::{Cell, Told};
pub use chart::{Axis, Chart, ChartKind};
pub use embed::{CHARTS_SCRIPT, Embedding, FIGURES_STYLE};
pub use visible::visible;

use crate::statistics::{Enough, TooFew};

/// What a report or an impact says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What it is, such as "Lead report".
    pub title: String,
    /// What it is about: the period, the definition with its fingerprint, as of when.
    pub subtitle: Vec<Particular>,
    /// What it says, the most important first.
    pub sections: Vec<Section>,
}

/// One thing to know about a document, such as "As of" with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Particular {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A question that a document answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its name for links and programs: unique in the document, and the same in every report of its kind.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What the figures mean, in one sentence.
    pub meaning: String,
    /// What they show, in one sentence.
    pub finding: Option<Finding>,
    /// The figures.
    pub tables: Vec<Table>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// What figures show, in one sentence.
///
/// INVARIANT: a conclusion from outcomes has been drawn from enough of them. Kept by [`Finding::of_outcomes`], which asks
/// for a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding(String);

impl Finding {
    /// Returns a conclusion from which leads were won and lost.
    #[must_use]
    pub fn of_outcomes(_enough: Enough, sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Returns a statement that judges nobody by outcomes, such as how many leads there are or how fast they were answered.
    #[must_use]
    pub fn of_counts(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Returns what is said instead of a conclusion.
    #[must_use]
    pub fn too_few(counts: TooFew) -> Self {
        Self(format!("No conclusion: {counts}."))
    }

    /// Returns the sentence.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.0
    }
}

/// Figures in rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its name for links and programs: unique in the document.
    pub id: String,
    /// What it shows.
    pub caption: String,
    /// What its columns are. The first one names the rows.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for every column; what is short is filled up with [`Cell::None`].
    pub rows: Vec<Vec<Cell>>,
    /// Pictures of its figures.
    pub charts: Vec<Chart>,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, unique in the table.
    pub name: String,
    /// The unit of its figures, where the cells do not tell it.
    pub unit: Option<String>,
    /// On which side its cells stand.
    pub alignment: Alignment,
}

/// On which side of a column its cells stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// Where reading begins: texts.
    Start,
    /// Where it ends: figures, digit below digit.
    End,
}

impl Particular {
    /// Returns a thing to know.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Column {
    /// Returns a column of texts.
    #[must_use]
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: None, alignment: Alignment::Start }
    }

    /// Returns a column of figures.
    #[must_use]
    pub fn figures(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: None, alignment: Alignment::End }
    }

    /// Returns a column of figures in a unit, such as points.
    #[must_use]
    pub fn figures_in(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: Some(unit.into()), alignment: Alignment::End }
    }

    /// Returns the name with the unit, where there is one.
    #[must_use]
    pub fn heading(&self) -> String {
        self.unit.as_ref().map_or_else(|| self.name.clone(), |unit| format!("{} ({unit})", self.name))
    }
}

impl Table {
    /// Returns the cell of a row in a column; [`Cell::None`] where there is none.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::None)
    }

    /// Returns each row with exactly one cell for each column.
    fn filled_rows(&self) -> impl Iterator<Item = Vec<&Cell>> {
        self.rows.iter().map(|row| (0..self.columns.len()).map(|place| row.get(place).unwrap_or(&Cell::None)).collect())
    }
}

impl Document {
    /// Returns all tables, in order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.sections.iter().flat_map(|section| &section.tables)
    }

    /// Returns the table with an id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables().find(|table| table.id == id)
    }

    /// Returns whether there is a picture in it.
    #[must_use]
    pub fn has_charts(&self) -> bool {
        self.tables().any(|table| !table.charts.is_empty())
    }

    /// Returns the sections as HTML for a page of somebody else, with the data of the charts in it, and neither scripts nor
    /// styles.
    #[must_use]
    pub fn to_embedded_html(&self, embedding: &Embedding<'_>) -> String {
        embed::render(self, embedding)
    }

    /// Returns the document as one HTML file that asks no other for anything.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }

    /// Returns the document as Markdown (`CommonMark` with the tables of GitHub).
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// Returns the document as JSON, in the shape that `docs/documents.md` gives.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::render(self)
    }

    /// Returns all tables as one CSV file, a line for each cell; its first column names the table.
    #[must_use]
    pub fn to_csv(&self) -> String {
        csv::render_cells(self)
    }

    /// Returns the document as text of at most `width` columns where that is possible, for a terminal.
    #[must_use]
    pub fn to_text(&self, width: usize) -> String {
        text::render(self, width)
    }
}

impl Table {
    /// Returns the table as CSV, a line for each row. A column of rates becomes five: the share, the bounds of its interval, and
    /// the two counts; one of estimates three.
    #[must_use]
    pub fn to_csv(&self) -> String {
        csv::render_table(self)
    }
}
