//! `bantam score` as its users meet it.

#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that cannot be")]

mod common;

use common::Desk;

const SCORES: &str = "\
lead_id,stage,score,fit,fit_unknown,engagement,grade,persona,disqualified_by,route,respond_within_s
L1,Ready,125,50,0,75,A,,,sales,3600
L3,Inquiry,30,30,0,0,A,,,nurture,
L2,Inquiry,5,0,1,5,B,,,nurture,
L9,Inquiry,5,0,2,5,B,,,nurture,
";

const SCORE: &str = "score d.yaml --leads leads.csv --events events.csv --as-of 2026-01-05";

#[test]
fn scores_are_written_ranked() {
    let desk = Desk::with_sample();
    let ran = desk.run(&format!("{SCORE} --output scores.csv"));
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert_eq!(desk.read("scores.csv"), SCORES);
    assert!(ran.err.contains("4 leads scored as of 2026-01-05T00:00:00Z by \"Sample\""), "{}", ran.err);
    assert!(ran.err.contains("1 repeat left out"), "{}", ran.err);
}

#[test]
fn all_formats_and_packings_give_the_same_scores() {
    let desk = Desk::with_sample();
    desk.run(&format!("{SCORE} -o scores.parquet"));
    desk.run(&format!("{SCORE} -o scores.ndjson"));
    assert!(desk.read("scores.ndjson").starts_with("{\"lead_id\":\"L1\",\"stage\":\"Ready\",\"score\":125,"));
    let leads = "{\"lead_id\":\"L1\",\"industry\":\"Software\",\"employees\":300}\n{\"lead_id\":\"L2\",\"industry\":\"Retail\"}\n\
                 {\"lead_id\":\"L3\",\"industry\":\"Software\",\"employees\":10}\n";
    desk.write("packed/leads.jsonl.zst", zstd::encode_all(leads.as_bytes(), 3).unwrap());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, desk.read("events.csv").as_bytes()).unwrap();
    desk.write("packed-events/events.csv.gz", gzip.finish().unwrap());
    let ran = desk.run("score d.yaml --leads packed --events packed-events --as-of 2026-01-05 --output -");
    assert_eq!(ran.out, SCORES, "{}", ran.err);
    let from_stdin =
        "score d.yaml --leads - --input-format csv --events events.csv --as-of 2026-01-05 -o - --output-format csv";
    assert_eq!(desk.run_with(from_stdin, desk.read("leads.csv")).out, SCORES);
}

#[test]
fn events_split_over_files_give_the_same_scores() {
    let desk = Desk::with_sample();
    desk.write(
        "events/a.csv",
        "event_id,lead_id,event,timestamp\n3,L9,page_viewed,2026-01-03\n2,L2,page_viewed,2026-01-02\n",
    );
    desk.write(
        "events/b.csv",
        "timestamp,event,lead_id,event_id\n2026-01-02,page_viewed,L2,2\n2026-01-01,demo_requested,L1,1\n",
    );
    let ran = desk.run("score d.yaml --leads leads.csv --events events --as-of 2026-01-05 --output -");
    assert_eq!(ran.out, SCORES, "{}", ran.err);
}

#[test]
fn explanations_sum_to_the_score() {
    let desk = Desk::with_sample();
    let ran = desk.run(&format!("{SCORE} --explain --output -"));
    let first = ran.out.lines().nth(1).unwrap();
    assert!(first.starts_with("L1,Ready,125,50,0,75,A,,,sales,3600,"), "{first}");
    assert!(first.contains("\"\"rule\"\":\"\"Demo\"\",\"\"group\"\":null,\"\"points\"\":75"), "{first}");
    assert!(ran.out.lines().nth(2).unwrap().ends_with(",\"[\"\"engagement >= 30\"\"]\""), "{}", ran.out);
}

#[test]
fn columns_are_chosen_and_put_in_order() {
    let desk = Desk::with_sample();
    let ran = desk.run(&format!("{SCORE} --output - --columns score,lead_id"));
    assert_eq!((ran.code, ran.out.as_str()), (0, "score,lead_id\n125,L1\n30,L3\n5,L2\n5,L9\n"), "{}", ran.err);
    let ran = desk.run(&format!("{SCORE} --output - --output-format ndjson --columns reasons"));
    let last = r#"{"reasons":[{"section":"engagement","rule":"Page","group":null,"points":5}]}"#;
    assert!(ran.out.lines().count() == 4 && ran.out.ends_with(&format!("\n{last}\n")), "{}", ran.out);
    for (columns, told) in [
        ("--output - --columns lead_id,scor", "'score'"),
        ("--output - --columns score,score", "the column `score` is named twice"),
        ("--output - --columns score --explain", "--explain"),
        ("--columns score", "--output <FILE>"),
    ] {
        let ran = desk.run(&format!("{SCORE} {columns}"));
        assert!(ran.code == 2 && ran.err.contains(told), "{columns}: {}", ran.err);
    }
}

