//! The steps of a definition's life, as forms: propose, sign for a team, activate. The same functions answer the API.

use super::path;
use crate::api::definitions::{self, ActivationRequest, ProposalRequest, SignatureRequest, SigningTeam};
use crate::api::extract::{FromBody, FromPath};
use crate::api::values::{Moment, Name, Note};
use crate::app::App;
use crate::people::{Origin, Person, may_sign};
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::answers::by;
use crate::web::forms::FromForm;
use crate::web::lead::caller;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bantam_core::definitions::Team;
use serde::Deserialize;

/// Why, and from when on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proposal {
    note: Option<Note>,
    effective_at: Option<Moment>,
}

/// Proposes a definition.
pub(crate) async fn propose(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(fingerprint): FromPath<String>,
    FromForm(form): FromForm<Proposal>,
) -> Result<Response, Problem> {
    let body = ProposalRequest { by: name(&signed.person), note: form.note, effective_at: form.effective_at };
    let to = path(&fingerprint);
    let _ = definitions::propose(State(app), caller(&signed, &origin), FromPath(fingerprint), FromBody(body)).await?;
    Ok(redirect(&to))
}

/// For whom, and what was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    team: SigningTeam,
    text_digest: String,
}

/// Signs a definition for a team.
pub(crate) async fn sign(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(fingerprint): FromPath<String>,
    FromForm(form): FromForm<Signature>,
) -> Result<Response, Problem> {
    if !may_sign(&signed.person, Team::from(form.team)) {
        let message = "only somebody with the role of that team signs for it";
        return Err(Problem::new(StatusCode::FORBIDDEN, "role", message));
    }
    let body = SignatureRequest { by: name(&signed.person), team: form.team, text_digest: form.text_digest };
    let to = path(&fingerprint);
    let _ = definitions::sign(State(app), caller(&signed, &origin), FromPath(fingerprint), FromBody(body)).await?;
    Ok(redirect(&to))
}

/// How many leads are expected to move.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activation {
    confirmed_moves: u64,
}

/// Lets a definition become active.
pub(crate) async fn activate(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(fingerprint): FromPath<String>,
    FromForm(form): FromForm<Activation>,
) -> Result<Response, Problem> {
    let body = ActivationRequest { by: name(&signed.person), confirmed_moves: form.confirmed_moves };
    let to = path(&fingerprint);
    let _ = definitions::activate(State(app), caller(&signed, &origin), FromPath(fingerprint), FromBody(body)).await?;
    Ok(redirect(&to))
}

fn name(person: &Person) -> Name {
    Name(by(person))
}
