//! A piece of a stream in memory: at least one whole record, at most [`RECORD_BYTES_MAX`] of one.

use super::RECORD_BYTES_MAX;
use memchr::memchr;
use std::io::{self, ErrorKind, Read};

/// The first size of the buffer; it doubles for a record that does not fit.
const BUFFER_BYTES: usize = 256 << 10;

/// Bytes of a stream from `start` on.
pub(super) struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// Bytes taken from the source.
    read: u64,
}

impl<R: Read> Window<R> {
    pub(super) fn new(source: R) -> Window<R> {
        Window { source, buffer: vec![0; BUFFER_BYTES], start: 0, end: 0, at_end: false, read: 0 }
    }

    /// Returns what is in memory.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Returns whether nothing comes after what is in memory.
    pub(super) fn at_end(&self) -> bool {
        self.at_end
    }

    /// Returns the bytes consumed so far.
    pub(super) fn consumed(&self) -> u64 {
        self.read - (self.end - self.start) as u64
    }

    /// Goes on after `count` bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Reads more behind what is in memory. Returns false where there is no more or no more may be kept.
    ///
    /// It reads until the buffer is full, and a full buffer doubles: a long record is looked at a few times, not once per
    /// packet.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.at_end || self.end - self.start >= RECORD_BYTES_MAX {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end * 2 > self.buffer.len() {
            self.buffer.resize((self.buffer.len() * 2).min(RECORD_BYTES_MAX), 0);
        }
        while let Some(room) = self.buffer.get_mut(self.end..).filter(|room| !room.is_empty()) {
            match self.source.read(room) {
                Ok(0) => {
                    self.at_end = true;
                    break;
                }
                Ok(count) => {
                    self.end += count;
                    self.read += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Drops everything up to and with the next line feed, however far it is.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr(b'\n', self.bytes()) {
                self.consume(at + 1);
                return Ok(());
            }
            self.start = self.end;
            if self.at_end {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Drops a byte-order mark. For the start of a file only.
    pub(super) fn skip_mark(&mut self) -> io::Result<()> {
        self.fill()?;
        if self.bytes().starts_with(b"\xEF\xBB\xBF") {
            self.consume(3);
        }
        Ok(())
    }
}
