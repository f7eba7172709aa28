//! Lists as sales works with them: filtered, in an order, page by page.

use crate::test_app::{Answer, TestApp};
use crate::track;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

fn ids(answer: &Answer, list: &str, key: &str) -> Vec<String> {
    let page = answer.json();
    let rows = page[list].as_array().unwrap_or_else(|| panic!("{page}"));
    rows.iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn ui_04_idn_05_leads_are_filtered_and_put_in_order() {
    let app = TestApp::new();
    let batch = [("bea", "x"), ("ann", "demo_requested"), ("cem", "x"), ("ann2", "x")];
    let batch: Vec<Value> = batch.iter().map(|(user, event)| track(user, event, user)).collect();
    app.send("/v1/batch", &json!({"batch": batch})).await;
    let merge = json!({"other": "ann2", "by": "mia", "reason": "same address"});
    app.manage(Method::POST, "/api/leads/cem/merge", merge).await;
    let leads = async |query: &str| ids(&app.get(&format!("/api/leads?{query}")).await, "leads", "id");
    assert_eq!(leads("").await[0], "ann");
    assert_eq!(leads("sort=-score").await.last().unwrap(), "ann");
    let by_id = leads("sort=id").await;
    assert!(by_id.is_sorted() && by_id.len() == 3, "{by_id:?}");
    let merged = by_id.iter().find(|id| ["cem", "ann2"].contains(&id.as_str())).unwrap();
    let found = leads("q=ann2").await;
    assert_eq!((found.len(), &found[0]), (1, merged));
    assert_eq!(leads("q=Ann").await, [""; 0]);
    assert_eq!(leads("sort=changed&stage=Sales-ready").await, ["ann"]);
    let owner = app.get("/api/hand-offs").await.json()["hand_offs"][0]["owner"].clone();
    if let Some(owner) = owner.as_str() {
        assert_eq!(leads(&format!("owner={owner}&sort=fit")).await, ["ann"]);
    }
    assert_eq!(leads("owner=nobody").await, [""; 0]);
    let mut seen = Vec::new();
    let mut path = "/api/leads?sort=id&limit=2".to_owned();
    loop {
        let page = app.get(&path).await;
        seen.extend(ids(&page, "leads", "id"));
        let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
        let other = app.get(&format!("/api/leads?cursor={cursor}")).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND, "a cursor of another order");
        path = format!("/api/leads?sort=id&limit=2&cursor={cursor}");
    }
    assert_eq!(seen, by_id);
    let unknown = app.get("/api/leads?sort=scor").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.text().contains("did you mean `score`?"), "{}", unknown.text());
}

#[tokio::test]
async fn ui_04_where_nothing_decides_no_page_of_leads_leads_to_another() {
    let app = TestApp::deciding_by("");
    let batch: Vec<Value> = (0..3).map(|user| track(&format!("u{user}"), "x", &format!("m{user}"))).collect();
    app.send("/v1/batch", &json!({"batch": batch})).await;
    let page = app.get("/api/leads?limit=2").await.json();
    assert_eq!((&page["leads"], &page["next_cursor"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn ui_04_hand_offs_are_filtered() {
    let app = TestApp::new();
    app.send(
        "/v1/batch",
        &json!({"batch": [track("u1", "demo_requested", "m1"), track("u2", "demo_requested", "m2")]}),
    )
    .await;
    let hand_offs = async |query: &str| ids(&app.get(&format!("/api/hand-offs?{query}")).await, "hand_offs", "lead");
    assert_eq!(hand_offs("").await, ["u1", "u2"]);
    let id = app.get("/api/hand-offs").await.json()["hand_offs"][0]["id"].as_str().unwrap().to_owned();
    let body = json!({"by": "ann", "reason": "no fit"});
    app.manage(Method::POST, &format!("/api/hand-offs/{id}/reject"), body).await;
    assert_eq!(hand_offs("").await, ["u2"]);
    assert_eq!(hand_offs("state=rejected").await, ["u1"]);
    assert_eq!(hand_offs("state=open&overdue=false").await, ["u2"]);
    assert_eq!(hand_offs("overdue=true").await, [""; 0]);
    assert_eq!(hand_offs("all=true").await, ["u1", "u2"]);
    assert_eq!(hand_offs("team=nobody").await, [""; 0]);
    let unknown = app.get("/api/hand-offs?state=opne").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.text().contains("did you mean `open`?"), "{}", unknown.text());
}

#[tokio::test]
async fn idn_05_an_id_that_is_a_visitors_and_a_users_is_listed_once() {
    let app = TestApp::new();
    app.send("/v1/track", &json!({"anonymousId": "a1", "event": "x"})).await;
    app.send("/v1/identify", &json!({"anonymousId": "a1", "userId": "u1"})).await;
    app.send("/v1/alias", &json!({"previousId": "a1", "userId": "u1"})).await;
    let lead = app.get("/api/leads/u1").await.json();
    let mut ids: Vec<&str> = lead["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["a1", "u1"]);
}
