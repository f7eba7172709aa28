//! Takes facts over HTTP, as tracking SDKs send them.

mod credentials;
mod receive;

use crate::api::routes::no_write_key;
use crate::app::App;
use crate::intake::{BATCH_MAX, Body, BodyError, Endpoint, Read, Rejection};
use crate::keys::Caller;
use crate::problem::Problem;
use crate::recorder::Unavailable;
use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bantam_core::{Given, Refusal, Taken};
pub(crate) use credentials::refuse_foreign_page;
use credentials::{counted, refuse_key_in_query, source_of};
use receive::{Received, one_encoding, receive, unpack_and_read};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// The headers that SDKs in browsers send beside the usual; a `*` does not cover `authorization`.
const ALLOWED_HEADERS: &str = "authorization, content-type, anonymousid, sentat, x-retry-count, rsa-retry-attempt, \
    rsa-retry-reason, rsa-since-first-attempt, rsa-since-last-attempt, rsa-recovered";
/// How many bytes of other headers are allowed as well, where a browser asks for them.
const ASKED_HEADERS_BYTES_MAX: usize = 512;

/// Answers what browsers ask before they send facts, and tells them which pages may read what is answered.
pub(crate) async fn for_browsers(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let is_settings = path.ends_with("/settings") || path.starts_with("/sourceConfig");
    if !is_settings && !path.starts_with("/v1/") {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = match *request.method() {
        Method::OPTIONS => preflight(if is_settings { "GET" } else { "POST" }, request.headers()),
        _ => next.run(request).await,
    };
    app.tell_origin(origin.as_ref(), &mut response);
    response
}

/// Answers what browsers ask before they send. It needs no key and is not counted.
///
/// Headers that are not known are allowed, too: no cookie counts here, so they can do no harm, and the next version of an
/// SDK may send one more when it tries again. One header that is not allowed loses all that the SDK has.
pub(crate) fn preflight(method: &'static str, asking: &HeaderMap) -> Response {
    let asked = asking.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
    let is_name =
        |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_known = |name: &str| ALLOWED_HEADERS.split(", ").any(|known| known.eq_ignore_ascii_case(name));
    let asked = asked.filter(|asked| asked.len() <= ASKED_HEADERS_BYTES_MAX).unwrap_or_default();
    let others = asked.split(',').map(str::trim).filter(is_name).filter(|name| !is_known(name));
    let allowed = others.fold(ALLOWED_HEADERS.to_owned(), |allowed, name| allowed + ", " + name);
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, method),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, allowed.as_str()),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Takes the messages of a request. A key in the header was looked at before; one in the body is looked at here.
pub(crate) async fn take(app: &App, endpoint: Endpoint, request: Request) -> Result<Json<Taking>, Problem> {
    refuse_key_in_query(request.uri())?;
    if app.is_low_on_disk() {
        let message = "the disk is almost full, so nothing was taken; send it again later";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "disk_reserve", message));
    }
    refuse_foreign_page(app, request.headers())?;
    let caller = request.extensions().get::<Caller>().cloned();
    let known = caller.map(|caller| counted(app, caller.source)).transpose()?;
    let encoding = one_encoding(request.headers())?;
    let sent_at = request.headers().get("sentat").and_then(|value| Some(value.to_str().ok()?.to_owned()));
    let received = receive(app, request).await?;
    let app = app.clone();
    // From here on it is done whether somebody waits for the answer or has gone.
    let work = tokio::spawn(async move { take_received(&app, endpoint, received, known, encoding, sent_at).await });
    work.await.map_err(|_| Problem::busy())?
}

/// Takes the messages of a body that has arrived as a whole. `known` is the source of the key in the header.
async fn take_received(
    app: &App,
    endpoint: Endpoint,
    received: Received,
    known: Option<String>,
    encoding: Option<String>,
    sent_at: Option<String>,
) -> Result<Json<Taking>, Problem> {
    let now = app.now();
    let reader = app.clone();
    let read = move |body: &[u8]| {
        let parsed = Body::parse(body).map_err(body_problem)?;
        let source = match (known, parsed.write_key()) {
            (Some(source), _) => source,
            (None, Some(key)) => source_of(&reader, key)?,
            (None, None) => return Err(no_write_key()),
        };
        parsed.messages(endpoint, &source, now, sent_at.as_deref()).map_err(body_problem)
    };
    let (messages, _room) = unpack_and_read(app, received, encoding, read).await?;
    let is_batch = endpoint == Endpoint::Batch;
    if !is_batch && let Some(Read { fact: Err(rejection), .. }) = messages.first() {
        let message = format!("`{}` {}", rejection.field, rejection.reason);
        let problem = Problem::bad_request("invalid_message", message).at(rejection.field);
        let _ = app.recorder.take(Vec::new(), messages.into_iter().filter_map(|read| read.aside).collect()).await;
        return Err(problem);
    }
    record(app, messages, is_batch).await
}

