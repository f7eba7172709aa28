//! The other commands as their users meet them.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that cannot be")]

mod common;

use common::{DEFINITION, Desk};

#[test]
fn a_sound_definition_passes_the_check() {
    let desk = Desk::with_sample();
    let ran = desk.run("check d.yaml");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("2 fit rules, 2 engagement rules, 3 stages"), "{}", ran.err);
}

#[test]
fn an_empty_definition_is_an_error() {
    let desk = Desk::new();
    for text in ["", "# nothing\n", "---\n"] {
        desk.write("d.yaml", text);
        let ran = desk.run("check d.yaml");
        assert_eq!(ran.code, 2, "{text:?}: {}", ran.err);
        assert!(ran.err.contains("bantam init") || ran.err.contains("bantam: 1"), "{}", ran.err);
    }
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let desk = Desk::new();
    desk.write(
        "d.yaml",
        DEFINITION.replace("by: employees", "by: employes").replace("engagement >= 30", "engagment >= 30"),
    );
    let ran = desk.run("check d.yaml");
    assert_eq!(ran.code, 2);
    for text in
        ["B0101", "`employes`", "did you mean `employees`?", "did you mean `engagement`?", "2 errors", "d.yaml:7:"]
    {
        assert!(ran.err.contains(text), "{text} is missing in\n{}", ran.err);
    }
    let json: serde_json::Value = serde_json::from_str(&desk.run("check d.yaml --json").out).unwrap();
    assert_eq!(json["diagnostics"][0]["code"], "B0101");
    assert_eq!(json["diagnostics"][0]["start"], serde_json::json!({"line": 7, "column": 16}));
}

#[test]
fn check_beside_data_shows_what_rules_hit() {
    let desk = Desk::with_sample();
    desk.write("leads.csv", "lead_id,industry,employees\nL1,software,300\nL2,Retail,\nL3,Software,10\n");
    let ran = desk.run("check d.yaml --leads leads.csv --events events.csv --as-of 2026-01-05");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("Industry") && ran.out.contains("Demo"), "{}", ran.out);
    assert!(ran.err.contains("B0302") && ran.err.contains("software"), "{}", ran.err);
}

#[test]
fn warnings_stop_only_where_asked_for() {
    let desk = Desk::new();
    desk.write("d.yaml", DEFINITION.replace("engagement >= 30", "engagement >= 3000"));
    assert_eq!(desk.run("check d.yaml").code, 0);
    assert_eq!(desk.run("check d.yaml --deny-warnings").code, 2);
}

#[test]
fn explain_shows_every_point_and_what_is_missing() {
    let desk = Desk::with_sample();
    let ran = desk.run("explain d.yaml L1 --leads leads.csv --events events.csv --as-of 2026-02-05");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for text in [
        "score 87 = fit 50 + engagement 37",
        "75 halved 1 time",
        "35 days ago",
        "+30  Industry",
        "If nothing else happens",
    ] {
        assert!(ran.out.contains(text), "{text} is missing in\n{}", ran.out);
    }
    let json = desk.run("explain d.yaml L1 --leads leads.csv --events events.csv --as-of 2026-02-05 --json");
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["result"]["score"], 87);
    let sum: i64 = json["reasons"].as_array().unwrap().iter().map(|reason| reason["points"].as_i64().unwrap()).sum();
    assert_eq!(sum, 87);
    let unknown = desk.run("explain d.yaml L11 --leads leads.csv --events events.csv --as-of 2026-02-05");
    assert!(unknown.code == 2 && unknown.err.contains("did you mean `L1`?"), "{}", unknown.err);
}

#[test]
fn explain_knows_codes() {
    let desk = Desk::new();
    assert!(desk.run("explain b0101").out.starts_with("# B0101"));
    let unknown = desk.run("explain B9999");
    assert_eq!(unknown.code, 2);
}

#[test]
fn diff_says_what_changed_in_words_and_nothing_for_layout() {
    let desk = Desk::with_sample();
    desk.write(
        "new.yaml",
        DEFINITION.replace("points: 75", "points: 60").replace("engagement >= 30", "engagement >= 40"),
    );
    let ran = desk.run("diff d.yaml new.yaml");
    assert!(ran.out.contains("75 -> 60") && ran.out.contains("30 -> 40"), "{}", ran.out);
    desk.write(
        "layout.yaml",
        format!(
            "# moved about\n{}",
            DEFINITION.replace("{by: industry, points: {Software: 30}}", "{points: {'Software': 30}, by: 'industry'}")
        ),
    );
    let same = desk.run("diff d.yaml layout.yaml");
    assert_eq!((same.code, same.out.as_str()), (0, ""), "{}", same.err);
}

#[test]
fn init_writes_a_template_and_keeps_what_is_there() {
    let desk = Desk::new();
    assert_eq!(desk.run("init --template bant mine.yaml").code, 0);
    assert_eq!(desk.run("check mine.yaml --deny-warnings").code, 0);
    let again = desk.run("init --template bant mine.yaml");
    assert!(again.code == 2 && again.err.contains("--force"), "{}", again.err);
    let wrong = desk.run("init --template ban");
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `bant`?"), "{}", wrong.err);
    assert!(desk.run("templates").out.contains("score-and-grade"));
}

#[test]
fn simulate_is_the_same_for_the_same_seed_and_can_be_scored() {
    let desk = Desk::new();
    assert_eq!(desk.run("simulate a --leads 200 --seed 7").code, 0);
    assert_eq!(desk.run("simulate b --leads 200 --seed 7").code, 0);
    assert_eq!(desk.read("a/events.csv"), desk.read("b/events.csv"));
    assert_eq!(desk.run("simulate a --leads 200").code, 2, "existing files are kept");
    desk.run("init --template touchpoints t.yaml");
    let ran = desk.run("score t.yaml --leads a/leads.csv --events a/events.csv --as-of 2026-01-01 -o -");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 201);
}

#[test]
fn demo_does_the_main_job_and_can_be_run_again() {
    let desk = Desk::new();
    let ran = desk.run("demo --leads 300");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for text in ["A sample company: 300 leads", "Stages", "Why is", "What to try next"] {
        assert!(ran.out.contains(text), "{text} is missing in\n{}", ran.out);
    }
    assert_eq!(desk.run("check bantam-demo/acme.yaml --deny-warnings").err.matches("warning[").count(), 0);
    desk.write("bantam-demo/acme.yaml", desk.read("bantam-demo/acme.yaml").replace("points: 75", "points: 70"));
    assert_eq!(desk.run("demo --leads 300").code, 0);
    assert!(desk.read("bantam-demo/acme.yaml").contains("points: 70"), "a changed definition is kept");
    assert!(!ran.err.contains("The service runs"), "nobody looks at a terminal here");
    desk.write("mine/leads.csv", "precious");
    assert_eq!(desk.run("demo mine").code, 2);
    assert_eq!(desk.read("mine/leads.csv"), "precious");
}

#[test]
fn schema_is_json() {
    let schema: serde_json::Value = serde_json::from_str(&Desk::new().run("schema").out).unwrap();
    assert!(schema["properties"]["engagement"].is_object());
}
