//! Messages to others: endpoints over the API, real requests to receivers on this machine.

#[path = "webhooks/receiver.rs"]
mod receiver;

use crate::test_app::TestApp;
use crate::track;
use axum::http::{Method, StatusCode};
use bantam_lang::convert::parse_time;
use bantam_server::webhooks::MailSettings;
use receiver::{Got, MailServer, Receiver, eventually};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn service(receivers: &[&Receiver]) -> TestApp {
    let allow: Vec<String> = receivers.iter().map(|receiver| receiver.host()).collect();
    TestApp::delivering(parse_time("2026-11-21T12:00:00Z").unwrap(), &allow, None)
}

async fn create(app: &TestApp, body: Value) -> Value {
    let answer = app.manage(Method::POST, "/api/webhooks", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

async fn deliveries(app: &TestApp, id: i64, state: &str) -> Vec<Value> {
    let answer = app.manage(Method::GET, &format!("/api/webhooks/{id}/deliveries?state={state}"), json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["deliveries"].as_array().unwrap().clone()
}

/// Waits until a delivery says what is expected of it.
async fn until_delivery(app: &TestApp, id: i64, state: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..500 {
        if let Some(found) = deliveries(app, id, state).await.into_iter().find(&is_it) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("not within ten seconds: {:#?}", deliveries(app, id, state).await);
}

#[tokio::test]
async fn a_hand_off_is_told_with_all_that_is_needed() {
    let receiver = Receiver::start(|_| (StatusCode::OK, "")).await;
    let app = service(&[&receiver]);
    let types = ["lead.stage_changed", "hand_off.opened", "hand_off.answered"];
    create(&app, json!({"url": receiver.url(), "types": types})).await;
    app.pass(1);
    app.send("/v1/track", &track("u1", "demo_requested", "m1")).await;
    let got = receiver.wait(2).await;
    let fingerprint = app.get("/api/leads/u1").await.json()["fingerprint"].clone();
    let changed = got[0].json();
    assert_eq!(
        changed,
        json!({
            "type": "lead.stage_changed", "timestamp": "2026-11-21T12:00:01Z", "sequence": 1,
            "data": {
                "lead": "u1", "stage": "Sales-ready", "previous_stage": null,
                "scores": {"score": 60, "fit": 0, "fit_unknown": 0, "engagement": 60, "grade": null, "persona": null,
                    "disqualified_by": null, "route": "sales"},
                "route": "sales", "owner": null,
                "evidence": [{"section": "engagement", "rule": "Requested a demo", "group": null, "points": 60}],
                "fingerprint": fingerprint,
            },
        })
    );
    let opened = got[1].json();
    assert_eq!((&opened["type"], &opened["sequence"]), (&json!("hand_off.opened"), &json!(2)));
    assert_eq!(opened["data"]["evidence"], changed["data"]["evidence"]);
    assert_eq!(opened["data"]["hand_off"]["due_at"], json!("2026-11-21T13:00:01Z"));
    assert_eq!(opened["data"]["hand_off"]["state"], json!("open"));
    let id = opened["data"]["hand_off"]["id"].as_str().unwrap();
    app.manage(Method::POST, &format!("/api/hand-offs/{id}/accept"), json!({"by": "ann"})).await;
    let answered = receiver.wait(3).await[2].json();
    assert_eq!(answered["data"]["hand_off"]["steps"][0]["by"], json!("ann"));
    // Each message has an id of its own, and says when it was sent.
    assert_ne!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert_eq!(
        got[0].header("webhook-timestamp"),
        (parse_time("2026-11-21T12:00:01Z").unwrap() / 1_000_000).to_string()
    );
    assert_eq!(got[0].header("content-type"), "application/json");
}

/// Asks a published library whether a message is genuine.
fn verifies(program: &mut Command, script: &str, secret: &str, got: &Got) -> bool {
    let headers: serde_json::Map<String, Value> = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .iter()
        .map(|name| ((*name).to_owned(), got.header(name).into()))
        .collect();
    let input = json!({"secret": secret, "headers": headers, "body": String::from_utf8(got.body.clone()).unwrap()});
    let mut child = program.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let answer = child.wait_with_output().unwrap();
    assert!(answer.status.success(), "the library could not be asked");
    match String::from_utf8_lossy(&answer.stdout).trim() {
        "genuine" => true,
        "forged" => false,
        other => panic!("{other}"),
    }
}

const PYTHON: &str = r#"
import json, sys
from standardwebhooks import Webhook, WebhookVerificationError
given = json.load(sys.stdin)
try:
    Webhook(given["secret"]).verify(given["body"], given["headers"])
    print("genuine")
except WebhookVerificationError:
    print("forged")
"#;
const NODE: &str = r#"
const { Webhook, WebhookVerificationError } = require("standardwebhooks");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
try {
  new Webhook(given.secret).verify(given.body, given.headers);
  console.log("genuine");
} catch (error) {
  if (!(error instanceof WebhookVerificationError)) throw error;
  console.log("forged");
}
"#;

#[tokio::test]
async fn whk_06_real_deliveries_are_genuine_to_the_published_libraries() {
    let Some(tools) = std::env::var_os("BANTAM_TEST_TOOLS").map(PathBuf::from) else {
        eprintln!("skipped: run `cargo xtask test`");
        return;
    };
    let receiver = Receiver::start(|_| (StatusCode::OK, "")).await;
    // The libraries look at the time, too.
    let app = TestApp::delivering(jiff::Timestamp::now().as_microsecond(), &[receiver.host()], None);
    let made = create(&app, json!({"url": receiver.url(), "types": ["lead.stage_changed"]})).await;
    let (id, old) = (made["id"].as_i64().unwrap(), made["secret"].as_str().unwrap().to_owned());
    app.send("/v1/track", &track("Zoë", "demo_requested", "m1")).await;
    let got = receiver.wait(1).await;
    let rotated = app.manage(Method::POST, &format!("/api/webhooks/{id}/rotate"), json!({})).await.json();
    let new = rotated["secret"].as_str().unwrap().to_owned();
    app.send("/v1/track", &track("u2", "demo_requested", "m2")).await;
    let both = receiver.wait(2).await.remove(1);
    app.pass(86_400 + 1);
    app.send("/v1/track", &track("u3", "demo_requested", "m3")).await;
    let late = receiver.wait(3).await.remove(2);
    assert_eq!(late.header("webhook-signature").split(' ').count(), 1, "a day later the old secret is out of use");
    let python = || Command::new(tools.join("python/bin/python"));
    let node = || {
        let mut node = Command::new("node");
        node.current_dir(tools.join("node"));
        node
    };
    for (secret, message, expected) in
        [(&old, &got[0], true), (&new, &got[0], false), (&old, &both, true), (&new, &both, true)]
    {
        assert_eq!(verifies(python().arg("-c"), PYTHON, secret, message), expected);
        assert_eq!(verifies(node().arg("-e"), NODE, secret, message), expected);
    }
    let forged = Got { body: b"{}".to_vec(), ..got[0].clone() };
    assert!(!verifies(python().arg("-c"), PYTHON, &old, &forged));
    assert!(!verifies(node().arg("-e"), NODE, &old, &forged));
}

#[tokio::test]
async fn whk_02_a_receiver_that_never_answers_delays_nobody_else() {
    let silent = Receiver::silent().await;
    let quick = Receiver::start(|_| (StatusCode::NO_CONTENT, "")).await;
    let app = service(&[&silent, &quick]);
    for receiver in [&silent, &quick] {
        create(&app, json!({"url": receiver.url(), "types": ["hand_off.opened"]})).await;
    }
    for n in 0..20 {
        app.send("/v1/track", &track(&format!("u{n}"), "demo_requested", &format!("m{n}"))).await;
    }
    quick.wait(20).await;
}

#[tokio::test]
async fn whk_03_whk_01_a_failed_try_is_repeated_with_the_same_id() {
    let receiver = Receiver::start(|n| match n {
        0 => (StatusCode::INTERNAL_SERVER_ERROR, "a\u{1b}[31mb \u{202e}c"),
        _ => (StatusCode::OK, ""),
    });
    let receiver = receiver.await;
    let app = service(&[&receiver]);
    let id = create(&app, json!({"url": receiver.url(), "types": ["hand_off.opened"]})).await["id"].as_i64().unwrap();
    app.send("/v1/track", &track("u1", "demo_requested", "m1")).await;
    let waiting = until_delivery(&app, id, "waiting", |found| found["attempts"] == 1).await;
    assert_eq!((&waiting["status"], &waiting["lead"]), (&json!(500), &json!("u1")));
    assert_eq!(waiting["error"], json!("answered 500: a[U+001B][31mb [U+202E]c"));
    assert_eq!(waiting["next_try_at"], json!("2026-11-21T12:00:05Z"));
    app.pass(5);
    let got = receiver.wait(2).await;
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert_ne!(got[0].header("webhook-timestamp"), got[1].header("webhook-timestamp"));
    assert_eq!(got[0].body, got[1].body);
    let delivered = until_delivery(&app, id, "delivered", |_| true).await;
    assert_eq!(delivered["message_id"], json!(got[0].header("webhook-id")));
    let metrics = app.get("/metrics").await.text();
    for line in ["tried_total 2", "succeeded_total 1", "failed_total 1", "waiting 0", "parked 0"] {
        assert!(metrics.contains(&format!("bantam_deliveries_{line}\n")), "{line}\n{metrics}");
    }
}

#[tokio::test]
async fn whk_03_what_was_parked_is_shown_and_sent_again() {
    let receiver = Receiver::start(|n| match n {
        0..4 => (StatusCode::BAD_REQUEST, ""),
        _ => (StatusCode::OK, ""),
    });
    let receiver = receiver.await;
    let app = service(&[&receiver]);
    let id = create(&app, json!({"url": receiver.url(), "types": ["hand_off.opened"]})).await["id"].as_i64().unwrap();
    for n in [1, 2] {
        app.send("/v1/track", &track(&format!("u{n}"), "demo_requested", &format!("m{n}"))).await;
        let lead = format!("u{n}");
        until_delivery(&app, id, "waiting", |found| found["attempts"] == 1 && found["lead"] == lead.as_str()).await;
    }
    app.pass(8 * 86_400);
    eventually("both are parked", async || deliveries(&app, id, "parked").await.len() == 2).await;
    let shown = app.manage(Method::GET, &format!("/api/webhooks/{id}"), json!({})).await.json();
    assert_eq!([&shown["parked"], &shown["waiting"]], [&json!(2), &json!(0)]);
    let one = deliveries(&app, id, "parked").await[1]["id"].as_i64().unwrap();
    let again = app.manage(Method::POST, &format!("/api/webhooks/{id}/deliveries/{one}/resend"), json!({})).await;
    assert_eq!(again.json(), json!({"resent": 1}), "{}", again.text());
    receiver.wait(5).await;
    let again = app.manage(Method::POST, &format!("/api/webhooks/{id}/resend"), json!({})).await;
    assert_eq!(again.json(), json!({"resent": 1}));
    eventually("all is delivered", async || deliveries(&app, id, "delivered").await.len() == 2).await;
    let missing = app.manage(Method::POST, &format!("/api/webhooks/{id}/deliveries/999/resend"), json!({})).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whk_05_redirects_are_not_followed_and_gone_switches_off() {
    let receiver = Receiver::start(|n| match n {
        0 => (StatusCode::FOUND, "elsewhere"),
        1 => (StatusCode::GONE, ""),
        _ => (StatusCode::OK, ""),
    });
    let receiver = receiver.await;
    let app = service(&[&receiver]);
    let id = create(&app, json!({"url": receiver.url(), "types": ["hand_off.opened"]})).await["id"].as_i64().unwrap();
    app.send("/v1/track", &track("u1", "demo_requested", "m1")).await;
    let failed = until_delivery(&app, id, "waiting", |found| found["attempts"] == 1).await;
    assert_eq!(failed["error"], json!("answered 302, and redirects are not followed: elsewhere"));
    app.pass(5);
    let show = async || app.manage(Method::GET, &format!("/api/webhooks/{id}"), json!({})).await.json();
    eventually("it is switched off", async || show().await["state"] == "disabled").await;
    assert_eq!(show().await["disabled_because"], json!("the receiver answered 410 Gone"));
    // What waits goes on when it is switched on.
    let enabled = app.manage(Method::POST, &format!("/api/webhooks/{id}/enable"), json!({})).await;
    assert_eq!(enabled.json()["state"], json!("enabled"));
    let got = receiver.wait(3).await;
    assert_eq!(got[2].json()["data"]["lead"], json!("u1"));
    assert_eq!(receiver.paths(), ["/hook", "/hook", "/hook"], "nobody went elsewhere");
}

#[tokio::test]
async fn whk_07_whk_08_a_test_takes_the_real_path_with_the_real_checks() {
    let receiver = Receiver::start(|n| if n == 0 { (StatusCode::OK, "") } else { (StatusCode::NOT_FOUND, "no") }).await;
    let app = service(&[&receiver]);
    // Nothing of this kind happens here, so that only tests are sent: what started with the service may come otherwise.
    let made = create(&app, json!({"url": receiver.url(), "types": ["hand_off.opened"]})).await;
    let test = async || {
        let path = format!("/api/webhooks/{}/test", made["id"]);
        app.manage(Method::POST, &path, json!({})).await.json()
    };
    assert_eq!(test().await, json!({"delivered": true, "status": 200}));
    let got = receiver.wait(1).await.remove(0);
    assert_eq!(got.json()["type"], json!("webhook.test"));
    assert!(got.header("webhook-signature").starts_with("v1,"));
    assert_eq!(test().await, json!({"delivered": false, "status": 404, "error": "answered 404: no"}));
    for url in [
        "http://127.0.0.1:1/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "http://example.com/",
        "https://u:p@example.com/",
        "https://example.com:22/",
    ] {
        let refused = app.manage(Method::POST, "/api/webhooks", json!({"url": url})).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["field"]),
            (StatusCode::BAD_REQUEST, &json!("url")),
            "{url}"
        );
        let path = format!("/api/webhooks/{}", made["id"]);
        let refused = app.manage(Method::PATCH, &path, json!({"url": url})).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{url}");
    }
    // A name that leads inside passes the look at its URL, and is refused when it is dialled. Nothing tells where it leads.
    let free = receiver::free_port().await;
    let allowed = TestApp::delivering(0, &[format!("127.0.0.1:{free}")], None);
    let made = create(&allowed, json!({"url": format!("http://127.0.0.1:{free}/")})).await;
    let path = format!("/api/webhooks/{}/test", made["id"]);
    let answer = allowed.manage(Method::POST, &path, json!({})).await.json();
    assert_eq!(answer["error"], json!("no connection could be opened"));
}

#[tokio::test]
async fn whk_09_saved_twice_it_is_one_and_nobody_is_told_what_they_said() {
    let [crm, other] =
        [Receiver::start(|_| (StatusCode::OK, "")).await, Receiver::start(|_| (StatusCode::OK, "")).await];
    let app = service(&[&crm, &other]);
    // Answers over the API come from the source `manager`.
    let body = json!({"url": crm.url(), "types": ["hand_off.opened", "hand_off.answered"], "source": "manager"});
    let made = create(&app, body.clone()).await;
    create(&app, json!({"url": other.url(), "types": ["hand_off.answered"]})).await;
    let again = app.manage(Method::POST, "/api/webhooks", body).await;
    assert_eq!((again.status, &again.json()["id"]), (StatusCode::OK, &made["id"]));
    assert_eq!(again.json().get("secret"), None, "it is shown once");
    let same_url = app.manage(Method::POST, "/api/webhooks", json!({"url": crm.url()})).await;
    assert_eq!((same_url.status, &same_url.json()["error"]["details"]["id"]), (StatusCode::CONFLICT, &made["id"]));
    let listed = app.manage(Method::GET, "/api/webhooks", json!({})).await.json();
    assert_eq!(listed["webhooks"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains("whsec_"), "{listed}");

    app.send("/v1/track", &track("u1", "demo_requested", "m1")).await;
    let opened = crm.wait(1).await.remove(0).json();
    let id = opened["data"]["hand_off"]["id"].as_str().unwrap();
    app.manage(Method::POST, &format!("/api/hand-offs/{id}/accept"), json!({"by": "ann"})).await;
    assert_eq!(other.wait(1).await[0].json()["type"], json!("hand_off.answered"));
    app.send("/v1/track", &track("u2", "demo_requested", "m2")).await;
    let got = crm.wait(2).await;
    let seen: Vec<_> = got.iter().map(|got| got.json()["data"]["lead"].clone()).collect();
    assert_eq!(seen, ["u1", "u2"], "the answer was not told to whom it came from");
}

#[tokio::test]
async fn whk_11_of_an_erased_lead_only_its_erasure_is_told() {
    let receiver = Receiver::start(|n| if n == 0 { (StatusCode::BAD_GATEWAY, "") } else { (StatusCode::OK, "") }).await;
    let app = service(&[&receiver]);
    let types = ["lead.stage_changed", "hand_off.opened", "lead.erased"];
    let id = create(&app, json!({"url": receiver.url(), "types": types})).await["id"].as_i64().unwrap();
    app.send("/v1/track", &track("ann@example.com", "demo_requested", "m1")).await;
    until_delivery(&app, id, "waiting", |found| found["attempts"] == 1).await;
    let erased = app.manage(Method::DELETE, "/api/leads/ann@example.com?by=dpo", json!({})).await;
    assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.text());
    let got = receiver.wait(2).await.remove(1);
    let told = got.json();
    assert_eq!(told["type"], json!("lead.erased"));
    let tombstone = bantam_core::identity::tombstone("ann@example.com");
    assert_eq!(told["data"], json!({"lead": tombstone}));
    app.pass(3_600);
    app.send("/v1/track", &track("bob", "demo_requested", "m2")).await;
    let rest = receiver.wait(4).await;
    assert!(rest[1..].iter().all(|got| !String::from_utf8_lossy(&got.body).contains("ann@example.com")));
    let all = app.manage(Method::GET, &format!("/api/webhooks/{id}/deliveries"), json!({})).await.text();
    assert!(!all.contains("ann@example.com"), "{all}");
}

#[tokio::test]
async fn whk_10_ui_01_chats_are_told_of_hand_offs_as_plain_text() {
    let receiver = Receiver::start(|_| (StatusCode::OK, "ok")).await;
    let app = service(&[&receiver]);
    create(&app, json!({"url": receiver.url(), "kind": "slack", "rate": 10})).await;
    app.send("/v1/track", &track("<!channel> @here", "demo_requested", "m1")).await;
    app.pass(3_601);
    let got = receiver.wait(2).await;
    let opened = got[0].json();
    let text = opened["text"].as_str().unwrap();
    assert!(text.starts_with("New hand-off: &lt;!channel&gt; ＠here\nStage: Sales-ready\nScore: 60\n"), "{text}");
    assert_eq!(opened["link_names"], json!(false));
    assert!(got[1].json()["text"].as_str().unwrap().starts_with("Overdue hand-off: "));
    assert_eq!(got[0].header("webhook-signature"), "", "a chat checks no signature");
    let other = app
        .manage(
            Method::POST,
            "/api/webhooks",
            json!({"url": receiver.url(), "kind": "slack", "types": ["lead.erased"]}),
        )
        .await;
    assert_eq!((other.status, &other.json()["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("unknown_type")));
}

#[tokio::test]
async fn people_are_told_of_hand_offs_by_mail() {
    let server = MailServer::start().await;
    let mail = MailSettings { server: server.url(), from: "Leads <leads@acme.example>".into() };
    let app = TestApp::delivering(parse_time("2026-11-21T12:00:00Z").unwrap(), &[], Some(mail));
    let made = create(&app, json!({"url": "mailto:team@acme.example", "kind": "email"})).await;
    assert_eq!(made.get("secret"), None);
    app.send("/v1/track", &track("u1\r\nBcc: all@acme.example", "demo_requested", "m1")).await;
    let mail = server.wait(1).await.remove(0);
    assert!(mail.contains("\r\nTo: team@acme.example\r\n"), "{mail}");
    assert!(mail.contains("\r\nSubject: New hand-off: u1[U+000D][U+000A]Bcc: all@acme.example\r\n"), "{mail}");
    assert!(mail.contains("Score: 60") && mail.contains("Because of: Requested a demo +60"), "{mail}");
    let without = TestApp::delivering(0, &[], None);
    let refused = without.manage(Method::POST, "/api/webhooks", json!({"url": "a@b.example", "kind": "email"})).await;
    assert!(refused.text().contains("--smtp"), "{}", refused.text());
}

#[tokio::test]
async fn webhooks_are_set_by_the_managing_key_within_limits() {
    let app = service(&[]);
    let read = app.get("/api/webhooks").await;
    assert_eq!(read.status, StatusCode::FORBIDDEN);
    for (body, field) in [
        (json!({"url": "https://a.example/", "types": []}), "types"),
        (json!({"url": "https://a.example/", "types": ["lead.created"]}), "types"),
        (json!({"url": "https://a.example/", "rate": 0}), "rate"),
        (json!({"url": "https://a.example/", "rate": 501}), "rate"),
        (json!({"url": "https://a.example/", "description": "x".repeat(501)}), "description"),
    ] {
        let refused = app.manage(Method::POST, "/api/webhooks", body.clone()).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{body}"
        );
    }
    let made = create(&app, json!({"url": "https://A.example/x#y", "description": "CRM"})).await;
    assert_eq!((&made["url"], &made["rate"]), (&json!("https://a.example/x"), &json!(50)));
    assert_eq!(made["types"].as_array().unwrap().len(), 6);
    let path = format!("/api/webhooks/{}", made["id"]);
    let changed = app.manage(Method::PATCH, &path, json!({"rate": 5, "types": ["lead.erased"]})).await.json();
    assert_eq!(
        (&changed["rate"], &changed["types"], &changed["description"]),
        (&json!(5), &json!(["lead.erased"]), &json!("CRM"))
    );
    let off = app.manage(Method::POST, &format!("{path}/disable"), json!({})).await.json();
    assert_eq!((&off["state"], &off["disabled_because"]), (&json!("disabled"), &json!("by hand")));
    assert_eq!(app.manage(Method::DELETE, &path, json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.manage(Method::DELETE, &path, json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.manage(Method::GET, &path, json!({})).await.status, StatusCode::NOT_FOUND);
    for n in 0..100 {
        create(&app, json!({"url": format!("https://a{n}.example/")})).await;
    }
    let full = app.manage(Method::POST, "/api/webhooks", json!({"url": "https://z.example/"})).await;
    assert_eq!((full.status, &full.json()["error"]["limit"]), (StatusCode::BAD_REQUEST, &json!(100)));
}
