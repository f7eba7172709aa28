use super::support::*;
use bantam_engine::input::{Input, RowKind};

#[test]
fn cells_become_values_of_their_types() {
    check(
        &[leads(
            "lead_id,title,employees,consent,created\n a ,\u{3000}VP Sales ,+1.5e2,YES,2026-01-01 10:00\nb,N/A,0.0,maybe,2026-13-01\nc,,\n",
        )],
        r#"
        lead a: "VP Sales", 150, true, d20454+36000
        lead b: ·, ·, ·, ·
        lead c: ·, ·, ·, ·
        "#,
    );
}

#[test]
fn quotes_keep_commas_line_ends_and_doubled_quotes() {
    check(
        &[leads("\u{feff}title , lead_id\r\n\"a, \"\"b\"\"\r\nc\",1\r\n\r\n\"\",2\n\"x\",\"3\"")],
        r#"
        lead 1: "a, \"b\"\r\nc", ·, ·, ·
        lead 2: ·, ·, ·, ·
        lead 3: "x", ·, ·, ·
        "#,
    );
}

#[test]
fn cli_01_what_is_wrong_with_a_row_rejects_that_row_alone() {
    check(
        &[File(
            RowKind::Lead,
            bantam_engine::input::Format::Csv,
            b"lead_id,title\n1,ok\n2,a\"b\n\n3,\"a\"b\n4,x,y\n5,\xff\n6,nu\0l\n,none\n8,cr\rin\r\n9,\"two\nlines\"\n10,ok\r\n",
        )],
        r#"
        lead 1: "ok", ·, ·, ·
        lead 9: "two\nlines", ·, ·, ·
        lead 10: "ok", ·, ·, ·
        rejected lead row 2 line 3: there is a quote inside a cell without quotes; put the cell in quotes and double it
        rejected lead row 3 line 5: there is text after a closing quote; double a quote inside quotes
        rejected lead row 4 line 6: the row has 3 cells, the header 2; is a comma not in quotes?
        rejected lead row 5 line 7: the row is not UTF-8 (at byte 3 of it); save the file as CSV UTF-8
        rejected lead row 6 line 8: the row holds a NUL; is the file UTF-8 text?
        rejected lead row 7 line 9: `lead_id` is missing; every lead needs its lead's key
        rejected lead row 8 line 10: there is a carriage return inside a cell without quotes
        "#,
    );
}

#[test]
fn cli_01_a_stray_quote_costs_the_lines_to_where_it_shows() {
    check(
        &[leads("lead_id,title\n1,ok\n2,\"open\n3,ok\n4,\"fine\"\"\"\n5,ok")],
        r#"
        lead 1: "ok", ·, ·, ·
        lead 5: "ok", ·, ·, ·
        rejected lead row 2 line 3: there is text after a closing quote; double a quote inside quotes
        "#,
    );
}

#[test]
fn cli_01_a_quote_open_to_the_end_costs_one_line() {
    check(
        &[leads("lead_id,title\n1,ok\n2,\"open\n3,ok\n4,ok")],
        r#"
        lead 1: "ok", ·, ·, ·
        lead 3: "ok", ·, ·, ·
        lead 4: "ok", ·, ·, ·
        rejected lead row 2 line 3: a quote is opened and never closed; double a quote inside quotes
        "#,
    );
}

/// A stream of a gigabyte that is never all in memory.
struct LongLine {
    head: &'static [u8],
    middle: u64,
    tail: &'static [u8],
}

impl std::io::Read for LongLine {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        for piece in [&mut self.head, &mut self.tail] {
            if piece.is_empty() {
                continue;
            }
            if self.middle > 0 && piece.starts_with(b"\n") {
                break;
            }
            return std::io::Read::read(piece, out);
        }
        let count = (out.len() as u64).min(self.middle) as usize;
        out[..count].fill(b'x');
        self.middle -= count as u64;
        Ok(count)
    }
}

#[test]
fn cli_01_a_line_of_a_gigabyte_is_rejected_without_being_read_into_memory() {
    for format in ["csv", "ndjson"] {
        let (head, tail): (&[u8], &[u8]) = match format {
            "csv" => (b"lead_id,title\n1,ok\n2,", b"\n3,ok\n"),
            _ => (b"{\"lead_id\":1}\n{\"lead_id\":\"", b"\n{\"lead_id\":3}\n"),
        };
        let source = LongLine { head, middle: 1 << 30, tail };
        let mut rejected = Vec::new();
        let meaning = meaning();
        let mut input = Input::new(&meaning, |row| rejected.push(row));
        match format {
            "csv" => input.read_csv(RowKind::Lead, "leads", source, &|_| {}).unwrap(),
            _ => input.read_ndjson(RowKind::Lead, "leads", source, &|_| {}).unwrap(),
        }
        let dataset = input.finish(0).unwrap();
        assert_eq!(dataset.leads.ids.iter().collect::<Vec<_>>(), ["1", "3"], "{format}");
        assert_eq!(rejected.len(), 1);
        assert_eq!((rejected[0].place.row, rejected[0].raw.len()), (2, bantam_engine::input::RAW_BYTES_MAX));
        assert!(rejected[0].reason.ends_with("is longer than 16 MiB"), "{}", rejected[0].reason);
    }
}

