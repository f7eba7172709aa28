//! `bantam import`: files into a store and a service, again and again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

mod common;
mod service;

use common::{DEFINITION, Desk};
use serde_json::{Value, json};
use service::{MANAGE_KEY, Service, WRITE_KEY};
use std::collections::BTreeMap;

const LEADS: &str = "lead_id,industry,Number of Employees\nL1,Software,300\nL2,Retail,\nL3,Software,10\n,Retail,7\n";
const EVENTS: &str = "\
event_id,lead_id,event,timestamp
1,L1,demo_requested,2026-01-01
2,L2,page_viewed,2026-01-02
3,L2,page_viewed,2026-01-02
4,L9,page_viewed,soon
";

/// Imports, and returns what the program says at the end.
#[track_caller]
fn import(desk: &Desk, line: &str, code: i32) -> String {
    let ran = desk.run(&format!("import {line}"));
    assert_eq!(ran.code, code, "import {line}\n{}", ran.err);
    ran.err
}

/// A service over the store of a desk.
fn serve(desk: &Desk, definition: &str) -> Service {
    Service::over(definition, &desk.path("leads.db"))
}

#[test]
fn cli_03_an_import_that_is_run_again_changes_nothing() {
    let desk = Desk::new();
    desk.write("d.yaml", DEFINITION);
    desk.write("leads.csv", LEADS);
    desk.write("events.csv", EVENTS);
    let line = "--store leads.db --definition d.yaml --leads leads.csv --events events.csv --rejects bad.csv --force";
    let dry = import(&desk, &format!("{line} --dry-run"), 3);
    assert!(dry.contains("8 rows: 6 would be sent, 2 rejected"), "{dry}");
    assert!(dry.contains("Number of Employees  kept as `employees`"), "{dry}");
    assert!(!desk.path("leads.db").exists());
    let first = import(&desk, line, 3);
    assert!(first.contains("8 rows: 6 new, 0 there before, 2 rejected"), "{first}");
    let rejects = desk.read("bad.csv");
    assert!(rejects.contains("leads.csv,5,it has no lead,"), "{rejects}");
    assert!(rejects.contains("events.csv,5,`soon` is no time"), "{rejects}");
    let again = import(&desk, line, 3);
    assert!(again.contains("8 rows: 0 new, 6 there before, 2 rejected"), "{again}");
    let service = serve(&desk, DEFINITION);
    let lead = service.get("/api/leads/L1");
    assert_eq!(lead["attributes"], json!({"employees": "300", "industry": "Software"}));
    assert_eq!(lead["scores"]["fit"], json!(50), "{lead}");
    let facts = service.get("/api/leads/L2/history")["facts"].clone();
    assert_eq!(facts.as_array().unwrap().len(), 3, "{facts}");
    // The store is in use now, and the way out is told.
    let ran = desk.run("import --store leads.db --leads leads.csv");
    assert!(ran.code == 2 && ran.err.contains("--to URL"), "{}", ran.err);
}

#[test]
fn all_formats_and_both_ways_in_give_what_scoring_the_files_gives() {
    let desk = Desk::new();
    assert_eq!(desk.run("init d.yaml --template mql-sal-sql").code, 0);
    let definition = desk.read("d.yaml");
    let mut seen: Vec<BTreeMap<String, Value>> = Vec::new();
    for format in ["csv", "ndjson", "parquet"] {
        let simulated = desk.run(&format!("simulate {format} --leads 60 --days 60 --format {format}"));
        assert_eq!(simulated.code, 0, "{}", simulated.err);
        let files = format!("--leads {format}/leads.{format} --events {format}/events.{format} --definition d.yaml");
        let service = Service::start(&definition, &[]);
        let to = format!("{files} --to {} --key {WRITE_KEY}", service.url());
        let ran = desk.run(&format!("import {to}"));
        assert!(matches!(ran.code, 0 | 3), "{}", ran.err);
        seen.push(leads(&service));
        let ran = desk.run(&format!("import {files} --store {format}.db"));
        assert!(matches!(ran.code, 0 | 3), "{}", ran.err);
        seen.push(leads(&Service::over(&definition, &desk.path(&format!("{format}.db")))));
    }
    assert!(seen[0].len() > 20, "{}", seen[0].len());
    for other in &seen[1..] {
        assert_eq!(other, &seen[0]);
    }
}

/// Returns what the service knows of each lead.
fn leads(service: &Service) -> BTreeMap<String, Value> {
    // Over a store without a definition, leads are decided while it starts.
    let mut page = service.get("/api/leads?limit=500");
    for _ in 0..100 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let next = service.get("/api/leads?limit=500");
        let is_settled = next == page && !next["leads"].as_array().unwrap().is_empty();
        page = next;
        if is_settled {
            break;
        }
    }
    let leads = page["leads"].as_array().unwrap().iter();
    leads
        .map(|lead| (lead["id"].as_str().unwrap().to_owned(), json!([lead["stage"], lead["scores"]["score"]])))
        .collect()
}

#[test]
fn cli_03_an_import_that_was_killed_goes_on() {
    let desk = Desk::new();
    let mut events = String::from("lead_id,event,timestamp\n");
    for n in 0..30_000 {
        // Without ids; some rows are alike, and are as many events all the same.
        events += &format!("L{},page_viewed,2026-01-{:02}\n", n % 50, n % 28 + 1);
    }
    desk.write("events.csv", &events);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bantam"));
    command.args(["import", "--store", "leads.db", "--events", "events.csv"]).current_dir(desk.path(""));
    let mut killed = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    let _ = killed.kill();
    killed.wait().unwrap();
    let said = import(&desk, "--store leads.db --events events.csv", 0);
    let (new, before) = said.rsplit_once("rows: ").unwrap().1.split_once(" new, ").unwrap();
    let number = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u64>().unwrap();
    let before = before.split_once(" there").unwrap().0;
    assert_eq!(number(new) + number(before), 30_000, "{said}");
    let said = import(&desk, "--store leads.db --events events.csv", 0);
    assert!(said.contains(" 0 new, 30,000 there before"), "{said}");
}

