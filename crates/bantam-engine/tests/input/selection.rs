use super::support::*;

#[test]
fn the_latest_row_at_or_before_as_of_counts() {
    check(
        &[leads(concat!(
            "lead_id,updated_at,title\n",
            "a,2026-06-01,old\n",
            "a,2026-06-30,at as of\n",
            "a,2026-06-30T00:00:00.000001,after\n",
            "b,2026-06-01,first\n",
            "b,2026-06-01,of equal times the last\n",
            "b,,earliest\n",
            "c,2026-07-01,future\n",
            "d,,1\n",
            "d,bad,2\n",
        ))],
        r#"
        lead a: "at as of", ·, ·, ·
        lead b: "of equal times the last", ·, ·, ·
        no row c: ·, ·, ·, ·
        lead d: "2", ·, ·, ·
        "#,
    );
}

#[test]
fn a_timeline_has_every_row_and_event_of_its_lead() {
    let (dataset, _) = load(
        &meaning(),
        &[
            leads("lead_id,updated_at,title\na,2026-07-01,new\nb,,other\na,,old\n"),
            events(
                "lead_id,event,timestamp,event_id\nb,x,2026-06-01,1\na,y,2026-08-01,2\na,z,2026-06-02,\na,z,2026-06-02,1\n",
            ),
        ],
    );
    let timeline = dataset.as_ref().unwrap().timeline("a").unwrap();
    let rows: Vec<_> =
        timeline.profiles.iter().map(|row| (row.since.map(show_time), show_value(&row.attributes[0]))).collect();
    assert_eq!(rows, [(Some("d20635+0".into()), "\"new\"".into()), (None, "\"old\"".into())]);
    let events: Vec<_> = timeline.events.iter().map(|event| (event.name.as_str(), event.id.as_deref())).collect();
    assert_eq!(events, [("y", Some("2")), ("z", None)]);
    assert_eq!(dataset.as_ref().unwrap().timelines().find(|other| other.lead_id == "a"), Some(timeline));
    assert_eq!(dataset.unwrap().timeline("nobody"), None);
}

#[test]
fn without_updated_at_a_repeated_lead_is_an_error_naming_both_rows() {
    check(
        &[leads("lead_id\na\nb\n"), lead_lines("{\"lead_id\":\"c\"}\n{\"lead_id\":\"b\"}\n{\"lead_id\":\"b\"}\n")],
        "error: lead `b` has two rows, lead1.csv, row 2 (line 3) and lead2.ndjson, row 2 (line 2), and 1 more rows repeat a lead; keep one, or add a column `updated_at`",
    );
    check(
        &[leads("lead_id,title\na,1\n"), lead_lines("{\"lead_id\":\"a\",\"updated_at\":null,\"title\":2}\n")],
        r#"lead a: "2", ·, ·, ·"#,
    );
}

#[test]
fn of_equal_event_ids_the_earliest_counts_and_of_equal_times_the_first() {
    let files = [events(concat!(
        "event_id,lead_id,event,timestamp,path\n",
        "1,a,later,2026-06-02,\n",
        "1,b,earliest,2026-06-01,\n",
        "1,c,same time,2026-06-01,\n",
        "2,,rejected,2026-01-01,\n",
        "2,d,kept,2026-06-03,\n",
        "2,d,kept,2026-06-04,\n",
        ",e,no id,2026-06-03,\n",
        ",e,no id,2026-06-03,\n",
        "N/A,e,no id,2026-06-03,\n",
    ))];
    check(
        &files,
        r#"
        no row b: ·, ·, ·, ·
        no row d: ·, ·, ·, ·
        no row e: ·, ·, ·, ·
        event b earliest d20605+0: ·, ·, ·
        event d kept d20607+0: ·, ·, ·
        event e no id d20607+0: ·, ·, ·
        event e no id d20607+0: ·, ·, ·
        event e no id d20607+0: ·, ·, ·
        rejected event row 4 line 5: `lead_id` is missing; every event needs its lead's key
        "#,
    );
    let report = load(&meaning(), &files).0.unwrap().report;
    assert_eq!((report.repeats, report.conflicting_repeats, report.conflicting_ids), (3, 2, vec!["1".to_owned()]));
    assert_eq!(report.oldest_event.map(show_time), Some("d20605+0".into()));
    assert_eq!(report.newest_event.map(show_time), Some("d20607+0".into()));
}

#[test]
fn defaults_fill_what_is_missing_also_for_leads_without_a_row() {
    use bantam_lang::meaning::Value;
    let mut meaning = meaning();
    meaning.lead.attributes[0].default = Some(Value::Text("unknown".into()));
    meaning.lead.attributes[1].default = Some(Value::Number(1.0));
    meaning.lead.attributes[2].default = Some(Value::Boolean(false));
    meaning.lead.attributes[3].default = Some(Value::Time(0));
    meaning.event.properties[1].default = Some(Value::Number(0.5));
    let files = [leads("lead_id,title\na,N/A\n"), events("lead_id,event,timestamp,price\nb,x,2026-06-01,free\n")];
    let expected =
        "lead a: \"unknown\", 1, false, 0+0\nno row b: \"unknown\", 1, false, 0+0\nevent b x d20605+0: ·, 0.5, ·\n";
    assert_eq!(show_with(&meaning, &files), expected);
}
