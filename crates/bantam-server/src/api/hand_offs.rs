//! Hand-offs: the list, the answers of sales, opening one by hand.

use super::extract::{FromBody, FromPath, FromQuery};
use super::paging::{Cursor, Limit, next};
use super::shown::{HandOff, State};
use super::values::{Moment, Name, Note};
use crate::app::App;
use crate::keys::Caller;
use crate::people::Entry;
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use axum::extract;
use axum::{Extension, Json};
use bantam_core::fact::{self, Fact, FactKind, Values};
use bantam_core::hand_off::{self, AnswerRefusal, HandOffState};
use bantam_core::public_id::Secret;
use bantam_core::{Given, Refusal, Taken};
use bantam_lang::meaning::SalesAnswer;
use bantam_store::HandOffFilter;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

/// Which hand-offs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those in this state; those in progress unless given.
    #[param(value_type = Option<State>)]
    state: Option<HandOffState>,
    /// Ended ones too.
    #[serde(default)]
    all: bool,
    /// Only those of this team.
    team: Option<String>,
    /// Only those that this member has.
    owner: Option<String>,
    /// Only those that nobody answered in time and that still wait, or only others.
    overdue: Option<bool>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    cursor: Option<Cursor>,
    /// How many.
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    limit: Limit,
}

/// A page of hand-offs.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandOffPage {
    hand_offs: Vec<HandOff>,
    next_cursor: Option<Cursor>,
}

/// List hand-offs
///
/// Those in progress by when their first answer is due. Where ended ones are asked for, in the order in which they were
/// opened.
#[utoipa::path(get, path = "/api/hand-offs", tag = "hand-offs", params(ListQuery),
    responses((status = 200, description = "A page of hand-offs", body = HandOffPage), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn list(
    extract::State(app): extract::State<App>,
    FromQuery(query): FromQuery<ListQuery>,
) -> Result<Json<HandOffPage>, Problem> {
    let in_progress = query.state.map_or(!query.all, |state| !state.is_ended());
    let list = if in_progress { "hand-offs by urgency" } else { "hand-offs" };
    let limit = query.limit;
    let filter = HandOffFilter {
        in_progress,
        state: query.state.map(|state| state.word().to_owned()),
        team: query.team,
        owner: query.owner,
        is_overdue: query.overdue,
        after: query.cursor.map(|cursor| cursor.place(list)).transpose()?,
        limit: limit.0,
    };
    app.read(move |reader| {
        let rows = reader.hand_offs(&filter)?;
        let next_cursor = next(list, &rows, limit, |row| (row.due_at, row.id));
        let found = rows.iter().filter_map(|row| {
            let found: hand_off::HandOff = serde_json::from_slice(&row.body).ok()?;
            Some(HandOff::from(hand_off::HandOff { id: row.id, ..found }))
        });
        Ok(Json(HandOffPage { hand_offs: found.collect(), next_cursor }))
    })
    .await
}

/// An answer of sales.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRequest {
    /// Who answers.
    by: Name,
    /// Why; needed to reject, recycle and lose.
    reason: Option<Note>,
    /// How much; needed to open an opportunity and to win.
    #[schema(example = 12_000.0)]
    amount: Option<f64>,
    /// When the deal is expected to be closed; needed to open an opportunity.
    close_date: Option<Moment>,
    /// Before when a recycled lead may not come back.
    not_before: Option<Moment>,
    /// What was found out with it, by column.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    qualification: Values,
    /// Sent with every try, so that a repeat is known.
    message_id: Option<Name>,
}

/// What sales answers.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AnswerName {
    Accept,
    Reject,
    Recycle,
    OpenOpportunity,
    Win,
    Lose,
}

impl AnswerName {
    /// Returns the answer, and its name in paths.
    pub(crate) fn answer(self) -> (SalesAnswer, &'static str) {
        match self {
            AnswerName::Accept => (SalesAnswer::Accepted, "accept"),
            AnswerName::Reject => (SalesAnswer::Rejected, "reject"),
            AnswerName::Recycle => (SalesAnswer::Recycled, "recycle"),
            AnswerName::OpenOpportunity => (SalesAnswer::Opportunity, "open-opportunity"),
            AnswerName::Win => (SalesAnswer::Won, "win"),
            AnswerName::Lose => (SalesAnswer::Lost, "lose"),
        }
    }
}

/// Answer a hand-off
///
/// Two people answering at once: the first wins, the second is told who did, with 409.
#[utoipa::path(post, path = "/api/hand-offs/{id}/{answer}", tag = "hand-offs", request_body = AnswerRequest,
    params(("id" = String, Path, description = "The hand-off"), ("answer" = AnswerName, Path, description = "What sales says")),
    responses((status = 200, description = "The hand-off as it is now", body = HandOff), (status = 404, description = "There is no such thing", body = ProblemBody),
        (status = 409, description = "It does not fit how things stand", body = ProblemBody)))]
