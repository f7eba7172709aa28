//! Lets a fact no longer count: an event that never was, a merge that was wrong, a spend that was entered twice.

use super::extract::{FromBody, FromPath};
use super::values::{Name, Note};
use crate::app::App;
use crate::keys::Caller;
use crate::people::Entry;
use crate::problem::{Problem, ProblemBody};
use axum::extract::State;
use axum::{Extension, Json};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::{Refusal, Taken};
use bantam_store::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why, and who says so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetractionRequest {
    /// Such as `bot`.
    pub(crate) reason: Note,
    pub(crate) by: Name,
}

/// What no longer counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Retracted {
    /// The message id of the fact.
    retracted: String,
}

/// Take a fact back
///
/// From now on scores are as if it never was; decisions that were made stay on record. Twice is once. A merge is undone by
/// taking back the fact that made it.
#[utoipa::path(post, path = "/api/events/{message_id}/retract", tag = "leads", request_body = RetractionRequest,
    params(("message_id" = String, Path, description = "The message id, as the history shows it")),
    responses((status = 200, description = "It no longer counts", body = Retracted), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn retract(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(message_id): FromPath<String>,
    FromBody(body): FromBody<RetractionRequest>,
) -> Result<Json<Retracted>, Problem> {
    let kind = FactKind::Retraction { message_id: message_id.clone(), reason: body.reason.0, by: body.by.0 };
    let fact = Fact::of_service(format!("retract-{message_id}"), app.now(), &caller.source, kind);
    let digest = Digest::of(message_id.as_bytes());
    let known = app.read(move |reader| reader.read(|ledger| Ok::<_, Problem>(ledger.find_message(digest)?))).await?;
    let known = known.ok_or_else(|| Problem::not_found("there is no such event"))?;
    // By its number: whoever sent it chose the message id.
    let entry = Entry::new("fact.retracted", format!("fact:{}", known.seq));
    match app.state(&caller, fact, entry).await? {
        Taken::Refused(Refusal::NoSuchMessage) => Err(Problem::not_found("there is no such event")),
        Taken::Accepted { .. } | Taken::Duplicate { .. } => Ok(Json(Retracted { retracted: message_id })),
        _ => Err(Problem::conflict("the event could not be retracted")),
    }
}
