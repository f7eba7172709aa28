//! Webhooks: who is told what. Made, changed, switched off and on, removed; their secrets.

mod shapes;

use super::extract::{FromBody, FromPath};
use super::values::Moment;
use crate::app::App;
use crate::core::CoreError;
use crate::problem::{Problem, ProblemBody};
use crate::tracking::unavailable;
use crate::webhooks::endpoint::{Endpoint, Health, Kind, RATE, RATE_FOR_PEOPLE, RATE_MAX, TYPES, TYPES_FOR_PEOPLE};
use crate::webhooks::{is_address, new_secret, new_token, target};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bantam_store::{DeliveryCounts, EndpointRow};
use serde::Deserialize;
use serde_json::json;
use shapes::{Webhook, WebhookKind, Webhooks};
use utoipa::ToSchema;

/// How many endpoints there can be: each is looked at with every message.
const ENDPOINTS_MAX: usize = 100;
/// The longest description and name of a source, in bytes.
const TEXT_BYTES_MAX: usize = 500;

type Answer = Result<Json<Webhook>, Problem>;

/// Who is to be told what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// Where to; an address of mail for mails.
    #[schema(example = "https://crm.example.com/bantam")]
    url: String,
    /// In what form: `standard` is JSON that is signed.
    #[serde(default = "standard")]
    #[schema(value_type = WebhookKind)]
    kind: Kind,
    /// Which types of messages; all that fit the form unless given.
    types: Option<Vec<String>>,
    /// What people call it.
    #[serde(default)]
    description: String,
    /// How many messages a second it gets at most.
    rate: Option<u32>,
    /// The source of facts that is this same receiver: it is not told what it said itself.
    source: Option<String>,
}

fn standard() -> Kind {
    Kind::Standard
}

/// What is to be another than before; the rest stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookChange {
    url: Option<String>,
    types: Option<Vec<String>>,
    description: Option<String>,
    rate: Option<u32>,
    /// An empty one is none.
    source: Option<String>,
}

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
    FromBody(body): FromBody<NewWebhook>,
) -> Result<(StatusCode, Json<Webhook>), Problem> {
    let no_chance = || Problem::fault("no secret could be made");
    let is_standard = body.kind == Kind::Standard;
    let mut endpoint = Endpoint {
        kind: body.kind,
        url: usable_url(&app, body.kind, &body.url)?,
        types: usable_types(body.kind, body.types)?,
        description: usable_text("description", body.description)?,
        rate: usable_rate(body.rate.unwrap_or(if is_standard { RATE } else { RATE_FOR_PEOPLE }))?,
        source: body.source.map(|source| usable_text("source", source)).transpose()?.filter(|text| !text.is_empty()),
        token: new_token().ok_or_else(no_chance)?,
        secret: if is_standard { Some(new_secret().ok_or_else(no_chance)?) } else { None },
        old_secret: None,
        created_at: 0,
        disabled: None,
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
        Ok(Saved::Done(id, endpoint.into()))
    });
    match saved.await.map_err(unavailable)? {
        Saved::Done(id, endpoint) => {
            let shown = shown(id, &endpoint, DeliveryCounts::default());
            Ok((StatusCode::CREATED, Json(Webhook { secret: endpoint.secret, ..shown })))
        }
        saved => Ok((StatusCode::OK, told(saved)?)),
    }
}

/// Returns whether two are set up alike: then saving the second is a repeat.
fn is_same(a: &Endpoint, b: &Endpoint) -> bool {
    let settings = |of: &Endpoint| (of.types.clone(), of.description.clone(), of.rate, of.source.clone());
    settings(a) == settings(b)
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
    FromPath(id): FromPath<i64>,
    FromBody(change): FromBody<WebhookChange>,
) -> Answer {
    // The form never changes, so it can be read beforehand.
    let kind = find(&app, id).await?.kind;
    let url = change.url.map(|url| usable_url(&app, kind, &url)).transpose()?;
    let types = change.types.map(|types| usable_types(kind, Some(types))).transpose()?;
    let description = change.description.map(|text| usable_text("description", text)).transpose()?;
    let rate = change.rate.map(usable_rate).transpose()?;
    let source = change.source.map(|text| usable_text("source", text)).transpose()?;
    update(&app, id, move |endpoint, _| {
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
pub(crate) async fn enable(State(app): State<App>, FromPath(id): FromPath<i64>) -> Answer {
    update(&app, id, |endpoint, _| (endpoint.disabled, endpoint.health) = (None, Health::default())).await
}

/// Switch a webhook off
///
/// New messages pass it by, those that wait stay.
#[utoipa::path(post, path = "/api/webhooks/{id}/disable", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 404, description = "There is no such webhook", body = ProblemBody)))]
pub(crate) async fn disable(State(app): State<App>, FromPath(id): FromPath<i64>) -> Answer {
    update(&app, id, |endpoint, now| {
        endpoint.disabled.get_or_insert((now, "by hand".to_owned()));
    })
    .await
}

/// Make a new secret
///
/// For a day messages are signed with the old one, too.
#[utoipa::path(post, path = "/api/webhooks/{id}/rotate", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 200, description = "The webhook as it is now", body = Webhook),
        (status = 404, description = "There is no such webhook", body = ProblemBody)))]
