//! The list of leads.

use crate::browser::Browser;
use crate::test_app::TestApp;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const DEFINITION: &str = r#"
bantam: 1
lead: {industry: text, name: text, employees: number}
fit:
  rules:
    Many people: {if: employees >= 100, points: 40}
engagement:
  rules:
    Requested a demo: {on: demo_requested, points: 60, times: 1}
stages: [Inquiry, Sales-ready: score >= 50]
hand_off: Sales-ready
grades: {fit: {A: 40, B: 0}, engagement: {1: 60, 2: 0}}
routes: [{to: sales, respond_within: 1h}]
"#;

/// Five leads: two large firms, one of which wants a demo, and three small ones.
async fn app() -> TestApp {
    let app = TestApp::deciding_by(DEFINITION);
    let lead = |id: &str, name: &str, employees: u32| -> Value {
        json!({"type": "identify", "userId": id, "traits": {"name": name, "industry": "Software", "employees": employees}})
    };
    let demo = |id: &str| json!({"type": "track", "userId": id, "event": "demo_requested"});
    let batch = json!({"batch": [
        lead("ann", "Ann Lee", 500), demo("ann"), lead("bob", "Bob", 200), lead("cid", "Cid", 5),
        lead("dan", "=1+1", 20), lead("<b>eve", "\u{202e}Eve<script>", 1),
    ]});
    assert_eq!(app.send("/v1/batch", &batch).await.status, StatusCode::OK);
    app
}

#[tokio::test]
async fn leads_are_listed_counted_and_filtered() {
    let app = app().await;
    let ann = Browser::admin(&app).await;
    let all = ann.get("/leads").await;
    assert_eq!(all.status, StatusCode::OK, "{}", all.text());
    let page = all.text();
    assert!(page.contains("<h1 id=\"heading\">5 leads</h1>"), "{page}");
    assert!(page.find("Ann Lee").unwrap() < page.find("Bob").unwrap(), "the highest score first");
    assert!(page.contains("aria-label=\"Grade A1: 1 leads\""), "{page}");
    assert!(page.contains("aria-label=\"Grade B2: 3 leads\""), "{page}");
    assert!(page.contains("/leads?grade=A1") && page.contains("/leads?stage=Sales-ready"), "{page}");

    let ready = ann.get("/leads?stage=Sales-ready&grade=&q=").await.text();
    assert!(ready.contains("1 lead on Sales-ready</h1>") && !ready.contains("Bob"), "{ready}");
    let searched = ann.get("/leads?q=c").await.text();
    assert!(searched.contains("1 lead whose id begins with") && searched.contains("Cid"), "{searched}");
    let nobody = ann.get("/leads?grade=A1&stage=Inquiry").await.text();
    assert!(nobody.contains("0 leads on Inquiry with grade A1") && nobody.contains("No lead fits"), "{nobody}");
}

