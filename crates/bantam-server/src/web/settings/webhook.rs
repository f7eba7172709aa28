//! One webhook: its settings, a test, its secret, and what became of its messages.

use super::at_field;
use super::deliveries::{self, Deliveries, Shown};
use super::webhooks::{Row, TypeChoice, Typed, secret_page, type_choices};
use crate::api::deliveries as sent;
use crate::api::extract::{FromPath, FromQuery};
use crate::api::values::Moment as ApiMoment;
use crate::api::webhooks::{self as api, Webhook, WebhookChange};
use crate::app::App;
use crate::people::{Origin, Signed};
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::errors::{Errors, sentence};
use crate::web::forms::FromForm;
use crate::web::frame::{Frame, render};
use crate::web::sign_in::Nothing;
use crate::web::words::{Calendar, Moment, Notice};
use crate::webhooks::endpoint::Kind;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "webhook.html")]
struct Page {
    frame: Frame,
    errors: Errors,
    hook: Row,
    path: String,
    is_signed: bool,
    is_on: bool,
    off: Option<(Moment, String)>,
    failing: Option<Moment>,
    old_secret: Option<Moment>,
    typed: Typed,
    types: Vec<TypeChoice>,
    deliveries: Deliveries,
}

/// Shows a webhook.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<i64>,
    FromQuery(shown): FromQuery<Shown>,
) -> Result<Response, Problem> {
    if api::find(&app, id).await?.kind.is_connector() {
        return Ok(redirect(&format!("/settings/connectors/{id}")));
    }
    let notice = deliveries::notice(&shown);
    page(&app, &signed, id, shown, notice, None).await
}

async fn page(
    app: &App,
    signed: &Signed,
    id: i64,
    shown: Shown,
    notice: Option<Notice>,
    again: Option<(Typed, Errors)>,
) -> Result<Response, Problem> {
    let Json(hook) = api::show(State(app.clone()), FromPath(id)).await?;
    let calendar = Calendar::new(app.now(), None);
    let moment = |moment: &ApiMoment| calendar.moment(moment.0);
    let path = format!("/settings/webhooks/{id}");
    let deliveries = Deliveries::read(app, id, &path, shown, &calendar).await?;
    let (typed, errors) = again.unwrap_or_else(|| (typed_of(&hook), Errors::default()));
    let row = Row::of(&hook);
    let off = hook.disabled_at.as_ref().map(|at| (moment(at), hook.disabled_because.clone().unwrap_or_default()));
    Ok(render(&Page {
        frame: Frame::of(Some(signed), "/settings", row.name.clone()).with_notice(notice),
        errors,
        hook: row,
        path,
        is_signed: hook.kind == Kind::Standard,
        is_on: off.is_none(),
        off,
        failing: hook.failing_since.as_ref().map(moment),
        old_secret: hook.old_secret_until.as_ref().map(moment),
        types: type_choices(hook.kind, &typed.types),
        typed,
        deliveries,
    }))
}

fn typed_of(hook: &Webhook) -> Typed {
    Typed {
        kind: String::new(),
        url: hook.url.clone(),
        description: hook.description.clone(),
        rate: hook.rate.to_string(),
        source: hook.source.clone().unwrap_or_default(),
        types: hook.types.clone(),
    }
}

/// Changes the settings of a webhook.
pub(crate) async fn change(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(fields): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let typed = Typed::read(fields)?;
    let changed = match typed.rate() {
        Ok(rate) => {
            let change = WebhookChange {
                url: Some(typed.url.trim().to_owned()),
                types: Some(typed.types.clone()),
                description: Some(typed.description.trim().to_owned()),
                rate,
                source: Some(typed.source.trim().to_owned()),
                secret: None,
                connector: None,
            };
            api::alter(&app, id, change, signed.actor(&origin)).await
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(redirect(&format!("/settings/webhooks/{id}"))),
        Err(problem) => {
            let status = match problem.status {
                StatusCode::BAD_REQUEST => StatusCode::UNPROCESSABLE_ENTITY,
                status => status,
            };
            let errors = at_field(problem, &["url", "types", "description", "rate", "source"])?;
            let mut response = page(&app, &signed, id, Shown::default(), None, Some((typed, errors))).await?;
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

/// Sends a test at once, and shows what became of it.
pub(crate) async fn test(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let Json(tried) = sent::test(State(app.clone()), FromPath(id)).await?;
    let text = match (tried.delivered, tried.status) {
        (true, Some(status)) => format!("The test arrived: the receiver answered {status}."),
        (true, None) => "The test was sent.".to_owned(),
        (false, _) => {
            let error = tried.error.as_deref().map(sentence).unwrap_or_default();
            format!("The test did not arrive. {error}")
        }
    };
    let notice = Notice { text, undo: None, is_bad: !tried.delivered };
    page(&app, &signed, id, Shown::default(), Some(notice), None).await
}

/// Switches a webhook on.
pub(crate) async fn enable(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let _ = api::switch_on(&app, id, signed.actor(&origin)).await?;
    Ok(redirect(&format!("/settings/webhooks/{id}")))
}

/// Switches a webhook off.
pub(crate) async fn disable(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let _ = api::switch_off(&app, id, signed.actor(&origin)).await?;
    Ok(redirect(&format!("/settings/webhooks/{id}")))
}

/// Makes a new secret, and shows it once.
pub(crate) async fn rotate(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let Json(hook) = api::renew_secret(&app, id, signed.actor(&origin)).await?;
    Ok(secret_page(&signed, id, "There is a new secret", hook.secret.unwrap_or_default()))
}

/// What the form to remove a webhook sends.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Removing {
    sure: bool,
}

impl Removing {
    /// Returns an error unless somebody said that they are sure.
    pub(super) fn confirmed(&self) -> Result<(), Problem> {
        if self.sure {
            return Ok(());
        }
        let message = "nothing was removed; say that what waits for it may be lost, too";
        Err(Problem::bad_request("unconfirmed", message).at("sure"))
    }
}

/// Removes a webhook, when somebody said that they are sure.
pub(crate) async fn remove(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(removing): FromForm<Removing>,
) -> Result<Response, Problem> {
    removing.confirmed()?;
    api::take_away(&app, id, signed.actor(&origin)).await?;
    Ok(redirect("/settings/webhooks"))
}
