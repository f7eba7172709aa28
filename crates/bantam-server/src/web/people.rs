//! Settings: who may sign in, and what they may do.

use super::access::{Visitor, redirect};
use super::errors::Errors;
use super::forms::FromForm;
use super::frame::{Frame, render};
use super::sign_in::{Nothing, refused, with_status};
use super::words::{Calendar, Moment};
use crate::api::extract::FromPath;
use crate::app::App;
use crate::people::audit::Actor;
use crate::people::{
    ChangeError, Link, Origin, Person, Refusal, Role, Signed, Standing, by_id, disable, enable, everybody, invite,
    reset_link, set_roles, unlink, withdraw,
};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bantam_store::Ledger;
use serde::Deserialize;
use std::collections::BTreeSet;

/// A role that can be chosen.
struct Choice {
    role: Role,
    is_chosen: bool,
}

/// Somebody in the list.
struct Row {
    id: String,
    name: String,
    email: String,
    roles: String,
    standing: &'static str,
    has_second_factor: bool,
    is_provided: bool,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    errors: Errors,
    rows: Vec<Row>,
    email: String,
    choices: Vec<Choice>,
    can_mail: bool,
}

/// Roles as checkboxes send them.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Invited {
    viewer: bool,
    marketing: bool,
    sales: bool,
    admin: bool,
}

impl Invited {
    fn roles(self) -> BTreeSet<Role> {
        let chosen = [self.viewer, self.marketing, self.sales, self.admin];
        Role::ALL.into_iter().zip(chosen).filter(|(_, is_chosen)| *is_chosen).map(|(role, _)| role).collect()
    }
}

/// What the form for an invitation sends.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Invitation {
    email: String,
    viewer: bool,
    marketing: bool,
    sales: bool,
    admin: bool,
}

fn choices(chosen: &BTreeSet<Role>) -> Vec<Choice> {
    Role::ALL.into_iter().map(|role| Choice { role, is_chosen: chosen.contains(&role) }).collect()
}

fn names(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}

fn standing(person: &Person) -> &'static str {
    match person.standing {
        Standing::Invited => "invited",
        Standing::Active => "active",
        Standing::Disabled => "disabled",
    }
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
}

/// The way to all settings.
pub(crate) async fn settings(Visitor(signed): Visitor) -> Response {
    render(&SettingsPage { frame: Frame::of(Some(&signed), "/settings", "Settings") })
}

pub(crate) async fn list(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    page(&app, &signed, Errors::default(), String::new(), &BTreeSet::new()).await
}

async fn page(
    app: &App,
    signed: &Signed,
    errors: Errors,
    email: String,
    chosen: &BTreeSet<Role>,
) -> Result<Response, Problem> {
    let everybody = app.read(|reader| Ok(reader.read(everybody)?)).await?;
    let row = |person: Person| Row {
        roles: names(&person.roles),
        standing: standing(&person),
        has_second_factor: person.has_second_factor(),
        is_provided: person.is_provided(),
        id: person.id,
        name: person.name,
        email: person.email,
    };
    let rows = everybody.into_iter().map(row).collect();
    let (frame, can_mail) = (Frame::of(Some(signed), "/settings", "People"), app.people().can_mail());
    Ok(render(&PeoplePage { frame, errors, rows, email, choices: choices(chosen), can_mail }))
}

#[derive(Template)]
#[template(path = "person_link.html")]
struct LinkPage {
    frame: Frame,
    email: String,
    url: String,
    is_mailed: bool,
}

/// Shows a link: the only moment at which it is known.
async fn show_link(app: &App, signed: &Signed, headers: &HeaderMap, person: &Person, link: &Link) -> Response {
    let is_mailed = app.people().mail_link(person, link).await;
    LinkPage {
        frame: Frame::of(Some(signed), "/settings", "A link"),
        email: person.email.clone(),
        url: app.people().url_of(headers, &link.path()),
        is_mailed,
    }
    .response()
}

impl LinkPage {
    fn response(&self) -> Response {
        render(self)
    }
}

pub(crate) async fn create(
    State(app): State<App>,
    Visitor(signed): Visitor,
    headers: HeaderMap,
    origin: Origin,
    FromForm(given): FromForm<Invitation>,
) -> Result<Response, Problem> {
    let Invitation { email, viewer, marketing, sales, admin } = given;
    let roles = Invited { viewer, marketing, sales, admin }.roles();
    let (actor, wanted, chosen) = (signed.actor(&origin), email.clone(), roles.clone());
    match app.people().change(move |ledger, now| invite(ledger, now, &actor, &wanted, chosen)).await? {
        Ok((person, link)) => Ok(show_link(&app, &signed, &headers, &person, &link).await),
        Err(refusal) => {
            let errors = Errors::of(&refusal, "email");
            Ok(with_status(page(&app, &signed, errors, email, &roles).await?, &refusal))
        }
    }
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    errors: Errors,
    person: Person,
    standing: &'static str,
    roles: String,
    since: Moment,
    choices: Vec<Choice>,
    /// What was chosen where somebody else was faster.
    wanted: Option<String>,
    is_self: bool,
    /// Whether a link would let them choose a password that works.
    takes_links: bool,
}

