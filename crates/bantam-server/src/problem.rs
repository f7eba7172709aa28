//! What a request is told when something is wrong with it.
//!
//! A [`Problem`] travels to the edge as it is: there it gets the id of its request, is written down where the fault is ours,
//! and becomes the body of the answer (`edge.rs`). So all errors have one shape.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt::Display;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// How long a sender should wait before it tries again, in whole seconds, unless something else is known.
const RETRY_AFTER: u64 = 2;

/// All codes, each with what it means. They are never reused.
pub(crate) const CODES: [(&str, &str); 52] = [
    ("active", "the definition is the active one already"),
    ("batch_too_large", "a batch has too many messages"),
    ("body_cut_off", "the body ended before it was whole"),
    ("body_too_large", "the body is larger than `limit` bytes"),
    ("body_too_slow", "the body took too long to arrive"),
    ("both_teams", "the same person signed for the other team"),
    ("busy", "nothing was done; try again after `Retry-After` seconds"),
    ("conflict", "it does not fit how things stand; `details` says how they do"),
    ("content_type", "the body is of a type that is not read here"),
    ("damaged", "a packed body cannot be unpacked"),
    ("disk_reserve", "the disk is almost full, so nothing was taken"),
    ("encoding", "a body is packed in a way that is not known, or twice"),
    ("exists", "there is one already; `details.id` is it"),
    ("fault", "a fault of ours; the request id leads to its cause in the log"),
    ("forged", "a form of a page came from another site or session, so nothing was changed"),
    ("invalid_cursor", "the cursor was not given by this list with these filters"),
    ("invalid_definition", "the definition has errors; `details.findings` has them"),
    ("invalid_json", "the body is no JSON, or not strictly; `details.offset` is the byte"),
    ("invalid_message", "a tracking message cannot be a fact"),
    ("invalid_path", "a part of the path cannot be read"),
    ("invalid_rate", "a rate out of its range"),
    ("invalid_time", "a text is no time"),
    ("invalid_url", "messages cannot be sent there"),
    ("invalid_value", "a value is of the wrong type or out of its range"),
    ("key_in_query", "a key stands in the address, where logs see it"),
    ("line_too_long", "a line is too long"),
    ("method", "the path does not take this method; `Allow` says which it takes"),
    ("missing_field", "a field that is needed is not there"),
    ("no_batch", "`batch` is no list"),
    ("no_host", "the request does not say which host it is for"),
    ("no_key", "no key was given in the way that is asked for"),
    ("no_object", "the body is no JSON object"),
    ("no_secret", "messages of this kind are not signed"),
    ("not_found", "there is no such thing, or not for this key"),
    ("not_proposed", "the definition has to be proposed first"),
    ("open_questions", "questions of the qualification are not answered; `details.open` has them"),
    ("origin", "pages of this origin may not send facts"),
    ("other_text", "the text was changed after it was read"),
    ("refused", "the fact cannot be taken"),
    ("role", "the roles of whoever is signed in do not allow it"),
    ("signed", "the team has signed already"),
    ("signed_out", "nobody is signed in"),
    ("too_long", "a text is too long"),
    ("too_many", "there are as many as there can be"),
    ("too_often", "the key is used too often; try again after `Retry-After` seconds"),
    ("unconfirmed", "the number of leads that move has to be confirmed"),
    ("unknown_field", "a field or parameter that nobody knows"),
    ("unknown_key", "the key is not known, has expired or was revoked"),
    ("unknown_reason", "the reason is none of `details.agreed`"),
    ("unknown_type", "there is no such type of message; `details.known` has them"),
    ("unsigned", "both teams have to sign first"),
    ("wrong_key", "the key may not do that"),
];

/// An error as it is answered.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Problem {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// After how many seconds it may be tried again.
    #[serde(skip)]
    pub(crate) retry_after: Option<u64>,
    /// Stable, for programs.
    #[schema(value_type = ProblemCode)]
    pub(crate) code: &'static str,
    /// For people.
    #[schema(example = "unknown parameter `stag`; did you mean `stage`?")]
    pub(crate) message: String,
    /// The field, parameter or part of the path that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "stag")]
    pub(crate) field: Option<String>,
    /// How much would have been taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<usize>,
    /// How much came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) got: Option<usize>,
    /// What the code promises beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<serde_json::Value>,
    /// The request, as it stands in the log and in the header `x-request-id`.
    #[serde(skip_deserializing)]
    #[schema(example = "w3kq6dpx2m4jc7t5nbfa")]
    pub(crate) request_id: String,
    /// What is behind a fault of ours, for the log alone.
    #[serde(skip)]
    pub(crate) cause: Option<String>,
}

/// What every error looks like.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    pub(crate) error: Problem,
}

/// The codes, as the document tells them.
pub(crate) struct ProblemCode;

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        let meanings = CODES.iter().map(|(code, meaning)| format!("- `{code}`: {meaning}"));
        let description = meanings.collect::<Vec<_>>().join("\n");
        let codes = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        codes.enum_values(Some(CODES.map(|(code, _)| code))).description(Some(description)).into()
    }
}

impl ToSchema for ProblemCode {}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Problem {
        Problem { status, code, message: message.into(), ..Problem::default() }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found(message: &'static str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, "conflict", message)
    }

    pub(crate) fn busy() -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "nothing was taken; send it again after a moment")
    }

    pub(crate) fn too_often(retry_after: u64) -> Problem {
        let message = "this key is used too often; send more messages in one batch, or wait";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_often", message);
        Problem { retry_after: Some(retry_after), ..problem }
    }

    /// A fault of ours: the request learns that it is one, the log learns why.
    pub(crate) fn fault(cause: impl Display) -> Problem {
        let problem =
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "a fault of ours; its cause is in the log");
        Problem { cause: Some(cause.to_string()), ..problem }
    }

    pub(crate) fn at(mut self, field: impl Into<String>) -> Problem {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn with(mut self, details: serde_json::Value) -> Problem {
        self.details = Some(details);
        self
    }

    pub(crate) fn limit(mut self, limit: usize, got: Option<usize>) -> Problem {
        (self.limit, self.got) = (Some(limit), got);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after.unwrap_or(RETRY_AFTER)));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The answer to a path that is asked in a way it does not take.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "this path does not take this method; `Allow` says which it takes",
    )
}
