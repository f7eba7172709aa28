//! One connector: a test, the fields it writes, its secret, and what became of what it was to write.

use super::at_field;
use super::connectors::{crm_name, object_name, object_of};
use super::deliveries::{self, Deliveries, Shown};
use super::webhook::Removing;
use super::webhooks::Row;
use crate::api::deliveries as sent;
use crate::api::extract::{FromPath, FromQuery};
use crate::api::webhooks::{self as api, ConnectorChange, Webhook, WebhookChange};
use crate::app::App;
use crate::people::{Origin, Signed};
use crate::problem::Problem;
use crate::web::access::{Visitor, redirect};
use crate::web::errors::{Errors, sentence};
use crate::web::forms::FromForm;
use crate::web::frame::{Frame, render};
use crate::web::sign_in::Nothing;
use crate::web::words::{Calendar, Moment, Notice};
use crate::webhooks::connectors::Field;
use crate::webhooks::endpoint::Kind;
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a field for the name of a field begins with; what it holds follows.
const FIELD: &str = "field.";

/// A field of the CRM, as the form has it.
struct FieldName {
    id: String,
    label: &'static str,
    name: String,
}

/// The settings as they are typed.
#[derive(Clone, Default)]
struct Typed {
    description: String,
    url: String,
    client_id: String,
    object: String,
    email_attribute: String,
    rate: String,
    source: String,
    creates: bool,
    fields: BTreeMap<String, String>,
}

impl Typed {
    fn of(hook: &Webhook) -> Typed {
        let connector = hook.connector.as_ref();
        let fields = connector.map(|connector| connector.fields.clone()).unwrap_or_default();
        Typed {
            description: hook.description.clone(),
            url: hook.url.trim_end_matches('/').to_owned(),
            client_id: connector.and_then(|connector| connector.client_id.clone()).unwrap_or_default(),
            object: if object_name(hook) == "leads" { "lead".to_owned() } else { "contact".to_owned() },
            email_attribute: connector.map(|connector| connector.email_attribute.clone()).unwrap_or_default(),
            rate: hook.rate.to_string(),
            source: hook.source.clone().unwrap_or_default(),
            creates: connector.is_some_and(|connector| connector.creates),
            fields: fields.into_iter().map(|(field, name)| (field.to_owned(), name)).collect(),
        }
    }

    fn read(mut fields: BTreeMap<String, String>) -> Result<Typed, Problem> {
        let mut take = |name: &str| fields.remove(name).unwrap_or_default().trim().to_owned();
        let mut typed = Typed {
            description: take("description"),
            url: take("url"),
            client_id: take("client_id"),
            object: take("object"),
            email_attribute: take("email_attribute"),
            rate: take("rate"),
            source: take("source"),
            creates: take("creates") == "true",
            fields: BTreeMap::new(),
        };
        for (name, value) in fields {
            let unknown =
                || Problem::bad_request("unknown_field", "the form has a field that is not known").at(name.clone());
            typed.fields.insert(name.strip_prefix(FIELD).ok_or_else(unknown)?.to_owned(), value);
        }
        Ok(typed)
    }

    fn change(&self, kind: Kind) -> Result<WebhookChange, Problem> {
        let is_salesforce = kind == Kind::Salesforce;
        let wrong = |_| Problem::bad_request("invalid_value", "this is no whole number").at("rate");
        Ok(WebhookChange {
            url: Some(self.url.clone()),
            types: None,
            description: Some(self.description.clone()),
            rate: Some(self.rate.parse().map_err(wrong)?),
            source: Some(self.source.clone()),
            secret: None,
            connector: Some(ConnectorChange {
                object: if is_salesforce { Some(object_of(&self.object)?) } else { None },
                client_id: Some(self.client_id.clone()).filter(|_| is_salesforce),
                fields: Some(self.fields.clone()),
                email_attribute: Some(self.email_attribute.clone()),
                creates: Some(self.creates),
            }),
        })
    }
}

#[derive(Template)]
#[template(path = "connector.html")]
struct Page {
    frame: Frame,
    errors: Errors,
    hook: Row,
    crm: &'static str,
    object: &'static str,
    path: String,
    is_salesforce: bool,
    is_on: bool,
    off: Option<(Moment, String)>,
    failing: Option<Moment>,
    typed: Typed,
    fields: Vec<FieldName>,
    deliveries: Deliveries,
}

/// What is said above the page, and what a form held that was refused.
#[derive(Default)]
struct Said {
    notice: Option<Notice>,
    again: Option<(Typed, Errors)>,
}

/// Shows a connector.
pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<i64>,
    FromQuery(shown): FromQuery<Shown>,
) -> Result<Response, Problem> {
    let notice = deliveries::notice(&shown);
    page(&app, &signed, id, shown, Said { notice, again: None }).await
}

