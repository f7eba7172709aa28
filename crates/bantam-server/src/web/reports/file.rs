//! One table of a report as CSV.

use super::names::Page;
use super::wish::Asked;
use crate::api::extract::{FromPath, FromQuery};
use crate::app::App;
use crate::insight::{ReportName, found};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Tells spreadsheets that a file is UTF-8.
const MARK: &str = "\u{feff}";

/// Gives a table out as a file.
pub(crate) async fn show(
    State(app): State<App>,
    FromPath((name, file)): FromPath<(ReportName, String)>,
    FromQuery(asked): FromQuery<Asked>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("the report has no such table");
    let table = file.strip_suffix(".csv").ok_or_else(missing)?;
    Page::of(name).ok_or_else(missing)?;
    let options = asked.options().map_err(|errors| {
        let first = errors.all().first();
        let message = first.map_or("the query cannot be read", |error| error.message.trim_end_matches('.'));
        Problem::bad_request("invalid_value", message).at(first.map_or("", |error| error.field))
    })?;
    let found = found(&app, asked.wish(name, options)).await?;
    let table = found.document.table(table).ok_or_else(missing)?;
    let mut response = (MARK.to_owned() + &table.to_csv()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let plain: String = table.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{plain}.csv\""));
    headers.insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    Ok(response)
}
