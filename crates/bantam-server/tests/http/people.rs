//! People through their pages, as browsers see them.

use crate::browser::{Browser, PASSWORD, between};
use crate::test_app::{Answer, TestApp};
use axum::http::StatusCode;
use bantam_server::IntakeSettings;

const OTHER: &str = "seven yellow lorries";

#[tokio::test]
async fn aut_04_the_link_of_the_set_up_makes_one_admin() {
    let app = TestApp::new();
    let nobody = Browser::new(&app);
    assert!(nobody.get("/sign-in").await.text().contains("Nobody can sign in yet"));
    let path = app.set_up_path().await.unwrap();
    let form = nobody.get(&path).await.text();
    assert!(
        form.contains("Whoever fills this in becomes the first admin")
            && form.contains("autocomplete=\"new-password\"")
    );
    let mut ann = Browser::ann(&app).await;
    assert!(ann.is_signed().await && app.set_up_path().await.is_none());
    let over = nobody.get(&path).await;
    assert_eq!(over.status, StatusCode::NOT_FOUND);
    assert!(over.text().contains("This link leads nowhere") && over.text().contains("ask for a new one"));
    let named = [("name", "Eve"), ("email", "eve@evil.example"), ("password", OTHER)];
    assert_eq!(Browser::new(&app).post(&path, &named).await.status, StatusCode::NOT_FOUND);
    assert!(ann.change("/sign-out", &[]).await.header("set-cookie").contains("Max-Age=0"));
    assert!(!ann.is_signed().await);
}

#[tokio::test]
async fn aut_05_what_was_typed_is_kept_but_for_the_password() {
    let app = TestApp::new();
    let path = app.set_up_path().await.unwrap();
    let named = [("name", "Ann \"<b>\""), ("email", "ann@acme.example"), ("password", "short-secret")];
    let page = Browser::new(&app).post(&path, &named).await;
    let text = page.text();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("href=\"#password\"") && text.contains("aria-invalid=\"true\""), "{text}");
    assert!(text.contains("value=\"ann@acme.example\"") && !text.contains("short-secret") && !text.contains("<b>"));
}

#[tokio::test]
async fn aut_06_unknown_and_wrong_look_the_same() {
    let app = TestApp::new();
    Browser::ann(&app).await;
    let mut pages = Vec::new();
    for email in ["ann@acme.example", "eve@acme.example"] {
        let page = Browser::new(&app).post("/sign-in", &[("email", email), ("password", "wrong")]).await;
        pages.push((page.status, page.text().replace(email, "")));
    }
    assert_eq!(pages[0], pages[1]);
    for _ in 0..9 {
        Browser::new(&app).post("/sign-in", &[("email", "ann@acme.example"), ("password", "wrong")]).await;
    }
    let late = Browser::new(&app).post("/sign-in", &[("email", "ann@acme.example"), ("password", PASSWORD)]).await;
    assert_eq!((late.status, late.header("retry-after").is_empty()), (StatusCode::TOO_MANY_REQUESTS, false));
    let asked = Browser::new(&app).post("/forgotten", &[("email", "ann@acme.example")]).await;
    let unknown = Browser::new(&app).post("/forgotten", &[("email", "eve@acme.example")]).await;
    assert_eq!((asked.status, asked.text()), (unknown.status, unknown.text()));
}

#[tokio::test]
async fn ui_06_after_signing_in_only_paths_of_ours_are_gone_to() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let wanted = Browser::new(&app).get("/settings/audit?action=session.began").await;
    assert_eq!(wanted.header("location"), "/sign-in?next=%2Fsettings%2Faudit%3Faction%3Dsession.began");
    for (next, location) in
        [("/leads?stage=a", "/leads?stage=a"), ("//evil.example", "/"), ("https://evil.example", "/")]
    {
        ann.change("/sign-out", &[]).await;
        let answer =
            ann.post("/sign-in", &[("email", "ann@acme.example"), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(answer.header("location"), location, "{next}");
    }
}

#[tokio::test]
async fn ui_03_a_forged_form_changes_nothing() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let token = ann.token("/account").await;
    for (fields, site) in [
        (vec![("name", "Eve"), ("token", token.as_str())], "cross-site"),
        (vec![("name", "Eve"), ("token", token.as_str())], "same-site"),
        (vec![("name", "Eve")], "same-origin"),
        (vec![("name", "Eve"), ("token", "guessed")], "same-origin"),
    ] {
        assert_eq!(ann.send("/account/name", &fields, site).await.status, StatusCode::FORBIDDEN, "{fields:?} {site}");
    }
    let sign_in = [("email", "ann@acme.example"), ("password", PASSWORD)];
    assert_eq!(Browser::new(&app).send("/sign-in", &sign_in, "cross-site").await.status, StatusCode::FORBIDDEN);
    assert!(!ann.get("/account").await.text().contains("Eve"));
    assert_eq!(ann.change("/account/name", &[("name", "Anna")]).await.status, StatusCode::SEE_OTHER);
    assert!(ann.get("/account").await.text().contains("value=\"Anna\""));
}

