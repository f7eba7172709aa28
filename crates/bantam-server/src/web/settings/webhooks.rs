//! Webhooks: who is told what, how each is doing; and the form for another.

use super::at_field;
use super::keys::Secret;
use crate::api::webhooks::{self as api, NewWebhook, Webhook};
use crate::app::App;
use crate::people::{Origin, Signed};
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::errors::Errors;
use crate::web::forms::FromForm;
use crate::web::frame::{Frame, render};
use crate::webhooks::endpoint::{Kind, TYPES, TYPES_FOR_PEOPLE};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::collections::BTreeMap;

/// What a field for a type of messages begins with; the type follows.
const TYPE: &str = "type.";

/// A webhook in the list.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) host: String,
    pub(super) state: &'static str,
    pub(super) waiting: i64,
    pub(super) parked: i64,
}

impl Row {
    pub(super) fn of(hook: &Webhook) -> Row {
        let host = host(&hook.url);
        Row {
            id: hook.id,
            name: if hook.description.is_empty() { host.clone() } else { hook.description.clone() },
            kind: kind_name(hook.kind),
            host,
            state: hook.state,
            waiting: hook.waiting,
            parked: hook.parked,
        }
    }
}

/// Returns where messages go, without the path: it may be a secret.
fn host(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(url) if url.scheme() == "mailto" => url.path().to_owned(),
        Ok(url) => url.host_str().unwrap_or_default().to_owned(),
        Err(_) => String::new(),
    }
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Standard => "signed JSON",
        Kind::Slack => "Slack",
        Kind::Email => "mail",
        Kind::Hubspot => "HubSpot",
        Kind::Salesforce => "Salesforce",
    }
}

/// A type of messages, to choose.
pub(super) struct TypeChoice {
    pub(super) field: String,
    pub(super) name: &'static str,
    pub(super) is_chosen: bool,
    pub(super) is_for_people: bool,
}

/// Returns the types that can be chosen for a form of messages.
pub(super) fn type_choices(kind: Kind, chosen: &[String]) -> Vec<TypeChoice> {
    let known = kind.types();
    let choice = |name: &&'static str| TypeChoice {
        field: format!("{TYPE}{name}"),
        name,
        is_chosen: chosen.iter().any(|own| own == name),
        is_for_people: TYPES_FOR_PEOPLE.contains(name),
    };
    known.iter().map(choice).collect()
}

/// What was typed.
#[derive(Clone, Default)]
pub(super) struct Typed {
    pub(super) kind: String,
    pub(super) url: String,
    pub(super) description: String,
    pub(super) rate: String,
    pub(super) source: String,
    pub(super) types: Vec<String>,
}

impl Typed {
    /// Takes a form apart; its types are fields of their own.
    pub(super) fn read(mut fields: BTreeMap<String, String>) -> Result<Typed, Problem> {
        let mut take = |name: &str| fields.remove(name).unwrap_or_default();
        let (kind, url, description) = (take("kind"), take("url"), take("description"));
        let (rate, source) = (take("rate"), take("source"));
        let mut types = Vec::new();
        for name in fields.keys() {
            let unknown =
                || Problem::bad_request("unknown_field", "the form has a field that is not known").at(name.clone());
            types.push(name.strip_prefix(TYPE).ok_or_else(unknown)?.to_owned());
        }
        Ok(Typed { kind, url, description, rate, source, types })
    }

    /// Returns the rate; `None` where nothing was typed.
    pub(super) fn rate(&self) -> Result<Option<u32>, Problem> {
        match self.rate.trim() {
            "" => Ok(None),
            text => {
                let wrong = |_| Problem::bad_request("invalid_value", "this is no whole number").at("rate");
                text.parse().map(Some).map_err(wrong)
            }
        }
    }
}

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Page {
    frame: Frame,
    errors: Errors,
    heading: String,
    rows: Vec<Row>,
    typed: Typed,
    types: Vec<TypeChoice>,
    can_mail: bool,
}

