//! The only way to answer a path: with a policy that says who may ask.
//!
//! [`Routes::allow`] registers handlers together with their policy. The policy is enforced before a handler runs and before
//! a body is read, and it stands in the document: which key is asked for, and what is answered without it.

use crate::app::App;
use crate::keys::{Caller, Scope};
use crate::peer::{Peer, client_address};
use crate::problem::Problem;
use crate::web::access::{Access, PageRule, guard as web_guard};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tower::ServiceExt;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{OpenApi, Ref, RefOr};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// Who may ask. Roles of people get variants of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Anybody.
    Public,
    /// A key that may send facts, as the user name of HTTP Basic; or in the body, as programs in browsers send it: then the
    /// handler finds no [`Caller`] and has to look there.
    Write,
    /// A key that may send facts or change things, as the user name of HTTP Basic or as a bearer token.
    Import,
    /// A key that may read, as a bearer token.
    Read,
    /// A key that may change things, as a bearer token.
    Manage,
}

/// The name of the way in which keys for reading and managing are given, in the document.
pub(crate) const BEARER: &str = "key";
/// The same for keys that send facts.
pub(crate) const BASIC: &str = "write_key";

impl Policy {
    fn admits(self, scope: Scope) -> bool {
        match self {
            Policy::Public => true,
            Policy::Write => scope == Scope::Write,
            Policy::Import => matches!(scope, Scope::Write | Scope::Manage),
            Policy::Read => matches!(scope, Scope::Read | Scope::Manage),
            Policy::Manage => scope == Scope::Manage,
        }
    }

    /// Returns who asks, by the key that is given in the way that is asked for.
    async fn caller(self, app: &App, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
        let Some(key) = self.key(headers)? else { return Ok(None) };
        let unknown = || {
            let message = "the key is not known, has expired or was revoked";
            Problem::new(StatusCode::UNAUTHORIZED, "unknown_key", message)
        };
        let caller = app.caller(&key).await?.ok_or_else(unknown)?;
        if self.admits(caller.scope) {
            return Ok(Some(caller));
        }
        let message = if self == Policy::Import { "this key may not send facts" } else { "this key may not do that" };
        Err(Problem::new(StatusCode::FORBIDDEN, "wrong_key", message))
    }

    /// Returns the key; `None` where the policy does without one, or without one in the header.
    fn key(self, headers: &HeaderMap) -> Result<Option<String>, Problem> {
        // Some programs send an empty name beside a key in the body.
        let named = |user: &String| !user.is_empty();
        match self {
            Policy::Public => Ok(None),
            Policy::Write if !headers.contains_key(header::AUTHORIZATION) => Ok(None),
            Policy::Write => Ok(Some(basic_user(headers).ok_or_else(no_write_key)?).filter(named)),
            // It may be given in either way.
            Policy::Import => {
                let basic = || basic_user(headers).filter(named);
                bearer(headers).map(str::to_owned).or_else(basic).ok_or_else(no_import_key).map(Some)
            }
            Policy::Read | Policy::Manage => Ok(Some(bearer(headers).ok_or_else(no_key)?.to_owned())),
        }
    }

    fn security(self) -> Vec<SecurityRequirement> {
        match self {
            Policy::Public => Vec::new(),
            // The empty one: the key may stand in the body instead.
            Policy::Write => vec![SecurityRequirement::new::<_, [&str; 0], &str>(BASIC, [])],
            Policy::Import => {
                [BASIC, BEARER].map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, [])).into()
            }
            Policy::Read | Policy::Manage => vec![SecurityRequirement::new::<_, [&str; 0], &str>(BEARER, [])],
        }
    }
}

/// Routes, each with its policy, and the document of them.
pub(crate) struct Routes {
    app: App,
    inner: OpenApiRouter<App>,
    pages: Vec<(Access, &'static str, MethodRouter<App>)>,
}

impl Routes {
    /// Returns no routes, with what the document says beside them.
    pub(crate) fn new(app: App, document: OpenApi) -> Routes {
        Routes { app, inner: OpenApiRouter::with_openapi(document), pages: Vec::new() }
    }

