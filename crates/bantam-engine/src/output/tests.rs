use super::*;
use crate::input::{Place, RowKind};
use crate::scores::SectionName;
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;

fn rows() -> [ScoredRow; 2] {
    let score = LeadScore {
        lead_id: "a, \"b\"\nc".into(),
        stage: Some("Sales-ready".into()),
        score: 75,
        fit: 80,
        fit_unknown: 1,
        engagement: -5,
        grade: Some("A1".into()),
        persona: None,
        disqualified_by: None,
        route: Some("sales".into()),
        respond_within_seconds: Some(300),
    };
    let reason = |section, rule: Option<&str>, points| Reason {
        section,
        rule: rule.map(str::to_owned),
        group: Some("G".into()),
        points,
    };
    let explained = ScoredRow {
        score,
        reasons: vec![reason(SectionName::Fit, Some("Big \"co\""), 80), reason(SectionName::Engagement, None, -5)],
        missing_for_next: vec!["fit >= 90".into(), "title == \"x\"".into()],
    };
    let plain =
        ScoredRow { score: LeadScore { lead_id: "=1+1".into(), ..LeadScore::default() }, ..ScoredRow::default() };
    [explained, plain]
}

fn written(format: Format, columns: &Columns) -> Vec<u8> {
    let mut out = Vec::new();
    write_scores(rows().as_slice(), format, columns, &mut out).unwrap();
    out
}

#[test]
fn csv_has_quotes_only_where_they_must_be() {
    let expected = "lead_id,stage,score,fit,fit_unknown,engagement,grade,persona,disqualified_by,route,respond_within_s\n\
        \"a, \"\"b\"\"\nc\",Sales-ready,75,80,1,-5,A1,,,sales,300\n\
        =1+1,,0,0,0,0,,,,,\n";
    assert_eq!(String::from_utf8(written(Format::Csv, &Columns::of_scores())).unwrap(), expected);
}

#[test]
fn csv_explains_in_json() {
    let text = String::from_utf8(written(Format::Csv, &Columns::explained())).unwrap();
    assert!(text.contains(",respond_within_s,reasons,missing_for_next\n"));
    assert!(text.contains(
        r#",300,"[{""section"":""fit"",""rule"":""Big \""co\"""",""group"":""G"",""points"":80},{""section"":""engagement"",""rule"":null,""group"":""G"",""points"":-5}]","[""fit >= 90"",""title == \""x\""""]""#
    ));
    assert!(text.ends_with("=1+1,,0,0,0,0,,,,,,[],[]\n"), "{text}");
}

#[test]
fn ndjson_has_lists_and_nulls() {
    let text = String::from_utf8(written(Format::Ndjson, &Columns::explained())).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["reasons"][0]["rule"], "Big \"co\"");
    assert_eq!(lines[0]["missing_for_next"][1], "title == \"x\"");
    assert_eq!(lines[0]["persona"], serde_json::Value::Null);
    assert!(text.ends_with(concat!(
        r#"{"lead_id":"=1+1","stage":null,"score":0,"fit":0,"fit_unknown":0,"engagement":0,"grade":null,"#,
        r#""persona":null,"disqualified_by":null,"route":null,"respond_within_s":null,"reasons":[],"missing_for_next":[]}"#,
        "\n"
    )));
}

#[test]
fn parquet_has_the_same_columns_with_nulls() {
    let bytes = bytes::Bytes::from(written(Format::Parquet, &Columns::explained()));
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
    let batch = reader.next().unwrap().unwrap();
    let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, COLUMN_NAMES);
    assert_eq!(batch.column(0).as_string::<i32>().value(0), "a, \"b\"\nc");
    assert_eq!(batch.column(2).as_primitive::<Int64Type>().value(0), 75);
    assert!(batch.column(1).is_null(1) && batch.column(10).is_null(1));
    assert_eq!(batch.column(11).as_string::<i32>().value(1), "[]");
}

#[test]
fn columns_come_out_as_they_are_named() {
    let columns = Columns::named(&["missing_for_next", "score", "lead_id"]).unwrap();
    assert!(columns.explain() && !Columns::of_scores().explain());
    let text = String::from_utf8(written(Format::Csv, &columns)).unwrap();
    assert!(text.starts_with("missing_for_next,score,lead_id\n\"[\"\"fit >= 90\"\","), "{text}");
    assert!(text.ends_with("\n[],0,=1+1\n"), "{text}");
    let text = String::from_utf8(written(Format::Ndjson, &columns)).unwrap();
    assert!(text.ends_with("\n{\"missing_for_next\":[],\"score\":0,\"lead_id\":\"=1+1\"}\n"), "{text}");
    let bytes = bytes::Bytes::from(written(Format::Parquet, &columns));
    let batch = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap().next().unwrap().unwrap();
    let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["missing_for_next", "score", "lead_id"]);
    assert_eq!(batch.column(0).as_string::<i32>().value(1), "[]");
    assert_eq!(batch.column(1).as_primitive::<Int64Type>().values(), &[75, 0]);
    assert_eq!(batch.column(2).as_string::<i32>().value(1), "=1+1");
}

#[test]
fn columns_are_named_once_and_rightly() {
    let message = Columns::named(&["scor"]).unwrap_err();
    assert!(message.starts_with("no column is named `scor`; there are lead_id, stage"), "{message}");
    assert_eq!(Columns::named(&["score", "score"]).unwrap_err(), "the column `score` is named twice");
    assert!(Columns::named(&[""; 0]).is_err());
}

#[test]
fn no_leads_give_a_header_alone() {
    let none: [ScoredRow; 0] = [];
    for (format, lines) in [(Format::Csv, 1), (Format::Ndjson, 0)] {
        let mut out = Vec::new();
        write_scores(none.as_slice(), format, &Columns::of_scores(), &mut out).unwrap();
        assert_eq!(out.iter().filter(|&&byte| byte == b'\n').count(), lines);
    }
    let mut out = Vec::new();
    write_scores(none.as_slice(), Format::Parquet, &Columns::of_scores(), &mut out).unwrap();
    assert_eq!(ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(out)).unwrap().build().unwrap().count(), 0);
}

#[test]
fn a_closed_pipe_is_told_apart_in_every_format() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in [Format::Csv, Format::Ndjson, Format::Parquet] {
        let error = write_scores(rows().as_slice(), format, &Columns::of_scores(), Closed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format:?}");
    }
}

#[test]
fn rejected_rows_keep_their_text() {
    let place = Place { file: "a.csv".into(), row: 2, line: None };
    let row = Rejected { kind: RowKind::Event, place, reason: "no, \"this\"".into(), raw: "x,y\r".into() };
    let mut out = Vec::new();
    write_rejects([&row], &mut out).unwrap();
    let expected = "file,row,line,kind,reason,raw\na.csv,2,,event,\"no, \"\"this\"\"\",\"x,y\r\"\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
