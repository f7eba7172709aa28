//! Reports: is it working? A sentence with its figure first, then what each report says, then one page for each.

mod file;
mod names;
mod overview;
mod wish;

pub(crate) use file::show as file;
pub(crate) use overview::show as overview;

use super::access::Visitor;
use super::assets;
use super::errors::Errors;
use super::frame::{Frame, render};
use super::waiting::Waiting;
use crate::api::extract::{FromPath, FromQuery};
use crate::app::App;
use crate::insight::{Found, Looked, ReportName, looked};
use crate::people::Signed;
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bantam_insight::document::Embedding;
use names::{Page, Tab, tabs};
use wish::{Asked, Form};

/// What the heading of a page is known by.
const HEADING: &str = "report";

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: Frame,
    tabs: Vec<Tab>,
    form: Form,
    errors: Errors,
    heading: String,
    heading_id: &'static str,
    /// Of what time it tells, and as of when.
    about: Option<String>,
    /// How far it is, where it is being computed.
    waiting: Option<Waiting>,
    /// How far a newer one is.
    newer: Option<Waiting>,
    /// The sections, as HTML in which every text is escaped.
    sections: String,
    has_charts: bool,
}

impl ReportPage {
    fn figures(&self) -> &'static str {
        assets::FIGURES.path()
    }

    fn charts(&self) -> &'static str {
        assets::CHARTS.path()
    }
}

/// The page of one report.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(name): FromPath<ReportName>,
    FromQuery(asked): FromQuery<Asked>,
) -> Result<Response, Problem> {
    let page = Page::of(name).ok_or_else(|| Problem::not_found("there is no such report"))?;
    let options = match asked.options() {
        Ok(options) => options,
        Err(errors) => return Ok(refused(&signed, page, &asked, errors)),
    };
    let page = match looked(&app, asked.wish(name, options)).await {
        Err(problem) if problem.status == StatusCode::CONFLICT => return Ok(none(&signed, &problem)),
        Err(problem) => return Err(problem),
        Ok(Looked::Working(progress)) => {
            ReportPage { waiting: Some(Waiting::of(&progress)), ..empty(&signed, page, &asked, app.now()) }
        }
        Ok(Looked::Found(found, newer)) => {
            ReportPage { newer: newer.as_deref().map(Waiting::of), ..page_of(&signed, page, &asked, &found, app.now()) }
        }
    };
    Ok(render(&page))
}

fn page_of(signed: &Signed, page: &Page, asked: &Asked, found: &Found, now: i64) -> ReportPage {
    let document = &found.document;
    let has_own = document.sections.len() > 1;
    let heading = document.sections.first().filter(|_| has_own).map_or(page.name, |first| first.heading.as_str());
    let csv = |table: &str| asked.path(&format!("/reports/{}/{table}.csv", page.path));
    let embedding = Embedding { heading: has_own.then_some(HEADING), csv: &csv };
    ReportPage {
        form: asked.form(page, &found.written.attributes, now),
        heading: heading.to_owned(),
        about: Some(wish::about(document)),
        sections: document.to_embedded_html(&embedding),
        has_charts: document.has_charts(),
        ..empty(signed, page, asked, now)
    }
}

/// The page without what it tells.
fn empty(signed: &Signed, page: &Page, asked: &Asked, now: i64) -> ReportPage {
    ReportPage {
        frame: Frame::of(Some(signed), "/reports", page.name),
        tabs: tabs(Some(page.path), asked),
        form: asked.form(page, &[], now),
        errors: Errors::default(),
        heading: page.name.to_owned(),
        heading_id: HEADING,
        about: None,
        waiting: None,
        newer: None,
        sections: String::new(),
        has_charts: false,
    }
}

/// The form once more, with what is wrong with it.
fn refused(signed: &Signed, page: &Page, asked: &Asked, errors: Errors) -> Response {
    let tabs = tabs(Some(page.path), &Asked::default());
    let page = ReportPage { tabs, errors, ..empty(signed, page, asked, 0) };
    let mut response = render(&page);
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

#[derive(Template)]
#[template(path = "no_reports.html")]
struct NoReports {
    frame: Frame,
    /// Why there are none.
    why: String,
}

/// What is shown where there is nothing to report on.
fn none(signed: &Signed, problem: &Problem) -> Response {
    let why = super::errors::sentence(&problem.message);
    render(&NoReports { frame: Frame::of(Some(signed), "/reports", "Reports"), why })
}
