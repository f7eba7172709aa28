//! Takes what plain HTML forms of a website send, without any script there: `POST /v1/form/{key}`.
//!
//! The address of mail is who it is. The fields become attributes, and that the form was sent is an event. Both go the way
//! of any other message of the tracking protocol.

mod fields;

use crate::api::extract::FromPath;
use crate::app::App;
use crate::intake::{Body, Endpoint};
use crate::keys::Scope;
use crate::peer::{Peer, client_address};
use crate::problem::{Problem, ProblemBody};
use crate::tracking::{record, refuse_foreign_page};
use crate::web::access::redirect;
use crate::web::frame::{Failed, Frame, render};
use askama::Template;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use fields::Form;
use std::collections::BTreeMap;
use url::Url;
use utoipa::ToSchema;

/// The largest form, in bytes: as much as becomes one message.
const FORM_BYTES_MAX: usize = 24 << 10;

#[derive(Template)]
#[template(path = "thanks.html")]
struct Thanks {
    frame: Frame,
}

/// The fields of a form. Each other one is an attribute; one that begins with `_` is none.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `fields` reads, in the document")]
pub(crate) struct FormFields {
    /// Who it is; needed, also as `e-mail`, `e_mail`, `email_address`, `emailaddress` or `mail`.
    #[schema(example = "ann@example.com")]
    email: Option<String>,
    /// Where to go on.
    #[serde(rename = "_next")]
    next: Option<String>,
    /// What the form is called.
    #[serde(rename = "_form")]
    name: Option<String>,
    /// Another name for the event.
    #[serde(rename = "_event")]
    event: Option<String>,
    /// The visitor.
    #[serde(rename = "_anonymous_id")]
    visitor: Option<String>,
    /// Filled in by machines alone.
    #[serde(rename = "_gotcha")]
    trap: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// Take a form of a website
///
/// Fields become attributes of the lead whose address of mail stands in `email`, and `form_submitted` happens. Fields that
/// begin with `_` say how: `_next` is where to go on, `_form` what the form is called, `_event` another name for the event,
/// `_anonymous_id` the visitor; a form in which `_gotcha` is filled in was sent by a machine, and is dropped.
#[utoipa::path(post, path = "/v1/form/{key}", tag = "tracking",
    params(("key" = String, Path, description = "A write key")),
    request_body(content = FormFields, content_type = "application/x-www-form-urlencoded", description = "The fields"),
    responses((status = 200, description = "It was taken: a page that says thank you", body = String, content_type = "text/html"),
        (status = 303, description = "It was taken: on to `_next`"),
        (status = 400, description = "Something about the request is wrong", content((ProblemBody = "application/json"), (String = "text/html"))),
        (status = 403, description = "The page may not send forms", body = String, content_type = "text/html"),
        (status = 404, description = "The key is not known", body = String, content_type = "text/html"),
        (status = 413, description = "The form is too large", body = String, content_type = "text/html"),
        (status = 415, description = "It is no form without files", body = String, content_type = "text/html"),
        (status = 422, description = "There is no address of mail in it", body = String, content_type = "text/html"),
        (status = 429, description = "Too many forms came from there", body = String, content_type = "text/html"),
        (status = 500, description = "A fault of ours", body = String, content_type = "text/html"),
        (status = 503, description = "Nothing was taken; try again later", body = String, content_type = "text/html")))]
pub(crate) async fn take(State(app): State<App>, FromPath(key): FromPath<String>, request: Request) -> Response {
    // People look at the answer.
    match taken(&app, &key, request).await {
        Ok(response) => response,
        Err(problem) => Failed::response(Frame::of(None, "", "Not possible"), problem),
    }
}

async fn taken(app: &App, key: &str, request: Request) -> Result<Response, Problem> {
    refuse_foreign_page(app, request.headers())?;
    if app.is_low_on_disk() {
        return Err(Problem::busy());
    }
    let unknown = || Problem::not_found("the form has a key that is not known");
    let caller = app.caller(key).await?.filter(|caller| caller.scope == Scope::Write).ok_or_else(unknown)?;
    let peer = request.extensions().get::<Peer>().map(|Peer(peer)| *peer);
    let address = peer.map(|peer| client_address(peer, request.headers(), app.proxies()).to_string());
    app.rate.count(&caller.source).map_err(Problem::too_often)?;
    let from = format!("{} {}", caller.source, address.unwrap_or_default());
    app.forms.count(&from).map_err(Problem::too_often)?;
    let headers = request.headers().clone();
    refuse_other_types(&headers)?;
    let _room = app.reserve(4 * FORM_BYTES_MAX).ok_or_else(Problem::busy)?;
    let too_large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the form is too large");
    let bytes = to_bytes(request.into_body(), FORM_BYTES_MAX).await.map_err(too_large)?;
    let form = Form::read(&bytes)?;
    let response = thanks(app, &form, &headers);
    if form.is_of_a_machine {
        return Ok(response);
    }
    let now = app.now();
    let batch = form.messages(&caller.source, page_of(&headers), now)?.to_string();
    let body = Body::parse(batch.as_bytes()).map_err(Problem::fault_of_ours)?;
    let messages = body.messages(Endpoint::Batch, &caller.source, now, None).map_err(Problem::fault_of_ours)?;
    // What cannot be taken is in quarantine; whoever filled the form in can do nothing about it.
    let _ = record(app, messages, true).await?;
    Ok(response)
}

impl Problem {
    /// Returns that what was made here cannot be read here.
    fn fault_of_ours(error: crate::intake::BodyError) -> Problem {
        Problem::fault(format!("a form made {error:?}"))
    }
}

fn refuse_other_types(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(());
    }
    let message = "the form must be sent as `application/x-www-form-urlencoded`, as forms without files are";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message))
}

/// Returns the page that the form stands on, as far as the browser says.
fn page_of(headers: &HeaderMap) -> Option<Url> {
    let text = headers.get(header::REFERER)?.to_str().ok()?;
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// Returns where to go on: to the page that the form names, where that is on a site that may send forms.
fn thanks(app: &App, form: &Form, headers: &HeaderMap) -> Response {
    let next = form.next.as_deref().and_then(|next| Url::parse(next).ok());
    let next = next.filter(|next| matches!(next.scheme(), "http" | "https") && next.username().is_empty());
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    match next.filter(|next| app.is_own_origin(&next.origin().ascii_serialization(), origin)) {
        Some(next) => redirect(next.as_str()),
        None => render(&Thanks { frame: Frame::of(None, "", "Thank you") }),
    }
}
