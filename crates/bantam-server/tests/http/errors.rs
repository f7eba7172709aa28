//! Whatever is wrong with a request, the answer has one shape and says what.

use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};

const JSON: (&str, &str) = ("content-type", "application/json");
const MANAGE: (&str, &str) = ("authorization", "Bearer m");

/// Checks the shape, and returns status, code and field.
#[track_caller]
fn told(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let error = &body["error"];
    assert_eq!(error["request_id"].as_str(), Some(answer.header("x-request-id")), "{body}");
    assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    assert_eq!(answer.header("content-type"), "application/json");
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("code"), text("field"))
}

#[tokio::test]
async fn aut_03_errors_name_the_field_and_the_nearest_name() {
    let app = TestApp::new();
    let retract = async |body: &str| {
        app.request(Method::POST, "/api/events/m/retract", &[JSON, MANAGE], body.as_bytes().to_vec()).await
    };
    let cases = [
        (r#"{"reason": "bot", "by": "ann", "approved_by": "eve"}"#, "unknown_field", "approved_by"),
        (r#"{"reason": "bot"}"#, "missing_field", "by"),
        (r#"{"reason": 7, "by": "ann"}"#, "invalid_value", "reason"),
        (r#"{"reason": " ", "by": "ann"}"#, "invalid_value", "reason"),
        (r#"{"reason": "bot", "reason": "bot", "by": "ann"}"#, "invalid_value", "reason"),
        ("{", "invalid_json", ""),
        ("", "invalid_json", ""),
        ("[]", "invalid_value", ""),
    ];
    for (body, code, field) in cases {
        let answer = retract(body).await;
        let (status, found, at) = told(&answer);
        assert_eq!((status, found.as_str()), (400, code), "{body}: {}", answer.text());
        assert!(at == field || body.contains("\"reason\": \"bot\", \"reason\""), "{body}: {}", answer.text());
    }
    let listed = app.get("/api/leads?stag=x").await;
    assert_eq!(told(&listed), (400, "unknown_field".into(), "stag".into()));
    assert!(listed.text().contains("did you mean `stage`?"), "{}", listed.text());
}

#[tokio::test]
async fn what_is_no_request_of_ours_is_told_so() {
    let app = TestApp::new();
    let form = [("content-type", "text/plain"), MANAGE];
    let answer = app.request(Method::POST, "/api/events/m/retract", &form, b"{}".to_vec()).await;
    assert_eq!(told(&answer), (415, "content_type".into(), String::new()));
    let large = app.request(Method::POST, "/api/events/m/retract", &[JSON, MANAGE], vec![b' '; (1 << 20) + 1]).await;
    assert_eq!(told(&large).0, 413);
    assert_eq!(large.json()["error"]["limit"], 1 << 20);
    let method = app.request(Method::PATCH, "/api/leads", &[MANAGE], Vec::new()).await;
    assert_eq!((told(&method).0, method.header("allow")), (405, "GET,HEAD"));
    for path in ["/nowhere", "/api", "/api/hand-offs/x/approve"] {
        let answer = app.request(Method::POST, path, &[JSON, MANAGE], b"{}".to_vec()).await;
        assert_eq!(told(&answer), (404, "not_found".into(), String::new()), "{path}");
    }
    let bytes = app.get("/api/leads/%ff").await;
    assert_eq!(told(&bytes), (400, "invalid_path".into(), String::new()));
    let page = app.get("/api/leads?cursor=AAAA").await;
    assert_eq!(told(&page), (404, "invalid_cursor".into(), "cursor".into()));
    let limit = app.get("/api/leads?limit=501").await;
    assert_eq!(told(&limit), (400, "invalid_value".into(), "limit".into()));
}

#[tokio::test]
async fn exp_05_every_answer_carries_the_id_of_its_request() {
    let app = TestApp::new();
    let given = [("authorization", "Bearer r"), ("x-request-id", "4bf92f35-77b3")];
    let answer = app.request(Method::GET, "/api/leads", &given, Vec::new()).await;
    assert_eq!((answer.status, answer.header("x-request-id")), (StatusCode::OK, "4bf92f35-77b3"));
    let bad = [("authorization", "Bearer r"), ("x-request-id", "a b")];
    let answer = app.request(Method::GET, "/api/leads", &bad, Vec::new()).await;
    assert_eq!(answer.header("x-request-id").len(), 20);
    let taken = app.send("/v1/track", &serde_json::json!({"userId": "u"})).await;
    assert_eq!(told(&taken), (400, "invalid_message".into(), "event".into()));
}

/// The codes that the document tells are those that the program has, no more and no fewer.
#[tokio::test]
async fn every_code_is_in_the_document() {
    let document = TestApp::new().get("/api/openapi.json").await.json();
    let told = document["components"]["schemas"]["ProblemCode"]["enum"].as_array().unwrap().clone();
    let told: Vec<&str> = told.iter().map(|code| code.as_str().unwrap()).collect();
    let mut pending = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut seen = 0;
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for call in flat.split("Problem::bad_request(").skip(1).chain(flat.split("Problem::new(").skip(1)) {
            let until = call.find(')').unwrap_or(call.len());
            let Some(code) = call[..until].split('"').nth(1) else { continue };
            if code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                assert!(told.contains(&code), "`{code}` is not among the codes");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
