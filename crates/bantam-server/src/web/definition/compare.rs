//! Two answers to one question: where two drafts disagree, by criterion and by lead, until one shared draft is left.

use super::checked;
use super::version::{ChangeLine, Row, changes, row};
use crate::api::extract::FromQuery;
use crate::app::App;
use crate::insight::{ImpactWish, Looked, compared};
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::frame::{Frame, render};
use crate::web::lead::calendar;
use crate::web::marks::Names;
use crate::web::waiting::Waiting;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_core::definitions::Version;
use bantam_insight::document::{Alignment, Cell, Column, Document};
use bantam_insight::impact::{ImpactOptions, Reading};
use serde::Deserialize;

/// Which two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    a: Option<String>,
    b: Option<String>,
}

#[derive(Template)]
#[template(path = "definition_compare.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    a: String,
    b: String,
    criteria: Option<Vec<ChangeLine>>,
    leads: Option<Told>,
    /// How far what follows for leads is, where it is being computed.
    waiting: Option<Waiting>,
    /// How far it is with newer facts.
    newer: Option<Waiting>,
}

/// A table of a document, as texts.
struct Told {
    sections: Vec<Section>,
}

struct Section {
    heading: String,
    meaning: String,
    finding: Option<String>,
    tables: Vec<Table>,
}

struct Table {
    caption: String,
    /// Their headings, and whether figures stand below.
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<(String, bool)>>,
}

/// Shows where two definitions disagree.
pub(crate) async fn compare(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromQuery(pair): FromQuery<Pair>,
) -> Result<Response, Problem> {
    let now = app.now();
    let (a, b) = (pair.a.unwrap_or_default(), pair.b.unwrap_or_default());
    let (one, other) = (a.clone(), b.clone());
    let (rows, criteria) = app
        .read(move |reader| {
            reader.read(|ledger| {
                let (names, calendar) = (Names::read(ledger)?, calendar(None, now));
                let mut rows = Vec::new();
                for (_, fingerprint) in ledger.definitions()? {
                    if let Some(version) = Version::read(ledger, &fingerprint)? {
                        rows.push(row(ledger, &version, &calendar, &names, None)?);
                    }
                }
                rows.reverse();
                let (old, new) = (checked(ledger, &one)?, checked(ledger, &other)?);
                let criteria = old.zip(new).map(|(old, new)| changes(&old, &new));
                Ok::<_, Problem>((rows, criteria))
            })
        })
        .await?;
    let (leads, waiting, newer) = match criteria.is_some() && a != b {
        true => {
            let wish = ImpactWish {
                fingerprint: b.clone(),
                against: Some(a.clone()),
                options: ImpactOptions::default(),
                reading: Reading::Disagreement,
            };
            match compared(&app, wish).await? {
                Looked::Found(document, newer) => (Some(told(&document)), None, newer.as_deref().map(Waiting::of)),
                Looked::Working(progress) => (None, Some(Waiting::of(&progress)), None),
            }
        }
        false => (None, None, None),
    };
    let frame = Frame::of(Some(&signed), "/definition", "Two answers");
    Ok(render(&Page { frame, rows, a, b, criteria, leads, waiting, newer }))
}

fn is_figure(column: &Column) -> bool {
    column.alignment == Alignment::End
}

fn told_cell((cell, column): (&Cell, &Column)) -> (String, bool) {
    let told = cell.told();
    let text = told.detail.map_or(told.main.clone(), |detail| format!("{} ({detail})", told.main));
    (text, is_figure(column))
}

fn told(document: &Document) -> Told {
    let table = |table: &bantam_insight::document::Table| Table {
        caption: table.caption.clone(),
        columns: table.columns.iter().map(|column| (column.heading(), is_figure(column))).collect(),
        rows: table.rows.iter().map(|row| row.iter().zip(&table.columns).map(told_cell).collect()).collect(),
    };
    let section = |section: &bantam_insight::document::Section| Section {
        heading: section.heading.clone(),
        meaning: section.meaning.clone(),
        finding: section.finding.as_ref().map(|finding| finding.sentence().to_owned()),
        tables: section.tables.iter().map(table).collect(),
    };
    // What differs in words stands above already.
    let sections = document.sections.iter().filter(|section| section.id != "differences");
    Told { sections: sections.map(section).collect() }
}
