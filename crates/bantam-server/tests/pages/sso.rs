//! Signing in through a provider: who gets in, and each of the ways in which nobody does.

use crate::browser::{Browser, between};
use crate::fake_provider::FakeProvider;
use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};
use bantam_server::people::audit::details;
use bantam_server::people::{Person, Role, by_email};
use bantam_server::webhooks::Authorities;
use bantam_server::{ClientSecret, IntakeSettings, SingleSignOn, SsoSettings};
use serde_json::json;
use url::Url;

const OWN: &str = "http://localhost:7070";

fn settings(provider: &FakeProvider) -> SsoSettings {
    SsoSettings {
        issuer: provider.url.clone(),
        client_id: "bantam".into(),
        client_secret: Some(ClientSecret::new("hush\n")),
        scopes: vec!["email".into()],
        name: "Acme <Login>".into(),
        domains: Vec::new(),
        new_role: None,
        role_claim: "groups".into(),
        roles_by_group: Vec::new(),
        is_required: false,
    }
}

/// A service with one admin, `ann@acme.example`, who signs in through a provider, too.
struct Door {
    app: TestApp,
    provider: FakeProvider,
}

/// A browser that was sent to the provider.
struct Begun {
    cookie: String,
    page: String,
}

impl Door {
    async fn open(change: impl FnOnce(&mut SsoSettings)) -> Door {
        let provider = FakeProvider::start().await;
        let mut app = TestApp::with(Vec::new(), public(OWN));
        let mut settings = settings(&provider);
        change(&mut settings);
        Browser::admin(&app).await;
        app.sign_in_through(SingleSignOn::new(settings, OWN, &Authorities::default()).unwrap());
        Door { app, provider }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.app.request(Method::GET, path, &[("cookie", cookie)], Vec::new()).await
    }

    async fn begin(&self, next: &str) -> Begun {
        let answer = self.get(&format!("/sign-in/sso?next={next}"), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("; HttpOnly; SameSite=Lax; Max-Age=600"), "{cookie}");
        Begun { cookie: cookie.split(';').next().unwrap().to_owned(), page: answer.header("location").to_owned() }
    }

    async fn come_back(&self, to: &Url, cookie: &str) -> Answer {
        assert!(to.as_str().starts_with(OWN), "{to}");
        self.get(&format!("{}?{}", to.path(), to.query().unwrap()), cookie).await
    }

    /// Goes to the provider and back.
    async fn enter(&self) -> Answer {
        let begun = self.begin("/leads%3Fa=b").await;
        self.come_back(&self.provider.grant(&begun.page), &begun.cookie).await
    }

    async fn person(&self, email: &str) -> Option<Person> {
        let email = email.to_owned();
        self.app.work(move |ledger, _| by_email(ledger, &email)).await
    }

    /// Returns the actions that were written down, from the latest on.
    async fn log(&self) -> Vec<String> {
        self.app
            .work(|ledger, _| {
                let rows = ledger.audit_before(&Default::default(), i64::MAX, 20)?;
                Ok(rows.iter().map(|row| format!("{} {} {}", row.actor, row.action, details(row).new)).collect())
            })
            .await
    }
}

fn public(url: &str) -> IntakeSettings {
    IntakeSettings { public_url: Some(url.into()), ..IntakeSettings::default() }
}

/// Returns the session that an answer gave.
fn session(answer: &Answer) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    cookies.map(|cookie| cookie.split(';').next().unwrap()).find(|pair| pair.starts_with("bantam=")).map(str::to_owned)
}

fn assert_refused(answer: &Answer, says: &str) {
    assert!(answer.status.is_client_error() || answer.status.is_server_error(), "{}", answer.status);
    assert!(answer.text().contains(says), "{} {}", answer.status, answer.text());
    assert_eq!(session(answer), None);
    assert!(answer.text().contains("name=\"password\""), "passwords go on");
}

#[tokio::test]
async fn aut_09_whoever_the_provider_vouches_for_is_in_and_stays_the_same_person() {
    let door = Door::open(|_| {}).await;
    let page = door.get("/sign-in?next=/queue", "").await.text();
    assert!(page.contains("Sign in with <bdi>Acme &lt;Login&gt;</bdi>"), "{page}");
    assert_eq!(between(&page, "id=\"sso\" href=\"", &['"']), "/sign-in/sso?next=%2Fqueue");
    let answer = door.enter().await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/leads?a=b"), "{}", answer.text());
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.contains(&"bantam-sso=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"), "{cookies:?}");
    let cookie = session(&answer).unwrap();
    assert_eq!(door.get("/queue", &cookie).await.status, StatusCode::OK);
    assert!(door.get("/account", &cookie).await.text().contains("You sign in with <bdi>Acme"));
    assert_eq!(
        door.log().await[..2],
        [
            format!("{} session.began {}", reference(&door).await, json!({"by": "single sign-on"})),
            format!("{} sso.linked {}", reference(&door).await, json!({"issuer": door.provider.url})),
        ]
    );
    // Another address, and one that nobody verified: the account there is the same.
    door.provider.says("email", json!("lee@other.example"));
    door.provider.says("email_verified", json!(false));
    assert!(session(&door.enter().await).is_some());
    assert!(door.person("lee@other.example").await.is_none());
    assert_eq!(door.provider.plan().asked, 1, "what it says of itself is kept");
}

