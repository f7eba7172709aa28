//! A stream cut into blocks of whole records, so that many of them can be read at once.
//!
//! Cutting is the one thing that is done in the order of the stream, so it looks at as few bytes as it can: where records
//! end is up to the format, and what is in them is up to whoever reads the block.

pub(super) mod marks;

use super::{RAW_BYTES_MAX, RECORD_BYTES_MAX};
use memchr::memchr;
use std::io::{self, ErrorKind, Read};
use std::sync::{Mutex, PoisonError};

/// How large a block is where its records are shorter: so many rows that what each block learns anew, texts and the shape of
/// rows, is soon learnt, and so few that cores are busy to the end.
pub(super) const BLOCK_BYTES: usize = 1 << 22;
/// A byte-order mark, which a file may start with.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Some bytes of a stream.
pub(super) struct Block {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether it is the front of one record longer than [`RECORD_BYTES_MAX`], the rest of whose line is dropped. Otherwise
    /// it holds whole records.
    pub(super) too_long: bool,
    /// How many bytes of the stream are done with it.
    pub(super) consumed: u64,
}

impl Block {
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes bytes off its front.
    pub(super) fn skip(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }
}

/// Buffers of blocks that have been read, to be filled again.
#[derive(Default)]
pub(super) struct Spares(Mutex<Vec<Vec<u8>>>);

impl Spares {
    /// Takes a block's buffer; one that grew for a long record is not kept.
    pub(super) fn put(&self, block: Block) {
        if block.buffer.len() <= BLOCK_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(block.buffer);
        }
    }

    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// The part of a stream that is in memory and in no block yet.
pub(super) struct Window<'s, R> {
    source: R,
    block_bytes: usize,
    spares: &'s Spares,
    /// Bytes of the stream up to `end`, room after.
    buffer: Vec<u8>,
    end: usize,
    at_start: bool,
    at_end: bool,
    /// Bytes that left the window and are not yet counted in a block.
    consumed: u64,
}

impl<'s, R: Read> Window<'s, R> {
    pub(super) fn new(source: R, block_bytes: usize, spares: &'s Spares) -> Window<'s, R> {
        let block_bytes = block_bytes.clamp(MARK.len(), RECORD_BYTES_MAX);
        let buffer = Vec::new();
        Window { source, block_bytes, spares, buffer, end: 0, at_start: true, at_end: false, consumed: 0 }
    }

    /// Returns the next block.
    ///
    /// `last_end` returns where the last whole record ends of those that start with the bytes, 0 where there is none, and is
    /// not asked at the end of the stream. It is told whether as much as [`RECORD_BYTES_MAX`] is there: then there will be no
    /// more.
    pub(super) fn next_block(&mut self, last_end: impl Fn(&[u8], bool) -> usize) -> io::Result<Option<Block>> {
        self.fill(self.block_bytes)?;
        if self.at_start {
            self.at_start = false;
            if self.buffer.get(..self.end).is_some_and(|bytes| bytes.starts_with(MARK)) {
                self.drop_front(MARK.len());
                self.fill(self.block_bytes)?;
            }
        }
        while !self.at_end {
            let full = self.end >= RECORD_BYTES_MAX;
            match last_end(self.buffer.get(..self.end).unwrap_or_default(), full) {
                0 if full => return self.cut_too_long().map(Some),
                0 => self.fill(self.end * 2)?,
                cut => return Ok(Some(self.cut(cut))),
            }
        }
        Ok(if self.end > 0 { Some(self.cut(self.end)) } else { None })
    }

    /// Reads until there are `count` bytes, or as many as may be kept, or the stream ends.
    fn fill(&mut self, count: usize) -> io::Result<()> {
        let count = count.min(RECORD_BYTES_MAX);
        if self.buffer.len() < count && !self.at_end {
            self.buffer.resize(count, 0);
        }
        while let Some(room) = self.buffer.get_mut(self.end..count).filter(|room| !room.is_empty() && !self.at_end) {
            match self.source.read(room) {
                Ok(0) => self.at_end = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Makes a block of the first `count` bytes.
    fn cut(&mut self, count: usize) -> Block {
        let rest = self.buffer.get(count..self.end).unwrap_or_default();
        let mut next = if self.at_end { Vec::new() } else { self.spares.take() };
        next.resize(next.len().max(rest.len()), 0);
        if let Some(front) = next.get_mut(..rest.len()) {
            front.copy_from_slice(rest);
        }
        self.end = rest.len();
        let buffer = std::mem::replace(&mut self.buffer, next);
        let consumed = std::mem::take(&mut self.consumed) + count as u64;
        Block { buffer, start: 0, end: count, too_long: false, consumed }
    }

    /// Makes a block of the front of a record that is too long, and drops the rest of its first line, however far it is.
    fn cut_too_long(&mut self) -> io::Result<Block> {
        let front = self.buffer.get(..self.end.min(RAW_BYTES_MAX + 1)).unwrap_or_default().to_vec();
        loop {
            if let Some(at) = memchr(b'\n', self.buffer.get(..self.end).unwrap_or_default()) {
                self.drop_front(at + 1);
                break;
            }
            self.drop_front(self.end);
            if self.at_end {
                break;
            }
            self.fill(self.block_bytes)?;
        }
        let consumed = std::mem::take(&mut self.consumed);
        Ok(Block { start: 0, end: front.len(), buffer: front, too_long: true, consumed })
    }

    fn drop_front(&mut self, count: usize) {
        self.buffer.copy_within(count..self.end, 0);
        self.end -= count;
        self.consumed += count as u64;
    }
}

#[cfg(test)]
pub(super) mod tests;
