//! Webhooks and connectors: who is told what, which CRM is written to. Made, changed, switched off and on, removed; their
//! secrets.

mod connector_shape;
mod noted;
mod shapes;
mod usable;

use super::extract::{FromBody, FromPath};
use super::values::Moment;
use crate::app::App;
use crate::keys::Caller;
use crate::people::audit::Actor;
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use crate::webhooks::connectors::Connector;
use crate::webhooks::endpoint::{Endpoint, Health, Kind};
use crate::webhooks::{new_secret, new_token};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bantam_core::CoreError;
use bantam_store::{DeliveryCounts, EndpointRow};
pub(crate) use connector_shape::{ConnectorChange, ConnectorShape};
use connector_shape::{changed_connector, changed_secret, new_connector};
use noted::{noted, summary};
use serde_json::{Value, json};
use shapes::Webhooks;
pub(crate) use shapes::{NewWebhook, Webhook, WebhookChange};
use usable::{usable_rate, usable_text, usable_types, usable_url};

/// How many endpoints there can be: each is looked at with every message.
const ENDPOINTS_MAX: usize = 100;

type Answer = Result<Json<Webhook>, Problem>;

/// What became of a change.
enum Saved {
    Done(i64, Box<Endpoint>),
    /// It was there already, just so.
    Known(i64, Box<Endpoint>),
    /// Another has that URL.
    Taken(i64),
    TooMany,
    Missing,
}

/// Make a webhook
///
/// Its secret is shown now and never again.
#[utoipa::path(post, path = "/api/webhooks", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, description = "It is made", body = Webhook),
        (status = 200, description = "It was there already, just so", body = Webhook),
        (status = 409, description = "Another has that URL", body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromBody(body): FromBody<NewWebhook>,
) -> Result<(StatusCode, Json<Webhook>), Problem> {
    make(&app, body, caller.actor()).await
}

/// Makes a webhook, unless it is there.
pub(crate) async fn make(app: &App, body: NewWebhook, by: Actor) -> Result<(StatusCode, Json<Webhook>), Problem> {
    let no_chance = || Problem::fault("no secret could be made");
    let (connector, secret) = new_connector(body.kind, body.connector, body.secret)?.unzip();
    let secret = match (body.kind, secret) {
        (Kind::Standard, _) => Some(new_secret().ok_or_else(no_chance)?),
        (_, secret) => secret,
    };
    let mut endpoint = Endpoint {
        kind: body.kind,
        url: usable_url(app, body.kind, &body.url)?,
        types: usable_types(body.kind, body.types)?,
        description: usable_text("description", body.description)?,
        rate: usable_rate(body.rate.unwrap_or(body.kind.rate()))?,
        source: body.source.map(|source| usable_text("source", source)).transpose()?.filter(|text| !text.is_empty()),
        token: new_token().ok_or_else(no_chance)?,
        secret,
        old_secret: None,
        created_at: 0,
        disabled: None,
        connector: connector.map(Box::new),
        health: Health::default(),
    };
    let saved = app.recorder.work(move |_, ledger, now| {
        if let Some(row) = ledger.find_endpoint(&endpoint.identity())? {
            let known = read(&row)?;
            return Ok(if is_same(&known, &endpoint) {
                Saved::Known(row.id, known.into())
            } else {
                Saved::Taken(row.id)
            });
        }
        if ledger.endpoints()?.len() >= ENDPOINTS_MAX {
            return Ok(Saved::TooMany);
        }
        endpoint.created_at = now;
        let id = ledger.save_endpoint(&row(0, &endpoint))?;
        noted(ledger, now, &by, "webhook.made", id, (Value::Null, summary(&endpoint)))?;
        Ok(Saved::Done(id, endpoint.into()))
    });
    match saved.await.map_err(unavailable)? {
        Saved::Done(id, endpoint) => {
            let shown = shown(id, &endpoint, DeliveryCounts::default());
            let made_here = Some(endpoint.secret).filter(|_| endpoint.kind == Kind::Standard).flatten();
            Ok((StatusCode::CREATED, Json(Webhook { secret: made_here, ..shown })))
        }
        saved => Ok((StatusCode::OK, told(saved)?)),
    }
}

/// Returns whether two are set up alike: then saving the second is a repeat.
fn is_same(a: &Endpoint, b: &Endpoint) -> bool {
    let settings = |of: &Endpoint| (of.types.clone(), of.description.clone(), of.rate, of.source.clone());
    let of_crm = |of: &Endpoint| {
        let connector = of.connector.clone().map(|connector| Connector { is_refused: false, ..*connector });
        connector.map(|connector| (connector, of.secret.clone()))
    };
    settings(a) == settings(b) && of_crm(a) == of_crm(b)
}

/// List webhooks
#[utoipa::path(get, path = "/api/webhooks", tag = "webhooks",
    responses((status = 200, description = "All of them", body = Webhooks)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Webhooks>, Problem> {
    app.read(|reader| {
        reader.read(|ledger| {
            let mut listed = Vec::new();
            for row in ledger.endpoints()? {
                listed.push(shown(row.id, &read(&row)?, ledger.count_deliveries(Some(row.id))?));
            }
            Ok(Json(Webhooks { webhooks: listed }))
        })
    })
    .await
}

/// Show a webhook
#[utoipa::path(get, path = "/api/webhooks/{id}", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook", body = Webhook),
        (status = 404, description = "There is no such webhook", body = ProblemBody)))]
