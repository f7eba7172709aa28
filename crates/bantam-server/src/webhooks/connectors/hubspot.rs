//! Writes to contacts of HubSpot, with the access token of a private app.
//!
//! Contacts are updated by `PATCH /crm/v3/objects/contacts/{address}?idProperty=email`, one at a time: a batch is taken or
//! refused as a whole, so that one contact could hold up others.

use super::super::queue::Outcome;
use super::exchange::{ANSWER_BYTES_MAX, Answer, Exchange, FIELDS_BYTES_MAX, ask, missing_fields};
use super::record::{Record, Value};
use reqwest::StatusCode;
use serde_json::{Value as Json, json};

const CONTACTS: [&str; 4] = ["crm", "v3", "objects", "contacts"];
/// How long is waited where HubSpot does not say: its limit is counted over ten seconds.
const PAUSE_SECONDS: i64 = 10;
/// The same where the day's requests are used up.
const PAUSE_OF_DAY_SECONDS: i64 = 3_600;

/// Writes what is known about a lead to its contact.
///
/// # Errors
/// Returns what else became of it.
pub(super) async fn write(crm: &Exchange<'_>, record: &Record) -> Result<Outcome, Outcome> {
    let mut url = crm.url(&[&CONTACTS[..], &[record.address.as_str()]].concat());
    url.set_query(Some("idProperty=email"));
    let mut properties = crm.fields(record, &shape);
    let request = crm.client.patch(url).bearer_auth(crm.secret);
    let answer = ask(request, Some(json!({"properties": properties})), ANSWER_BYTES_MAX).await?;
    if !is_missing(&answer) {
        return Ok(outcome(crm, &answer));
    }
    if !crm.settings.creates {
        let reason = "HubSpot has no contact with this e-mail address; once there is one, it can be sent again";
        return Ok(Outcome::Skipped { status: Some(404), reason: reason.to_owned() });
    }
    properties.insert("email".to_owned(), record.address.clone().into());
    let request = crm.client.post(crm.url(&CONTACTS)).bearer_auth(crm.secret);
    let answer = ask(request, Some(json!({"properties": properties})), ANSWER_BYTES_MAX).await?;
    Ok(outcome(crm, &answer))
}

/// Returns which fields are not there.
///
/// # Errors
/// Returns why that cannot be told.
pub(super) async fn missing(crm: &Exchange<'_>) -> Result<Vec<String>, Outcome> {
    let request = crm.client.get(crm.url(&["crm", "v3", "properties", "contacts"])).bearer_auth(crm.secret);
    let answer = ask(request, None, FIELDS_BYTES_MAX).await?;
    let body = answer.json();
    let Some(known) = body.get("results").and_then(Json::as_array).filter(|_| answer.status.is_success()) else {
        return Err(match answer.status.is_success() {
            true => answer.failed("HubSpot answered with no list of properties".to_owned()),
            false => outcome(crm, &answer),
        });
    };
    let is_writable = |property: &&Json| property.pointer("/modificationMetadata/readOnlyValue") != Some(&json!(true));
    let names: Vec<&str> = known.iter().filter(is_writable).filter_map(|found| found.get("name")?.as_str()).collect();
    Ok(crm.missing(&names))
}

/// Returns a value as HubSpot takes it: all as texts, an empty one for nothing.
fn shape(value: &Value) -> Json {
    match value {
        Value::Nothing => Json::from(""),
        Value::Number(number) => Json::from(number.to_string()),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Moment(at) => Json::from(Value::time(*at)),
    }
}

/// Returns whether it says that there is no such contact, rather than no such path.
fn is_missing(answer: &Answer) -> bool {
    let category = answer.json().get("category").and_then(Json::as_str).map(str::to_owned);
    answer.status == StatusCode::NOT_FOUND && category.as_deref() == Some("OBJECT_NOT_FOUND")
}

fn outcome(crm: &Exchange<'_>, answer: &Answer) -> Outcome {
    let status = answer.status;
    if status.is_success() {
        return Outcome::Delivered { status: Some(status.as_u16()) };
    }
    let body = answer.json();
    let message = body.get("message").and_then(Json::as_str);
    let says = answer.says(message);
    match status {
        StatusCode::UNAUTHORIZED => Outcome::Refused {
            status: 401,
            error: format!("HubSpot did not take the access token; put another one in its place ({says})"),
        },
        // Another one is of something in between, and may pass.
        StatusCode::FORBIDDEN if body.get("category").is_some_and(|category| category == "MISSING_SCOPES") => {
            Outcome::Refused {
                status: 403,
                error: format!(
                    "the access token may not do that; give the private app the scopes `crm.objects.contacts.read`, \
                     `crm.objects.contacts.write` and `crm.schemas.contacts.read` ({says})"
                ),
            }
        }
        StatusCode::TOO_MANY_REQUESTS => {
            let policy = body.get("policyName").and_then(Json::as_str).unwrap_or_default();
            let pause = if policy.contains("DAILY") { PAUSE_OF_DAY_SECONDS } else { PAUSE_SECONDS };
            Outcome::Failed {
                status: Some(429),
                error: format!("HubSpot takes no more requests for now ({says})"),
                asked_seconds: Some(answer.asked_seconds.unwrap_or(pause)),
            }
        }
        StatusCode::BAD_REQUEST if body.to_string().contains("PROPERTY_DOESNT_EXIST") => {
            let names = crm.named_in(message.unwrap_or_default());
            answer.failed(match names.is_empty() {
                true => format!("HubSpot does not have one of the fields ({says})"),
                false => missing_fields("HubSpot", "contacts", &names),
            })
        }
        _ => answer.failed(format!("HubSpot answered {says}")),
    }
}
