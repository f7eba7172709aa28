//! The account: what people change about themselves, and where they are signed in.

use super::access::{Visitor, redirect};
use super::errors::Errors;
use super::forms::FromForm;
use super::frame::{Frame, render};
use super::links::password_help;
use super::sign_in::{Nothing, enter, refused, with_status};
use super::words::{Calendar, Moment};
use crate::api::extract::FromPath;
use crate::app::App;
use crate::people::{
    Origin, Refusal, Signed, begin_session, change_name, change_password, confirm_second_factor, end_all_sessions,
    end_session, factor_address, offer_second_factor, remove_second_factor, renew_recovery, session_holds,
};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use bantam_store::SessionRow;
use qrcode::{Color, QrCode};
use serde::Deserialize;

/// White modules around a picture for phones: what the standard asks for.
const QUIET: usize = 4;

/// A browser in which somebody is signed in.
struct Session {
    /// How it is called in addresses.
    key: String,
    agent: String,
    address: String,
    began: Moment,
    seen: Moment,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    errors: Errors,
    name: String,
    email: String,
    roles: String,
    password_help: String,
    has_second_factor: bool,
    recovery_left: usize,
    has_password: bool,
    /// The provider that they sign in through, and since when.
    provided: Option<(String, Moment)>,
    sessions: Vec<Session>,
}

pub(crate) async fn show(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    page(&app, &signed, Errors::default(), None).await
}

async fn page(app: &App, signed: &Signed, errors: Errors, name: Option<String>) -> Result<Response, Problem> {
    let (person, now) = (signed.person.clone(), app.now());
    let id = person.id.clone();
    let rows = app.read(move |reader| Ok(reader.read(|ledger| ledger.sessions_of(&id))?)).await?;
    let calendar = Calendar::new(now, None);
    let sessions = rows.iter().filter(|row| !row.is_half && session_holds(row, now));
    Ok(render(&AccountPage {
        frame: Frame::of(Some(signed), "/account", "Account"),
        errors,
        name: name.unwrap_or_else(|| person.name.clone()),
        email: person.email.clone(),
        roles: person.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", "),
        password_help: password_help(person.has_second_factor()),
        has_second_factor: person.has_second_factor(),
        recovery_left: person.recovery_left(),
        has_password: person.has_password(),
        provided: person.provided.as_ref().map(|own| {
            // Another provider may be set by now.
            let sso = app.sso.as_ref().filter(|sso| sso.is_issuer(&own.issuer));
            (sso.map_or_else(|| own.issuer.clone(), |sso| sso.name().to_owned()), calendar.moment(own.linked_at))
        }),
        sessions: sessions.map(|row| shown(row, signed, &calendar)).collect(),
    }))
}

fn shown(row: &SessionRow, signed: &Signed, calendar: &Calendar) -> Session {
    Session {
        key: key_of(&row.hash),
        agent: if row.agent.is_empty() { "An unknown browser".to_owned() } else { row.agent.clone() },
        address: row.address.clone(),
        began: calendar.moment(row.created_at),
        seen: calendar.moment(row.seen_at),
        is_this: row.hash == signed.session,
    }
}

fn key_of(hash: &[u8; 32]) -> String {
    crate::base32::encode(hash)
}

/// Shows the account once more, with what is wrong.
async fn again(app: &App, signed: &Signed, refusal: &Refusal, at: &'static str) -> Result<Response, Problem> {
    Ok(with_status(page(app, signed, Errors::of(refusal, at), None).await?, refusal))
}

/// What the form for the name sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenName {
    #[serde(default)]
    name: String,
}

pub(crate) async fn rename(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromForm(given): FromForm<GivenName>,
) -> Result<Response, Problem> {
    let (id, name) = (signed.person.id.clone(), given.name.clone());
    match app.people().change(move |ledger, _| change_name(ledger, &id, &name)).await? {
        Ok(_) => Ok(redirect("/account")),
        Err(refusal) => {
            let errors = Errors::of(&refusal, "name");
            Ok(with_status(page(&app, &signed, errors, Some(given.name)).await?, &refusal))
        }
    }
}

/// What the form for the password sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenPassword {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

