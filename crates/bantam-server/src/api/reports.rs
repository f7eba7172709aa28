//! Reports and the impact of definitions, over the facts of the store.

use super::extract::{FromPath, FromQuery};
use super::values::Moment;
use crate::app::App;
use crate::insight::{self, ImpactWish, ReportName, ReportWish};
use crate::problem::{Problem, ProblemBody};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bantam_insight::document::Document;
use bantam_insight::impact::{ImpactOptions, Reading};
use bantam_insight::report::{Period, ReportOptions, Span};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// How many leads that move are named unless asked.
const NAMED: u64 = 50;
/// How many are named at most.
const NAMED_MAX: u64 = 1_000;

/// In which form a document is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DocumentFormat {
    /// As told in `docs/documents.md`.
    Json,
    /// A line for each cell.
    Csv,
}

/// Into what time is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Division {
    /// From Monday.
    Week,
    /// By the calendar.
    #[default]
    Month,
    /// By the calendar.
    Quarter,
}

/// What a report is about.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// The first moment; from the first fact unless given.
    #[param(value_type = Option<Moment>)]
    from: Option<Moment>,
    /// The first moment that is no longer in it; now unless given.
    #[param(value_type = Option<Moment>)]
    to: Option<Moment>,
    /// Into what the time is divided.
    #[serde(default)]
    #[param(value_type = Option<Division>)]
    by: Division,
    /// What key metrics are shown apart by: `source`, `campaign`, `persona`, `grade`, `route`, `owner`, `version` or an
    /// attribute, more than one with commas.
    #[param(example = "source,owner")]
    cut: Option<String>,
    /// What it costs sales to work one hand-off.
    cost_per_hand_off: Option<String>,
    /// What one win is worth.
    value_per_win: Option<String>,
    /// How many hand-offs a week sales can work.
    capacity: Option<String>,
    /// The first moment of the time whose leads the definition was made on.
    #[param(value_type = Option<Moment>)]
    made_from: Option<Moment>,
    /// The first moment after it.
    #[param(value_type = Option<Moment>)]
    made_to: Option<Moment>,
    /// JSON unless `Accept` asks for `text/csv`.
    #[param(value_type = Option<DocumentFormat>)]
    format: Option<DocumentFormat>,
}

/// Show a report
///
/// Over all facts, as of about now, by the active definition: the same as `bantam report` makes of files. Every rate has its
/// count and an interval. Leads that may not be scored are not in it. Of people who were erased, counts stay: what was decided
/// and answered then, without who they were and what they did.
#[utoipa::path(get, path = "/api/reports/{name}", tag = "reports", params(("name" = ReportName, Path, description = "One section, or all"), ReportQuery),
    responses((status = 200, description = "The report", content((BTreeMap<String, serde_json::Value> = "application/json"), (String = "text/csv"))),
        (status = 409, description = "No definition is active, or it has no hand-off", body = ProblemBody)))]
pub(crate) async fn report(
    State(app): State<App>,
    FromPath(name): FromPath<ReportName>,
    FromQuery(query): FromQuery<ReportQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (from, to) = period(query.from, query.to, ["from", "to"])?;
    let made_on = match period(query.made_from, query.made_to, ["made_from", "made_to"])? {
        (Some(from), Some(to)) => Some(Span { from, to }),
        (None, None) => None,
        _ => {
            return Err(
                Problem::bad_request("missing_field", "`made_from` and `made_to` need each other").at("made_to")
            );
        }
    };
    let options = ReportOptions {
        from,
        to,
        by: match query.by {
            Division::Week => Period::Week,
            Division::Month => Period::Month,
            Division::Quarter => Period::Quarter,
        },
        cuts: Vec::new(),
        cost_per_hand_off: quantity(query.cost_per_hand_off.as_deref(), "cost_per_hand_off")?,
        value_per_win: quantity(query.value_per_win.as_deref(), "value_per_win")?,
        capacity_a_week: quantity(query.capacity.as_deref(), "capacity")?,
        made_on,
    };
    let cuts = query.cut.iter().flat_map(|cuts| cuts.split(',')).map(|cut| cut.trim().to_owned()).collect();
    let document = insight::report(&app, ReportWish { name, options, cuts }).await?;
    Ok(shown(&document, query.format, &headers))
}

