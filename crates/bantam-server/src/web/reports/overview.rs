//! Is it working? The first page of the reports: one sentence, the key metrics, what each report says, the funnel.

use super::names::{PAGES, Page, Tab, tabs};
use super::wish::{Asked, Form, about};
use super::{assets, none};
use crate::api::extract::FromQuery;
use crate::app::App;
use crate::insight::{Found, Looked, ReportName, looked};
use crate::people::Signed;
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::errors::Errors;
use crate::web::frame::{Frame, render};
use crate::web::waiting::Waiting;
use crate::web::words::{counted, grouped};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bantam_insight::document::{Cell, Document, Embedding};
use bantam_insight::report::{KeyMetrics, Report, Success};
use bantam_insight::statistics::{LOST_MIN, Rate, WON_MIN};

/// A key metric.
struct Figure {
    name: &'static str,
    value: String,
    /// How sure it is, and of how many.
    detail: String,
    path: String,
}

/// What a report says.
struct Said {
    name: &'static str,
    path: String,
    finding: String,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct Overview {
    frame: Frame,
    tabs: Vec<Tab>,
    form: Form,
    errors: Errors,
    heading: String,
    /// What the heading rests on.
    because: Vec<String>,
    about: Option<String>,
    /// How far it is, where it is being computed.
    waiting: Option<Waiting>,
    /// How far a newer one is.
    newer: Option<Waiting>,
    figures: Vec<Figure>,
    says: Vec<Said>,
    /// The section on the funnel, as HTML in which every text is escaped.
    funnel: String,
    has_charts: bool,
}

impl Overview {
    fn style(&self) -> &'static str {
        assets::FIGURES.path()
    }

    fn charts(&self) -> &'static str {
        assets::CHARTS.path()
    }
}

/// Shows the overview.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromQuery(asked): FromQuery<Asked>,
) -> Result<Response, Problem> {
    let asked = asked.of_time();
    let options = match asked.options() {
        Ok(options) => options,
        Err(errors) => return Ok(refused(&signed, &asked, errors)),
    };
    let page = match looked(&app, asked.wish(ReportName::All, options)).await {
        Err(problem) if problem.status == StatusCode::CONFLICT => return Ok(none(&signed, &problem)),
        Err(problem) => return Err(problem),
        Ok(Looked::Working(progress)) => {
            Overview { waiting: Some(Waiting::of(&progress)), ..empty(&signed, &asked, app.now()) }
        }
        Ok(Looked::Found(found, newer)) => {
            Overview { newer: newer.as_deref().map(Waiting::of), ..page(&signed, &asked, &found, app.now()) }
        }
    };
    Ok(render(&page))
}

fn page(signed: &Signed, asked: &Asked, found: &Found, now: i64) -> Overview {
    let (report, mut document) = (&found.written.report, found.document.clone());
    let says = PAGES.iter().filter_map(|page| said(page, &document, asked)).collect();
    let about = Some(about(&document));
    document.sections.retain(|section| section.id == "waterfall");
    for section in &mut document.sections {
        // The other table, and what it leaves out, stand on the report's own page.
        section.tables.truncate(1);
        section.notes.clear();
        section.finding = None;
    }
    let csv = |table: &str| asked.path(&format!("/reports/waterfall/{table}.csv"));
    let (heading, because) = verdict(report);
    Overview {
        heading,
        because,
        about,
        figures: figures(&report.total, asked),
        says,
        has_charts: document.has_charts(),
        funnel: document.to_embedded_html(&Embedding { heading: Some("funnel"), csv: &csv }),
        ..empty(signed, asked, now)
    }
}

/// The page without what it tells.
fn empty(signed: &Signed, asked: &Asked, now: i64) -> Overview {
    Overview {
        frame: Frame::of(Some(signed), "/reports", "Reports"),
        tabs: tabs(None, asked),
        form: asked.overview_form(now),
        errors: Errors::default(),
        heading: "Is it working?".to_owned(),
        because: Vec::new(),
        about: None,
        waiting: None,
        newer: None,
        figures: Vec::new(),
        says: Vec::new(),
        funnel: String::new(),
        has_charts: false,
    }
}

