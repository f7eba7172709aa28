//! Keys over HTTP: made, listed, revoked.

use super::extract::{FromBody, FromPath};
use super::values::{Moment, Name};
use crate::app::App;
use crate::keys::{Caller, KeyProblem, NewKey, Scope, revoke_key};
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bantam_store::ApiKeyRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A key that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedKey {
    /// What it may do: `write` sends facts and nothing else, `read` reads, `manage` reads and changes.
    scope: Scope,
    /// What facts sent with it are said to come from, and whose name stands at what is done with it.
    source: Name,
    /// From when on it is refused; never unless given.
    expires_at: Option<Moment>,
}

/// A key, without the key itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKey {
    id: i64,
    /// Its beginning, by which people know it.
    #[schema(example = "bk_write_w3kq6d")]
    shown: String,
    #[schema(example = "write")]
    scope: String,
    source: String,
    created_at: Moment,
    expires_at: Option<Moment>,
    /// When it was last used, to ten minutes.
    last_used_at: Option<Moment>,
    revoked_at: Option<Moment>,
    /// The key itself; shown when it is made and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// All keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKeys {
    keys: Vec<ApiKey>,
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        ApiKey {
            id: row.id,
            shown: row.shown,
            scope: row.scope,
            source: row.source,
            created_at: Moment(row.created_at),
            expires_at: row.expires_at.map(Moment),
            last_used_at: row.last_used_at.map(Moment),
            revoked_at: row.revoked_at.map(Moment),
            key: None,
        }
    }
}

/// Make a key
///
/// It is shown now and never again: only its hash is kept.
#[utoipa::path(post, path = "/api/keys", tag = "keys", request_body = WantedKey,
    responses((status = 201, description = "It is made", body = ApiKey),
        (status = 409, description = "There are as many as there can be", body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromBody(wanted): FromBody<WantedKey>,
) -> Result<(StatusCode, Json<ApiKey>), Problem> {
    let expires_at = wanted.expires_at.map(|moment| moment.0);
    let mut key = NewKey::generate(wanted.scope, &wanted.source.0, expires_at, app.now()).map_err(refused)?;
    // Of a key that a person made, the person answers for what is done with it.
    key.made_by(caller.person.as_deref());
    let kept = app.recorder.work(move |_, ledger, now| {
        if !key.keep(ledger)? {
            return Ok(None);
        }
        key.note(ledger, now, &caller.actor())?;
        Ok(Some(key))
    });
    let kept = kept.await.map_err(unavailable)?;
    app.forget_keys();
    let key = kept.ok_or_else(too_many)?;
    let shown = ApiKey { key: Some(key.text().to_owned()), ..ApiKey::from(key.row().clone()) };
    Ok((StatusCode::CREATED, Json(shown)))
}

fn refused(problem: KeyProblem) -> Problem {
    match problem {
        KeyProblem::Expired => Problem::bad_request("invalid_value", problem.to_string()).at("expires_at"),
        KeyProblem::Source => Problem::bad_request("invalid_value", problem.to_string()).at("source"),
        KeyProblem::NoChance => Problem::fault(problem),
    }
}

fn too_many() -> Problem {
    let message = "there are as many keys as there can be; revoke one that nobody uses";
    Problem::new(StatusCode::CONFLICT, "too_many", message)
}

/// List keys
///
/// Those too that have expired or were revoked. Keys that were named when the service was started are not among them.
#[utoipa::path(get, path = "/api/keys", tag = "keys",
    responses((status = 200, description = "All of them, in the order in which they were made", body = ApiKeys)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<ApiKeys>, Problem> {
    let rows = app.read(|reader| Ok(reader.read(|ledger| ledger.api_keys())?)).await?;
    Ok(Json(ApiKeys { keys: rows.into_iter().map(ApiKey::from).collect() }))
}

/// Revoke a key
///
/// It is refused from now on; other nodes refuse it a second later at most.
#[utoipa::path(delete, path = "/api/keys/{id}", tag = "keys", params(("id" = i64, Path, description = "The key")),
    responses((status = 204, description = "It is revoked"),
        (status = 404, description = "There is no such key", body = ProblemBody)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<i64>,
) -> Result<StatusCode, Problem> {
    let revoked = app.recorder.work(move |_, ledger, now| Ok(revoke_key(ledger, now, &caller.actor(), id)?));
    let revoked = revoked.await.map_err(unavailable);
    app.forget_keys();
    if revoked? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found("there is no such key")) }
}
