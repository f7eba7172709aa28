//! Reads what a form sends: strictly, and only with the token of the session that it was made for.

use crate::app::App;
use crate::people::Signed;
use crate::problem::Problem;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The largest form: a definition of 256 KiB, each byte of which takes three in a form.
const FORM_BYTES_MAX: usize = 1 << 20;
/// The field that holds the token.
const TOKEN: &str = "token";

/// What a form sent, as a struct that refuses unknown fields.
pub(crate) struct FromForm<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for FromForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let signed = request.extensions().get::<Signed>().cloned();
        let fields = read(request.into_body()).await?;
        let forged = || {
            let message = "the form is from another session, so nothing was changed; load the page again";
            Problem::new(StatusCode::FORBIDDEN, "forged", message)
        };
        let token = fields.iter().find(|(name, _)| name == TOKEN).map(|(_, value)| value.as_str());
        if signed.is_some_and(|signed| !token.is_some_and(|token| signed.is_token(token))) {
            return Err(forged());
        }
        let rest: Vec<_> = fields.iter().filter(|(name, value)| name != TOKEN && !value.is_empty()).collect();
        parse(&rest).map(FromForm)
    }
}

/// What a form puts into the address, as a struct that refuses unknown fields. What was left blank is as if it were not
/// there.
pub(crate) struct FromSearch<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for FromSearch<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        search(parts.uri.query().unwrap_or_default()).map(FromSearch)
    }
}

/// Reads what a form put into an address.
pub(crate) fn search<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let broken = |_| Problem::bad_request("invalid_value", "the query is not percent-encoded UTF-8");
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(broken)?;
    parse(&fields.iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>())
}

async fn read(body: Body) -> Result<Vec<(String, String)>, Problem> {
    let too_large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the form is too large");
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(too_large)?;
    serde_urlencoded::from_bytes(&bytes).map_err(|_| Problem::bad_request("invalid_value", "the form cannot be read"))
}

/// Empty fields are as if they had not been sent: that is how browsers send what was left blank.
fn parse<T: DeserializeOwned>(fields: &[&(String, String)]) -> Result<T, Problem> {
    let text = serde_urlencoded::to_string(fields).unwrap_or_default();
    crate::api::extract::read_query(&text)
}
