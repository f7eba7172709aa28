//! Reads NDJSON: one object a line. What is wrong with a line rejects that line.

use super::cell::Given;
use super::json::{ObjectKeys, given, push_json};
use super::report::{InputError, Spot};
use super::rows::{LEAD, PROPERTIES, Rows};
use super::window::Window;
use super::{File, Piece, RAW_BYTES_MAX, RECORD_BYTES_MAX, Settle};
use memchr::memchr;
use std::io::{self, Read};

/// Every so many rows the caller is told how far reading is.
const ROWS_PER_PROGRESS: u64 = 16_384;

/// Where the values of a file's rows stand.
struct Layout {
    row: ObjectKeys,
    inside: ObjectKeys,
    reserved: [Option<usize>; 4],
    properties: Option<usize>,
}

pub(crate) fn read(
    mut rows: Rows,
    file: &File<'_>,
    source: impl Read,
    settle: &mut Settle<'_>,
) -> Result<(), InputError> {
    let failed = |source: io::Error| InputError::Read { file: file.name.to_owned(), source };
    let mut layout = lay_out(&rows);
    let mut window = Window::new(source);
    window.skip_mark().map_err(failed)?;
    let mut clipped = Vec::new();
    let mut spot = Spot { file: file.number, row: 0, line: 0 };
    let mut told = 0;
    loop {
        let line = next_line(&mut window, &mut clipped).map_err(failed)?;
        let (bytes, length) = match line {
            Line::End => break,
            Line::Whole { content, length } => (window.bytes().get(..content).unwrap_or_default(), length),
            Line::TooLong => (clipped.as_slice(), 0),
        };
        spot.line += 1;
        if !bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            spot.row += 1;
            rows.seen += 1;
            let outcome = match line {
                Line::TooLong => Err("the line is longer than 16 MiB".to_owned()),
                _ => read_row(&mut rows, &mut layout, bytes, spot),
            };
            if let Err(reason) = outcome {
                rows.reject(spot, reason, bytes);
            }
        }
        window.consume(length);
        if spot.row.is_multiple_of(ROWS_PER_PROGRESS) {
            (file.progress)(window.consumed() - told);
            told = window.consumed();
        }
    }
    layout.row.report_unused(&mut rows);
    layout.inside.report_unused(&mut rows);
    (file.progress)(window.consumed() - told);
    file.tap(&mut rows).map_err(|problem| InputError::Header { file: file.name.to_owned(), problem, help: None })?;
    settle(Piece { rows, lines: None })
}

#[derive(Clone, Copy)]
enum Line {
    Whole {
        content: usize,
        length: usize,
    },
    /// Gone from the window; its first bytes are kept.
    TooLong,
    End,
}

fn next_line(window: &mut Window<impl Read>, clipped: &mut Vec<u8>) -> io::Result<Line> {
    loop {
        let bytes = window.bytes();
        if let Some(end) = memchr(b'\n', bytes) {
            return Ok(Line::Whole { content: end, length: end + 1 });
        }
        if window.fill()? {
            continue;
        }
        let bytes = window.bytes();
        if bytes.len() >= RECORD_BYTES_MAX {
            clipped.clear();
            clipped.extend_from_slice(bytes.get(..RAW_BYTES_MAX + 1).unwrap_or(bytes));
            window.skip_line()?;
            return Ok(Line::TooLong);
        }
        return Ok(if bytes.is_empty() {
            Line::End
        } else {
            Line::Whole { content: bytes.len(), length: bytes.len() }
        });
    }
}

fn lay_out(rows: &Rows) -> Layout {
    let (mut row, mut inside) = (ObjectKeys::of_rows(), ObjectKeys::inside_properties());
    for column in &rows.columns {
        row.add(Some(&column.source));
        inside.add(Some(&column.source));
    }
    let reserved = std::array::from_fn(|at| rows.reserved.get(at)?.as_deref().map(|name| row.slot(name)));
    let properties = rows.is_special(PROPERTIES).then(|| row.slot(PROPERTIES));
    Layout { row, inside, reserved, properties }
}

fn read_row(rows: &mut Rows, layout: &mut Layout, bytes: &[u8], spot: Spot) -> Result<(), String> {
    let line = std::str::from_utf8(bytes)
        .map_err(|error| format!("the line is not UTF-8 (at byte {} of it)", error.valid_up_to() + 1))?;
    layout.row.read(line).map_err(|problem| format!("the line is no JSON object: {problem}"))?;
    let row = &layout.row;
    let value = |slot: Option<usize>| slot.and_then(|slot| row.value(line, slot));
    let raw = layout.reserved.map(value);
    let mut scratch: [String; 4] = Default::default();
    let mut spelled =
        raw.iter().zip(&mut scratch).map(|(raw, scratch)| raw.map_or(Given::Missing, |raw| given(raw, scratch)));
    let mut next = || spelled.next().unwrap_or(Given::Missing);
    rows.admit([next(), next(), next(), next()], spot)?;
    let [_, time, _, id] = raw;
    rows.time.found |= time.is_some();
    rows.id.found |= id.is_some();

    let mut spelled = String::new();
    let object = match value(layout.properties) {
        Some(raw) if raw.starts_with('{') => layout.inside.read_properties_text(raw, rows, spot),
        Some(raw) => match given(raw, &mut spelled) {
            Given::Missing => None,
            Given::Text(text) => layout.inside.read_properties_text(text.trim(), rows, spot),
            other => {
                rows.count_bad_properties(other.shown(), spot);
                None
            }
        },
        None => None,
    };
    for (at, column) in rows.columns.iter_mut().enumerate() {
        match layout.row.find(line, at) {
            Some(raw) => push_json(column, raw, spot),
            None => layout.inside.push_found(object, at, column, spot),
        }
    }
    Ok(())
}

const _: () = assert!(LEAD == 0, "reserved values are offered in this order");
