//! Asks a CRM something and reads what it answers, within limits.

use super::super::deliver::problem_of;
use super::super::queue::Outcome;
use super::super::visible::visible;
use super::record::{Record, Value};
use super::{Connector, Field};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Map, Value as Json};
use url::Url;

/// How much is read of an answer to a write, in bytes: one that refuses it names each of a dozen fields, with sentences.
pub(super) const ANSWER_BYTES_MAX: usize = 64 << 10;
/// How much is read of a list of fields: a CRM that was in use for years has some thousand, of about a kilobyte each.
pub(super) const FIELDS_BYTES_MAX: usize = 16 << 20;
/// How much of an answer people are shown, in characters.
const SHOWN: usize = 500;

/// A CRM, with how it is reached and written to.
pub(in crate::webhooks) struct Exchange<'e> {
    pub(in crate::webhooks) client: &'e Client,
    pub(in crate::webhooks) base: Url,
    pub(in crate::webhooks) secret: &'e str,
    pub(in crate::webhooks) settings: &'e Connector,
    /// Where the service is for people, if it knows.
    pub(in crate::webhooks) pages: Option<&'e str>,
}

/// What a CRM answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) asked_seconds: Option<i64>,
    text: String,
}

impl Answer {
    /// Returns it as JSON; nothing where it is none.
    pub(super) fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Returns what it says, for people: a message where it has one.
    pub(super) fn says(&self, message: Option<&str>) -> String {
        let shown = visible(message.unwrap_or(&self.text).trim(), SHOWN);
        let status = self.status.as_u16();
        if shown.is_empty() { format!("{status}") } else { format!("{status}: {shown}") }
    }

    /// Returns that it has to be tried again, and why.
    pub(super) fn failed(&self, error: String) -> Outcome {
        Outcome::Failed { status: Some(self.status.as_u16()), error, asked_seconds: self.asked_seconds }
    }
}

impl Exchange<'_> {
    /// Returns an address at the CRM; whatever the parts of the path are, they stay parts.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.clear().extend(path);
        }
        url
    }

    /// Returns what stands in each field that is written, by its name in the CRM.
    pub(super) fn fields(&self, record: &Record, shape: &dyn Fn(&Value) -> Json) -> Map<String, Json> {
        let link = self.link(&record.lead);
        let value = |field: &Field| match field {
            Field::Link => link.as_ref(),
            field => record.values.get(field),
        };
        let named = self.settings.fields.iter();
        named.filter_map(|(field, name)| Some((name.clone(), shape(value(field)?)))).collect()
    }

    /// Returns the address of a lead's page; `None` where the service does not know its own.
    fn link(&self, lead: &str) -> Option<Value> {
        let pages = self.pages?.trim_end_matches('/');
        Some(Value::Text(format!("{pages}{}", crate::web::marks::lead_path(lead))))
    }

    /// Returns the names of fields that a text speaks of, each between marks of quotation.
    pub(super) fn named_in(&self, text: &str) -> Vec<String> {
        let quoted = |name: &&String| ['"', '\''].iter().any(|mark| text.contains(&format!("{mark}{name}{mark}")));
        self.settings.fields.values().filter(quoted).cloned().collect()
    }

    /// Returns the names of fields that the CRM does not have. Without an address of its own no link is written.
    pub(super) fn missing(&self, known: &[&str]) -> Vec<String> {
        let is_missing = |name: &str| !known.iter().any(|known| known.eq_ignore_ascii_case(name));
        let written = self.settings.fields.iter().filter(|(field, _)| **field != Field::Link || self.pages.is_some());
        written.filter(|(_, name)| is_missing(name)).map(|(_, name)| name.clone()).collect()
    }
}

/// Sends a request with a body, if there is one.
///
/// # Errors
/// Returns that it failed before there was an answer.
pub(super) async fn ask(request: RequestBuilder, body: Option<Json>, bytes_max: usize) -> Result<Answer, Outcome> {
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body.to_string()),
        None => request,
    };
    let failed = |error: &str| Outcome::Failed { status: None, error: error.to_owned(), asked_seconds: None };
    let mut response = request.send().await.map_err(|error| failed(problem_of(&error)))?;
    let status = response.status();
    let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let asked_seconds = asked.and_then(|text| text.trim().parse().ok());
    let mut bytes = Vec::new();
    // What an answer says that breaks off is still worth showing.
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= bytes_max {
            bytes.truncate(bytes_max);
            break;
        }
    }
    Ok(Answer { status, asked_seconds, text: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Says which fields a CRM does not have, and what to do.
pub(super) fn missing_fields(crm: &str, object: &str, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "{crm} has no field {} of {object} that may be written; make it there, or change its name in the settings of the \
         connector",
        names.join(", ")
    )
}
