use super::support::*;
use arrow_array::builder::{MapBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_schema::{DataType, Field, Fields};
use bantam_engine::input::{Format, RowKind};
use bantam_lang::meaning::{Meaning, Type};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::sync::Arc;

pub(crate) fn write(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    write_with(columns, Compression::ZSTD(ZstdLevel::default()), 1 << 20)
}

pub(crate) fn write_with(columns: Vec<(&str, ArrayRef)>, compression: Compression, page_bytes: usize) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_data_page_size_limit(page_bytes)
        .set_dictionary_enabled(page_bytes <= 1 << 20)
        .set_max_row_group_row_count(Some(1_000))
        .build();
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Reads one value as an attribute of each type.
fn read_as_each_type(array: ArrayRef) -> String {
    let mut meaning = Meaning::default();
    meaning.lead.attributes = [Type::Text, Type::Number, Type::Boolean, Type::Time]
        .map(|kind| bantam_lang::meaning::Attribute { column: "v".into(), ..attribute(kind.word(), kind) })
        .into();
    let ids: Int32Array = (0..array.len() as i32).collect();
    let bytes = write(vec![("lead_id", Arc::new(ids)), ("v", array)]);
    show_with(&meaning, &[File(RowKind::Lead, Format::Parquet, &bytes)])
}

fn check_each_type(array: impl Array + 'static, expected: &[&str]) {
    let data_type = array.data_type().clone();
    let shown = read_as_each_type(Arc::new(array));
    let expected: String = expected.iter().enumerate().map(|(row, cells)| format!("lead {row}: {cells}\n")).collect();
    assert_eq!(shown, expected, "{data_type}");
}

#[test]
fn every_type_gives_what_it_gives_elsewhere() {
    check_each_type(
        Int8Array::from(vec![Some(-1), Some(1), None]),
        &["\"-1\", -1, ·, ·", "\"1\", 1, true, ·", "·, ·, ·, ·"],
    );
    check_each_type(UInt64Array::from(vec![u64::MAX]), &["\"18446744073709551615\", 18446744073709552000, ·, ·"]);
    check_each_type(Int64Array::from(vec![9_007_199_254_740_993]), &["\"9007199254740993\", 9007199254740992, ·, ·"]);
    check_each_type(
        Float32Array::from(vec![0.1, f32::NAN, -0.0]),
        &["\"0.1\", 0.1, ·, ·", "·, ·, ·, ·", "\"0\", 0, false, ·"],
    );
    check_each_type(
        Float64Array::from(vec![1e21, f64::INFINITY]),
        &["\"1e+21\", 1000000000000000000000, ·, ·", "·, ·, ·, ·"],
    );
    check_each_type(BooleanArray::from(vec![true, false]), &["\"true\", ·, true, ·", "\"false\", ·, false, ·"]);
    let decimal = |scale| Decimal128Array::from(vec![1250]).with_precision_and_scale(20, scale).unwrap();
    check_each_type(decimal(2), &["\"12.5\", 12.5, ·, ·"]);
    check_each_type(decimal(0), &["\"1250\", 1250, ·, ·"]);
    check_each_type(Date32Array::from(vec![20605, i32::MAX]), &["·, ·, ·, d20605+0", "·, ·, ·, ·"]);
    check_each_type(TimestampSecondArray::from(vec![-1]), &["·, ·, ·, -1+86399"]);
    check_each_type(TimestampMillisecondArray::from(vec![-1]).with_timezone("+02:00"), &["·, ·, ·, -1+86399.999000"]);
    check_each_type(TimestampMicrosecondArray::from(vec![1]).with_timezone("UTC"), &["·, ·, ·, 0+0.000001"]);
    check_each_type(
        TimestampNanosecondArray::from(vec![-1, 1999]),
        &["·, ·, ·, -1+86399.999999", "·, ·, ·, 0+0.000001"],
    );
    check_each_type(
        LargeStringArray::from(vec![" 1 ", "N", ""]),
        &["\"1\", 1, true, ·", "\"N\", ·, false, ·", "·, ·, ·, ·"],
    );
    check_each_type(StringViewArray::from(vec!["2026-06-01"]), &["\"2026-06-01\", ·, ·, d20605+0"]);
    check_each_type(BinaryArray::from(vec![b"12".as_slice(), b"\xff"]), &["\"12\", 12, ·, ·", "·, ·, ·, ·"]);
    check_each_type(NullArray::new(1), &["·, ·, ·, ·"]);
    let coded: DictionaryArray<Int32Type> = vec![Some("a"), None, Some("1"), Some("a")].into_iter().collect();
    check_each_type(coded, &["\"a\", ·, ·, ·", "·, ·, ·, ·", "\"1\", 1, true, ·", "\"a\", ·, ·, ·"]);
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)]), None]);
    check_each_type(list, &["·, ·, ·, ·", "·, ·, ·, ·"]);
}