pub(crate) async fn change(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(given): FromForm<GivenPassword>,
) -> Result<Response, Problem> {
    let (people, seen) = (app.people(), signed.person.clone());
    if let Err(refusal) = people.prove(&origin, &seen, given.current).await? {
        return again(&app, &signed, &refusal, "current").await;
    }
    let chosen = match people.chosen(&seen, seen.name.clone(), given.password).await? {
        Ok(chosen) => chosen,
        Err(refusal) => return again(&app, &signed, &refusal, "password").await,
    };
    let actor = signed.actor(&origin);
    let changed = people.change(move |ledger, now| {
        let person = change_password(ledger, now, &actor, &seen, chosen)?;
        // All sessions have ended; this browser gets another.
        Ok(begin_session(ledger, now, &origin, &person)?)
    });
    match changed.await? {
        Ok(let_in) => Ok(enter(&app, &let_in, "/account")),
        Err(refusal) => again(&app, &signed, &refusal, "password").await,
    }
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage {
    frame: Frame,
    errors: Errors,
    secret: String,
    /// The picture, as a path of squares, and its width.
    picture: String,
    width: usize,
}

/// Shows the secret that was offered, as a picture and as text.
async fn offer(app: &App, signed: &Signed, errors: Errors) -> Result<Response, Problem> {
    let id = signed.person.id.clone();
    let offered = app.people().change(move |ledger, _| offer_second_factor(ledger, &id)).await?;
    let secret = offered.map_err(|refusal| refused(&refusal))?;
    let (picture, width) = picture_of(&factor_address(&secret, &signed.person.email)).map_err(Problem::fault)?;
    let frame = Frame::of(Some(signed), "/account", "Add a second factor");
    Ok(render(&SecondFactorPage { frame, errors, secret, picture, width }))
}

fn picture_of(text: &str) -> Result<(String, usize), qrcode::types::QrError> {
    let code = QrCode::new(text.as_bytes())?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path = dark.map(|(place, _)| format!("M{} {}h1v1h-1z", place % width + QUIET, place / width + QUIET)).collect();
    Ok((path, width + 2 * QUIET))
}

pub(crate) async fn show_offer(
    State(app): State<App>,
    Visitor(signed): Visitor,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    offer(&app, &signed, Errors::default()).await
}

/// What forms about the second factor send.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    #[serde(default)]
    current: String,
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    frame: Frame,
    codes: Vec<String>,
}

pub(crate) async fn confirm(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(given): FromForm<Proof>,
) -> Result<Response, Problem> {
    let people = app.people();
    if let Err(refusal) = people.prove(&origin, &signed.person, given.current).await? {
        return Ok(with_status(offer(&app, &signed, Errors::of(&refusal, "current")).await?, &refusal));
    }
    let (id, actor) = (signed.person.id.clone(), signed.actor(&origin));
    let confirmed = people.change(move |ledger, now| {
        let (person, codes) = confirm_second_factor(ledger, now, &actor, &id, &given.code)?;
        Ok((begin_session(ledger, now, &origin, &person)?, codes))
    });
    match confirmed.await? {
        Ok((let_in, codes)) => {
            // The page's own forms belong to the new session.
            let frame = Frame { token: let_in.form_token(), ..Frame::of(Some(&signed), "/account", "Recovery codes") };
            let mut response = render(&RecoveryPage { frame, codes });
            response.headers_mut().insert(header::SET_COOKIE, people.cookie(Some(&let_in.secret)));
            Ok(response)
        }
        Err(refusal @ Refusal::Code) => {
            Ok(with_status(offer(&app, &signed, Errors::of(&refusal, "code")).await?, &refusal))
        }
        Err(refusal) => Err(refused(&refusal)),
    }
}

pub(crate) async fn renew(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(given): FromForm<Proof>,
) -> Result<Response, Problem> {
    let people = app.people();
    if let Err(refusal) = people.prove(&origin, &signed.person, given.current).await? {
        return again(&app, &signed, &refusal, "factor").await;
    }
    let (id, actor) = (signed.person.id.clone(), signed.actor(&origin));
    let renewed = people.change(move |ledger, now| renew_recovery(ledger, now, &actor, &id)).await?;
    let codes = renewed.map_err(|refusal| refused(&refusal))?;
    Ok(render(&RecoveryPage { frame: Frame::of(Some(&signed), "/account", "Recovery codes"), codes }))
}

pub(crate) async fn remove(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(given): FromForm<Proof>,
) -> Result<Response, Problem> {
    let people = app.people();
    if let Err(refusal) = people.prove(&origin, &signed.person, given.current).await? {
        return again(&app, &signed, &refusal, "factor").await;
    }
    let (id, actor) = (signed.person.id.clone(), signed.actor(&origin));
    let removed = people.change(move |ledger, now| {
        let person = remove_second_factor(ledger, now, &actor, &id)?;
        Ok(begin_session(ledger, now, &origin, &person)?)
    });
    match removed.await? {
        Ok(let_in) => Ok(enter(&app, &let_in, "/account")),
        Err(refusal) => again(&app, &signed, &refusal, "password").await,
    }
}

/// Ends one of one's own sessions.
pub(crate) async fn end(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromPath(key): FromPath<String>,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let (person, actor) = (signed.person.clone(), signed.actor(&origin));
    let people = app.people();
    let ended = people.change(move |ledger, now| {
        let rows = ledger.sessions_of(&person.id)?;
        let row = rows.iter().find(|row| key_of(&row.hash) == key).ok_or(Refusal::NoSession)?;
        end_session(ledger, now, &actor, &person, &row.hash)
    });
    ended.await?.map_err(|refusal| refused(&refusal))?;
    Ok(redirect("/account"))
}

/// Ends all of one's own sessions but this one.
pub(crate) async fn end_others(
    State(app): State<App>,
    Visitor(signed): Visitor,
    origin: Origin,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    let (person, actor) = (signed.person.clone(), signed.actor(&origin));
    let people = app.people();
    let ended = people.change(move |ledger, now| {
        end_all_sessions(ledger, now, &actor, &person)?;
        Ok(begin_session(ledger, now, &origin, &person)?)
    });
    let let_in = ended.await?.map_err(|refusal| refused(&refusal))?;
    Ok(enter(&app, &let_in, "/account"))
}
