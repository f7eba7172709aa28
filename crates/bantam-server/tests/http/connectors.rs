//! Connectors: what is written to a HubSpot and a Salesforce on this machine that behave as their documentation says.

#[path = "connectors/hubspot.rs"]
mod hubspot;
#[path = "connectors/pages.rs"]
mod pages;
#[path = "connectors/salesforce.rs"]
mod salesforce;

use crate::test_app::{NOW, TestApp};
use crate::track;
use crate::webhooks::receiver::eventually;
use axum::http::{Method, StatusCode};
use bantam_lang::convert::parse_time;
use bantam_server::IntakeSettings;
use bantam_server::webhooks::Authorities;
use hubspot::HubSpot;
use salesforce::Salesforce;
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

fn contents_of<T>(contents: &Mutex<T>) -> MutexGuard<'_, T> {
    contents.lock().unwrap_or_else(PoisonError::into_inner)
}

fn service(hosts: &[&str]) -> TestApp {
    let public_url = Some("https://leads.acme.example/".to_owned());
    let intake = IntakeSettings { public_url, ..IntakeSettings::default() };
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    TestApp::trusting(&Authorities::default(), intake, parse_time(NOW).unwrap(), &hosts, None)
}

async fn create(app: &TestApp, body: Value) -> i64 {
    let answer = app.manage(Method::POST, "/api/webhooks", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()["id"].as_i64().unwrap()
}

/// A service with a HubSpot.
async fn with_hubspot(contacts: &[&str]) -> (TestApp, HubSpot, i64) {
    let crm = HubSpot::start(contacts).await;
    let app = service(&[&crm.host]);
    let body = json!({"kind": "hubspot", "url": crm.url(), "secret": "pat-na1-first", "rate": 50});
    let id = create(&app, body).await;
    (app, crm, id)
}

/// A service with a Salesforce.
async fn with_salesforce(leads: &[&str]) -> (TestApp, Salesforce, i64) {
    let crm = Salesforce::start(leads).await;
    let app = service(&[&crm.host]);
    let connector = json!({"client_id": "3MVG9.key"});
    let body = json!({"kind": "salesforce", "url": crm.url(), "secret": "first", "rate": 50, "connector": connector});
    let id = create(&app, body).await;
    (app, crm, id)
}

/// Says a lead's address and lets it ask for a demo: it changes stage and is handed over, and with an address it came to
/// its first stage before.
async fn ask_for_demo(app: &TestApp, lead: &str, address: Option<&str>) {
    if let Some(address) = address {
        let profile = json!({"type": "identify", "userId": lead, "traits": {"email": address},
            "messageId": format!("address of {lead}")});
        assert_eq!(app.send("/v1/identify", &profile).await.status, StatusCode::OK);
    }
    app.send("/v1/track", &track(lead, "demo_requested", &format!("demo for {lead}"))).await;
}

async fn deliveries(app: &TestApp, id: i64, state: &str) -> Vec<Value> {
    let answer = app.manage(Method::GET, &format!("/api/webhooks/{id}/deliveries?state={state}"), json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["deliveries"].as_array().unwrap().clone()
}

async fn until_count(app: &TestApp, id: i64, state: &str, count: usize) -> Vec<Value> {
    let what = format!("{count} are {state}");
    eventually(&what, async || deliveries(app, id, state).await.len() >= count).await;
    let found = deliveries(app, id, state).await;
    assert_eq!(found.len(), count, "{found:#?}");
    found
}

/// Waits until a delivery has failed with a text in its error.
async fn until_error(app: &TestApp, id: i64, says: &str) -> Value {
    let failed = async || {
        let waiting = deliveries(app, id, "waiting").await;
        waiting.into_iter().find(|found| found["error"].as_str().is_some_and(|error| error.contains(says)))
    };
    eventually(says, async || failed().await.is_some()).await;
    failed().await.unwrap()
}

async fn show(app: &TestApp, id: i64) -> Value {
    app.manage(Method::GET, &format!("/api/webhooks/{id}"), json!({})).await.json()
}

async fn test(app: &TestApp, id: i64) -> Value {
    app.manage(Method::POST, &format!("/api/webhooks/{id}/test"), json!({})).await.json()
}

#[tokio::test]
async fn whk_01_a_hand_off_is_written_to_its_contact_in_hubspot() {
    let (app, crm, id) = with_hubspot(&["ann+x@acme.example"]).await;
    assert_eq!(test(&app, id).await, json!({"delivered": true, "status": 200}));
    ask_for_demo(&app, "u 1", Some("Ann+X@acme.example")).await;
    until_count(&app, id, "delivered", 3).await;
    let written = crm.contents().contacts["ann+x@acme.example"].clone();
    let hand_off = app.get("/api/hand-offs").await.json()["hand_offs"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        Value::from(written),
        json!({
            "bantam_score": "60", "bantam_fit": "0", "bantam_engagement": "60", "bantam_grade": "",
            "bantam_stage": "Sales-ready", "bantam_hand_off": "open", "bantam_hand_off_id": hand_off, "bantam_reasons": "Requested a demo +60",
            "bantam_opened_at": "2026-11-21T12:00:00Z", "bantam_due_at": "2026-11-21T13:00:00Z", "bantam_team": "sales",
            "bantam_owner": "", "bantam_link": "https://leads.acme.example/leads/u%201",
        })
    );
    app.pass(3_601);
    until_count(&app, id, "delivered", 4).await;
    assert_eq!(crm.property("ann+x@acme.example", "bantam_hand_off"), json!("overdue"));
    app.manage(Method::POST, &format!("/api/hand-offs/{hand_off}/accept"), json!({"by": "ben"})).await;
    // It is answered, and so it stands on another stage.
    until_count(&app, id, "delivered", 6).await;
    assert_eq!(crm.property("ann+x@acme.example", "bantam_hand_off"), json!("accepted"));
    assert_eq!(crm.property("ann+x@acme.example", "bantam_stage"), json!("Accepted"));
    assert_eq!(crm.contents().odd, Vec::<String>::new());
}

#[tokio::test]
async fn a_lead_without_an_address_is_not_written_and_that_is_seen() {
    let (app, crm, id) = with_hubspot(&["bob@acme.example", "cyd@acme.example"]).await;
    ask_for_demo(&app, "u1", None).await;
    let skipped = until_count(&app, id, "skipped", 2).await;
    assert!(skipped[0]["error"].as_str().unwrap().contains("no e-mail address"), "{skipped:?}");
    assert_eq!((&skipped[0]["lead"], &skipped[0]["status"]), (&json!("u1"), &json!(null)));
    assert_eq!(crm.contents().asked, Vec::<String>::new(), "nobody was asked");
    assert_eq!((&show(&app, id).await["state"], &show(&app, id).await["waiting"]), (&json!("enabled"), &json!(0)));
    // An id that is an address will do.
    ask_for_demo(&app, "cyd@acme.example", None).await;
    until_count(&app, id, "delivered", 2).await;
    assert_eq!(crm.property("cyd@acme.example", "bantam_score"), json!("60"));
    // Once the address is known, it can be sent again.
    let profile =
        json!({"type": "identify", "userId": "u1", "traits": {"email": "bob@acme.example"}, "messageId": "a"});
    app.send("/v1/identify", &profile).await;
    let path = format!("/api/webhooks/{id}/deliveries/{}/resend", skipped[0]["id"]);
    assert_eq!(app.manage(Method::POST, &path, json!({})).await.status, StatusCode::OK);
    until_count(&app, id, "delivered", 3).await;
    assert_eq!(crm.property("bob@acme.example", "bantam_score"), json!("60"));
    // Attributes may be called otherwise.
    let path = format!("/api/webhooks/{id}");
    app.manage(Method::PATCH, &path, json!({"connector": {"email_attribute": "work_email"}})).await;
    ask_for_demo(&app, "u2", Some("bob@acme.example")).await;
    until_count(&app, id, "skipped", 4).await;
}

#[tokio::test]
async fn a_contact_that_is_not_there_is_made_where_that_is_wanted() {
    let (app, crm, id) = with_hubspot(&[]).await;
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    let skipped = until_count(&app, id, "skipped", 3).await;
    assert!(skipped[0]["error"].as_str().unwrap().contains("no contact with this e-mail address"), "{skipped:?}");
    assert_eq!(skipped[0]["status"], json!(404));
    // It is not the CRM that fails.
    assert_eq!(show(&app, id).await["state"], json!("enabled"));
    app.manage(Method::PATCH, &format!("/api/webhooks/{id}"), json!({"connector": {"creates": true}})).await;
    ask_for_demo(&app, "u2", Some("bob@acme.example")).await;
    until_count(&app, id, "delivered", 3).await;
    assert_eq!(crm.property("bob@acme.example", "email"), json!("bob@acme.example"));
    let made: Vec<String> = crm.contents().asked.iter().filter(|asked| asked.starts_with("POST")).cloned().collect();
    assert_eq!(made, ["POST contacts"], "once, then it is there");
    assert_eq!(crm.contents().odd, Vec::<String>::new());
}

#[tokio::test]
async fn whk_03_a_crm_that_takes_no_more_for_now_gets_its_pause() {
    let (app, crm, id) = with_hubspot(&["ann@acme.example", "bob@acme.example"]).await;
    let busy = json!({"status": "error", "message": "You have reached your ten_secondly_rolling limit.",
        "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"});
    crm.contents().next.push_back((StatusCode::TOO_MANY_REQUESTS, vec![("retry-after", "7")], busy.clone()));
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    let failed = until_error(&app, id, "HubSpot takes no more requests for now").await;
    assert_eq!((&failed["status"], &failed["next_try_at"]), (&json!(429), &json!("2026-11-21T12:00:07Z")));
    // Nobody else is written meanwhile.
    ask_for_demo(&app, "u2", Some("bob@acme.example")).await;
    until_count(&app, id, "waiting", 6).await;
    app.pass(6);
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(crm.contents().asked.len(), 1);
    // Where it does not say, its limit is known.
    crm.contents().next.push_back((StatusCode::TOO_MANY_REQUESTS, Vec::new(), busy));
    app.pass(1);
    eventually("it was asked again", async || crm.contents().asked.len() >= 2).await;
    // However often it fails meanwhile, in the end all of it is written.
    eventually("nothing waits", async || {
        app.pass(20);
        deliveries(&app, id, "waiting").await.is_empty()
    })
    .await;
    until_count(&app, id, "delivered", 6).await;
}

#[tokio::test]
async fn a_token_that_is_refused_stops_the_connector_and_nothing_is_lost() {
    let (app, crm, id) = with_hubspot(&["ann@acme.example", "bob@acme.example"]).await;
    crm.contents().token = "pat-na1-second".to_owned();
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    eventually("it stopped", async || show(&app, id).await["state"] == "disabled").await;
    let stopped = show(&app, id).await;
    let because = stopped["disabled_because"].as_str().unwrap();
    assert!(
        because.starts_with("HubSpot did not take the access token; put another one in its place (401: "),
        "{because}"
    );
    let asked = crm.contents().asked.len();
    ask_for_demo(&app, "u2", Some("bob@acme.example")).await;
    until_count(&app, id, "waiting", 6).await;
    assert_eq!(crm.contents().asked.len(), asked, "a token that was refused is not tried again and again");
    let tried = test(&app, id).await;
    assert_eq!((&tried["delivered"], &tried["status"]), (&json!(false), &json!(401)));
    let path = format!("/api/webhooks/{id}");
    let renewed = app.manage(Method::PATCH, &path, json!({"secret": "pat-na1-second"})).await;
    assert_eq!(renewed.json()["state"], json!("enabled"), "{}", renewed.text());
    until_count(&app, id, "delivered", 6).await;
    // The secret is nowhere to be read.
    let all = app.manage(Method::GET, "/api/webhooks", json!({})).await.text();
    assert!(!all.contains("pat-na1") && !renewed.text().contains("pat-na1"), "{all}");
    let rotated = app.manage(Method::POST, &format!("{path}/rotate"), json!({})).await;
    assert_eq!(rotated.status, StatusCode::CONFLICT);
    assert!(rotated.text().contains("make another one there"), "{}", rotated.text());
    // Switched off by hand it is as any webhook: what happens passes it by.
    app.manage(Method::POST, &format!("{path}/disable"), json!({})).await;
    ask_for_demo(&app, "u3", Some("ann@acme.example")).await;
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    app.manage(Method::POST, &format!("{path}/enable"), json!({})).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    until_count(&app, id, "delivered", 6).await;
}

#[tokio::test]
async fn whk_08_a_field_that_the_crm_does_not_have_is_named_with_what_to_do() {
    let (app, crm, id) = with_hubspot(&["ann@acme.example"]).await;
    for name in ["bantam_grade", "bantam_link"] {
        crm.contents().properties.remove(name);
    }
    let tried = test(&app, id).await;
    assert_eq!(tried["missing_fields"], json!(["bantam_grade", "bantam_link"]));
    assert_eq!(tried["delivered"], json!(false));
    let scopes = json!({"status": "error", "message": "This app hasn't been granted all required scopes to make this call.",
        "category": "MISSING_SCOPES"});
    crm.contents().next.push_back((StatusCode::FORBIDDEN, Vec::new(), scopes));
    let tried = test(&app, id).await;
    assert!(tried["error"].as_str().unwrap().contains("`crm.schemas.contacts.read` (403: This app"), "{tried}");
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    let says = "HubSpot has no field `bantam_grade`, `bantam_link` of contacts that may be written; make it there, or change \
                its name in the settings of the connector";
    assert_eq!(until_error(&app, id, says).await["status"], json!(400));
    // One is made there, the other is not written any more.
    crm.contents().properties.insert("bantam_grade".to_owned());
    let path = format!("/api/webhooks/{id}");
    let changed = app.manage(Method::PATCH, &path, json!({"connector": {"fields": {"link": ""}}})).await.json();
    assert_eq!(changed["connector"]["fields"].as_object().unwrap().len(), 12, "{changed}");
    assert_eq!(test(&app, id).await["delivered"], json!(true));
    app.pass(60);
    until_count(&app, id, "delivered", 3).await;
}

#[tokio::test]
async fn whk_02_what_is_late_or_sent_again_takes_nothing_back() {
    let (app, crm, id) = with_hubspot(&["ann@acme.example"]).await;
    // The first write fails: all that follows about this lead waits behind it.
    crm.contents().next.push_back((StatusCode::BAD_GATEWAY, Vec::new(), json!("a gateway")));
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    until_error(&app, id, "HubSpot answered 502").await;
    let hand_off = app.get("/api/hand-offs").await.json()["hand_offs"][0]["id"].as_str().unwrap().to_owned();
    app.manage(Method::POST, &format!("/api/hand-offs/{hand_off}/reject"), json!({"by": "ben", "reason": "no fit"}))
        .await;
    assert_eq!(crm.contents().asked.len(), 1);
    app.pass(5);
    let found = until_count(&app, id, "delivered", 4).await;
    assert_eq!(crm.property("ann@acme.example", "bantam_hand_off"), json!("rejected"));
    let first = found.last().unwrap();
    assert_eq!(first["type"], json!("lead.stage_changed"));
    let path = format!("/api/webhooks/{id}/deliveries/{}/resend", first["id"]);
    let before = crm.contents().asked.len();
    app.manage(Method::POST, &path, json!({})).await;
    eventually("it was written again", async || crm.contents().asked.len() > before).await;
    until_count(&app, id, "delivered", 4).await;
    assert_eq!(crm.property("ann@acme.example", "bantam_hand_off"), json!("rejected"), "as it stands now");
}

#[tokio::test]
async fn idn_01_what_waits_about_a_merged_lead_is_written_of_the_lead_that_it_became() {
    let (app, crm, id) = with_hubspot(&["ann@acme.example", "old@acme.example"]).await;
    crm.contents().next.push_back((StatusCode::BAD_GATEWAY, Vec::new(), json!("")));
    ask_for_demo(&app, "ann", Some("ann@acme.example")).await;
    app.pass(1);
    crm.contents().next.push_back((StatusCode::BAD_GATEWAY, Vec::new(), json!("")));
    until_error(&app, id, "502").await;
    ask_for_demo(&app, "ann2", Some("ANN@acme.example")).await;
    eventually("both failed", async || crm.contents().asked.len() >= 2).await;
    let merged = app
        .manage(Method::POST, "/api/leads/ann2/merge", json!({"other": "ann", "by": "mia", "reason": "one person"}))
        .await;
    assert_eq!(merged.json()["id"], json!("ann"), "{}", merged.text());
    eventually("nothing waits", async || {
        app.pass(20);
        deliveries(&app, id, "waiting").await.is_empty()
    })
    .await;
    assert_eq!(crm.property("ann@acme.example", "bantam_link"), json!("https://leads.acme.example/leads/ann"));
}

#[tokio::test]
async fn whk_11_of_an_erased_lead_nothing_is_written_any_more_and_that_is_said() {
    let (app, crm, id) = with_hubspot(&["ann@acme.example"]).await;
    crm.contents().next.push_back((StatusCode::BAD_GATEWAY, Vec::new(), json!("")));
    ask_for_demo(&app, "ann", Some("ann@acme.example")).await;
    until_error(&app, id, "502").await;
    let erased = app.manage(Method::DELETE, "/api/leads/ann?by=dpo", json!({})).await;
    assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.text());
    let [told] = &until_count(&app, id, "skipped", 1).await[..] else { panic!("one message is left") };
    assert_eq!(told["type"], json!("lead.erased"));
    assert!(told["error"].as_str().unwrap().contains("erase the person in the CRM, too"), "{told}");
    assert_eq!(deliveries(&app, id, "waiting").await, Vec::<Value>::new());
    assert_eq!(crm.contents().asked.len(), 1, "nothing was asked since");
    let all = app.manage(Method::GET, &format!("/api/webhooks/{id}/deliveries"), json!({})).await.text();
    assert!(!all.contains("ann@acme") && !all.contains("\"ann\""), "{all}");
}

#[tokio::test]
async fn whk_09_a_crm_is_not_told_what_it_said_and_connecting_twice_is_once() {
    let (app, crm, id) = with_hubspot(&["ann@acme.example"]).await;
    app.manage(Method::PATCH, &format!("/api/webhooks/{id}"), json!({"source": "web"})).await;
    ask_for_demo(&app, "ann", Some("ann@acme.example")).await;
    let path = "/v1/track";
    let other = track("bob", "demo_requested", "m9");
    app.request(Method::POST, path, &[("authorization", "Basic dzI6")], other.to_string().into_bytes()).await;
    until_count(&app, id, "skipped", 2).await;
    assert_eq!(crm.contents().asked, Vec::<String>::new(), "the key `w` is the source `web`");
    let same = json!({"kind": "hubspot", "url": crm.url(), "secret": "pat-na1-first", "rate": 50, "source": "web"});
    let again = app.manage(Method::POST, "/api/webhooks", same).await;
    assert_eq!((again.status, again.json()["id"].as_i64()), (StatusCode::OK, Some(id)));
    let other = json!({"kind": "hubspot", "url": crm.url(), "secret": "pat-na1-other"});
    assert_eq!(app.manage(Method::POST, "/api/webhooks", other).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn whk_01_a_hand_off_is_written_to_its_lead_in_salesforce() {
    let (app, crm, id) = with_salesforce(&["ann@acme.example", "bob@acme.example"]).await;
    assert_eq!(test(&app, id).await["delivered"], json!(true));
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    until_count(&app, id, "delivered", 3).await;
    let key = ("Lead".to_owned(), "ann@acme.example".to_owned());
    let written = crm.contents().records[&key][0].clone();
    let hand_off = app.get("/api/hand-offs").await.json()["hand_offs"][0]["id"].clone();
    assert_eq!(
        Value::from(written),
        json!({
            "Bantam_Score__c": 60, "Bantam_Fit__c": 0, "Bantam_Engagement__c": 60, "Bantam_Grade__c": null,
            "Bantam_Stage__c": "Sales-ready", "Bantam_Hand_Off__c": "open", "Bantam_Hand_Off_Id__c": hand_off, "Bantam_Reasons__c": "Requested a demo +60",
            "Bantam_Opened_At__c": "2026-11-21T12:00:00Z", "Bantam_Due_At__c": "2026-11-21T13:00:00Z",
            "Bantam_Team__c": "sales", "Bantam_Owner__c": null, "Bantam_Link__c": "https://leads.acme.example/leads/u1",
        })
    );
    assert_eq!(crm.contents().tokens, 1, "a token is used as long as it is taken");
    // It has run out: another one is asked for, and the same is written.
    crm.contents().has_run_out = true;
    ask_for_demo(&app, "u2", Some("bob@acme.example")).await;
    let written = until_count(&app, id, "delivered", 6).await;
    assert_eq!(crm.contents().tokens, 2);
    assert!(written.iter().all(|found| found["attempts"] == 1), "{written:?}");
    assert_eq!(crm.field("bob@acme.example", "Bantam_Score__c"), json!(60));
    assert_eq!(crm.contents().odd, Vec::<String>::new());
}

#[tokio::test]
async fn salesforce_that_refuses_says_why_in_words() {
    let (app, crm, id) = with_salesforce(&["ann@acme.example"]).await;
    crm.contents().fields.remove("Bantam_Grade__c");
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    until_error(&app, id, "Salesforce has no field `Bantam_Grade__c` of Lead that may be written").await;
    assert_eq!(test(&app, id).await["missing_fields"], json!(["Bantam_Grade__c"]));
    crm.contents().fields.insert("Bantam_Grade__c".to_owned(), "string");
    app.pass(5);
    until_count(&app, id, "delivered", 3).await;
    // One that is not there, two that are one, one that became a contact.
    let double = vec![serde_json::Map::new(), serde_json::Map::new()];
    crm.contents().records.insert(("Lead".to_owned(), "two@acme.example".to_owned()), double);
    crm.contents().converted.push("won@acme.example".to_owned());
    for (count, (lead, address, says)) in [
        ("u2", "no@acme.example", "Salesforce has no Lead with this e-mail address"),
        ("u3", "two@acme.example", "more than one Lead with this e-mail address; merge them"),
        ("u4", "won@acme.example", "the Lead was converted in Salesforce"),
    ]
    .into_iter()
    .enumerate()
    {
        ask_for_demo(&app, lead, Some(address)).await;
        let skipped = until_count(&app, id, "skipped", 3 * (count + 1)).await;
        assert!(skipped[0]["error"].as_str().unwrap().contains(says), "{says}: {skipped:?}");
    }
    crm.contents().over_limit = 1;
    app.pass(3_601);
    let failed = until_error(&app, id, "Salesforce takes no more requests for now").await;
    assert_eq!(failed["status"], json!(403));
    assert_eq!(crm.contents().odd, Vec::<String>::new());
}

#[tokio::test]
async fn a_consumer_secret_that_is_refused_stops_the_connector() {
    let (app, crm, id) = with_salesforce(&["ann@acme.example"]).await;
    crm.contents().secret = "second".to_owned();
    ask_for_demo(&app, "u1", Some("ann@acme.example")).await;
    eventually("it stopped", async || show(&app, id).await["state"] == "disabled").await;
    let because = show(&app, id).await["disabled_because"].as_str().unwrap().to_owned();
    assert!(
        because.contains("did not take the consumer key and secret") && because.contains("invalid client"),
        "{because}"
    );
    app.manage(Method::PATCH, &format!("/api/webhooks/{id}"), json!({"secret": "second"})).await;
    until_count(&app, id, "delivered", 3).await;
    assert_eq!(crm.contents().tokens, 1);
}

#[tokio::test]
async fn whk_07_connectors_are_set_up_within_limits() {
    let app = service(&[]);
    let salesforce = |change: Value| {
        let mut body = json!({"kind": "salesforce", "url": "acme.my.salesforce.com", "secret": "s",
            "connector": {"client_id": "3MVG9.key"}});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let hubspot = |connector: Value| json!({"kind": "hubspot", "secret": "pat", "connector": connector});
    for (body, field, says) in [
        (json!({"kind": "hubspot"}), "secret", "access token"),
        (json!({"kind": "hubspot", "secret": " "}), "secret", "empty"),
        (json!({"kind": "hubspot", "secret": "a b"}), "secret", "copy it once more"),
        (json!({"kind": "hubspot", "secret": "a\r\nb"}), "secret", "copy it once more"),
        (json!({"kind": "hubspot", "secret": "pat", "url": "https://a.example"}), "url", "api.hubapi.com"),
        (json!({"kind": "hubspot", "secret": "pat", "types": ["definition.activated"]}), "types", "no type of message"),
        (hubspot(json!({"object": "lead"})), "object", "contact"),
        (hubspot(json!({"client_id": "x"})), "client_id", "access token alone"),
        (hubspot(json!({"email_attribute": " "})), "email_attribute", "name the attribute"),
        (hubspot(json!({"fields": {"scor": "x"}})), "fields", "did you mean `score`?"),
        (hubspot(json!({"fields": {"score": "a b"}})), "fields", "internal name"),
        (hubspot(json!({"fields": {"score": "email"}})), "fields", "internal name"),
        (hubspot(json!({"fields": {"score": "Bantam_Fit"}})), "fields", "cannot both stand"),
        (salesforce(json!({"url": "acme.lightning.force.com"})), "url", "My Domain"),
        (salesforce(json!({"url": "https://10.0.0.1"})), "url", "public"),
        (salesforce(json!({"connector": {}})), "client_id", "consumer key"),
        (salesforce(json!({"connector": {"client_id": "k", "creates": true}})), "creates", "not made"),
        (json!({"url": "https://a.example/", "secret": "x"}), "secret", "hubspot"),
        (json!({"url": "https://a.example/", "connector": {}}), "connector", "hubspot"),
        (json!({"kind": "standard"}), "url", "missing"),
    ] {
        let refused = app.manage(Method::POST, "/api/webhooks", body.clone()).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["field"]),
            (StatusCode::BAD_REQUEST, &json!(field)),
            "{body}: {}",
            refused.text()
        );
        assert!(refused.text().contains(says), "{says}: {}", refused.text());
    }
    let made = app.manage(Method::POST, "/api/webhooks", salesforce(json!({}))).await.json();
    assert_eq!((&made["url"], &made["rate"]), (&json!("https://acme.my.salesforce.com/"), &json!(5)));
    assert_eq!((made.get("secret"), &made["connector"]["object"]), (None, &json!("lead")));
    let contacts = json!({"connector": {"client_id": "3MVG9.key", "object": "contact"}});
    assert_eq!(create(&app, salesforce(contacts)).await, 2, "leads and contacts are two connectors");
    let hubspot = app.manage(Method::POST, "/api/webhooks", json!({"kind": "hubspot", "secret": "pat"})).await.json();
    assert_eq!(hubspot["url"], json!("https://api.hubapi.com/"));
}
