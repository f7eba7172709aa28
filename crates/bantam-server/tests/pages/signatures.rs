//! DEF-05: whose signature counts, when roles change between reading, signing and becoming active.

use crate::browser::{Browser, between};
use crate::test_app::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const TEXT: &str = "bantam: 1\nengagement:\n  rules:\n    Demo: {on: demo_requested, points: 60}\n\
                    stages: [Inquiry, Sales-ready: score >= 90]\nhand_off: Sales-ready\n";
const DAY: i64 = 24 * 3_600;

/// A definition that was proposed, and those who may do something about it.
struct Desk<'a> {
    app: &'a TestApp,
    ann: Browser<'a>,
    mia: Browser<'a>,
    sam: Browser<'a>,
    fingerprint: String,
    digest: String,
}

impl<'a> Desk<'a> {
    async fn new(app: &'a TestApp, effective_at: Option<&str>) -> Desk<'a> {
        let ann = Browser::admin(app).await;
        let (mia, sam) = (ann.invite("mia", &["marketing"]).await, ann.invite("sam", &["sales"]).await);
        let mut desk = Desk { app, ann, mia, sam, fingerprint: String::new(), digest: String::new() };
        desk.draft(TEXT).await;
        let body = json!({"by": "ann", "effective_at": effective_at});
        let proposed = desk.call("propose", body).await;
        assert_eq!(proposed["state"], json!("proposed"), "{proposed}");
        desk
    }

    async fn draft(&mut self, text: &str) {
        let drafted =
            self.app.manage(Method::POST, "/api/definitions", json!({"text": text, "by": "ann"})).await.json();
        self.fingerprint = drafted["fingerprint"].as_str().unwrap().to_owned();
        self.digest = drafted["text_digest"].as_str().unwrap().to_owned();
    }

    async fn call(&self, step: &str, body: Value) -> Value {
        let path = format!("/api/definitions/{}/{step}", self.fingerprint);
        self.app.manage(Method::POST, &path, body).await.json()
    }

    fn path(&self, step: &str) -> String {
        format!("/definition/{}{step}", self.fingerprint.replace(':', "%3A"))
    }

    async fn sign(&self, who: &Browser<'_>, team: &str) -> StatusCode {
        who.post(&self.path("/sign"), &[("team", team), ("text_digest", &self.digest)]).await.status
    }

    async fn activate(&self, who: &Browser<'_>) -> StatusCode {
        who.post(&self.path("/activate"), &[("confirmed_moves", "0")]).await.status
    }

    async fn shown(&self) -> Value {
        self.app.get(&format!("/api/definitions/{}", self.fingerprint)).await.json()
    }

    /// The page of somebody, for admins.
    async fn page_of(&self, name: &str) -> String {
        let list = self.ann.get("/settings/people").await.text();
        let row = list.split("<tr>").find(|row| row.contains(&format!("{name}@acme.example"))).unwrap().to_owned();
        between(&row, "href=\"", &['"']).to_owned()
    }

    async fn give(&self, name: &str, roles: &[&str]) {
        let page = self.page_of(name).await;
        let version = self.ann.get(&page).await.text();
        let version = between(&version, "name=\"version\" value=\"", &['"']).to_owned();
        let mut fields = vec![("version", version.as_str())];
        fields.extend(roles.iter().map(|role| (*role, "true")));
        assert_eq!(self.ann.post(&format!("{page}/roles"), &fields).await.status, StatusCode::SEE_OTHER);
    }

    async fn disable(&self, name: &str) {
        let page = self.page_of(name).await;
        assert_eq!(self.ann.post(&format!("{page}/disable"), &[]).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn def_05_a_signature_ends_with_the_role_of_whoever_signed() {
    let app = TestApp::new();
    let desk = Desk::new(&app, None).await;
    assert_eq!(desk.sign(&desk.mia, "marketing").await, StatusCode::SEE_OTHER);
    assert_eq!(desk.sign(&desk.sam, "sales").await, StatusCode::SEE_OTHER);
    assert_eq!(desk.shown().await["is_signed"], json!(true));
    desk.give("sam", &["viewer"]).await;
    let shown = desk.shown().await;
    assert_eq!((&shown["is_signed"], shown["signatures"].as_array().unwrap().len()), (&json!(false), 2), "{shown}");
    assert!(
        shown["signatures"][0]["void_since"].is_null() && shown["signatures"][1]["void_since"].is_string(),
        "{shown}"
    );
    let page = desk.mia.get(&desk.path("")).await.text();
    assert!(page.contains("is void; somebody else has to sign") && page.contains("<bdi>sam</bdi>"), "{page}");
    assert_eq!(desk.activate(&desk.mia).await, StatusCode::CONFLICT);
    let told = desk.call("activate", json!({"by": "ann", "confirmed_moves": 0})).await;
    assert_eq!(told["error"]["details"]["missing"], json!(["sales"]), "{told}");
    // Somebody else of the team signs, and it goes on.
    let lou = desk.ann.invite("lou", &["sales"]).await;
    assert_eq!(desk.sign(&lou, "sales").await, StatusCode::SEE_OTHER);
    assert_eq!(desk.activate(&desk.mia).await, StatusCode::SEE_OTHER);
    assert_eq!(desk.shown().await["state"], json!("active"));
    // What decides was signed by those who could: it stays signed.
    desk.disable("lou").await;
    assert_eq!(desk.shown().await["is_signed"], json!(true));
}

#[tokio::test]
async fn def_05_the_role_given_back_does_not_bring_the_signature_back() {
    let app = TestApp::new();
    let desk = Desk::new(&app, None).await;
    desk.sign(&desk.sam, "sales").await;
    desk.give("sam", &["marketing"]).await;
    desk.give("sam", &["sales"]).await;
    assert_eq!(desk.shown().await["signatures"].as_array().unwrap().len(), 1);
    assert!(desk.shown().await["signatures"][0]["void_since"].is_string());
}

#[tokio::test]
async fn def_05_what_was_to_become_active_no_longer_is_when_a_signature_is_void() {
    let mut app = TestApp::new();
    let fingerprint = {
        let desk = Desk::new(&app, Some("2026-11-23T12:00:00Z")).await;
        desk.sign(&desk.mia, "marketing").await;
        desk.sign(&desk.sam, "sales").await;
        assert_eq!(desk.activate(&desk.sam).await, StatusCode::SEE_OTHER);
        assert_eq!(desk.shown().await["scheduled_at"], json!("2026-11-23T12:00:00Z"));
        desk.disable("mia").await;
        assert!(desk.shown().await["scheduled_at"].is_null());
        desk.fingerprint.clone()
    };
    app.restart();
    app.pass(3 * DAY);
    let shown = app.get(&format!("/api/definitions/{fingerprint}")).await.json();
    assert_eq!((&shown["state"], &shown["is_signed"]), (&json!("proposed"), &json!(false)), "{shown}");
}

#[tokio::test]
async fn def_05_a_text_that_changed_after_reading_is_not_signed_and_not_scheduled() {
    let app = TestApp::new();
    let mut desk = Desk::new(&app, Some("2026-11-23T12:00:00Z")).await;
    desk.sign(&desk.mia, "marketing").await;
    let read = desk.digest.clone();
    // The same meaning in other words: another text.
    desk.draft(&format!("# As agreed on Monday.\n{TEXT}")).await;
    assert_ne!(desk.digest, read);
    desk.call("propose", json!({"by": "ann", "effective_at": "2026-11-23T12:00:00Z"})).await;
    let late = desk.sam.post(&desk.path("/sign"), &[("team", "sales"), ("text_digest", &read)]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(desk.shown().await["signatures"].as_array().unwrap().is_empty());
    // Signed, to become active tomorrow, and then written anew: nobody signed that.
    desk.sign(&desk.mia, "marketing").await;
    desk.sign(&desk.sam, "sales").await;
    desk.activate(&desk.mia).await;
    desk.draft(TEXT).await;
    app.pass(3 * DAY);
    app.send("/v1/track", &json!({"userId": "u1", "event": "x"})).await;
    let shown = desk.shown().await;
    assert_eq!((&shown["state"], &shown["scheduled_at"]), (&json!("draft"), &Value::Null), "{shown}");
}

#[tokio::test]
async fn def_05_two_tabs_at_once_are_one_signature() {
    let app = TestApp::new();
    let desk = Desk::new(&app, None).await;
    let (one, two) = tokio::join!(desk.sign(&desk.sam, "sales"), desk.sign(&desk.sam, "sales"));
    let mut both = [one, two];
    both.sort();
    // Sent at the same moment the second is a repeat of the first, later it is refused; never are there two.
    assert!(both[0] == StatusCode::SEE_OTHER && (both[1] == StatusCode::SEE_OTHER || both[1] == StatusCode::CONFLICT));
    assert_eq!(desk.shown().await["signatures"].as_array().unwrap().len(), 1);
    let log = desk.ann.get("/settings/audit.csv").await.text();
    assert_eq!(log.matches("definition.signed").count(), 1, "{log}");
}

#[tokio::test]
async fn def_05_signing_and_losing_the_role_at_once_leave_no_signature_that_counts() {
    for _ in 0..4 {
        let app = TestApp::new();
        let desk = Desk::new(&app, None).await;
        let (signed, ()) = tokio::join!(desk.sign(&desk.sam, "sales"), desk.disable("sam"));
        assert!(signed == StatusCode::SEE_OTHER || signed == StatusCode::FORBIDDEN, "{signed}");
        let missing = desk.call("activate", json!({"by": "ann", "confirmed_moves": 0})).await;
        assert_eq!(missing["error"]["details"]["missing"], json!(["marketing", "sales"]), "{missing}");
    }
}

#[tokio::test]
async fn def_05_one_person_with_both_roles_signs_for_one_team() {
    let app = TestApp::new();
    let desk = Desk::new(&app, None).await;
    let bo = desk.ann.invite("bo", &["marketing", "sales"]).await;
    assert_eq!(desk.sign(&bo, "marketing").await, StatusCode::SEE_OTHER);
    assert_eq!(desk.sign(&bo, "sales").await, StatusCode::CONFLICT);
    assert_eq!(desk.sign(&desk.mia, "sales").await, StatusCode::FORBIDDEN);
    assert_eq!(desk.sign(&desk.ann, "sales").await, StatusCode::FORBIDDEN);
    // Without the one role, what was signed for the other stays.
    desk.give("bo", &["marketing"]).await;
    assert_eq!(desk.shown().await["signatures"][0]["void_since"], Value::Null);
}

#[tokio::test]
async fn def_05_a_program_signs_by_no_persons_name() {
    let app = TestApp::new();
    let desk = Desk::new(&app, None).await;
    desk.sign(&desk.mia, "marketing").await;
    let mia = desk.shown().await["signatures"][0]["by"].as_str().unwrap().to_owned();
    assert!(mia.starts_with("person:"), "{mia}");
    let body = json!({"by": mia, "team": "sales", "text_digest": desk.digest});
    assert_eq!(desk.call("sign", body).await["error"]["field"], json!("by"));
}
