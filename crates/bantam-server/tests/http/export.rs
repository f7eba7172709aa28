//! Everything that is known about one person, in one file.

use crate::test_app::{DEFINITION, TestApp};
use crate::track;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn exp_03_a_person_gets_all_that_is_known() {
    let app = TestApp::new();
    let hook = json!({"url": "https://hooks.example.com/secret-path", "description": "the CRM"});
    let made = app.manage(Method::POST, "/api/webhooks", hook).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    app.send(
        "/v1/identify",
        &json!({"userId": "ann", "anonymousId": "a1",
        "traits": {"industry": "software", "email": "ann@example.com", "unused": [1]}}),
    )
    .await;
    app.send("/v1/track", &track("ann", "demo_requested", "m1")).await;
    app.send("/v1/track", &json!({"anonymousId": "a1", "event": "page", "messageId": "m2"})).await;
    app.send("/v1/track", &track("ann2", "x", "m3")).await;
    app.manage(Method::POST, "/api/leads/ann/merge", json!({"other": "ann2", "by": "mia", "reason": "same"})).await;
    app.manage(Method::POST, "/api/events/m2/retract", json!({"reason": "bot", "by": "mia"})).await;
    // Refused: one names her by an id, one by her address, one is somebody else's.
    for traits in [json!({"userId": "ann2"}), json!({"userId": 7, "note": "ann@example.com"}), json!({"userId": "bob"})]
    {
        assert_eq!(app.send("/v1/track", &traits).await.status, StatusCode::BAD_REQUEST);
    }
    app.send("/v1/track", &track("bob", "demo_requested", "m4")).await;
    let id = app.get("/api/hand-offs").await.json()["hand_offs"][0]["id"].as_str().unwrap().to_owned();
    app.manage(Method::POST, &format!("/api/hand-offs/{id}/accept"), json!({"by": "ben"})).await;

    let file = app.manage(Method::GET, "/api/leads/ann2/export", json!({})).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text());
    let all = file.json();
    let listed = |part: &str, key: &str| -> Vec<Value> {
        all[part].as_array().unwrap().iter().map(|entry| entry[key].clone()).collect()
    };
    let mut ids = listed("ids", "id");
    ids.sort_by_key(Value::to_string);
    // After an alias an id stands for a visitor and for a user.
    ids.dedup();
    assert_eq!(ids, [json!("a1"), json!("ann"), json!("ann2")]);
    let mut links = listed("links", "kind");
    links.sort_by_key(Value::to_string);
    links.dedup();
    assert_eq!(links, [json!("link"), json!("merge")]);
    let facts = listed("facts", "message_id");
    assert!(facts.contains(&json!("m1")) && facts.contains(&json!("m2")) && !facts.contains(&json!("m4")), "{facts:?}");
    let retracted = all["facts"].as_array().unwrap().iter().find(|fact| fact["message_id"] == "m2").unwrap();
    assert!(retracted["retracted_by"].is_i64());
    assert_eq!(all["now"]["attributes"]["email"], json!("ann@example.com"));
    assert_eq!((&all["now"]["scores"]["score"], &all["now"]["id"]), (&json!(60), &json!("ann")));
    assert_eq!(all["now"]["reasons"][0]["rule"], json!("Requested a demo"));
    let decisions = listed("decisions", "to");
    assert!(decisions.contains(&json!("Sales-ready")), "{decisions:?}");
    let fingerprint = all["decisions"][0]["fingerprint"].as_str().unwrap();
    assert_eq!(all["definitions"][fingerprint]["text"], json!(DEFINITION));
    assert_eq!(listed("hand_offs", "state"), [json!("accepted")]);
    let told = listed("messages", "type");
    assert!(told.contains(&json!("hand_off.opened")) && told.contains(&json!("lead.stage_changed")), "{told:?}");
    assert_eq!(listed("refused", "body").len(), 2, "{}", all["refused"]);
    assert!(!file.text().contains("bob"), "nothing of anybody else");
    let nobody = app.manage(Method::GET, "/api/leads/eve/export", json!({})).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    app.manage(Method::DELETE, "/api/leads/ann?by=mia", json!({})).await;
    let gone = app.manage(Method::GET, "/api/leads/ann/export", json!({})).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
