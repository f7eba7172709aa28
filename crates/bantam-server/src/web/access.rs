//! Who may see a page and who may send its forms: asked before a handler runs and before a body is read.

use super::frame::{Failed, Frame};
use crate::app::App;
use crate::people::{Role, Signed};
use crate::problem::Problem;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Who may see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, also who has not signed in.
    Anybody,
    /// Whoever has signed in.
    Person,
    /// Whoever has one of these roles.
    Any(&'static [Role]),
}

/// A page, and who may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRule {
    /// Its path, with the names of parts in braces.
    pub path: &'static str,
    /// How it is asked, as it says itself.
    pub methods: Vec<String>,
    /// Who may see it, and send its forms.
    pub access: Access,
}

/// Those of either team: they change definitions, and hand leads over by hand.
pub(crate) const TEAMS: Access = Access::Any(&[Role::Marketing, Role::Sales]);
/// Those who look after what marketing brings: events, spend, merges.
pub(crate) const MARKETING: Access = Access::Any(&[Role::Marketing]);
/// Those who answer hand-offs.
pub(crate) const SALES: Access = Access::Any(&[Role::Sales]);
/// Those who look after people, keys, webhooks and connectors, and erase leads.
pub(crate) const ADMIN: Access = Access::Any(&[Role::Admin]);

/// Those who say who is in a team: whoever looks after people, and sales itself.
pub(crate) const KEEPERS: Access = Access::Any(&[Role::Admin, Role::Sales]);

impl Access {
    /// Returns whether somebody may.
    pub(crate) fn admits(self, signed: Option<&Signed>) -> bool {
        match self {
            Access::Anybody => true,
            Access::Person => signed.is_some(),
            Access::Any(roles) => signed.is_some_and(|signed| roles.iter().any(|&role| signed.person.has(role))),
        }
    }

    /// Returns the roles that may, in words.
    fn roles(self) -> String {
        let Access::Any(roles) = self else { return "somebody who has signed in".to_owned() };
        roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(" or ")
    }
}

/// Who looks at a page.
#[derive(Clone)]
pub(crate) struct Visitor(pub(crate) Signed);

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        // The guard put it there; a page for anybody must not ask for a visitor.
        let signed = parts.extensions.get::<Signed>().cloned();
        signed.map(Visitor).ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "signed_out", "sign in first"))
    }
}

/// Lets those through whom the page admits. Others are asked to sign in, or told who may.
pub(crate) async fn guard(State((app, access)): State<(App, Access)>, mut request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let signed = match app.people().signed(request.headers()).await {
        Ok(signed) => signed,
        Err(problem) => return failed(None, problem),
    };
    if !access.admits(signed.as_ref()) {
        return match signed {
            Some(signed) => {
                let message = format!("this is for {}; your roles do not allow it", access.roles());
                failed(Some(&signed), Problem::new(StatusCode::FORBIDDEN, "role", message))
            }
            None => sign_in(&method, &uri),
        };
    }
    if is_change(&method) && !is_same_origin(&app, request.headers()) {
        let message = "this was sent from another site, so nothing was changed";
        return failed(signed.as_ref(), Problem::new(StatusCode::FORBIDDEN, "forged", message));
    }
    if let Some(signed) = &signed {
        request.extensions_mut().insert(signed.clone());
    }
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => failed(signed.as_ref(), problem),
        None => response,
    }
}

fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Returns whether a change comes from a page of ours. Browsers say where a form was; whoever says nothing has no session
/// that it could misuse.
fn is_same_origin(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin") else { return true };
    let own = app.public_address().map(|(_, host)| host).or_else(|| text("host").map(str::to_owned));
    origin.split_once("://").is_some_and(|(_, host)| own.as_deref() == Some(host))
}

fn sign_in(method: &Method, uri: &Uri) -> Response {
    let wanted = uri.path_and_query().map_or("/", |wanted| wanted.as_str());
    // A form cannot be sent again after signing in.
    let next = if is_change(method) { "/" } else { wanted };
    redirect(&format!("/sign-in?{}", serde_urlencoded::to_string([("next", next)]).unwrap_or_default()))
}

/// Sends a browser to another page of ours.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// Returns a path of ours that somebody gave; the start page where it is none.
pub(crate) fn own_path(given: Option<&str>) -> String {
    let is_own = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains(['\\', '\r', '\n', '\t'])
            && !path.contains("/../")
    };
    given.filter(is_own).unwrap_or("/").to_owned()
}

fn failed(signed: Option<&Signed>, problem: Problem) -> Response {
    let frame = Frame::of(signed, "", "Not possible");
    Failed::response(frame, problem)
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn ui_06_only_paths_of_ours_are_gone_to() {
        for own in ["/queue", "/leads/ann?tab=1#x"] {
            assert_eq!(own_path(Some(own)), own);
        }
        for other in
            ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a\r\nb", "/\t/evil.example"]
        {
            assert_eq!(own_path(Some(other)), "/", "{other:?}");
        }
        assert_eq!(own_path(None), "/");
    }
}
