//! A report over the facts of the store.

use super::Told;
use super::cache::{Basis, Compute, Looked, patience};
use crate::api::values::Moment;
use crate::app::App;
use crate::problem::Problem;
use bantam_insight::document::Document;
use bantam_insight::report::{About, Cut, Report, ReportOptions, report_document};
use bantam_lang::nearest::{list_names, nearest_name};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a report may be cut by beside attributes.
pub(crate) const CUTS: [&str; 7] = ["source", "campaign", "persona", "grade", "route", "owner", "version"];
/// How many cuts one report has at most: each is a table of all values.
const CUTS_MAX: usize = 10;
/// How many known names a message lists.
const NAMES_MAX: usize = 12;

/// A report, or one section of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReportName {
    /// All sections.
    All,
    /// Qualified leads, what becomes of them, what they cost and bring; with the cuts.
    KeyMetrics,
    /// Leads by stage.
    Waterfall,
    /// Whether higher scores convert better.
    Calibration,
    /// What other thresholds would catch.
    Threshold,
    /// Which hand-offs wasted time of sales, and by which rules.
    Wasted,
    /// Which opportunities the definition missed.
    Missed,
    /// What won leads have in common.
    Journeys,
    /// How fast sales answers.
    Speed,
    /// How leads have changed.
    Drift,
    /// What sales thinks otherwise of than before.
    Turned,
}

impl ReportName {
    /// Returns whether a section belongs to it. What is left out of a report stands in all of them.
    fn has(self, id: &str) -> bool {
        let own = match self {
            ReportName::All => return true,
            ReportName::KeyMetrics => return id == "key-metrics" || id == "left-out" || id.starts_with("by-"),
            ReportName::Waterfall => "waterfall",
            ReportName::Calibration => "calibration",
            ReportName::Threshold => "threshold",
            ReportName::Wasted => "wasted",
            ReportName::Missed => "missed",
            ReportName::Journeys => "journeys",
            ReportName::Speed => "speed",
            ReportName::Drift => "drift",
            ReportName::Turned => "turned",
        };
        id == own || id == "left-out"
    }
}

/// What is asked of a report.
pub(crate) struct ReportWish {
    pub(crate) name: ReportName,
    /// Its cuts have to be known by name only, as what they may be depends on the history.
    pub(crate) options: ReportOptions,
    pub(crate) cuts: Vec<String>,
}

/// A report with all its sections, as figures and as what is said of them.
pub(crate) struct Written {
    /// The figures.
    pub(crate) report: Report,
    /// What is said of them.
    document: Document,
    /// The attributes that it may be cut by.
    pub(crate) attributes: Vec<String>,
}

/// A report, or one section of it.
pub(crate) struct Found {
    /// All of it.
    pub(crate) written: Arc<Written>,
    /// What is said in the sections that were asked for.
    pub(crate) document: Document,
}

/// Returns a report over what is in the store, as of about now.
pub(crate) async fn report(app: &App, wish: ReportWish) -> Result<Document, Problem> {
    found(app, wish).await.map(|found| found.document)
}

/// Returns the same with its figures.
pub(crate) async fn found(app: &App, wish: ReportWish) -> Result<Found, Problem> {
    let told = app.history().await?;
    let name = wish.name;
    let (basis, compute) = writing(told, wish);
    let written = app.insight.reports.get(app, &basis, compute).await?;
    Ok(Found::of(name, written))
}

/// Returns the same as far as it is there; with how far a newer one is, where this one is of earlier facts.
pub(crate) async fn looked(app: &App, wish: ReportWish) -> Result<Looked<Found>, Problem> {
    let until = patience();
    let (told, newer) = match app.look_at_history(until).await? {
        Looked::Found(told, newer) => (told, newer),
        Looked::Working(progress) => return Ok(Looked::Working(progress)),
    };
    let name = wish.name;
    let (basis, compute) = writing(told, wish);
    Ok(match app.insight.reports.look(app, &basis, until, compute).await?.newer(newer) {
        Looked::Found(written, newer) => Looked::Found(Arc::new(Found::of(name, written)), newer),
        Looked::Working(progress) => Looked::Working(progress),
    })
}

impl Found {
    fn of(name: ReportName, written: Arc<Written>) -> Found {
        let all = &written.document;
        let sections = all.sections.iter().filter(|section| name.has(&section.id)).cloned().collect();
        let document = Document { sections, title: all.title.clone(), subtitle: all.subtitle.clone() };
        Found { document, written }
    }
}

/// Returns by what a report is known, and what writes it. Reports on the same time are one, whatever is shown of it.
fn writing(told: Arc<Told>, wish: ReportWish) -> (Basis, impl Fn() -> Compute<Written>) {
    let ReportWish { options, cuts, .. } = wish;
    // Reports on earlier facts are not asked for again.
    let of = format!("{} {} {} {options:?} {cuts:?}", told.fingerprint, told.last, told.history.as_of);
    let basis = Basis { of, seq: told.last };
    let compute = move || -> Compute<Written> {
        let (told, options, cuts) = (told.clone(), options.clone(), cuts.clone());
        Box::new(move |_, _| write(&told, options, &cuts))
    };
    (basis, compute)
}

fn write(told: &Told, mut options: ReportOptions, cuts: &[String]) -> Result<Written, Problem> {
    if cuts.len() > CUTS_MAX {
        return Err(Problem::bad_request("invalid_value", "there are too many cuts").at("cut").limit(CUTS_MAX, None));
    }
    options.cuts = cuts.iter().map(|cut| cut_of(cut, told)).collect::<Result<_, _>>()?;
    let report = bantam_insight::report::report(&told.history, told.spend.as_deref(), &options);
    let as_of = serde_json::to_value(Moment(told.history.as_of)).unwrap_or_default();
    let about = About {
        definition: told.definition.clone(),
        fingerprint: told.fingerprint.clone(),
        as_of: as_of.as_str().unwrap_or_default().to_owned(),
        is_command: false,
    };
    let document = report_document(&report, &told.history, &about);
    let attributes = told.history.attributes.iter().map(|(name, _)| name.clone()).collect();
    Ok(Written { report, document, attributes })
}

fn cut_of(name: &str, told: &Told) -> Result<Cut, Problem> {
    Cut::of(name, &told.history).ok_or_else(|| {
        let attributes = told.history.attributes.iter().map(|(name, _)| name.as_str());
        let known: Vec<&str> = CUTS.into_iter().chain(attributes).collect();
        let help = match nearest_name(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", list_names(known.iter().copied(), NAMES_MAX)),
        };
        Problem::bad_request("invalid_value", format!("there is nothing named `{name}` to cut by; {help}")).at("cut")
    })
}