pub(crate) async fn show(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromPath(id): FromPath<String>,
) -> Result<Response, Problem> {
    person_page(&app, &signed, &id, Errors::default(), None).await
}

async fn person_page(
    app: &App,
    signed: &Signed,
    id: &str,
    errors: Errors,
    wanted: Option<BTreeSet<Role>>,
) -> Result<Response, Problem> {
    let wanted_id = id.to_owned();
    let person = app.read(move |reader| Ok(reader.read(|ledger| by_id(ledger, &wanted_id))?)).await?;
    let person = person.ok_or_else(|| refused(&Refusal::NoPerson))?;
    Ok(render(&PersonPage {
        frame: Frame::of(Some(signed), "/settings", person.name().to_owned()),
        errors,
        standing: standing(&person),
        roles: names(&person.roles),
        since: Calendar::new(app.now(), None).moment(person.created_at),
        choices: choices(wanted.as_ref().unwrap_or(&person.roles)),
        wanted: wanted.as_ref().map(names),
        is_self: person.id == signed.person.id,
        takes_links: app.passwords_off().is_none(),
        person,
    }))
}

/// What the form for roles sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    version: u64,
    #[serde(default)]
    viewer: bool,
    #[serde(default)]
    marketing: bool,
    #[serde(default)]
    sales: bool,
    #[serde(default)]
    admin: bool,
}

pub(crate) async fn change_roles(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(given): FromForm<Wanted>,
) -> Result<Response, Problem> {
    let Wanted { version, viewer, marketing, sales, admin } = given;
    let version = i64::try_from(version).unwrap_or(i64::MAX);
    let roles = Invited { viewer, marketing, sales, admin }.roles();
    let (actor, of, chosen) = (signed.actor(&origin), id.clone(), roles.clone());
    let changed = app
        .people()
        .change_at_desk(move |desk, ledger, now| set_roles(desk, ledger, now, &actor, &of, version, chosen))
        .await?;
    match changed {
        Ok(_) => Ok(redirect(&format!("/settings/people/{id}"))),
        Err(Refusal::NoPerson) => Err(refused(&Refusal::NoPerson)),
        Err(refusal) => {
            let errors = Errors::of(&refusal, "roles");
            let wanted = Some(roles);
            Ok(with_status(person_page(&app, &signed, &id, errors, wanted).await?, &refusal))
        }
    }
}

/// What the form for a link sends.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Reset {
    second_factor: bool,
}

pub(crate) async fn make_link(
    State(app): State<App>,
    Visitor(signed): Visitor,
    headers: HeaderMap,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(given): FromForm<Reset>,
) -> Result<Response, Problem> {
    if let Some(refusal) = app.passwords_off() {
        return Err(refused(&refusal));
    }
    let actor = signed.actor(&origin);
    let made =
        app.people().change(move |ledger, now| reset_link(ledger, now, &actor, &id, given.second_factor)).await?;
    let (person, link) = made.map_err(|refusal| refused(&refusal))?;
    Ok(show_link(&app, &signed, &headers, &person, &link).await)
}

pub(crate) async fn turn_off(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let (actor, of) = (signed.actor(&origin), id.clone());
    match app.people().change_at_desk(move |desk, ledger, now| disable(desk, ledger, now, &actor, &of)).await? {
        Ok(_) => Ok(redirect(&format!("/settings/people/{id}"))),
        Err(Refusal::NoPerson) => Err(refused(&Refusal::NoPerson)),
        Err(refusal) => {
            let errors = Errors::of(&refusal, "roles");
            Ok(with_status(person_page(&app, &signed, &id, errors, None).await?, &refusal))
        }
    }
}

pub(crate) async fn turn_on(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    change_one(&app, signed.actor(&origin), id, enable).await
}

/// Takes the link to an account at the provider away.
pub(crate) async fn take_link_away(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    change_one(&app, signed.actor(&origin), id, unlink).await
}

/// Changes somebody, and shows them again.
async fn change_one(
    app: &App,
    actor: Actor,
    id: String,
    change: fn(&mut dyn Ledger, i64, &Actor, &str) -> Result<Person, ChangeError>,
) -> Result<Response, Problem> {
    let of = id.clone();
    let done = app.people().change(move |ledger, now| change(ledger, now, &actor, &of)).await?;
    done.map_err(|refusal| refused(&refusal))?;
    Ok(redirect(&format!("/settings/people/{id}")))
}

pub(crate) async fn remove(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(id): FromPath<String>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let actor = signed.actor(&origin);
    let done = app.people().change(move |ledger, now| withdraw(ledger, now, &actor, &id)).await?;
    done.map_err(|refusal| refused(&refusal))?;
    Ok(redirect("/settings/people"))
}
