//! What was spent: entered, listed, taken back.

use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

async fn enter(app: &TestApp, body: Value) -> Answer {
    app.manage(Method::POST, "/api/spend", body).await
}

#[tokio::test]
async fn what_was_spent_is_entered_once_and_listed() {
    let app = TestApp::new();
    let fair = json!({"date": "2026-10-01", "amount": 1200.5, "lead_source": "fair", "by": "mia"});
    let entered = enter(&app, fair.clone()).await;
    assert_eq!((entered.status, &entered.json()["status"]), (StatusCode::CREATED, &json!("accepted")));
    let again = enter(&app, fair).await;
    assert_eq!((again.status, &again.json()["status"]), (StatusCode::OK, &json!("duplicate")));
    assert_eq!(again.json()["message_id"], entered.json()["message_id"]);
    let search =
        json!({"date": "2026-10-02T12:00:00Z", "amount": -7, "campaign": "autumn", "by": "mia", "message_id": "s"});
    assert_eq!(enter(&app, search.clone()).await.status, StatusCode::CREATED);
    let mut other = search;
    other["amount"] = json!(8);
    assert_eq!(enter(&app, other).await.status, StatusCode::CONFLICT);
    let page = app.get("/api/spend?limit=1").await.json();
    let first = &page["spend"][0];
    assert_eq!(
        [&first["date"], &first["amount"], &first["lead_source"], &first["campaign"], &first["by"]],
        [&json!("2026-10-01T00:00:00Z"), &json!(1200.5), &json!("fair"), &Value::Null, &json!("mia")]
    );
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("/api/spend?cursor={cursor}")).await.json();
    assert_eq!((&rest["spend"][0]["message_id"], &rest["spend"][0]["amount"]), (&json!("s"), &json!(-7.0)));
    assert_eq!(rest["spend"].as_array().unwrap().len(), 1);
    let undo = app.manage(Method::POST, "/api/events/s/retract", json!({"reason": "twice", "by": "mia"})).await;
    assert_eq!(undo.status, StatusCode::OK);
    assert!(app.get("/api/spend").await.json()["spend"][1]["retracted_by"].is_i64());
}

#[tokio::test]
async fn aut_03_what_is_entered_is_read_strictly() {
    let app = TestApp::new();
    let with = |key: &str, value: Value| {
        let mut body = json!({"date": "2026-10-01", "amount": 5, "by": "mia"});
        body[key] = value;
        body
    };
    let cases = [
        (with("date", json!("2027-10-01")), "date"),
        (with("date", json!("soon")), "date"),
        (with("amount", json!("5")), "amount"),
        (with("by", json!(" ")), "by"),
        (with("source", json!("fair")), "source"),
        (with("message_id", json!("x".repeat(600))), "message_id"),
        (json!({"date": "2026-10-01", "amount": 5}), "by"),
    ];
    for (body, field) in cases {
        let answer = enter(&app, body).await;
        assert_eq!((answer.status, &answer.json()["error"]["field"]), (StatusCode::BAD_REQUEST, &json!(field)));
    }
    assert_eq!(app.get("/api/spend").await.json()["spend"], json!([]));
}

#[tokio::test]
async fn what_an_import_told_is_listed_with_it() {
    let app = TestApp::new();
    let line = json!({"type": "spend", "timestamp": "2026-10-01", "amount": 5, "source": "fair", "by": "mia"});
    app.request(Method::POST, "/v1/import", &[("authorization", "Bearer m")], line.to_string().into()).await;
    let same = json!({"date": "2026-10-01", "amount": 5, "lead_source": "fair", "by": "mia"});
    assert_eq!(enter(&app, same).await.json()["status"], json!("duplicate"));
    assert_eq!(app.get("/api/spend").await.json()["spend"][0]["lead_source"], json!("fair"));
}
