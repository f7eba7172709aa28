//! The pages about what comes in.

use crate::browser::{Browser, between};
use crate::test_app::{Answer, TestApp};
use axum::http::StatusCode;
use serde_json::json;

async fn keeper(app: &TestApp) -> Browser<'_> {
    Browser::admin(app).await.invite("mia", &["marketing"]).await
}

#[tokio::test]
async fn what_came_in_stands_with_how_it_was_read_and_what_hears_it() {
    let app = TestApp::new();
    let batch = json!({"batch": [
        {"type": "identify", "userId": "ann", "traits": {"industry": "<i>Steel"}},
        {"type": "track", "userId": "ann", "event": "demo_requested", "properties": {"plan": "team"}},
        {"type": "track", "anonymousId": "v-1", "event": "page_viewed", "timestamp": "2020-01-01T00:00:00Z"},
        {"type": "track", "userId": "ann", "messageId": "no-event"},
    ]});
    app.send("/v1/batch", &batch).await;
    let ann = Browser::admin(&app).await;
    let page = ann.get("/data").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let page = page.text();
    assert!(page.contains("<bdi>demo_requested</bdi>") && page.contains("plan: team"), "{page}");
    assert!(page.contains("<bdi>Requested a demo</bdi>") && page.contains("nothing listens to it"), "{page}");
    assert!(page.contains("visitor v-1") && page.contains("older than a year"), "{page}");
    assert!(page.contains("industry: &lt;i&gt;Steel") && page.contains("from <bdi>web</bdi>"), "{page}");
    assert!(page.contains("<bdi>event is missing</bdi>"), "what was refused stands beside: {page}");
    assert!(page.contains("data-live"), "{page}");
    let (newest, older) = (page.find("page_viewed").unwrap(), page.find("demo_requested").unwrap());
    assert!(newest < older, "the latest first");
    assert!(ann.get("/data?before=2").await.text().contains("What came in before"));
}