async fn reference(door: &Door) -> String {
    door.person("ann@acme.example").await.unwrap().reference()
}

#[tokio::test]
async fn aut_09_a_state_is_good_once_in_one_browser_for_ten_minutes() {
    let door = Door::open(|_| {}).await;
    let begun = door.begin("/").await;
    let to = door.provider.grant(&begun.page);
    let other = door.begin("/").await;
    assert_refused(&door.come_back(&to, &other.cookie).await, "begin again");
    assert_refused(&door.come_back(&to, "").await, "begin again");
    let mut wrong = to.clone();
    wrong.query_pairs_mut().clear().append_pair("code", "code 1").append_pair("state", "x");
    assert_refused(&door.come_back(&wrong, &begun.cookie).await, "begin again");
    assert!(session(&door.come_back(&to, &begun.cookie).await).is_some());
    assert_refused(&door.come_back(&to, &begun.cookie).await, "used already");
    // A code that was used, in a sign-in that was not.
    let begun = door.begin("/").await;
    let mut replayed = door.provider.grant(&begun.page);
    let query = replayed.query().unwrap().replace("code+2", "code+1");
    replayed.set_query(Some(&query));
    assert_refused(&door.come_back(&replayed, &begun.cookie).await, "could not be verified");
    // The provider's no is used up, too.
    let begun = door.begin("/").await;
    let state =
        door.provider.grant(&begun.page).query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let mut denied = to.clone();
    denied.query_pairs_mut().clear().append_pair("error", "access_denied").append_pair("state", &state);
    assert_refused(&door.come_back(&denied, &begun.cookie).await, "did not sign you in");
    assert_refused(&door.come_back(&denied, &begun.cookie).await, "used already");
    let late = door.begin("/").await;
    let to = door.provider.grant(&late.page);
    door.app.pass(600);
    assert_refused(&door.come_back(&to, &late.cookie).await, "begin again");
}

#[tokio::test]
async fn aut_09_what_is_not_signed_for_this_service_this_sign_in_and_this_moment_is_refused() {
    let door = Door::open(|_| {}).await;
    let now = bantam_lang::convert::parse_time(crate::test_app::NOW).unwrap() / 1_000_000;
    let wrong = [
        ("nonce", json!("another")),
        ("aud", json!("another")),
        ("aud", json!(["bantam", "another"])),
        ("azp", json!("another")),
        ("iss", json!("https://another.example")),
        ("exp", json!(now)),
        ("at_hash", json!("another")),
        ("sub", json!("")),
    ];
    for (name, value) in wrong {
        let before = door.provider.plan().claims.clone();
        door.provider.says(name, value.clone());
        assert_refused(&door.enter().await, "could not be verified");
        door.provider.plan().claims = before;
    }
    for algorithm in ["none", "HS256"] {
        door.provider.plan().pretends = Some(algorithm);
        assert_refused(&door.enter().await, "could not be verified");
        door.provider.plan().pretends = None;
    }
    // A mix-up of providers: RFC 9207.
    let begun = door.begin("/").await;
    let mut to = door.provider.grant(&begun.page);
    let query = to.query().unwrap().replace("iss=http", "iss=https");
    to.set_query(Some(&query));
    assert_refused(&door.come_back(&to, &begun.cookie).await, "could not be verified");
    assert!(door.person("ann@acme.example").await.unwrap().reference().len() > 10);
    assert!(session(&door.enter().await).is_some(), "nothing is left behind by what was refused");
}

#[tokio::test]
async fn aut_09_new_keys_of_the_provider_are_fetched() {
    let door = Door::open(|_| {}).await;
    assert!(session(&door.enter().await).is_some());
    door.provider.plan().key = 2;
    assert!(session(&door.enter().await).is_some());
    assert_eq!(door.provider.plan().asked, 2);
    assert!(session(&door.enter().await).is_some());
    assert_eq!(door.provider.plan().asked, 2);
}