pub(crate) async fn rotate(State(app): State<App>, FromPath(id): FromPath<i64>) -> Answer {
    if find(&app, id).await?.kind != Kind::Standard {
        return Err(Problem::bad_request("no_secret", "messages of this kind are not signed"));
    }
    let no_chance = || Problem::fault("no secret could be made");
    let secret = new_secret().ok_or_else(no_chance)?;
    let new = secret.clone();
    let Json(shown) = update(&app, id, move |endpoint, now| endpoint.rotate(new, now)).await?;
    Ok(Json(Webhook { secret: Some(secret), ..shown }))
}

/// Remove a webhook
///
/// With all that waits for it.
#[utoipa::path(delete, path = "/api/webhooks/{id}", tag = "webhooks", params(("id" = i64, Path, description = "The webhook")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is no such webhook", body = ProblemBody)))]
pub(crate) async fn remove(State(app): State<App>, FromPath(id): FromPath<i64>) -> Result<StatusCode, Problem> {
    let removed = app.recorder.work(move |_, ledger, _| {
        let is_there = ledger.endpoint(id)?.is_some();
        ledger.remove_endpoint(id)?;
        Ok(is_there)
    });
    if removed.await.map_err(unavailable)? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// Changes an endpoint and shows it.
async fn update(app: &App, id: i64, change: impl FnOnce(&mut Endpoint, i64) + Send + 'static) -> Answer {
    let saved = app.recorder.work(move |_, ledger, now| {
        let Some(before) = ledger.endpoint(id)? else { return Ok(Saved::Missing) };
        let mut endpoint = read(&before)?;
        let was_failing = endpoint.health.is_failing() || endpoint.disabled.is_some();
        change(&mut endpoint, now);
        if let Some(other) = ledger.find_endpoint(&endpoint.identity())?.filter(|other| other.id != id) {
            return Ok(Saved::Taken(other.id));
        }
        ledger.save_endpoint(&row(id, &endpoint))?;
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
            let message = "there is a webhook with this URL already; change that one";
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
pub(super) async fn find(app: &App, id: i64) -> Result<Endpoint, Problem> {
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
        failing_since: endpoint.health.failing_since.map(Moment),
        old_secret_until: endpoint.old_secret.as_ref().map(|(_, until)| Moment(*until)),
        waiting: counts.waiting,
        parked: counts.parked,
        secret: None,
    }
}

fn usable_url(app: &App, kind: Kind, url: &str) -> Result<String, Problem> {
    let refused = |message: &str| Problem::bad_request("invalid_url", message).at("url");
    if kind != Kind::Email {
        let mut target = target::check(url, &app.outgoing.allowed).map_err(refused)?;
        // No receiver ever sees it.
        target.url.set_fragment(None);
        return Ok(target.url.into());
    }
    let address = url.strip_prefix("mailto:").unwrap_or(url);
    if !is_address(address) {
        return Err(refused("this is no address of mail"));
    }
    if !app.outgoing.has_mail() {
        return Err(refused("the service has no mail server; start it with `--smtp` and `--mail-from`"));
    }
    Ok(format!("mailto:{address}"))
}

fn usable_types(kind: Kind, types: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
    let known = if kind == Kind::Standard { &TYPES[..] } else { &TYPES_FOR_PEOPLE[..] };
    let Some(types) = types else { return Ok(known.iter().map(|&name| name.to_owned()).collect()) };
    if let Some(unknown) = types.iter().find(|name| !known.contains(&name.as_str())) {
        let message = format!("`{unknown}` is no type of message for this kind");
        return Err(Problem::bad_request("unknown_type", message).at("types").with(json!({"known": known})));
    }
    if types.is_empty() {
        return Err(Problem::bad_request("missing_field", "name at least one type of message").at("types"));
    }
    Ok(known.iter().filter(|name| types.iter().any(|own| own == *name)).map(|&name| name.to_owned()).collect())
}

fn usable_text(field: &'static str, text: String) -> Result<String, Problem> {
    if text.len() > TEXT_BYTES_MAX {
        let problem = Problem::bad_request("too_long", format!("`{field}` is too long")).at(field);
        return Err(problem.limit(TEXT_BYTES_MAX, Some(text.len())));
    }
    Ok(text)
}

fn usable_rate(rate: u32) -> Result<u32, Problem> {
    if (1..=RATE_MAX).contains(&rate) {
        return Ok(rate);
    }
    let message = format!("`rate` is the number of messages a second, from 1 to {RATE_MAX}");
    Err(Problem::bad_request("invalid_rate", message).at("rate"))
}
