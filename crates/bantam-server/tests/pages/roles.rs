//! Every page and every form with every kind of visitor, from the list of pages itself: a page that is added is asked, too.

use crate::browser::{Browser, between};
use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};
use bantam_server::people::audit::Actor;
use bantam_server::people::{Role, Standing, invite};
use bantam_server::{Access, IntakeSettings, PageRule};
use bantam_store::{PersonRow, SessionRow, StoreError};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visitor {
    Nobody,
    With(Role),
    /// An admin who may sign in no more, with a session that is still there.
    Disabled,
    /// An admin whose session was ended.
    Ended,
    /// An admin who was away for more than an hour.
    Idle,
}

const VISITORS: [Visitor; 8] = [
    Visitor::Nobody,
    Visitor::With(Role::Viewer),
    Visitor::With(Role::Marketing),
    Visitor::With(Role::Sales),
    Visitor::With(Role::Admin),
    Visitor::Disabled,
    Visitor::Ended,
    Visitor::Idle,
];

/// What parts of paths are filled with: one of them fits any page.
const PARTS: [&str; 3] = ["1", "accept", "all"];
const HOUR: i64 = 3_600_000_000;

impl Visitor {
    fn is_signed(self) -> bool {
        matches!(self, Visitor::With(_))
    }

    fn role(self) -> Role {
        if let Visitor::With(role) = self { role } else { Role::Admin }
    }

    fn is_admitted(self, access: Access) -> bool {
        match access {
            Access::Anybody => true,
            Access::Person => self.is_signed(),
            Access::Any(roles) => self.is_signed() && roles.contains(&self.role()),
        }
    }
}

/// A browser with a session of its own, so that whatever a form does to it is nobody else's.
struct Session {
    cookie: String,
    token: String,
}

async fn begin(app: &TestApp, visitor: Visitor) -> Session {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let secret = format!("secret-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    if visitor == Visitor::Nobody {
        return Session { cookie: String::new(), token: String::new() };
    }
    let (hash, email) = (Sha256::digest(secret.as_bytes()).into(), format!("{visitor:?}@acme.example").to_lowercase());
    let email = email.replace(['(', ')'], "");
    app.work(move |ledger, now| {
        let known = bantam_server::people::by_email(ledger, &email)?;
        let person = match known {
            Some(person) => person,
            None => {
                let role = visitor.role();
                let (mut person, _) = invite(ledger, now, &Actor::console(), &email, [role].into()).unwrap();
                person.name = email.clone();
                person.standing = if visitor == Visitor::Disabled { Standing::Disabled } else { Standing::Active };
                let body = serde_json::to_vec(&person).unwrap();
                ledger.save_person(&PersonRow { id: person.id.clone(), email, version: 1, body })?;
                person
            }
        };
        let at = if visitor == Visitor::Idle { now - 2 * HOUR } else { now };
        let (address, agent) = (String::new(), String::new());
        let row = SessionRow { hash, person: person.id, is_half: false, created_at: at, seen_at: at, address, agent };
        ledger.add_session(&row)?;
        if visitor == Visitor::Ended {
            ledger.end_session(&hash)?;
        }
        Ok::<(), StoreError>(())
    })
    .await;
    let cookie = format!("__Host-bantam={secret}");
    let token = match visitor.is_signed() {
        true => {
            let page = app.request(Method::GET, "/account", &[("cookie", &cookie)], Vec::new()).await;
            between(&page.text(), "name=\"token\" value=\"", &['"']).to_owned()
        }
        false => String::new(),
    };
    Session { cookie, token }
}

/// What is wrong with a form, the headers it comes with, and its token.
type Forgery<'f> = (&'f str, Vec<(&'f str, &'f str)>, Option<&'f str>);

fn places(path: &str) -> Vec<String> {
    let fill = |part: &str| {
        path.split('/').map(|piece| if piece.starts_with('{') { part } else { piece }).collect::<Vec<_>>().join("/")
    };
    if path.contains('{') { PARTS.iter().map(|part| fill(part)).collect() } else { vec![path.to_owned()] }
}

fn methods(rule: &PageRule) -> Vec<Method> {
    let methods: Vec<Method> = rule.methods.iter().map(|name| name.parse().unwrap()).collect();
    assert!(!methods.is_empty(), "{} says not what it takes", rule.path);
    methods
}

