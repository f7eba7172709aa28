//! What was refused: kept to be looked at, and taken once more when what was wrong is put right.

mod shapes;

use super::extract::{FromBody, FromPath, FromQuery};
use super::leads::ByQuery;
use super::paging::{Cursor, next};
use crate::app::App;
use crate::edge::one_line;
use crate::intake::{Rejection, read_again};
use crate::problem::{Problem, ProblemBody};
use crate::tracking::{unavailable, why_not};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bantam_core::fact::Fact;
use bantam_core::{CoreError, Desk, Given, Taken};
use bantam_store::{Ledger, QuarantineFilter};
use shapes::{ListQuery, NotReplayed, QuarantinePage, QuarantineSort, Replayed, ReplayedAll, ReplayedStatus};
pub(crate) use shapes::{Quarantined, Replay, ReplayAll};

/// How much is taken once more in one call: one transaction, well below a second.
const REPLAY_MAX: usize = 500;
/// What the list of all that is taken once more is called to its cursors.
const REPLAY: &str = "quarantine replay";

/// List what was refused
#[utoipa::path(get, path = "/api/quarantine", tag = "quarantine", params(ListQuery),
    responses((status = 200, description = "A page of it", body = QuarantinePage), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    FromQuery(query): FromQuery<ListQuery>,
) -> Result<Json<QuarantinePage>, Problem> {
    let (newest_first, list) = match query.sort {
        QuarantineSort::Oldest => (false, "quarantine"),
        QuarantineSort::Newest => (true, "quarantine -received"),
    };
    let after = query.cursor.map(|cursor| cursor.place(list)).transpose()?;
    let limit = query.limit;
    let filter = QuarantineFilter { reason: query.reason, source: query.source, newest_first, after, limit: limit.0 };
    app.read(move |reader| {
        let found = reader.read(|ledger| ledger.quarantined(&filter))?;
        let next_cursor = next(list, &found, limit, |(id, _)| *id);
        Ok(Json(QuarantinePage { refused: found.into_iter().map(Quarantined::from).collect(), next_cursor }))
    })
    .await
}

/// Show something that was refused
#[utoipa::path(get, path = "/api/quarantine/{id}", tag = "quarantine", params(("id" = i64, Path, description = "Its number")),
    responses((status = 200, description = "What was refused", body = Quarantined), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn show(State(app): State<App>, FromPath(id): FromPath<i64>) -> Result<Json<Quarantined>, Problem> {
    let found = app.read(move |reader| Ok(reader.read(|ledger| ledger.find_quarantined(id))?)).await?;
    found.map(|refused| Json(Quarantined::from((id, refused)))).ok_or_else(nothing)
}

/// Remove something that was refused
#[utoipa::path(delete, path = "/api/quarantine/{id}", tag = "quarantine", params(("id" = i64, Path, description = "Its number"), ByQuery),
    responses((status = 204, description = "It is gone"), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn remove(
    State(app): State<App>,
    FromPath(id): FromPath<i64>,
    FromQuery(query): FromQuery<ByQuery>,
) -> Result<StatusCode, Problem> {
    let removed = app.recorder.work(move |_, ledger, _| Ok(ledger.remove_quarantined(id)?));
    if !removed.await.map_err(unavailable)? {
        return Err(nothing());
    }
    tracing::info!(id, by = one_line(&query.by.0), "what was refused was removed");
    Ok(StatusCode::NO_CONTENT)
}

/// What became of something that was taken once more.
enum Outcome {
    Nothing,
    Unreadable(Rejection),
    Taken(Taken, String),
}

/// Take something once more
///
/// In the way it came then, as it is or corrected, from the source it came from. When it is taken it is no longer listed
/// here; when it is refused again it stays as it was.
#[utoipa::path(post, path = "/api/quarantine/{id}/replay", tag = "quarantine", request_body = Replay,
    params(("id" = i64, Path, description = "Its number")),
    responses((status = 200, description = "It was taken, or was there already", body = Replayed),
        (status = 404, description = "There is no such thing", body = ProblemBody),
        (status = 409, description = "It is refused again", body = ProblemBody)))]
