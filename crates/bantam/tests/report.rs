//! `bantam report` as people run it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops at the first thing that cannot be, and says what it skips"
)]

mod common;

use common::{DEFINITION, Desk, project};
use std::fs;

/// Two leads with a demo each, one accepted and won; and one without.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("d.yaml", DEFINITION);
    desk.write("leads.csv", "lead_id,created_at,industry,employees,lead_source\nL1,2026-01-01,Software,300,web\nL2,2026-01-02,Retail,,fair\nL3,2026-01-03,Software,10,web\n");
    desk.write(
        "events.csv",
        "event_id,lead_id,event,timestamp,amount,owner\n1,L1,demo_requested,2026-01-10,,\n2,L1,sales_accepted,2026-01-10T00:30:00Z,,kim\n\
         3,L1,opportunity_opened,2026-01-12,,\n4,L1,opportunity_won,2026-02-01,900,\n5,L2,demo_requested,2026-01-11,,\n",
    );
    desk.write("spend.csv", "date,lead_source,campaign,amount\n2026-01-05,web,,200\n2026-01-06,fair,,100.50\n");
    desk
}

const CALL: &str = "report d.yaml --leads leads.csv --events events.csv --as-of 2026-03-01";

#[test]
fn figures_stand_on_the_terminal_and_in_every_form() {
    let desk = desk();
    let ran = desk.run(&format!("{CALL} --spend spend.csv --cut source owner version --decided 2026-01-01=ours"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["Key metrics", "Waterfall", "No conclusion", "By source", "By owner", "By version", "ours", "300.50"] {
        assert!(ran.out.contains(part), "`{part}` is not in\n{}", ran.out);
    }
    for name in ["r.html", "r.md", "r.json", "r.csv", "r.txt"] {
        let ran = desk.run(&format!("{CALL} --output {name}"));
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
        assert!(desk.read(name).contains("qualified"), "{name}");
    }
    let ran = desk.run(&format!("{CALL} --output r.md"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("exists already"), "{}", ran.err);
}

#[test]
fn figures_are_what_the_log_says() {
    let desk = desk();
    let ran = desk.run(&format!("{CALL} --spend spend.csv --output r.json"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document: serde_json::Value = serde_json::from_str(&desk.read("r.json")).unwrap();
    let tables =
        document["sections"].as_array().unwrap().iter().flat_map(|section| section["tables"].as_array().unwrap());
    let total = tables.into_iter().find(|table| table["id"] == "total").unwrap();
    let value = |figure: &str| {
        let rows = total["rows"].as_array().unwrap();
        rows.iter().find(|row| row[0]["value"] == figure).unwrap()[1].clone()
    };
    // Handed off: L1 and L2. L1 became an opportunity and was won for 900; 300.50 were spent on two qualified leads.
    assert_eq!(value("Qualified leads")["value"], 2);
    assert_eq!(
        (
            value("Lead-to-opportunity conversion")["hits"].as_u64(),
            value("Lead-to-opportunity conversion")["n"].as_u64()
        ),
        (Some(1), Some(2))
    );
    assert_eq!(value("Cost per qualified lead")["value"], 150.25);
    assert_eq!(value("Won amount")["value"], 900.0);
}

#[test]
fn an_outcome_may_stand_in_a_column() {
    let desk = desk();
    desk.write(
        "ended.csv",
        "lead_id,industry,employees,Converted\nL1,Software,300,1\nL2,Retail,5,0\nL3,Software,10,1\n",
    );
    let ran = desk.run("report d.yaml --leads ended.csv --outcome Converted=1 --as-of 2026-03-01");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("does not say when") && ran.out.contains("Where should the threshold be?"), "{}", ran.out);
    assert!(!ran.out.contains("Speed to lead\n"), "{}", ran.out);
    for (outcome, said) in
        [("Convertd=1", "no lead has a value"), ("Converted=yes", "none was won"), ("Converted", "two parts")]
    {
        let ran = desk.run(&format!("report d.yaml --leads ended.csv --outcome {outcome} --as-of 2026-03-01"));
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn what_cannot_be_done_is_told_with_the_way_out() {
    let desk = desk();
    desk.write("plain.yaml", "bantam: 1\nlead: {industry: text}\nstages: [Inquiry]\n");
    for (call, said, help) in [
        (CALL.replace("d.yaml", "plain.yaml"), "passes to sales", "add `hand_off:`"),
        (format!("{CALL} --cut sorce"), "`sorce`", "did you mean `source`?"),
        (format!("{CALL} --cut version"), "which version", "--decided 2026-01-01=first"),
        (format!("{CALL} --cut version --decided 2026-01-01"), "names no version", "2026-01-01=first"),
        (format!("{CALL} --column ownr=x"), "`ownr`", "did you mean `owner`?"),
        (format!("{CALL} --from 2026-03-01 --to 2026-01-01"), "later than", "swap"),
        (format!("{CALL} --made-on 2026"), "no stretch of time", "2026-01-01..2026-03-31"),
        (format!("{CALL} --output r.docx"), "no known format", ".html"),
        (format!("{CALL} --value-per-win=-5"), "0 or more", ""),
        (format!("{CALL} --spend nowhere.csv"), "nowhere.csv", ""),
    ] {
        let ran = desk.run(&call);
        assert_eq!(ran.code, 2, "{call}\n{}", ran.err);
        assert!(ran.err.contains(said) && ran.err.contains(help), "{call}\n{}", ran.err);
    }
}

#[test]
fn rows_of_spend_that_cannot_count_are_told() {
    let desk = desk();
    desk.write("odd.csv", "date,amount\n2026-01-05,200\nsoon,10\n2026-01-06,a lot\n");
    let ran = desk.run(&format!("{CALL} --spend odd.csv"));
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("needs a `date` and an `amount`") && ran.err.contains("1 row of spend"), "{}", ran.err);
    assert!(ran.out.contains("200"), "{}", ran.out);
}

const PRINTS: &str = "It prints:\n";

#[test]
fn the_example_of_the_page_is_what_the_program_prints() {
    let path = project().join("docs/reports.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, shown) = page.split_once(PRINTS).unwrap();
    let calls = before.rsplit("```text\n").next().unwrap().lines().filter_map(|line| line.strip_prefix("bantam "));
    let desk = Desk::new();
    let mut out = String::new();
    for call in calls {
        let ran = desk.run(call);
        assert_eq!(ran.code, 0, "{call}\n{}", ran.err);
        out = ran.out.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    }
    let printed = format!("\n```text\n{out}```\n");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{PRINTS}{printed}")).unwrap();
    } else {
        assert_eq!(shown, printed, "run with UPDATE_DOCS=1 to renew it");
    }
}

/// Returns a public data file, where it is present beside the project.
fn data(file: &str) -> Option<String> {
    let path = project().join("../shared/data").join(file);
    if !path.is_file() {
        eprintln!("skipped: {} is not here", path.display());
    }
    Some(path.canonicalize().ok()?.display().to_string())
}

/// Returns the CSV of a report over real files: lines `table,row,column,...`.
fn report_csv(line: &str) -> String {
    let desk = Desk::new();
    let ran = desk.run(&format!("{line} --output r.csv"));
    assert!([0, 3].contains(&ran.code), "{}", ran.err);
    desk.read("r.csv")
}

/// The file has 4,238 won and 2,473 lost deals: 63.15 % of those that ended.
#[test]
fn the_win_rate_of_a_crm_is_that_of_its_file() {
    let Some(pipeline) = data("crm-sales-opportunities/sales_pipeline.csv") else { return };
    let definition = project().join("examples/crm-sales-opportunities/definition.yaml");
    let table = report_csv(&format!(
        "report {} --leads {pipeline} --events {pipeline} --as-of 2017-12-31T23:59:59Z --cut product owner --column owner=sales_agent amount=close_value",
        definition.display()
    ));
    let line = table.lines().find(|line| line.contains("Opportunity-to-win")).unwrap();
    assert!(table.contains("4238") && table.contains("6711"), "{line}");
}

#[test]
fn scores_of_x_education_are_held_against_its_outcomes() {
    let Some(leads) = data("x-education/leads.csv") else { return };
    let definition = project().join("examples/x-education/definition.yaml");
    let table = report_csv(&format!(
        "report {} --leads {leads} --as-of 2026-01-01 --outcome Converted=1",
        definition.display()
    ));
    assert!(table.lines().any(|line| line.starts_with("score-bands")), "{table}");
}