#[tokio::test]
async fn aut_09_only_a_verified_address_of_somebody_who_may_come_in_lets_a_new_account_in() {
    let door = Door::open(|settings| settings.domains = vec!["ACME.example".into()]).await;
    let refused = [
        (json!({"email_verified": false}), "not say that your address is verified"),
        (json!({"email_verified": null}), "not say that your address is verified"),
        (json!({"email": null}), "not say that your address is verified"),
        (json!({"email": "eve@acme.example"}), "Nobody here has the address"),
        (json!({"email": "ann@acme.example.evil.example"}), "Nobody here has the address"),
    ];
    let right = door.provider.plan().claims.clone();
    for (claims, says) in refused {
        for (name, value) in claims.as_object().unwrap() {
            match value.is_null() {
                true => drop(door.provider.plan().claims.as_object_mut().unwrap().remove(name)),
                false => door.provider.says(name, value.clone()),
            }
        }
        assert_refused(&door.enter().await, says);
        door.provider.plan().claims = right.clone();
    }
    // The claims that a token leaves out are asked for.
    door.provider.plan().claims = json!({"sub": "A1"});
    door.provider.plan().user_info = json!({"sub": "A2", "email": "ann@acme.example", "email_verified": true});
    assert_refused(&door.enter().await, "could not be verified");
    door.provider.plan().user_info["sub"] = json!("A1");
    assert!(session(&door.enter().await).is_some());
    // The address was given to somebody else at the provider.
    door.provider.plan().claims = right;
    door.provider.says("sub", json!("B2"));
    assert_refused(&door.enter().await, "another account");
    assert_eq!(door.log().await[0], format!("nobody session.refused {}", json!({"by": "single sign-on"})));
}

