//! Cuts a CSV file into rows, each with all its columns.

use serde_json::Value;
use std::cell::RefCell;
use std::collections::VecDeque;
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

/// What is known of the text that was given to the reader of records, which reads ahead.
struct Progress {
    /// How many bytes were read since the last record.
    taken: u64,
    /// How many bytes were read.
    offset: u64,
    /// The line in which the next byte stands.
    line: u64,
    /// Whether the byte before was a return: a line feed after it ends the same line.
    after_return: bool,
    /// Whether the line has had nothing so far.
    is_blank: bool,
    /// Where lines with something in them begin, and their numbers: a record begins at one of them. The reader counts lines
    /// itself, but from before the line feed of the line above, and from before blank lines.
    starts: VecDeque<(u64, u64)>,
}

impl Progress {
    fn new() -> Progress {
        Progress { taken: 0, offset: 0, line: 1, after_return: false, is_blank: true, starts: VecDeque::new() }
    }

    fn see(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\r' | b'\n' => {
                    self.line += 1;
                    self.is_blank = true;
                }
                _ if self.is_blank => {
                    self.starts.push_back((self.offset, self.line));
                    self.is_blank = false;
                }
                _ => {}
            }
            self.after_return = byte == b'\r';
            self.offset += 1;
        }
        self.taken += bytes.len() as u64;
    }

    /// Returns the line of the first record at or after a place, and forgets the lines before it.
    fn line_at(&mut self, place: u64) -> u64 {
        while self.starts.front().is_some_and(|&(start, _)| start < place) {
            self.starts.pop_front();
        }
        self.starts.front().map_or(self.line, |&(_, line)| line)
    }
}

/// Stops where one record takes too much.
struct Limited<R> {
    inner: R,
    progress: Rc<RefCell<Progress>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut progress = self.progress.borrow_mut();
        if progress.taken > RECORD_BYTES_MAX {
            let message = "a record is longer than 1 MiB; is a quote not closed?";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let count = self.inner.read(buffer)?;
        progress.see(buffer.get(..count).unwrap_or_default());
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
    let progress = Rc::new(RefCell::new(Progress::new()));
    let limited = Limited { inner: text, progress: progress.clone() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(limited);
    let mut record = csv::ByteRecord::new();
    let mut header: Option<Vec<Arc<str>>> = None;
    while reader.read_byte_record(&mut record).map_err(BadFile::new)? {
        progress.borrow_mut().taken = 0;
        let number = progress.borrow_mut().line_at(record.position().map_or(0, csv::Position::byte));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<u64> {
        let mut numbers = Vec::new();
        let read = read_csv::<BadFile>(text.as_bytes(), &mut |row| {
            numbers.push(row.map_or_else(|bad| bad.number, |row| row.number));
            Ok(())
        });
        assert_eq!(read, Ok(()));
        numbers
    }

    #[test]
    fn rows_are_told_by_the_line_in_which_they_begin() {
        let text = "\u{feff}id,note\n1,a\n2,\"b\nb\"\n\n3\n4,d";
        assert_eq!(numbers(text), [2, 3, 6, 7]);
        assert_eq!(numbers(&text.replace('\n', "\r\n")), [2, 3, 6, 7]);
        assert_eq!(numbers(&text.replace('\n', "\r")), [2, 3, 6, 7]);
        assert_eq!(numbers("\r\n\r\nid\r\n1\r\n"), [4]);
    }

    #[test]
    fn lines_are_counted_across_what_is_read_at_once() {
        let mut text = "id,note\r\n".to_owned();
        (0..20_000).for_each(|number| text += &format!("{number},x\r\n"));
        assert!(numbers(&text).into_iter().eq(2..20_002));
    }
}
