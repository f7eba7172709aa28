//! Every route with every kind of key, against a table: a route that is not in the table fails, and so does one that is in it
//! and not there.

use crate::test_app::TestApp;
use axum::http::Method;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Who passes. `Write` is by HTTP Basic, the others are by bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admits {
    Anybody,
    Write,
    /// A write or managing key, given in either way.
    Import,
    Read,
    Manage,
}

const TABLE: [(&str, &str, Admits); 58] = [
    ("DELETE", "/api/keys/{id}", Admits::Manage),
    ("DELETE", "/api/leads/{id}", Admits::Manage),
    ("DELETE", "/api/quarantine/{id}", Admits::Manage),
    ("DELETE", "/api/webhooks/{id}", Admits::Manage),
    ("GET", "/api/definitions", Admits::Read),
    ("GET", "/api/definitions/{fingerprint}", Admits::Read),
    ("GET", "/api/definitions/{fingerprint}/impact", Admits::Read),
    ("GET", "/api/definitions/{fingerprint}/preview", Admits::Read),
    ("GET", "/api/hand-offs", Admits::Read),
    ("GET", "/api/keys", Admits::Manage),
    ("GET", "/api/leads", Admits::Read),
    ("GET", "/api/leads/{id}", Admits::Read),
    ("GET", "/api/leads/{id}/export", Admits::Manage),
    ("GET", "/api/leads/{id}/history", Admits::Read),
    ("GET", "/api/leads/{id}/score", Admits::Read),
    ("GET", "/api/openapi.json", Admits::Anybody),
    ("GET", "/api/quarantine", Admits::Read),
    ("GET", "/api/quarantine/{id}", Admits::Read),
    ("GET", "/api/reports/{name}", Admits::Read),
    ("GET", "/api/spend", Admits::Read),
    ("GET", "/api/teams", Admits::Read),
    ("GET", "/api/teams/{name}", Admits::Read),
    ("GET", "/api/webhooks", Admits::Manage),
    ("GET", "/api/webhooks/{id}", Admits::Manage),
    ("GET", "/api/webhooks/{id}/deliveries", Admits::Manage),
    ("GET", "/healthz", Admits::Anybody),
    ("GET", "/metrics", Admits::Read),
    ("GET", "/sourceConfig", Admits::Anybody),
    ("GET", "/sourceConfig/", Admits::Anybody),
    ("GET", "/v1/projects/{key}/settings", Admits::Anybody),
    ("PATCH", "/api/webhooks/{id}", Admits::Manage),
    ("POST", "/api/definitions", Admits::Manage),
    ("POST", "/api/definitions/what-if", Admits::Read),
    ("POST", "/api/definitions/{fingerprint}/activate", Admits::Manage),
    ("POST", "/api/definitions/{fingerprint}/propose", Admits::Manage),
    ("POST", "/api/definitions/{fingerprint}/sign", Admits::Manage),
    ("POST", "/api/events/{message_id}/retract", Admits::Manage),
    ("POST", "/api/hand-offs/{id}/{answer}", Admits::Manage),
    ("POST", "/api/keys", Admits::Manage),
    ("POST", "/api/leads/{id}/hand-off", Admits::Manage),
    ("POST", "/api/leads/{id}/merge", Admits::Manage),
    ("POST", "/api/quarantine/replay", Admits::Manage),
    ("POST", "/api/quarantine/{id}/replay", Admits::Manage),
    ("POST", "/api/spend", Admits::Manage),
    ("POST", "/api/webhooks", Admits::Manage),
    ("POST", "/api/webhooks/{id}/deliveries/{delivery}/resend", Admits::Manage),
    ("POST", "/api/webhooks/{id}/disable", Admits::Manage),
    ("POST", "/api/webhooks/{id}/enable", Admits::Manage),
    ("POST", "/api/webhooks/{id}/resend", Admits::Manage),
    ("POST", "/api/webhooks/{id}/rotate", Admits::Manage),
    ("POST", "/api/webhooks/{id}/test", Admits::Manage),
    ("POST", "/v1/b", Admits::Write),
    ("POST", "/v1/batch", Admits::Write),
    ("POST", "/v1/form/{key}", Admits::Anybody),
    ("POST", "/v1/import", Admits::Import),
    ("POST", "/v1/{call}", Admits::Write),
    ("PUT", "/api/leads/{id}/do-not-score", Admits::Manage),
    ("PUT", "/api/teams/{name}", Admits::Manage),
];