#[test]
fn cli_01_headers_must_be_there_and_differ() {
    check(
        &[leads("")],
        "error: lead1.csv: the file is empty\nhelp: the first line names the columns, `lead_id` among them",
    );
    check(
        &[leads("\n \r\n")],
        "error: lead1.csv: the file is empty\nhelp: the first line names the columns, `lead_id` among them",
    );
    check(
        &[leads("lead_id,title, title\n")],
        "error: lead1.csv: two columns are named `title`\nhelp: rename one or remove it: it is unclear which counts",
    );
    check(
        &[leads("Lead ID,title\n")],
        "error: lead1.csv: there is no column `lead_id`; the columns are `Lead ID`, `title`\nhelp: is it `Lead ID`? Then say so in the definition with `from: Lead ID`",
    );
    check(
        &[events("lead_id,event,time_stamp\n")],
        "error: event1.csv: there is no column `timestamp`; the columns are `lead_id`, `event`, `time_stamp`\nhelp: is it `time_stamp`? Then say so in the definition with `from: time_stamp`",
    );
    check(
        &[File(RowKind::Lead, bantam_engine::input::Format::Csv, b"\xff\xfel\0e\0a\0d\0\n\0")],
        "error: lead1.csv: the file is UTF-16 (the row holds a NUL; is the file UTF-8 text?)\nhelp: save it as CSV UTF-8",
    );
}

#[test]
fn events_without_lead_name_or_time_are_rejected() {
    check(
        &[events(
            "lead_id,event,timestamp,path,price\na,view,2026-06-01,/p,1\n,view,2026-06-01,,\na,N/A,2026-06-01,,\na,view,,,\na,view,1750000000,,\n",
        )],
        r#"
        no row a: ·, ·, ·, ·
        event a view d20605+0: "/p", 1, ·
        rejected event row 2 line 3: `lead_id` is missing; every event needs its lead's key
        rejected event row 3 line 4: `event` is missing; every event needs its name
        rejected event row 4 line 5: `timestamp` is missing; every event needs its time
        rejected event row 5 line 6: `timestamp` is no time: `1750000000`; write it like 2026-06-20T09:30:00Z
        "#,
    );
}

#[test]
fn a_real_column_wins_over_properties_even_where_its_cell_is_missing() {
    check(
        &[
            events(
                "lead_id,event,timestamp,path,properties\na,v,2026-06-01,,\"{\"\"path\"\":\"\"/x\"\",\"\"price\"\":9.50,\"\"account\"\":{\"\"plan\"\":\"\"pro\"\"}}\"\n",
            ),
            events(
                "lead_id,event,timestamp,properties\na,v,2026-06-01,\"{\"\"path\"\":\"\"/x\"\",\"\"account.plan\"\":1,\"\"account\"\":{\"\"plan\"\":2}}\"\na,v,2026-06-01,[1]\na,v,2026-06-01,N/A\n",
            ),
        ],
        r#"
        no row a: ·, ·, ·, ·
        event a v d20605+0: ·, 9.5, "pro"
        event a v d20605+0: "/x", ·, "1"
        event a v d20605+0: ·, ·, ·
        event a v d20605+0: ·, ·, ·
        "#,
    );
}

#[test]
fn def_04_what_does_not_convert_is_missing_and_counted_with_an_example() {
    let (dataset, _) =
        load(&meaning(), &[leads("lead_id,employees,Consents,title\na,many,x,N/A\nb,1e999,x,ok\nc,12,x,\n")]);
    let report = dataset.unwrap().report;
    let employees = &report.columns[1];
    assert_eq!((employees.present, employees.missing, employees.failed), (1, 0, 2));
    let (value, place) = employees.example.as_ref().unwrap();
    assert_eq!(format!("{value} in {place}"), "many in lead1.csv, row 1 (line 2)");
    assert_eq!((report.columns[0].present, report.columns[0].missing), (1, 2));
    assert!(!report.columns[2].found);
    assert_eq!(report.unused.len(), 1);
    assert_eq!((report.unused[0].column.as_str(), report.unused[0].rows), ("Consents", 3));
    assert_eq!(report.unused[0].nearest.as_deref(), Some("consent"));
}