#[test]
fn cli_02_a_type_without_values_is_an_error_naming_column_and_type() {
    assert_eq!(
        read_as_each_type(Arc::new(Time64MicrosecondArray::from(vec![1]))),
        "error: lead1.parquet: column `v` is of type Time64(µs), which cannot be read; give text, a number, a boolean, a date or a timestamp\n"
    );
}

fn event_columns(rows: usize) -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("lead_id", texts(&vec![Some("a"); rows])),
        ("event", texts(&vec![Some("v"); rows])),
        ("timestamp", Arc::new(TimestampMicrosecondArray::from(vec![0; rows]))),
    ]
}

#[test]
fn properties_may_be_a_struct_a_text_or_a_map() {
    let account =
        StructArray::from(vec![(Arc::new(Field::new("plan", DataType::Utf8, true)), texts(&[Some("pro"), None]))]);
    let fields = Fields::from(vec![
        Field::new("path", DataType::Utf8, true),
        Field::new("account", account.data_type().clone(), true),
        Field::new("lead_id", DataType::Utf8, true),
    ]);
    let inner: Vec<ArrayRef> =
        vec![texts(&[Some("/x"), Some("/y")]), Arc::new(account), texts(&[Some("b"), Some("b")])];
    let structs = StructArray::new(fields, inner, Some(vec![true, false].into()));

    let text = texts(&[Some(r#"{"path":"/x","account":{"plan":"pro"}}"#), Some("no object")]);

    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (key, value) in [("path", "first"), ("path", "/x"), ("account.plan", "pro")] {
        map.keys().append_value(key);
        map.values().append_value(value);
    }
    map.append(true).unwrap();
    map.append(false).unwrap();

    let all: [ArrayRef; 3] = [Arc::new(structs), text, Arc::new(map.finish())];
    for properties in all {
        let mut columns = event_columns(2);
        columns.push(("properties", properties));
        check(
            &[File(RowKind::Event, Format::Parquet, &write(columns))],
            "no row a: ·, ·, ·, ·\nevent a v 0+0: \"/x\", ·, \"pro\"\nevent a v 0+0: ·, ·, ·",
        );
    }
}

#[test]
fn a_dictionary_serves_all_batches_and_row_groups() {
    let rows = 30_000;
    let words: Vec<String> = (0..rows).map(|row| format!("w{}", row * 7 / 1_000)).collect();
    let all: Vec<Option<&str>> =
        words.iter().enumerate().map(|(row, word)| (row % 5 > 0).then_some(word.as_str())).collect();
    let account = StructArray::from(vec![(Arc::new(Field::new("plan", DataType::Utf8, true)), texts(&all))]);
    let mut columns = event_columns(rows);
    columns.extend([("path", texts(&all)), ("price", texts(&all)), ("account", Arc::new(account) as ArrayRef)]);
    let bytes = write_with(columns, Compression::SNAPPY, 1 << 16);
    let dataset = load(&meaning(), &[File(RowKind::Event, Format::Parquet, &bytes)]).0.unwrap();
    for (row, word) in all.iter().enumerate() {
        let expected = word.map_or("·".into(), |word| format!("{word:?}"));
        let shown = [0, 1, 2].map(|at| show_cell(&dataset.events.properties[at], row));
        assert_eq!(shown, [expected.clone(), "·".into(), expected], "{row}");
    }
    assert_eq!(dataset.report.columns.iter().map(|column| column.failed).sum::<u64>(), 24_000);
}

#[test]
fn cli_02_a_long_text_in_many_rows_stands_in_memory_once() {
    // Written out, a batch of the nested column alone would be 80 GB.
    let long = "x".repeat(10 << 20);
    let values: DictionaryArray<Int32Type> =
        DictionaryArray::new(Int32Array::from(vec![0; 1_000]), texts(&[Some(&long)]));
    let account = StructArray::from(vec![(
        Arc::new(Field::new("plan", values.data_type().clone(), true)),
        Arc::new(values.clone()) as ArrayRef,
    )]);
    let mut columns = event_columns(1_000);
    columns.extend([("path", Arc::new(values) as ArrayRef), ("account", Arc::new(account))]);
    let bytes = write_with(columns, Compression::ZSTD(ZstdLevel::default()), 1 << 20);
    let dataset = load(&meaning(), &[File(RowKind::Event, Format::Parquet, &bytes)]).0;
    match dataset {
        Ok(dataset) => assert_eq!(show_cell(&dataset.events.properties[2], 999).len(), long.len() + 2),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn rejected_rows_are_shown_as_json() {
    let mut columns = event_columns(2);
    columns[1].1 = texts(&[Some("v"), None]);
    let bytes = write(columns);
    let (_, rejected) = load(&meaning(), &[File(RowKind::Event, Format::Parquet, &bytes)]);
    assert_eq!(rejected.len(), 1);
    assert_eq!(rejected[0].place.to_string(), "event1.parquet, row 2");
    assert_eq!(rejected[0].raw, r#"{"lead_id":"a","timestamp":"1970-01-01T00:00:00Z","event":null}"#);
}

#[test]
fn cli_02_a_small_file_that_unpacks_to_a_gigabyte_is_refused() {
    // A value of 300 MB of one letter is a few kilobytes of zstd.
    let long = "x".repeat(300 << 20);
    let mut columns = event_columns(1);
    columns.push(("path", texts(&[Some(&long)])));
    let bomb = write_with(columns, Compression::ZSTD(ZstdLevel::default()), 1 << 30);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    assert_eq!(
        show(&[File(RowKind::Event, Format::Parquet, &bomb)]),
        "error: event1.parquet cannot be read as Parquet: column `path` of row group 1 has a page of 314572810 bytes, more than 268435456; write smaller pages\n"
    );
}

#[test]
fn cli_02_a_page_that_unpacks_to_more_than_it_says_is_refused() {
    for compression in [Compression::GZIP(GzipLevel::default()), Compression::BROTLI(BrotliLevel::default())] {
        let mut columns = event_columns(1);
        columns.push(("path", texts(&[Some(&"x".repeat(300 << 20))])));
        let mut bomb = write_with(columns, compression, 1 << 30);
        // The page says 2 bytes instead of 314,572,810, in as many bytes of its header.
        let size = [0x94, 0x80, 0x80, 0xAC, 0x02];
        while let Some(at) = bomb.windows(5).position(|bytes| bytes == size) {
            bomb[at..at + 5].copy_from_slice(&[0x84, 0x80, 0x80, 0x80, 0x00]);
        }
        assert_eq!(
            show(&[File(RowKind::Event, Format::Parquet, &bomb)]),
            "error: event1.parquet cannot be read as Parquet: column `path` of row group 1 has a page that unpacks to more than 268435456 bytes\n",
            "{compression}"
        );
    }
}

#[test]
fn cli_02_files_that_are_no_parquet_are_errors() {
    let whole = write(event_columns(3));
    let shown = |bytes: &[u8]| show(&[File(RowKind::Event, Format::Parquet, bytes)]);
    assert_eq!(
        shown(b""),
        "error: event1.parquet cannot be read as Parquet: it has 0 bytes, fewer than any Parquet file\n"
    );
    for length in [whole.len() - 1, whole.len() / 2] {
        assert_eq!(
            shown(&whole[..length]),
            "error: event1.parquet cannot be read as Parquet: it does not end as a Parquet file does; is it truncated, or of another format?\n"
        );
    }
    assert_eq!(
        shown(&write(event_columns(1)[..2].to_vec())),
        "error: event1.parquet: there is no column `timestamp`; the columns are `lead_id`, `event`\n"
    );
}

/// A file without rows whose one column is this deep in groups.
fn nested_schema(depth: usize) -> Vec<u8> {
    let varint = |mut number: usize| {
        let mut bytes = Vec::new();
        while number >= 0x80 {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    // Version 1; a list of structs, its length, and the root: named `r`, with one child.
    let mut footer = vec![0x15, 2, 0x19, 0xFC];
    footer.extend(varint(depth + 2));
    footer.extend([0x48, 1, b'r', 0x15, 2, 0]);
    for _ in 0..depth {
        footer.extend([0x35, 0, 0x18, 1, b'g', 0x15, 2, 0]);
    }
    // A required integer; no rows; no row groups.
    footer.extend([0x15, 2, 0x25, 0, 0x18, 1, b'l', 0, 0x16, 0, 0x19, 0x0C, 0]);
    let mut bytes = b"PAR1".to_vec();
    let length = footer.len() as u32;
    bytes.extend(footer);
    bytes.extend(length.to_le_bytes());
    bytes.extend(b"PAR1");
    bytes
}

#[test]
fn cli_02_a_schema_nested_without_end_is_refused() {
    let shown = |depth| show(&[File(RowKind::Event, Format::Parquet, &nested_schema(depth))]);
    assert_eq!(shown(3), "error: event1.parquet: there is no column `lead_id`; the columns are `g`\n");
    assert_eq!(
        shown(500_000),
        "error: event1.parquet cannot be read as Parquet: its columns are nested more than 64 deep\n"
    );
}
