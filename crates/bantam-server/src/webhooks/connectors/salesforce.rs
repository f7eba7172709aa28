//! Writes to leads or contacts of Salesforce, with a token of the client-credentials flow.
//!
//! Records are updated by `PATCH /services/data/…/sobjects/{object}/Email/{address}?updateOnly=true`: the address finds one, and
//! nothing is made where there is none. The token comes from `POST /services/oauth2/token` at the company's own host; where it
//! has run out, another one is asked for, once.

use super::super::queue::Outcome;
use super::exchange::{ANSWER_BYTES_MAX, Answer, Exchange, FIELDS_BYTES_MAX, ask, missing_fields};
use super::record::{Record, Value};
use hashbrown::HashMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;
use url::form_urlencoded::Serializer;

/// The version of the interface: `updateOnly` came with 61.
const VERSION: &str = "v62.0";
/// How many tokens are held; there are no more endpoints. With more, some are of secrets that were replaced.
const TOKENS_MAX: usize = 100;
/// How long is waited when the day's requests are used up.
const PAUSE_OF_DAY_SECONDS: i64 = 3_600;

/// Tokens that were given out, by whom they are for. Lost with the process.
#[derive(Default)]
pub(in crate::webhooks) struct Tokens(Mutex<HashMap<[u8; 32], Arc<Token>>>);

/// The token of one endpoint, if there is one. Held while another is asked for: others of that endpoint need it, too.
type Token = tokio::sync::Mutex<Option<String>>;

impl Tokens {
    fn of(&self, whose: [u8; 32]) -> Arc<Token> {
        // Nothing panics while it is held.
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= TOKENS_MAX && !tokens.contains_key(&whose) {
            tokens.clear();
        }
        tokens.entry(whose).or_default().clone()
    }
}

/// Salesforce, with a program that it knows.
pub(super) struct Salesforce<'s> {
    pub(super) crm: &'s Exchange<'s>,
    pub(super) tokens: &'s Tokens,
}

