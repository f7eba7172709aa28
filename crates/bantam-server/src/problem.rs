//! What a request is told when something is wrong with it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// How long a sender should wait before it tries again, in whole seconds, unless something else is known.
const RETRY_AFTER: u64 = 2;

/// An error as it is answered.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Problem {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// After how many seconds it may be tried again.
    #[serde(skip)]
    retry_after: Option<u64>,
    /// Stable, for programs.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) got: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<serde_json::Value>,
}

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

    pub(crate) fn busy() -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "nothing was taken; send it again after a moment")
    }

    pub(crate) fn too_often(retry_after: u64) -> Problem {
        let message = "this key is used too often; send more messages in one batch, or wait";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_often", message);
        Problem { retry_after: Some(retry_after), ..problem }
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
        let (status, retry_after) = (self.status, self.retry_after.unwrap_or(RETRY_AFTER));
        let mut response = (status, Json(serde_json::json!({ "error": self }))).into_response();
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        response
    }
}