#[tokio::test]
async fn aut_03_extra_fields_are_refused() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let mut bob = ann.bob(&app, "sales").await;
    for fields in
        [[("name", "Bob"), ("admin", "true")], [("name", "Bob"), ("role", "admin")], [("name", "Bob"), ("id", "x")]]
    {
        assert_eq!(bob.change("/account/name", &fields).await.status, StatusCode::BAD_REQUEST, "{fields:?}");
    }
    assert_eq!(bob.get("/settings/people").await.status, StatusCode::FORBIDDEN);
    assert!(!bob.get("/settings").await.text().contains("/settings/people"));
    assert!(ann.get("/settings").await.text().contains("/settings/people"));
}

#[tokio::test]
async fn aut_02_foreign_random_and_removed_ids_are_answered_alike() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    ann.invite("eve@acme.example", "viewer").await;
    let removed = ann.page_of("eve@acme.example").await;
    assert_eq!(ann.change(&format!("{removed}/withdraw"), &[]).await.status, StatusCode::SEE_OTHER);
    let random = "/settings/people/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let told = |page: Answer| (page.status, page.text());
    let (removed, random) = (told(ann.get(&removed).await), told(ann.get(random).await));
    assert_eq!((removed.0, &removed.1), (StatusCode::NOT_FOUND, &random.1));
}

#[tokio::test]
async fn aut_07_sessions_are_listed_and_ended() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let mut other = Browser::new(&app);
    other.post("/sign-in", &[("email", "ann@acme.example"), ("password", PASSWORD)]).await;
    let mut bob = ann.bob(&app, "sales").await;
    let page = ann.get("/account").await.text();
    assert!(page.contains("Firefox &lt;b&gt;1") || page.contains("Firefox &#60;b&#62;1"), "{page}");
    assert!(!page.contains("Firefox <b>"), "{page}");
    let path = format!("/account/sessions/{}/end", between(&page, "/account/sessions/", "/end"));
    assert_eq!(bob.change(&path, &[]).await.status, StatusCode::NOT_FOUND, "not somebody else's");
    assert!(other.is_signed().await);
    assert_eq!(ann.change(&path, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!other.is_signed().await && ann.is_signed().await && bob.is_signed().await);
    other.post("/sign-in", &[("email", "ann@acme.example"), ("password", PASSWORD)]).await;
    ann.change("/account/sessions/end", &[]).await;
    assert!(!other.is_signed().await && ann.is_signed().await);
}

#[tokio::test]
async fn aut_08_another_password_leaves_one_session() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let mut other = Browser::new(&app);
    other.post("/sign-in", &[("email", "ann@acme.example"), ("password", PASSWORD)]).await;
    let wrong = ann.change("/account/password", &[("current", "wrong"), ("password", OTHER)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("This is not your password.") && other.is_signed().await);
    let before = ann.cookie.clone();
    let changed = ann.change("/account/password", &[("current", PASSWORD), ("password", OTHER)]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text());
    assert!(ann.is_signed().await && ann.cookie != before && !other.is_signed().await);
}

#[tokio::test]
async fn aut_08_somebody_who_is_disabled_is_out_at_once() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let bob = ann.bob(&app, "sales").await;
    let page = ann.page_of("bob@acme.example").await;
    assert!(bob.is_signed().await);
    assert_eq!(ann.change(&format!("{page}/disable"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!bob.is_signed().await);
    let own = ann.page_of("ann@acme.example").await;
    let refused = ann.change(&format!("{own}/disable"), &[]).await;
    assert!(refused.text().contains("only admin who can sign in") && ann.is_signed().await, "{}", refused.text());
}

#[tokio::test]
async fn ui_05_roles_that_changed_meanwhile_are_shown_beside_those_that_were_chosen() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    ann.bob(&app, "sales").await;
    let page = ann.page_of("bob@acme.example").await;
    let version = between(&ann.get(&page).await.text(), "name=\"version\" value=\"", "\"");
    let path = format!("{page}/roles");
    let first = ann.change(&path, &[("version", &version), ("viewer", "true")]).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
    let second = ann.change(&path, &[("version", &version), ("marketing", "true"), ("sales", "true")]).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.text().contains("You chose: marketing, sales. What is kept now: viewer."), "{}", second.text());
}

