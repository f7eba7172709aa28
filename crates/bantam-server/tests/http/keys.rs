//! Keys that last: made, used, expired and revoked (AUT-10).

use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

async fn create(app: &TestApp, wanted: Value) -> (i64, String) {
    let answer = app.manage(Method::POST, "/api/keys", wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let made = answer.json();
    (made["id"].as_i64().unwrap(), made["key"].as_str().unwrap().to_owned())
}

async fn list(app: &TestApp) -> Value {
    app.manage(Method::GET, "/api/keys", Value::Null).await.json()["keys"].take()
}

async fn read_with(app: &TestApp, key: &str) -> Answer {
    app.request(Method::GET, "/api/leads", &[("authorization", &format!("Bearer {key}"))], Vec::new()).await
}

async fn send_with(app: &TestApp, key: &str, id: &str) -> Answer {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:")));
    let body = json!({"userId": "ann", "event": "demo_requested", "messageId": id}).to_string();
    app.request(Method::POST, "/v1/track", &[("authorization", &basic)], body.into_bytes()).await
}

#[track_caller]
fn check_unknown(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
    assert_eq!(answer.json()["error"]["code"], "unknown_key");
}

#[tokio::test]
async fn aut_10_a_key_is_shown_once_works_and_is_kept_as_a_hash() {
    let mut app = TestApp::new();
    let (id, reader) = create(&app, json!({"scope": "read", "source": "dashboard"})).await;
    let (_, writer) = create(&app, json!({"scope": "write", "source": "shop"})).await;
    assert!(reader.starts_with("bk_read_") && writer.starts_with("bk_write_"), "{reader} {writer}");
    assert_eq!(read_with(&app, &reader).await.status, StatusCode::OK);
    assert_eq!(read_with(&app, &writer).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send_with(&app, &writer, "m1").await.status, StatusCode::OK);
    let in_body = json!({"userId": "ann", "event": "demo_requested", "messageId": "m2", "writeKey": writer});
    let answer = app.request(Method::POST, "/v1/track", &[], in_body.to_string().into_bytes()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let settings = format!("/v1/projects/{writer}/settings");
    let answer = app.request(Method::GET, &settings, &[("host", "leads.example")], Vec::new()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let listed = list(&app).await;
    assert!(reader.starts_with(listed[0]["shown"].as_str().unwrap()), "{listed}");
    assert_eq!((&listed[0]["id"], &listed[0]["source"]), (&json!(id), &json!("dashboard")));
    assert!(!listed.to_string().contains(&reader) && listed[0]["key"].is_null());
    // One that differs in a letter, or is cut, is nobody's.
    for wrong in [&reader[..reader.len() - 1], &reader.replace("bk_read", "bk_manage"), "bk_read_x_y"] {
        check_unknown(&read_with(&app, wrong).await);
    }
    app.restart();
    assert_eq!(read_with(&app, &reader).await.status, StatusCode::OK);
    let (reader, writer) = (reader.into_bytes(), writer.into_bytes());
    let bytes = app.bytes();
    assert!(!bytes.windows(reader.len()).any(|part| part == reader || part == writer));
}

#[tokio::test]
async fn aut_10_a_revoked_key_is_refused_at_once() {
    let app = TestApp::new();
    let (id, key) = create(&app, json!({"scope": "write", "source": "shop"})).await;
    assert_eq!(send_with(&app, &key, "m1").await.status, StatusCode::OK);
    let path = format!("/api/keys/{id}");
    assert_eq!(app.manage(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    check_unknown(&send_with(&app, &key, "m2").await);
    let in_body = json!({"userId": "ann", "event": "demo_requested", "messageId": "m3", "writeKey": key});
    check_unknown(&app.request(Method::POST, "/v1/track", &[], in_body.to_string().into_bytes()).await);
    let revoked_at = list(&app).await[0]["revoked_at"].clone();
    assert!(revoked_at.is_string());
    app.pass(60);
    assert_eq!(app.manage(Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(list(&app).await[0]["revoked_at"], revoked_at, "it was revoked once");
    assert_eq!(app.manage(Method::DELETE, "/api/keys/99", Value::Null).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn aut_10_a_key_expires_by_itself() {
    let app = TestApp::new();
    let (_, key) =
        create(&app, json!({"scope": "read", "source": "agency", "expires_at": "2026-11-21T12:00:10Z"})).await;
    assert_eq!(read_with(&app, &key).await.status, StatusCode::OK);
    app.pass(9);
    assert_eq!(read_with(&app, &key).await.status, StatusCode::OK);
    app.pass(1);
    check_unknown(&read_with(&app, &key).await);
    for (wanted, field) in [
        (json!({"scope": "read", "source": "x", "expires_at": "2026-11-21T12:00:10Z"}), "expires_at"),
        (json!({"scope": "all", "source": "x"}), "scope"),
        (json!({"scope": "read", "source": " "}), "source"),
        (json!({"scope": "read"}), "source"),
        (json!({"scope": "read", "source": "x", "expires": "2027-01-01"}), "expires"),
    ] {
        let refused = app.manage(Method::POST, "/api/keys", wanted).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
        assert_eq!(refused.json()["error"]["field"], field, "{}", refused.text());
    }
    assert_eq!(list(&app).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn aut_10_what_another_process_revokes_is_refused_a_second_later() {
    let app = TestApp::new();
    let (id, key) = create(&app, json!({"scope": "read", "source": "dashboard"})).await;
    assert_eq!(read_with(&app, &key).await.status, StatusCode::OK);
    let other = rusqlite::Connection::open(app.store()).unwrap();
    other.execute("update api_key set revoked_at = 1 where id = ?1", [id]).unwrap();
    app.pass(1);
    check_unknown(&read_with(&app, &key).await);
    other.execute("update api_key set revoked_at = null where id = ?1", [id]).unwrap();
    check_unknown(&read_with(&app, &key).await);
    app.pass(1);
    assert_eq!(read_with(&app, &key).await.status, StatusCode::OK);
}

#[tokio::test]
async fn aut_10_the_last_use_is_told_to_ten_minutes() {
    let app = TestApp::new();
    let (_, key) = create(&app, json!({"scope": "read", "source": "dashboard"})).await;
    assert!(list(&app).await[0]["last_used_at"].is_null());
    let mut seen = Vec::new();
    for seconds in [0, 599, 1] {
        app.pass(seconds);
        assert_eq!(read_with(&app, &key).await.status, StatusCode::OK);
        // What is written later is written before this is.
        create(&app, json!({"scope": "read", "source": "another"})).await;
        seen.push(list(&app).await[0]["last_used_at"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z", "2026-11-21T12:10:00Z"]);
}

#[tokio::test]
async fn aut_10_many_at_once_agree_on_one_look_into_the_store() {
    let app = TestApp::new();
    let (_, key) = create(&app, json!({"scope": "read", "source": "dashboard"})).await;
    let authorization = format!("Bearer {key}");
    let asked: Vec<_> = (0..32)
        .map(|_| app.request_later(Method::GET, "/api/leads", &[("authorization", &authorization)]))
        .map(|request| tokio::spawn(request.send(Vec::new())))
        .collect();
    for answer in asked {
        assert_eq!(answer.await.unwrap().status, StatusCode::OK);
    }
}
