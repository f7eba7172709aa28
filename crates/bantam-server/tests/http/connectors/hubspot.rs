//! A HubSpot on this machine, as its documentation describes it: contacts by address, properties, a private app's token.

use super::contents_of;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;

/// An answer: its status, headers of its own, and its body.
pub(crate) type Said = (StatusCode, Vec<(&'static str, &'static str)>, Value);

#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) token: String,
    pub(crate) properties: BTreeSet<String>,
    /// By address.
    pub(crate) contacts: BTreeMap<String, Map<String, Value>>,
    /// What is said to the next requests, whatever they are.
    pub(crate) next: VecDeque<Said>,
    /// What was asked, such as `PATCH a@b.example`.
    pub(crate) asked: Vec<String>,
    /// What no client of theirs would send.
    pub(crate) odd: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct HubSpot {
    pub(crate) host: String,
    contents: Arc<Mutex<Contents>>,
}

impl HubSpot {
    /// Starts one with contacts, the usual properties and `pat-na1-first` as its token.
    pub(crate) async fn start(contacts: &[&str]) -> HubSpot {
        let names = ["score", "fit", "engagement", "grade", "stage", "hand_off", "hand_off_id", "reasons"];
        let names = names.into_iter().chain(["opened_at", "due_at", "team", "owner", "link"]);
        let mut properties: BTreeSet<String> = names.map(|name| format!("bantam_{name}")).collect();
        properties.extend(["email", "firstname"].map(str::to_owned));
        let contents = Arc::new(Mutex::new(Contents {
            token: "pat-na1-first".to_owned(),
            properties,
            contacts: contacts.iter().map(|address| ((*address).to_owned(), Map::new())).collect(),
            ..Contents::default()
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(contents.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        HubSpot { host, contents }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    pub(crate) fn contents(&self) -> MutexGuard<'_, Contents> {
        contents_of(&self.contents)
    }

    /// Returns what stands in a property of a contact.
    pub(crate) fn property(&self, address: &str, name: &str) -> Value {
        self.contents().contacts.get(address).and_then(|contact| contact.get(name)).cloned().unwrap_or_default()
    }
}

fn refused(status: StatusCode, category: &str, message: &str) -> Response {
    let body = json!({"status": "error", "message": message, "correlationId": "aeb5f871", "category": category});
    (status, Json(body)).into_response()
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
    let last = parts.last().copied().unwrap_or_default();
    contents.asked.push(format!("{method} {last}"));
    if let Some((status, said, body)) = contents.next.pop_front() {
        let mut response = (status, Json(body)).into_response();
        for (name, value) in said {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        return response;
    }
    let bearer = format!("Bearer {}", contents.token);
    if headers.get("authorization").is_none_or(|given| given.to_str().unwrap() != bearer) {
        let message = "Authentication credentials not found. This API supports OAuth 2.0 authentication";
        return refused(StatusCode::UNAUTHORIZED, "INVALID_AUTHENTICATION", message);
    }
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["crm", "v3", "properties", "contacts"]) => {
            let listed: Vec<Value> = contents.properties.iter().map(|name| json!({"name": name})).collect();
            Json(json!({"results": listed})).into_response()
        }
        ("PATCH", ["crm", "v3", "objects", "contacts", address]) if uri.query() == Some("idProperty=email") => {
            let address = address.replace("%2B", "+");
            change(&mut contents, &headers, &body, Some(&address))
        }
        ("POST", ["crm", "v3", "objects", "contacts"]) => change(&mut contents, &headers, &body, None),
        _ => {
            contents.odd.push(format!("{method} {uri}"));
            refused(StatusCode::NOT_FOUND, "NOT_FOUND", "no such path")
        }
    }
}

fn change(contents: &mut Contents, headers: &HeaderMap, body: &Bytes, address: Option<&str>) -> Response {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let properties = body.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let is_text = properties.values().all(Value::is_string);
    let is_json =
        headers.get("content-type").is_some_and(|given| given.to_str().unwrap().starts_with("application/json"));
    if !is_json || !is_text || body.as_object().is_none_or(|body| body.len() != 1) {
        contents.odd.push(body.to_string());
        return refused(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "Invalid input JSON");
    }
    let unknown: Vec<Value> = properties
        .keys()
        .filter(|name| !contents.properties.contains(*name))
        .map(|name| {
            json!({"isValid": false, "message": format!("Property \"{name}\" does not exist"),
                "error": "PROPERTY_DOESNT_EXIST", "name": name})
        })
        .collect();
    if !unknown.is_empty() {
        let message = format!("Property values were not valid: {}", Value::from(unknown));
        return refused(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", &message);
    }
    let (address, status) = match address {
        Some(address) => (address.to_owned(), StatusCode::OK),
        None => (properties["email"].as_str().unwrap().to_owned(), StatusCode::CREATED),
    };
    match (status, contents.contacts.contains_key(&address)) {
        (StatusCode::OK, false) => return refused(StatusCode::NOT_FOUND, "OBJECT_NOT_FOUND", "resource not found"),
        (StatusCode::CREATED, true) => return refused(StatusCode::CONFLICT, "CONFLICT", "Contact already exists"),
        _ => {}
    }
    contents.contacts.entry(address).or_default().extend(properties);
    (status, Json(json!({"id": "512", "archived": false}))).into_response()
}
