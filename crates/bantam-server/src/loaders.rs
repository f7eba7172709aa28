//! Answers what the SDKs in browsers ask before they send anything: where to send to.
//!
//! Both fetch a document of settings from their vendor's servers. With the same two paths here, one line points them at
//! this service. Nothing in these documents is secret: the key is the one they were asked with.

use crate::api::extract::FromPath;
use crate::app::App;
use crate::keys::Scope;
use crate::peer::{Peer, own_address};
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// For how long browsers may keep the answer, in seconds: so long does it take until a change reaches everybody.
const KEPT: &str = "private, max-age=300";

/// Tell analytics.js where to send to
#[utoipa::path(get, path = "/v1/projects/{key}/settings", tag = "tracking",
    params(("key" = String, Path, description = "A write key")),
    responses((status = 200, description = "Its settings", body = Value),
        (status = 404, description = "The key is not known", body = ProblemBody)))]
pub(crate) async fn segment(
    State(app): State<App>,
    FromPath(key): FromPath<String>,
    request: Request,
) -> Result<Response, Problem> {
    refuse_unknown(&app, &key).await?;
    let told = answer(&app, &key, &request, |key, address| {
        let (protocol, host) = address;
        json!({
            "integrations": {"Segment.io": {
                "apiKey": key, "apiHost": format!("{host}/v1"), "protocol": protocol, "type": "server",
            }},
            "plan": {"track": {"__default": {"enabled": true, "integrations": {}}}},
            "enabledMiddleware": {},
            "middlewareSettings": {},
            // Otherwise the SDK sends figures about itself.
            "metrics": {"sampleRate": 0},
            "remotePlugins": [],
            "analyticsNextEnabled": true,
        })
    });
    Ok(told)
}

/// The part of a question that matters; SDKs say much more.
#[derive(Deserialize)]
pub(crate) struct SourceQuery {
    #[serde(rename = "writeKey", default)]
    write_key: String,
}

/// Tell the SDK of RudderStack where to send to
#[utoipa::path(get, path = "/sourceConfig", tag = "tracking",
    params(("writeKey" = Option<String>, Query, description = "A write key")),
    responses((status = 200, description = "Its settings", body = Value),
        (status = 404, description = "The key is not known", body = ProblemBody)))]
pub(crate) async fn rudderstack(
    State(app): State<App>,
    Query(query): Query<SourceQuery>,
    request: Request,
) -> Result<Response, Problem> {
    refuse_unknown(&app, &query.write_key).await?;
    Ok(source_config(&app, &query, &request))
}

/// Tell the SDK of RudderStack where to send to, as it asks by itself
#[utoipa::path(get, path = "/sourceConfig/", tag = "tracking",
    params(("writeKey" = Option<String>, Query, description = "A write key")),
    responses((status = 200, description = "Its settings", body = Value),
        (status = 404, description = "The key is not known", body = ProblemBody)))]
pub(crate) async fn rudderstack_folder(
    app: State<App>,
    query: Query<SourceQuery>,
    request: Request,
) -> Result<Response, Problem> {
    rudderstack(app, query, request).await
}

fn source_config(app: &App, query: &SourceQuery, request: &Request) -> Response {
    answer(app, &query.write_key, request, |key, _| {
        let nothing = json!({"enabled": false});
        json!({
            "source": {
                "id": "bantam", "name": "bantam", "writeKey": key, "enabled": true,
                "config": {"statsCollection": {"errors": nothing, "metrics": nothing}},
                "destinations": [], "connections": [], "workspaceId": "bantam", "updatedAt": UPDATED_AT,
            },
            "updatedAt": UPDATED_AT,
        })
    })
}

/// The document has no time of its own, but the SDK wants one.
const UPDATED_AT: &str = "2026-01-01T00:00:00.000Z";

async fn refuse_unknown(app: &App, key: &str) -> Result<(), Problem> {
    match app.caller(key).await? {
        Some(caller) if caller.scope == Scope::Write => Ok(()),
        // Other keys are not confirmed here, nor told apart.
        _ => Err(Problem::new(StatusCode::NOT_FOUND, "unknown_key", "the write key is not known")),
    }
}

fn answer(app: &App, key: &str, request: &Request, document: impl Fn(&str, (String, String)) -> Value) -> Response {
    let headers = request.headers();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    match app.public_address().or_else(|| own_address(peer, headers, app.proxies())) {
        Some(address) => ([(header::CACHE_CONTROL, KEPT)], Json(document(key, address))).into_response(),
        None => Problem::bad_request("no_host", "the request does not say which host it is for").into_response(),
    }
}
