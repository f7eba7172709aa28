//! Settings through their pages: what is changed, what is refused, and that all of it is written down.

use crate::browser::{Browser, between};
use crate::test_app::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::Value;

/// What the audit log has of an action.
async fn audit(ann: &Browser<'_>, action: &str) -> Vec<String> {
    let file = ann.get("/settings/audit.csv").await.text();
    file.lines().filter(|line| line.contains(&format!(",{action},"))).map(str::to_owned).collect()
}

#[tokio::test]
async fn settings_show_each_what_they_may_change() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let bob = ann.bob(&app, "viewer").await;
    let (all, few) = (ann.get("/settings").await.text(), bob.get("/settings").await.text());
    for path in [
        "/settings/people",
        "/settings/keys",
        "/settings/webhooks",
        "/settings/connectors",
        "/settings/service",
        "/settings/audit",
    ] {
        assert!(all.contains(&format!("href=\"{path}\"")) && !few.contains(&format!("href=\"{path}\"")), "{path}");
        assert_eq!(ann.get(path).await.status, StatusCode::OK, "{path}");
        assert_eq!(bob.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/settings/teams", "/settings/hours", "/settings/teams/sales"] {
        assert_eq!(bob.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert!(!bob.get("/settings/teams/sales").await.text().contains("Add somebody"));
    let mut bob = bob;
    let refused =
        bob.change("/settings/teams/sales/member", &[("was", "none"), ("name", "x"), ("capacity", "1")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn aut_10_a_key_is_shown_once_and_revoked_at_once() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let wanted = [("source", "crm"), ("scope", "read"), ("expires", "2026-12-31")];
    let page = ann.change("/settings/keys", &wanted).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let key = between(&page.text(), "class=\"secret\">", "<");
    assert!(key.starts_with("bk_read_"));
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    let asked = || app.request(Method::GET, "/api/leads", &headers, Vec::new());
    assert_eq!(asked().await.status, StatusCode::OK);
    let list = ann.get("/settings/keys").await.text();
    assert!(list.contains("<bdi>crm</bdi>") && !list.contains(&key) && list.contains("1 key is in use"), "{list}");
    let path = between(&list, "action=\"/settings/keys/", "\"");
    let gone = ann.change(&format!("/settings/keys/{path}"), &[]).await;
    assert_eq!((gone.status, gone.header("location")), (StatusCode::SEE_OTHER, "/settings/keys"));
    assert_eq!(asked().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!((audit(&ann, "key.made").await.len(), audit(&ann, "key.revoked").await.len()), (1, 1));
    assert!(!ann.get("/settings/audit.csv").await.text().contains(&key));
}

#[tokio::test]
async fn a_key_that_cannot_be_is_refused_at_its_field_with_what_was_typed() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    for (fields, says) in [
        ([("source", " "), ("scope", "read"), ("expires", "")], "name of 1 to 200 characters"),
        ([("source", "my crm"), ("scope", "all"), ("expires", "")], "Choose what the key may do."),
        ([("source", "my crm"), ("scope", "read"), ("expires", "2020-01-01")], "would have expired"),
    ] {
        let page = ann.change("/settings/keys", &fields).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{says}");
        assert!(page.text().contains(says) && page.text().contains("Nothing was changed"), "{}", page.text());
        assert!(fields[0].1 == " " || page.text().contains("value=\"my crm\""));
    }
    assert!(audit(&ann, "key.made").await.is_empty());
}

#[tokio::test]
async fn ui_05_a_team_is_changed_only_as_it_was_seen() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    ann.bob(&app, "sales").await;
    let path = "/settings/teams/sales";
    let page = ann.get(path).await.text();
    let bob = between(&page, "<option value=\"person:", "\"");
    let bob = format!("person:{bob}");
    let was = between(&page, "name=\"was\" value=\"", "\"");
    let fields = [("was", was.as_str()), ("person", &bob), ("capacity", "3"), ("limit", "5")];
    let done = ann.change(&format!("{path}/member"), &fields).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, path), "{}", done.text());
    // The same form once more was made from a team that is no longer.
    let other = [("was", was.as_str()), ("name", "Cem"), ("capacity", "1")];
    let late = ann.change(&format!("{path}/member"), &other).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("Somebody else changed the team meanwhile"), "{}", late.text());
    assert!(late.text().contains("<bdi>Bob</bdi>") && late.text().contains("value=\"Cem\""));
    // What is shown now can be sent.
    let was = between(&late.text(), "name=\"was\" value=\"", "\"");
    let away = [
        ("was", was.as_str()),
        ("member", &bob),
        ("capacity", "3"),
        ("away_from", "2026-11-20"),
        ("away_to", "2026-11-30"),
    ];
    let done = ann.change(&format!("{path}/member"), &away).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let team = app.get("/api/teams/sales").await.json();
    assert_eq!(team["members"][0]["name"], Value::from(bob.as_str()));
    assert_eq!(team["members"][0]["away"]["to"], "2026-12-01T00:00:00Z");
    let page = ann.get(path).await.text();
    assert!(page.contains("0 of 1 take hand-offs now") && page.contains("20 Nov 2026 to 30 Nov 2026"), "{page}");
    let noted = audit(&ann, "team.changed").await;
    assert_eq!(noted.len(), 2);
    assert!(noted[1].contains(&format!("{bob} capacity 3 limit 5")) && !noted[1].contains("Bob"), "{noted:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_member_is_said_at_each_field() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let path = "/settings/teams/sales";
    let fields = [
        ("was", "none"),
        ("capacity", "-1"),
        ("limit", "many"),
        ("away_from", "2026-12-24"),
        ("away_to", "2026-12-01"),
    ];
    let page = ann.change(&format!("{path}/member"), &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for says in
        ["Choose somebody, or give a name", "from 0 to 1,000,000", "This is no whole number.", "before the first"]
    {
        assert!(page.text().contains(says), "{says}: {}", page.text());
    }
    assert_eq!(app.get(path.trim_start_matches("/settings")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.get("/settings/teams/nobody").await.status, StatusCode::NOT_FOUND);
    // Names of members are hostile.
    let fields = [("was", "none"), ("name", "<b>\"Cem"), ("capacity", "1")];
    assert_eq!(ann.change(&format!("{path}/member"), &fields).await.status, StatusCode::SEE_OTHER);
    let page = ann.get(path).await.text();
    assert!(page.contains("&lt;b&gt;&quot;Cem") && !page.contains("<b>\"Cem"));
    let was = between(&page, "name=\"was\" value=\"", "\"");
    let twice = ann.change(&format!("{path}/member"), &[("was", &was), ("name", "<b>\"Cem"), ("capacity", "1")]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let gone = ann.change(&format!("{path}/remove"), &[("was", &was), ("member", "<b>\"Cem")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert!(ann.get(path).await.text().contains("Nobody is in this team"));
}

#[tokio::test]
async fn whk_08_a_webhook_is_made_tried_switched_and_removed_by_its_page() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let fields =
        [("kind", "standard"), ("url", "https://hooks.example.com/secret-path"), ("type.hand_off.opened", "true")];
    let page = ann.change("/settings/webhooks", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let secret = between(&page.text(), "class=\"secret\">", "<");
    assert!(secret.starts_with("whsec_"), "{secret}");
    let path = between(&page.text(), "class=\"button\" href=\"", "\"");
    let shown = ann.get(&path).await.text();
    assert!(shown.contains("is enabled") && !shown.contains(&secret) && shown.contains("No message went here yet"));
    let tried = ann.change(&format!("{path}/test"), &[]).await;
    assert_eq!(tried.status, StatusCode::OK);
    assert!(tried.text().contains("The test did not arrive."), "{}", tried.text());
    for (step, state) in [("disable", "is disabled"), ("enable", "is enabled")] {
        let done = ann.change(&format!("{path}/{step}"), &[]).await;
        assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
        assert!(ann.get(&path).await.text().contains(state), "{state}");
    }
    let again = ann.change(&format!("{path}/rotate"), &[]).await.text();
    assert_ne!(between(&again, "class=\"secret\">", "<"), secret);
    let wanted = [
        ("url", "https://hooks.example.com/secret-path"),
        ("description", "The CRM"),
        ("rate", "9"),
        ("type.lead.erased", "true"),
    ];
    assert_eq!(ann.change(&path, &wanted).await.status, StatusCode::SEE_OTHER);
    let list = ann.get("/settings/webhooks").await.text();
    assert!(list.contains("The CRM") && list.contains("hooks.example.com") && !list.contains("secret-path"), "{list}");
    let none = ann.change(&format!("{path}/resend"), &[]).await;
    assert_eq!(none.header("location"), format!("{path}?resent=0"));
    assert!(ann.get(&format!("{path}?resent=0")).await.text().contains("Nothing was given up"));
    assert_eq!(ann.change(&format!("{path}/remove"), &[]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ann.change(&format!("{path}/remove"), &[("sure", "true")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ann.get(&path).await.status, StatusCode::NOT_FOUND);
    let log = ann.get("/settings/audit.csv").await.text();
    for action in ["made", "disabled", "enabled", "secret_renewed", "changed", "resent", "removed"] {
        assert!(log.contains(&format!(",webhook.{action},")), "{action}: {log}");
    }
    assert!(!log.contains("secret-path") && !log.contains("whsec_"), "{log}");
}

#[tokio::test]
async fn a_webhook_that_cannot_be_is_refused_at_its_field_with_what_was_typed() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    for (fields, says) in [
        (vec![("kind", "standard"), ("url", "http://10.0.0.1/x"), ("type.lead.erased", "true")], "id=\"url-error\""),
        (vec![("kind", "standard"), ("url", "https://a.example/x")], "name at least one type"),
        (vec![("kind", "email"), ("url", "a@b.example"), ("type.hand_off.opened", "true")], "no mail server"),
        (vec![("kind", "fax"), ("url", "https://a.example/x")], "in what form messages are sent"),
        (vec![("kind", "slack"), ("url", "https://a.example/x"), ("rate", "many")], "no whole number"),
    ] {
        let page = ann.change("/settings/webhooks", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}: {}", page.text());
        assert!(page.text().to_lowercase().contains(says), "{says}: {}", page.text());
        assert!(page.text().contains(&format!("value=\"{}\"", fields[1].1)));
    }
    let odd = ann.change("/settings/webhooks", &[("kind", "standard"), ("colour", "red")]).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    assert!(audit(&ann, "webhook.made").await.is_empty());
}

#[tokio::test]
async fn office_hours_are_those_of_the_definition() {
    let hours = "office_hours: {time_zone: Europe/Berlin, days: {mon-thu: \"09:00-17:00\", fri: \"09:00-15:30\"}, holidays: [\"2026-12-25\"]}\n";
    let app = TestApp::deciding_by(format!("{}{hours}", crate::test_app::DEFINITION).leak());
    let ann = Browser::ann(&app).await;
    let page = ann.get("/settings/hours").await.text();
    for says in ["38 hours 30 min a week", "Europe/Berlin", "09:00 to 15:30", "closed", "2026-12-25"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let app = TestApp::new();
    let ann = Browser::ann(&app).await;
    assert!(ann.get("/settings/hours").await.text().contains("All hours count"));
}

#[tokio::test]
async fn the_service_tells_of_itself() {
    let app = TestApp::new();
    let ann = Browser::ann(&app).await;
    let page = ann.get("/settings/service").await.text();
    for says in [
        "The service takes facts",
        env!("CARGO_PKG_VERSION"),
        "SQLite, ",
        "/api/openapi.json",
        "without marketing and sales",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
}