async fn ask(app: &TestApp, method: &Method, place: &str, headers: &[(&str, &str)], token: Option<&str>) -> Answer {
    let body = token.map(|token| format!("token={token}")).unwrap_or_default();
    let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
    all.extend_from_slice(headers);
    app.request_later(method.clone(), place, &all).send_and_look(body.into_bytes()).await
}

/// Sends a forged form, where need be as one that takes files.
async fn forge(app: &TestApp, method: &Method, place: &str, headers: &[(&str, &str)], token: Option<&str>) -> Answer {
    let answer = ask(app, method, place, headers, token).await;
    if !matches!(answer.status.as_u16(), 400 | 415) {
        return answer;
    }
    let field = "--x\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n";
    let body = token.map(|token| format!("{field}{token}\r\n")).unwrap_or_default() + "--x--\r\n";
    let mut all = vec![("content-type", "multipart/form-data; boundary=x")];
    all.extend_from_slice(headers);
    app.request_later(method.clone(), place, &all).send_and_look(body.into_bytes()).await
}

fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

#[tokio::test]
async fn aut_01_every_page_and_form_lets_in_whom_its_rule_says() {
    let app = TestApp::new();
    let mut asked = 0;
    for rule in app.pages().await {
        let (path, access) = (rule.path, rule.access);
        let place = places(path).remove(0);
        for method in methods(&rule) {
            for visitor in VISITORS {
                let session = begin(&app, visitor).await;
                let headers = [("cookie", session.cookie.as_str()), ("sec-fetch-site", "same-origin")];
                let answer = ask(&app, &method, &place, &headers, Some(&session.token)).await;
                let is_sent_to_sign_in =
                    answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/sign-in?next=");
                let is_told_no = answer.status == StatusCode::FORBIDDEN
                    && (method == Method::HEAD || answer.text().contains("your roles do not allow it"));
                let (expected, got) = match (visitor.is_admitted(access), visitor.is_signed()) {
                    (true, _) => ((false, false), (is_sent_to_sign_in, is_told_no)),
                    (false, true) => ((false, true), (is_sent_to_sign_in, is_told_no)),
                    (false, false) => ((true, false), (is_sent_to_sign_in, is_told_no)),
                };
                assert_eq!(got, expected, "{method} {path} by {visitor:?}: {} {}", answer.status, answer.text());
                // Right as it is, nothing about the form itself may be called forged.
                assert!(!answer.text().contains("from another session"), "{method} {path} by {visitor:?}");
                assert!(!answer.status.is_server_error(), "{method} {path} by {visitor:?}: {}", answer.text());
                asked += 1;
            }
        }
    }
    assert!(asked > 60 * VISITORS.len(), "{asked}");
}

#[tokio::test]
async fn ui_03_every_form_refuses_what_was_forged_and_changes_nothing() {
    let app = TestApp::new();
    let other = begin(&app, Visitor::With(Role::Viewer)).await;
    let mut forms = 0;
    for rule in app.pages().await {
        let (path, access) = (rule.path, rule.access);
        let admitted = VISITORS.into_iter().find(|visitor| visitor.is_signed() && visitor.is_admitted(access)).unwrap();
        for method in methods(&rule).into_iter().filter(is_change) {
            forms += 1;
            let session = begin(&app, admitted).await;
            let cookie = ("cookie", session.cookie.as_str());
            let (own, foreign) = (Some(session.token.as_str()), Some(other.token.as_str()));
            let from = |site: &'static str| ("sec-fetch-site", site);
            let cases: [Forgery<'_>; 7] = [
                ("no token", vec![cookie, from("same-origin")], None),
                ("an empty token", vec![cookie, from("same-origin")], Some("")),
                ("a foreign token", vec![cookie, from("same-origin")], foreign),
                ("another site", vec![cookie, from("cross-site")], own),
                ("a neighbour", vec![cookie, from("same-site")], own),
                ("another origin", vec![cookie, ("host", "bantam.example"), ("origin", "https://evil.example")], own),
                ("an origin without a name", vec![cookie, ("host", "bantam.example"), ("origin", "null")], own),
            ];
            let before = contents(&app).await;
            for (case, headers, token) in cases {
                let mut refused = false;
                for place in places(path) {
                    let answer = forge(&app, &method, &place, &headers, token).await;
                    let (status, text) = (answer.status, answer.text());
                    assert!(status.is_client_error(), "{case}: {method} {place}: {status} {text}");
                    refused |= status == StatusCode::FORBIDDEN && !text.contains("your roles do not allow it");
                }
                assert!(refused, "{case}: {method} {path}");
            }
            assert_eq!(contents(&app).await, before, "{method} {path}");
        }
    }
    assert!(forms > 30, "{forms}");
}

