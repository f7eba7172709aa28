//! Keys of programs: which there are, when each was last used; made, shown once, revoked.

use super::at_field;
use crate::api::extract::FromPath;
use crate::app::App;
use crate::keys::{KeyProblem, NewKey, Scope, revoke_key};
use crate::people::Origin;
use crate::problem::Problem;
use crate::tracking::unavailable;
use crate::web::access::{Visitor, redirect};
use crate::web::errors::Errors;
use crate::web::forms::FromForm;
use crate::web::frame::{Frame, render};
use crate::web::sign_in::Nothing;
use crate::web::words::{Calendar, Moment};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bantam_lang::convert::parse_time;
use bantam_store::ApiKeyRow;
use serde::Deserialize;

struct Row {
    id: i64,
    shown: String,
    scope: String,
    source: String,
    made: Moment,
    used: Option<Moment>,
    expires: Option<Moment>,
    /// `in use`, `expired` or `revoked`.
    state: &'static str,
}

/// What a key may do, to choose.
struct Choice {
    scope: &'static str,
    says: &'static str,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Page {
    frame: Frame,
    errors: Errors,
    heading: String,
    rows: Vec<Row>,
    choices: Vec<Choice>,
    source: String,
    expires: String,
}

/// What the form for a key sends.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    scope: String,
    source: String,
    /// The last day.
    expires: String,
}

/// Lists keys.
pub(crate) async fn list(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    let frame = Frame::of(Some(&signed), "/settings", "Keys");
    Ok(render(&page(&app, frame, Errors::default(), Wanted::default()).await?))
}

async fn page(app: &App, frame: Frame, errors: Errors, wanted: Wanted) -> Result<Page, Problem> {
    let rows = app.read(|reader| Ok(reader.read(|ledger| ledger.api_keys())?)).await?;
    let (now, calendar) = (app.now(), Calendar::new(app.now(), None));
    let row = |row: ApiKeyRow| Row {
        state: match (row.revoked_at, row.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(at)) if at <= now => "expired",
            _ => "in use",
        },
        id: row.id,
        shown: row.shown,
        scope: row.scope,
        source: row.source,
        made: calendar.moment(row.created_at),
        used: row.last_used_at.map(|at| calendar.moment(at)),
        expires: row.expires_at.map(|at| calendar.moment(at)),
    };
    let mut rows: Vec<Row> = rows.into_iter().map(row).collect();
    rows.sort_by_key(|row| row.state != "in use");
    let count = rows.iter().filter(|row| row.state == "in use").count();
    let choice = |scope: Scope, says| {
        let scope = scope.name();
        Choice { scope, says, is_chosen: wanted.scope == scope || (wanted.scope.is_empty() && scope == "write") }
    };
    Ok(Page {
        frame,
        errors,
        heading: match count {
            0 => "No program has a key".to_owned(),
            1 => "1 key is in use".to_owned(),
            count => format!("{count} keys are in use"),
        },
        rows,
        choices: vec![
            choice(Scope::Write, "Sends facts and nothing else: safe to put into a web page."),
            choice(Scope::Read, "Reads leads, hand-offs, reports."),
            choice(Scope::Manage, "Reads and changes: answers hand-offs, writes definitions, erases leads."),
        ],
        source: wanted.source,
        expires: wanted.expires,
    })
}

#[derive(Template)]
#[template(path = "secret.html")]
pub(super) struct Secret {
    pub(super) frame: Frame,
    pub(super) heading: &'static str,
    pub(super) says: String,
    pub(super) secret: String,
    pub(super) back: String,
    pub(super) back_says: &'static str,
}

/// Makes a key, and shows it once.
pub(crate) async fn create(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(wanted): FromForm<Wanted>,
) -> Result<Response, Problem> {
    let made = match generate(&wanted, app.now()) {
        Ok(mut key) => {
            let actor = signed.actor(&origin);
            key.made_by(Some(&signed.person.id));
            let kept = app.recorder.work(move |_, ledger, now| {
                if !key.keep(ledger)? {
                    return Ok(None);
                }
                key.note(ledger, now, &actor)?;
                Ok(Some(key))
            });
            let kept = kept.await.map_err(unavailable)?;
            app.forget_keys();
            let message = "there are as many keys as there can be; revoke one that nobody uses";
            kept.ok_or_else(|| Problem::new(StatusCode::CONFLICT, "too_many", message))
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(key) => Ok(render(&Secret {
            frame: Frame::of(Some(&signed), "/settings", "A key"),
            heading: "The key is made",
            says: format!("It is for {}. It is shown now and never again: only its hash is kept.", key.row().source),
            secret: key.text().to_owned(),
            back: "/settings/keys".to_owned(),
            back_says: "All keys",
        })),
        Err(problem) => {
            let status = problem.status;
            let errors = at_field(problem, &["source", "scope", "expires"])?;
            let frame = Frame::of(Some(&signed), "/settings", "Keys");
            let mut response = render(&page(&app, frame, errors, wanted).await?);
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

fn generate(wanted: &Wanted, now: i64) -> Result<NewKey, Problem> {
    let refused = |field: &str, message: String| Problem::bad_request("invalid_value", message).at(field);
    let scope = Scope::of_name(&wanted.scope);
    let scope = scope.ok_or_else(|| refused("scope", "choose what the key may do".to_owned()))?;
    let expires_at = match wanted.expires.as_str() {
        "" => None,
        day => {
            // The last day counts, too.
            let last = parse_time(&format!("{day}T00:00:00Z")).filter(|_| day.len() == 10);
            let last = last.ok_or_else(|| refused("expires", "this is no day such as 2027-01-31".to_owned()))?;
            Some(last.saturating_add(86_400_000_000))
        }
    };
    NewKey::generate(scope, &wanted.source, expires_at, now).map_err(|problem| match problem {
        KeyProblem::Expired => refused("expires", problem.to_string()),
        KeyProblem::Source => refused("source", problem.to_string()),
        KeyProblem::NoChance => Problem::fault(problem),
    })
}

/// Revokes a key.
pub(crate) async fn revoke(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let actor = signed.actor(&origin);
    let revoked = app.recorder.work(move |_, ledger, now| Ok(revoke_key(ledger, now, &actor, id)?));
    let revoked = revoked.await.map_err(unavailable);
    app.forget_keys();
    if revoked? { Ok(redirect("/settings/keys")) } else { Err(Problem::not_found("there is no such key")) }
}
