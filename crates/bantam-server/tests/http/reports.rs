//! Reports and impacts over the store: the same as over files with the same facts.

use crate::test_app::{Answer, DEFINITION, NOW, TestApp};
use axum::http::{Method, StatusCode};
use bantam_core::DefinitionText;
use bantam_engine::input::{Dataset, Input, RowKind};
use bantam_insight::history::{Prepared, Wishes, gather, prepare};
use bantam_insight::impact::{ImpactOptions, Judged, Reading, document, impact};
use bantam_insight::report::{About, Cut, Period, ReportOptions, Spend, report, report_document};
use bantam_lang::CheckedDefinition;
use bantam_lang::convert::parse_time;
use serde_json::{Map, Value, json};

const OTHER: &str = r#"
bantam: 1
lead: {industry: text, size: number}
event: {plan: text}
fit:
  rules:
    Software: {if: industry == "software", points: 20}
    Large: {if: size > 50, points: 10}
engagement:
  rules:
    Requested a demo: {on: demo_requested, points: 30, times: 1}
    Big plan: {on: pricing_viewed, if: event.plan == "big", points: 15, times: 1}
stages: [Inquiry, Sales-ready: score >= 45, Accepted: accepted_by_sales]
hand_off: Sales-ready
routes: [{to: partners, if: industry == "retail", respond_within: 2h}, {to: sales, respond_within: 1h}]
"#;

fn checked(text: &str) -> CheckedDefinition {
    DefinitionText { name: "d.yaml".into(), text: text.into(), lists: Vec::new() }.check().unwrap()
}

/// Tells of some leads in August to November, and lets sales answer now.
pub(crate) async fn told() -> TestApp {
    let app = TestApp::new();
    let mut lines = Vec::new();
    for n in 0..24 {
        let (user, month) = (format!("u{n}"), 8 + n % 3);
        let day = |day: usize| format!("2026-{month:02}-{day:02}T10:00:00Z");
        let industry = ["software", "retail", "farming"][n % 3];
        let (source, plan) = (["fair", "search"][n % 2], ["big", "small"][n % 2]);
        lines.push(json!({"type": "identify", "userId": user, "timestamp": day(2), "messageId": format!("i{n}"),
            "traits": {"industry": industry, "size": n * 5, "lead_source": source, "campaign": "autumn"}}));
        lines.push(json!({"type": "track", "userId": user, "timestamp": day(3), "event": "newsletter_opened"}));
        lines.push(json!({"type": "track", "userId": user, "timestamp": day(4), "event": "pricing_viewed",
            "properties": {"plan": plan}}));
        if n % 4 != 3 {
            lines.push(json!({"type": "track", "userId": user, "timestamp": day(5), "event": "demo_requested"}));
        }
        if n % 5 == 0 {
            lines.push(json!({"type": "identify", "userId": user, "timestamp": day(20), "messageId": format!("j{n}"),
                "traits": {"size": 99}}));
        }
    }
    lines.push(
        json!({"type": "answer", "userId": "u3", "answer": "opportunity", "timestamp": "2026-11-10", "by": "cem",
        "amount": 700}),
    );
    lines.push(json!({"type": "spend", "timestamp": "2026-09-01", "amount": 900, "source": "fair"}));
    let body: Vec<String> = lines.iter().map(Value::to_string).collect();
    let imported =
        app.request(Method::POST, "/v1/import", &[("authorization", "Bearer m")], body.join("\n").into()).await;
    assert_eq!(imported.json()["rejected"], json!(0), "{}", imported.text());
    app.manage(Method::POST, "/api/spend", json!({"date": "2026-10-01", "amount": 300.5, "by": "mia"})).await;
    app.pass(600);
    answer_some(&app).await;
    // Somebody who may not be scored, and something taken back, count nowhere.
    app.manage(Method::PUT, "/api/leads/u22/do-not-score", json!({"on": true, "by": "mia"})).await;
    app.manage(Method::POST, "/api/events/j5/retract", json!({"reason": "wrong", "by": "mia"})).await;
    app
}

