//! What is on its way to an endpoint, what was given up, sending it again, and trying an endpoint out.

use super::show::time;
use super::webhooks::find;
use crate::app::App;
use crate::keys::Scope;
use crate::problem::Problem;
use crate::tracking::unavailable;
use crate::webhooks::endpoint::Endpoint;
use crate::webhooks::queue::{self, Attempt, Outcome};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use bantam_store::{DeliveryRow, DeliveryState, Ledger};
use serde::Deserialize;
use serde_json::{Value, json};

/// How many rows a page has unless asked, and at most.
const PAGE: usize = 50;
const PAGE_MAX: usize = 500;
/// How many parked deliveries are sent again in one transaction.
const RESEND_MAX: usize = 1_000;

type Answer = Result<Json<Value>, Problem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    state: Option<String>,
    cursor: Option<i64>,
    limit: Option<usize>,
}

/// Lists deliveries, latest first.
pub(crate) async fn list(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Query(query): Query<ListQuery>,
) -> Answer {
    app.allow(&headers, Scope::Manage)?;
    let state = match query.state.as_deref() {
        None => None,
        Some("waiting") => Some(DeliveryState::Waiting),
        Some("delivered") => Some(DeliveryState::Delivered),
        Some("parked") => Some(DeliveryState::Parked),
        Some(other) => {
            let message = format!("`{other}` is no state; write `waiting`, `delivered` or `parked`");
            return Err(Problem::bad_request("unknown_state", message).at("state"));
        }
    };
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let endpoint = find(&app, id).await?;
    app.read(move |reader| {
        reader.read(|ledger| {
            let rows = ledger.list_deliveries(id, state, query.cursor.unwrap_or(i64::MAX), limit)?;
            let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.id);
            let mut listed = Vec::with_capacity(rows.len());
            for row in &rows {
                listed.push(shown(ledger, &endpoint, row)?);
            }
            Ok(Json(json!({"deliveries": listed, "next_cursor": next})))
        })
    })
    .await
}

fn shown(ledger: &mut dyn Ledger, endpoint: &Endpoint, row: &DeliveryRow) -> Result<Value, Problem> {
    let message = ledger.message(row.message)?;
    let payload: Value =
        message.as_ref().and_then(|message| serde_json::from_slice(&message.body).ok()).unwrap_or_default();
    let state = match row.state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Parked => "parked",
    };
    let moment = |at: Option<i64>| at.map(time);
    Ok(json!({
        "id": row.id, "message_id": endpoint.message_id(row.message), "state": state,
        "type": message.map(|message| message.kind), "lead": payload.pointer("/data/lead"),
        "sequence": payload.get("sequence"), "queued_at": time(row.queued_at), "next_try_at": moment(row.due_at),
        "first_tried_at": moment(row.first_tried_at), "attempts": row.attempts, "ended_at": moment(row.ended_at),
        "status": row.status, "error": row.error,
    }))
}

/// Sends one delivery again that ended.
pub(crate) async fn resend(
    State(app): State<App>,
    headers: HeaderMap,
    Path((id, delivery)): Path<(i64, i64)>,
) -> Answer {
    app.allow(&headers, Scope::Manage)?;
    let resent = app.recorder.work(move |_, ledger, now| queue::resend(ledger, id, delivery, now));
    match resent.await.map_err(unavailable)? {
        true => Ok(Json(json!({"resent": 1}))),
        false => Err(Problem::not_found("there is no such delivery that has ended")),
    }
}

/// Sends all parked deliveries of an endpoint again.
pub(crate) async fn resend_parked(State(app): State<App>, headers: HeaderMap, Path(id): Path<i64>) -> Answer {
    app.allow(&headers, Scope::Manage)?;
    find(&app, id).await?;
    let mut count = 0;
    loop {
        // In parts, so that facts are not held up.
        let part = app.recorder.work(move |_, ledger, now| Ok(ledger.unpark(id, now, RESEND_MAX)?));
        let part = part.await.map_err(unavailable)?;
        count += part;
        if part < RESEND_MAX {
            return Ok(Json(json!({"resent": count})));
        }
    }
}

/// Sends a message that is only a test, at once and on the way that all messages go.
pub(crate) async fn test(State(app): State<App>, headers: HeaderMap, Path(id): Path<i64>) -> Answer {
    app.allow(&headers, Scope::Manage)?;
    let endpoint = find(&app, id).await?;
    let now = app.now();
    let payload = json!({
        "type": "webhook.test", "timestamp": time(now), "sequence": 0,
        "data": {"lead": "test", "stage": null, "scores": null, "route": null, "owner": null, "evidence": []},
    });
    let attempt = Attempt {
        delivery: 0,
        endpoint: id,
        lane: 0,
        message_id: format!("msg_{}_test_{now}", endpoint.token),
        kind: endpoint.kind,
        url: endpoint.url.clone(),
        secrets: endpoint.secrets(now),
        body: payload.to_string().into_bytes(),
    };
    Ok(Json(match app.outgoing.deliver(&attempt, now).await {
        Outcome::Delivered { status } => json!({"delivered": true, "status": status}),
        Outcome::Gone => json!({"delivered": false, "status": 410, "error": "answered 410"}),
        Outcome::Failed { status, error, .. } => json!({"delivered": false, "status": status, "error": error}),
    }))
}
