//! What became of the messages of a webhook; sending again what was given up.

use crate::api::deliveries::{self as api, Delivery, DeliveryStateName, ListQuery};
use crate::api::extract::{FromPath, FromQuery};
use crate::api::paging::{Cursor, Limit};
use crate::api::webhooks::find;
use crate::app::App;
use crate::people::Origin;
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::forms::FromForm;
use crate::web::marks::lead_path;
use crate::web::sign_in::Nothing;
use crate::web::words::{Calendar, Moment, Notice, counted};
use crate::webhooks::endpoint::Kind;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

/// Which deliveries are shown.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Shown {
    state: Option<DeliveryStateName>,
    cursor: Option<Cursor>,
    /// How many were just sent again.
    resent: Option<u64>,
}

/// A state to choose.
pub(super) struct Choice {
    pub(super) name: &'static str,
    pub(super) path: String,
    pub(super) is_chosen: bool,
}

/// A message on its way.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) at: Moment,
    pub(super) kind: String,
    /// Whom it is about, with the address of the page.
    pub(super) lead: Option<(String, String)>,
    pub(super) state: &'static str,
    pub(super) is_bad: bool,
    /// What came of the last try.
    pub(super) outcome: String,
    pub(super) can_resend: bool,
}

/// The deliveries of a webhook.
pub(super) struct Deliveries {
    pub(super) rows: Vec<Row>,
    pub(super) states: Vec<Choice>,
    pub(super) is_filtered: bool,
    pub(super) next: Option<String>,
}

impl Deliveries {
    pub(super) async fn read(
        app: &App,
        id: i64,
        path: &str,
        shown: Shown,
        calendar: &Calendar,
    ) -> Result<Deliveries, Problem> {
        let state = shown.state;
        let query = ListQuery { state, cursor: shown.cursor, limit: Limit::default() };
        let endpoint = find(app, id).await?;
        let is_on = endpoint.disabled.is_none();
        let Json(page) = api::list(State(app.clone()), FromPath(id), FromQuery(query)).await?;
        let choice = |name, word: &str, of: Option<DeliveryStateName>| {
            let path = if word.is_empty() { path.to_owned() } else { format!("{path}?state={word}") };
            Choice { name, path, is_chosen: state == of }
        };
        let next = page.next_cursor.as_ref().map(|cursor| {
            let mut query = vec![("cursor", serde_json::to_value(cursor).unwrap_or_default())];
            query.extend(state.map(|state| ("state", serde_json::to_value(state).unwrap_or_default())));
            let pairs: Vec<(&str, &str)> =
                query.iter().map(|(name, value)| (*name, value.as_str().unwrap_or_default())).collect();
            format!("{path}?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
        });
        Ok(Deliveries {
            rows: page.deliveries.iter().map(|delivery| row(delivery, is_on, calendar)).collect(),
            states: vec![
                choice("All", "", None),
                choice("Waiting", "waiting", Some(DeliveryStateName::Waiting)),
                choice("Delivered", "delivered", Some(DeliveryStateName::Delivered)),
                choice("Given up", "parked", Some(DeliveryStateName::Parked)),
            ]
            .into_iter()
            .chain(
                endpoint
                    .kind
                    .is_connector()
                    .then(|| choice("Not written", "skipped", Some(DeliveryStateName::Skipped))),
            )
            .collect(),
            is_filtered: state.is_some(),
            next,
        })
    }
}

/// Returns what people call where a message is.
pub(super) fn state_name(state: DeliveryStateName) -> &'static str {
    match state {
        DeliveryStateName::Waiting => "waiting",
        DeliveryStateName::Delivered => "delivered",
        DeliveryStateName::Parked => "given up",
        DeliveryStateName::Skipped => "not written",
    }
}

fn row(delivery: &Delivery, is_on: bool, calendar: &Calendar) -> Row {
    let next = delivery.next_try_at.filter(|_| is_on && delivery.state == DeliveryStateName::Waiting);
    let outcome = [
        delivery.status.map(|status| format!("answered {status}")),
        delivery.error.clone(),
        (delivery.attempts > 1).then(|| counted_tries(delivery.attempts)),
        next.map(|at| format!("next {}", calendar.moment(at.0).words)),
    ];
    Row {
        id: delivery.id,
        at: calendar.moment(delivery.queued_at.0),
        kind: delivery.kind.clone().unwrap_or_else(|| "no longer kept".to_owned()),
        lead: delivery.lead.as_ref().map(|lead| (lead.clone(), lead_path(lead))),
        state: state_name(delivery.state),
        is_bad: delivery.error.is_some()
            && matches!(delivery.state, DeliveryStateName::Waiting | DeliveryStateName::Parked),
        outcome: outcome.into_iter().flatten().collect::<Vec<_>>().join(", "),
        can_resend: delivery.state != DeliveryStateName::Waiting,
    }
}

fn counted_tries(tries: i64) -> String {
    format!("{tries} tries")
}

/// Returns what was just done.
pub(super) fn notice(shown: &Shown) -> Option<Notice> {
    let text = match shown.resent? {
        0 => "Nothing was given up, so nothing is sent again.".to_owned(),
        1 => "1 message is sent again.".to_owned(),
        count => format!("{} are sent again.", counted(i64::try_from(count).unwrap_or(i64::MAX), "message")),
    };
    Some(Notice { text, undo: None, is_bad: false })
}

/// Returns where the page of a webhook or a connector is.
fn path_of(kind: Kind, id: i64) -> String {
    let pages = if kind.is_connector() { "connectors" } else { "webhooks" };
    format!("/settings/{pages}/{id}")
}

/// Sends a message of a webhook or a connector again.
pub(crate) async fn resend(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath((id, delivery)): FromPath<(i64, i64)>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let path = path_of(find(&app, id).await?.kind, id);
    let Json(resent) = api::send_again(&app, id, delivery, signed.actor(&origin)).await?;
    Ok(redirect(&format!("{path}?resent={}", resent.resent)))
}

/// Sends all messages again that were given up.
pub(crate) async fn resend_parked(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let path = path_of(find(&app, id).await?.kind, id);
    let Json(resent) = api::send_parked_again(&app, id, signed.actor(&origin)).await?;
    Ok(redirect(&format!("{path}?resent={}", resent.resent)))
}