#[tokio::test]
async fn leads_are_filtered_by_any_attribute_of_the_definition() {
    let app = app().await;
    let ann = Browser::admin(&app).await;
    let large = ann.get("/leads?attribute=employees&at_least=100").await.text();
    assert!(large.contains("2 leads whose employees is at least 100</h1>"), "{large}");
    assert!(large.contains("Bob") && !large.contains("Cid"), "{large}");
    let named = ann.get("/leads?attribute=industry&is=software").await.text();
    assert!(named.contains("5 leads whose industry is software"), "{named}");
    for (query, says) in [
        ("attribute=employes&is=1", "employees"),
        ("attribute=employees&is=many", "number"),
        ("attribute=industry&at_least=1", "no number"),
        ("is=1", "choose the attribute"),
    ] {
        let answer = ann.get(&format!("/leads?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.text().to_lowercase().contains(says), "{query}: {}", answer.text());
    }
}

#[tokio::test]
async fn ui_01_what_leads_are_called_is_never_markup() {
    let app = app().await;
    let ann = Browser::admin(&app).await;
    let page = ann.get("/leads?q=%3Cb%3E").await.text();
    assert!(page.contains("[U+202E]Eve&lt;script&gt;") && !page.contains("<script>"), "{page}");
    assert!(page.contains("href=\"/leads/%3Cb%3Eeve\""), "{page}");
}

#[tokio::test]
async fn ui_04_a_list_goes_on_page_by_page_and_refuses_what_it_does_not_know() {
    let app = TestApp::deciding_by(DEFINITION);
    let leads: Vec<Value> = (0..120)
        .map(|n| json!({"type": "identify", "userId": format!("u{n:03}"), "traits": {"employees": n}}))
        .collect();
    app.send("/v1/batch", &json!({"batch": leads})).await;
    let ann = Browser::admin(&app).await;
    let (mut path, mut seen) = ("/leads?sort=id".to_owned(), Vec::new());
    loop {
        let page = ann.get(&path).await.text();
        seen.extend(page.split("data-row=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        let Some(next) = page.split("rel=\"next\"").next().filter(|_| page.contains("rel=\"next\"")) else { break };
        path = next.rsplit_once("href=\"").unwrap().1.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(seen, (0..120).map(|n| format!("u{n:03}")).collect::<Vec<_>>());
    for query in ["sort=colour", "colour=red"] {
        assert_eq!(ann.get(&format!("/leads?{query}")).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
    assert_eq!(ann.get("/leads?cursor=abc").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn exp_01_exp_02_a_list_is_given_out_as_it_is_filtered_and_that_is_written_down() {
    let app = app().await;
    let ann = Browser::admin(&app).await;
    let file = ann.get("/leads.csv?sort=id").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<String> = file.text().lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "id,stage,score,fit,engagement,grade,route,changed_at,industry,name,employees");
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[2].split(',').next(), Some("ann"));
    assert!(lines[2].contains(",Sales-ready,100,40,60,A1,sales,"), "{}", lines[2]);
    assert!(lines[5].contains(",'=1+1,20"), "{}", lines[5]);
    assert_eq!(ann.get("/leads.csv?grade=A1").await.text().lines().count(), 2);
    assert_eq!(ann.get("/leads.csv?attribute=employees&is=5").await.text().lines().count(), 2);
    let log = ann.get("/settings/audit").await.text();
    assert_eq!(log.matches("<th scope=\"row\">took a list of leads as a file</th>").count(), 3, "{log}");
    let nobody = app.request(Method::GET, "/leads.csv", &[], Vec::new()).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn views_are_kept_for_the_person_and_without_the_search() {
    let app = app().await;
    let ann = Browser::admin(&app).await;
    let kept = ann.post("/leads/views", &[("name", "Large <b>"), ("query", "grade=A1&q=ann&sort=fit")]).await;
    assert_eq!((kept.status, kept.header("location")), (StatusCode::SEE_OTHER, "/leads?grade=A1&sort=fit"));
    let page = ann.get("/leads").await.text();
    assert!(page.contains("<a href=\"/leads?grade=A1&amp;sort=fit\"><bdi>Large &lt;b&gt;</bdi></a>"), "{page}");
    let bob = ann.invite("bob", &["viewer"]).await;
    assert!(!bob.get("/leads").await.text().contains("Large"));
    assert_eq!(
        ann.post("/leads/views", &[("name", "x"), ("query", "colour=red")]).await.status,
        StatusCode::BAD_REQUEST
    );
    ann.post("/leads/views/remove", &[("name", "Large <b>")]).await;
    assert!(!ann.get("/leads").await.text().contains("Large"));
}

#[tokio::test]
async fn the_first_leads_follow_by_themselves_and_others_stay_as_they_are() {
    let app = TestApp::new();
    let ann = Browser::admin(&app).await;
    for (path, is_live) in
        [("/leads", true), ("/leads?stage=Inquiry", true), ("/leads?attribute=industry&is=Software", false)]
    {
        let page = ann.get(path).await;
        assert_eq!((page.status, page.text().contains("<body data-live>")), (StatusCode::OK, is_live), "{path}");
    }
}
