//! Columns decoded page by page give what the library's record batches give.

use super::support::*;
use arrow_array::*;
use arrow_schema::{DataType, Field};
use bantam_engine::input::{Format, RowKind};
use bantam_lang::meaning::{Meaning, Type};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::prelude::*;
use std::sync::Arc;

/// A struct with one field: a file with such a column is read by record batches.
fn nested(rows: usize) -> ArrayRef {
    let field = Arc::new(Field::new("x", DataType::Int32, true));
    let values: ArrayRef = Arc::new(Int32Array::from(vec![1; rows]));
    Arc::new(StructArray::from(vec![(field, values)]))
}

fn write(columns: &[(&str, ArrayRef)], dictionary: bool, version: WriterVersion, rows: [usize; 2]) -> Vec<u8> {
    let columns = columns.iter().map(|(name, array)| (*name, Arc::clone(array), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(dictionary)
        .set_writer_version(version)
        .set_max_row_group_row_count(Some(rows[0]))
        .set_data_page_row_count_limit(rows[1])
        .set_write_batch_size(rows[1])
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Reads every column as an attribute of each type, and as leads' keys.
fn shown(columns: &[(&str, ArrayRef)], by_batches: bool, writing: (bool, WriterVersion, [usize; 2])) -> String {
    let mut meaning = Meaning::default();
    for (name, _) in columns.iter().skip(1) {
        for kind in [Type::Text, Type::Number, Type::Boolean, Type::Time] {
            let column = bantam_lang::meaning::Attribute {
                column: (*name).to_owned(),
                missing: vec!["7".into(), "n/a".into()],
                ..attribute(&format!("{name} {}", kind.word()), kind)
            };
            meaning.lead.attributes.push(column);
        }
    }
    let mut columns = columns.to_vec();
    meaning.lead.attributes.push(attribute("s.x", Type::Number));
    if by_batches {
        columns.push(("s", nested(columns[0].1.len())));
    } else {
        // The same value without a struct around it.
        columns.push(("s.x", Arc::new(Int32Array::from(vec![1; columns[0].1.len()]))));
    }
    let bytes = write(&columns, writing.0, writing.1, writing.2);
    show_with(&meaning, &[File(RowKind::Lead, Format::Parquet, &bytes)])
}

fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
    let text = prop_oneof![
        "[a-c]{0,2}",
        " ?[0-9]{1,2}",
        Just("n/a".to_owned()),
        Just("2026-06-20".into()),
        Just("true".into())
    ];
    prop::collection::vec(prop::option::weighted(0.8, text), 40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn pages_give_what_record_batches_give(
        text in texts(),
        whole in prop::collection::vec(prop::option::weighted(0.8, -9_i64..9), 40),
        big in prop::collection::vec(any::<i64>(), 40),
        real in prop::collection::vec(prop::option::weighted(0.9, any::<f64>()), 40),
        single in prop::collection::vec(prop::option::of(any::<f32>()), 40),
        truth in prop::collection::vec(prop::option::of(any::<bool>()), 40),
        time in prop::collection::vec(prop::option::weighted(0.9, -70_000_000_000_000_000..260_000_000_000_000_000_i64), 40),
        days in prop::collection::vec(prop::option::of(any::<i32>()), 40),
        keys_are_numbers in any::<bool>(),
        one_key_is_missing in prop::bool::weighted(0.2),
        dictionary in any::<bool>(),
        second_version in any::<bool>(),
        group_rows in 1_usize..50,
        page_rows in 1_usize..50,
    ) {
        let key = |at: i64| (!one_key_is_missing || at != 23).then_some(at * 3);
        let keys: ArrayRef = if keys_are_numbers {
            Arc::new(Int64Array::from_iter((0..40).map(key)))
        } else {
            Arc::new(StringArray::from_iter((0..40).map(|at| key(at).map(|key| format!(" k{key}")))))
        };
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("lead_id", keys),
            ("text", Arc::new(StringArray::from(text))),
            ("whole", Arc::new(Int32Array::from_iter(whole.iter().map(|value| value.map(|value| value as i32))))),
            ("small", Arc::new(Int64Array::from(whole))),
            ("big", Arc::new(Int64Array::from(big))),
            ("real", Arc::new(Float64Array::from(real))),
            ("single", Arc::new(Float32Array::from(single))),
            ("truth", Arc::new(BooleanArray::from(truth))),
            ("micros", Arc::new(TimestampMicrosecondArray::from(time.clone()).with_timezone("UTC"))),
            ("nanos", Arc::new(TimestampNanosecondArray::from(time.clone()))),
            ("millis", Arc::new(TimestampMillisecondArray::from(time))),
            ("days", Arc::new(Date32Array::from(days))),
        ];
        let version = if second_version { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
        let writing = (dictionary, version, [group_rows, page_rows]);
        prop_assert_eq!(shown(&columns, false, writing), shown(&columns, true, writing));
    }
}