async fn answer_some(app: &TestApp) {
    let open = app.get("/api/hand-offs?limit=100").await.json()["hand_offs"].as_array().unwrap().clone();
    assert_eq!(open.len(), 18);
    for (n, hand_off) in open.iter().enumerate() {
        let id = hand_off["id"].as_str().unwrap();
        let answer = async |name: &str, body: Value| {
            let answer = app.manage(Method::POST, &format!("/api/hand-offs/{id}/{name}"), body).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        };
        match n % 3 {
            0 => answer("reject", json!({"by": "ann", "reason": "no fit"})).await,
            1 => {
                answer("accept", json!({"by": "ben"})).await;
                let deal = json!({"by": "ben", "amount": 1000 + n, "close_date": "2026-12-24"});
                answer("open-opportunity", deal).await;
                if n % 2 == 0 {
                    answer("win", json!({"by": "ben", "amount": 1200 + n})).await;
                }
            }
            _ => {}
        }
    }
}

/// All leads and events as lines of files, as the history of each lead shows them.
async fn exported(app: &TestApp) -> [String; 2] {
    let (mut leads, mut events) = (String::new(), String::new());
    for n in (0..24).filter(|n| *n != 22) {
        let mut attributes = Map::new();
        let mut facts = app.get(&format!("/api/leads/u{n}/history")).await.json()["facts"].as_array().unwrap().clone();
        facts.retain(|fact| fact["retracted_by"].is_null());
        for fact in facts {
            let mut row = Map::from_iter([("lead_id".to_owned(), json!(format!("u{n}")))]);
            if let Some(profile) = fact["kind"]["profile"].as_object() {
                attributes.extend(profile["traits"].as_object().unwrap().clone());
                row.insert("updated_at".into(), fact["happened_at"].clone());
                row.extend(attributes.clone());
                leads += &format!("{}\n", Value::from(row));
                continue;
            }
            row.insert("timestamp".into(), fact["happened_at"].clone());
            if let Some(event) = fact["kind"]["event"].as_object() {
                row.insert("event".into(), event["name"].clone());
                row.extend(event["properties"].as_object().unwrap().clone());
            } else {
                let answer = fact["kind"]["answer"].as_object().unwrap();
                let name = match answer["answer"].as_str().unwrap() {
                    "accepted" => "sales_accepted",
                    "rejected" => "sales_rejected",
                    "opportunity" => "opportunity_opened",
                    "won" => "opportunity_won",
                    other => panic!("{other}"),
                };
                row.insert("event".into(), json!(name));
                row.insert("owner".into(), answer["by"].clone());
                row.extend(
                    ["reason", "amount"].iter().filter_map(|key| Some(((*key).into(), answer.get(*key)?.clone()))),
                );
            }
            events += &format!("{}\n", Value::from(row));
        }
    }
    [leads, events]
}

fn read(prepared: &Prepared, [leads, events]: &[String; 2], as_of: i64) -> Dataset {
    let mut input = Input::new(&prepared.meaning, |rejected| panic!("{rejected:?}"));
    input.read_ndjson(RowKind::Lead, "leads", leads.as_bytes(), &|_| {}).unwrap();
    input.read_ndjson(RowKind::Event, "events", events.as_bytes(), &|_| {}).unwrap();
    input.finish(as_of).unwrap()
}

fn now() -> i64 {
    parse_time(NOW).unwrap() + 600_000_000
}

