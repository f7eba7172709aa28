//! Sources: the keys by which facts come, when each was used last, and what to put into a website.

use super::{Tab, frame, tabs};
use crate::app::App;
use crate::keys::{Scope, is_well_formed};
use crate::peer::{Peer, own_address};
use crate::people::Signed;
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::errors::Errors;
use crate::web::forms::FromForm;
use crate::web::frame::{Frame, render};
use crate::web::words::{Calendar, Moment};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bantam_store::ApiKeyRow;
use serde::Deserialize;

/// What stands in a snippet as long as nobody gave a key.
const NO_KEY: &str = "YOUR_WRITE_KEY";

/// A key that sends facts.
struct Row {
    shown: String,
    source: String,
    state: String,
    used: Option<Moment>,
    created: Moment,
}

#[derive(Template)]
#[template(path = "data_sources.html")]
struct Page {
    frame: Frame,
    tabs: [Tab; 6],
    rows: Vec<Row>,
    errors: Errors,
    key: String,
    address: String,
}

/// Shows where facts come from.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
) -> Result<Response, Problem> {
    page(&app, &signed, &address(&app, &headers, peer), Errors::default(), NO_KEY.into()).await
}

/// A key to be put into the snippets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    #[serde(default)]
    key: String,
}

/// Shows the snippets with a key in them. It is not kept, and stands in no address.
pub(crate) async fn with_key(
    State(app): State<App>,
    Visitor(signed): Visitor,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    FromForm(given): FromForm<Given>,
) -> Result<Response, Problem> {
    let key = given.key.trim().to_owned();
    let problem = match app.caller(&key).await? {
        Some(caller) if caller.scope == Scope::Write => None,
        Some(_) => Some("this key may do more than send facts; a web page gets one that may only do that"),
        None if is_well_formed(&key) => Some("this key is not known, has expired or was revoked"),
        None => Some("this is no key; paste all of it"),
    };
    let errors = problem.map(|problem| Errors::one("key", problem)).unwrap_or_default();
    let key = if errors.is_empty() { key } else { NO_KEY.into() };
    page(&app, &signed, &address(&app, &headers, peer), errors, key).await
}

fn address(app: &App, headers: &HeaderMap, peer: Option<Extension<Peer>>) -> String {
    let peer = peer.map(|Extension(Peer(peer))| peer);
    let own = app.public_address().or_else(|| own_address(peer, headers, app.proxies()));
    own.map_or_else(|| "https://leads.example.com".to_owned(), |(scheme, host)| format!("{scheme}://{host}"))
}

async fn page(app: &App, signed: &Signed, address: &str, errors: Errors, key: String) -> Result<Response, Problem> {
    let calendar = Calendar::new(app.now(), None);
    let keys = app.read(|reader| Ok(reader.read(|ledger| ledger.api_keys())?)).await?;
    let writing = keys.into_iter().filter(|key| key.scope == Scope::Write.name());
    Ok(render(&Page {
        frame: frame(signed, "Sources"),
        tabs: tabs("/data/sources"),
        rows: writing.map(|key| row(key, &calendar)).collect(),
        errors,
        key,
        address: address.to_owned(),
    }))
}

fn row(key: ApiKeyRow, calendar: &Calendar) -> Row {
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {}", calendar.moment(at).words),
        (None, Some(at)) if at <= calendar.now() => format!("expired {}", calendar.moment(at).words),
        (None, Some(at)) => format!("expires {}", calendar.moment(at).words),
        (None, None) => "in use".to_owned(),
    };
    Row {
        shown: key.shown,
        source: key.source,
        state,
        used: key.last_used_at.map(|at| calendar.moment(at)),
        created: calendar.moment(key.created_at),
    }
}
