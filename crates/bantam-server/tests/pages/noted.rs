//! AUT-12: what people and programs do is in the audit log, with ids in place of names and addresses.

use crate::browser::Browser;
use crate::test_app::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::json;

const LEAD: &str = "eve@evil.example";

/// The log as who, what and to what, from the first entry on, without what is about people alone.
async fn log(ann: &Browser<'_>) -> Vec<[String; 3]> {
    let text = ann.get("/settings/audit.csv").await.text();
    let mut reader = text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let mut rows = Vec::new();
    for row in reader.by_ref() {
        let skipped = ["people.", "session.", "audit."].iter().any(|start| row[3].starts_with(start));
        if !skipped {
            rows.push([row[2].clone(), row[3].clone(), row[4].clone()]);
        }
    }
    rows
}

#[tokio::test]
async fn aut_12_what_people_do_to_leads_and_facts_is_written_down_without_the_leads_name() {
    let app = TestApp::new();
    let ann = Browser::admin(&app).await;
    let mia = ann.invite("mia", &["marketing"]).await;
    for (user, id) in [(LEAD, "m1"), ("u2", "m2"), ("u3", "m3")] {
        app.send("/v1/track", &json!({"userId": user, "event": "page_viewed", "messageId": id})).await;
    }
    let lead = format!("/leads/{}", LEAD.replace('@', "%40"));
    let reason = [("reason", "a friend of the house")];
    assert_eq!(mia.post(&format!("{lead}/hand-off"), &reason).await.status, StatusCode::SEE_OTHER);
    let merge = [("other", "u2"), ("reason", "the same")];
    assert_eq!(mia.post(&format!("{lead}/merge"), &merge).await.status, StatusCode::SEE_OTHER);
    assert_eq!(mia.post(&format!("{lead}/do-not-score"), &[("on", "true")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(mia.post("/facts/m3/retract", &reason).await.status, StatusCode::SEE_OTHER);
    assert_eq!(mia.post("/facts/m9/retract", &reason).await.status, StatusCode::NOT_FOUND);
    let export = ann.get(&format!("{lead}/export")).await;
    assert!(export.status == StatusCode::OK && export.header("content-disposition").contains("lead.json"));
    let erased = ann.post(&format!("{lead}/erase"), &[("confirm", LEAD)]).await;
    assert_eq!(erased.status, StatusCode::SEE_OTHER, "{}", erased.text());
    let log = log(&ann).await;
    let done: Vec<&str> = log.iter().map(|row| row[1].as_str()).collect();
    let expected =
        ["lead.handed_over", "lead.merged", "lead.do_not_score", "fact.retracted", "lead.exported", "lead.erased"];
    assert_eq!(done, expected);
    assert!(log.iter().all(|row| row[0].starts_with("person:")), "{log:?}");
    let objects: Vec<&str> = log.iter().map(|row| row[2].as_str()).collect();
    assert!(objects[0].starts_with("lead:") && objects.iter().filter(|object| **object == objects[0]).count() == 5);
    assert!(objects[3].starts_with("fact:"), "{objects:?}");
    let text = ann.get("/settings/audit.csv").await.text() + &ann.get("/settings/audit").await.text();
    assert!(!text.contains(LEAD) && !text.contains("friend of the house") && text.contains("erased a lead"));
}

#[tokio::test]
async fn aut_12_what_programs_do_stands_under_the_name_of_their_key() {
    let app = TestApp::new();
    let ann = Browser::admin(&app).await;
    let text = "bantam: 1\nstages: [Inquiry]\n";
    let drafted = app.manage(Method::POST, "/api/definitions", json!({"text": text, "by": "x"})).await.json();
    let path = format!("/api/definitions/{}", drafted["fingerprint"].as_str().unwrap());
    app.manage(Method::POST, &format!("{path}/propose"), json!({"by": "x"})).await;
    let sign = |team: &str, by: &str| json!({"by": by, "team": team, "text_digest": drafted["text_digest"]});
    app.manage(Method::POST, &format!("{path}/sign"), sign("marketing", "x")).await;
    // What is refused leaves nothing.
    app.manage(Method::POST, &format!("{path}/sign"), sign("marketing", "y")).await;
    app.manage(Method::POST, &format!("{path}/sign"), sign("sales", "y")).await;
    app.manage(Method::POST, &format!("{path}/activate"), json!({"by": "x", "confirmed_moves": 0})).await;
    let made = app.manage(Method::POST, "/api/keys", json!({"scope": "write", "source": "shop"})).await.json();
    app.manage(Method::DELETE, &format!("/api/keys/{}", made["id"]), json!(null)).await;
    app.manage(Method::DELETE, &format!("/api/keys/{}", made["id"]), json!(null)).await;
    let log = log(&ann).await;
    let done: Vec<&str> = log.iter().map(|row| row[1].as_str()).collect();
    let steps = ["drafted", "proposed", "signed", "signed", "activated"].map(|step| format!("definition.{step}"));
    assert_eq!(done[..5], steps.each_ref().map(String::as_str), "{log:?}");
    assert_eq!(done[5..], ["key.made", "key.revoked"], "once");
    assert!(log.iter().all(|row| row[0] == "key:manager"), "{log:?}");
    assert_eq!((log[0][2].as_str(), log[5][2].as_str()), (drafted["fingerprint"].as_str().unwrap(), "api_key:1"));
    let filtered = ann.get("/settings/audit?action=definition.signed").await;
    assert!(filtered.status == StatusCode::OK && filtered.text().contains("signed a definition"));
}

#[tokio::test]
async fn aut_08_keys_end_with_the_rights_of_whoever_made_them() {
    for end in ["disable", "roles"] {
        let app = TestApp::new();
        let ann = Browser::admin(&app).await;
        ann.invite("bob", &["admin"]).await;
        let (by_bob, by_nobody) = app
            .work(|ledger, now| {
                let bob = bantam_server::people::by_email(ledger, "bob@acme.example")?.unwrap();
                let key = |source: &str| {
                    bantam_server::NewKey::generate(bantam_server::Scope::Read, source, None, now).unwrap()
                };
                let (mut one, mut two) = (key("bob's script"), key("metrics"));
                one.made_by(Some(&bob.id));
                assert!(one.keep(ledger)? && two.keep(ledger)?);
                Ok((one.text().to_owned(), two.text().to_owned()))
            })
            .await;
        let works = async |key: &str| {
            let bearer = format!("Bearer {key}");
            app.request(Method::GET, "/api/leads", &[("authorization", &bearer)], Vec::new()).await.status
        };
        app.pass(2);
        assert_eq!(works(&by_bob).await, StatusCode::OK);
        let list = ann.get("/settings/people").await.text();
        let row = list.split("<tr>").find(|row| row.contains("bob@acme.example")).unwrap().to_owned();
        let page = crate::browser::between(&row, "href=\"", &['"']).to_owned();
        let version = ann.get(&page).await.text();
        let version = crate::browser::between(&version, "name=\"version\" value=\"", &['"']).to_owned();
        let done = match end {
            "disable" => ann.post(&format!("{page}/disable"), &[]).await,
            _ => ann.post(&format!("{page}/roles"), &[("version", &version), ("sales", "true")]).await,
        };
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(works(&by_bob).await, StatusCode::UNAUTHORIZED, "{end}: at once");
        assert_eq!(works(&by_nobody).await, StatusCode::OK, "{end}");
        assert!(log(&ann).await.iter().any(|row| row[1] == "key.revoked"), "{end}");
    }
}

#[tokio::test]
async fn aut_12_what_programs_do_to_webhooks_is_written_down_as_what_people_do() {
    let app = TestApp::new();
    let ann = Browser::admin(&app).await;
    let made = app.manage(Method::POST, "/api/webhooks", json!({"url": "https://crm.acme.example/secret-path"})).await;
    let path = format!("/api/webhooks/{}", made.json()["id"]);
    app.manage(Method::POST, "/api/webhooks", json!({"url": "https://crm.acme.example/secret-path"})).await;
    app.manage(Method::PATCH, &path, json!({"rate": 3})).await;
    for step in ["disable", "enable", "rotate", "resend"] {
        let answer = app.manage(Method::POST, &format!("{path}/{step}"), json!(null)).await;
        assert!(answer.status.is_success(), "{step}: {}", answer.text());
    }
    app.manage(Method::POST, &format!("{path}/deliveries/9/resend"), json!(null)).await;
    app.manage(Method::DELETE, &path, json!(null)).await;
    app.manage(Method::DELETE, &path, json!(null)).await;
    let log = log(&ann).await;
    let done: Vec<&str> = log.iter().map(|row| row[1].as_str()).collect();
    // What was there already, or is not there, leaves nothing.
    let steps = ["made", "changed", "disabled", "enabled", "secret_renewed", "resent", "removed"];
    assert_eq!(done, steps.map(|step| format!("webhook.{step}")).each_ref().map(String::as_str), "{log:?}");
    assert!(log.iter().all(|row| row[0] == "key:manager" && row[2] == "webhook:1"), "{log:?}");
    assert!(!ann.get("/settings/audit.csv").await.text().contains("secret-path"));
}