pub(crate) async fn replay(
    State(app): State<App>,
    FromPath(id): FromPath<i64>,
    FromBody(body): FromBody<Replay>,
) -> Result<Json<Replayed>, Problem> {
    let corrected = body.message.map(|message| message.to_string());
    let is_corrected = corrected.is_some();
    let outcome = app.recorder.work(move |desk, ledger, now| {
        let Some(refused) = ledger.find_quarantined(id)? else { return Ok(Outcome::Nothing) };
        match read_again(&refused, corrected.as_deref()) {
            Err(rejection) => Ok(Outcome::Unreadable(rejection)),
            Ok(fact) => {
                let message_id = fact.message_id.clone();
                let taken = take(desk, ledger, now, vec![(id, fact)])?.pop();
                Ok(taken.map_or(Outcome::Nothing, |(_, taken)| Outcome::Taken(taken, message_id)))
            }
        }
    });
    let (status, message_id) = match outcome.await.map_err(unavailable)? {
        Outcome::Nothing => return Err(nothing()),
        Outcome::Unreadable(rejection) => return Err(refused_again(&rejection, is_corrected)),
        Outcome::Taken(Taken::Accepted { .. }, message_id) => (ReplayedStatus::Accepted, message_id),
        Outcome::Taken(Taken::Duplicate { .. }, message_id) => (ReplayedStatus::Duplicate, message_id),
        Outcome::Taken(taken, _) => return Err(Problem::new(StatusCode::CONFLICT, "refused", why_not(&taken))),
    };
    tracing::info!(id, by = one_line(&body.by.0), "what was refused was taken once more");
    Ok(Json(Replayed { status, message_id }))
}

/// Take everything once more
///
/// Or what was refused for a reason, or came from a source: up to 500, oldest first, and `next_cursor` to go on. What is
/// taken is no longer listed; what is refused again stays as it was.
#[utoipa::path(post, path = "/api/quarantine/replay", tag = "quarantine", request_body = ReplayAll,
    responses((status = 200, description = "What became of it", body = ReplayedAll), (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn replay_all(
    State(app): State<App>,
    FromBody(body): FromBody<ReplayAll>,
) -> Result<Json<ReplayedAll>, Problem> {
    let after = body.cursor.map(|cursor| cursor.place(REPLAY)).transpose()?;
    let filter =
        QuarantineFilter { reason: body.reason, source: body.source, newest_first: false, after, limit: REPLAY_MAX };
    let replayed = app.recorder.work(move |desk, ledger, now| replay_some(desk, ledger, now, &filter));
    let replayed = replayed.await.map_err(unavailable)?;
    let ReplayedAll { accepted, duplicate, refused, .. } = replayed;
    tracing::info!(accepted, duplicate, refused, by = one_line(&body.by.0), "what was refused was taken once more");
    Ok(Json(replayed))
}

fn replay_some(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    filter: &QuarantineFilter,
) -> Result<ReplayedAll, CoreError> {
    let found = ledger.quarantined(filter)?;
    let last = found.last().filter(|_| found.len() >= filter.limit).map(|(id, _)| *id);
    let (mut facts, mut rejections) = (Vec::with_capacity(found.len()), Vec::new());
    for (id, refused) in found {
        match read_again(&refused, None) {
            Ok(fact) => facts.push((id, fact)),
            Err(rejection) => rejections.push(NotReplayed {
                id,
                field: Some(rejection.field.to_owned()).filter(|field| !field.is_empty()),
                reason: rejection.reason,
            }),
        }
    }
    let (mut accepted, mut duplicate) = (0, 0);
    for (id, taken) in take(desk, ledger, now, facts)? {
        match taken {
            Taken::Accepted { .. } => accepted += 1,
            Taken::Duplicate { .. } => duplicate += 1,
            taken => rejections.push(NotReplayed { id, field: None, reason: why_not(&taken) }),
        }
    }
    rejections.sort_by_key(|rejection| rejection.id);
    let next_cursor = last.map(|id| Cursor::new(REPLAY, &id));
    Ok(ReplayedAll { accepted, duplicate, refused: rejections.len(), rejections, next_cursor })
}

/// Takes facts that were put aside, and removes from there those that were taken.
fn take(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    facts: Vec<(i64, Fact)>,
) -> Result<Vec<(i64, Taken)>, CoreError> {
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, given): (Vec<i64>, Vec<Given>) = facts.into_iter().map(|(id, fact)| (id, Given::new(fact))).unzip();
    let taken: Vec<(i64, Taken)> = ids.into_iter().zip(desk.take(ledger, now, &given)?).collect();
    for (id, taken) in &taken {
        if matches!(taken, Taken::Accepted { .. } | Taken::Duplicate { .. }) {
            ledger.remove_quarantined(*id)?;
        }
    }
    Ok(taken)
}

fn refused_again(rejection: &Rejection, is_corrected: bool) -> Problem {
    let Rejection { field, reason } = rejection;
    let message = if field.is_empty() { format!("it {reason}") } else { format!("`{field}` {reason}") };
    let problem = match is_corrected {
        true => Problem::bad_request("invalid_message", message),
        false => Problem::new(StatusCode::CONFLICT, "refused", message),
    };
    let place = if is_corrected { "message" } else { "body" };
    problem.at(if field.is_empty() { place.to_owned() } else { format!("{place}.{field}") })
}

fn nothing() -> Problem {
    Problem::not_found("nothing of that number was refused, or it is no longer here")
}
