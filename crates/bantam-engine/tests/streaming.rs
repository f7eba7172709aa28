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

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
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

/// How a file is written.
#[derive(Clone, Copy, Debug)]
struct Writing {
    group_rows: usize,
    page_rows: usize,
    dictionary: bool,
    version: WriterVersion,
}

fn parquet(texts: &Texts, time_column: Option<&str>, writing: Writing) -> Vec<u8> {
    let column = |(at, name): (usize, &String)| -> (String, ArrayRef, bool) {
        let cells = texts.rows.iter().map(|row| row[at].as_str());
        let array: ArrayRef = if Some(name.as_str()) == time_column {
            Arc::new(TimestampMicrosecondArray::from_iter(cells.map(|cell| parse_time(cell.trim()))))
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

#[test]
fn parquet_scored_while_reading_agrees_with_csv_read_whole() {
    let mut tried = 0;
    for seed in 0..CASES {
        let case = case(seed);
        let (Some(leads), Some(mut events)) = (texts(&case.leads_csv), texts(&case.events_csv)) else { continue };
        let definition = check(&case.definition, &case.lists);
        let (lead_column, time_column) = (&definition.event.lead_column, &definition.event.time_column);
        let Some(lead) = events.header.iter().position(|name| name == lead_column) else { continue };
        tried += 1;
        let whole =
            Loaded::at(&case.definition, &case.lists, &[&case.leads_csv], &[&case.events_csv], Format::Csv, case.as_of);
        // All events of a lead together in every other case: then most leads are in one row group. Of events with one key
        // and one time the first counts, so those of each key must stay in their order.
        let key = events.header.iter().position(|name| *name == definition.event.id_column);
        if seed % 2 == 0 && key.is_none_or(|key| events.rows.iter().all(|row| row[key].is_empty())) {
            events.rows.sort_by(|a, b| a[lead].cmp(&b[lead]));
        }
        let version = if seed % 3 == 0 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
        let (group_rows, page_rows) = ([3, 7, 1000][seed as usize % 3], [1, 4, 100][seed as usize / 3 % 3]);
        let writing = Writing { group_rows, page_rows, dictionary: seed % 5 != 0, version };
        let leads = parquet(&leads, None, writing);
        let events = parquet(&events, Some(time_column), writing);
        let streamed = Loaded::streamed(&definition, &[&leads], &[&events], Format::Parquet, case.as_of);
        assert_eq!(streamed, whole.batch(), "seed {seed}, {writing:?}");
    }
    assert!(tried > CASES / 10, "only {tried} cases could be tried");
}
