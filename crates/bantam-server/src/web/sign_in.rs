//! Signing in: address and password, the code of the second factor, and a link where the password is forgotten.

use super::access::{own_path, redirect};
use super::errors::{Errors, sentence, status_of};
use super::forms::FromForm;
use super::frame::{Frame, LINK, render};
use crate::api::extract::FromQuery;
use crate::app::App;
use crate::people::{LetIn, Origin, Refusal, Signed, end_session};
use crate::problem::Problem;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

/// Where somebody wants to go after signing in.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    pub(super) next: Option<String>,
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    errors: Errors,
    email: String,
    next: String,
    /// Nobody is there yet: the console has a link.
    is_new: bool,
    /// The provider of single sign-on: what people call it, and the path that leads there.
    sso: Option<(String, String)>,
    has_passwords: bool,
}

/// Returns the form, with what is wrong.
pub(super) fn page(app: &App, errors: Errors, email: String, next: String, is_new: bool) -> Response {
    let path = || format!("/sign-in/sso?{}", serde_urlencoded::to_string([("next", &next)]).unwrap_or_default());
    let sso = app.sso.as_ref().map(|sso| (sso.name().to_owned(), path()));
    let has_passwords = app.passwords_off().is_none();
    render(&SignInPage { frame: Frame::of(None, "", "Sign in"), errors, email, next, is_new, sso, has_passwords })
}

/// The form; whoever is signed in is sent on.
pub(crate) async fn show(
    State(app): State<App>,
    signed: Option<Extension<Signed>>,
    FromQuery(wanted): FromQuery<Wanted>,
) -> Result<Response, Problem> {
    let next = own_path(wanted.next.as_deref());
    if signed.is_some() {
        return Ok(redirect(&next));
    }
    let is_new = app.people().is_new().await?;
    Ok(page(&app, Errors::default(), String::new(), next, is_new))
}

/// Takes address and password.
pub(crate) async fn sign_in(
    State(app): State<App>,
    origin: Origin,
    FromForm(given): FromForm<Given>,
) -> Result<Response, Problem> {
    let next = own_path(given.next.as_deref());
    if let Some(refusal) = app.passwords_off() {
        return Ok(with_status(page(&app, Errors::of(&refusal, "email"), given.email, next, false), &refusal));
    }
    match app.people().sign_in(origin.clone(), &given.email, given.password).await? {
        Ok(let_in) => Ok(enter(&app, &let_in, &next)),
        Err(refusal) => {
            app.people().note_failure(&origin, &given.email);
            let errors = Errors::of(&refusal, "email");
            Ok(with_status(page(&app, errors, given.email, next, false), &refusal))
        }
    }
}

/// Gives a browser its session, and sends it on.
pub(crate) fn enter(app: &App, let_in: &LetIn, next: &str) -> Response {
    let next = match let_in.needs_code {
        true => format!("/sign-in/code?{}", serde_urlencoded::to_string([("next", next)]).unwrap_or_default()),
        false => next.to_owned(),
    };
    let mut response = redirect(&next);
    response.headers_mut().insert(header::SET_COOKIE, app.people().cookie(Some(&let_in.secret)));
    response
}

/// Gives a page the status of a refusal.
pub(crate) fn with_status(mut response: Response, refusal: &Refusal) -> Response {
    *response.status_mut() = status_of(refusal);
    if let Refusal::TooOften(seconds) = refusal {
        response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
    }
    response
}

/// What the form for the code sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenCode {
    #[serde(default)]
    code: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    errors: Errors,
    next: String,
}

/// The form for the code; who has not given a password yet is sent there.
pub(crate) async fn show_code(
    State(app): State<App>,
    FromQuery(wanted): FromQuery<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if app.people().half_signed(&headers).await?.is_none() {
        return Ok(redirect("/sign-in"));
    }
    let page = CodePage {
        frame: Frame::of(None, "", "Second factor"),
        errors: Errors::default(),
        next: own_path(wanted.next.as_deref()),
    };
    Ok(render(&page))
}

/// Takes the code.
pub(crate) async fn enter_code(
    State(app): State<App>,
    headers: HeaderMap,
    origin: Origin,
    FromForm(given): FromForm<GivenCode>,
) -> Result<Response, Problem> {
    let Some((person, _)) = app.people().half_signed(&headers).await? else { return Ok(redirect("/sign-in")) };
    let next = own_path(given.next.as_deref());
    match app.people().enter_code(origin, &person, given.code).await? {
        Ok(let_in) => Ok(enter(&app, &let_in, &next)),
        Err(Refusal::Wrong) => Ok(redirect("/sign-in")),
        Err(refusal) => {
            let (frame, errors) = (Frame::of(None, "", "Second factor"), Errors::of(&refusal, "code"));
            Ok(with_status(render(&CodePage { frame, errors, next }), &refusal))
        }
    }
}

/// No fields at all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Ends the session.
pub(crate) async fn sign_out(
    State(app): State<App>,
    signed: Option<Extension<Signed>>,
    origin: Origin,
    FromForm(Nothing {}): FromForm<Nothing>,
) -> Result<Response, Problem> {
    if let Some(Extension(signed)) = signed {
        let (actor, person, session) = (signed.actor(&origin), signed.person.clone(), signed.session);
        // Where it has ended meanwhile, there is nothing to do.
        let _ = app.people().change(move |ledger, now| end_session(ledger, now, &actor, &person, &session)).await?;
    }
    let mut response = redirect("/sign-in");
    response.headers_mut().insert(header::SET_COOKIE, app.people().cookie(None));
    Ok(response)
}

#[derive(Template)]
#[template(path = "forgotten.html")]
struct ForgottenPage {
    frame: Frame,
    /// Whether links are sent by mail here.
    can_mail: bool,
    is_asked: bool,
}

/// The form for a link by mail.
pub(crate) async fn forgotten(State(app): State<App>) -> Response {
    if app.passwords_off().is_some() {
        return redirect("/sign-in");
    }
    let frame = Frame::of(None, "", "Forgotten password");
    render(&ForgottenPage { frame, can_mail: app.people().can_mail(), is_asked: false })
}

/// What the form for a link sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    #[serde(default)]
    email: String,
}

/// Sends a link, if there is somebody with the address. The answer is the same for everybody, and does not wait for it.
pub(crate) async fn send_link(State(app): State<App>, origin: Origin, FromForm(given): FromForm<Address>) -> Response {
    if app.passwords_off().is_some() {
        return redirect("/sign-in");
    }
    let frame = Frame::of(None, "", "Forgotten password");
    let can_mail = app.people().can_mail();
    if can_mail {
        tokio::spawn(async move { app.people().mail_reset_link(&origin, &given.email).await });
    }
    render(&ForgottenPage { frame, can_mail, is_asked: true })
}

/// The page that says why something about people was not done, where there is no form to show again.
pub(crate) fn refused(refusal: &Refusal) -> Problem {
    let message = refusal.to_string();
    match status_of(refusal) {
        StatusCode::NOT_FOUND if *refusal == Refusal::Link => {
            Problem::new(StatusCode::NOT_FOUND, "not_found", message).at(LINK)
        }
        StatusCode::NOT_FOUND => Problem::new(StatusCode::NOT_FOUND, "not_found", message),
        StatusCode::CONFLICT => Problem::conflict(message),
        status => Problem::new(status, "refused", sentence(&message).trim_end_matches('.').to_owned()),
    }
}
