//! Lines of text on their way to an output, and how numbers, times and ids are spelt in them.

use std::io::{self, Write};

use crate::rows::Cell;
use crate::settings::{DAY, SECOND};

/// How many bytes are gathered before they are handed on.
const LINES_BYTES: usize = 64 * 1024;

/// An output with the lines gathered for it.
pub(crate) struct Lines<W> {
    output: W,
    pub(super) buffer: Vec<u8>,
    pub(super) days: Days,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(output: W) -> Self {
        Self {
            output,
            buffer: Vec::with_capacity(LINES_BYTES + 4 * 1024),
            days: Days { number: i64::MIN, text: String::new() },
        }
    }

    /// Ends a line and hands the lines on when there are enough.
    pub(super) fn end_line(&mut self) -> io::Result<()> {
        self.buffer.push(b'\n');
        if self.buffer.len() >= LINES_BYTES {
            self.output.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.output.write_all(&self.buffer)?;
        self.output.flush()
    }
}

/// The calendar date written last: most rows of a time-ordered file have the one before's.
pub(super) struct Days {
    number: i64,
    text: String,
}

impl Days {
    /// Writes a day as `2026-03-01`.
    pub(super) fn write_date(&mut self, day: i64, buffer: &mut Vec<u8>) -> io::Result<()> {
        if self.number != day {
            let midnight = jiff::Timestamp::from_microsecond(day.saturating_mul(DAY)).map_err(io::Error::other)?;
            self.number = day;
            self.text = midnight.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
        }
        buffer.extend_from_slice(self.text.as_bytes());
        Ok(())
    }

    /// Writes a time as `2026-03-01T09:05:07.123456Z`.
    pub(super) fn write_time(&mut self, time: i64, buffer: &mut Vec<u8>) -> io::Result<()> {
        self.write_date(time.div_euclid(DAY), buffer)?;
        let micros = time.rem_euclid(DAY);
        let seconds = micros / SECOND;
        buffer.push(b'T');
        write_digits(seconds / 3_600, 2, buffer);
        buffer.push(b':');
        write_digits(seconds / 60 % 60, 2, buffer);
        buffer.push(b':');
        write_digits(seconds % 60, 2, buffer);
        buffer.push(b'.');
        write_digits(micros % SECOND, 6, buffer);
        buffer.push(b'Z');
        Ok(())
    }
}

/// Writes a number with at least `width` digits.
fn write_digits(number: i64, width: usize, buffer: &mut Vec<u8>) {
    let start = buffer.len();
    let mut left = number;
    while left > 0 || buffer.len() - start < width {
        buffer.push(b'0' + (left % 10) as u8);
        left /= 10;
    }
    if let Some(digits) = buffer.get_mut(start..) {
        digits.reverse();
    }
}

/// Writes a cell whose spelling needs neither quotes nor escapes in any format.
pub(super) fn write_plain(cell: Cell<'_>, days: &mut Days, buffer: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Missing => {}
        Cell::Text(text) => buffer.extend_from_slice(text.as_bytes()),
        Cell::Lead(id) => write_id(b'L', id.0, None, buffer),
        Cell::Event(id) => write_id(b'E', id.lead, Some((u64::from(id.number), 3)), buffer),
        Cell::Session(id) => write_id(b'S', id.lead, Some((u64::from(id.number), 2)), buffer),
        Cell::Whole(number) => write!(buffer, "{number}")?,
        Cell::Number(number) => write!(buffer, "{number}")?,
        Cell::Boolean(value) => buffer.extend_from_slice(if value { b"true" } else { b"false" }),
        Cell::Date(day) => days.write_date(i64::from(day), buffer)?,
        Cell::Time(time) => days.write_time(time, buffer)?,
    }
    Ok(())
}

/// Writes an id as its type's `Display` does, only faster: ids are a third of all cells.
pub(super) fn write_id(letter: u8, lead: u64, part: Option<(u64, usize)>, buffer: &mut Vec<u8>) {
    buffer.push(letter);
    write_digits(lead.cast_signed(), 7, buffer);
    if let Some((number, width)) = part {
        buffer.push(b'-');
        write_digits(number.cast_signed(), width, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventId, LeadId, SessionId};

    fn check(cell: Cell<'_>, expected: &str) {
        let mut lines = Lines::new(io::sink());
        write_plain(cell, &mut lines.days, &mut lines.buffer).unwrap();
        assert_eq!(String::from_utf8(lines.buffer).unwrap(), expected);
    }

    #[test]
    fn cells_are_spelt_as_files_have_them() {
        check(Cell::Time(0), "1970-01-01T00:00:00.000000Z");
        check(Cell::Time(1_772_355_907_000_123), "2026-03-01T09:05:07.000123Z");
        check(Cell::Time(-1), "1969-12-31T23:59:59.999999Z");
        check(Cell::Date(20_513), "2026-03-01");
        check(Cell::Number(1_200.5), "1200.5");
    }

    #[test]
    fn ids_are_spelt_as_their_types_display_them() {
        for lead in [1, 9_999_999, 123_456_789] {
            check(Cell::Lead(LeadId(lead)), &LeadId(lead).to_string());
            for number in [0, 7, 1_234] {
                let (event, session) = (EventId { lead, number: number.into() }, SessionId { lead, number });
                check(Cell::Event(event), &event.to_string());
                check(Cell::Session(session), &session.to_string());
            }
        }
    }
}
