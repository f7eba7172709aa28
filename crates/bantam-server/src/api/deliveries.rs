//! What is on its way to an endpoint, what was given up, sending it again, and trying an endpoint out.

use super::extract::{FromPath, FromQuery};
use super::paging::{Cursor, Limit, next};
use super::values::Moment;
use super::webhooks::find;
use crate::app::App;
use crate::keys::Caller;
use crate::people::audit::{Actor, note};
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use crate::webhooks::connectors::Look;
use crate::webhooks::endpoint::Endpoint;
use crate::webhooks::queue::{self, Attempt, Outcome, Write};
use axum::extract::State;
use axum::{Extension, Json};
use bantam_store::{DeliveryRow, DeliveryState, Ledger, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

/// How many parked deliveries are sent again in one transaction.
const RESEND_MAX: usize = 1_000;

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those in this state.
    pub(crate) state: Option<DeliveryStateName>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub(crate) cursor: Option<Cursor>,
    /// How many.
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub(crate) limit: Limit,
}

/// Where a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryState)]
pub(crate) enum DeliveryStateName {
    Waiting,
    Delivered,
    Parked,
    /// Ended without anything to send.
    Skipped,
}

/// A message on its way to an endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delivery {
    pub(crate) id: i64,
    /// What the receiver knows the message by.
    pub(crate) message_id: String,
    pub(crate) state: DeliveryStateName,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) lead: Option<String>,
    /// The message's place among those about its lead.
    pub(crate) sequence: Option<u64>,
    pub(crate) queued_at: Moment,
    pub(crate) next_try_at: Option<Moment>,
    pub(crate) first_tried_at: Option<Moment>,
    pub(crate) attempts: i64,
    pub(crate) ended_at: Option<Moment>,
    /// What the receiver answered last.
    pub(crate) status: Option<i64>,
    pub(crate) error: Option<String>,
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) next_cursor: Option<Cursor>,
}

/// How many are sent again.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resent {
    pub(crate) resent: usize,
}

/// What became of a test.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tried {
    pub(crate) delivered: bool,
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Fields that the CRM does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing_fields: Vec<String>,
}

