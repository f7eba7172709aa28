//! What every request passes on its way in and out: it gets an id, its answer carries that id, a problem becomes a body,
//! and one line goes to the log.
//!
//! The line names the method, the route, the status, how long it took and the request id. It names no key, body, query or
//! path as it was sent: those may hold what is known about people.

use crate::problem::{Problem, ProblemBody};
use crate::web::frame::Shown;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// The header that carries the id of a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken from a caller: a uuid has 36, a trace 55.
const REQUEST_ID_BYTES_MAX: usize = 64;
/// How much chance is in an id that is made here, in bytes.
const REQUEST_ID_BYTES: usize = 12;
/// What stands in the log where no route answers.
const NO_ROUTE: &str = "none";
/// The longest cause that is written down.
const CAUSE_CHARACTERS_MAX: usize = 500;

/// Answers a request by what comes next, and tells the log.
pub(crate) async fn pass(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().clone();
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let problem = Problem { request_id: id.clone(), ..problem };
        tell_fault(&problem);
        put_body(&mut response, problem);
    }
    if let Some(Shown(problem)) = response.extensions_mut().remove::<Shown>() {
        tell_fault(&Problem { request_id: id.clone(), ..problem });
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    tell(&method, route.as_deref().unwrap_or(NO_ROUTE), response.status(), begun, &id);
    response
}

fn tell(method: &Method, route: &str, status: StatusCode, begun: Instant, id: &str) {
    let duration_ms = begun.elapsed().as_secs_f64() * 1_000.0;
    // A method may be any token, so it is cut; a route is one of ours.
    let method = method.as_str().get(..16).unwrap_or(method.as_str());
    tracing::info!(method, route, status = status.as_u16(), duration_ms, request_id = id, "answered");
}

fn tell_fault(problem: &Problem) {
    if let Some(cause) = &problem.cause {
        tracing::error!(request_id = problem.request_id, cause = one_line(cause), "a fault of ours");
    }
}

/// Returns a text without anything that could begin a line or change a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let characters = text.chars().take(CAUSE_CHARACTERS_MAX);
    characters.flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

fn put_body(response: &mut Response, problem: Problem) {
    let body = serde_json::to_vec(&ProblemBody { error: problem }).unwrap_or_default();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = Body::from(body);
}

/// Returns the id that the caller gave, where it is a token that can do no harm; else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_sane = |id: &&str| {
        (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    given.filter(is_sane).map_or_else(new_request_id, str::to_owned)
}

fn new_request_id() -> String {
    let mut random = [0; REQUEST_ID_BYTES];
    // Without chance requests share an id, which is a nuisance and no danger.
    let _ = getrandom::fill(&mut random);
    crate::base32::encode(&random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_05_what_goes_to_the_log_is_one_line() {
        assert_eq!(one_line("a\r\nb\u{1b}[31m"), "a\\r\\nb\\u{1b}[31m");
        assert_eq!(one_line(&"x".repeat(9_999)).len(), CAUSE_CHARACTERS_MAX);
    }

    #[test]
    fn an_id_of_the_caller_is_taken_when_it_is_a_token() {
        let id = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_static(text));
            request_id(&headers)
        };
        assert_eq!(id("4bf92f35-77b3.4da6_A"), "4bf92f35-77b3.4da6_A");
        for bad in ["", "a b", "a\tb", "<script>"] {
            assert_eq!(id(bad).len(), 20, "{bad}");
        }
        assert_ne!(new_request_id(), new_request_id());
    }
}
