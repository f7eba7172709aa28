//! Somebody who has signed in, with the roles of a test.

use crate::test_app::{Answer, TestApp};
use axum::http::{Method, StatusCode};

const PASSWORD: &str = "correct horse battery";

pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    cookie: String,
    token: String,
}

impl<'a> Browser<'a> {
    /// Makes the first admin.
    pub(crate) async fn admin(app: &'a TestApp) -> Browser<'a> {
        let path = app.set_up_path().await.unwrap();
        Browser::enter(app, &path, &[("name", "Ann"), ("email", "ann@acme.example"), ("password", PASSWORD)]).await
    }

    /// Invites somebody with some roles, who comes in.
    pub(crate) async fn invite(&self, name: &str, roles: &[&str]) -> Browser<'a> {
        let email = format!("{name}@acme.example");
        let mut fields = vec![("email", email.as_str())];
        fields.extend(roles.iter().map(|role| (*role, "true")));
        let page = self.post("/settings/people", &fields).await.text();
        let path = format!("/invitation/{}", between(&page, "/invitation/", &['"', '<', ' ']));
        Browser::enter(self.app, &path, &[("name", name), ("password", PASSWORD)]).await
    }

    async fn enter(app: &'a TestApp, path: &str, fields: &[(&str, &str)]) -> Browser<'a> {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        let answer = app.request(Method::POST, path, &headers, encoded(fields)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let mut browser = Browser { app, cookie, token: String::new() };
        let page = browser.get("/account").await.text();
        browser.token = between(&page, "name=\"token\" value=\"", &['"']).to_owned();
        browser
    }

    /// Returns what a form of this session has to bring.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.app.request(Method::GET, path, &[("cookie", &self.cookie)], Vec::new()).await
    }

    /// Sends a form with the token of the session.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        fields.push(("token", &self.token));
        self.post_raw(path, "application/x-www-form-urlencoded", encoded(&fields)).await
    }

    pub(crate) async fn post_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let headers =
            [("cookie", self.cookie.as_str()), ("content-type", content_type), ("sec-fetch-site", "same-origin")];
        self.app.request(Method::POST, path, &headers, body).await
    }
}

fn encoded(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    text.finish().into_bytes()
}

/// Returns what stands between a text and the next of some characters.
pub(crate) fn between<'t>(page: &'t str, before: &str, ends: &[char]) -> &'t str {
    let rest = page.split_once(before).unwrap_or_else(|| panic!("no `{before}` in {page}")).1;
    rest.split(ends).next().unwrap()
}
