//! Writes rows as comma-separated values, quoted only where RFC 4180 asks for it.

use std::io::{self, Write};

use super::text::{Lines, write_plain};
use crate::rows::{Cell, Column, Row};

/// Begins a file with its header.
pub(super) fn begin<W: Write>(columns: &[Column], output: W) -> io::Result<Lines<W>> {
    let mut lines = Lines::new(output);
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    lines.buffer.extend_from_slice(names.join(",").as_bytes());
    lines.end_line()?;
    Ok(lines)
}

/// Writes one row.
pub(super) fn write<T: Row, W: Write>(row: &T, lines: &mut Lines<W>) -> io::Result<()> {
    let (buffer, days) = (&mut lines.buffer, &mut lines.days);
    let mut first = true;
    let mut result = Ok(());
    row.cells(|cell| {
        if !first {
            buffer.push(b',');
        }
        first = false;
        match cell {
            Cell::Text(text) if text.contains([',', '"', '\n', '\r']) => write_quoted(text, buffer),
            cell => result = std::mem::replace(&mut result, Ok(())).and(write_plain(cell, days, buffer)),
        }
    });
    result?;
    lines.end_line()
}

fn write_quoted(text: &str, buffer: &mut Vec<u8>) {
    buffer.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            buffer.push(b'"');
        }
        buffer.push(byte);
    }
    buffer.push(b'"');
}