pub(crate) async fn show(State(app): State<App>, FromPath(id): FromPath<i64>) -> Answer {
    app.read(move |reader| {
        reader.read(|ledger| {
            let row = ledger.endpoint(id)?.ok_or_else(missing)?;
            Ok(Json(shown(id, &read(&row)?, ledger.count_deliveries(Some(id))?)))
        })
    })
    .await
}

/// Change a webhook
///
/// What is not given stays.
#[utoipa::path(patch, path = "/api/webhooks/{id}", tag = "webhooks", request_body = WebhookChange, params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 404, description = "There is no such webhook", body = ProblemBody),
        (status = 409, description = "Another has that URL", body = ProblemBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<i64>,
    FromBody(change): FromBody<WebhookChange>,
) -> Answer {
    alter(&app, id, change, caller.actor()).await
}

/// Changes the settings of a webhook.
pub(crate) async fn alter(app: &App, id: i64, change: WebhookChange, by: Actor) -> Answer {
    // The form never changes, so it can be read beforehand.
    let found = find(app, id).await?;
    let kind = found.kind;
    let connector = changed_connector(&found, change.connector)?;
    let secret = change.secret.map(|secret| changed_secret(kind, secret)).transpose()?;
    let action = if secret.is_some() { "webhook.secret_renewed" } else { "webhook.changed" };
    let url = change.url.map(|url| usable_url(app, kind, &url)).transpose()?;
    let types = change.types.map(|types| usable_types(kind, Some(types))).transpose()?;
    let description = change.description.map(|text| usable_text("description", text)).transpose()?;
    let rate = change.rate.map(usable_rate).transpose()?;
    let source = change.source.map(|text| usable_text("source", text)).transpose()?;
    update(app, id, by, action, move |endpoint, _| {
        if let Some(connector) = connector {
            let is_refused = endpoint.connector.as_ref().is_some_and(|before| before.is_refused);
            endpoint.connector = Some(Box::new(Connector { is_refused, ..connector }));
        }
        if let Some(secret) = secret {
            endpoint.secret = Some(secret);
            if endpoint.connector.as_ref().is_some_and(|connector| connector.is_refused) {
                endpoint.enable();
            }
        }
        if let Some(url) = url.filter(|url| *url != endpoint.url) {
            // How the other address was doing says nothing about this one.
            (endpoint.url, endpoint.health) = (url, Health::default());
        }
        endpoint.types = types.unwrap_or_else(|| endpoint.types.clone());
        endpoint.description = description.unwrap_or_else(|| endpoint.description.clone());
        endpoint.rate = rate.unwrap_or(endpoint.rate);
        if let Some(source) = source {
            endpoint.source = Some(source).filter(|source| !source.is_empty());
        }
    })
    .await
}

/// Switch a webhook on
///
/// First it gets the messages that wait since before.
#[utoipa::path(post, path = "/api/webhooks/{id}/enable", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 404, description = "There is no such webhook", body = ProblemBody)))]
pub(crate) async fn enable(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<i64>,
) -> Answer {
    switch_on(&app, id, caller.actor()).await
}

/// Switches a webhook on.
pub(crate) async fn switch_on(app: &App, id: i64, by: Actor) -> Answer {
    update(app, id, by, "webhook.enabled", |endpoint, _| endpoint.enable()).await
}

/// Switch a webhook off
///
/// New messages pass it by, those that wait stay.
#[utoipa::path(post, path = "/api/webhooks/{id}/disable", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 404, description = "There is no such webhook", body = ProblemBody)))]
pub(crate) async fn disable(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<i64>,
) -> Answer {
    switch_off(&app, id, caller.actor()).await
}

/// Switches a webhook off.
pub(crate) async fn switch_off(app: &App, id: i64, by: Actor) -> Answer {
    update(app, id, by, "webhook.disabled", |endpoint, now| {
        endpoint.disabled.get_or_insert((now, "by hand".to_owned()));
    })
    .await
}

/// Make a new secret
///
/// For a day messages are signed with the old one, too.
#[utoipa::path(post, path = "/api/webhooks/{id}/rotate", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 404, description = "There is no such webhook", body = ProblemBody),
        (status = 409, description = "Messages of its kind are not signed", body = ProblemBody)))]
pub(crate) async fn rotate(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<i64>,
) -> Answer {
    renew_secret(&app, id, caller.actor()).await
}