#[tokio::test]
async fn what_was_refused_is_put_right_and_taken_once_more() {
    let app = TestApp::new();
    let bad = json!({"type": "track", "userId": "ann", "messageId": "m1", "properties": {"a": "</textarea><script>"}});
    app.send("/v1/batch", &json!({"batch": [bad, bad, {"type": "track", "userId": "x", "messageId": "m2"}]})).await;
    let ann = Browser::admin(&app).await;
    let mia = ann.invite("mia", &["marketing"]).await;
    let list = mia.get("/data/quarantine").await.text();
    assert!(list.contains("event is missing") && list.matches("data-row=\"q").count() == 3, "{list}");
    let page = mia.get("/data/quarantine/1").await.text();
    assert!(page.contains("&lt;/textarea&gt;&lt;script&gt;") && !page.contains("</textarea><script>"), "{page}");

    let again = mia.post("/data/quarantine/1/replay", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let broken = mia.post("/data/quarantine/1/replay", &[("message", "{\"a\": ")]).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    assert!(broken.text().contains("That is no JSON: line 1") && broken.text().contains("{&quot;a&quot;:"));
    let corrected = r#"{"type": "track", "userId": "ann", "event": "demo_requested", "messageId": "m1"}"#;
    let taken = mia.post("/data/quarantine/1/replay", &[("message", corrected)]).await;
    assert_eq!((taken.status, taken.header("location")), (StatusCode::SEE_OTHER, "/data/quarantine?done=taken"));
    assert_eq!(app.get("/api/leads/ann").await.json()["stage"], "Sales-ready");

    assert_eq!(mia.post("/data/quarantine/2/remove", &[]).await.status, StatusCode::SEE_OTHER);
    let all = mia.post("/data/quarantine/replay", &[]).await;
    assert_eq!(all.header("location"), "/data/quarantine?taken=0&refused=1");
    assert!(mia.get(all.header("location")).await.text().contains("0 messages taken, 1 refused again."));

    let vic = ann.invite("vic", &["viewer"]).await;
    assert_eq!(vic.get("/data/quarantine/3").await.status, StatusCode::OK);
    assert_eq!(vic.post("/data/quarantine/3/remove", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(mia.get("/data/quarantine/3").await.status, StatusCode::OK);
}

#[tokio::test]
async fn spend_is_entered_checked_and_taken_back() {
    let app = TestApp::new();
    let mia = keeper(&app).await;
    assert!(mia.get("/data/spend").await.text().contains("Nothing was spent yet"));
    let fields = [("date", "2026-11-20"), ("amount", "1,200.50"), ("campaign", "<b>Fair")];
    let entered = mia.post("/data/spend", &fields).await;
    assert_eq!(entered.header("location"), "/data/spend?done=entered", "{}", entered.text());
    assert_eq!(mia.post("/data/spend", &fields).await.header("location"), "/data/spend?done=known");
    let page = mia.get("/data/spend").await.text();
    assert!(page.contains("1,200.50 was spent in the last 30 days") && page.contains("&lt;b&gt;Fair"), "{page}");
    assert!(page.contains("<bdi>mia</bdi>"), "{page}");
    for (fields, says) in [
        ([("date", "soon"), ("amount", "1")], "Give the day"),
        ([("date", "2026-11-20"), ("amount", "much")], "Give an amount"),
        ([("date", "2027-11-20"), ("amount", "1")], "in the future"),
    ] {
        let wrong = mia.post("/data/spend", &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains(says) && wrong.text().contains(&format!("value=\"{}\"", fields[0].1)));
    }
    let back = between(&page, "action=\"/facts/", &['"']);
    let taken_back = mia.post(&format!("/facts/{back}"), &[("reason", "twice"), ("next", "/data/spend")]).await;
    assert_eq!(taken_back.header("location"), "/data/spend");
    assert!(mia.get("/data/spend").await.text().contains("Nothing was spent in the last 30 days"));
}

#[tokio::test]
async fn merges_stand_with_who_said_so_and_can_be_undone() {
    let app = TestApp::new();
    app.send("/v1/track", &json!({"userId": "ann", "event": "page_viewed", "messageId": "1"})).await;
    app.send("/v1/track", &json!({"userId": "ann2", "event": "demo_requested", "messageId": "2"})).await;
    let mia = keeper(&app).await;
    assert!(mia.get("/data/merges").await.text().contains("No two ids were merged"));
    mia.post("/leads/ann/merge", &[("other", "ann2"), ("reason", "same phone")]).await;
    let page = mia.get("/data/merges").await.text();
    assert!(
        page.contains("<h1>1 merge</h1>") && page.contains("same phone") && page.contains("<bdi>mia</bdi>"),
        "{page}"
    );
    assert_eq!(app.get("/api/leads/ann").await.json()["stage"], "Sales-ready");
    let back = between(&page, "action=\"/facts/", &['"']);
    mia.post(&format!("/facts/{back}"), &[("reason", "two people"), ("next", "/data/merges")]).await;
    assert!(mia.get("/data/merges").await.text().contains("undone"));
    assert_eq!(app.get("/api/leads/ann").await.json()["stage"], "Inquiry");
}

#[tokio::test]
async fn a_snippet_holds_a_key_that_may_be_in_a_page() {
    let app = TestApp::new();
    let mia = keeper(&app).await;
    assert!(mia.get("/data/sources").await.text().contains("YOUR_WRITE_KEY"));
    let with = mia.post("/data/sources", &[("key", "w")]).await.text();
    assert!(
        with.contains("writeKey: &#39;w&#39;") && with.contains("/v1/form/w&quot;&gt;")
            || with.contains("/v1/form/w\"&gt;"),
        "{with}"
    );
    for (key, says) in [("m", "may do more"), ("x", "This is no key")] {
        let refused = mia.post("/data/sources", &[("key", key)]).await.text();
        assert!(refused.contains(says) && refused.contains("YOUR_WRITE_KEY"), "{key}: {refused}");
    }
}

/// Sends a file as a browser does.
async fn upload(browser: &Browser<'_>, kind: &str, bytes: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in [("token", browser.token()), ("kind", kind)] {
        body.extend(format!("--xx\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(b"--xx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--xx--\r\n");
    browser.post_raw("/data/import", "multipart/form-data; boundary=xx", body).await
}

#[tokio::test]
async fn cli_01_a_file_is_brought_in_by_sight_and_bad_rows_are_told() {
    let app = TestApp::new();
    let mia = keeper(&app).await;
    let file = "Record ID,Email,Industry,Note\r\n1,ann@acme.example,Software,<b>\r\n2,bob@acme.example,Steel\r\n,cid@acme.example,,=1+1\r\n4,dan@acme.example,Steel,x\0y\r\n";
    let sent = upload(&mia, "leads", file.as_bytes()).await;
    assert_eq!(sent.header("location"), "/data/import/columns", "{}", sent.text());
    let page = mia.get("/data/import/columns").await.text();
    assert!(page.contains("4 rows in a.csv") && page.contains("export of HubSpot"), "{page}");
    assert!(page.contains("2 of them cannot be read"), "{page}");
    assert!(
        page.contains("<option value=\"lead\" selected>") && page.contains("<option value=\"industry\" selected>"),
        "{page}"
    );
    let fields = [("column0", "lead"), ("column1", "email"), ("column2", "industry"), ("column3", "-")];
    assert_eq!(mia.post("/data/import/columns", &fields).await.header("location"), "/data/import/result");
    let result = mia.get("/data/import/result").await.text();
    assert!(result.contains("4 rows of a.csv: 1 new, 0 there before, 3 rejected"), "{result}");
    assert!(result.contains("it has no lead") && result.contains("it has 3 cells, the header 4"), "{result}");
    let rejects = mia.get("/data/import/rejects.csv").await.text();
    assert!(rejects.starts_with("row,reason,content\r\n") && rejects.lines().count() == 4, "{rejects}");
    let lead = app.get("/api/leads/1").await.json();
    assert_eq!(lead["attributes"], json!({"email": "ann@acme.example", "industry": "Software"}));

    // Once more it is there already.
    upload(&mia, "leads", file.as_bytes()).await;
    mia.post("/data/import/columns", &fields).await;
    assert!(mia.get("/data/import/result").await.text().contains("0 new, 1 there before"));
    assert!(mia.get("/data/import/columns").await.status == StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn files_that_cannot_be_brought_in_are_refused_with_what_to_do() {
    let app = TestApp::new();
    let mia = keeper(&app).await;
    for (bytes, says) in [
        (&b""[..], "Choose a file"),
        (b"a,a\n1,2\n", "is there twice"),
        (b"\xff\xfe,b\n1,2\n", "not UTF-8"),
        (b"a,b\n", "no row can be read"),
    ] {
        let refused = upload(&mia, "leads", bytes).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().to_lowercase().contains(&says.to_lowercase()), "{says}: {}", refused.text());
    }
    let large = upload(&mia, "leads", &vec![b'a'; (8 << 20) + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Which column is the lead is not clear: it has to be said, and what was chosen stays.
    upload(&mia, "events", b"a,b\n1,2\n").await;
    let asked = mia.post("/data/import/columns", &[("column0", "-"), ("column1", "b")]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text().contains("Say which column is the lead of an event"), "{}", asked.text());
    // Marketing does not say what sales answered.
    assert_eq!(upload(&mia, "answers", b"a\n1\n").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn ui_03_a_file_without_the_token_is_not_taken() {
    let app = TestApp::new();
    let mia = keeper(&app).await;
    let body = b"--xx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nlead_id\nann\n\r\n--xx--\r\n";
    let forged = mia.post_raw("/data/import", "multipart/form-data; boundary=xx", body.to_vec()).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(mia.get("/data/import/columns").await.header("location"), "/data/import");
}