#[track_caller]
fn check(answer: &Answer, expected: &str) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let (found, expected): (Value, Value) = (answer.json(), serde_json::from_str(expected).unwrap());
    for (one, other) in found["sections"].as_array().unwrap().iter().zip(expected["sections"].as_array().unwrap()) {
        assert_eq!(one, other, "{}", one["id"]);
    }
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_over_the_store_are_those_over_files_with_the_same_facts() {
    let app = told().await;
    let definition = checked(DEFINITION);
    let prepared = prepare(&definition.meaning(), &Wishes::default());
    let history = gather(&prepared, read(&prepared, &exported(&app).await, now()).timelines(), now(), &|_| {});
    assert!(history.deals.len() > 5 && history.hand_offs.len() > 15, "the facts are worth a report");
    let spent = |date: &str, amount: f64, source: Option<&str>| Spend {
        date: parse_time(date).unwrap(),
        amount,
        source: source.map(str::to_owned),
        campaign: None,
    };
    let spend = [spent("2026-09-01", 900.0, Some("fair")), spent("2026-10-01", 300.5, None)];
    let about = About {
        definition: None,
        fingerprint: definition.fingerprint().to_string(),
        as_of: "2026-11-21T12:10:00Z".into(),
        is_command: false,
    };
    let plain = report(&history, Some(&spend), &ReportOptions::default());
    let expected = report_document(&plain, &history, &about).to_json();
    check(&app.get("/api/reports/all").await, &expected);
    let options = ReportOptions {
        from: parse_time("2026-09-01"),
        to: parse_time("2026-11-01"),
        by: Period::Week,
        cuts: vec![Cut::Source, Cut::Owner, Cut::Attribute("industry".into())],
        cost_per_hand_off: Some(150.0),
        value_per_win: Some(20_000.5),
        capacity_a_week: Some(3.0),
        made_on: None,
    };
    let cut = report_document(&report(&history, Some(&spend), &options), &history, &about);
    let query = "from=2026-09-01&to=2026-11-01&by=week&cut=source,owner,%20industry&cost_per_hand_off=150\
                 &value_per_win=20000.5&capacity=3";
    check(&app.get(&format!("/api/reports/all?{query}")).await, &cut.to_json());
    // Everything happened before the definition decided, but for what sales said.
    let versions = app.get("/api/reports/key-metrics?cut=version").await.json();
    let section = |id: &str| versions["sections"].as_array().unwrap().iter().find(|each| each["id"] == id).cloned();
    let by_version = section("by-version").unwrap_or_else(|| panic!("{versions}"));
    assert!(by_version.to_string().contains(&definition.fingerprint().to_string()[..8]), "{by_version}");
    let csv = app.get(&format!("/api/reports/all?{query}&format=csv")).await;
    assert_eq!((csv.header("content-type"), csv.text()), ("text/csv; charset=utf-8", cut.to_csv()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_impact_over_the_store_is_that_over_files_with_the_same_facts() {
    let app = told().await;
    let text = json!({"text": OTHER, "by": "mia"});
    let draft = app.manage(Method::POST, "/api/definitions", text).await.json();
    let fingerprint = draft["fingerprint"].as_str().unwrap_or_else(|| panic!("{draft}"));
    let definitions = [checked(DEFINITION), checked(OTHER)];
    let prepared = definitions.each_ref().map(|definition| prepare(&definition.meaning(), &Wishes::default()));
    let files = exported(&app).await;
    let data = prepared.each_ref().map(|prepared| read(prepared, &files, now()));
    let judged = |n: usize| Judged::new(&definitions[n], &prepared[n], &data[n], now(), &|_| {});
    let options = ImpactOptions { named: 7, ..ImpactOptions::default() };
    let change = impact(&judged(0), &judged(1), &options);
    assert!(!change.is_none());
    let path = format!("/api/definitions/{fingerprint}/impact");
    check(&app.get(&format!("{path}?top=7")).await, &document(&change, Reading::Change).to_json());
    let back = impact(&judged(1), &judged(0), &ImpactOptions::default());
    let active = definitions[0].fingerprint().to_string();
    let against = format!("/api/definitions/{active}/impact?against={fingerprint}&disagreement=true");
    check(&app.get(&against).await, &document(&back, Reading::Disagreement).to_json());
    assert_eq!(app.get("/api/definitions/nothing/impact").await.status, StatusCode::NOT_FOUND);
    let many = app.get(&format!("{path}?top=1001")).await;
    assert_eq!(many.json()["error"]["field"], json!("top"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_of_the_facts_there_are() {
    let app = TestApp::new();
    let qualified = async || app.get("/api/reports/key-metrics").await.text();
    let nothing = qualified().await;
    assert_eq!(nothing, qualified().await);
    app.send("/v1/track", &crate::track("zoe@example.com", "demo_requested", "m")).await;
    let one = qualified().await;
    assert_ne!(one, nothing);
    app.manage(Method::POST, "/api/spend", json!({"date": "2026-11-01", "amount": 5, "by": "mia"})).await;
    let with_costs = qualified().await;
    assert_ne!(with_costs, one);
    app.manage(Method::DELETE, "/api/leads/zoe@example.com?by=mia", json!({})).await;
    assert!(!app.get("/api/reports/all").await.text().contains("zoe@example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_04_what_a_report_is_asked_is_read_strictly() {
    let app = TestApp::new();
    app.send("/v1/track", &crate::track("ann", "demo_requested", "m")).await;
    let csv = [("authorization", "Bearer r"), ("accept", "text/csv;q=0.9, */*")];
    let answer = app.request(Method::GET, "/api/reports/waterfall", &csv, Vec::new()).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let ids = app.get("/api/reports/waterfall").await.json();
    let ids: Vec<&str> =
        ids["sections"].as_array().unwrap().iter().map(|section| section["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["waterfall", "left-out"]);
    assert_eq!(app.get("/api/reports/everything").await.status, StatusCode::NOT_FOUND);
    for (query, field, says) in [
        ("cut=industri", "cut", "did you mean `industry`?"),
        ("by=moth", "by", "did you mean `month`?"),
        ("from=2026-02-01&to=2026-01-01", "from", "is not before"),
        ("made_from=2026-02-01", "made_to", "need each other"),
        ("capacity=-1", "capacity", "0 or more"),
        ("capacity=NaN", "capacity", "0 or more"),
        ("wher=x", "wher", "unknown parameter"),
    ] {
        let answer = app.get(&format!("/api/reports/all?{query}")).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{query}");
        assert!(error["message"].as_str().unwrap().contains(says), "{query}: {error}");
    }
}

/// What a report says in some section.
async fn section(app: &TestApp, name: &str) -> Value {
    let answer = app.get(&format!("/api/reports/{name}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["sections"].clone()
}

#[tokio::test]
async fn sto_12_counts_of_reports_stay_when_people_are_erased() {
    let app = TestApp::new();
    for n in 0..12 {
        for (event, at) in [("newsletter_opened", 0), ("demo_requested", 1)] {
            app.pass(3_600);
            if n % 4 < 3 || at == 0 {
                let message = json!({"userId": format!("u{n}"), "event": event, "messageId": format!("{event}-{n}")});
                assert_eq!(app.send("/v1/track", &message).await.status, StatusCode::OK);
            }
        }
    }
    let open = app.get("/api/hand-offs?limit=100").await.json()["hand_offs"].as_array().unwrap().clone();
    assert_eq!(open.len(), 9);
    for (n, hand_off) in open.iter().enumerate() {
        let id = hand_off["id"].as_str().unwrap();
        let answers: &[(&str, Value)] = &[
            ("accept", json!({"by": "ben"})),
            ("open-opportunity", json!({"by": "ben", "amount": 1_000 + n, "close_date": "2026-12-24"})),
            ("win", json!({"by": "ben", "amount": 1_200 + n})),
        ];
        let rejected = [("reject", json!({"by": "ann", "reason": "no fit"}))];
        let given = if n % 3 == 0 { &rejected[..] } else { &answers[..n % 4] };
        for (name, body) in given {
            app.pass(600);
            let answer = app.manage(Method::POST, &format!("/api/hand-offs/{id}/{name}"), body.clone()).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        }
    }
    app.pass(60);
    let counts = ["key-metrics", "waterfall", "speed", "wasted", "calibration"];
    let mut before = Vec::new();
    for name in counts {
        before.push(section(&app, name).await);
    }
    assert!(before[0].to_string().contains("9"), "{}", before[0]);
    // Some of each: rejected, won, accepted, waiting, never handed over.
    for n in [0, 1, 2, 3, 5, 6, 9, 10] {
        let erased = app.manage(Method::DELETE, &format!("/api/leads/u{n}?by=dpo"), json!({})).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{}", erased.text());
    }
    for (name, before) in counts.iter().zip(before) {
        assert_eq!(section(&app, name).await, before, "{name}");
    }
    let all = section(&app, "all").await.to_string();
    for n in [0, 1, 2, 3, 5, 6, 9, 10] {
        assert!(!all.contains(&format!("\"u{n}\"")), "u{n} is still named");
        assert!(!all.contains(&bantam_core::identity::tombstone(&format!("u{n}"))), "what is left of u{n} is named");
    }
}