#[test]
fn exports_of_other_programs_are_understood() {
    let desk = Desk::new();
    let definition = "\
bantam: 1
lead: {title: text, company: text, employees: number, created: time}
engagement: {rules: {Opened: {on: email_opened, points: 5}, Form: {on: form_submitted, points: 10}}}
stages: [Inquiry, {Ready: score >= 5}, {Accepted: accepted_by_sales}]
hand_off: Ready
";
    desk.write("d.yaml", definition);
    desk.write(
        "hubspot.csv",
        "_fivetran_deleted,_fivetran_synced,id,property_company,property_createdate,property_jobtitle\n\
         FALSE,2021-04-02 11:16:05,H1,Acme,2021-04-01 3:32:47,CEO\nTRUE,2021-04-02 11:16:05,H2,Gone,,\n",
    );
    desk.write("forms.csv", "timestamp,form_id,contact_id,conversion_id\n2023-11-01 10:20:00,123,H1,101\n");
    desk.write(
        "salesforce.csv",
        "Lead ID,Title,Company / Account,No. of Employees,IsDeleted,SystemModstamp\n\
         S1,CTO,Acme,50,false,2026-01-31T09:00:00.000+0000\n",
    );
    desk.write(
        "marketo.csv",
        "activity_date,activity_type_id,id,lead_id,primary_attribute_value\n2020-05-14 03:02:52.000,10,93724451,M1,x\n",
    );
    desk.write(
        "deals.csv",
        "ContactId,StageName,Amount,CloseDate,OwnerId\nS1,Closed Won,\"$1,200\",2026-02-01,mia\nS1,Prospecting,,2026-02-01,mia\n",
    );
    desk.write("spend.csv", "month,campaign,cost\n2026-01,spring,900\n");
    let said = import(
        &desk,
        "--store leads.db --definition d.yaml --leads hubspot.csv salesforce.csv --events forms.csv marketo.csv \
             --answers deals.csv --spend spend.csv",
        3,
    );
    for told in ["each row is a lead of HubSpot", "each row is a lead of Salesforce", "each row is an event of Marketo"]
    {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(
        said.contains("1 left out as deleted, 1 rejected") && said.contains("`Prospecting` is no answer"),
        "{said}"
    );
    let service = serve(&desk, definition);
    let hubspot = service.get("/api/leads/H1");
    assert_eq!(hubspot["attributes"]["title"], json!("CEO"), "{hubspot}");
    assert_eq!(hubspot["attributes"]["created"], json!("2021-04-01 03:32:47"));
    assert_eq!(hubspot["scores"]["engagement"], json!(10));
    assert_eq!(service.get("/api/leads/M1")["scores"]["engagement"], json!(5));
    let facts = service.get("/api/leads/S1/history")["facts"].clone();
    let answer = facts.as_array().unwrap().iter().find(|fact| fact["kind"]["event"].is_object()).unwrap();
    assert_eq!(answer["kind"]["event"]["name"], json!("opportunity_won"));
    let properties = &answer["kind"]["event"]["properties"];
    assert_eq!((&properties["amount"], &properties["owner"]), (&json!(1200.0), &json!("mia")), "{properties}");
}

#[test]
fn cli_01_what_is_wrong_with_a_file_is_told() {
    let desk = Desk::new();
    desk.write("d.yaml", DEFINITION);
    let cases: [(&[u8], i32, &str); 6] = [
        (b"", 2, "it is empty"),
        (b"lead_id,lead_id\n1,2\n", 2, "the column `lead_id` is there twice"),
        (b"name\nx\n", 2, "no column tells the lead of a lead"),
        (b"lead_id,industry\nL1\nL2,a\n", 3, "row 2: it has 1 cells, the header 2"),
        (b"lead_id,industry\nL1,\xff\nL2,a\n", 3, "row 2: `industry` is not UTF-8 text"),
        (b"lead_id,industry\nL1,a\0b\nL2,a\n", 3, "row 2: `industry` holds a NUL character"),
    ];
    for (content, code, told) in cases {
        desk.write("leads.csv", content);
        let said = import(&desk, "--store leads.db --leads leads.csv", code);
        assert!(said.contains(told), "{told}: {said}");
    }
    desk.write("leads.csv", format!("lead_id,industry\nL1,\"{}", "x,y\n".repeat(900_000)));
    assert!(import(&desk, "--store leads.db --leads leads.csv", 2).contains("is a quote not closed?"));
    desk.write("leads.parquet", "PAR1 nothing PAR1");
    import(&desk, "--store leads.db --leads leads.parquet", 2);
    assert!(import(&desk, "--leads leads.csv", 2).contains("nowhere to import to"));
    assert!(import(&desk, "--store leads.db", 2).contains("nothing to import"));
    let service = Service::start(DEFINITION, &[]);
    desk.write("spend.csv", "date,amount\n2026-01-01,1\n");
    let to = format!("--to {} --spend spend.csv", service.url());
    assert!(import(&desk, &format!("{to} --key {WRITE_KEY}"), 3).contains("needs a key that may manage"));
    assert!(import(&desk, &format!("{to} --key {MANAGE_KEY}"), 0).contains("1 new"));
    assert!(import(&desk, &format!("{to} --key nobody"), 2).contains("401"));
}