/// All that is kept, but for what no form changes.
async fn contents(app: &TestApp) -> Vec<(String, Vec<String>)> {
    let connection = rusqlite::Connection::open(app.store()).unwrap();
    let mut names = connection.prepare("select name from sqlite_master where type = 'table' order by name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    names
        .into_iter()
        .map(|name| {
            let mut rows = connection.prepare(&format!("select * from \"{name}\"")).unwrap();
            let width = rows.column_count();
            let rows = rows
                .query_map([], |row| {
                    Ok((0..width).map(|place| format!("{:?}", row.get_ref(place).unwrap())).collect::<String>())
                })
                .unwrap();
            (name, rows.map(Result::unwrap).collect())
        })
        .collect()
}

#[tokio::test]
async fn ui_02_every_answer_has_the_headers_that_browsers_hold_it_to() {
    let intake = IntakeSettings { public_url: Some("https://leads.example".into()), ..IntakeSettings::default() };
    let app = TestApp::with(Vec::new(), intake);
    let admin = begin(&app, Visitor::With(Role::Admin)).await;
    let page = app.request(Method::GET, "/sign-in", &[], Vec::new()).await.text();
    let assets = page.split('"').filter(|text| text.starts_with("/assets/")).map(str::to_owned);
    let mut places: Vec<(Method, String)> = assets.map(|path| (Method::GET, path)).collect();
    assert!(places.len() > 1, "{page}");
    for rule in app.pages().await {
        let path = rule.path;
        let place = self::places(path).remove(0);
        places.extend(methods(&rule).into_iter().map(|method| (method, place.clone())));
        places.push((Method::TRACE, place));
    }
    let document = app.get("/api/openapi.json").await.json();
    for (path, item) in document["paths"].as_object().unwrap() {
        let place = self::places(path).remove(0).replace(['{', '}'], "");
        for method in item.as_object().unwrap().keys() {
            places.push((method.to_uppercase().parse().unwrap(), place.clone()));
        }
    }
    places.extend(["/nowhere", "/api/nowhere", "/assets/nothing.js"].map(|path| (Method::GET, path.to_owned())));
    for (method, place) in &places {
        for headers in [vec![], vec![("cookie", admin.cookie.as_str())], vec![("authorization", "Bearer m")]] {
            let answer = ask(&app, method, place, &headers, Some(&admin.token)).await;
            let told = |name: &str| answer.header(name).to_owned();
            let policy = told("content-security-policy");
            let what = format!("{method} {place} {headers:?}: {} {:?}", answer.status, answer.headers);
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}");
            assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}");
            assert_eq!(told("x-content-type-options"), "nosniff", "{what}");
            assert_eq!(told("referrer-policy"), "same-origin", "{what}");
            assert!(told("strict-transport-security").starts_with("max-age=63072000"), "{what}");
            let is_for_others = place.starts_with("/v1/") || place.starts_with("/sourceConfig");
            assert!(is_for_others || told("cross-origin-resource-policy") == "same-origin", "{what}");
            let is_asset = place.starts_with("/assets/") && answer.status == StatusCode::OK;
            let is_public = is_asset || is_for_others;
            assert!(is_public || told("cache-control").contains("no-store"), "{what}");
        }
    }
    assert!(places.len() > 120, "{}", places.len());
}

/// What somebody sees follows from what they may do: nothing leads to where they would be refused.
#[tokio::test]
async fn aut_01_nothing_leads_to_a_page_that_would_refuse() {
    let app = TestApp::new();
    let admin = Browser::admin(&app).await;
    let viewer = admin.invite("vic", &["viewer"]).await;
    for path in ["/queue", "/leads", "/definition", "/reports", "/settings", "/account"] {
        let page = viewer.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let text = page.text();
        let links = text.split("href=\"").skip(1).map(|rest| rest.split(['"', '#', '?']).next().unwrap());
        for link in links.filter(|link| link.starts_with('/') && !link.starts_with("/assets/")) {
            let answer = viewer.get(link).await;
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{path} leads to {link}");
        }
    }
}
