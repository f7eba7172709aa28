//! Finds out which key facts came with, and lets only those pass that may send facts.

use crate::app::App;
use crate::keys::Scope;
use crate::problem::Problem;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Refuses keys in addresses.
pub(super) fn refuse_key_in_query(uri: &Uri) -> Result<(), Problem> {
    let query = uri.query().unwrap_or_default().to_ascii_lowercase();
    if ["writekey=", "write_key=", "api_key=", "key="].iter().any(|name| query.contains(name)) {
        let message = "keys in addresses end up in logs; send the key as the user name of HTTP Basic";
        return Err(Problem::bad_request("key_in_query", message));
    }
    Ok(())
}

/// Returns the user name of HTTP Basic: the key, with an empty password.
pub(crate) fn basic_user(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let credentials = value.to_str().ok().and_then(|text| text.split_once(' '));
    let decoded = credentials
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| BASE64_STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let user = decoded.map(|text| text.split_once(':').map_or(text.clone(), |(user, _)| user.to_owned()));
    // Some programs send an empty name beside a key in the body.
    user.map(|user| Some(user).filter(|user| !user.is_empty())).ok_or_else(no_key)
}

pub(super) fn no_key() -> Problem {
    let message = "a write key is needed, as the user name of HTTP Basic or as `writeKey` in the body";
    Problem::new(StatusCode::UNAUTHORIZED, "no_key", message)
}

/// Returns what facts with a key are said to come from, and counts the request.
pub(super) fn source_of(app: &App, key: &str) -> Result<String, Problem> {
    match app.keys.find(key) {
        Some((Scope::Write, source)) => match app.rate.count(source) {
            Ok(()) => Ok(source.to_owned()),
            Err(seconds) => Err(Problem::too_often(seconds)),
        },
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "wrong_key", "this key may not send facts")),
        None => Err(Problem::new(StatusCode::UNAUTHORIZED, "unknown_key", "the write key is not known")),
    }
}

/// Refuses what a web page sends that may not send facts. Programs other than browsers name no page.
pub(super) fn refuse_foreign_page(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let origin = headers.get(header::ORIGIN);
    if origin.is_none() || app.allowed_origin(origin).is_some() {
        return Ok(());
    }
    let message = "pages of this origin may not send facts; name it with `--origin`";
    Err(Problem::new(StatusCode::FORBIDDEN, "origin", message))
}
