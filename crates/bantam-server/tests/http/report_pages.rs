//! Reports as pages: what the API says, embedded under the policy of the pages.

use crate::browser::Browser;
use crate::reports::told;
use crate::test_app::{DEFINITION, TestApp};
use axum::http::StatusCode;

const NAMES: [&str; 10] = [
    "key-metrics",
    "waterfall",
    "calibration",
    "threshold",
    "wasted",
    "missed",
    "journeys",
    "speed",
    "drift",
    "turned",
];

/// The tags of a page.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

#[tokio::test]
async fn ui_02_every_report_has_a_page_without_inline_script_or_style() {
    let app = told().await;
    let ann = Browser::ann(&app).await;
    let mut charts = 0;
    for path in std::iter::once("/reports".to_owned()).chain(NAMES.map(|name| format!("/reports/{name}"))) {
        let page = ann.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
        let text = page.text();
        for tag in tags(&text) {
            assert!(!tag.contains(" style=") && !tag.starts_with("style"), "{path}: <{tag}>");
            let is_script = tag.starts_with("script");
            assert!(
                !is_script || tag.contains("src=\"/assets/") || tag.contains("application/json"),
                "{path}: <{tag}>"
            );
        }
        let has_charts = text.contains("data-chart=");
        assert_eq!(text.contains("/assets/charts."), has_charts, "{path}");
        charts += usize::from(has_charts);
        assert_eq!(tags(&text).iter().filter(|tag| tag.starts_with("h1")).count(), 1, "{path}");
    }
    assert!(charts > 2, "{charts}");
}

#[tokio::test]
async fn the_overview_says_whether_it_is_working_with_the_figure() {
    let app = told().await;
    let ann = Browser::ann(&app).await;
    let page = ann.get("/reports").await.text();
    assert!(page.contains("<h1>Too early to tell whether it is working: "), "{page}");
    assert!(page.contains("% of qualified leads became opportunities"));
    for name in ["Qualified leads", "Lead to opportunity", "Cost per qualified lead", "Marketing ROI"] {
        assert!(page.contains(name), "{name}");
    }
    // The same time goes with every way out of it.
    let page = ann.get("/reports?from=2026-09-01&to=2026-09-30&by=week").await.text();
    assert!(page.contains("/reports/speed?from=2026-09-01&amp;to=2026-09-30&amp;by=week"), "{page}");
    assert!(page.contains("2026-09-01 to 2026-09-30"));
}

#[tokio::test]
async fn figures_are_cut_by_what_the_address_says() {
    let app = told().await;
    let ann = Browser::ann(&app).await;
    let page = ann.get("/reports/key-metrics?cut=source").await.text();
    assert!(page.contains("By source") && page.contains("<bdi>fair</bdi>"), "{page}");
    assert!(page.contains("<option value=\"source\" selected>"));
    assert!(page.contains("<option value=\"industry\">"));
    let unknown = ann.get("/reports/key-metrics?cut=sourc").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.text().contains("did you mean `source`?"), "{}", unknown.text());
}

#[tokio::test]
async fn exp_01_a_table_is_a_file() {
    let app = told().await;
    let ann = Browser::ann(&app).await;
    let page = ann.get("/reports/waterfall").await.text();
    assert!(page.contains("href=\"/reports/waterfall/standard-stages.csv\""), "{page}");
    let file = ann.get("/reports/waterfall/standard-stages.csv").await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"standard-stages.csv\"");
    assert!(file.text().starts_with("\u{feff}stage,leads,"), "{}", file.text());
    for missing in ["/reports/waterfall/none.csv", "/reports/waterfall/standard-stages", "/reports/all/total.csv"] {
        assert_eq!(ann.get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test]
async fn ui_04_what_cannot_be_read_is_said_and_kept() {
    let app = told().await;
    let ann = Browser::ann(&app).await;
    for (query, says) in [
        ("from=soon", "This is no day such as 2026-01-31."),
        ("from=2026-02-02&to=2026-02-01", "The last day is before the first."),
        ("by=decade", "This is none of week, month and quarter."),
    ] {
        for path in ["/reports", "/reports/speed"] {
            let page = ann.get(&format!("{path}?{query}")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}?{query}");
            assert!(page.text().contains(says), "{}", page.text());
        }
    }
    assert!(ann.get("/reports?from=soon").await.text().contains("value=\"soon\""));
    assert_eq!(ann.get("/reports/speed?colour=red").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ann.get("/reports/all").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.get("/reports/none").await.status, StatusCode::NOT_FOUND);
    let nobody = Browser::new(&app);
    assert_eq!(nobody.get("/reports/speed").await.header("location"), "/sign-in?next=%2Freports%2Fspeed");
}

#[tokio::test]
async fn a_definition_without_a_hand_off_has_no_reports_and_says_so() {
    let without = DEFINITION.lines().filter(|line| !line.starts_with("hand_off") && !line.starts_with("routes"));
    let app = TestApp::deciding_by(without.collect::<Vec<_>>().join("\n").leak());
    let ann = Browser::ann(&app).await;
    for path in ["/reports", "/reports/speed"] {
        let page = ann.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("There is nothing to report on yet"), "{}", page.text());
        assert!(page.text().contains("add `hand_off`") && page.text().contains("href=\"/definition\""));
    }
}

#[tokio::test]
async fn every_page_says_that_the_definition_is_unsigned_and_its_review_due() {
    let app = TestApp::deciding_by(format!("{DEFINITION}review_every: 30d\n").leak());
    let ann = Browser::ann(&app).await;
    let page = ann.get("/queue").await.text();
    assert!(
        page.contains("The definition runs unsigned") && page.contains("marketing and sales did not sign it"),
        "{page}"
    );
    assert!(!page.contains("review of the definition is due"));
    app.pass(30 * 86_400);
    let ann = ann.again().await;
    for path in ["/queue", "/account", "/settings", "/reports"] {
        let page = ann.get(path).await.text();
        assert!(page.contains("review of the definition is due</b> since 21 Dec 2026"), "{path}: {page}");
    }
    // Whoever has not signed in learns nothing.
    assert!(!Browser::new(&app).get("/sign-in").await.text().contains("unsigned"));
}