#[test]
fn leads_keep_the_order_of_their_files() {
    let desk = Desk::with_sample();
    desk.write("leads.csv", "lead_id,industry,employees\nL3,Software,10\nL1,Software,300\nL2,Retail,\n");
    let events: String = ["L9", "L7", "L1", "L8"].map(|lead| format!("{lead},page_viewed,2026-01-03\n")).concat();
    desk.write("events.csv", format!("lead_id,event,timestamp\n{events}"));
    for threads in [1, 2] {
        let ran = desk.run(&format!("{SCORE} --threads {threads} --output - --columns lead_id --order input"));
        assert_eq!(ran.out, "lead_id\nL3\nL1\nL2\nL7\nL8\nL9\n", "{}", ran.err);
    }
    let ran = desk.run(&format!("{SCORE} --order input"));
    assert!(ran.code == 2 && ran.err.contains("--output <FILE>"), "{}", ran.err);
}

#[test]
fn without_an_output_the_best_leads_and_a_summary_are_shown() {
    let desk = Desk::with_sample();
    let ran = desk.run(&format!("{SCORE} --top 2"));
    assert_eq!(ran.code, 0);
    for text in ["L1", "125", "… and 2 more leads", "Stages", "Inquiry", "75.0 %", "Grades"] {
        assert!(ran.out.contains(text), "{text} is missing in\n{}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'), "no colours where nobody looks");
}

#[test]
fn json_has_counts_and_the_best_leads_with_reasons() {
    let desk = Desk::with_sample();
    let ran = desk.run(&format!("{SCORE} --json"));
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["leads"], 4);
    assert_eq!(json["stages"][1], serde_json::json!({"name": "Ready", "leads": 1}));
    assert_eq!(json["top"][0]["reasons"][0]["points"], 75);
    assert_eq!(json["input"]["repeats"], 1);
}

#[test]
fn an_old_file_scored_as_of_now_is_warned_about() {
    let desk = Desk::with_sample();
    let ran = desk.run("score d.yaml --leads leads.csv --events events.csv");
    assert!(ran.err.contains("days old") && ran.err.contains("--as-of 2026-01-03T00:00:00Z"), "{}", ran.err);
}

#[test]
fn cli_01_bad_rows_are_rejected_with_their_reason_and_good_rows_go_on() {
    let desk = Desk::with_sample();
    desk.write(
        "events.csv",
        b"event_id,lead_id,event,timestamp\r\n1,L1,demo_requested,2026-01-01\n2,,page_viewed,2026-01-02\n3,L2,page_viewed,yesterday\n\
          4,L2,page_viewed,2026-01-02,more\n5,L3,pa\"ge,2026-01-02\n6,L3,\xff\xfe,2026-01-02\n7,L3,page_viewed,2026-01-02\n",
    );
    let ran = desk.run(&format!("{SCORE} --rejects rejects.csv --output -"));
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("L1,Ready,125") && ran.out.contains("L3,Inquiry,35"), "{}", ran.out);
    let rejects = desk.read("rejects.csv");
    assert_eq!(rejects.lines().filter(|line| line.starts_with("events.csv,")).count(), 5, "{rejects}");
    assert!(ran.err.contains("5 rows rejected"), "{}", ran.err);
}

#[test]
fn cli_01_missing_and_doubled_headers_are_told() {
    let desk = Desk::with_sample();
    desk.write("leads.csv", "LeadID,industry\nL1,Software\n");
    let ran = desk.run(SCORE);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("lead_id") && ran.err.contains("LeadID"), "{}", ran.err);
    desk.write("leads.csv", "lead_id,industry,industry\nL1,Software,x\n");
    assert_eq!(desk.run(SCORE).code, 2);
}

#[test]
fn strict_takes_unreadable_values_for_an_error() {
    let desk = Desk::with_sample();
    desk.write("leads.csv", "lead_id,industry,employees\nL1,Software,many\n");
    let ran = desk.run(&format!("{SCORE} --output scores.csv"));
    assert_eq!(ran.code, 0);
    assert!(
        ran.err.contains("column `employees`: 1 value cannot be read") && ran.err.contains("`many`"),
        "{}",
        ran.err
    );
    let strict = desk.run(&format!("{SCORE} --strict --output strict.csv"));
    assert_eq!(strict.code, 2);
    assert!(!desk.path("strict.csv").exists());
}

