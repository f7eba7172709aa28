//! Connectors: which CRMs are written to, how each is doing; and the forms for another.

use super::at_field;
use super::connector::show_tried;
use super::webhooks::{Row, kind_name};
use crate::api::deliveries::{self as sent, ListQuery};
use crate::api::extract::{FromPath, FromQuery};
use crate::api::paging::Limit;
use crate::api::webhooks::{self as api, ConnectorChange, NewWebhook, Webhook};
use crate::app::App;
use crate::people::{Origin, Signed};
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::errors::{Errors, FieldError};
use crate::web::forms::FromForm;
use crate::web::frame::{Frame, render};
use crate::web::words::{Calendar, Moment};
use crate::webhooks::connectors::Object;
use crate::webhooks::endpoint::Kind;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// A connector in the list.
struct Listed {
    row: Row,
    /// To which records.
    object: &'static str,
    /// When something was last to be written, and what became of it.
    last: Option<(Moment, &'static str)>,
}

/// What a form for a connector sends.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    crm: String,
    pub(super) url: String,
    client_id: String,
    secret: String,
    pub(super) object: String,
    pub(super) description: String,
    creates: bool,
}

#[derive(Template)]
#[template(path = "connectors.html")]
struct Page {
    frame: Frame,
    heading: String,
    rows: Vec<Listed>,
    has_hubspot: bool,
    /// Each form with what was typed into it and what is wrong there.
    hubspot: (Wanted, Errors),
    salesforce: (Wanted, Errors),
}

/// Returns what a connector writes to, in words.
pub(super) fn object_name(hook: &Webhook) -> &'static str {
    match hook.connector.as_ref().map(|connector| connector.object) {
        Some(Object::Lead) => "leads",
        _ => "contacts",
    }
}

/// Lists connectors.
pub(crate) async fn list(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    let none = || (Wanted::default(), Errors::default());
    Ok(render(&page(&app, &signed, none(), none()).await?))
}

async fn page(
    app: &App,
    signed: &Signed,
    hubspot: (Wanted, Errors),
    salesforce: (Wanted, Errors),
) -> Result<Page, Problem> {
    let Json(found) = api::list(State(app.clone())).await?;
    let calendar = Calendar::new(app.now(), None);
    let mut rows = Vec::new();
    for hook in found.webhooks.iter().filter(|hook| hook.kind.is_connector()) {
        rows.push(Listed { row: Row::of(hook), object: object_name(hook), last: last(app, hook.id, &calendar).await? });
    }
    let stopped: Vec<&Listed> = rows.iter().filter(|listed| listed.row.state != "enabled").collect();
    let heading = match (rows.as_slice(), stopped.as_slice()) {
        ([], _) => "No CRM is written to yet".to_owned(),
        (_, []) => "CRMs are up to date".to_owned(),
        (_, [one]) => format!("{} is {}", one.row.name, one.row.state),
        (_, stopped) => format!("{} connectors do not write", stopped.len()),
    };
    let waits = rows.iter().any(|listed| listed.row.waiting > 0);
    let heading = if waits && stopped.is_empty() { "CRMs are written to".to_owned() } else { heading };
    let has_hubspot = found.webhooks.iter().any(|hook| hook.kind == Kind::Hubspot);
    let frame = Frame::of(Some(signed), "/settings", "Connectors");
    Ok(Page { frame, heading, rows, has_hubspot, hubspot, salesforce })
}

async fn last(app: &App, id: i64, calendar: &Calendar) -> Result<Option<(Moment, &'static str)>, Problem> {
    let query = ListQuery { state: None, cursor: None, limit: Limit(1) };
    let Json(page) = sent::list(State(app.clone()), FromPath(id), FromQuery(query)).await?;
    let last = page.deliveries.first();
    Ok(last.map(|delivery| {
        let at = delivery.ended_at.unwrap_or(delivery.queued_at);
        (calendar.moment(at.0), super::deliveries::state_name(delivery.state))
    }))
}

fn wanted(typed: &Wanted) -> Result<NewWebhook, Problem> {
    let (kind, object) = match typed.crm.as_str() {
        "hubspot" => (Kind::Hubspot, None),
        "salesforce" => (Kind::Salesforce, Some(object_of(&typed.object)?)),
        _ => return Err(Problem::bad_request("invalid_value", "choose a CRM").at("crm")),
    };
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(NewWebhook {
        url: typed.url.trim().to_owned(),
        kind,
        types: None,
        description: typed.description.trim().to_owned(),
        rate: None,
        source: None,
        secret: given(&typed.secret),
        connector: Some(ConnectorChange {
            object,
            client_id: given(&typed.client_id),
            creates: Some(typed.creates),
            ..ConnectorChange::default()
        }),
    })
}

/// Returns the records of Salesforce that were chosen.
pub(super) fn object_of(text: &str) -> Result<Object, Problem> {
    match text {
        "lead" => Ok(Object::Lead),
        "contact" => Ok(Object::Contact),
        _ => Err(Problem::bad_request("invalid_value", "choose which records are written to").at("object")),
    }
}

/// Makes a connector, and shows at once whether it reaches its CRM.
pub(crate) async fn create(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(typed): FromForm<Wanted>,
) -> Result<Response, Problem> {
    let made = match wanted(&typed) {
        Ok(new) => api::make(&app, new, signed.actor(&origin)).await,
        Err(problem) => Err(problem),
    };
    let problem = match made {
        Ok((_, Json(hook))) => return show_tried(&app, &signed, hook.id).await,
        Err(problem) => problem,
    };
    let status = match problem.status {
        StatusCode::BAD_REQUEST => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    // Nobody sees the secret again, not even who typed it.
    let typed = Wanted { secret: String::new(), ..typed };
    let none = || (Wanted::default(), Errors::default());
    let fields = ["secret", "url", "client_id", "object", "description", "creates"];
    let page = match typed.crm.as_str() {
        "salesforce" => {
            let errors = of_salesforce(&at_field(problem, &fields)?);
            page(&app, &signed, none(), (typed, errors)).await?
        }
        "hubspot" => {
            let errors = at_field(problem, &fields)?;
            page(&app, &signed, (typed, errors), none()).await?
        }
        _ => return Err(problem),
    };
    let mut response = render(&page);
    *response.status_mut() = status;
    Ok(response)
}

/// Returns what is wrong by what its fields are called on a page where the other form has such ones, too.
fn of_salesforce(errors: &Errors) -> Errors {
    let own = |field: &str| match field {
        "url" => "sf-url",
        "client_id" => "sf-client_id",
        "object" => "sf-object",
        "description" => "sf-description",
        _ => "sf-secret",
    };
    let all = errors.all().iter();
    Errors::all_of(all.map(|error| FieldError { field: own(error.field), message: error.message.clone() }).collect())
}

/// Returns what people call the CRM of a connector.
pub(super) fn crm_name(hook: &Webhook) -> &'static str {
    kind_name(hook.kind)
}