#[tokio::test]
async fn aut_08_who_is_disabled_stays_out_and_who_was_invited_comes_in() {
    let mut door = Door::open(|_| {}).await;
    let plain = session(&door.enter().await).unwrap();
    let ann = door.person("ann@acme.example").await.unwrap();
    let page = door.get("/settings/people", &plain).await.text();
    let token = between(&page, "name=\"token\" value=\"", &['"']).to_owned();
    let post = async |door: &Door, path: &str, fields: &str| {
        let headers = [("cookie", plain.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        door.app.request(Method::POST, path, &headers, format!("{fields}token={token}").into_bytes()).await
    };
    assert_eq!(post(&door, "/settings/people", "email=bob%40acme.example&sales=true&").await.status, StatusCode::OK);
    door.provider.plan().claims =
        json!({"sub": "B1", "email": "Bob@Acme.Example", "email_verified": true, "name": "Bob"});
    assert!(session(&door.enter().await).is_some());
    let bob = door.person("bob@acme.example").await.unwrap();
    assert_eq!((bob.name.as_str(), bob.roles.len(), bob.is_active()), ("Bob", 1, true));
    let own = format!("/settings/people/{}", bob.id);
    assert!(door.get(&own, &plain).await.text().contains("single sign-on"));
    assert_eq!(post(&door, &format!("{own}/disable"), "").await.status, StatusCode::SEE_OTHER);
    assert_refused(&door.enter().await, "may not sign in here any more");
    assert_eq!(post(&door, &format!("{own}/enable"), "").await.status, StatusCode::SEE_OTHER);
    assert!(door.person("bob@acme.example").await.unwrap().is_active(), "without a password, too");
    // The account at the provider was made anew.
    door.provider.says("sub", json!("B2"));
    assert_refused(&door.enter().await, "another account");
    assert_eq!(post(&door, &format!("{own}/unlink"), "").await.status, StatusCode::SEE_OTHER);
    assert!(session(&door.enter().await).is_some());
    // The company takes another provider.
    let next = FakeProvider::start().await;
    door.app.sign_in_through(SingleSignOn::new(settings(&next), OWN, &Authorities::default()).unwrap());
    door.provider = next;
    let cookie = session(&door.enter().await).unwrap();
    assert!(door.get("/account", &cookie).await.text().contains("ann@acme.example"));
    assert_eq!(door.person("ann@acme.example").await.unwrap().id, ann.id);
}

#[tokio::test]
async fn aut_08_groups_give_roles_and_take_them_with_all_that_hangs_on_them() {
    let rules = ["Growth=marketing", "Field=sales", "IT=admin"].map(|rule| SsoSettings::read_rule(rule).unwrap());
    let door = Door::open(|settings| settings.roles_by_group = rules.to_vec()).await;
    let roles = async |email: &str| -> Vec<Role> { door.person(email).await.unwrap().roles.into_iter().collect() };
    // The only admin stays one, whatever the groups say.
    door.provider.says("groups", json!(["Growth"]));
    assert!(session(&door.enter().await).is_some());
    assert_eq!(roles("ann@acme.example").await, [Role::Marketing, Role::Admin]);
    // Who is in a group needs no invitation.
    door.provider.plan().claims = json!({"sub": "B1", "email": "bob@acme.example", "email_verified": true});
    door.provider.says("groups", json!(["Lunch"]));
    assert_refused(&door.enter().await, "None of your groups");
    assert!(door.person("bob@acme.example").await.is_none());
    door.provider.says("groups", json!(["Field", "Growth", "Lunch"]));
    let first = session(&door.enter().await).unwrap();
    assert_eq!(roles("bob@acme.example").await, [Role::Marketing, Role::Sales]);
    door.provider.says("groups", json!("Field"));
    assert!(session(&door.enter().await).is_some());
    assert_eq!(roles("bob@acme.example").await, [Role::Sales]);
    assert!(door.log().await.iter().any(|entry| entry == "single sign-on people.roles [\"sales\"]"));
    let answer = door.get("/queue", &first).await;
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fqueue", "sessions end with a role");
    // Out of all groups: what they could do does not go on.
    door.provider.says("groups", json!([]));
    assert_refused(&door.enter().await, "None of your groups");
    assert_eq!(roles("bob@acme.example").await, [Role::Viewer]);
}

#[tokio::test]
async fn aut_08_who_nobody_invited_comes_in_by_a_role_that_is_set() {
    let door = Door::open(|settings| settings.new_role = Some(Role::Viewer)).await;
    door.provider.plan().claims = json!({"sub": "C1", "email": "cid@acme.example", "email_verified": true});
    let cookie = session(&door.enter().await).unwrap();
    let account = door.get("/account", &cookie).await.text();
    assert!(!account.contains("Change the password") && !account.contains("second factor"), "{account}");
    assert_eq!(door.person("cid@acme.example").await.unwrap().roles, [Role::Viewer].into());
}

#[tokio::test]
async fn a_provider_that_is_away_or_odd_leaves_passwords_alone() {
    let door = Door::open(|_| {}).await;
    let password = "email=ann%40acme.example&password=correct+horse+battery";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    for what in ["down", "redirects", "verbose"] {
        {
            let mut plan = door.provider.plan();
            (plan.is_down, plan.redirects, plan.is_verbose) = (what == "down", what == "redirects", what == "verbose");
        }
        let answer = door.get("/sign-in/sso?next=/leads", "").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}");
        assert_refused(&answer, "cannot be reached now");
        assert!(answer.text().contains("/sign-in/sso?next=%2Fleads"), "{what}");
        // It is left alone for a moment.
        assert_refused(&door.get("/sign-in/sso", "").await, "cannot be reached now");
        let answer = door.app.request(Method::POST, "/sign-in", &headers, password.into()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        door.app.pass(10);
    }
    assert_eq!(door.provider.plan().asked, 3);
    door.provider.plan().is_verbose = false;
    assert!(session(&door.enter().await).is_some());
    // What was known goes on when it is away later.
    door.provider.plan().is_down = true;
    door.app.pass(3_600);
    assert_eq!(door.get("/sign-in/sso", "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn aut_05_where_single_sign_on_is_required_passwords_let_nobody_in() {
    let door = Door::open(|settings| settings.is_required = true).await;
    let page = door.get("/sign-in", "").await.text();
    assert!(page.contains("id=\"sso\"") && !page.contains("name=\"password\""), "{page}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let password = "email=ann%40acme.example&password=correct+horse+battery";
    let answer = door.app.request(Method::POST, "/sign-in", &headers, password.into()).await;
    assert_eq!((answer.status, session(&answer)), (StatusCode::FORBIDDEN, None));
    assert_eq!(door.get("/forgotten", "").await.header("location"), "/sign-in");
    let cookie = session(&door.enter().await).unwrap();
    let own = format!("/settings/people/{}", door.person("ann@acme.example").await.unwrap().id);
    let page = door.get(&own, &cookie).await.text();
    assert!(!page.contains("Make a link"), "{page}");
    let token = between(&page, "name=\"token\" value=\"", &['"']);
    let headers = [headers[0], ("cookie", cookie.as_str())];
    let form = format!("token={token}").into_bytes();
    assert_eq!(
        door.app.request(Method::POST, &format!("{own}/link"), &headers, form).await.status,
        StatusCode::FORBIDDEN
    );
    // The way back in is at the machine.
    let id = door.person("ann@acme.example").await.unwrap().id;
    let link = door.app.work(move |ledger, now| {
        let console = bantam_server::people::audit::Actor::console();
        Ok(bantam_server::people::reset_link(ledger, now, &console, &id, false).unwrap().1.path())
    });
    let (link, form) = (link.await, b"password=seven+yellow+lorries".to_vec());
    let answer = door.app.request(Method::POST, &link, &headers[..1], form).await;
    assert!(session(&answer).is_some(), "{}", answer.text());
}