/// Records what can be, puts the rest aside, and tells what became of each message.
pub(crate) async fn record(app: &App, messages: Vec<Read>, is_batch: bool) -> Result<Json<Taking>, Problem> {
    let (mut given, mut refused) = (Vec::with_capacity(messages.len()), Vec::new());
    let mut read: Vec<Result<String, Rejection>> = Vec::with_capacity(messages.len());
    for message in messages {
        refused.extend(message.aside);
        read.push(message.fact.map(|fact| {
            let id = fact.message_id.clone();
            given.push(Given::new(fact));
            id
        }));
    }
    let taken = app.recorder.take(given, refused).await.map_err(unavailable)?;
    let mut taken = taken.iter();
    let told: Vec<Told> = read.iter().map(|read| Told::of(read, &mut taken)).collect();
    if !is_batch && let Some(Told { status: Status::Rejected, reason: Some(reason), .. }) = told.first() {
        return Err(Problem::bad_request("refused", *reason));
    }
    let count = |status: Status| told.iter().filter(|told| told.status == status).count();
    Ok(Json(Taking {
        success: true,
        accepted: count(Status::Accepted),
        duplicate: count(Status::Duplicate),
        rejected: count(Status::Rejected),
        messages: told.iter().enumerate().map(|(place, told)| told.line(place)).collect(),
    }))
}

/// What became of the messages of a request.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taking {
    /// Always true: programs look for it.
    success: bool,
    accepted: usize,
    duplicate: usize,
    rejected: usize,
    /// Each message, in the order in which they were sent.
    messages: Vec<TakenMessage>,
}

/// What became of one message.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenMessage {
    status: Status,
    /// By what it is known again.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "batch[3].event")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MessageStatus)]
enum Status {
    Accepted,
    Duplicate,
    Rejected,
}

/// What a sender is told about one message.
struct Told<'m> {
    status: Status,
    message_id: Option<&'m str>,
    field: Option<&'static str>,
    reason: Option<&'static str>,
}

impl<'m> Told<'m> {
    /// Tells of a message; of one that is a fact, by the next of what became of them.
    fn of<'t>(read: &'m Result<String, Rejection>, taken: &mut impl Iterator<Item = &'t Taken>) -> Told<'m> {
        let message_id = match read {
            Ok(message_id) => message_id,
            Err(rejection) => {
                let (field, reason) = (Some(rejection.field), Some(rejection.reason));
                return Told { status: Status::Rejected, message_id: None, field, reason };
            }
        };
        let (status, reason) = match taken.next() {
            Some(Taken::Accepted { .. }) => (Status::Accepted, None),
            Some(Taken::Duplicate { .. }) => (Status::Duplicate, None),
            Some(taken) => (Status::Rejected, Some(why_not(taken))),
            None => (Status::Rejected, Some("refused")),
        };
        Told { status, message_id: Some(message_id), field: None, reason }
    }

    fn line(&self, place: usize) -> TakenMessage {
        let field = self.field.map(|field| format!("batch[{place}]{}{field}", if field.is_empty() { "" } else { "." }));
        let message_id = self.message_id.map(str::to_owned);
        TakenMessage { status: self.status, message_id, field, reason: self.reason }
    }
}

/// Returns why a fact was not taken.
pub(crate) fn why_not(taken: &Taken) -> &'static str {
    match taken {
        Taken::Conflict { .. } => "conflict: another message has this messageId, and that one stands",
        Taken::Refused(Refusal::Erased) => "erased: this person was erased",
        _ => "refused",
    }
}

fn body_problem(error: BodyError) -> Problem {
    match error {
        BodyError::Json(error) => {
            let message = format!("the body is no JSON that can be read: {} at byte {}", error.problem, error.offset);
            Problem::bad_request("invalid_json", message).with(json!({"offset": error.offset}))
        }
        BodyError::NoObject => Problem::bad_request("no_object", "the body is no JSON object"),
        BodyError::NoBatch => Problem::bad_request("no_batch", "`batch` is no list of messages").at("batch"),
        BodyError::TooMany { got } => {
            let message = "the batch has too many messages";
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "batch_too_large", message).at("batch");
            problem.limit(BATCH_MAX, Some(got))
        }
    }
}

pub(crate) fn unavailable(_: Unavailable) -> Problem {
    Problem::busy()
}