#[tokio::test]
async fn aut_09_a_link_for_another_password_works_once() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let bob = ann.bob(&app, "sales").await;
    let page = ann.page_of("bob@acme.example").await;
    let told = ann.change(&format!("{page}/link"), &[]).await.text();
    let link = format!("/reset/{}", between(&told, "/reset/", "\""));
    let mut other = Browser::new(&app);
    assert_eq!(other.get(&link).await.status, StatusCode::OK);
    assert_eq!(other.get(&link).await.status, StatusCode::OK, "looking does not use it up");
    assert_eq!(other.post(&link, &[("password", OTHER)]).await.status, StatusCode::SEE_OTHER);
    assert!(other.is_signed().await && !bob.is_signed().await);
    assert_eq!(other.get(&link).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn aut_11_a_second_factor_is_shown_as_picture_and_text_and_asks_for_the_password() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let page = ann.change("/account/second-factor", &[]).await.text();
    let secret = between(&page, "<code id=\"secret\">", "<");
    assert!(page.contains("<path d=\"M") && secret.len() == 32, "{page}");
    let code = code_of(&secret, 0);
    let wrong = ann.change("/account/second-factor/confirm", &[("current", "wrong"), ("code", &code)]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text().contains(&secret), "{}", wrong.text());
    let done = ann.change("/account/second-factor/confirm", &[("current", PASSWORD), ("code", &code)]).await;
    let recovery = between(&done.text(), "<li><code>", "</code>");
    assert_eq!((done.status, recovery.len()), (StatusCode::OK, 19), "{}", done.text());
    assert!(ann.is_signed().await);
    let mut other = Browser::new(&app);
    let half =
        other.post("/sign-in", &[("email", "ann@acme.example"), ("password", PASSWORD), ("next", "/account")]).await;
    assert_eq!(half.header("location"), "/sign-in/code?next=%2Faccount");
    assert!(!other.is_signed().await && other.get("/sign-in/code").await.status == StatusCode::OK);
    assert_eq!(other.post("/sign-in/code", &[("code", "000000")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let through = other.post("/sign-in/code", &[("code", &recovery), ("next", "/account")]).await;
    assert_eq!((through.header("location"), other.is_signed().await), ("/account", true));
    assert!(other.get("/account").await.text().contains("9 recovery codes are left"));
}

/// The code that a phone shows some seconds after the moment at which tests stand.
fn code_of(secret: &str, later: u64) -> String {
    let now = bantam_lang::convert::parse_time(crate::test_app::NOW).unwrap() as u64 / 1_000_000;
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    totp_rs::Builder::new().with_secret(secret).build().unwrap().generate(now + later).to_string()
}

#[tokio::test]
async fn aut_12_the_log_is_shown_filtered_and_as_a_file() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    ann.bob(&app, "sales").await;
    let page = ann.get("/settings/audit").await.text();
    assert!(
        page.contains("invited somebody") && page.contains("became the first admin") && page.contains("Bob"),
        "{page}"
    );
    let filtered = ann.get("/settings/audit?action=people.invited").await.text();
    assert!(!filtered.contains("<th scope=\"row\">signed in"), "{filtered}");
    assert_eq!(ann.get("/settings/audit?action=nothing").await.status, StatusCode::BAD_REQUEST);
    let earlier = ann.get("/settings/audit?before=2").await.text();
    assert!(earlier.contains("became the first admin") && !earlier.contains("invited somebody</th>"), "{earlier}");
    assert_eq!(ann.get("/settings/audit?order=at").await.status, StatusCode::BAD_REQUEST);
    let file = ann.get("/settings/audit.csv").await;
    let lines: Vec<String> = file.text().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "number,at,who,did,to,from,before,after");
    assert!(
        lines.len() == 7 && lines[3].contains("people.invited") && !file.text().contains("acme.example"),
        "{lines:?}"
    );
    assert!(lines.last().unwrap().contains("audit.exported"), "{lines:?}");
    let bob = Browser::new(&app);
    assert_eq!(bob.get("/settings/audit.csv").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn aut_07_without_tls_the_cookie_is_as_the_operator_said() {
    let intake = IntakeSettings { public_url: Some("http://leads.internal:7070".into()), ..IntakeSettings::default() };
    let app = TestApp::with(Vec::new(), intake);
    let ann = Browser::ann(&app).await;
    assert!(ann.cookie.starts_with("bantam=") && ann.is_signed().await);
    let secure = TestApp::new();
    assert!(Browser::ann(&secure).await.cookie.starts_with("__Host-bantam="));
}
