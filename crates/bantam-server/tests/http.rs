//! The service over HTTP: what SDKs send, what is refused, what can be read and answered.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "http/browser.rs"]
mod browser;
#[path = "http/connectors.rs"]
mod connectors;
#[path = "http/encryption.rs"]
mod encryption;
#[path = "http/errors.rs"]
mod errors;
#[path = "http/export.rs"]
mod export;
#[path = "http/keys.rs"]
mod keys;
#[path = "http/lists.rs"]
mod lists;
#[path = "http/people.rs"]
mod people;
#[path = "http/policies.rs"]
mod policies;
#[path = "http/quarantine.rs"]
mod quarantine;
#[path = "http/report_pages.rs"]
mod report_pages;
#[path = "http/reports.rs"]
mod reports;
#[path = "http/settings.rs"]
mod settings;
#[path = "http/spend.rs"]
mod spend;
#[path = "http/stated.rs"]
mod stated;
#[path = "http/test_app.rs"]
mod test_app;
#[path = "http/webhooks.rs"]
mod webhooks;
#[path = "http/what_if.rs"]
mod what_if;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Write;
use test_app::{Answer, TestApp};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn track(user: &str, event: &str, message_id: &str) -> Value {
    json!({"type": "track", "userId": user, "event": event, "messageId": message_id})
}

#[tokio::test]
async fn ing_01_a_batch_with_good_and_bad_messages_tells_of_each() {
    let app = TestApp::new();
    let batch = json!({"batch": [
        track("u1", "demo_requested", "m1"),
        track("u1", "demo_requested", "m1"),
        {"type": "track", "userId": "u1", "messageId": "m2"},
        track("u2", "page_viewed", "m3"),
    ]});
    let answer = app.send("/v1/batch", &batch).await;
    assert_eq!(answer.status, StatusCode::OK);
    let body = answer.json();
    assert_eq!(
        [&body["success"], &body["accepted"], &body["duplicate"], &body["rejected"]],
        [&json!(true), &json!(2), &json!(1), &json!(1)]
    );
    assert_eq!(body["messages"][2], json!({"status": "rejected", "field": "batch[2].event", "reason": "is missing"}));
    let lead = app.get("/api/leads/u1").await.json();
    assert_eq!((&lead["stage"], &lead["scores"]["score"]), (&json!("Sales-ready"), &json!(60)));
    let aside = app.get("/api/quarantine").await.json();
    assert_eq!((aside["refused"].as_array().unwrap().len(), &aside["refused"][0]["reason"]), (1, &json!("is missing")));
}