    /// Lets handlers answer those whom a policy admits.
    pub(crate) fn allow(self, policy: Policy, routes: UtoipaMethodRouter<App>) -> Routes {
        let (schemas, mut paths, handlers) = routes;
        for operation in paths.paths.values_mut().flat_map(operations) {
            describe(policy, operation);
        }
        let guard = from_fn_with_state((self.app.clone(), policy), guard);
        let inner = self.inner.routes((schemas, paths, handlers.route_layer(guard)));
        Routes { inner, ..self }
    }

    /// Lets a page answer those whom it is for. Pages are not part of the document.
    pub(crate) fn page(mut self, access: Access, path: &'static str, page: MethodRouter<App>) -> Routes {
        self.pages.push((access, path, page.clone()));
        let guard = from_fn_with_state((self.app.clone(), access), web_guard);
        let inner = self.inner.route(path, page.route_layer(guard));
        Routes { inner, ..self }
    }

    /// Returns all pages with whom they are for, and how they are asked.
    pub(crate) async fn into_pages(self) -> Vec<PageRule> {
        let mut rules = Vec::new();
        for (access, path, page) in self.pages {
            // No page takes this; what it takes it says in its answer.
            let mut request = Request::new(Body::empty());
            *request.method_mut() = Method::TRACE;
            let Ok(answer) = page.with_state::<()>(self.app.clone()).oneshot(request).await;
            let allowed = answer.headers().get(header::ALLOW).and_then(|allowed| allowed.to_str().ok());
            let methods = allowed.unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect();
            rules.push(PageRule { path, methods, access });
        }
        rules
    }

    /// Returns what answers, and the document.
    pub(crate) fn split(self) -> (Router<App>, OpenApi) {
        self.inner.split_for_parts()
    }
}

async fn guard(State((app, policy)): State<(App, Policy)>, mut request: Request, next: Next) -> Response {
    let found = policy.caller(&app, request.headers()).await;
    match found {
        Ok(Some(caller)) => {
            let address = request.extensions().get::<Peer>();
            let address = address.map(|Peer(peer)| client_address(*peer, request.headers(), app.proxies()).to_string());
            request.extensions_mut().insert(Caller { address: address.unwrap_or_default(), ..caller });
        }
        Ok(None) => {}
        Err(problem) => return problem.into_response(),
    }
    next.run(request).await
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// Adds to an operation what its policy and its shape let it answer.
fn describe(policy: Policy, operation: &mut Operation) {
    operation.security = Some(policy.security());
    let mut statuses = vec![StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
    if policy != Policy::Public {
        statuses.extend([StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN]);
    }
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    if !parameters.is_empty() {
        statuses.push(StatusCode::BAD_REQUEST);
    }
    // What stands in a path may be nothing that is known.
    let is_in_path =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(Parameter { parameter_in: ParameterIn::Path, .. }));
    if parameters.iter().any(is_in_path) {
        statuses.push(StatusCode::NOT_FOUND);
    }
    if operation.request_body.is_some() {
        let body = [
            StatusCode::BAD_REQUEST,
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ];
        statuses.extend(body);
    }
    if policy == Policy::Write {
        statuses.push(StatusCode::TOO_MANY_REQUESTS);
    }
    for status in statuses {
        let problem = RefOr::Ref(Ref::from_response_name(problem_name(status)));
        operation.responses.responses.entry(status.as_str().to_owned()).or_insert(problem);
    }
}

/// Returns the name of the answer with a status, among the document's components.
pub(crate) fn problem_name(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("Problem").split(' ').collect()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Returns the user name of HTTP Basic: the key, with an empty password.
fn basic_user(headers: &HeaderMap) -> Option<String> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.split_once(':').map_or(text.clone(), |(user, _)| user.to_owned()))
}

fn no_key() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "no_key", "a key is needed: `Authorization: Bearer KEY`")
}

pub(crate) fn no_write_key() -> Problem {
    let message = "a write key is needed, as the user name of HTTP Basic or as `writeKey` in the body";
    Problem::new(StatusCode::UNAUTHORIZED, "no_key", message)
}

fn no_import_key() -> Problem {
    let message = "a key is needed, as the user name of HTTP Basic or as a bearer token";
    Problem::new(StatusCode::UNAUTHORIZED, "no_key", message)
}