#[test]
fn cli_03_an_existing_file_is_kept_unless_forced() {
    let desk = Desk::with_sample();
    desk.write("scores.csv", "precious");
    let ran = desk.run(&format!("{SCORE} --output scores.csv"));
    assert_eq!((ran.code, desk.read("scores.csv").as_str()), (2, "precious"));
    assert!(ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(desk.run(&format!("{SCORE} --output scores.csv --force")).code, 0);
    assert_eq!(desk.read("scores.csv"), SCORES);
}

#[test]
fn cli_03_a_failed_job_leaves_no_half_file() {
    let desk = Desk::with_sample();
    desk.write("leads.csv", "lead_id,industry\nL1,Software\nL1,Retail\n");
    let ran = desk.run(&format!("{SCORE} --output scores.csv"));
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("L1") && ran.err.contains("updated_at"), "{}", ran.err);
    let left: Vec<_> = std::fs::read_dir(desk.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[cfg(unix)]
#[test]
fn cli_04_links_out_of_a_folder_are_not_followed() {
    let desk = Desk::with_sample();
    desk.write("inside/events.csv", desk.read("events.csv"));
    desk.write("outside/more.csv", "event_id,lead_id,event,timestamp\n99,L3,demo_requested,2026-01-01\n");
    std::os::unix::fs::symlink(desk.path("outside/more.csv"), desk.path("inside/more.csv")).unwrap();
    let ran = desk.run("score d.yaml --leads leads.csv --events inside --as-of 2026-01-05 --output -");
    assert_eq!(ran.out, SCORES, "{}", ran.err);
}

#[test]
fn cli_04_a_list_file_outside_the_definitions_folder_is_not_read() {
    let desk = Desk::with_sample();
    desk.write("secret.txt", "Software\n");
    for path in ["../secret.txt", "/etc/hostname"] {
        let text = format!("{}lists: {{targets: {{file: {path}}}}}\n", common::DEFINITION);
        desk.write("sub/d.yaml", text);
        let ran = desk.run("check sub/d.yaml");
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("B0014"), "{}", ran.err);
    }
}

#[test]
fn cli_05_control_characters_of_data_do_not_reach_the_terminal() {
    let desk = Desk::with_sample();
    desk.write("leads.csv", "lead_id,industry\n\u{1b}[31mL1,Software\n");
    let ran = desk.run("score d.yaml --leads leads.csv --as-of 2026-01-05");
    assert!(!ran.out.contains('\u{1b}') && ran.out.contains("\\u{1b}[31mL1"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn cli_04_a_closed_pipe_is_no_error() {
    let desk = Desk::with_sample();
    let rows: String = (0..200_000).map(|row| format!("L{row},Software,1\n")).collect();
    desk.write("leads.csv", format!("lead_id,industry,employees\n{rows}"));
    let program = assert_cmd::cargo::cargo_bin("bantam");
    let line = format!(
        "set -o pipefail; {} score d.yaml --leads leads.csv --as-of 2026-01-05 -o - | head -1",
        program.display()
    );
    let ran = std::process::Command::new("bash").args(["-c", &line]).current_dir(desk.path(".")).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn what_cannot_be_read_is_told_with_the_way_out() {
    let desk = Desk::with_sample();
    for (line, text) in [
        ("score d.yaml", "--leads FILE"),
        ("score d.yaml --leads nothing.csv", "no such file"),
        ("score nothing.yaml --leads leads.csv", "no such file"),
        ("score d.yaml --leads leads.xlsx", ".ndjson"),
        ("score d.yaml --leads leads.csv --as-of yesterday", "2026-01-31"),
        ("score d.yaml --leads - --events - --input-format csv", "once only"),
        ("score d.yaml --leads -", "--input-format"),
        ("score d.yaml --leads leads.csv --output x.txt", "--output-format"),
        ("score d.yaml --leads leads.csv --threads 0", "1 or more"),
    ] {
        let ran = desk.run(line);
        assert_eq!(ran.code, 2, "{line}: {}", ran.err);
        assert!(ran.err.contains("error") && ran.err.contains(text), "{line}: {}", ran.err);
    }
}

#[test]
fn a_damaged_packed_file_is_bad_input() {
    let desk = Desk::with_sample();
    let packed = zstd::encode_all(desk.read("leads.csv").as_bytes(), 3).unwrap();
    desk.write("leads.csv.zst", &packed[..packed.len() / 2]);
    desk.write("leads.csv.gz", b"\x1f\x8b\x08\x00 not gzip at all");
    for file in ["leads.csv.zst", "leads.csv.gz"] {
        let ran = desk.run(&format!("score d.yaml --leads {file} --as-of 2026-01-05"));
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("damaged"), "{}", ran.err);
    }
}

#[test]
fn one_core_and_two_give_the_same() {
    let desk = Desk::with_sample();
    let one = desk.run(&format!("{SCORE} --threads 1 --output -"));
    assert_eq!(one.out, desk.run(&format!("{SCORE} --threads 2 --output -")).out);
}