/// Makes a new secret for a webhook.
pub(crate) async fn renew_secret(app: &App, id: i64, by: Actor) -> Answer {
    let kind = find(app, id).await?.kind;
    if kind != Kind::Standard {
        let message = match kind.is_connector() {
            true => "the secret comes from the CRM; make another one there and give it as `secret` with PATCH",
            false => "messages of this kind are not signed",
        };
        return Err(Problem::new(StatusCode::CONFLICT, "no_secret", message));
    }
    let no_chance = || Problem::fault("no secret could be made");
    let secret = new_secret().ok_or_else(no_chance)?;
    let new = secret.clone();
    let Json(shown) =
        update(app, id, by, "webhook.secret_renewed", move |endpoint, now| endpoint.rotate(new, now)).await?;
    Ok(Json(Webhook { secret: Some(secret), ..shown }))
}

/// Remove a webhook
///
/// With all that waits for it.
#[utoipa::path(delete, path = "/api/webhooks/{id}", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is no such webhook", body = ProblemBody)))]
pub(crate) async fn remove(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<i64>,
) -> Result<StatusCode, Problem> {
    take_away(&app, id, caller.actor()).await
}

/// Removes a webhook.
pub(crate) async fn take_away(app: &App, id: i64, by: Actor) -> Result<StatusCode, Problem> {
    let removed = app.recorder.work(move |_, ledger, now| {
        let Some(before) = ledger.endpoint(id)? else { return Ok(false) };
        let old = read(&before)?;
        ledger.remove_endpoint(id)?;
        noted(ledger, now, &by, "webhook.removed", id, (summary(&old), Value::Null))?;
        Ok(true)
    });
    if removed.await.map_err(unavailable)? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// Changes an endpoint and shows it.
async fn update(
    app: &App,
    id: i64,
    by: Actor,
    action: &'static str,
    change: impl FnOnce(&mut Endpoint, i64) + Send + 'static,
) -> Answer {
    let saved = app.recorder.work(move |_, ledger, now| {
        let Some(before) = ledger.endpoint(id)? else { return Ok(Saved::Missing) };
        let mut endpoint = read(&before)?;
        let old = summary(&endpoint);
        let was_failing = endpoint.health.is_failing() || endpoint.disabled.is_some();
        change(&mut endpoint, now);
        if let Some(other) = ledger.find_endpoint(&endpoint.identity())?.filter(|other| other.id != id) {
            return Ok(Saved::Taken(other.id));
        }
        ledger.save_endpoint(&row(id, &endpoint))?;
        noted(ledger, now, &by, action, id, (old, summary(&endpoint)))?;
        if was_failing && !endpoint.health.is_failing() && endpoint.disabled.is_none() {
            ledger.hasten(id, now)?;
        }
        Ok(Saved::Done(id, endpoint.into()))
    });
    told(saved.await.map_err(unavailable)?)
}

fn told(saved: Saved) -> Answer {
    match saved {
        Saved::Done(id, endpoint) | Saved::Known(id, endpoint) => {
            Ok(Json(shown(id, &endpoint, DeliveryCounts::default())))
        }
        Saved::Taken(id) => {
            let message = "there is one with this URL already; change that one";
            Err(Problem::new(StatusCode::CONFLICT, "exists", message).at("url").with(json!({"id": id})))
        }
        Saved::TooMany => {
            Err(Problem::bad_request("too_many", "there are as many webhooks as there can be")
                .limit(ENDPOINTS_MAX, None))
        }
        Saved::Missing => Err(missing()),
    }
}

/// Returns an endpoint by its number.
pub(crate) async fn find(app: &App, id: i64) -> Result<Endpoint, Problem> {
    app.read(move |reader| reader.read(|ledger| Ok(read(&ledger.endpoint(id)?.ok_or_else(missing)?)?))).await
}

pub(super) fn missing() -> Problem {
    Problem::not_found("there is no such webhook")
}

fn read(row: &EndpointRow) -> Result<Endpoint, CoreError> {
    let problem = "it is not what was written".to_owned();
    Endpoint::read(&row.body).ok_or(CoreError::Record { what: "endpoint", id: row.id, problem })
}

fn row(id: i64, endpoint: &Endpoint) -> EndpointRow {
    EndpointRow { id, identity: endpoint.identity(), body: endpoint.body() }
}

/// Returns an endpoint without its secrets.
fn shown(id: i64, endpoint: &Endpoint, counts: DeliveryCounts) -> Webhook {
    let state = match (&endpoint.disabled, endpoint.health.is_failing()) {
        (Some(_), _) => "disabled",
        (None, true) => "failing",
        (None, false) => "enabled",
    };
    Webhook {
        id,
        kind: endpoint.kind,
        url: endpoint.url.clone(),
        types: endpoint.types.clone(),
        description: endpoint.description.clone(),
        rate: endpoint.rate,
        source: endpoint.source.clone(),
        state,
        created_at: Moment(endpoint.created_at),
        disabled_at: endpoint.disabled.as_ref().map(|(at, _)| Moment(*at)),
        disabled_because: endpoint.disabled.as_ref().map(|(_, reason)| reason.clone()),
        connector: endpoint.connector.as_deref().map(ConnectorShape::from),
        failing_since: endpoint.health.failing_since.map(Moment),
        old_secret_until: endpoint.old_secret.as_ref().map(|(_, until)| Moment(*until)),
        waiting: counts.waiting,
        parked: counts.parked,
        secret: None,
    }
}
