//! What of a webhook's settings can be used.

use crate::app::App;
use crate::problem::Problem;
use crate::webhooks::connectors::{self, HUBSPOT};
use crate::webhooks::endpoint::{Kind, RATE_MAX};
use crate::webhooks::{is_address, target};
use serde_json::json;

/// The longest description and name of a source, in bytes.
const TEXT_BYTES_MAX: usize = 500;

pub(super) fn usable_url(app: &App, kind: Kind, url: &str) -> Result<String, Problem> {
    let refused = |message: &str| Problem::bad_request("invalid_url", message).at("url");
    if kind.is_connector() {
        let text = match (kind, url.trim()) {
            (Kind::Hubspot, "") => HUBSPOT.to_owned(),
            // Whoever copies a host means it.
            (_, host) if !host.is_empty() && !host.contains("://") => format!("https://{host}"),
            (_, url) => url.to_owned(),
        };
        return Ok(connectors::check(kind, &text, &app.outgoing.allowed).map_err(refused)?.url.into());
    }
    if url.is_empty() {
        return Err(Problem::bad_request("missing_field", "`url` is missing").at("url"));
    }
    if kind != Kind::Email {
        let mut target = target::check(url, &app.outgoing.allowed).map_err(refused)?;
        // No receiver ever sees it.
        target.url.set_fragment(None);
        return Ok(target.url.into());
    }
    let address = url.strip_prefix("mailto:").unwrap_or(url);
    if !is_address(address) {
        return Err(refused("this is no address of mail"));
    }
    if !app.outgoing.has_mail() {
        return Err(refused("the service has no mail server; start it with `--smtp` and `--mail-from`"));
    }
    Ok(format!("mailto:{address}"))
}

pub(super) fn usable_types(kind: Kind, types: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
    let known = kind.types();
    let Some(types) = types else { return Ok(known.iter().map(|&name| name.to_owned()).collect()) };
    if let Some(unknown) = types.iter().find(|name| !known.contains(&name.as_str())) {
        let message = format!("`{unknown}` is no type of message for this kind");
        return Err(Problem::bad_request("unknown_type", message).at("types").with(json!({"known": known})));
    }
    if types.is_empty() {
        return Err(Problem::bad_request("missing_field", "name at least one type of message").at("types"));
    }
    Ok(known.iter().filter(|name| types.iter().any(|own| own == *name)).map(|&name| name.to_owned()).collect())
}

pub(super) fn usable_text(field: &'static str, text: String) -> Result<String, Problem> {
    if text.len() > TEXT_BYTES_MAX {
        let problem = Problem::bad_request("too_long", format!("`{field}` is too long")).at(field);
        return Err(problem.limit(TEXT_BYTES_MAX, Some(text.len())));
    }
    Ok(text)
}

pub(super) fn usable_rate(rate: u32) -> Result<u32, Problem> {
    if (1..=RATE_MAX).contains(&rate) {
        return Ok(rate);
    }
    let message = format!("`rate` is the number of messages a second, from 1 to {RATE_MAX}");
    Err(Problem::bad_request("invalid_rate", message).at("rate"))
}
