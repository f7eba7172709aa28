//! Records out of bytes. A record's cells are ranges of it: nothing is copied but cells with doubled quotes.

use super::super::window::Window;
use super::super::{RAW_BYTES_MAX, RECORD_BYTES_MAX};
use memchr::{memchr, memchr_iter, memchr3};
use std::io::{self, Read};

/// A cell's place in its record, or, where quotes in it are doubled, in the text without the doubling.
#[derive(Clone, Copy, Debug)]
struct Range {
    start: u32,
    end: u32,
    doubled: bool,
}

/// Reads one record after the other.
pub(super) struct Records<R> {
    window: Window<R>,
    ranges: Vec<Range>,
    /// Cells whose quotes are no longer doubled, one after the other.
    plain: String,
    /// Raw bytes of a record too long to be kept in the window.
    clipped: Vec<u8>,
    /// How many bytes the last record took.
    taken: usize,
    line: u64,
}

/// One record.
pub(super) enum Record<'r> {
    Good { cells: Cells<'r>, raw: &'r [u8] },
    Bad { reason: String, raw: &'r [u8] },
}

impl<'r> Record<'r> {
    pub(super) fn raw(&self) -> &'r [u8] {
        match self {
            Record::Good { raw, .. } | Record::Bad { raw, .. } => raw,
        }
    }
}

/// The cells of a record. Of one with too many, the first too many stands for all.
pub(super) struct Cells<'r> {
    text: &'r str,
    plain: &'r str,
    ranges: &'r [Range],
}

impl<'r> Cells<'r> {
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Returns a cell without its quotes; `None` where the record is too short to have it.
    pub(super) fn get(&self, at: usize) -> Option<&'r str> {
        let range = self.ranges.get(at)?;
        let text = if range.doubled { self.plain } else { self.text };
        text.get(range.start as usize..range.end as usize)
    }
}

/// What was found at the front of the bytes.
enum Scan {
    /// A record without its line end, and how long it is with it.
    Record { content: usize, length: usize },
    /// Something that is no record, to the end of its line.
    Bad { reason: &'static str, length: usize },
    /// A quote that does not close before the bytes end.
    Open,
    /// The record goes on after the bytes end.
    More,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R) -> io::Result<Records<R>> {
        let mut window = Window::new(source);
        window.skip_mark()?;
        let mut records =
            Records { window, ranges: Vec::new(), plain: String::new(), clipped: Vec::new(), taken: 0, line: 1 };
        records.skip_blank_lines()?;
        Ok(records)
    }

    pub(super) fn consumed(&self) -> u64 {
        self.window.consumed()
    }

    /// Returns the next record with the line on which it starts, from 1. At most one cell more than `width` is told apart.
    pub(super) fn next(&mut self, width: usize) -> io::Result<Option<(u64, Record<'_>)>> {
        let (reason, content, length) = match self.find(width)? {
            None => return Ok(None),
            Some(found) => found,
        };
        // Consumed here, but still in memory until the window is filled again.
        let raw_in_window = length > 0;
        self.taken = length;
        let raw: &[u8] =
            if raw_in_window { self.window.bytes().get(..content).unwrap_or_default() } else { &self.clipped };
        let lines = if raw_in_window {
            memchr_iter(b'\n', self.window.bytes().get(..length).unwrap_or_default()).count() as u64
        } else {
            1
        };
        let line = self.line;
        self.line += lines;
        if let Some(reason) = reason {
            return Ok(Some((line, Record::Bad { reason: reason.to_owned(), raw })));
        }
        if memchr(0, raw).is_some() {
            let reason = "the row holds a NUL; is the file UTF-8 text?".to_owned();
            return Ok(Some((line, Record::Bad { reason, raw })));
        }
        let text = match std::str::from_utf8(raw) {
            Ok(text) => text,
            Err(error) => {
                let byte = error.valid_up_to() + 1;
                let reason = format!("the row is not UTF-8 (at byte {byte} of it); save the file as CSV UTF-8");
                return Ok(Some((line, Record::Bad { reason, raw })));
            }
        };
        undouble(text, &mut self.ranges, &mut self.plain);
        let cells = Cells { text, plain: &self.plain, ranges: &self.ranges };
        Ok(Some((line, Record::Good { cells, raw })))
    }

    /// Finds the next record: what is wrong with it, its length without and with its line end. A length of 0 says that
    /// its first bytes are in `clipped` and that it is gone from the window.
    fn find(&mut self, width: usize) -> io::Result<Option<(Option<&'static str>, usize, usize)>> {
        const TOO_LONG: &str = "the row is longer than 16 MiB";
        const NEVER_CLOSED: &str = "a quote is opened and never closed; double a quote inside quotes";
        self.window.consume(self.taken);
        self.taken = 0;
        self.skip_blank_lines()?;
        if self.window.bytes().is_empty() {
            return Ok(None);
        }
        loop {
            let bytes = self.window.bytes();
            let open = match scan(bytes, self.window.at_end(), width, &mut self.ranges) {
                Scan::Record { content, length } => return Ok(Some((None, content, length))),
                Scan::Bad { reason, length } => return Ok(Some((Some(reason), length, length))),
                Scan::Open => true,
                Scan::More => false,
            };
            if self.window.fill()? {
                continue;
            }
            // The bytes end, or as many as may be kept are there.
            let bytes = self.window.bytes();
            match memchr(b'\n', bytes).filter(|_| open) {
                Some(end) => return Ok(Some((Some(NEVER_CLOSED), end, end + 1))),
                None if bytes.len() < RECORD_BYTES_MAX => {
                    return Ok(Some((Some(NEVER_CLOSED), bytes.len(), bytes.len())));
                }
                None => {
                    self.clipped.clear();
                    self.clipped.extend_from_slice(bytes.get(..RAW_BYTES_MAX + 1).unwrap_or(bytes));
                    self.window.skip_line()?;
                    return Ok(Some((Some(TOO_LONG), 0, 0)));
                }
            }
        }
    }

