//! Plain HTML forms of a website.

use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};
use bantam_server::IntakeSettings;
use serde_json::json;

const SITE: &str = "https://www.acme.example";

async fn send(app: &TestApp, key: &str, origin: &str, fields: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", origin),
        ("referer", "https://www.acme.example/demo"),
    ];
    app.request(Method::POST, &format!("/v1/form/{key}"), &headers, fields.as_bytes().to_vec()).await
}

#[tokio::test]
async fn a_form_makes_a_lead_and_an_event() {
    let app = TestApp::new();
    let form = "email=Ann%40Acme.example&industry=Steel&_event=demo_requested&_anonymous_id=v-1";
    app.send("/v1/track", &json!({"anonymousId": "v-1", "event": "page_viewed"})).await;
    let sent = send(&app, "w", SITE, form).await;
    assert_eq!(sent.status, StatusCode::OK);
    assert!(sent.text().contains("<h1>Thank you</h1>"), "{}", sent.text());
    let lead = app.get("/api/leads/ann@acme.example").await.json();
    assert_eq!((&lead["stage"], &lead["attributes"]["industry"]), (&json!("Sales-ready"), &json!("Steel")));
    assert_eq!(lead["ids"], json!(["v-1", "ann@acme.example"]));
    // Twice at once is once.
    send(&app, "w", SITE, form).await;
    let history = app.get("/api/leads/ann@acme.example/history").await.json();
    assert_eq!(history["facts"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_form_without_an_address_and_one_of_a_machine_make_nothing() {
    let app = TestApp::new();
    let refused = send(&app, "w", SITE, "industry=Steel").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("address of mail"), "{}", refused.text());
    let machine = send(&app, "w", SITE, "email=bot%40acme.example&_gotcha=1").await;
    assert_eq!(machine.status, StatusCode::OK, "a machine is not told");
    assert_eq!(app.get("/api/leads/bot@acme.example").await.status, StatusCode::NOT_FOUND);
    for key in ["r", "m", "nobody"] {
        assert_eq!(send(&app, key, SITE, "email=a%40b.example").await.status, StatusCode::NOT_FOUND, "{key}");
    }
    let headers = [("content-type", "application/json")];
    let other = app.request(Method::POST, "/v1/form/w", &headers, b"{}".to_vec()).await;
    assert_eq!(other.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = format!("email=a%40b.example&x={}", "a".repeat(30_000));
    assert_eq!(send(&app, "w", SITE, &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn ui_06_a_form_goes_on_to_its_own_site_alone() {
    let open = TestApp::new();
    let closed = TestApp::with(vec![SITE.to_owned()], IntakeSettings::default());
    let to = |next: &str| {
        format!(
            "email=a%40b.example&_next={}",
            url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()
        )
    };
    let own = "https://www.acme.example/thanks?a=1";
    for app in [&open, &closed] {
        let on = send(app, "w", SITE, &to(own)).await;
        assert_eq!((on.status, on.header("location")), (StatusCode::SEE_OTHER, own));
        for other in [
            "https://evil.example/",
            "//evil.example",
            "javascript:alert(1)",
            "/leads",
            "https://www.acme.example@evil.example/",
            "https://www.acme.example:8443/",
        ] {
            let stays = send(app, "w", SITE, &to(other)).await;
            assert_eq!((stays.status, stays.header("location")), (StatusCode::OK, ""), "{other}");
        }
    }
    let foreign = send(&closed, "w", "https://evil.example", &to(own)).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn ing_15_one_address_sends_so_many_forms_and_other_keys_are_unaffected() {
    let app = TestApp::new();
    let mut answers = Vec::new();
    for n in 0..32 {
        answers.push(send(&app, "w", SITE, &format!("email=a{n}%40b.example")).await);
    }
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).collect();
    assert_eq!(refused.len(), 2);
    assert_eq!(send(&app, "w2", SITE, "email=a%40b.example").await.status, StatusCode::OK);
}