impl Page {
    fn is_kind(&self, kind: &str) -> bool {
        self.typed.kind == kind || (self.typed.kind.is_empty() && kind == "standard")
    }
}

/// Lists webhooks.
pub(crate) async fn list(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    let all = Typed { types: TYPES.map(str::to_owned).into(), ..Typed::default() };
    Ok(render(&page(&app, &signed, all, Errors::default()).await?))
}

async fn page(app: &App, signed: &Signed, typed: Typed, errors: Errors) -> Result<Page, Problem> {
    let Json(found) = api::list(State(app.clone())).await?;
    let rows: Vec<Row> = found.webhooks.iter().filter(|hook| !hook.kind.is_connector()).map(Row::of).collect();
    let failing = rows.iter().filter(|row| row.state == "failing").count();
    let parked: i64 = rows.iter().map(|row| row.parked).sum();
    let heading = match (rows.len(), failing, parked) {
        (0, ..) => "Nobody is told what happens yet".to_owned(),
        (_, 0, 0) => "All messages arrive".to_owned(),
        (_, 0, parked) => format!("Messages arrive now; {parked} were given up before"),
        (_, 1, _) => "1 webhook does not take its messages".to_owned(),
        (_, failing, _) => format!("{failing} webhooks do not take their messages"),
    };
    let types = type_choices(Kind::Standard, &typed.types);
    let can_mail = app.outgoing.has_mail();
    Ok(Page { frame: Frame::of(Some(signed), "/settings", "Webhooks"), errors, heading, rows, typed, types, can_mail })
}

fn wanted(typed: &Typed) -> Result<NewWebhook, Problem> {
    let kind = match typed.kind.as_str() {
        "standard" => Kind::Standard,
        "slack" => Kind::Slack,
        "email" => Kind::Email,
        _ => return Err(Problem::bad_request("invalid_value", "choose in what form messages are sent").at("kind")),
    };
    // The form offers all types; of those that people are not notified of none is meant for them.
    let fits = |name: &String| kind == Kind::Standard || TYPES_FOR_PEOPLE.contains(&name.as_str());
    Ok(NewWebhook {
        url: typed.url.trim().to_owned(),
        kind,
        types: Some(typed.types.iter().filter(|name| fits(name)).cloned().collect()),
        description: typed.description.trim().to_owned(),
        rate: typed.rate()?,
        source: Some(typed.source.trim().to_owned()).filter(|source| !source.is_empty()),
        secret: None,
        connector: None,
    })
}

/// Makes a webhook, and shows its secret once.
pub(crate) async fn create(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(fields): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let typed = Typed::read(fields)?;
    let made = match wanted(&typed) {
        Ok(new) => api::make(&app, new, signed.actor(&origin)).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok((_, Json(hook))) => Ok(match hook.secret {
            Some(secret) if !secret.is_empty() => secret_page(&signed, hook.id, "The webhook is made", secret),
            _ => redirect(&format!("/settings/webhooks/{}", hook.id)),
        }),
        Err(problem) => {
            let status = if problem.status == StatusCode::BAD_REQUEST {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                problem.status
            };
            let errors = at_field(problem, &["url", "kind", "types", "description", "rate", "source"])?;
            let mut response = render(&page(&app, &signed, typed, errors).await?);
            *response.status_mut() = status;
            Ok(response)
        }
    }
}

/// Shows a secret: the only moment at which it is known.
pub(super) fn secret_page(signed: &Signed, id: i64, heading: &'static str, secret: String) -> Response {
    render(&Secret {
        frame: Frame::of(Some(signed), "/settings", "A secret"),
        heading,
        says: "The receiver checks the signature of each message with this secret. It is shown now and never again."
            .to_owned(),
        secret,
        back: format!("/settings/webhooks/{id}"),
        back_says: "The webhook",
    })
}
