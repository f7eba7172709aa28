//! Finds out which key facts came with, and lets only those pass that may send facts.

use crate::app::App;
use crate::keys::{Caller, Scope};
use crate::problem::Problem;
use axum::http::{HeaderMap, StatusCode, Uri, header};

/// Refuses keys in addresses.
pub(super) fn refuse_key_in_query(uri: &Uri) -> Result<(), Problem> {
    let query = uri.query().unwrap_or_default().to_ascii_lowercase();
    if ["writekey=", "write_key=", "api_key=", "key="].iter().any(|name| query.contains(name)) {
        let message = "keys in addresses end up in logs; send the key as the user name of HTTP Basic";
        return Err(Problem::bad_request("key_in_query", message));
    }
    Ok(())
}

/// Returns what facts with a key from a body are said to come from, and counts the request. May wait for the disk.
pub(super) fn source_of(app: &App, key: &str) -> Result<String, Problem> {
    match app.find_caller(key)? {
        Some(Caller { scope: Scope::Write, source, .. }) => counted(app, source),
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "wrong_key", "this key may not send facts")),
        None => Err(Problem::new(StatusCode::UNAUTHORIZED, "unknown_key", "the write key is not known")),
    }
}

/// Counts a request of a source, and returns the source unless it makes too many.
pub(super) fn counted(app: &App, source: String) -> Result<String, Problem> {
    app.rate.count(&source).map(|()| source).map_err(Problem::too_often)
}

/// Refuses what a web page sends that may not send facts. Programs other than browsers name no page.
pub(crate) fn refuse_foreign_page(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let origin = headers.get(header::ORIGIN);
    if origin.is_none() || app.allowed_origin(origin).is_some() {
        return Ok(());
    }
    let message = "pages of this origin may not send facts; name it with `--origin`";
    Err(Problem::new(StatusCode::FORBIDDEN, "origin", message))
}