fn refused(signed: &Signed, asked: &Asked, errors: Errors) -> Response {
    let page = Overview { tabs: tabs(None, &Asked::default()), errors, ..empty(signed, asked, 0) };
    let mut response = render(&page);
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

fn said(page: &Page, document: &Document, asked: &Asked) -> Option<Said> {
    let section = document.sections.iter().find(|section| section.id == page.section)?;
    let finding = section.finding.as_ref()?.sentence().to_owned();
    Some(Said { name: page.name, path: asked.path(&format!("/reports/{}", page.path)), finding })
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// Returns a share with its interval and counts: `30.8 % (25.5 to 36.6 %, 81 of 263)`.
fn told(rate: Rate) -> Option<String> {
    let (share, interval) = (rate.share()?, rate.interval()?);
    let (low, high) = (100.0 * interval.low, 100.0 * interval.high);
    let [hits, n] = [rate.hits(), rate.n()].map(|count| grouped(i64::try_from(count).unwrap_or(i64::MAX)));
    Some(format!("{} ({low:.1} to {high:.1} %, {hits} of {n})", percent(share)))
}

/// Returns whether it is working, in one sentence with its figure, and what that rests on.
fn verdict(report: &Report) -> (String, Vec<String>) {
    let (metrics, found) = (&report.total, &report.calibration);
    let mut because = Vec::new();
    because.extend(
        told(metrics.to_opportunity).map(|rate| format!("{rate} of qualified leads became opportunities by now.")),
    );
    because
        .extend(told(metrics.acceptance).map(|rate| format!("{rate} of answered hand-offs were accepted by sales.")));
    let Some(share) = metrics.to_opportunity.share() else {
        return ("Nobody qualified in this time, so there is nothing to judge yet".to_owned(), because);
    };
    let became = format!("{} of qualified leads became opportunities", percent(share));
    let (won, lost) = (found.known.won, found.known.lost);
    if found.known.enough().is_err() {
        let (good, bad) = match found.success {
            Success::Opportunity => ("became opportunities", "ended without one"),
            Success::Win => ("were won", "were lost"),
        };
        because.push(format!(
            "Whether the score is right can be told once {WON_MIN} hand-offs {good} and {LOST_MIN} {bad}; so far it is {won} and {lost}."
        ));
        return (format!("Too early to tell whether it is working: {became} so far"), because);
    }
    let Some(area) = found.areas.first().copied().flatten() else { return (became, because) };
    let (low, high) = (area.interval.low, area.interval.high);
    because.push(format!(
        "Of two hand-offs of which one converted, it had the higher score in {} of pairs (AUC {:.2}, {low:.2} to {high:.2}; {}).",
        percent(area.value),
        area.value,
        counted(i64::try_from(won + lost).unwrap_or(i64::MAX), "outcome"),
    ));
    let falls = found.bands.iter().filter(|band| band.falls_for_certain).count();
    let says = match (low > 0.5, high < 0.5, falls) {
        (true, _, 0) => "It is working: higher scores convert better",
        (true, ..) => "It is working in part: higher scores convert better, but not in every band",
        (_, true, _) => "It is not working: higher scores convert worse",
        _ => "It is not working: the score says no more than chance about who converts",
    };
    (format!("{says}; {became}"), because)
}

fn figures(metrics: &KeyMetrics, asked: &Asked) -> Vec<Figure> {
    let count = |count: u64, noun: &str| counted(i64::try_from(count).unwrap_or(i64::MAX), noun);
    let figure = |name, cell: Cell, page: &str, n: String| {
        let told = cell.told();
        let path = asked.path(&format!("/reports/{page}"));
        Figure { name, value: told.main, detail: told.detail.unwrap_or(n), path }
    };
    let rate = |rate: Rate| if rate.n() == 0 { Cell::None } else { Cell::Rate(rate) };
    let seconds = metrics.speed.median_seconds.map_or(Cell::None, |time| Cell::Duration(time.round().max(0.0) as u64));
    let cycle = metrics.cycle.as_ref().map(|cycle| &cycle.survival);
    let cycle_n = cycle.map_or(0, |survival| survival.n());
    let median = cycle.map_or(Cell::None, |survival| Cell::Lasting(survival.median()));
    let money = metrics.money;
    let spend =
        money.spend.map_or("no spend entered".to_owned(), |spend| format!("spend {}", Cell::Money(spend).told().main));
    vec![
        figure(
            "Qualified leads",
            Cell::Count(metrics.qualified),
            "key-metrics",
            format!("of {}", count(metrics.new_leads, "new lead")),
        ),
        figure("Lead to opportunity", rate(metrics.to_opportunity), "key-metrics", String::new()),
        figure("Opportunity to win", rate(metrics.win_rate), "key-metrics", String::new()),
        figure("Accepted by sales", rate(metrics.acceptance), "wasted", String::new()),
        figure("Speed to lead, median", seconds, "speed", format!("n = {}", count(metrics.speed.answered, "answer"))),
        figure(
            "Sales cycle, median",
            median,
            "key-metrics",
            format!("n = {}", grouped(i64::try_from(cycle_n).unwrap_or(0))),
        ),
        figure(
            "Cost per qualified lead",
            money.cost_per_qualified.map_or(Cell::None, Cell::Money),
            "key-metrics",
            spend.clone(),
        ),
        figure(
            "Marketing ROI",
            money.return_on_investment.map_or(Cell::None, |roi| Cell::Number(roi, 2)),
            "key-metrics",
            spend,
        ),
    ]
}
