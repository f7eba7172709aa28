//! A Salesforce on this machine, as its documentation describes it: tokens for client credentials, records by address,
//! fields of an object.

use super::contents_of;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;

#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) secret: String,
    /// How many tokens were given out; the last one is taken while it has not run out.
    pub(crate) tokens: usize,
    pub(crate) has_run_out: bool,
    /// Names of fields, each with its type.
    pub(crate) fields: BTreeMap<String, &'static str>,
    /// By object and address, each address with the records that have it.
    pub(crate) records: BTreeMap<(String, String), Vec<Map<String, Value>>>,
    pub(crate) converted: Vec<String>,
    /// How many further writes are answered with the limit of the day.
    pub(crate) over_limit: usize,
    pub(crate) odd: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Salesforce {
    pub(crate) host: String,
    contents: Arc<Mutex<Contents>>,
}

impl Salesforce {
    /// Starts one with leads, the usual fields and `first` as its consumer secret.
    pub(crate) async fn start(leads: &[&str]) -> Salesforce {
        let mut fields = BTreeMap::new();
        for name in ["Score", "Fit", "Engagement"] {
            fields.insert(format!("Bantam_{name}__c"), "double");
        }
        for name in ["Grade", "Stage", "Hand_Off", "Hand_Off_Id", "Team", "Owner", "Link", "Reasons"] {
            fields.insert(format!("Bantam_{name}__c"), "string");
        }
        for name in ["Opened_At", "Due_At"] {
            fields.insert(format!("Bantam_{name}__c"), "datetime");
        }
        let record = |address: &&str| (("Lead".to_owned(), (*address).to_owned()), vec![Map::new()]);
        let contents = Arc::new(Mutex::new(Contents {
            secret: "first".to_owned(),
            fields,
            records: leads.iter().map(record).collect(),
            ..Contents::default()
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(contents.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Salesforce { host, contents }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    pub(crate) fn contents(&self) -> MutexGuard<'_, Contents> {
        contents_of(&self.contents)
    }

    /// Returns what stands in a field of a lead.
    pub(crate) fn field(&self, address: &str, name: &str) -> Value {
        let key = ("Lead".to_owned(), address.to_owned());
        self.contents().records.get(&key).and_then(|records| records[0].get(name)).cloned().unwrap_or_default()
    }
}

fn refused(status: u16, code: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, Json(json!([{"message": message, "errorCode": code}]))).into_response()
}

async fn answer(
    State(contents): State<Arc<Mutex<Contents>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut contents = contents_of(&contents);
    let parts: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
    if (method.as_str(), uri.path()) == ("POST", "/services/oauth2/token") {
        return give_token(&mut contents, &headers, &body);
    }
    let bearer = format!("Bearer 00D!{}", contents.tokens);
    if contents.has_run_out || headers.get("authorization").is_none_or(|given| given.to_str().unwrap() != bearer) {
        return refused(401, "INVALID_SESSION_ID", "Session expired or invalid");
    }
    match (method.as_str(), parts.as_slice(), uri.query()) {
        ("GET", ["services", "data", "v62.0", "sobjects", "Lead" | "Contact", "describe"], None) => {
            let fields = contents.fields.iter();
            let listed: Vec<Value> =
                fields.map(|(name, kind)| json!({"name": name, "type": kind, "updateable": true})).collect();
            Json(json!({"name": "Lead", "fields": listed})).into_response()
        }
        ("PATCH", ["services", "data", "v62.0", "sobjects", object, "Email", address], Some("updateOnly=true")) => {
            change(&mut contents, &body, (object, address))
        }
        _ => {
            contents.odd.push(format!("{method} {uri}"));
            refused(404, "NOT_FOUND", "The requested resource does not exist")
        }
    }
}

fn give_token(contents: &mut Contents, headers: &HeaderMap, body: &Bytes) -> Response {
    let form: BTreeMap<String, String> = serde_urlencoded::from_bytes(body).unwrap_or_default();
    let given = |name: &str| form.get(name).map_or("", String::as_str);
    let is_form = headers.get("content-type").is_some_and(|of| of == "application/x-www-form-urlencoded");
    if !is_form || given("grant_type") != "client_credentials" {
        contents.odd.push(format!("{form:?}"));
        let body = json!({"error": "unsupported_grant_type", "error_description": "grant type not supported"});
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    if (given("client_id"), given("client_secret")) != ("3MVG9.key", contents.secret.as_str()) {
        let body = json!({"error": "invalid_client", "error_description": "invalid client credentials"});
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    contents.tokens += 1;
    contents.has_run_out = false;
    let token = format!("00D!{}", contents.tokens);
    let body = json!({"access_token": token, "token_type": "Bearer", "instance_url": "https://elsewhere.example",
        "issued_at": "1763726400000"});
    Json(body).into_response()
}

fn change(contents: &mut Contents, body: &Bytes, (object, address): (&str, &str)) -> Response {
    let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(body) else {
        contents.odd.push(String::from_utf8_lossy(body).into_owned());
        return refused(400, "JSON_PARSER_ERROR", "unexpected input");
    };
    if contents.over_limit > 0 {
        contents.over_limit -= 1;
        return refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    }
    for (name, value) in &fields {
        let fits = match contents.fields.get(name).copied() {
            None => {
                let message = format!("No such column '{name}' on sobject of type {object}");
                return refused(400, "INVALID_FIELD", &message);
            }
            Some("double") => value.is_number() || value.is_null(),
            Some("datetime") => value.is_null() || value.as_str().is_some_and(|text| text.len() == 20),
            Some(_) => value.is_string() || value.is_null(),
        };
        if !fits {
            contents.odd.push(format!("{name}: {value}"));
            return refused(400, "JSON_PARSER_ERROR", "Cannot deserialize instance");
        }
    }
    if contents.converted.iter().any(|known| known == address) {
        return refused(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
    }
    match contents.records.get_mut(&(object.to_owned(), address.to_owned())).map(Vec::as_mut_slice) {
        None | Some([]) => refused(404, "NOT_FOUND", "The requested resource does not exist"),
        Some([record]) => {
            record.extend(fields);
            StatusCode::NO_CONTENT.into_response()
        }
        Some(_) => {
            let found = json!(["/services/data/v62.0/sobjects/Lead/1", "/services/data/v62.0/sobjects/Lead/2"]);
            (StatusCode::MULTIPLE_CHOICES, Json(found)).into_response()
        }
    }
}
