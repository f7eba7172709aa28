//! The document that tells programs what is answered where: OpenAPI 3.1, made from the routes themselves.

use super::calls::Call;
use super::hand_offs::AnswerName;
use super::leads::LeadSort;
use super::paging::Limit;
use super::quarantine::QuarantineSort;
use super::reports::{Division, DocumentFormat};
use super::routes::{BASIC, BEARER, problem_name};
use crate::app::App;
use crate::insight::ReportName;
use crate::problem::ProblemBody;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

/// What may be answered beside what was asked for, with what it means.
const PROBLEMS: [(StatusCode, &str); 11] = [
    (StatusCode::BAD_REQUEST, "Something about the request is wrong; `field` says what."),
    (StatusCode::UNAUTHORIZED, "No key was given in the way that is asked for, or it is not known."),
    (StatusCode::FORBIDDEN, "The key may not do that."),
    (StatusCode::NOT_FOUND, "There is no such thing."),
    (StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive."),
    (StatusCode::CONFLICT, "It does not fit how things stand; `details` says how they do."),
    (StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than `limit` bytes."),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of a type or packed in a way that is not read here."),
    (StatusCode::TOO_MANY_REQUESTS, "Too many requests; try again after `Retry-After` seconds."),
    (StatusCode::INTERNAL_SERVER_ERROR, "A fault of ours; the request id leads to its cause in the log."),
    (StatusCode::SERVICE_UNAVAILABLE, "Nothing was done; try again after `Retry-After` seconds."),
];

const DESCRIPTION: &str = "\
Takes events from tracking SDKs, decides about leads, hands them to sales and takes the answers.

Every error has one shape, `{\"error\": {...}}`, with a `code` for programs and a `message` for people. Unknown fields and \
parameters are refused. Every answer carries `x-request-id`: the one that was sent with the request, or a new one. Lists \
come in pages: send `next_cursor` of one page as `cursor` to get the next.";

/// Returns the document before it has paths.
pub(crate) fn blank() -> OpenApi {
    let info = InfoBuilder::new()
        .title("bantam")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name("Apache-2.0 OR MIT").build()))
        .build();
    let mut referred = Vec::new();
    ProblemBody::schemas(&mut referred);
    // What only parameters name is not found by way of a body.
    let parameters = [
        named::<AnswerName>(),
        named::<Call>(),
        named::<Division>(),
        named::<DocumentFormat>(),
        named::<LeadSort>(),
        named::<Limit>(),
        named::<QuarantineSort>(),
        named::<ReportName>(),
    ];
    let mut components = ComponentsBuilder::new()
        .schemas_from_iter(referred)
        .schemas_from_iter(parameters)
        .schema(ProblemBody::name(), ProblemBody::schema())
        .security_scheme(BEARER, http(HttpAuthScheme::Bearer, "A key that may read or manage."))
        .security_scheme(BASIC, http(HttpAuthScheme::Basic, "A write key as the user name, and an empty password."));
    for (status, description) in PROBLEMS {
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
        let response = ResponseBuilder::new().description(description).content("application/json", body).build();
        components = components.response(problem_name(status), response);
    }
    OpenApiBuilder::new().info(info).components(Some(components.build())).build()
}

fn named<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into_owned(), T::schema())
}

fn http(scheme: HttpAuthScheme, description: &str) -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(scheme).description(Some(description)).build())
}

/// The OpenAPI document
///
/// Anybody may read it: it holds no data.
#[utoipa::path(get, path = "/api/openapi.json", tag = "service",
    responses((status = 200, description = "This document", body = serde_json::Value)))]
pub(crate) async fn show(State(app): State<App>) -> Response {
    let text = app.document().to_owned();
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}
