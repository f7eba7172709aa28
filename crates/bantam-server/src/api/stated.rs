//! What people state about leads: that one may not be scored, that two are one.

use super::extract::{FromBody, FromPath};
use super::shown::find_lead;
use super::values::{Name, Note};
use crate::app::App;
use crate::keys::Caller;
use crate::people::{Entry, state};
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use axum::extract::State;
use axum::{Extension, Json};
use bantam_core::Taken;
use bantam_core::fact::{Fact, FactKind};
use bantam_store::SubjectKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A fact that was stated.
#[derive(Serialize, ToSchema)]
pub(crate) struct Stated {
    /// The id that the lead goes by now.
    id: String,
    /// By what the fact is taken back.
    message_id: String,
}

/// Whether a lead may be scored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DoNotScoreRequest {
    /// False lets it be scored again.
    pub(crate) on: bool,
    pub(crate) by: Name,
}

/// Say whether a lead may be scored
///
/// While it may not, it has no stage and no score, nothing is decided about it and nobody is told.
#[utoipa::path(put, path = "/api/leads/{id}/do-not-score", tag = "leads", request_body = DoNotScoreRequest,
    params(("id" = String, Path, description = "Any id it is known by")),
    responses((status = 200, description = "It is noted", body = Stated),
        (status = 404, description = "There is no such lead", body = ProblemBody)))]
pub(crate) async fn do_not_score(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<String>,
    FromBody(body): FromBody<DoNotScoreRequest>,
) -> Result<Json<Stated>, Problem> {
    let kind = FactKind::DoNotScore { on: body.on, by: body.by.0 };
    let fact = stated(&app, &caller, "do-not-score", id.clone(), kind);
    let message_id = fact.message_id.clone();
    let entry = Entry::of_lead("lead.do_not_score", &id).with(json!({"on": body.on}));
    match app.state(&caller, fact, entry).await? {
        Taken::Accepted { .. } | Taken::Duplicate { .. } => show(&app, id, message_id).await,
        _ => Err(Problem::not_found("there is no such lead")),
    }
}

/// Which lead is the same person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeRequest {
    /// Any id of the other lead.
    #[schema(example = "u-977")]
    pub(crate) other: String,
    pub(crate) reason: Note,
    pub(crate) by: Name,
}

enum Merging {
    Done,
    NoSuchLead,
    OneAlready,
}

/// Merge two leads
///
/// They go by the id that was heard of first. Taking the fact back (`POST /api/events/{message_id}/retract`) parts them again.
#[utoipa::path(post, path = "/api/leads/{id}/merge", tag = "leads", request_body = MergeRequest,
    params(("id" = String, Path, description = "Any id of the one lead")),
    responses((status = 200, description = "They are one", body = Stated),
        (status = 404, description = "There is no such lead", body = ProblemBody),
        (status = 409, description = "They are one already", body = ProblemBody)))]
pub(crate) async fn merge(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<String>,
    FromBody(body): FromBody<MergeRequest>,
) -> Result<Json<Stated>, Problem> {
    let MergeRequest { other, reason, by } = body;
    let kind = FactKind::Alias { previous: other.clone(), by: Some(by.0), reason: Some(reason.0) };
    let fact = stated(&app, &caller, "merge", id.clone(), kind);
    let (message_id, one) = (fact.message_id.clone(), id.clone());
    let entry = Entry::of_lead("lead.merged", &id);
    let merging = app.recorder.work(move |desk, ledger, now| {
        let mut lead_of =
            |name: &str| Ok(ledger.find_subject(SubjectKind::User, name)?.and_then(|subject| subject.lead));
        let (one, other): (_, Result<_, bantam_core::CoreError>) = (lead_of(&one)?, lead_of(&other));
        match (one, other?) {
            (Some(one), Some(other)) if one == other => return Ok(Merging::OneAlready),
            (Some(_), Some(_)) => {}
            _ => return Ok(Merging::NoSuchLead),
        }
        state(desk, ledger, now, &caller.actor(), fact, entry)?;
        Ok(Merging::Done)
    });
    match merging.await.map_err(unavailable)? {
        Merging::Done => show(&app, id, message_id).await,
        Merging::NoSuchLead => Err(Problem::not_found("there is no such lead")),
        Merging::OneAlready => Err(Problem::conflict("they are one lead already")),
    }
}

/// Returns a fact about a lead that a person states now. Two people may state two things in one moment.
fn stated(app: &App, caller: &Caller, what: &str, id: String, kind: FactKind) -> Fact {
    let now = app.now();
    let mut fact = Fact::of_service(String::new(), now, &caller.source, kind);
    fact.user = Some(id);
    fact.message_id = format!("{what}-{now}-{}", fact.content().hex());
    fact
}

async fn show(app: &App, id: String, message_id: String) -> Result<Json<Stated>, Problem> {
    let lead = app.read(move |reader| reader.read(|ledger| find_lead(ledger, &id))).await?;
    Ok(Json(Stated { id: lead.name, message_id }))
}
