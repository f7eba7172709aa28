//! Hand-offs: the list, the answers of sales, opening one by hand, and the teams that take them.

use super::show::{hand_off, time};
use crate::app::App;
use crate::core::assignment::{Member, Team};
use crate::core::fact::{self, Fact, FactKind, Values};
use crate::core::hand_off::{AnswerRefusal, HandOff};
use crate::core::public_id::Secret;
use crate::core::{Given, Refusal, Taken};
use crate::keys::Scope;
use crate::problem::Problem;
use crate::tracking::unavailable;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use bantam_lang::convert::parse_time;
use bantam_lang::meaning::SalesAnswer;
use serde::Deserialize;
use serde_json::{Value, json};

const PAGE: usize = 100;
const PAGE_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Ended ones too.
    #[serde(default)]
    all: bool,
    cursor: Option<i64>,
    limit: Option<usize>,
}

/// Lists hand-offs in the order in which they were opened.
pub(crate) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, Problem> {
    app.allow(&headers, Scope::Read)?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    app.read(move |reader| {
        let rows = reader.hand_offs(!query.all, query.cursor.unwrap_or(0), limit)?;
        let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.id);
        let found = rows.iter().filter_map(|row| {
            let found: HandOff = serde_json::from_slice(&row.body).ok()?;
            Some(hand_off(&HandOff { id: row.id, ..found }))
        });
        Ok(Json(json!({"hand_offs": found.collect::<Vec<_>>(), "next_cursor": next})))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    by: String,
    reason: Option<String>,
    amount: Option<f64>,
    close_date: Option<String>,
    not_before: Option<String>,
    #[serde(default)]
    qualification: Values,
    /// Sent with every try, so that a repeat is known.
    message_id: Option<String>,
}

fn answer_named(name: &str) -> Option<SalesAnswer> {
    Some(match name {
        "accept" => SalesAnswer::Accepted,
        "reject" => SalesAnswer::Rejected,
        "recycle" => SalesAnswer::Recycled,
        "open-opportunity" => SalesAnswer::Opportunity,
        "win" => SalesAnswer::Won,
        "lose" => SalesAnswer::Lost,
        _ => return None,
    })
}

/// Takes an answer of sales.
pub(crate) async fn answer(
    State(app): State<App>,
    headers: HeaderMap,
    Path((id, name)): Path<(String, String)>,
    Json(body): Json<AnswerBody>,
) -> Result<Json<Value>, Problem> {
    let source = app.allow(&headers, Scope::Manage)?;
    let answer = answer_named(&name).ok_or_else(|| Problem::not_found("there is no such answer"))?;
    let not_before = match &body.not_before {
        None => None,
        Some(text) => {
            let no_time = || Problem::bad_request("invalid_time", "`not_before` is no time").at("not_before");
            Some(parse_time(text).ok_or_else(no_time)?)
        }
    };
    let id = hand_off_number(&app, id).await?;
    let now = app.now();
    // Without an id of the sender's own, one answer of a kind to a hand-off is one message.
    let message_id = body.message_id.unwrap_or_else(|| format!("answer-{id}-{name}"));
    let AnswerBody { by, reason, amount, close_date, qualification, .. } = body;
    let kind = fact::Answer { hand_off: id, answer, by, reason, amount, close_date, not_before, qualification };
    let fact = Fact::of_service(message_id, now, &source, FactKind::Answer(kind));
    respond(&app, fact, id).await
}

/// Returns the number of a hand-off by the id under which others know it.
async fn hand_off_number(app: &App, id: String) -> Result<i64, Problem> {
    let secret = app.read(|reader| reader.read(|ledger| Ok::<_, Problem>(Secret::of(ledger)?))).await?;
    secret.hand_off_number(&id).ok_or_else(|| Problem::not_found("there is no such hand-off"))
}

async fn respond(app: &App, fact: Fact, id: i64) -> Result<Json<Value>, Problem> {
    let by = match &fact.kind {
        FactKind::Answer(answer) => answer.by.clone(),
        _ => String::new(),
    };
    let taken = app.recorder.take(vec![Given::new(fact)], Vec::new()).await.map_err(unavailable)?;
    let id = match taken.into_iter().next() {
        Some(Taken::Accepted { hand_off, .. }) => hand_off.unwrap_or(id),
        Some(Taken::Refused(refusal)) => return Err(refused(refusal)),
        _ => id,
    };
    let row = app.read(move |reader| reader.read(|ledger| Ok::<_, Problem>(ledger.hand_off(id)?))).await?;
    let found: Option<HandOff> = row.and_then(|row| serde_json::from_slice(&row.body).ok());
    let found = found.ok_or_else(|| Problem::not_found("there is no such hand-off"))?;
    // A repeat of the message, by somebody else: they are told who was first.
    if !by.is_empty() && found.steps.iter().all(|step| step.by != by) {
        let last = found.steps.last();
        let last = last.map(|step| AnswerRefusal::Answered { by: step.by.clone(), at: step.at, state: step.state });
        return Err(refused(Refusal::Answer(last.unwrap_or(AnswerRefusal::OutOfTurn { state: found.state }))));
    }
    Ok(Json(hand_off(&found)))
}

fn refused(refusal: Refusal) -> Problem {
    let conflict = |message: String| Problem::new(StatusCode::CONFLICT, "conflict", message);
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
            conflict(format!("`{by}` answered before")).with(json!({"by": by, "at": time(at), "state": state}))
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenBody {
    reason: String,
    by: String,
}

/// Hands a lead over by hand.
pub(crate) async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(body): Json<OpenBody>,
) -> Result<Json<Value>, Problem> {
    let source = app.allow(&headers, Scope::Manage)?;
    if body.reason.trim().is_empty() {
        return Err(Problem::bad_request("missing_field", "`reason` is needed").at("reason"));
    }
    let now = app.now();
    let kind = FactKind::Opening { reason: body.reason, by: body.by };
    let mut fact = Fact::of_service(format!("open-{id}-{now}"), now, &source, kind);
    fact.user = Some(id);
    respond(&app, fact, 0).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamBody {
    members: Vec<Member>,
}

/// Says who is in a team.
pub(crate) async fn set_team(
    State(app): State<App>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Json(body): Json<TeamBody>,
) -> Result<StatusCode, Problem> {
    let source = app.allow(&headers, Scope::Manage)?;
    let now = app.now();
    let kind = FactKind::Team(Team { name: name.clone(), members: body.members });
    let fact = Fact::of_service(format!("team-{name}-{now}"), now, &source, kind);
    app.recorder.take(vec![Given::new(fact)], Vec::new()).await.map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
