//! Somebody at the pages of the service.

use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A browser with one cookie.
pub(crate) struct Browser<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) cookie: String,
}

impl<'s> Browser<'s> {
    pub(crate) fn new(app: &'s TestApp) -> Browser<'s> {
        Browser { app, cookie: String::new() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.app.request(Method::GET, path, &[("cookie", &self.cookie)], Vec::new()).await
    }

    /// Sends a form as a page of the service would.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(path, fields, "same-origin").await
    }

    pub(crate) async fn send(&mut self, path: &str, fields: &[(&str, &str)], site: &str) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", site),
            ("user-agent", "Firefox <b>1"),
        ];
        let answer = self.app.request(Method::POST, path, &headers, body.into_bytes()).await;
        let set = answer.header("set-cookie");
        if !set.is_empty() {
            self.cookie = set.split(';').next().unwrap().to_owned();
        }
        answer
    }

    /// The token of the forms of a page.
    pub(crate) async fn token(&self, path: &str) -> String {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
        between(&page.text(), "name=\"token\" value=\"", "\"")
    }

    /// Sends a form with its token.
    pub(crate) async fn change(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token("/account").await;
        let fields: Vec<_> = fields.iter().copied().chain([("token", token.as_str())]).collect();
        self.post(path, &fields).await
    }

    pub(crate) async fn is_signed(&self) -> bool {
        self.get("/account").await.status == StatusCode::OK
    }

    /// Ann, the first admin.
    pub(crate) async fn ann(app: &'s TestApp) -> Browser<'s> {
        let mut browser = Browser::new(app);
        let path = app.set_up_path().await.unwrap();
        let named = [("name", "Ann"), ("email", "ann@acme.example"), ("password", PASSWORD)];
        let answer = browser.post(&path, &named).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/account"));
        browser
    }

    /// The same person, signed in once more.
    pub(crate) async fn again(self) -> Self {
        let mut browser = Browser::new(self.app);
        let given = [("email", "ann@acme.example"), ("password", PASSWORD)];
        assert_eq!(browser.post("/sign-in", &given).await.status, StatusCode::SEE_OTHER);
        browser
    }

    /// Bob, whom Ann invites.
    pub(crate) async fn bob<'a>(&mut self, app: &'a TestApp, role: &str) -> Browser<'a> {
        let link = self.invite("bob@acme.example", role).await;
        let mut bob = Browser::new(app);
        let answer = bob.post(&link, &[("name", "Bob"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        bob
    }

    pub(crate) async fn invite(&mut self, email: &str, role: &str) -> String {
        let page = self.change("/settings/people", &[("email", email), (role, "true")]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        format!("/invitation/{}", between(&page.text(), "/invitation/", "\""))
    }

    /// The page of somebody.
    pub(crate) async fn page_of(&self, name: &str) -> String {
        let list = self.get("/settings/people").await.text();
        let row = list.split("<tr>").find(|row| row.contains(name)).unwrap().to_owned();
        between(&row, "href=\"", "\"")
    }
}

pub(crate) fn between(text: &str, start: &str, end: &str) -> String {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("{start} is not in {text}")).1;
    rest.split_once(end).unwrap().0.to_owned()
}