pub(crate) async fn answer(
    extract::State(app): extract::State<App>,
    Extension(caller): Extension<Caller>,
    FromPath((id, name)): FromPath<(String, AnswerName)>,
    FromBody(body): FromBody<AnswerRequest>,
) -> Result<Json<HandOff>, Problem> {
    let (answer, name) = name.answer();
    let id = hand_off_number(&app, id).await?;
    let AnswerRequest { by, reason, amount, close_date, not_before, qualification, message_id } = body;
    // Without an id of the sender's own, one answer of a kind to a hand-off is one message.
    let message_id = message_id.map_or_else(|| format!("answer-{id}-{name}"), |given| given.0);
    let own = by.0.clone();
    let kind = fact::Answer {
        hand_off: id,
        answer,
        by: by.0,
        reason: reason.map(|reason| reason.0),
        amount,
        close_date: close_date.map(day),
        not_before: not_before.map(|moment| moment.0),
        qualification,
    };
    let fact = Fact::of_service(message_id, app.now(), &caller.source, FactKind::Answer(kind));
    let taken = app.recorder.take(vec![Given::new(fact)], Vec::new()).await.map_err(unavailable)?;
    respond(&app, taken.into_iter().next(), own, id).await
}

/// Returns a day where a moment is one, else the moment.
pub(crate) fn day(moment: Moment) -> String {
    let text =
        serde_json::to_value(moment).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    text.strip_suffix("T00:00:00Z").map_or(text.clone(), str::to_owned)
}

/// Returns the number of a hand-off by the id under which others know it.
async fn hand_off_number(app: &App, id: String) -> Result<i64, Problem> {
    let secret = app.read(|reader| reader.read(|ledger| Ok::<_, Problem>(Secret::of(ledger)?))).await?;
    secret.hand_off_number(&id).ok_or_else(|| Problem::not_found("there is no such hand-off"))
}

/// Returns the hand-off that a fact changed; `by` is who answered it.
async fn respond(app: &App, taken: Option<Taken>, by: String, id: i64) -> Result<Json<HandOff>, Problem> {
    let id = match taken {
        Some(Taken::Accepted { hand_off, .. }) => hand_off.unwrap_or(id),
        Some(Taken::Refused(refusal)) => return Err(refused(refusal)),
        _ => id,
    };
    let row = app.read(move |reader| reader.read(|ledger| Ok::<_, Problem>(ledger.hand_off(id)?))).await?;
    let found: Option<hand_off::HandOff> = row.and_then(|row| serde_json::from_slice(&row.body).ok());
    let found = found.ok_or_else(|| Problem::not_found("there is no such hand-off"))?;
    // A repeat of the message, by somebody else: they are told who was first.
    if !by.is_empty() && found.steps.iter().all(|step| step.by != by) {
        let last = found.steps.last();
        let last = last.map(|step| AnswerRefusal::Answered { by: step.by.clone(), at: step.at, state: step.state });
        return Err(refused(Refusal::Answer(last.unwrap_or(AnswerRefusal::OutOfTurn { state: found.state }))));
    }
    Ok(Json(HandOff::from(found)))
}

/// Returns why a fact was not taken.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    let conflict = |message: String| Problem::conflict(message);
    match refusal {
        Refusal::NoSuchHandOff => Problem::not_found("there is no such hand-off"),
        Refusal::NoSuchLead | Refusal::Nobody | Refusal::Erased => Problem::not_found("there is no such lead"),
        Refusal::NoSuchMessage => Problem::not_found("there is no such event"),
        Refusal::NoDefinition => conflict("no definition is active".into()),
        Refusal::Definition(_) => conflict("the definition cannot take this step".into()),
        Refusal::InProgress { hand_off } => {
            conflict("the lead is handed off already".into()).with(json!({"hand_off": hand_off}))
        }
        Refusal::Answer(AnswerRefusal::Answered { by, at, state }) => {
            conflict(format!("`{by}` answered before")).with(json!({"by": by, "at": Moment(at), "state": state}))
        }
        Refusal::Answer(AnswerRefusal::OutOfTurn { state }) => {
            conflict("this answer does not follow here".into()).with(json!({"state": state}))
        }
        Refusal::Answer(AnswerRefusal::Needs { field }) => {
            Problem::bad_request("missing_field", format!("`{field}` is needed with this answer")).at(field)
        }
        Refusal::Answer(AnswerRefusal::Reason { agreed }) => {
            let message = "the reason is none of those the teams agreed on";
            Problem::bad_request("unknown_reason", message).at("reason").with(json!({"agreed": agreed}))
        }
        Refusal::Answer(AnswerRefusal::Qualification { open }) => {
            let message = "questions of the qualification are not answered";
            Problem::bad_request("open_questions", message).at("qualification").with(json!({"open": open}))
        }
    }
}

/// Why a lead is handed over by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenRequest {
    pub(crate) reason: Note,
    pub(crate) by: Name,
}

/// Hand a lead over by hand
///
/// The exception that the teams agreed to allow: the reason stays on record.
#[utoipa::path(post, path = "/api/leads/{id}/hand-off", tag = "hand-offs", request_body = OpenRequest,
    params(("id" = String, Path, description = "Any id the lead is known by")),
    responses((status = 200, description = "The hand-off", body = HandOff), (status = 404, description = "There is no such thing", body = ProblemBody),
        (status = 409, description = "It does not fit how things stand", body = ProblemBody)))]
pub(crate) async fn open(
    extract::State(app): extract::State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<String>,
    FromBody(body): FromBody<OpenRequest>,
) -> Result<Json<HandOff>, Problem> {
    let now = app.now();
    let kind = FactKind::Opening { reason: body.reason.0, by: body.by.0 };
    let mut fact = Fact::of_service(format!("open-{id}-{now}"), now, &caller.source, kind);
    let entry = Entry::of_lead("lead.handed_over", &id);
    fact.user = Some(id);
    let taken = app.state(&caller, fact, entry).await?;
    respond(&app, Some(taken), String::new(), 0).await
}
