//! Takes facts over HTTP, as tracking SDKs send them.

use crate::api::routes::no_write_key;
use crate::app::App;
use crate::core::{Given, Refusal, Taken};
use crate::intake::{BATCH_MAX, Body, BodyError, ENCODED_BYTES_MAX, Endpoint, Read, UnpackError, unpack};
use crate::keys::{Caller, Scope};
use crate::problem::Problem;
use crate::recorder::Unavailable;
use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bantam_store::Refused;
use http_body_util::BodyExt;
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// The headers that SDKs in browsers send beside the usual; a `*` does not cover `authorization`.
const ALLOWED_HEADERS: &str = "authorization, content-type, anonymousid, sentat, x-retry-count";

/// Answers what browsers ask before they send facts, and tells them which pages may read the answers below `/v1/`.
pub(crate) async fn for_browsers(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_ours = request.extensions().get::<MatchedPath>().is_some_and(|path| path.as_str().starts_with("/v1/"));
    if !is_ours {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = if request.method() == Method::OPTIONS { preflight() } else { next.run(request).await };
    if let Some(allowed) = app.allowed_origin(origin.as_ref()) {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Takes the messages of a request. A key in the header was looked at before; one in the body is looked at here.
pub(crate) async fn take(app: &App, endpoint: Endpoint, request: Request) -> Result<Json<Taking>, Problem> {
    refuse_key_in_query(request.uri())?;
    let headers = request.headers().clone();
    let known = request.extensions().get::<Caller>().map(|caller| caller.source.clone());
    let encoding = one_encoding(&headers)?;
    let (body, _permits) = receive(app, request).await?;
    let body = tokio::task::spawn_blocking(move || unpack(body, encoding.as_deref())).await;
    let body = body.map_err(|_| Problem::busy())?.map_err(unpack_problem)?;
    let now = app.now();
    let sent_at = headers.get("sentat").and_then(|value| value.to_str().ok());
    let messages = {
        let parsed = Body::parse(&body).map_err(body_problem)?;
        let source = match (known, parsed.write_key()) {
            (Some(source), _) => source,
            (None, Some(key)) => source_of(app, key)?,
            (None, None) => return Err(no_write_key()),
        };
        parsed.messages(endpoint, &source, now, sent_at).map_err(body_problem)?
    };
    let is_batch = endpoint == Endpoint::Batch;
    if !is_batch && let Some(Read { fact: Err(rejection), .. }) = messages.first() {
        let message = format!("`{}` {}", rejection.field, rejection.reason);
        let problem = Problem::bad_request("invalid_message", message).at(rejection.field);
        let _ = app.recorder.take(Vec::new(), messages.iter().filter_map(|read| aside(read, now)).collect()).await;
        return Err(problem);
    }
    record(app, messages, now, is_batch).await
}

/// Records what can be, puts the rest aside, and tells what became of each message.
async fn record(app: &App, messages: Vec<Read>, now: i64, is_batch: bool) -> Result<Json<Taking>, Problem> {
    let refused: Vec<Refused> = messages.iter().filter_map(|read| aside(read, now)).collect();
    let facts = messages.iter().filter_map(|read| read.fact.as_ref().ok());
    let given: Vec<Given> = facts.cloned().map(Given::new).collect();
    let taken = app.recorder.take(given, refused).await.map_err(unavailable)?;
    let mut taken = taken.iter();
    let told: Vec<Told> = messages.iter().map(|read| Told::of(read, &mut taken)).collect();
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
    fn of<'t>(read: &'m Read, taken: &mut impl Iterator<Item = &'t Taken>) -> Told<'m> {
        let fact = match &read.fact {
            Ok(fact) => fact,
            Err(rejection) => {
                let (field, reason) = (Some(rejection.field), Some(rejection.reason));
                return Told { status: Status::Rejected, message_id: None, field, reason };
            }
        };
        let (status, reason) = match taken.next() {
            Some(Taken::Accepted { .. }) => (Status::Accepted, None),
            Some(Taken::Duplicate { .. }) => (Status::Duplicate, None),
            Some(Taken::Conflict { .. }) => {
                (Status::Rejected, Some("conflict: another message has this messageId, and that one stands"))
            }
            Some(Taken::Refused(Refusal::Erased)) => (Status::Rejected, Some("erased: this person was erased")),
            Some(Taken::Refused(_)) | None => (Status::Rejected, Some("refused")),
        };
        Told { status, message_id: Some(&fact.message_id), field: None, reason }
    }

    fn line(&self, place: usize) -> TakenMessage {
        let field = self.field.map(|field| format!("batch[{place}]{}{field}", if field.is_empty() { "" } else { "." }));
        let message_id = self.message_id.map(str::to_owned);
        TakenMessage { status: self.status, message_id, field, reason: self.reason }
    }
}

fn aside(read: &Read, now: i64) -> Option<Refused> {
    let rejection = read.fact.as_ref().err()?;
    let field = Some(rejection.field.to_owned());
    Some(Refused { received_at: now, reason: rejection.reason.into(), field, body: read.raw.clone().into_bytes() })
}

/// Receives a body within the limits on its size, on its time, and on what all bodies take together.
async fn receive(app: &App, request: Request) -> Result<(Vec<u8>, Vec<OwnedSemaphorePermit>), Problem> {
    let too_large = |got| {
        let message = "the body is too large; send fewer messages at once";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message).limit(ENCODED_BYTES_MAX, got)
    };
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > ENCODED_BYTES_MAX) {
        return Err(too_large(length));
    }
    let receive = async {
        let (mut bytes, mut permits) = (Vec::new(), Vec::new());
        let mut body = request.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::bad_request("body_cut_off", "the body was cut off"))?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > ENCODED_BYTES_MAX {
                return Err(too_large(None));
            }
            permits.push(app.reserve(data.len()).ok_or_else(Problem::busy)?);
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, permits))
    };
    let late = || Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "the body took longer than 30 seconds");
    tokio::time::timeout(BODY_TIMEOUT, receive).await.map_err(|_| late())?
}

fn refuse_key_in_query(uri: &Uri) -> Result<(), Problem> {
    let query = uri.query().unwrap_or_default().to_ascii_lowercase();
    if ["writekey=", "write_key=", "api_key=", "key="].iter().any(|name| query.contains(name)) {
        let message = "keys in addresses end up in logs; send the key as the user name of HTTP Basic";
        return Err(Problem::bad_request("key_in_query", message));
    }
    Ok(())
}

fn source_of(app: &App, key: &str) -> Result<String, Problem> {
    match app.caller(key) {
        Some(Caller { scope: Scope::Write, source, .. }) => Ok(source),
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "wrong_key", "this key may not send facts")),
        None => Err(Problem::new(StatusCode::UNAUTHORIZED, "unknown_key", "the write key is not known")),
    }
}

fn one_encoding(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let first = values.next().map(|value| value.to_str().unwrap_or("?").to_owned());
    if values.next().is_some() {
        return Err(unpack_problem(UnpackError::Encoding));
    }
    Ok(first)
}

fn unpack_problem(error: UnpackError) -> Problem {
    match error {
        UnpackError::Encoding => {
            let message = "bodies may be packed once, with gzip, deflate, br or zstd";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", message)
        }
        UnpackError::TooLarge => {
            let message = "the unpacked body is too large; send fewer messages at once";
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message);
            problem.limit(crate::intake::DECODED_BYTES_MAX, None)
        }
        UnpackError::Damaged => Problem::bad_request("damaged", "the packed body is damaged"),
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
        BodyError::SentAt => Problem::bad_request("invalid_message", "`sentAt` is no time").at("sentAt"),
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
