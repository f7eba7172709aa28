//! What a definition that somebody types would do.

use crate::test_app::{Answer, DEFINITION, TestApp};
use crate::track;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

async fn attempt(app: &TestApp, text: &str) -> Answer {
    app.manage(Method::POST, "/api/definitions/what-if", json!({"text": text})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_tried_on_the_leads_there_are() {
    let app = TestApp::new();
    let batch: Vec<Value> = (0..10)
        .map(|n| track(&format!("u{n}"), if n < 3 { "demo_requested" } else { "x" }, &format!("m{n}")))
        .collect();
    app.send("/v1/batch", &json!({"batch": batch})).await;
    app.manage(Method::PUT, "/api/leads/u9/do-not-score", json!({"on": true, "by": "mia"})).await;
    let on = |shown: &Value, side: &str, stage: &str| {
        let counts = shown[side].as_array().unwrap();
        counts.iter().find(|count| count["stage"] == stage).unwrap()["leads"].as_u64().unwrap()
    };
    let same = attempt(&app, DEFINITION).await.json();
    assert_eq!((on(&same, "now", "Sales-ready"), on(&same, "then", "Sales-ready")), (3, 3));
    assert_eq!((&same["leads"], &same["first"], &same["other_scores"]), (&json!(9), &json!([]), &json!(0)));
    let stricter = attempt(&app, &DEFINITION.replace("points: 60", "points: 40")).await.json();
    assert_eq!([&stricter["up"], &stricter["down"], &stricter["other_scores"]], [&json!(0), &json!(3), &json!(3)]);
    assert_eq!((on(&stricter, "then", "Sales-ready"), on(&stricter, "then", "Inquiry")), (0, 9));
    assert_eq!(
        stricter["first"][0],
        json!({"lead": "u0", "from": "Sales-ready", "to": "Inquiry", "direction": "down", "score_now": 60, "score_then": 40})
    );
    // All within the day there are facts of; so of a week's worth of such days there would be as many more.
    let [now, then] = ["now", "then"].map(|side| stricter["hand_offs"][side].as_f64().unwrap());
    assert!(now > 0.0 && then == 0.0, "{}", stricter["hand_offs"]);
    assert_eq!(stricter["hand_offs"]["looked_at"], json!(9));
    // It is of the facts there are.
    app.send("/v1/track", &track("u5", "demo_requested", "m99")).await;
    assert_eq!(attempt(&app, &DEFINITION.replace("points: 60", "points: 40")).await.json()["down"], json!(4));
    let other = attempt(&app, &DEFINITION.replace("{industry: text}", "{industry: text, size: number}")).await;
    assert_eq!((other.status, &other.json()["error"]["field"]), (StatusCode::CONFLICT, &json!("text")));
    let faulty = attempt(&app, "bantam: 1\nstages: [A: scor > 1]").await;
    assert_eq!(
        (faulty.status, &faulty.json()["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_definition"))
    );
}
