//! Connectors through their pages.

use super::hubspot::HubSpot;
use super::salesforce::Salesforce;
use super::{ask_for_demo, service, until_count};
use crate::browser::Browser;
use crate::test_app::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_connector_is_made_tried_changed_stopped_and_removed_by_its_page() {
    let crm = HubSpot::start(&["ann@acme.example"]).await;
    let app = service(&[&crm.host]);
    let mut ann = Browser::ann(&app).await;
    let page = ann.get("/settings/connectors").await.text();
    assert!(page.contains("No CRM is written to yet") && page.contains("Connect HubSpot"), "{page}");
    // Where the form has no host, HubSpot's own is meant; the one here is named by a program.
    let made = json!({"kind": "hubspot", "url": crm.url(), "secret": "pat-na1-first", "rate": 50});
    app.manage(Method::POST, "/api/webhooks", made).await;
    let list = ann.get("/settings/connectors").await.text();
    assert!(
        list.contains("CRMs are up to date") && list.contains("nothing yet") && !list.contains("Connect HubSpot"),
        "{list}"
    );
    assert!(!ann.get("/settings/webhooks").await.text().contains("HubSpot"));
    let path = "/settings/connectors/1";
    assert_eq!(ann.get("/settings/webhooks/1").await.header("location"), path);
    let shown = ann.get(path).await.text();
    assert!(shown.contains("is enabled") && shown.contains("value=\"bantam_hand_off\"") && !shown.contains("pat-na1"));
    let fine = ann.change(&format!("{path}/test"), &[]).await;
    assert!(fine.text().contains("HubSpot takes the secret and has all fields."), "{}", fine.text());
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    ask_for_demo(&app, "u2", None).await;
    until_count(&app, 1, "skipped", 2).await;
    until_count(&app, 1, "delivered", 3).await;
    let shown = ann.get(path).await.text();
    assert!(
        shown.contains("not written") && shown.contains("no e-mail address") && shown.contains("delivered"),
        "{shown}"
    );
    let skipped = ann.get(&format!("{path}?state=skipped")).await.text();
    assert!(skipped.contains("no e-mail address") && !skipped.contains(">delivered</td>"), "{skipped}");
    let again = ann.change(&format!("{path}/deliveries/1/resend"), &[]).await;
    assert_eq!(again.header("location"), format!("{path}?resent=1"));
    assert_eq!(ann.change(&format!("{path}/resend"), &[]).await.header("location"), format!("{path}?resent=0"));
    // Settings: a field that is wrong stands at its place, one without a name is not written.
    let url = crm.url();
    let fields = [("description", "Our HubSpot"), ("url", url.as_str()), ("email_attribute", "email"), ("rate", "5")];
    let wrong = ann.change(path, &[&fields[..], &[("field.score", "a b")]].concat()).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("id=\"fields-error\"") && wrong.text().contains("value=\"a b\""), "{}", wrong.text());
    let saved = ann.change(path, &[&fields[..], &[("field.score", "lead_score"), ("field.owner", "")]].concat()).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let list = ann.get("/settings/connectors").await.text();
    assert!(list.contains("Our HubSpot") && list.contains("<td>HubSpot</td>"), "{list}");
    let missing = ann.change(&format!("{path}/test"), &[]).await.text();
    assert!(missing.contains("HubSpot takes the secret. HubSpot has no field `lead_score`"), "{missing}");
    // Another secret is tried at once.
    let renewed = ann.change(&format!("{path}/secret"), &[("secret", "pat-na1-wrong")]).await;
    assert!(
        renewed.text().contains("HubSpot could not be asked. HubSpot did not take the access token"),
        "{}",
        renewed.text()
    );
    assert!(!renewed.text().contains("pat-na1"), "{}", renewed.text());
    let empty = ann.change(&format!("{path}/secret"), &[("secret", "")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.text().contains("id=\"secret-error\""));
    for (step, state) in [("disable", "is disabled"), ("enable", "is enabled")] {
        let done = ann.change(&format!("{path}/{step}"), &[]).await;
        assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, path));
        assert!(ann.get(path).await.text().contains(state), "{state}");
    }
    assert_eq!(ann.change(&format!("{path}/remove"), &[]).await.status, StatusCode::BAD_REQUEST);
    let gone = ann.change(&format!("{path}/remove"), &[("sure", "true")]).await;
    assert_eq!(gone.header("location"), "/settings/connectors");
    assert_eq!(ann.get(path).await.status, StatusCode::NOT_FOUND);
    let log = ann.get("/settings/audit.csv").await.text();
    for action in ["made", "disabled", "enabled", "secret_renewed", "changed", "resent", "removed"] {
        assert!(log.contains(&format!(",webhook.{action},")), "{action}: {log}");
    }
    assert!(!log.contains("pat-na1"), "{log}");
}

#[tokio::test]
async fn salesforce_is_connected_by_a_form_that_says_what_is_wrong_where() {
    let crm = Salesforce::start(&[]).await;
    let app = service(&[&crm.host]);
    let mut ann = Browser::ann(&app).await;
    let url = crm.url();
    let good =
        [("crm", "salesforce"), ("url", &*url), ("client_id", "3MVG9.key"), ("secret", "first"), ("object", "lead")];
    for (place, value, field) in [
        (1, "acme.lightning.force.com", "sf-url"),
        (2, "", "sf-client_id"),
        (3, "", "sf-secret"),
        (4, "account", "sf-object"),
    ] {
        let mut wrong = good;
        wrong[place].1 = value;
        let page = ann.change("/settings/connectors", &wrong).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", page.text());
        assert!(page.text().contains(&format!("href=\"#{field}\"")), "{field}: {}", page.text());
        assert!(!page.text().contains("value=\"first\""), "a secret is not shown again");
    }
    let page = ann.change("/settings/connectors", &good).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert!(page.text().contains("Salesforce takes the secret and has all fields."), "{}", page.text());
    assert!(page.text().contains("Writes to leads of Salesforce at"), "{}", page.text());
    let odd = ann.change("/settings/connectors", &[("crm", "pipedrive")]).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn aut_01_connectors_are_for_admins() {
    let app = TestApp::new();
    let mut ann = Browser::ann(&app).await;
    let bob = ann.bob(&app, "marketing").await;
    assert_eq!(bob.get("/settings/connectors").await.status, StatusCode::FORBIDDEN);
    let (all, few) = (ann.get("/settings").await.text(), bob.get("/settings").await.text());
    assert!(all.contains("href=\"/settings/connectors\"") && !few.contains("href=\"/settings/connectors\""));
    app.manage(Method::POST, "/api/webhooks", json!({"url": "https://a.example/"})).await;
    assert_eq!(ann.get("/settings/connectors/1").await.status, StatusCode::NOT_FOUND, "it is a webhook");
}
