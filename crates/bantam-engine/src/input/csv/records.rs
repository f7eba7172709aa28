//! Records out of bytes. A record's cells are ranges of it: nothing is copied but cells with doubled quotes.

use super::scan::{Range, Scan, blank_lines, rest, scan, scan_line};
use memchr::{memchr, memchr_iter};

/// Takes one record after the other out of a block that holds whole ones.
pub(super) struct Records<'b> {
    bytes: &'b [u8],
    /// The bytes as text where that is what they are, without a NUL. Where not, each record is looked at on its own.
    text: Option<&'b str>,
    /// Whether there are neither quotes nor returns inside of lines: then a record is a line.
    plain_lines: bool,
    /// Where the next record starts, and on which line, from 1.
    at: usize,
    line: u64,
    ranges: Vec<Range>,
    /// Cells whose quotes are no longer doubled, one after the other.
    plain: String,
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

impl<'b> Records<'b> {
    /// Takes a block of whole records; only the last of a stream may end without a line end.
    pub(super) fn new(bytes: &'b [u8]) -> Records<'b> {
        let text = std::str::from_utf8(bytes).ok().filter(|_| memchr(0, bytes).is_none());
        let plain_lines =
            memchr(b'"', bytes).is_none() && memchr_iter(b'\r', bytes).all(|at| bytes.get(at + 1) == Some(&b'\n'));
        Records { bytes, text, plain_lines, at: 0, line: 1, ranges: Vec::new(), plain: String::new() }
    }

    /// Returns how many bytes have been taken.
    pub(super) fn taken(&self) -> usize {
        self.at
    }

    /// Returns the text of the block where all of its records are plain lines.
    pub(super) fn plain_text(&self) -> Option<&'b str> {
        self.text.filter(|_| self.plain_lines)
    }

    /// Goes on at the start of a line; `lines` are passed.
    pub(super) fn skip_lines(&mut self, at: usize, lines: u64) {
        self.at = at;
        self.line += lines;
    }

    /// Returns how many lines end ahead.
    pub(super) fn lines_ahead(&self) -> usize {
        memchr_iter(b'\n', rest(self.bytes, self.at)).count()
    }

    /// Returns how many lines have been taken.
    pub(super) fn lines(&self) -> u64 {
        self.line - 1
    }

    /// Returns the next record with the line on which it starts, from 1. At most one cell more than `width` is told apart.
    pub(super) fn next(&mut self, width: usize) -> Option<(u64, Record<'_>)> {
        const NEVER_CLOSED: &str = "a quote is opened and never closed; double a quote inside quotes";
        let (blank, blank_lines) = blank_lines(rest(self.bytes, self.at), true);
        self.at += blank;
        self.line += blank_lines;
        let (start, line) = (self.at, self.line);
        let bytes = rest(self.bytes, start);
        if bytes.is_empty() {
            return None;
        }
        let scanned = if self.plain_lines {
            scan_line(bytes, width, &mut self.ranges)
        } else {
            scan(bytes, true, width, &mut self.ranges)
        };
        let (reason, content, length) = match scanned {
            Scan::Record { content, length } => (None, content, length),
            Scan::Bad { reason, length } => (Some(reason), length, length),
            Scan::Open | Scan::More => {
                let content = memchr(b'\n', bytes).unwrap_or(bytes.len());
                (Some(NEVER_CLOSED), content, (content + 1).min(bytes.len()))
            }
        };
        self.at += length;
        self.line += if self.plain_lines { 1 } else { count_lines(bytes.get(..length).unwrap_or_default()) };
        let raw = bytes.get(..content).unwrap_or_default();
        if let Some(reason) = reason {
            return Some((line, Record::Bad { reason: reason.to_owned(), raw }));
        }
        let text = match self.text {
            Some(text) => text.get(start..start + content).unwrap_or_default(),
            None => match text_of(raw) {
                Ok(text) => text,
                Err(reason) => return Some((line, Record::Bad { reason, raw })),
            },
        };
        if !self.plain_lines {
            undouble(text, &mut self.ranges, &mut self.plain);
        }
        let cells = Cells { text, plain: &self.plain, ranges: &self.ranges };
        Some((line, Record::Good { cells, raw }))
    }
}

/// Returns a record as text, or why it is none.
fn text_of(raw: &[u8]) -> Result<&str, String> {
    if memchr(0, raw).is_some() {
        return Err("the row holds a NUL; is the file UTF-8 text?".to_owned());
    }
    std::str::from_utf8(raw).map_err(|error| {
        let byte = error.valid_up_to() + 1;
        format!("the row is not UTF-8 (at byte {byte} of it); save the file as CSV UTF-8")
    })
}

fn count_lines(record: &[u8]) -> u64 {
    // Most records are short, and then a loop is done before the quicker way has begun.
    match record {
        short if short.len() < 128 => short.iter().map(|&byte| u8::from(byte == b'\n')).sum::<u8>().into(),
        long => memchr_iter(b'\n', long).count() as u64,
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
