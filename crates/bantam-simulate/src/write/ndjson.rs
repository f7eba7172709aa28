//! Writes rows as JSON objects, a line each, leaving out keys without a value.

use std::io::{self, Write};

use super::text::{Days, Lines, write_plain};
use crate::rows::{Cell, Row};

/// Writes one row.
pub(super) fn write<T: Row, W: Write>(row: &T, lines: &mut Lines<W>) -> io::Result<()> {
    let (buffer, days) = (&mut lines.buffer, &mut lines.days);
    let mut columns = T::COLUMNS.iter();
    let mut inside = false;
    let mut result = Ok(());
    buffer.push(b'{');
    row.cells(|cell| {
        let Some(column) = columns.next() else { return };
        if matches!(cell, Cell::Missing) || result.is_err() {
            return;
        }
        if column.property && !inside {
            inside = true;
            write_key("properties", buffer);
            buffer.push(b'{');
        }
        write_key(column.name, buffer);
        result = write_value(cell, days, buffer);
    });
    result?;
    buffer.extend_from_slice(if inside { b"}}" } else { b"}" });
    lines.end_line()
}

/// Writes a key, after a comma unless it is the object's first.
fn write_key(name: &str, buffer: &mut Vec<u8>) {
    if buffer.last() != Some(&b'{') {
        buffer.push(b',');
    }
    buffer.push(b'"');
    buffer.extend_from_slice(name.as_bytes());
    buffer.extend_from_slice(b"\":");
}

fn write_value(cell: Cell<'_>, days: &mut Days, buffer: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Text(text) => serde_json::to_writer(buffer, text).map_err(io::Error::from),
        Cell::Whole(_) | Cell::Number(_) | Cell::Boolean(_) => write_plain(cell, days, buffer),
        _ => {
            buffer.push(b'"');
            write_plain(cell, days, buffer)?;
            buffer.push(b'"');
            Ok(())
        }
    }
}
