//! Reads a file row by row with all its columns, whatever a definition makes of them.
//!
//! The readers of scoring keep the columns that a definition declares, and one row for each lead. An import keeps
//! everything: the next definition may ask for it.

use crate::failure::Failure;
use crate::files::Content;
use bantam_engine::input::Format;
use bantam_server::table::{BadFile, BadRow, RECORD_BYTES_MAX, Row, read_csv};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Who takes the rows.
pub(super) type Taker<'t> = dyn FnMut(Result<Row, BadRow>) -> Result<(), Failure> + 't;

/// Reads all rows of a file.
pub(super) fn read(name: &str, content: Content, take: &mut Taker<'_>) -> Result<(), Failure> {
    match content {
        Content::Text(Format::Ndjson, text) => read_ndjson(name, text, take),
        Content::Text(_, text) => read_csv(text, &mut |row| Ok(take(row)?)).map_err(|problem| match problem {
            Stopped::File(BadFile { problem, help }) => match help {
                Some(help) => damaged(name, problem).help(help),
                None => damaged(name, problem),
            },
            Stopped::Taker(failure) => failure,
        }),
        Content::Parquet(file) => read_parquet(name, file, take),
    }
}

/// Why reading stopped.
enum Stopped {
    File(BadFile),
    Taker(Failure),
}

impl From<BadFile> for Stopped {
    fn from(problem: BadFile) -> Self {
        Stopped::File(problem)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Stopped::Taker(failure)
    }
}

fn damaged(name: &str, problem: impl std::fmt::Display) -> Failure {
    Failure::bad_input(format!("{name}: {problem}"))
}

fn read_ndjson(name: &str, text: Box<dyn Read + Send>, take: &mut Taker<'_>) -> Result<(), Failure> {
    let mut reader = BufReader::new(text);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let count = reader.by_ref().take(RECORD_BYTES_MAX).read_until(b'\n', &mut line);
        if count.map_err(|error| damaged(name, error))? == 0 {
            break;
        }
        if line.len() as u64 >= RECORD_BYTES_MAX {
            return Err(damaged(name, format!("line {number} is longer than 1 MiB")));
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line).trim_ascii();
        if text.is_empty() {
            continue;
        }
        let row = match serde_json::from_slice::<Map<String, Value>>(text) {
            Ok(object) => {
                let mut cells = Vec::new();
                flatten("", object, &mut cells);
                Ok(Row { number, cells })
            }
            Err(error) => {
                let content = String::from_utf8_lossy(text).into_owned();
                Err(BadRow { number, reason: format!("it is no JSON object: {error}"), content })
            }
        };
        take(row)?;
    }
    Ok(())
}

/// Puts nested values under names joined with dots.
fn flatten(prefix: &str, object: Map<String, Value>, cells: &mut Vec<(Arc<str>, Value)>) {
    for (key, value) in object {
        let name = format!("{prefix}{key}");
        match value {
            Value::Object(inner) if !inner.is_empty() => flatten(&format!("{name}."), inner, cells),
            value => cells.push((name.into(), value)),
        }
    }
}

/// The library may panic over a damaged file; what it was reading is given up then.
fn read_parquet(name: &str, file: File, take: &mut Taker<'_>) -> Result<(), Failure> {
    let contained = catch_unwind(AssertUnwindSafe(|| read_parquet_rows(name, file, take)));
    contained.unwrap_or_else(|_| Err(damaged(name, "the file is damaged")))
}

fn read_parquet_rows(name: &str, file: File, take: &mut Taker<'_>) -> Result<(), Failure> {
    let reader = SerializedFileReader::new(file).map_err(|error| damaged(name, error))?;
    let rows = reader.get_row_iter(None).map_err(|error| damaged(name, error))?;
    let mut columns: Vec<Arc<str>> = Vec::new();
    for (row, number) in rows.zip(1..) {
        let row = row.map_err(|error| damaged(name, error))?;
        if columns.is_empty() {
            columns = row.get_column_iter().map(|(column, _)| column.as_str().into()).collect();
        }
        let mut cells = Vec::with_capacity(columns.len());
        for (column, (_, field)) in columns.iter().zip(row.get_column_iter()) {
            match value_of(field) {
                Value::Object(inner) => flatten(&format!("{column}."), inner, &mut cells),
                value => cells.push((column.clone(), value)),
            }
        }
        take(Ok(Row { number, cells }))?;
    }
    Ok(())
}

fn value_of(field: &Field) -> Value {
    let time = |micros: Option<i64>| micros.map_or(Value::Null, |micros| crate::clock::show(micros).into());
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => (*value).into(),
        Field::Byte(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Long(value) => (*value).into(),
        Field::UByte(value) => (*value).into(),
        Field::UShort(value) => (*value).into(),
        Field::UInt(value) => (*value).into(),
        Field::ULong(value) => (*value).into(),
        Field::Float(value) => Value::from(f64::from(*value)),
        Field::Double(value) => Value::from(*value),
        Field::Str(text) => text.trim().into(),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).map_or(Value::Null, |text| text.trim().into()),
        Field::Date(days) => time(i64::from(*days).checked_mul(bantam_lang::convert::MICROS_PER_DAY)),
        Field::TimestampMillis(millis) => time(millis.checked_mul(1_000)),
        Field::TimestampMicros(micros) => time(Some(*micros)),
        Field::Group(row) => row.get_column_iter().map(|(name, field)| (name.clone(), value_of(field))).collect(),
        Field::ListInternal(list) => list.elements().iter().map(value_of).collect(),
        other => other.to_string().into(),
    }
}
