//! What columns hold, and columns nobody declared.

use super::support::{assert_same, surveyed};
use bantam_engine::survey::ColumnSurvey;

fn show(columns: &[ColumnSurvey]) -> String {
    let line = |column: &ColumnSurvey| {
        let ColumnSurvey { name, found, present, missing, failed, distinct, frequent, .. } = column;
        let frequent: Vec<String> = frequent.iter().map(|(value, count)| format!("{value} {count}")).collect();
        let found = if *found { "" } else { " not found" };
        let nearest = column.nearest.as_ref().map_or(String::new(), |nearest| format!(" ~{nearest}"));
        let frequent = frequent.join(", ");
        format!(
            "{name}: {present} present, {missing} missing, {failed} failed, {distinct} different: {frequent}{found}{nearest}\n"
        )
    };
    columns.iter().map(line).collect()
}

#[test]
fn each_column_tells_what_it_holds() {
    let found = surveyed(
        "
        missing: ['-']
        lead:
          industry: {type: text, from: Industry}
          employees: number
          consent: boolean
          created: time
          tier: {type: text, default: free}
          gone: {type: text, from: Gone}
        event:
          price: number
        ",
        "
        lead_id,Industry,employees,consent,created,tier,Regoin
        a,Software,12.5,yes,2026-01-02,,x
        b,Software,-3,no,2026-01-02,paid,x
        c,-,many,maybe,,,x
        d,Retail,12.5,,2026-13-01,free,x
        ",
        "
        lead_id,event,timestamp,price
        a,order,2026-06-01,10
        a,order,2026-06-02,10
        b,order,2026-06-03,7.25
        b,order,2026-07-03,99
        ",
    );
    // Rows are counted as they stand in the files, values as they count at the moment: with defaults, without what is later.
    assert_same(
        &show(&found.survey.attributes),
        "
        industry: 3 present, 1 missing, 0 failed, 2 different: Software 2, Retail 1
        employees: 3 present, 0 missing, 1 failed, 2 different: 12.5 2, -3 1
        consent: 2 present, 1 missing, 1 failed, 2 different: false 1, true 1
        created: 2 present, 1 missing, 1 failed, 1 different: 2026-01-02T00:00:00Z 2
        tier: 2 present, 2 missing, 0 failed, 2 different: free 3, paid 1
        gone: 0 present, 4 missing, 0 failed, 0 different:  not found
        ",
    );
    assert_same(&show(&found.survey.properties), "price: 4 present, 0 missing, 0 failed, 2 different: 10 2, 7.25 1");
    let example = found.survey.attributes[1].example.clone().unwrap();
    assert_eq!((example.0.as_str(), example.1.row), ("many", 3));
}

#[test]
fn an_undeclared_column_is_held_to_the_declared_ones() {
    let found = surveyed(
        "
        lead:
          employees: number
          region: text
        event:
          plan: text
        ",
        "
        lead_id,Employees,region,regions,hobby
        a,1,x,y,z
        ",
        "
        lead_id,event,timestamp,properties
        a,order,2026-06-01,{}
        a,order,2026-06-01,\"{\"\"Plan\"\": \"\"pro\"\"}\"
        ",
    );
    let strays = found.survey.stray_columns.iter();
    let strays: Vec<_> = strays.map(|stray| (stray.column.as_str(), stray.rows, stray.nearest.as_deref())).collect();
    assert_eq!(
        strays,
        [
            ("Employees", 1, Some("employees")),
            ("regions", 1, Some("region")),
            ("hobby", 1, None),
            ("properties.Plan", 1, Some("plan"))
        ]
    );
    assert_eq!(found.survey.attributes[0].nearest.as_deref(), Some("Employees"));
    assert_eq!(found.survey.attributes[1].nearest, None);
    assert_eq!(found.survey.properties[0].nearest.as_deref(), Some("Plan"));
}
