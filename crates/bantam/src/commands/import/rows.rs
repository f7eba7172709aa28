//! Reads a file row by row with all its columns, whatever a definition makes of them.
//!
//! The readers of scoring keep the columns that a definition declares, and one row for each lead. An import keeps
//! everything: the next definition may ask for it.

use crate::failure::Failure;
use crate::files::Content;
use bantam_engine::input::Format;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// The longest record, in bytes: a quote that is never closed must not take the rest of a file into memory.
const RECORD_BYTES_MAX: u64 = 1 << 20;

/// A row: its place, and its cells by column.
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) cells: Vec<(Arc<str>, Value)>,
}

/// A row that cannot be read.
pub(super) struct BadRow {
    pub(super) number: u64,
    pub(super) reason: String,
    pub(super) content: String,
}

/// Who takes the rows.
pub(super) type Taker<'t> = dyn FnMut(Result<Row, BadRow>) -> Result<(), Failure> + 't;

/// Reads all rows of a file.
pub(super) fn read(name: &str, content: Content, take: &mut Taker<'_>) -> Result<(), Failure> {
    match content {
        Content::Text(Format::Ndjson, text) => read_ndjson(name, text, take),
        Content::Text(_, text) => read_csv(name, text, take),
        Content::Parquet(file) => read_parquet(name, file, take),
    }
}

fn damaged(name: &str, problem: impl std::fmt::Display) -> Failure {
    Failure::bad_input(format!("{name}: {problem}"))
}

/// Stops where one record takes too much.
struct Limited<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken.get() > RECORD_BYTES_MAX {
            let message = "a record is longer than 1 MiB; is a quote not closed?";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let count = self.inner.read(buffer)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

fn read_csv(name: &str, text: Box<dyn Read + Send>, take: &mut Taker<'_>) -> Result<(), Failure> {
    let taken = Rc::new(Cell::new(0));
    let limited = Limited { inner: text, taken: taken.clone() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(limited);
    let mut record = csv::ByteRecord::new();
    let mut header: Option<Vec<Arc<str>>> = None;
    while reader.read_byte_record(&mut record).map_err(|error| damaged(name, error))? {
        taken.set(0);
        let number = record.position().map_or(0, csv::Position::line);
        let Some(columns) = &header else {
            header = Some(read_header(name, &record)?);
            continue;
        };
        take(csv_row(number, columns, &record))?;
    }
    if header.is_none() {
        return Err(damaged(name, "it is empty").help("the first line has the names of columns"));
    }
    Ok(())
}

fn read_header(name: &str, record: &csv::ByteRecord) -> Result<Vec<Arc<str>>, Failure> {
    let mut columns: Vec<Arc<str>> = Vec::new();
    for (place, cell) in record.iter().enumerate() {
        let text = std::str::from_utf8(cell)
            .map_err(|_| damaged(name, "the header is not UTF-8 text").help("export it as UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        let column = if text.is_empty() { format!("column {}", place + 1) } else { text.to_owned() };
        if columns.iter().any(|known| **known == *column) {
            return Err(damaged(name, format!("the column `{column}` is there twice")).help("rename one of them"));
        }
        columns.push(column.into());
    }
    Ok(columns)
}

fn csv_row(number: u64, columns: &[Arc<str>], record: &csv::ByteRecord) -> Result<Row, BadRow> {
    let bad = |reason: String| {
        let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
        BadRow { number, reason, content: cells.join(",") }
    };
    if record.len() != columns.len() {
        return Err(bad(format!("it has {} cells, the header {}", record.len(), columns.len())));
    }
    let mut cells = Vec::with_capacity(columns.len());
    for (column, cell) in columns.iter().zip(record) {
        let text = std::str::from_utf8(cell).map_err(|_| bad(format!("`{column}` is not UTF-8 text")))?;
        if text.contains('\0') {
            return Err(bad(format!("`{column}` holds a NUL character")));
        }
        cells.push((column.clone(), Value::from(text.trim())));
    }
    Ok(Row { number, cells })
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
