//! Cuts a CSV file into rows, each with all its columns.

use serde_json::Value;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

/// The longest record, in bytes: a quote that is never closed must not take the rest of a file into memory.
pub const RECORD_BYTES_MAX: u64 = 1 << 20;

/// A row: its place, and its cells by column.
pub struct Row {
    /// The line in which it begins.
    pub number: u64,
    /// Columns with values.
    pub cells: Vec<(Arc<str>, Value)>,
}

/// A row that cannot be read.
pub struct BadRow {
    /// The line in which it begins.
    pub number: u64,
    /// What is wrong.
    pub reason: String,
    /// What it holds.
    pub content: String,
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

/// Why a whole file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadFile {
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub help: Option<&'static str>,
}

impl BadFile {
    fn new(problem: impl std::fmt::Display) -> BadFile {
        BadFile { problem: problem.to_string(), help: None }
    }
}

/// Reads all rows of a CSV file.
///
/// # Errors
/// Returns why the file cannot be read, or what `take` returns.
pub fn read_csv<E: From<BadFile>>(
    text: impl Read,
    take: &mut dyn FnMut(Result<Row, BadRow>) -> Result<(), E>,
) -> Result<(), E> {
    let taken = Rc::new(Cell::new(0));
    let limited = Limited { inner: text, taken: taken.clone() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(limited);
    let mut record = csv::ByteRecord::new();
    let mut header: Option<Vec<Arc<str>>> = None;
    while reader.read_byte_record(&mut record).map_err(BadFile::new)? {
        taken.set(0);
        let number = record.position().map_or(0, csv::Position::line);
        let Some(columns) = &header else {
            header = Some(read_header(&record)?);
            continue;
        };
        take(csv_row(number, columns, &record))?;
    }
    if header.is_none() {
        let help = Some("the first line has the names of columns");
        return Err(BadFile { problem: "it is empty".into(), help }.into());
    }
    Ok(())
}

fn read_header(record: &csv::ByteRecord) -> Result<Vec<Arc<str>>, BadFile> {
    let mut columns: Vec<Arc<str>> = Vec::new();
    for (place, cell) in record.iter().enumerate() {
        let encoding = |_| BadFile { help: Some("export it as UTF-8"), ..BadFile::new("the header is not UTF-8 text") };
        let text = std::str::from_utf8(cell).map_err(encoding)?;
        let text = text.trim_start_matches('\u{feff}').trim();
        let column = if text.is_empty() { format!("column {}", place + 1) } else { text.to_owned() };
        if columns.iter().any(|known| **known == *column) {
            let twice = BadFile::new(format!("the column `{column}` is there twice"));
            return Err(BadFile { help: Some("rename one of them"), ..twice });
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
