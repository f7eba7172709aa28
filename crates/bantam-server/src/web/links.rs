//! The pages behind links that let somebody in once: set-up, invitation, another password.

use super::access::redirect;
use super::errors::Errors;
use super::forms::FromForm;
use super::frame::{Frame, render};
use super::sign_in::{enter, refused, with_status};
use crate::api::extract::FromPath;
use crate::app::App;
use crate::people::{LinkKind, Origin, Refusal};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

/// What the forms send.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    frame: Frame,
    errors: Errors,
    /// Where the form goes.
    path: String,
    /// What the page is for, in a sentence.
    says: String,
    button: &'static str,
    /// What is asked for; `None` where it is known already.
    name: Option<String>,
    email: Option<String>,
    password_help: String,
}

/// Returns what a new password has to be.
pub(crate) fn password_help(has_second_factor: bool) -> String {
    let least = if has_second_factor { 8 } else { 15 };
    format!(
        "{least} characters or more; anything goes, spaces too. Four words that have nothing to do with each other are easy to \
         keep in mind."
    )
}

/// Returns the page of a link; `person` has the address and whether there is a second factor.
fn page(kind: LinkKind, secret: &str, person: Option<(&str, bool)>, given: Given, errors: Errors) -> Response {
    let (email, has_factor) = person.unwrap_or_default();
    let (title, says, button) = match kind {
        LinkKind::SetUp => ("Set-up", "Whoever fills this in becomes the first admin.".to_owned(), "Become the admin"),
        LinkKind::Invitation => ("Welcome", format!("You were invited as {email}."), "Come in"),
        LinkKind::Reset => ("Another password", format!("For {email}. All open sessions end."), "Change the password"),
    };
    render(&LinkPage {
        frame: Frame::of(None, "", title),
        errors,
        path: format!("/{}/{secret}", kind.name()),
        says,
        button,
        name: (kind != LinkKind::Reset).then_some(given.name),
        email: (kind == LinkKind::SetUp).then_some(given.email),
        password_help: password_help(has_factor),
    })
}

pub(crate) async fn show_set_up(State(app): State<App>, FromPath(link): FromPath<String>) -> Result<Response, Problem> {
    match app.people().may_set_up(link.clone()).await? {
        true => Ok(page(LinkKind::SetUp, &link, None, Given::default(), Errors::default())),
        false => Err(refused(&Refusal::Link)),
    }
}

pub(crate) async fn set_up(
    State(app): State<App>,
    FromPath(link): FromPath<String>,
    origin: Origin,
    FromForm(given): FromForm<Given>,
) -> Result<Response, Problem> {
    let named = (given.name.clone(), given.email.clone());
    match app.people().set_up(origin, link.clone(), named, given.password.clone()).await? {
        Ok(let_in) => Ok(enter(&app, &let_in, "/account")),
        Err(Refusal::Link) => Err(refused(&Refusal::Link)),
        Err(refusal) => {
            let errors = Errors::of(&refusal, "name");
            Ok(with_status(page(LinkKind::SetUp, &link, None, given, errors), &refusal))
        }
    }
}

pub(crate) async fn show_invitation(
    State(app): State<App>,
    FromPath(link): FromPath<String>,
) -> Result<Response, Problem> {
    if app.passwords_off().is_some() {
        return Ok(redirect("/sign-in"));
    }
    show(&app, LinkKind::Invitation, link).await
}

pub(crate) async fn show_reset(State(app): State<App>, FromPath(link): FromPath<String>) -> Result<Response, Problem> {
    show(&app, LinkKind::Reset, link).await
}

/// Looking at a link does not use it up: programs that read mail look at links, too.
async fn show(app: &App, kind: LinkKind, link: String) -> Result<Response, Problem> {
    let person = app.people().holder(kind, link.clone()).await?.ok_or_else(|| refused(&Refusal::Link))?;
    let known = (person.email.as_str(), person.has_second_factor());
    Ok(page(kind, &link, Some(known), Given::default(), Errors::default()))
}

pub(crate) async fn accept(
    State(app): State<App>,
    FromPath(link): FromPath<String>,
    origin: Origin,
    FromForm(given): FromForm<Given>,
) -> Result<Response, Problem> {
    if let Some(refusal) = app.passwords_off() {
        return Err(refused(&refusal));
    }
    let people = app.people();
    let person = people.holder(LinkKind::Invitation, link.clone()).await?.ok_or_else(|| refused(&Refusal::Link))?;
    match people.accept(origin, link.clone(), given.name.clone(), given.password.clone()).await? {
        Ok(let_in) => Ok(enter(&app, &let_in, "/")),
        Err(Refusal::Link) => Err(refused(&Refusal::Link)),
        Err(refusal) => {
            let (known, errors) = ((person.email.as_str(), false), Errors::of(&refusal, "name"));
            Ok(with_status(page(LinkKind::Invitation, &link, Some(known), given, errors), &refusal))
        }
    }
}

pub(crate) async fn reset(
    State(app): State<App>,
    FromPath(link): FromPath<String>,
    origin: Origin,
    FromForm(given): FromForm<Given>,
) -> Result<Response, Problem> {
    let people = app.people();
    let person = people.holder(LinkKind::Reset, link.clone()).await?.ok_or_else(|| refused(&Refusal::Link))?;
    match people.reset(origin, link.clone(), given.password.clone()).await? {
        Ok(let_in) => Ok(enter(&app, &let_in, "/")),
        Err(Refusal::Link) => Err(refused(&Refusal::Link)),
        Err(refusal) => {
            let (known, errors) =
                ((person.email.as_str(), person.has_second_factor()), Errors::of(&refusal, "password"));
            Ok(with_status(page(LinkKind::Reset, &link, Some(known), given, errors), &refusal))
        }
    }
}
