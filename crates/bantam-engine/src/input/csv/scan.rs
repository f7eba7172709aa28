//! Finds where records and their cells end, strictly as RFC 4180 has them.

use super::super::window::marks;
use memchr::{memchr, memchr_iter, memchr3, memrchr};

/// A cell's place in its record, or, where quotes in it are doubled, in the text without the doubling.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) doubled: bool,
}

/// What was found at the front of the bytes.
pub(super) enum Scan {
    /// A record without its line end, and how long it is with it.
    Record { content: usize, length: usize },
    /// Something that is no record, to the end of its line.
    Bad { reason: &'static str, length: usize },
    /// A quote that does not close before the bytes end.
    Open,
    /// The record goes on after the bytes end.
    More,
}

/// Returns where the last whole record ends of those that start with the bytes, 0 where there is none. More bytes may
/// follow, unless this is as `full` as it gets: then a quote that does not close in it is never closed.
pub(super) fn last_end(bytes: &[u8], full: bool) -> usize {
    if memchr(b'"', bytes).is_none() {
        // What else may be wrong with a record does not go beyond its line.
        return memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    }
    let (mut at, mut ranges) = (0, Vec::new());
    loop {
        let ahead = rest(bytes, at);
        let (blank, _) = blank_lines(ahead, false);
        let length = match scan(rest(ahead, blank), false, 0, &mut ranges) {
            Scan::Record { length, .. } | Scan::Bad { length, .. } => length,
            Scan::Open if at + blank == 0 && full => match memchr(b'\n', bytes) {
                Some(end) => end + 1,
                None => return 0,
            },
            Scan::Open | Scan::More => return at + blank,
        };
        at += blank + length;
    }
}

/// Returns the length of the blank lines at the front of the bytes and their number. Where the bytes end, a line without
/// an end may be blank, too.
pub(super) fn blank_lines(bytes: &[u8], at_end: bool) -> (usize, u64) {
    let (mut length, mut lines) = (0, 0);
    loop {
        let line = rest(bytes, length);
        let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match line.get(blanks) {
            Some(b'\n') => {
                length += blanks + 1;
                lines += 1;
            }
            None if at_end => return (bytes.len(), lines),
            _ => return (length, lines),
        }
    }
}

/// Finds the record at the front of plain lines and the ranges of its cells, eight bytes at a time.
pub(super) fn scan_line(bytes: &[u8], width: usize, ranges: &mut Vec<Range>) -> Scan {
    ranges.clear();
    let (mut at, mut start) = (0, 0);
    // Takes the cell before a comma, a line feed or the end of the bytes; returns where the line ends once that is known.
    let mut cell_before = |end: usize| {
        let comma = bytes.get(end) == Some(&b',');
        let (content, length) = if comma { (end, end) } else { end_line(bytes, end) };
        ranges.push(Range { start: start as u32, end: content as u32, doubled: false });
        start = end + 1;
        if comma && ranges.len() > width {
            return Some(end_line(bytes, memchr(b'\n', bytes).unwrap_or(bytes.len())));
        }
        if comma { None } else { Some((content, length)) }
    };
    while let Some(chunk) = rest(bytes, at).first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        let mut marks = marks::equal(word, b',') | marks::equal(word, b'\n');
        while marks != 0 {
            if let Some((content, length)) = cell_before(at + marks::first(marks)) {
                return Scan::Record { content, length };
            }
            marks &= marks - 1;
        }
        at += 8;
    }
    loop {
        let end =
            rest(bytes, at).iter().position(|byte| matches!(byte, b',' | b'\n')).map_or(bytes.len(), |end| at + end);
        if let Some((content, length)) = cell_before(end) {
            return Scan::Record { content, length };
        }
        at = end + 1;
    }
}

/// Returns the length of a line that ends at `end`, without and with its line end.
fn end_line(bytes: &[u8], end: usize) -> (usize, usize) {
    let returned = end > 0 && end < bytes.len() && bytes.get(end - 1) == Some(&b'\r');
    (end - usize::from(returned), (end + 1).min(bytes.len()))
}

/// Finds the record at the front of the bytes and the ranges of its cells.
#[expect(clippy::indexing_slicing, reason = "every index is one that memchr found, or one past it")]
pub(super) fn scan(bytes: &[u8], at_end: bool, width: usize, ranges: &mut Vec<Range>) -> Scan {
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

/// Finds a quote; most are near.
#[inline]
fn find_quote(bytes: &[u8]) -> Option<usize> {
    const NEAR: usize = 32;
    let mut at = 0;
    while at < NEAR
        && let Some(chunk) = rest(bytes, at).first_chunk()
    {
        match marks::equal(u64::from_le_bytes(*chunk), b'"') {
            0 => at += 8,
            marks => return Some(at + marks::first(marks)),
        }
    }
    memchr(b'"', rest(bytes, at)).map(|quote| at + quote)
}

/// Finds the quote that closes a cell, and whether quotes in it are doubled.
#[expect(clippy::indexing_slicing, reason = "`from` follows a quote that memchr found")]
fn close(bytes: &[u8], open: usize, at_end: bool) -> Result<(usize, bool), Scan> {
    let (mut from, mut doubled) = (open, false);
    loop {
        let Some(at) = find_quote(&bytes[from..]) else { return Err(Scan::Open) };
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

pub(super) fn rest(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}