impl Salesforce<'_> {
    /// Writes what is known about a lead to its record.
    ///
    /// # Errors
    /// Returns what else became of it.
    pub(super) async fn write(&self, record: &Record) -> Result<Outcome, Outcome> {
        let object = self.crm.settings.object.word();
        let path = ["services", "data", VERSION, "sobjects", object, "Email", &record.address];
        let mut url = self.crm.url(&path);
        url.set_query(Some("updateOnly=true"));
        let body = Json::Object(self.crm.fields(record, &shape));
        let answer = self.call(Method::PATCH, url, Some(body), ANSWER_BYTES_MAX).await?;
        Ok(self.outcome(&answer))
    }

    /// Returns which fields are not there, or may not be written.
    ///
    /// # Errors
    /// Returns why that cannot be told.
    pub(super) async fn missing(&self) -> Result<Vec<String>, Outcome> {
        let object = self.crm.settings.object.word();
        let url = self.crm.url(&["services", "data", VERSION, "sobjects", object, "describe"]);
        let answer = self.call(Method::GET, url, None, FIELDS_BYTES_MAX).await?;
        let body = answer.json();
        let Some(known) = body.get("fields").and_then(Json::as_array).filter(|_| answer.status.is_success()) else {
            return Err(match answer.status.is_success() {
                true => answer.failed("Salesforce answered with no list of fields".to_owned()),
                false => self.outcome(&answer),
            });
        };
        let is_writable = |field: &&Json| field.get("updateable") == Some(&json!(true));
        let names: Vec<&str> =
            known.iter().filter(is_writable).filter_map(|found| found.get("name")?.as_str()).collect();
        Ok(self.crm.missing(&names))
    }

    /// Asks with a token; with another one where the first has run out.
    async fn call(&self, method: Method, url: Url, body: Option<Json>, bytes_max: usize) -> Result<Answer, Outcome> {
        let token = self.token(None).await?;
        let request = |token: &str| self.crm.client.request(method.clone(), url.clone()).bearer_auth(token);
        let answer = ask(request(&token), body.clone(), bytes_max).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let token = self.token(Some(&token)).await?;
        ask(request(&token), body, bytes_max).await
    }

    /// Returns a token other than one that has run out. Who comes meanwhile waits, and gets the same.
    async fn token(&self, old: Option<&str>) -> Result<String, Outcome> {
        let client_id = self.crm.settings.client_id.as_deref().unwrap_or_default();
        let whose = [self.crm.base.as_str(), client_id, self.crm.secret].join("\n");
        let whose: [u8; 32] = Sha256::digest(whose).into();
        let held = self.tokens.of(whose);
        let mut held = held.lock().await;
        if let Some(token) = held.as_ref().filter(|token| Some(token.as_str()) != old) {
            return Ok(token.clone());
        }
        let token = self.new_token(client_id).await?;
        *held = Some(token.clone());
        Ok(token)
    }

    async fn new_token(&self, client_id: &str) -> Result<String, Outcome> {
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client_id)
            .append_pair("client_secret", self.crm.secret)
            .finish();
        let request = self.crm.client.post(self.crm.url(&["services", "oauth2", "token"]));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = ask(request, None, ANSWER_BYTES_MAX).await?;
        let body = answer.json();
        let text = |name: &str| body.get(name).and_then(Json::as_str);
        match (answer.status, text("access_token")) {
            (status, Some(token)) if status.is_success() => Ok(token.to_owned()),
            (StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED, _) if text("error").is_some() => {
                let says = answer.says(text("error_description").or(text("error")));
                Err(Outcome::Refused {
                    status: answer.status.as_u16(),
                    error: format!(
                        "Salesforce did not take the consumer key and secret; the flow for client credentials has to be on \
                         for the app, with a user to run as ({says})"
                    ),
                })
            }
            (status, _) if status.is_success() => Err(answer.failed("Salesforce answered with no token".to_owned())),
            _ => Err(answer.failed(format!("Salesforce gave out no token: {}", answer.says(None)))),
        }
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        let (status, object) = (answer.status, self.crm.settings.object.word());
        if status.is_success() {
            return Outcome::Delivered { status: Some(status.as_u16()) };
        }
        let body = answer.json();
        let text = |name: &str| body.pointer(&format!("/0/{name}")).and_then(Json::as_str);
        let (code, message) = (text("errorCode").unwrap_or_default(), text("message"));
        let says = answer.says(message);
        let skipped = |reason: String| Outcome::Skipped { status: Some(status.as_u16()), reason };
        let is_about_key = message.is_some_and(|message| message.to_lowercase().contains("external id"));
        match (status.as_u16(), code) {
            (401, _) => Outcome::Refused {
                status: 401,
                error: format!("Salesforce did not take a token that it had just given out ({says})"),
            },
            (300, _) => skipped(format!(
                "Salesforce has more than one {object} with this e-mail address; merge them, then it can be sent again"
            )),
            (404, "NOT_FOUND") if !is_about_key => skipped(format!(
                "Salesforce has no {object} with this e-mail address; once there is one, it can be sent again"
            )),
            (_, "CANNOT_UPDATE_CONVERTED_LEAD") => skipped(
                "the Lead was converted in Salesforce; a connector for Contact would write to what became of it"
                    .to_owned(),
            ),
            (_, "REQUEST_LIMIT_EXCEEDED") => Outcome::Failed {
                status: Some(status.as_u16()),
                error: format!("Salesforce takes no more requests for now ({says})"),
                asked_seconds: Some(answer.asked_seconds.unwrap_or(PAUSE_OF_DAY_SECONDS)),
            },
            (_, "INVALID_FIELD" | "INVALID_FIELD_FOR_INSERT_UPDATE") => {
                let names = self.crm.named_in(message.unwrap_or_default());
                answer.failed(match names.is_empty() {
                    true => format!("Salesforce does not take one of the fields ({says})"),
                    false => missing_fields("Salesforce", object, &names),
                })
            }
            _ => answer.failed(format!("Salesforce answered {says}")),
        }
    }
}

/// Returns a value as Salesforce takes it.
fn shape(value: &Value) -> Json {
    match value {
        Value::Nothing => Json::Null,
        Value::Number(number) => Json::from(*number),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Moment(at) => Json::from(Value::time(*at)),
    }
}