/// With what a definition is compared.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImpactQuery {
    /// The fingerprint of the one it is compared with; the active one unless given.
    against: Option<String>,
    /// The two are answers of two teams, neither of which is the older.
    #[serde(default)]
    disagreement: bool,
    /// Hand-offs count from this moment on; from the first fact unless given.
    #[param(value_type = Option<Moment>)]
    from: Option<Moment>,
    /// Hand-offs count before this moment; up to now unless given.
    #[param(value_type = Option<Moment>)]
    to: Option<Moment>,
    /// How many of the leads that move are named.
    #[serde(default = "usually_named")]
    #[param(minimum = 0, maximum = 1_000, default = 50)]
    top: u64,
    /// JSON unless `Accept` asks for `text/csv`.
    #[param(value_type = Option<DocumentFormat>)]
    format: Option<DocumentFormat>,
}

fn usually_named() -> u64 {
    NAMED
}

/// Show what a definition would change
///
/// Leads by stage under both definitions, who moves and by which rules, hand-offs a week, and what became of them: the same
/// as `bantam impact` makes of files. A hand-off is judged by what was known at its moment.
#[utoipa::path(get, path = "/api/definitions/{fingerprint}/impact", tag = "definitions",
    params(("fingerprint" = String, Path, description = "The definition"), ImpactQuery),
    responses((status = 200, description = "What it would change", content((BTreeMap<String, serde_json::Value> = "application/json"), (String = "text/csv"))),
        (status = 404, description = "There is no such definition", body = ProblemBody),
        (status = 409, description = "No definition is active", body = ProblemBody)))]
pub(crate) async fn impact(
    State(app): State<App>,
    FromPath(fingerprint): FromPath<String>,
    FromQuery(query): FromQuery<ImpactQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (from, to) = period(query.from, query.to, ["from", "to"])?;
    if query.top > NAMED_MAX {
        let problem = Problem::bad_request("invalid_value", format!("at most {NAMED_MAX} leads are named")).at("top");
        return Err(problem.limit(NAMED_MAX as usize, None));
    }
    let options = ImpactOptions { from, to, named: query.top as usize };
    let reading = if query.disagreement { Reading::Disagreement } else { Reading::Change };
    let wish = ImpactWish { fingerprint, against: query.against, options, reading };
    let document = insight::impact(&app, wish).await?;
    Ok(shown(&document, query.format, &headers))
}

fn period(from: Option<Moment>, to: Option<Moment>, names: [&str; 2]) -> Result<(Option<i64>, Option<i64>), Problem> {
    let [first, last] = names;
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Problem::bad_request("invalid_value", format!("`{first}` is not before `{last}`")).at(first));
    }
    Ok((from.map(|moment| moment.0), to.map(|moment| moment.0)))
}

/// Reads a number that is 0 or more.
fn quantity(text: Option<&str>, name: &'static str) -> Result<Option<f64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let number = bantam_lang::convert::parse_number(text).filter(|number| number.is_finite() && *number >= 0.0);
    number.map(Some).ok_or_else(|| {
        Problem::bad_request("invalid_value", format!("`{name}` is no number that is 0 or more")).at(name)
    })
}

fn shown(document: &Document, format: Option<DocumentFormat>, headers: &HeaderMap) -> Response {
    let accepts_csv = || {
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let types = accepted.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        let first = types.into_iter().find(|accepted| ["application/json", "text/csv", "*/*"].contains(accepted));
        first == Some("text/csv")
    };
    let is_csv = format.map_or_else(accepts_csv, |format| format == DocumentFormat::Csv);
    match is_csv {
        true => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], document.to_csv()).into_response(),
        false => ([(header::CONTENT_TYPE, "application/json")], document.to_json()).into_response(),
    }
}