#[tokio::test]
async fn what_the_sdks_send_is_taken() {
    let app = TestApp::new();
    // A batch with the key in the body; a browser's single message as plain text; gzip labelled as a form; nulls; traits
    // in the context; short paths.
    let batch = json!({"batch": [{"type": "identify", "userId": "u1", "traits": {"industry": "Software"}, "timestamp": "2026-11-21T12:00:00.493Z"}], "writeKey": "w", "sentAt": "2026-11-21T12:00:00Z"});
    let taken =
        app.request(Method::POST, "/v1/batch", &[("content-type", "application/json")], batch.to_string().into()).await;
    assert_eq!((taken.status, taken.json()["accepted"].clone()), (StatusCode::OK, json!(1)));
    let single = json!({"userId": "u1", "event": "page_viewed", "anonymousId": null, "writeKey": "w", "_metadata": {"bundled": []}});
    let taken = app.request(Method::POST, "/v1/t", &[("content-type", "text/plain")], single.to_string().into()).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    let form = [
        ("authorization", "Basic dzo="),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-encoding", "gzip"),
    ];
    let body = json!({"batch": [{"type": "identify", "userId": "u2", "context": {"traits": {"industry": "Fintech"}}, "originalTimestamp": "2026-11-21T11:59:00Z"}]});
    let taken = app.request(Method::POST, "/v1/batch", &form, gzip(body.to_string().as_bytes())).await;
    assert_eq!(taken.json()["accepted"], json!(1));
    let shown = app.get("/api/leads/u2").await.json();
    assert_eq!(shown["attributes"], json!({"industry": "Fintech"}));
    let alias = app.send("/v1/a", &json!({"userId": "u1", "previousId": "u1"})).await;
    assert_eq!(alias.status, StatusCode::OK);
    for path in ["/v1/identify", "/v1/i", "/v1/page", "/v1/p", "/v1/screen", "/v1/s"] {
        assert_eq!(app.send(path, &json!({"userId": "u3"})).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(app.send("/v1/group", &json!({"userId": "u3", "groupId": "g"})).await.status, StatusCode::OK);
    assert_eq!(app.send("/v1/nothing", &json!({})).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn browsers_are_answered_before_they_send() {
    let app = TestApp::new();
    let asked = app.request(Method::OPTIONS, "/v1/t", &[("origin", "https://shop.example")], Vec::new()).await;
    assert_eq!(asked.status, StatusCode::NO_CONTENT);
    assert_eq!(asked.header("access-control-allow-origin"), "*");
    for name in ["authorization", "content-type", "anonymousid", "sentat", "x-retry-count", "rsa-since-last-attempt"] {
        assert!(asked.header("access-control-allow-headers").split(", ").any(|allowed| allowed == name), "{name}");
    }
    assert!(!asked.header("access-control-max-age").is_empty());
}

#[tokio::test]
async fn ing_02_ing_03_what_is_too_large_is_refused() {
    let app = TestApp::new();
    let large =
        app.request(Method::POST, "/v1/batch", &[("authorization", "Basic dzo=")], vec![b' '; (1 << 20) + 1]).await;
    assert_eq!((large.status, &large.json()["error"]["limit"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(1 << 20)));
    let headers = [("authorization", "Basic dzo="), ("content-encoding", "gzip")];
    let bomb = app.request(Method::POST, "/v1/batch", &headers, gzip(&vec![b' '; 32 << 20])).await;
    assert_eq!((bomb.status, &bomb.json()["error"]["limit"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(2 << 20)));
    let headers = [("authorization", "Basic dzo="), ("content-encoding", "gzip, gzip")];
    assert_eq!(
        app.request(Method::POST, "/v1/batch", &headers, Vec::new()).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    // An oversize message costs only itself.
    let long = json!({"type": "track", "userId": "u", "event": "x", "properties": {"a": "x".repeat(40_000)}});
    let answer = app.send("/v1/batch", &json!({"batch": [long, track("u", "x", "m1")]})).await.json();
    assert_eq!((&answer["accepted"], &answer["rejected"]), (&json!(1), &json!(1)));
    let many = vec![json!({}); 5_001];
    assert_eq!(app.send("/v1/batch", &json!({"batch": many})).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn ing_04_json_that_cannot_be_read_is_refused_with_its_place() {
    let app = TestApp::new();
    let deep = format!("{{\"batch\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (body, offset) in
        [(deep.as_str(), Some(41)), ("{\"batch\":[],\"batch\":[]}", Some(12)), ("[]", None), ("\"x\"", None)]
    {
        let answer = app.request(Method::POST, "/v1/batch", &[("authorization", "Basic dzo=")], body.into()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["error"]["details"]["offset"].as_u64(), offset);
    }
    let single = app.send("/v1/track", &json!({"userId": "u"})).await;
    assert_eq!((single.status, &single.json()["error"]["field"]), (StatusCode::BAD_REQUEST, &json!("event")));
}

#[tokio::test]
async fn ing_08_a_message_sent_again_is_a_duplicate_after_a_restart_too() {
    let mut app = TestApp::new();
    assert_eq!(app.send("/v1/batch", &json!({"batch": [track("u", "x", "m")]})).await.json()["accepted"], json!(1));
    app.restart();
    assert_eq!(app.send("/v1/batch", &json!({"batch": [track("u", "x", "m")]})).await.json()["duplicate"], json!(1));
    let other = app.send("/v1/batch", &json!({"batch": [track("u", "y", "m")]})).await.json();
    assert_eq!(other["rejected"], json!(1));
    let aside = app.get("/api/quarantine").await.json();
    assert_eq!(aside["refused"][0]["reason"], json!("conflict"));
}

#[tokio::test]
async fn ing_14_keys_that_do_not_fit_are_refused() {
    let app = TestApp::new();
    let post = |headers: &'static [(&'static str, &'static str)], path: &'static str| {
        app.request(Method::POST, path, headers, b"{}".to_vec())
    };
    assert_eq!(post(&[], "/v1/t").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&[("authorization", "Basic eDo=")], "/v1/t").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&[("authorization", "Basic cjo=")], "/v1/t").await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&[("authorization", "Basic dzo=")], "/v1/t?writeKey=w").await.status, StatusCode::BAD_REQUEST);
    let read =
        |headers: &'static [(&'static str, &'static str)]| app.request(Method::GET, "/api/leads", headers, Vec::new());
    assert_eq!(read(&[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(read(&[("authorization", "Bearer w")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(read(&[("authorization", "Bearer r")]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn leads_are_listed_page_by_page() {
    let app = TestApp::new();
    let batch: Vec<Value> = (0..25)
        .map(|n| track(&format!("u{n:02}"), if n % 5 == 0 { "demo_requested" } else { "x" }, &format!("m{n}")))
        .collect();
    app.send("/v1/batch", &json!({"batch": batch})).await;
    let mut ids = Vec::new();
    let mut path = "/api/leads?limit=10".to_owned();
    loop {
        let page = app.get(&path).await.json();
        ids.extend(page["leads"].as_array().unwrap().iter().map(|lead| lead["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/leads?limit=10&cursor={cursor}");
    }
    assert_eq!(ids.len(), 25);
    assert_eq!(ids[..5], ["u20", "u15", "u10", "u05", "u00"], "of equal ones the latest first");
    assert_eq!(app.get("/api/leads?stage=Sales-ready").await.json()["leads"].as_array().unwrap().len(), 5);
    assert_eq!(app.get("/api/leads?colour=red").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_hand_off_is_answered_once() {
    let app = TestApp::new();
    app.send("/v1/track", &track("u1", "demo_requested", "m1")).await;
    let open = app.get("/api/hand-offs").await.json();
    let id = open["hand_offs"][0]["id"].as_str().unwrap().to_owned();
    let answer =
        async |name: &str, body: Value| app.manage(Method::POST, &format!("/api/hand-offs/{id}/{name}"), body).await;
    let accepted = answer("accept", json!({"by": "ann"})).await;
    assert_eq!((accepted.status, &accepted.json()["state"]), (StatusCode::OK, &json!("accepted")));
    let second = answer("accept", json!({"by": "ben"})).await;
    assert_eq!((second.status, &second.json()["error"]["details"]["by"]), (StatusCode::CONFLICT, &json!("ann")));
    let again = answer("accept", json!({"by": "ann"})).await;
    assert_eq!(again.status, StatusCode::OK, "a repeat of the same answer is told the same");
    assert_eq!(answer("open-opportunity", json!({"by": "ann"})).await.json()["error"]["field"], json!("amount"));
    let history = app.get("/api/leads/u1/history").await.json();
    assert_eq!((history["facts"].as_array().unwrap().len(), &history["decisions"][1]["to"]), (2, &json!("Accepted")));
}

#[tokio::test]
async fn retracted_events_never_were_and_past_scores_can_be_asked() {
    let app = TestApp::new();
    app.send("/v1/track", &track("u1", "demo_requested", "m1")).await;
    let retract = json!({"reason": "bot", "by": "ann"});
    let path = "/api/events/m1/retract";
    assert_eq!(app.manage(Method::POST, path, retract.clone()).await.status, StatusCode::OK);
    assert_eq!(app.manage(Method::POST, path, retract.clone()).await.status, StatusCode::OK);
    assert_eq!(app.manage(Method::POST, "/api/events/m9/retract", retract).await.status, StatusCode::NOT_FOUND);
    let decisions = app.get("/api/leads/u1/history").await.json()["decisions"].clone();
    assert_eq!(decisions[0]["to"], json!("Sales-ready"));
    app.send("/v1/track", &json!({"userId": "u2", "event": "demo_requested", "timestamp": "2026-11-20T00:00:00Z"}))
        .await;
    let before = app.get("/api/leads/u2/score?as_of=2026-11-19").await.json();
    let after = app.get("/api/leads/u2/score?as_of=2026-11-20T00:00:00Z").await.json();
    assert_eq!((&before["scores"], &after["scores"]["score"]), (&Value::Null, &json!(60)));
}

#[tokio::test]
async fn sto_12_an_erased_lead_is_refused_when_it_is_sent_again() {
    let app = TestApp::new();
    app.send("/v1/track", &track("ann@example.com", "demo_requested", "m1")).await;
    let erase = app.manage(Method::DELETE, "/api/leads/ann@example.com?by=mia", json!(null)).await;
    assert_eq!(erase.status, StatusCode::NO_CONTENT, "{}", erase.text());
    assert_eq!(app.get("/api/leads/ann@example.com").await.status, StatusCode::NOT_FOUND);
    let again = app.send("/v1/batch", &json!({"batch": [track("ann@example.com", "x", "m2")]})).await.json();
    assert!(again["messages"][0]["reason"].as_str().unwrap().starts_with("erased"), "{again}");
    let bytes = app.bytes();
    assert!(!bytes.windows(15).any(|window| window == b"ann@example.com"));
}

#[tokio::test]
async fn errors_have_one_shape() {
    let app = TestApp::new();
    for (path, status) in [("/nowhere", 404), ("/api/leads/nobody", 404), ("/api/leads/nobody/score?as_of=soon", 400)] {
        let answer: Answer = app.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(answer.json()["error"]["code"].is_string() && answer.json()["error"]["message"].is_string());
    }
    assert_eq!(app.get("/healthz").await.text(), "ok\n");
    assert!(app.get("/metrics").await.text().contains("bantam_facts_accepted_total 1\n"), "the activation");
}

#[tokio::test]
async fn a_definition_goes_from_draft_to_active() {
    let app = TestApp::new();
    for user in ["u1", "u2"] {
        app.send("/v1/track", &track(user, "demo_requested", user)).await;
    }
    let text = "bantam: 1\nengagement:\n  rules:\n    Demo: {on: demo_requested, points: 60}\n\
                stages: [Inquiry, Sales-ready: score >= 90]\nhand_off: Sales-ready\nreview_every: 90d\n";
    let post = async |path: String, body: Value| app.manage(Method::POST, &path, body).await;
    let broken = post("/api/definitions".into(), json!({"text": text.replace("score", "scoer"), "by": "ann"})).await;
    assert_eq!(
        (broken.status, broken.json()["error"]["code"].clone()),
        (StatusCode::BAD_REQUEST, json!("invalid_definition"))
    );
    let finding = &broken.json()["error"]["details"]["findings"][0];
    assert_eq!((&finding["line"], &finding["help"]), (&json!(5), &json!("did you mean `score`?")));
    let drafted = post("/api/definitions".into(), json!({"text": text, "by": "ann"})).await;
    assert_eq!(
        (drafted.status, &drafted.json()["state"]),
        (StatusCode::CREATED, &json!("draft")),
        "{}",
        drafted.text()
    );
    let fingerprint = drafted.json()["fingerprint"].as_str().unwrap().to_owned();
    let digest = drafted.json()["text_digest"].clone();
    let step = |name: &str| format!("/api/definitions/{fingerprint}/{name}");
    let proposed = post(step("propose"), json!({"by": "ann", "note": "fewer, better"})).await;
    assert_eq!(proposed.json()["proposal"]["moves"], json!(2), "{}", proposed.text());
    let sign = |by: &str, team: &str| json!({"by": by, "team": team, "text_digest": digest});
    post(step("sign"), sign("ann", "marketing")).await;
    let own = post(step("sign"), sign("ann", "sales")).await;
    assert_eq!((own.status, &own.json()["error"]["code"]), (StatusCode::CONFLICT, &json!("both_teams")));
    let early = post(step("activate"), json!({"by": "ann", "confirmed_moves": 2})).await;
    assert_eq!(early.json()["error"]["details"]["missing"], json!(["sales"]));
    post(step("sign"), sign("ben", "sales")).await;
    let unseen = post(step("activate"), json!({"by": "ann", "confirmed_moves": 0})).await;
    assert_eq!(unseen.json()["error"]["details"]["moves"], json!(2));
    let active = post(step("activate"), json!({"by": "ann", "confirmed_moves": 2})).await;
    assert_eq!((&active.json()["state"], &active.json()["is_review_due"]), (&json!("active"), &json!(false)));
    assert!(active.json()["review_due_at"].as_str().unwrap().starts_with("2027-02-19T12:00:00"), "{}", active.text());
    // Leads follow in the background.
    for _ in 0..200 {
        let all = app.get("/api/definitions").await;
        assert_eq!(all.status, StatusCode::OK, "{}", all.text());
        if all.json()["renewal"].is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let leads = app.get("/api/leads").await;
    assert_eq!(
        app.get("/api/leads?stage=Inquiry").await.json()["leads"].as_array().unwrap().len(),
        2,
        "{}",
        leads.text()
    );
    let all = app.get("/api/definitions").await.json();
    assert_eq!((&all["active"], all["definitions"].as_array().unwrap().len()), (&json!(fingerprint), 2));
    assert_eq!(app.get("/api/definitions/none").await.status, StatusCode::NOT_FOUND);
}
