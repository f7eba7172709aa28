//! What people state about leads: who may not be scored, who is one with whom, who is in a team.

use crate::test_app::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

async fn seen(app: &TestApp, user: &str, event: &str) {
    assert_eq!(app.send("/v1/track", &json!({"userId": user, "event": event})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn exp_04_a_lead_that_may_not_be_scored_has_no_score() {
    let app = TestApp::new();
    seen(&app, "ann", "demo_requested").await;
    let set =
        async |on: bool| app.manage(Method::PUT, "/api/leads/ann/do-not-score", json!({"on": on, "by": "mia"})).await;
    assert_eq!(set(true).await.json()["id"], json!("ann"));
    let muted = app.get("/api/leads/ann").await.json();
    assert_eq!((&muted["do_not_score"], &muted["scores"], &muted["stage"]), (&json!(true), &Value::Null, &Value::Null));
    assert_eq!(app.get("/api/leads").await.json()["leads"], json!([]));
    assert_eq!(set(false).await.status, StatusCode::OK);
    assert_eq!(app.get("/api/leads/ann").await.json()["scores"]["score"], json!(60));
    let nobody = app.manage(Method::PUT, "/api/leads/eve/do-not-score", json!({"on": true, "by": "mia"})).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn idn_01_idn_05_leads_are_merged_and_parted_again() {
    let app = TestApp::new();
    seen(&app, "ann", "x").await;
    seen(&app, "ann2", "demo_requested").await;
    let merge = async |id: &str, other: &str| {
        let body = json!({"other": other, "by": "mia", "reason": "same address"});
        app.manage(Method::POST, &format!("/api/leads/{id}/merge"), body).await
    };
    assert_eq!(merge("ann", "eve").await.status, StatusCode::NOT_FOUND);
    let merged = merge("ann2", "ann").await.json();
    assert_eq!(merged["id"], json!("ann"), "{merged}");
    assert_eq!(merge("ann", "ann2").await.status, StatusCode::CONFLICT);
    for id in ["ann", "ann2"] {
        let lead = app.get(&format!("/api/leads/{id}")).await.json();
        assert_eq!((&lead["id"], &lead["scores"]["score"]), (&json!("ann"), &json!(60)), "{id}");
    }
    let history = app.get("/api/leads/ann2/history").await.json();
    let facts = history["facts"].as_array().unwrap();
    let fact = facts.iter().find(|fact| fact["message_id"] == merged["message_id"]).unwrap();
    assert_eq!(fact["kind"]["alias"]["by"], json!("mia"));
    let path = format!("/api/events/{}/retract", merged["message_id"].as_str().unwrap());
    let undone = app.manage(Method::POST, &path, json!({"reason": "two people", "by": "mia"})).await;
    assert_eq!(undone.status, StatusCode::OK);
    assert_eq!(app.get("/api/leads/ann").await.json()["scores"]["score"], json!(0));
    assert_eq!(app.get("/api/leads/ann2").await.json()["scores"]["score"], json!(60));
}

#[tokio::test]
async fn a_team_is_shown_as_it_was_set() {
    let app = TestApp::new();
    let away = json!({"from": "2026-12-24T00:00:00Z", "to": "2026-12-27T00:00:00Z"});
    let members = json!([{"name": "ben", "capacity": 1, "limit": null, "away": away},
        {"name": "cem", "capacity": 2, "limit": 20, "away": null}]);
    let set = app.manage(Method::PUT, "/api/teams/sales", json!({"members": members})).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.text());
    assert_eq!(app.get("/api/teams/sales").await.json(), json!({"name": "sales", "members": members}));
    assert_eq!(app.get("/api/teams/support").await.status, StatusCode::NOT_FOUND);
    app.manage(Method::PUT, "/api/teams/partners", json!({"members": []})).await;
    let all = json!({"teams": [{"name": "partners", "members": []}, {"name": "sales", "members": members}]});
    assert_eq!(app.get("/api/teams").await.json(), all);
    let wrong = app.manage(Method::PUT, "/api/teams/sales", json!({"members": [{"name": "ben", "owner": 1}]})).await;
    assert_eq!(wrong.json()["error"]["field"], json!("members[0].owner"));
}