async fn page(app: &App, signed: &Signed, id: i64, shown: Shown, said: Said) -> Result<Response, Problem> {
    let hook = find(app, id).await?;
    let calendar = Calendar::new(app.now(), None);
    let path = format!("/settings/connectors/{id}");
    let deliveries = Deliveries::read(app, id, &path, shown, &calendar).await?;
    let (typed, errors) = said.again.unwrap_or_else(|| (Typed::of(&hook), Errors::default()));
    let row = Row::of(&hook);
    let at = hook.disabled_at.as_ref().map(|at| calendar.moment(at.0));
    let fields = Field::ALL.map(|field| FieldName {
        id: format!("{FIELD}{}", field.name()),
        label: label(field),
        name: typed.fields.get(field.name()).cloned().unwrap_or_default(),
    });
    Ok(render(&Page {
        frame: Frame::of(Some(signed), "/settings", row.name.clone()).with_notice(said.notice),
        errors,
        crm: crm_name(&hook),
        object: object_name(&hook),
        hook: row,
        path,
        is_salesforce: hook.kind == Kind::Salesforce,
        is_on: at.is_none(),
        off: at.map(|at| (at, hook.disabled_because.clone().unwrap_or_default())),
        failing: hook.failing_since.as_ref().map(|at| calendar.moment(at.0)),
        typed,
        fields: fields.into(),
        deliveries,
    }))
}

/// Returns what people call what stands in a field.
fn label(field: Field) -> &'static str {
    match field {
        Field::Score => "Score",
        Field::Fit => "Fit",
        Field::Engagement => "Engagement",
        Field::Grade => "Grade",
        Field::Stage => "Stage",
        Field::HandOff => "State of the hand-off",
        Field::HandOffId => "Id of the hand-off",
        Field::Reasons => "Reasons in words",
        Field::OpenedAt => "Handed over at",
        Field::DueAt => "To be answered by",
        Field::Team => "Team",
        Field::Owner => "Owner",
        Field::Link => "Link to the lead",
    }
}

/// Returns a connector; webhooks have pages of their own.
async fn find(app: &App, id: i64) -> Result<Webhook, Problem> {
    let Json(hook) = api::show(State(app.clone()), FromPath(id)).await?;
    if hook.kind.is_connector() { Ok(hook) } else { Err(Problem::not_found("there is no such connector")) }
}

/// Changes the settings of a connector.
pub(crate) async fn change(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(fields): FromForm<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let kind = find(&app, id).await?.kind;
    let typed = Typed::read(fields)?;
    let changed = match typed.change(kind) {
        Ok(change) => api::alter(&app, id, change, signed.actor(&origin)).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(redirect(&format!("/settings/connectors/{id}"))),
        Err(problem) => refused(&app, &signed, id, problem, typed).await,
    }
}

/// Shows the page again, with what was typed and what is wrong with it.
async fn refused(app: &App, signed: &Signed, id: i64, problem: Problem, typed: Typed) -> Result<Response, Problem> {
    let status = match problem.status {
        StatusCode::BAD_REQUEST => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    let known = [
        "fields",
        "url",
        "client_id",
        "object",
        "email_attribute",
        "creates",
        "description",
        "rate",
        "source",
        "secret",
    ];
    let errors = at_field(problem, &known)?;
    let said = Said { notice: None, again: Some((typed, errors)) };
    let mut response = page(app, signed, id, Shown::default(), said).await?;
    *response.status_mut() = status;
    Ok(response)
}

/// Asks the CRM whether it could be written to, and shows what it says.
pub(crate) async fn test(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    find(&app, id).await?;
    show_tried(&app, &signed, id).await
}

/// Shows a connector with what its CRM says just now.
pub(super) async fn show_tried(app: &App, signed: &Signed, id: i64) -> Result<Response, Problem> {
    let crm = crm_name(&find(app, id).await?);
    let Json(tried) = sent::test(State(app.clone()), FromPath(id)).await?;
    let error = tried.error.as_deref().map(sentence).unwrap_or_default();
    let text = match (tried.delivered, tried.missing_fields.is_empty()) {
        (true, _) => format!("{crm} takes the secret and has all fields."),
        (false, false) => format!("{crm} takes the secret. {error}"),
        (false, true) => format!("{crm} could not be asked. {error}"),
    };
    let notice = Some(Notice { text, undo: None, is_bad: !tried.delivered });
    page(app, signed, id, Shown::default(), Said { notice, again: None }).await
}

/// Lets it write again.
pub(crate) async fn enable(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    find(&app, id).await?;
    let _ = api::switch_on(&app, id, signed.actor(&origin)).await?;
    Ok(redirect(&format!("/settings/connectors/{id}")))
}

/// Lets it write no more for now.
pub(crate) async fn disable(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    find(&app, id).await?;
    let _ = api::switch_off(&app, id, signed.actor(&origin)).await?;
    Ok(redirect(&format!("/settings/connectors/{id}")))
}

/// What the form for another secret sends.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewSecret {
    secret: String,
}

/// Takes another secret into use, and shows at once whether the CRM takes it.
pub(crate) async fn renew(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(NewSecret { secret }): FromForm<NewSecret>,
) -> Result<Response, Problem> {
    let before = Typed::of(&find(&app, id).await?);
    let change = WebhookChange { secret: Some(secret), ..WebhookChange::default() };
    match api::alter(&app, id, change, signed.actor(&origin)).await {
        Ok(_) => show_tried(&app, &signed, id).await,
        Err(problem) => refused(&app, &signed, id, problem, before).await,
    }
}

/// Removes a connector, when somebody said that they are sure.
pub(crate) async fn remove(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<i64>,
    FromForm(removing): FromForm<Removing>,
) -> Result<Response, Problem> {
    find(&app, id).await?;
    removing.confirmed()?;
    api::take_away(&app, id, signed.actor(&origin)).await?;
    Ok(redirect("/settings/connectors"))
}
