//! Asks the provider: over TLS, without following redirects, for answers of a sane size and within a sane time.

use super::settings::check_address;
use crate::webhooks::{Authorities, own_client};
use openidconnect::http::{self, HeaderMap};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::error::Error;
use std::pin::Pin;
use std::time::Duration;
use url::Url;

/// The largest answer: the document of a provider has some kilobytes, its keys some more.
const ANSWER_BYTES_MAX: usize = 256 << 10;
/// How long an answer may take: somebody waits for it.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Why the provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The address is none that is asked.
    #[error("{0}: the address {1}")]
    Address(String, &'static str),
    /// It could not be reached, or broke off.
    #[error("{}", causes(.0))]
    Away(#[from] reqwest::Error),
    /// The answer is too large.
    #[error("the answer is larger than {ANSWER_BYTES_MAX} bytes")]
    Large,
    /// The answer cannot be put together.
    #[error("the answer is no HTTP")]
    Odd,
}

/// Returns an error with what is behind it: that a connection failed does not say that a certificate was refused.
fn causes(error: &reqwest::Error) -> String {
    let (mut text, mut next) = (error.to_string(), error.source());
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// Asks it.
pub(super) struct Calls {
    client: reqwest::Client,
}

impl Calls {
    pub(super) fn new(authorities: &Authorities) -> Result<Calls, String> {
        Ok(Calls { client: own_client(authorities)? })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let (parts, body) = request.into_parts();
        let text = parts.uri.to_string();
        let url = Url::parse(&text).map_err(|_| CallError::Address(text.clone(), "is no URL"))?;
        check_address(&url).map_err(|problem| CallError::Address(text, problem))?;
        let request = self.client.request(parts.method, url).headers(parts.headers).timeout(TIMEOUT).body(body);
        let mut answer = request.send().await?;
        let (status, headers): (_, HeaderMap) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(CallError::Large);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = http::Response::builder().status(status).body(body).map_err(|_| CallError::Odd)?;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Calls {
    type Error = CallError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, CallError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