/// List deliveries
///
/// Latest first.
#[utoipa::path(get, path = "/api/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = i64, Path, description = "The webhook"), ListQuery),
    responses((status = 200, description = "A page of deliveries", body = DeliveryPage),
        (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    FromPath(id): FromPath<i64>,
    FromQuery(query): FromQuery<ListQuery>,
) -> Result<Json<DeliveryPage>, Problem> {
    let state = query.state.map(|state| match state {
        DeliveryStateName::Waiting => DeliveryState::Waiting,
        DeliveryStateName::Delivered => DeliveryState::Delivered,
        DeliveryStateName::Parked => DeliveryState::Parked,
        DeliveryStateName::Skipped => DeliveryState::Skipped,
    });
    let before = query.cursor.map(|cursor| cursor.place("deliveries")).transpose()?.unwrap_or(i64::MAX);
    let limit = query.limit;
    let endpoint = find(&app, id).await?;
    app.read(move |reader| {
        reader.read(|ledger| {
            let rows = ledger.list_deliveries(id, state, before, limit.0)?;
            let next_cursor = next("deliveries", &rows, limit, |row| row.id);
            let mut listed = Vec::with_capacity(rows.len());
            for row in &rows {
                listed.push(shown(ledger, &endpoint, row)?);
            }
            Ok(Json(DeliveryPage { deliveries: listed, next_cursor }))
        })
    })
    .await
}

fn shown(ledger: &mut dyn Ledger, endpoint: &Endpoint, row: &DeliveryRow) -> Result<Delivery, Problem> {
    let message = ledger.message(row.message)?;
    let payload: Value =
        message.as_ref().and_then(|message| serde_json::from_slice(&message.body).ok()).unwrap_or_default();
    Ok(Delivery {
        id: row.id,
        message_id: endpoint.message_id(row.message),
        state: match row.state {
            DeliveryState::Waiting => DeliveryStateName::Waiting,
            DeliveryState::Delivered => DeliveryStateName::Delivered,
            DeliveryState::Parked => DeliveryStateName::Parked,
            DeliveryState::Skipped => DeliveryStateName::Skipped,
        },
        kind: message.map(|message| message.kind),
        lead: payload.pointer("/data/lead").and_then(Value::as_str).map(str::to_owned),
        sequence: payload.get("sequence").and_then(Value::as_u64),
        queued_at: Moment(row.queued_at),
        next_try_at: row.due_at.map(Moment),
        first_tried_at: row.first_tried_at.map(Moment),
        attempts: row.attempts,
        ended_at: row.ended_at.map(Moment),
        status: row.status,
        error: row.error.clone(),
    })
}

/// Send a delivery again
///
/// One that ended.
#[utoipa::path(post, path = "/api/webhooks/{id}/deliveries/{delivery}/resend", tag = "webhooks",
    params(("id" = i64, Path, description = "The webhook"), ("delivery" = i64, Path, description = "The delivery")),
    responses((status = 200, description = "It waits for its turn", body = Resent),
        (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn resend(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath((id, delivery)): FromPath<(i64, i64)>,
) -> Result<Json<Resent>, Problem> {
    send_again(&app, id, delivery, caller.actor()).await
}

/// Sends a delivery again that ended.
pub(crate) async fn send_again(app: &App, id: i64, delivery: i64, by: Actor) -> Result<Json<Resent>, Problem> {
    let resent = app.recorder.work(move |_, ledger, now| {
        let resent = queue::resend(ledger, id, delivery, now)?;
        if resent {
            note_resent(ledger, now, &by, id, json!({"delivery": delivery}))?;
        }
        Ok(resent)
    });
    match resent.await.map_err(unavailable)? {
        true => Ok(Json(Resent { resent: 1 })),
        false => Err(Problem::not_found("there is no such delivery that has ended")),
    }
}

/// Send all parked deliveries again
#[utoipa::path(post, path = "/api/webhooks/{id}/resend", tag = "webhooks",
    params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "How many wait for their turn", body = Resent),
        (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn resend_parked(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<i64>,
) -> Result<Json<Resent>, Problem> {
    send_parked_again(&app, id, caller.actor()).await
}

/// Sends all deliveries again that were given up.
pub(crate) async fn send_parked_again(app: &App, id: i64, by: Actor) -> Result<Json<Resent>, Problem> {
    find(app, id).await?;
    let mut count = 0;
    loop {
        // In parts, so that facts are not held up.
        let (by, so_far) = (by.clone(), count);
        let part = app.recorder.work(move |_, ledger, now| {
            let part = ledger.unpark(id, now, RESEND_MAX)?;
            // Also that there was nothing to send: somebody meant to.
            if part > 0 || so_far == 0 {
                note_resent(ledger, now, &by, id, json!({"messages": part}))?;
            }
            Ok(part)
        });
        let part = part.await.map_err(unavailable)?;
        count += part;
        if part < RESEND_MAX {
            return Ok(Json(Resent { resent: count }));
        }
    }
}

/// Writes down who let messages be sent again.
fn note_resent(ledger: &mut dyn Ledger, now: i64, by: &Actor, id: i64, what: Value) -> Result<(), StoreError> {
    note(ledger, now, by, "webhook.resent", &format!("webhook:{id}"), (Value::Null, what))
}

/// Send a test
///
/// At once, on the way that all messages go. To a CRM nothing is written: it is asked whether it takes the secret and has the
/// fields.
#[utoipa::path(post, path = "/api/webhooks/{id}/test", tag = "webhooks",
    params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "What became of it", body = Tried),
        (status = 404, description = "There is no such thing", body = ProblemBody)))]
pub(crate) async fn test(State(app): State<App>, FromPath(id): FromPath<i64>) -> Result<Json<Tried>, Problem> {
    let endpoint = find(&app, id).await?;
    let now = app.now();
    let payload = json!({
        "type": "webhook.test", "timestamp": Moment(now), "sequence": 0,
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
        write: None,
    };
    let tried = |delivered, status, error| Tried { delivered, status, error, missing_fields: Vec::new() };
    if let Some(settings) = endpoint.connector {
        let write = Write { settings: *settings, record: Err("nothing is written by a test") };
        return Ok(Json(match app.outgoing.look_at(&attempt, &write).await {
            Look::Fine => tried(true, Some(200), None),
            Look::Missing(names, says) => Tried { missing_fields: names, ..tried(false, Some(200), Some(says)) },
            Look::Failed(status, error) => tried(false, status, Some(error)),
        }));
    }
    Ok(Json(match app.outgoing.deliver(&attempt, now).await {
        Outcome::Delivered { status } => tried(true, status, None),
        Outcome::Gone => tried(false, Some(410), Some("answered 410".into())),
        Outcome::Refused { status, error } => tried(false, Some(status), Some(error)),
        Outcome::Skipped { status, reason } => tried(false, status, Some(reason)),
        Outcome::Failed { status, error, .. } => tried(false, status, Some(error)),
    }))
}