    fn skip_blank_lines(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.window.bytes();
            let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
            match bytes.get(blanks) {
                Some(b'\n') => {
                    self.window.consume(blanks + 1);
                    self.line += 1;
                }
                Some(_) => return Ok(()),
                None if self.window.at_end() => {
                    self.window.consume(blanks);
                    return Ok(());
                }
                // A line of 16 MiB of blanks is no blank line but one too long.
                None => {
                    if !self.window.fill()? {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// Finds the record at the front of the bytes and the ranges of its cells.
#[expect(clippy::indexing_slicing, reason = "every index is one that memchr found, or one past it")]
fn scan(bytes: &[u8], at_end: bool, width: usize, ranges: &mut Vec<Range>) -> Scan {
    ranges.clear();
    let (content, length) = match memchr3(b'\n', b'"', b'\r', bytes) {
        Some(at) if bytes[at] == b'\n' => (at, at + 1),
        Some(at) if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') => (at, at + 2),
        None if at_end => (bytes.len(), bytes.len()),
        None => return Scan::More,
        Some(_) => return scan_quoted(bytes, at_end, width, ranges),
    };
    let mut start = 0;
    for comma in memchr_iter(b',', &bytes[..content]) {
        ranges.push(Range { start: start as u32, end: comma as u32, doubled: false });
        start = comma + 1;
        if ranges.len() > width {
            return Scan::Record { content, length };
        }
    }
    ranges.push(Range { start: start as u32, end: content as u32, doubled: false });
    Scan::Record { content, length }
}

/// The same for a record with quotes, or with a return that may not end it.
#[expect(clippy::indexing_slicing, reason = "`at` never passes the end: it follows a byte that was there")]
fn scan_quoted(bytes: &[u8], at_end: bool, width: usize, ranges: &mut Vec<Range>) -> Scan {
    let mut at = 0;
    loop {
        let (start, end, doubled, after) = if bytes.get(at) == Some(&b'"') {
            match close(bytes, at + 1, at_end) {
                Ok((end, doubled)) => (at + 1, end, doubled, end + 1),
                Err(scan) => return scan,
            }
        } else {
            let rest = &bytes[at..];
            let length = rest.iter().position(|byte| matches!(byte, b',' | b'\n' | b'\r' | b'"')).unwrap_or(rest.len());
            (at, at + length, false, at + length)
        };
        let quoted = start != at;
        if ranges.len() <= width {
            ranges.push(Range { start: start as u32, end: end as u32, doubled });
        }
        let content = after;
        match (bytes.get(after), bytes.get(after + 1)) {
            (Some(b','), _) => at = after + 1,
            (Some(b'\n'), _) => return Scan::Record { content, length: after + 1 },
            (Some(b'\r'), Some(b'\n')) => return Scan::Record { content, length: after + 2 },
            (Some(b'\r'), None) if at_end => return Scan::Record { content, length: after + 1 },
            (None, _) if at_end => return Scan::Record { content, length: after },
            (None, _) | (Some(b'\r'), None) => return Scan::More,
            _ if quoted => {
                return bad(bytes, after, at_end, "there is text after a closing quote; double a quote inside quotes");
            }
            (Some(b'"'), _) => {
                return bad(
                    bytes,
                    after,
                    at_end,
                    "there is a quote inside a cell without quotes; put the cell in quotes and double it",
                );
            }
            _ => return bad(bytes, after, at_end, "there is a carriage return inside a cell without quotes"),
        }
    }
}

/// Finds the quote that closes a cell, and whether quotes in it are doubled.
#[expect(clippy::indexing_slicing, reason = "`from` follows a quote that memchr found")]
fn close(bytes: &[u8], open: usize, at_end: bool) -> Result<(usize, bool), Scan> {
    let (mut from, mut doubled) = (open, false);
    loop {
        let Some(at) = memchr(b'"', &bytes[from..]) else { return Err(Scan::Open) };
        match bytes.get(from + at + 1) {
            Some(b'"') => {
                doubled = true;
                from += at + 2;
            }
            None if !at_end => return Err(Scan::More),
            _ => return Ok((from + at, doubled)),
        }
    }
}

fn bad(bytes: &[u8], at: usize, at_end: bool, reason: &'static str) -> Scan {
    match memchr(b'\n', bytes.get(at..).unwrap_or_default()) {
        Some(end) => Scan::Bad { reason, length: at + end + 1 },
        None if at_end => Scan::Bad { reason, length: bytes.len() },
        None => Scan::More,
    }
}

fn undouble(text: &str, ranges: &mut [Range], plain: &mut String) {
    plain.clear();
    for range in ranges.iter_mut().filter(|range| range.doubled) {
        let cell = text.get(range.start as usize..range.end as usize).unwrap_or_default();
        range.start = plain.len() as u32;
        let mut rest = cell;
        while let Some(at) = memchr(b'"', rest.as_bytes()) {
            plain.push_str(rest.get(..=at).unwrap_or_default());
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        plain.push_str(rest);
        range.end = plain.len() as u32;
    }
}
