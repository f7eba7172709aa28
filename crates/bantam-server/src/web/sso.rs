//! Signing in through a provider: the browser is sent there, and comes back with a code.

use super::access::{own_path, redirect};
use super::errors::Errors;
use super::sign_in::{Wanted, enter, page, with_status};
use crate::api::extract::FromQuery;
use crate::app::App;
use crate::people::{Origin, ProvidedRefusal, Refusal, Signed};
use crate::problem::Problem;
use crate::sso::SingleSignOn;
use crate::sso::begun::Begun;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use url::Url;

/// Sends a browser to the provider.
pub(crate) async fn begin(
    State(app): State<App>,
    signed: Option<Extension<Signed>>,
    FromQuery(wanted): FromQuery<Wanted>,
) -> Result<Response, Problem> {
    let sso = offered(&app)?;
    let next = own_path(wanted.next.as_deref());
    if signed.is_some() {
        return Ok(redirect(&next));
    }
    let begun = Begun::new(app.now(), next)?;
    match sso.provider.page(&begun, app.now()).await {
        Ok(url) => {
            let mut response = leave(&url)?;
            response.headers_mut().insert(header::SET_COOKIE, app.people().begun_cookie(Some(&begun)));
            Ok(response)
        }
        Err(refusal) => Ok(again(&app, refusal.into(), &begun.next)),
    }
}

/// Takes a browser back that was sent to the provider.
pub(crate) async fn callback(
    State(app): State<App>,
    headers: HeaderMap,
    origin: Origin,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let sso = offered(&app)?;
    let begun = app.people().begun_cookie_of(&headers).and_then(|cookie| Begun::read(&cookie, app.now()));
    let next = begun.as_ref().map_or("/", |begun| begun.next.as_str()).to_owned();
    let mut response = match take(&app, &sso, origin, begun, query.as_deref().unwrap_or_default()).await? {
        Ok(response) => response,
        Err(refusal) => again(&app, refusal, &next),
    };
    // What was begun has ended, one way or the other.
    response.headers_mut().append(header::SET_COOKIE, app.people().begun_cookie(None));
    Ok(response)
}

async fn take(
    app: &App,
    sso: &Arc<SingleSignOn>,
    origin: Origin,
    begun: Option<Begun>,
    query: &str,
) -> Result<Result<Response, Refusal>, Problem> {
    let answer = Answer::read(query);
    let is_ours = |begun: &Begun| answer.state.as_deref().is_some_and(|state| begun.is_state(state));
    let Some(begun) = begun.filter(is_ours) else {
        return Ok(Err(ProvidedRefusal::Begun.into()));
    };
    if let Err(refusal) = app.people().take_begun(&origin, &begun).await? {
        return Ok(Err(refusal));
    }
    if answer.issuer.is_some_and(|issuer| !sso.is_issuer(&issuer)) {
        return Ok(Err(ProvidedRefusal::Unproven(sso.name().to_owned()).into()));
    }
    let Some(code) = answer.code else {
        return Ok(Err(ProvidedRefusal::Denied(sso.name().to_owned()).into()));
    };
    let identity = match sso.provider.identity(code, &begun, app.now()).await {
        Ok(identity) => identity,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let let_in = app.people().let_in(sso.clone(), origin, &begun, identity).await?;
    // The path was one of ours when it was written down; the cookie is the browser's.
    Ok(let_in.map(|let_in| enter(app, &let_in, &own_path(Some(&begun.next)))))
}

/// What a provider sends a browser back with. Providers add fields of their own, which are left alone.
#[derive(Default)]
struct Answer {
    state: Option<String>,
    code: Option<String>,
    issuer: Option<String>,
}

impl Answer {
    fn read(query: &str) -> Answer {
        let mut answer = Answer::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let field = match name.as_ref() {
                "state" => &mut answer.state,
                "code" => &mut answer.code,
                "iss" => &mut answer.issuer,
                _ => continue,
            };
            // Of two nobody knows which is meant.
            if field.replace(value.into_owned()).is_some() {
                return Answer::default();
            }
        }
        answer
    }
}

fn offered(app: &App) -> Result<Arc<SingleSignOn>, Problem> {
    app.sso.clone().ok_or_else(|| Problem::not_found("this service has no single sign-on"))
}

/// The page for signing in once more, with what went wrong.
fn again(app: &App, refusal: Refusal, next: &str) -> Response {
    let errors = Errors::of(&refusal, "email");
    with_status(page(app, errors, String::new(), own_path(Some(next)), false), &refusal)
}

/// Sends a browser to the provider, which is the only place that is not ours.
fn leave(url: &Url) -> Result<Response, Problem> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(url.as_str()).map_err(Problem::fault)?);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn aut_09_an_answer_with_two_codes_is_none() {
        let answer = Answer::read("code=a%2Fb&state=c&session_state=d&iss=https%3A%2F%2Fx.example");
        assert_eq!(answer.code.as_deref(), Some("a/b"));
        assert_eq!(answer.issuer.as_deref(), Some("https://x.example"));
        assert!(Answer::read("code=a&code=b&state=c").state.is_none());
        assert!(Answer::read("state=c&state=c").state.is_none());
    }
}
