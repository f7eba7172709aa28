//! What people do to a lead beside answering: hand it over, merge it, take an event back, keep it from being scored,
//! export and erase it. The same functions answer the API.

use crate::api::extract::{FromBody, FromPath, FromQuery};
use crate::api::leads::{self, ByQuery};
use crate::api::stated::{self, DoNotScoreRequest, MergeRequest};
use crate::api::values::{Name, Note};
use crate::api::{export as exports, hand_offs, retraction};
use crate::app::App;
use crate::keys::{Caller, Scope};
use crate::people::{Origin, Person, Signed};
use crate::problem::Problem;
use crate::web::access::{Visitor, own_path, redirect};
use crate::web::answers::{SOURCE, by};
use crate::web::forms::FromForm;
use crate::web::marks::lead_path;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// Returns a person as whoever asks for something.
pub(crate) fn caller(signed: &Signed, origin: &Origin) -> Extension<Caller> {
    let (person, address) = (Some(signed.person.id.clone()), origin.shown());
    Extension(Caller { scope: Scope::Manage, source: SOURCE.to_owned(), person, address })
}

/// Returns a person as who says so.
pub(crate) fn name(person: &Person) -> Name {
    Name(by(person))
}

/// A reason that has to be given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    reason: Note,
    next: Option<String>,
}

/// Hands a lead over by hand.
pub(crate) async fn hand_over(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(form): FromForm<Reason>,
) -> Result<Response, Problem> {
    let body = hand_offs::OpenRequest { reason: form.reason, by: name(&signed.person) };
    let path = lead_path(&id);
    let _ = hand_offs::open(State(app), caller(&signed, &origin), FromPath(id), FromBody(body)).await?;
    Ok(redirect(&path))
}

/// Takes a fact back.
pub(crate) async fn retract(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(message_id): FromPath<String>,
    FromForm(form): FromForm<Reason>,
) -> Result<Response, Problem> {
    let body = retraction::RetractionRequest { reason: form.reason, by: name(&signed.person) };
    let _ = retraction::retract(State(app), caller(&signed, &origin), FromPath(message_id), FromBody(body)).await?;
    Ok(redirect(&own_path(form.next.as_deref())))
}

/// Which lead is the same person.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    other: String,
    reason: Note,
}

/// Merges two leads.
pub(crate) async fn merge(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(form): FromForm<Merge>,
) -> Result<Response, Problem> {
    let body = MergeRequest { other: form.other, reason: form.reason, by: name(&signed.person) };
    let path = lead_path(&id);
    let _ = stated::merge(State(app), caller(&signed, &origin), FromPath(id), FromBody(body)).await?;
    Ok(redirect(&path))
}

/// Whether a lead may be scored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DoNotScore {
    on: bool,
}

/// Says whether a lead may be scored.
pub(crate) async fn do_not_score(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(form): FromForm<DoNotScore>,
) -> Result<Response, Problem> {
    let body = DoNotScoreRequest { on: form.on, by: name(&signed.person) };
    let path = lead_path(&id);
    let _ = stated::do_not_score(State(app), caller(&signed, &origin), FromPath(id), FromBody(body)).await?;
    Ok(redirect(&path))
}

/// The id, typed once more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erase {
    confirm: String,
}

/// Erases a lead, when its id was typed once more.
pub(crate) async fn erase(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(form): FromForm<Erase>,
) -> Result<Response, Problem> {
    if form.confirm.trim() != id {
        let message = "the id does not match, so nothing was erased; type it exactly as the page shows it";
        return Err(Problem::bad_request("unconfirmed", message).at("confirm"));
    }
    let query = ByQuery { by: name(&signed.person) };
    leads::erase(State(app), caller(&signed, &origin), FromPath(id), FromQuery(query)).await?;
    Ok(redirect("/leads"))
}

/// Gives out all that is known about a lead, as one file.
pub(crate) async fn export(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
) -> Result<Response, Problem> {
    let mut response = exports::export(State(app), caller(&signed, &origin), FromPath(id)).await?.into_response();
    let file = HeaderValue::from_static("attachment; filename=\"lead.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    Ok(response)
}