/// What is sent as `Authorization`, and whom that should be: the scope of the key, where it is given in its own way.
const KEYS: [(&str, Option<Admits>); 9] = [
    ("", None),
    ("Bearer nobody", None),
    ("Basic bm9ib2R5Og==", None),
    ("Basic dzo=", Some(Admits::Write)),
    ("Bearer w", None),
    ("Bearer r", Some(Admits::Read)),
    ("Basic cjo=", None),
    ("Bearer m", Some(Admits::Manage)),
    ("Basic bTo=", None),
];

fn operations(document: &serde_json::Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            found.insert((method.to_uppercase(), path.clone()));
        }
    }
    found
}

fn is_admitted(authorization: &str, who: Option<Admits>, by: Admits) -> bool {
    match by {
        Admits::Anybody => true,
        Admits::Write => who == Some(Admits::Write),
        Admits::Import => matches!(authorization, "Basic dzo=" | "Bearer w" | "Bearer m" | "Basic bTo="),
        Admits::Read => matches!(who, Some(Admits::Read | Admits::Manage)),
        Admits::Manage => who == Some(Admits::Manage),
    }
}

#[tokio::test]
async fn aut_01_every_route_admits_whom_the_table_says() {
    let app = TestApp::new();
    let document = app.get("/api/openapi.json").await.json();
    let table: BTreeMap<(String, String), Admits> =
        TABLE.iter().map(|(method, path, admits)| (((*method).into(), (*path).into()), *admits)).collect();
    assert_eq!(operations(&document), table.keys().cloned().collect());
    let mut asked = 0;
    for ((method, path), by) in &table {
        for (authorization, who) in KEYS {
            let place = path
                .replace("{call}", "track")
                .replace("{answer}", "accept")
                .replace("{name}", "all")
                .replace(['{', '}'], "");
            let headers: Vec<(&str, &str)> = match authorization {
                "" => vec![("content-type", "application/json")],
                key => vec![("content-type", "application/json"), ("authorization", key)],
            };
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = app.request(method.clone(), &place, &headers, b"{}".to_vec()).await;
            let is_refused = matches!(answer.status.as_u16(), 401 | 403);
            assert_eq!(
                !is_refused,
                is_admitted(authorization, who, *by),
                "{method} {path} with `{authorization}`: {}",
                answer.text()
            );
            // Whoever has no key learns no more than that.
            if who.is_none() && !matches!(by, Admits::Anybody | Admits::Import) {
                let known_elsewhere =
                    authorization.ends_with(" w") || authorization.ends_with("cjo=") || authorization.ends_with("bTo=");
                assert!(known_elsewhere || answer.status.as_u16() == 401, "{method} {path} with `{authorization}`");
            }
            asked += 1;
        }
    }
    assert_eq!(asked, TABLE.len() * KEYS.len());
}

#[tokio::test]
async fn the_document_says_which_key_each_route_asks_for() {
    let document = TestApp::new().get("/api/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (method, path, admits) in TABLE {
        let operation = &document["paths"][path][method.to_lowercase()];
        let security = operation["security"].to_string();
        let expected = match admits {
            Admits::Anybody => "[]",
            Admits::Write => r#"[{"write_key":[]}]"#,
            Admits::Import => r#"[{"write_key":[]},{"key":[]}]"#,
            Admits::Read | Admits::Manage => r#"[{"key":[]}]"#,
        };
        assert_eq!(security, expected, "{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
    }
}

#[tokio::test]
async fn api_every_reference_of_the_document_leads_somewhere() {
    let document = TestApp::new().get("/api/openapi.json").await.json();
    let (mut open, mut seen) = (vec![&document], 0);
    while let Some(value) = open.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
            seen += 1;
        }
        match value {
            Value::Object(fields) => open.extend(fields.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    assert!(seen > 100, "{seen}");
    // Two types of one name would be one in the document.
    let schemas = &document["components"]["schemas"];
    assert!(schemas["TrackingMessage"]["properties"]["userId"].is_object());
    assert!(schemas["Message"]["properties"]["deliveries"].is_object());
}
