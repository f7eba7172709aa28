//! What was refused: where it came from, and what becomes of it when it is taken once more.

use crate::test_app::{Answer, TestApp};
use crate::track;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

async fn refused(app: &TestApp, query: &str) -> Vec<Value> {
    app.get(&format!("/api/quarantine?{query}")).await.json()["refused"].as_array().unwrap().clone()
}

async fn ids(app: &TestApp, query: &str) -> Vec<i64> {
    refused(app, query).await.iter().map(|refused| refused["id"].as_i64().unwrap()).collect()
}

async fn replay(app: &TestApp, id: i64, body: Value) -> Answer {
    app.manage(Method::POST, &format!("/api/quarantine/{id}/replay"), body).await
}

#[tokio::test]
async fn r2_what_was_refused_tells_where_it_came_from() {
    let app = TestApp::new();
    app.send("/v1/track", &json!({"userId": "ann"})).await;
    app.pass(1);
    let batch =
        json!({"batch": [{"type": "identify"}, {"type": "track", "userId": "u"}], "sentAt": "2026-11-22T00:00:00Z"});
    app.request(Method::POST, "/v1/batch", &[("authorization", "Basic dzI6")], batch.to_string().into()).await;
    let all = refused(&app, "").await;
    let told: Vec<_> = all.iter().map(|entry| [&entry["source"], &entry["call"], &entry["field"]]).collect();
    assert_eq!(json!(told), json!([["web", "track", "event"], ["app", "batch", "userId"], ["app", "batch", "event"]]));
    assert_eq!((&all[0]["sent_at"], &all[1]["sent_at"]), (&Value::Null, &json!("2026-11-22T00:00:00Z")));
    assert!(all[0]["received_at"].as_str() < all[1]["received_at"].as_str());
    let [a, b, c] = [0, 1, 2].map(|place| all[place]["id"].as_i64().unwrap());
    assert_eq!(ids(&app, "sort=-received").await, [c, b, a]);
    assert_eq!(ids(&app, "source=app").await, [b, c]);
    assert_eq!(ids(&app, "reason=is%20missing").await, [a, c]);
    assert_eq!(ids(&app, "reason=is%20missing&source=app&sort=-received").await, [c]);
    let page = app.get("/api/quarantine?sort=-received&limit=2").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(ids(&app, &format!("sort=-received&limit=2&cursor={cursor}")).await, [a]);
    assert_eq!(app.get(&format!("/api/quarantine?cursor={cursor}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&format!("/api/quarantine/{b}")).await.json(), all[1]);
    assert_eq!(app.get("/api/quarantine/99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/api/quarantine/x").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn r2_what_was_put_right_is_taken_and_leaves_quarantine() {
    let app = TestApp::new();
    app.send("/v1/batch", &json!({"batch": [{"type": "track", "userId": "ann", "messageId": "m1"}]})).await;
    app.send("/v1/track", &json!({"userId": "ann", "messageId": "m2"})).await;
    let [in_batch, alone] = ids(&app, "").await.try_into().unwrap();
    let again = replay(&app, in_batch, json!({"by": "mia"})).await;
    assert_eq!((again.status, &again.json()["error"]["field"]), (StatusCode::CONFLICT, &json!("body.event")));
    let wrong = replay(&app, in_batch, json!({"by": "mia", "message": {"type": "trak", "userId": "ann"}})).await;
    assert_eq!((wrong.status, &wrong.json()["error"]["field"]), (StatusCode::BAD_REQUEST, &json!("message.type")));
    assert_eq!(ids(&app, "").await, [in_batch, alone], "what is refused again stays");
    app.pass(3_600);
    let right = json!({"by": "mia", "message": {"userId": "ann", "event": "demo_requested", "messageId": "m2"}});
    let taken = replay(&app, alone, right).await;
    assert_eq!((taken.status, taken.json()), (StatusCode::OK, json!({"status": "accepted", "message_id": "m2"})));
    assert_eq!(ids(&app, "").await, [in_batch]);
    assert_eq!(replay(&app, alone, json!({"by": "mia"})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/api/leads/ann").await.json()["scores"]["score"], json!(60));
    let history = app.get("/api/leads/ann/history").await.json();
    let fact = &history["facts"][0];
    assert_eq!(fact["source"], json!("web"), "it is the sender's, not the key's by which it was put right");
    assert!(fact["happened_at"].as_str() < fact["received_at"].as_str(), "it happened then: {fact}");
    // The same once more is there already.
    let same = json!({"by": "mia", "message": track("ann", "demo_requested", "m2")});
    assert_eq!(replay(&app, in_batch, same).await.json()["status"], json!("duplicate"));
    assert_eq!(ids(&app, "").await, [0; 0]);
}

#[tokio::test]
async fn r2_a_conflict_is_kept_until_it_gets_an_id_of_its_own() {
    let app = TestApp::new();
    app.send("/v1/track", &track("ann", "x", "m")).await;
    app.send("/v1/batch", &json!({"batch": [track("ann", "y", "m")]})).await;
    let all = refused(&app, "reason=conflict").await;
    assert_eq!((&all[0]["source"], &all[0]["call"]), (&json!("web"), &json!("fact")));
    let id = all[0]["id"].as_i64().unwrap();
    let again = replay(&app, id, json!({"by": "mia"})).await;
    assert_eq!((again.status, &again.json()["error"]["code"]), (StatusCode::CONFLICT, &json!("refused")));
    assert_eq!(ids(&app, "").await, [id], "a second try adds nothing");
    let other = json!({"by": "mia", "message": track("ann", "y", "m-y")});
    assert_eq!(replay(&app, id, other).await.json()["status"], json!("accepted"));
}

#[tokio::test]
async fn r2_all_of_a_kind_is_taken_once_more() {
    let app = TestApp::new();
    let good: Vec<Value> = (0..4).map(|n| track(&format!("u{n}"), "x", &format!("m{n}"))).collect();
    // A batch whose time cannot be read: its messages are good.
    app.send("/v1/batch", &json!({"batch": good, "sentAt": "soon"})).await;
    app.send("/v1/batch", &json!({"batch": [{"type": "track", "userId": "u"}, good[0]]})).await;
    let all = async |body: Value| app.manage(Method::POST, "/api/quarantine/replay", body).await.json();
    let counts = |told: &Value| [&told["accepted"], &told["duplicate"], &told["refused"]].map(|n| n.as_i64().unwrap());
    assert_eq!(counts(&all(json!({"by": "mia", "reason": "is missing"})).await), [0, 0, 1]);
    assert_eq!(counts(&all(json!({"by": "mia", "source": "app"})).await), [0, 0, 0]);
    let told = all(json!({"by": "mia"})).await;
    assert_eq!((counts(&told), &told["next_cursor"]), ([3, 1, 1], &Value::Null));
    let left = ids(&app, "").await;
    assert_eq!(told["rejections"], json!([{"id": left[0], "field": "event", "reason": "is missing"}]));
    assert_eq!(left.len(), 1);
    for n in 0..4 {
        assert_eq!(app.get(&format!("/api/leads/u{n}")).await.status, StatusCode::OK);
    }
    let unknown = app.manage(Method::POST, "/api/quarantine/replay", json!({"by": "mia", "owner": "eve"})).await;
    assert_eq!(unknown.json()["error"]["field"], json!("owner"));
}

#[tokio::test]
async fn r2_a_call_has_an_end_and_tells_how_to_go_on() {
    let app = TestApp::new();
    let bad: Vec<Value> = (0..501).map(|_| json!({"type": "track", "userId": "u"})).collect();
    app.send("/v1/batch", &json!({"batch": bad})).await;
    let all = async |body: Value| app.manage(Method::POST, "/api/quarantine/replay", body).await.json();
    let first = all(json!({"by": "mia"})).await;
    assert_eq!(first["refused"], json!(500));
    let rest = all(json!({"by": "mia", "cursor": first["next_cursor"]})).await;
    assert_eq!((&rest["refused"], &rest["next_cursor"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn what_was_refused_can_be_removed() {
    let app = TestApp::new();
    app.send("/v1/track", &json!({"userId": "ann"})).await;
    let id = ids(&app, "").await[0];
    let remove = async |by: &str| app.manage(Method::DELETE, &format!("/api/quarantine/{id}{by}"), json!({})).await;
    assert_eq!(remove("").await.json()["error"]["field"], json!("by"));
    assert_eq!(remove("?by=mia").await.status, StatusCode::NO_CONTENT);
    assert_eq!(remove("?by=mia").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ids(&app, "").await, [0; 0]);
}
