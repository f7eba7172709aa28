//! Scores while reading Parquet equal scores of the same rows read from CSV, whatever the order of rows, the size of row
//! groups and the way values are written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that cannot be"
)]

mod common;
mod generate;
mod reference;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use bantam_engine::input::Format;
use bantam_lang::convert::parse_time;
use common::{Loaded, check};
use generate::case;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{WriterProperties, WriterVersion};
use reference::reading::read_csv;
use std::sync::Arc;

const CASES: u64 = match option_env!("BANTAM_CASES") {
    Some(_) => 20_000,
    None => 300,
};

/// A table of texts: a header, and rows of as many cells.
struct Texts {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Takes a CSV file apart; a short row's cells are missing. `None` where a header is there twice or a cell holds NUL.
fn texts(csv: &str) -> Option<Texts> {
    let (header, mut rows) = read_csv(csv);
    let twice = header.iter().enumerate().any(|(at, name)| header[..at].contains(name));
    rows.iter_mut().for_each(|row| row.resize(header.len(), String::new()));
    (!twice && !csv.contains('\0')).then_some(Texts { header, rows })
}

/// Takes a file apart that can be.
fn texts_in(csv: &str) -> Texts {
    texts(csv).unwrap()
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
struct Writing {
    group_rows: usize,
    page_rows: usize,
    dictionary: bool,
    version: WriterVersion,
}

fn parquet(texts: &Texts, time_column: Option<&str>, number_column: Option<String>, writing: Writing) -> Vec<u8> {
    let column = |(at, name): (usize, &String)| -> (String, ArrayRef, bool) {
        let cells = texts.rows.iter().map(|row| row[at].as_str());
        let array: ArrayRef = if Some(name.as_str()) == time_column {
            Arc::new(TimestampMicrosecondArray::from_iter(cells.map(|cell| parse_time(cell.trim()))))
        } else if Some(name) == number_column.as_ref() {
            Arc::new(Int64Array::from_iter(cells.map(|cell| cell.parse::<i64>().ok())))
        } else {
            Arc::new(StringArray::from_iter(cells.map(|cell| (!cell.is_empty()).then_some(cell))))
        };
        (name.clone(), array, true)
    };
    let columns: Vec<_> = texts.header.iter().enumerate().map(column).collect();
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(writing.group_rows))
        .set_data_page_row_count_limit(writing.page_rows)
        .set_write_batch_size(writing.page_rows)
        .set_dictionary_enabled(writing.dictionary)
        .set_writer_version(writing.version)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Writes a table as CSV, every cell in quotes.
fn csv(texts: &Texts) -> String {
    let line = |cells: &Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        cells.join(",") + "\n"
    };
    std::iter::once(&texts.header).chain(&texts.rows).map(line).collect()
}

/// Gives leads keys of a kind that statistics of row groups tell apart: numbers, or plain texts.
fn rename_leads(tables: [(&mut Texts, usize); 2], as_numbers: bool) {
    let mut known: Vec<String> = Vec::new();
    for (texts, column) in tables {
        for row in &mut texts.rows {
            let id = row[column].trim().to_owned();
            if id.is_empty() {
                continue;
            }
            let number = known.iter().position(|other| *other == id).unwrap_or(known.len());
            if number == known.len() {
                known.push(id);
            }
            row[column] = if as_numbers { (1000 + 7 * number).to_string() } else { format!("k{number:02}") };
        }
    }
}

/// Returns the names of columns that rows of a case have at least, in a file.
fn column(texts: &Texts, name: &str) -> Option<usize> {
    texts.header.iter().position(|other| other == name)
}

#[test]
fn parquet_scored_while_reading_agrees_with_csv_read_whole() {
    let (mut tried, mut together) = (0, 0);
    for seed in 0..CASES {
        let case = case(seed);
        let (Some(mut leads), Some(mut events)) = (texts(&case.leads_csv), texts(&case.events_csv)) else { continue };
        let definition = check(&case.definition, &case.lists);
        let shape = &definition.event;
        let ids = (column(&leads, &definition.lead.id_column), column(&events, &shape.lead_column));
        let (Some(id), Some(lead)) = ids else { continue };
        tried += 1;
        let as_numbers = seed % 4 < 2;
        rename_leads([(&mut leads, id), (&mut events, lead)], as_numbers);
        // In every other case events have no keys of their own and lie all of a lead together: then most leads are in one
        // row group and are scored when it has been read.
        if seed % 2 == 0 {
            events.rows.sort_by(|a, b| a[lead].cmp(&b[lead]));
            if let Some(key) = column(&events, &shape.id_column) {
                events.header.remove(key);
                events.rows.iter_mut().for_each(|row| drop(row.remove(key)));
            }
            together += 1;
        }
        let whole = [&leads, &events].map(csv);
        let whole = Loaded::at(&case.definition, &case.lists, &[&whole[0]], &[&whole[1]], Format::Csv, case.as_of);
        let version = if seed % 3 == 0 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
        let (group_rows, page_rows) = ([3, 7, 1000][seed as usize % 3], [1, 4, 100][seed as usize / 3 % 3]);
        let writing = Writing { group_rows, page_rows, dictionary: seed % 5 != 0, version };
        let number = |name: &str| as_numbers.then(|| name.to_owned());
        let leads = parquet(&leads, None, number(&definition.lead.id_column), writing);
        let events = parquet(&events, Some(&shape.time_column), number(&shape.lead_column), writing);
        let streamed = Loaded::streamed(&definition, &[&leads], &[&events], Format::Parquet, case.as_of);
        assert_eq!(streamed, whole.batch(), "seed {seed}, {writing:?}");
    }
    assert!(tried > CASES / 2 && together > CASES / 4, "only {tried} cases could be tried, {together} of them sorted");
}

#[test]
fn more_kinds_of_events_than_pay_give_the_same_scores() {
    // 150 times 150 kinds, and a rule that must see the events themselves beside those that follow from their kinds.
    let keys = |letter: char| (0..150).map(|at| format!("{letter}{at}: {}", at + 1)).collect::<Vec<_>>().join(", ");
    let definition = format!(
        "bantam: 1\nevent: {{a: text, b: text}}\nengagement:\n  halve_every: 10d\n  rules:\n    A: {{on: seen, by: event.a, points: {{{}}}}}\n    \
         B: {{on: seen, by: event.b, points: {{{}}}}}\n    Days: {{on: seen, once_per: day, points: 3}}\nstages: [One, Two: score >= 100]\n",
        keys('a'),
        keys('b')
    );
    let leads: String = (0..300).map(|lead| format!("{lead}\n")).collect();
    let leads = format!("lead_id\n{leads}");
    let events: String = (0..150 * 150)
        .map(|at| format!("{},seen,2026-02-{:02},a{},b{}\n", at % 299, at % 28 + 1, at / 150, at % 150))
        .collect();
    let events = format!("lead_id,event,timestamp,a,b\n{events}");
    let whole = Loaded::new(&definition, &[], &leads, &events, "2026-03-01");
    let scored = whole.batch();
    assert!(scored.iter().any(|row| row.score.engagement > 100));
    let (leads, events) = ([leads.as_bytes()], [events.as_bytes()]);
    assert!(Loaded::streamed(&whole.definition, &leads, &events, Format::Csv, whole.as_of) == scored);
}

#[test]
fn leads_of_more_kinds_than_pay_give_the_same_scores() {
    let keys = |letter: char| (0..60).map(|at| format!("{letter}{at}: {}", at - 20)).collect::<Vec<_>>().join(", ");
    let definition = format!(
        "bantam: 1\nlead: {{a: text, b: text, size: number, told: boolean, since: time, note: text}}\n\
         fit:\n  rules:\n    A: {{by: a, points: {{{}}}}}\n    B: {{by: b, points: {{{}}}}}\n    \
         Size: {{if: size > 3 && (told || days_since(since) < 20), points: 5}}\n\
         personas: [Big: size >= 7]\ndisqualify: {{Told: told && size == 2}}\nstages: [One, Two: score >= 10]\n",
        keys('a'),
        keys('b')
    );
    let lead = |lead: u32, kind: u32| {
        let (size, told) = (kind % 9, ["true", "false", ""][kind as usize / 9 % 3]);
        let day = lead % 27 + 1;
        format!("{lead},a{},b{},{size},{told},2026-02-{day:02},n{lead},2026-01-{day:02}\n", kind % 61, kind / 61)
    };
    // Few kinds, then as many as leads, then few again; every other time some leads come twice, with other values.
    for (repeats, file) in [(0, 4_000), (0, 700), (50, 4_000)] {
        let header = if repeats > 0 { "updated_at" } else { "unused" };
        let header = format!("lead_id,a,b,size,told,since,note,{header}\n");
        let rows = |leads: std::ops::Range<u32>, kinds: u32| leads.map(|at| lead(at, at % kinds)).collect::<String>();
        let ends = [1_000, 1_000 + file, 6_000].map(|end: u32| (end, end.saturating_sub(repeats)));
        let files = [rows(0..ends[0].0, 40), rows(ends[0].1..ends[1].0, 3_600), rows(ends[1].1..ends[2].0, 7)];
        let files = files.map(|rows| header.clone() + &rows);
        let events = "lead_id,event,timestamp\n7,seen,2026-02-01\n9000,seen,2026-02-01\n";
        let texts = files.each_ref().map(String::as_str);
        let as_of = parse_time("2026-02-20").unwrap();
        let whole = Loaded::at(&definition, &[], &texts, &[events], Format::Csv, as_of);
        let scored = whole.batch();
        let outs = scored.iter().filter(|row| row.score.disqualified_by.is_some()).count();
        assert!(scored.len() > 5_900 && outs > 0, "{} {outs}", scored.len());
        let streamed = |files: &[&[u8]], events, format| {
            assert!(Loaded::streamed(&whole.definition, files, &[events], format, as_of) == scored, "{file} {repeats}");
        };
        streamed(&texts.map(str::as_bytes), events.as_bytes(), Format::Csv);
        let writing =
            Writing { group_rows: 2_500, page_rows: 900, dictionary: true, version: WriterVersion::PARQUET_1_0 };
        let files = texts.map(|text| parquet(&texts_in(text), None, None, writing));
        let events = parquet(&texts_in(events), Some("timestamp"), None, writing);
        streamed(&files.each_ref().map(Vec::as_slice), &events, Format::Parquet);
    }
}
