//! Puts the sections of a document into a page of somebody else: nothing in them is script or style, so that they stand
//! under the strictest policy. The page brings in [`FIGURES_STYLE`], and [`CHARTS_SCRIPT`] where there are charts.

use super::drawn::charts;
use super::html::{Around, render_data, render_section};
use super::{Document, html};
use serde_json::json;

/// How the sections look, in the colours that the page gives.
pub const FIGURES_STYLE: &str = html::FIGURES;
/// Draws the charts.
pub const CHARTS_SCRIPT: &str = html::CHARTS;

/// What the page gives that a document is put into.
pub struct Embedding<'a> {
    /// The id of the element that is the first section's heading already, where there is one.
    pub heading: Option<&'a str>,
    /// Returns where the CSV of a table is, by the table's id.
    pub csv: &'a dyn Fn(&str) -> String,
}

pub(super) fn render(document: &Document, embedding: &Embedding<'_>) -> String {
    let mut page = String::new();
    for (number, section) in document.sections.iter().enumerate() {
        let heading = embedding.heading.filter(|_| number == 0);
        render_section(&mut page, number, section, &Around { heading, csv: Some(embedding.csv) });
    }
    if document.has_charts() {
        render_data(&mut page, document, |table| json!({"charts": charts(table)}));
    }
    page
}
