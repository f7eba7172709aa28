//! What strangers send, and what becomes of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "http/test_app.rs"]
mod test_app;

use axum::http::{Method, StatusCode};
use bantam_server::IntakeSettings;
use serde_json::{Value, json};
use std::num::NonZeroU32;
use test_app::{Answer, TestApp};

const KEY: (&str, &str) = ("authorization", "Basic dzo=");

async fn post(app: &TestApp, body: impl Into<Vec<u8>>) -> Answer {
    app.request(Method::POST, "/v1/batch", &[KEY], body.into()).await
}

fn track(user: &str, message_id: &str) -> Value {
    json!({"type": "track", "userId": user, "event": "x", "messageId": message_id})
}

#[tokio::test]
async fn ing_04_json_made_to_do_harm_is_refused_with_its_place() {
    let app = TestApp::new();
    let in_message = |value: &str| format!(r#"{{"batch":[{{"type":"track","properties":{{"a":{value}}}}}]}}"#);
    let start = in_message("").find("}}]").unwrap();
    let many = format!("{{\"batch\":[{}1]}}", "1,".repeat(400_000));
    let cases: [(Vec<u8>, Option<usize>); 14] = [
        (in_message(&("[".repeat(50_000) + &"]".repeat(50_000))).into(), Some(start + 29)),
        (in_message(r#"{"b":1,"b":2}"#).into(), Some(start + 7)),
        (in_message(r#"{"b":1,"\u0062":2}"#).into(), Some(start + 7)),
        (in_message("NaN").into(), Some(start)),
        (in_message("-Infinity").into(), Some(start + 1)),
        (in_message("1e999").into(), Some(start)),
        (in_message(r#""\ud800""#).into(), Some(start + 1)),
        (in_message("\"\0\"").into(), Some(start + 1)),
        (in_message(r#""\u0000""#).into(), Some(start + 1)),
        (b"\xef\xbb\xbf{\"batch\":[]}".to_vec(), Some(0)),
        (b"{\"batch\":[]} {}".to_vec(), Some(13)),
        (b"{\"batch\":[]}\0".to_vec(), Some(12)),
        (b"{\"batch\":[\"\xff\"]}".to_vec(), Some(11)),
        (many.into(), None),
    ];
    for (body, offset) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let answer = post(&app, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{shown}");
        let told = answer.json()["error"]["details"]["offset"].as_u64();
        assert!(
            told.is_some() && offset.is_none_or(|offset| told == Some(offset as u64)),
            "{shown}: {}",
            answer.text()
        );
    }
    for top in ["[]", "\"batch\"", "7", "null", "[{\"type\":\"track\"}]"] {
        assert_eq!(post(&app, top).await.status, StatusCode::BAD_REQUEST, "{top}");
    }
}

#[tokio::test]
async fn ing_05_many_large_bodies_at_once_are_taken_or_asked_to_come_again() {
    let app = TestApp::new();
    let body = |n: usize| {
        let filler = "x".repeat(30_000);
        let message = |m: usize| json!({"type": "track", "userId": "u", "event": "x", "messageId": format!("{n}-{m}"), "properties": {"a": filler}});
        json!({"batch": (0..33).map(message).collect::<Vec<_>>()}).to_string()
    };
    let mut sent = Vec::new();
    for n in 0..100 {
        let (request, body) = (app.request_later(Method::POST, "/v1/batch", &[KEY]), body(n));
        sent.push(tokio::spawn(async move { request.send(body.into_bytes()).await }));
    }
    let (mut taken, mut busy) = (0, 0);
    for answer in sent {
        let answer = answer.await.unwrap();
        match answer.status {
            StatusCode::OK => taken += answer.json()["accepted"].as_u64().unwrap(),
            StatusCode::SERVICE_UNAVAILABLE => {
                assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
                busy += 1;
            }
            status => panic!("{status}"),
        }
    }
    assert_eq!(taken, 33 * (100 - busy), "what was answered well was taken whole");
    assert!(taken > 0);
    // There is room for all again.
    assert_eq!(post(&app, body(1000)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ing_09_a_message_without_an_id_that_is_sent_again_is_a_duplicate() {
    let app = TestApp::new();
    let message =
        json!({"batch": [{"type": "track", "userId": "u", "event": "x", "timestamp": "2026-11-20T00:00:00Z"}]});
    let first = app.send("/v1/batch", &message).await.json();
    let again = app.send("/v1/batch", &message).await.json();
    assert_eq!((&first["accepted"], &again["duplicate"]), (&json!(1), &json!(1)));
    assert_eq!(first["messages"][0]["message_id"], again["messages"][0]["message_id"]);
    assert!(first["messages"][0]["message_id"].as_str().unwrap().starts_with("derived-"));
}

#[tokio::test]
async fn ing_11_a_batch_whose_time_cannot_be_read_is_kept_aside() {
    let app = TestApp::new();
    let answer = app.send("/v1/batch", &json!({"batch": [track("u", "m1"), track("u", "m2")], "sentAt": "soon"})).await;
    assert_eq!((answer.status, &answer.json()["rejected"]), (StatusCode::OK, &json!(2)));
    assert_eq!(answer.json()["messages"][1]["field"], json!("batch[1].sentAt"));
    assert_eq!(app.get("/api/quarantine").await.json()["refused"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn ing_15_a_key_that_is_used_too_often_is_told_when_to_come_again() {
    let requests_per_second = NonZeroU32::new(3).unwrap();
    let app = TestApp::with(Vec::new(), IntakeSettings { requests_per_second, ..IntakeSettings::default() });
    for n in 0..3 {
        // Questions of browsers are not counted, and neither are requests that are refused for their key.
        for _ in 0..5 {
            let asked = app.request(Method::OPTIONS, "/v1/track", &[("origin", "https://a.example")], Vec::new()).await;
            assert_eq!(asked.status, StatusCode::NO_CONTENT);
            let stranger = [("authorization", "Basic eDo=")];
            assert_eq!(
                app.request(Method::POST, "/v1/t", &stranger, Vec::new()).await.status,
                StatusCode::UNAUTHORIZED
            );
        }
        assert_eq!(app.send("/v1/track", &track("u", &format!("m{n}"))).await.status, StatusCode::OK);
    }
    let refused = app.request(Method::POST, "/v1/t", &[KEY, ("origin", "https://a.example")], Vec::new()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.header("access-control-expose-headers"), "retry-after");
    let in_body = json!({"writeKey": "w", "userId": "u", "event": "x"}).to_string();
    let in_body = app.request(Method::POST, "/v1/t", &[], in_body.into_bytes()).await;
    assert_eq!(in_body.status, StatusCode::TOO_MANY_REQUESTS);
    // Another key goes on.
    let other = [("authorization", "Basic dzI6")];
    let body = track("u", "m9").to_string().into_bytes();
    assert_eq!(app.request(Method::POST, "/v1/track", &other, body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ing_15_pages_of_other_origins_may_not_send_facts() {
    let app = TestApp::with(vec!["https://shop.example".into()], IntakeSettings::default());
    let from = async |origin: &str| {
        let body = track("u", "m1").to_string().into_bytes();
        app.request(Method::POST, "/v1/track", &[KEY, ("origin", origin)], body).await
    };
    let own = from("https://shop.example").await;
    assert_eq!((own.status, own.header("access-control-allow-origin")), (StatusCode::OK, "https://shop.example"));
    for origin in ["https://evil.example", "https://shop.example.evil.example", "null"] {
        let foreign = from(origin).await;
        assert_eq!((foreign.status, foreign.header("access-control-allow-origin")), (StatusCode::FORBIDDEN, ""));
    }
    // A program is no page.
    assert_eq!(app.send("/v1/track", &track("u", "m2")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ing_16_an_unfinished_body_leaves_nothing_behind() {
    let app = TestApp::new();
    let body = json!({"batch": [track("u", "m1")]}).to_string();
    let cut = app.request_later(Method::POST, "/v1/batch", &[KEY]).send_cut_off(body.as_bytes()).await;
    assert_eq!(cut.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.get("/api/leads/u").await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&app, body).await.json()["accepted"], json!(1));
}

#[tokio::test]
async fn idn_03_placeholders_merge_nobody() {
    let app = TestApp::new();
    let placeholders =
        ["undefined", "NULL", "anonymous", "guest", "0", "[object Object]", "00000000-0000-0000-0000-000000000000"];
    let mut messages = Vec::new();
    for (n, id) in placeholders.iter().enumerate() {
        for person in ["ann", "ben"] {
            let message_id = |kind: &str| format!("{person}-{n}-{kind}");
            messages.extend([
                json!({"type": "identify", "userId": person, "anonymousId": id, "messageId": message_id("identify")}),
                json!({"type": "alias", "userId": person, "previousId": id, "messageId": message_id("alias")}),
                json!({"type": "track", "userId": id, "event": "x", "messageId": message_id("track")}),
            ]);
        }
    }
    let sent = messages.len();
    let taken = app.send("/v1/batch", &json!({"batch": messages})).await.json();
    assert_eq!(taken["accepted"], json!(sent), "{taken}");
    for person in ["ann", "ben"] {
        let history = app.get(&format!("/api/leads/{person}/history")).await.json();
        let facts = history["facts"].as_array().unwrap();
        assert_eq!(facts.len(), 2 * placeholders.len());
        assert!(facts.iter().all(|fact| fact["flags"] == json!(["identity_ignored"])), "{history}");
    }
}

#[tokio::test]
async fn what_sdks_send_that_surprises() {
    let app = TestApp::new();
    // A time without a zone is one of UTC, a null is nothing, `$direct` is a referrer like others.
    let page = json!({
        "type": "page", "userId": "u", "anonymousId": null, "name": null, "messageId": "m1",
        "timestamp": "2026-11-20T10:00:00.123456",
        "properties": {"referrer": "$direct"}, "context": {"page": {"referrer": "https://x.example", "path": null}},
    });
    assert_eq!(app.send("/v1/page", &page).await.status, StatusCode::OK);
    let history = app.get("/api/leads/u/history").await.json();
    let fact = &history["facts"][0];
    assert_eq!(fact["happened_at"], json!("2026-11-20T10:00:00.123456Z"));
    assert_eq!(fact["kind"]["event"]["properties"], json!({"referrer": "$direct"}));
    // Who is told twice is the same.
    let alias = json!({"type": "alias", "userId": "u", "previousId": "u"});
    assert_eq!(app.send("/v1/alias", &alias).await.status, StatusCode::OK);
    assert_eq!(app.get("/api/leads/u").await.json()["ids"], json!(["u"]));
    // An empty user name beside a key in the body.
    let body = json!({"writeKey": "w", "userId": "u", "event": "x"}).to_string().into_bytes();
    let empty = app.request(Method::POST, "/v1/t", &[("authorization", "Basic Og==")], body).await;
    assert_eq!(empty.status, StatusCode::OK);
}

#[tokio::test]
async fn every_path_of_the_protocol_answers_before_it_is_sent_to() {
    let app = TestApp::new();
    let names = "identify track page screen group alias batch i t p s g a b";
    for name in names.split(' ') {
        let headers = [("origin", "https://a.example"), ("access-control-request-headers", "authorization,new-header")];
        let asked = app.request(Method::OPTIONS, &format!("/v1/{name}"), &headers, Vec::new()).await;
        assert_eq!(
            (asked.status, asked.header("access-control-allow-origin")),
            (StatusCode::NO_CONTENT, "*"),
            "{name}"
        );
        assert_eq!(asked.header("access-control-allow-methods"), "POST");
        assert!(asked.header("access-control-allow-headers").ends_with(", new-header"), "{name}");
    }
}

#[tokio::test]
async fn browsers_learn_where_to_send() {
    let app = TestApp::new();
    let headers = [("host", "leads.example:7070"), ("origin", "https://a.example")];
    let get = async |path: &str| app.request(Method::GET, path, &headers, Vec::new()).await;
    let settings = get("/v1/projects/w/settings").await;
    assert_eq!((settings.status, settings.header("access-control-allow-origin")), (StatusCode::OK, "*"));
    let segment = &settings.json()["integrations"]["Segment.io"];
    assert_eq!(
        (&segment["apiHost"], &segment["protocol"], &segment["apiKey"]),
        (&json!("leads.example:7070/v1"), &json!("http"), &json!("w"))
    );
    let config = get("/sourceConfig/?p=npm&v=3.34.1&writeKey=w").await;
    assert_eq!((config.status, &config.json()["source"]["enabled"]), (StatusCode::OK, &json!(true)));
    // Only keys that are safe in a browser are confirmed.
    for path in ["/v1/projects/m/settings", "/v1/projects/x/settings", "/sourceConfig/?writeKey=m", "/sourceConfig/"] {
        assert_eq!(get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let asked = app.request(Method::OPTIONS, "/sourceConfig/", &headers, Vec::new()).await;
    assert_eq!((asked.status, asked.header("access-control-allow-methods")), (StatusCode::NO_CONTENT, "GET"));
    let public_url = Some("https://leads.example.com/".to_owned());
    let behind = TestApp::with(Vec::new(), IntakeSettings { public_url, ..IntakeSettings::default() });
    let told = behind.request(Method::GET, "/v1/projects/w/settings", &headers, Vec::new()).await.json();
    assert_eq!(told["integrations"]["Segment.io"]["apiHost"], json!("leads.example.com/v1"));
    assert_eq!(told["integrations"]["Segment.io"]["protocol"], json!("https"));
}

async fn import(app: &TestApp, key: &str, lines: &[Value]) -> Answer {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    app.request(Method::POST, "/v1/import", &[("authorization", key)], text.into_bytes()).await
}

#[tokio::test]
async fn an_import_takes_what_can_be_taken_and_names_the_rest() {
    let app = TestApp::new();
    let at = "2026-06-01T00:00:00Z";
    let lines = [
        json!({"type": "identify", "userId": "u", "traits": {"industry": "Software"}, "timestamp": at}),
        json!({"type": "track", "userId": "u", "event": "demo_requested", "timestamp": at}),
        json!({"type": "answer", "userId": "u", "answer": "accepted", "by": "mia", "timestamp": "2026-06-02"}),
        json!({"type": "answer", "userId": "u", "answer": "wom", "timestamp": "2026-06-02"}),
        json!({"type": "answer", "userId": "u", "answer": "won", "amount": "12.5"}),
        json!({"type": "spend", "campaign": "spring", "source": "ads", "amount": 100, "timestamp": "2026-05-01"}),
        json!({"type": "spend", "campaign": "spring", "timestamp": "2026-05-01"}),
        json!({"type": "buy"}),
    ];
    let first = import(&app, "Bearer m", &lines).await;
    let told = first.json();
    assert_eq!((first.status, &told["accepted"], &told["rejected"]), (StatusCode::OK, &json!(4), &json!(4)), "{told}");
    let fields: Vec<_> = told["rejections"].as_array().unwrap().iter().map(|told| &told["field"]).collect();
    assert_eq!(fields, [&json!("answer"), &json!("timestamp"), &json!("amount"), &json!("type")]);
    assert_eq!(told["rejections"][0]["line"], json!(4));
    assert!(told["rejections"][0]["reason"].as_str().unwrap().contains("did you mean `won`?"), "{told}");
    let again = import(&app, "Bearer m", &lines).await.json();
    assert_eq!((&again["accepted"], &again["duplicate"]), (&json!(0), &json!(4)));
    // An answer of before counts as one: the stage says so.
    let lead = app.get("/api/leads/u").await.json();
    assert_eq!((&lead["stage"], &lead["attributes"]["industry"]), (&json!("Accepted"), &json!("Software")), "{lead}");
}

#[tokio::test]
async fn an_import_is_held_to_what_its_key_may() {
    let app = TestApp::new();
    let lines = [
        track("u", "m1"),
        json!({"type": "spend", "amount": 1, "timestamp": "2026-05-01"}),
        json!({"type": "answer", "userId": "u", "answer": "won", "timestamp": "2026-05-01"}),
    ];
    let web = import(&app, "Basic dzo=", &lines).await.json();
    assert_eq!((&web["accepted"], &web["rejected"]), (&json!(1), &json!(2)), "{web}");
    assert_eq!(import(&app, "Bearer r", &lines).await.status, StatusCode::FORBIDDEN);
    assert_eq!(import(&app, "Bearer x", &lines).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.request(Method::POST, "/v1/import", &[], Vec::new()).await.status, StatusCode::UNAUTHORIZED);
    let packed = [KEY, ("content-encoding", "br")];
    let packed = app.request(Method::POST, "/v1/import", &packed, Vec::new()).await;
    assert_eq!(packed.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn an_import_larger_than_any_batch_is_taken() {
    let app = TestApp::new();
    let line = |n: usize| json!({"type": "track", "userId": format!("u{}", n % 10), "event": "x", "messageId": n.to_string(), "properties": {"a": "x".repeat(200)}});
    let mut lines: Vec<Value> = (0..9_000).map(line).collect();
    lines.push(json!({"type": "track", "userId": "u", "event": "x", "properties": {"a": "x".repeat(40_000)}}));
    lines.push(json!({"type": "track", "userId": "u", "event": "x", "properties": {"a": "x".repeat(90_000)}}));
    let told = import(&app, "Basic dzo=", &lines).await.json();
    assert_eq!(
        (&told["lines"], &told["accepted"], &told["rejected"]),
        (&json!(9_002), &json!(9_000), &json!(2)),
        "{}",
        told["rejections"]
    );
    // What came before the break stays.
    let text: String = (0..9_500).map(|n| format!("{}\n", line(n))).collect();
    let cut = app.request_later(Method::POST, "/v1/import", &[KEY]).send_cut_off(text.repeat(2).as_bytes()).await;
    assert_eq!(cut.status, StatusCode::BAD_REQUEST);
    assert!(cut.json()["error"]["details"]["imported"]["duplicate"].as_u64().unwrap() >= 4_000, "{}", cut.text());
}
