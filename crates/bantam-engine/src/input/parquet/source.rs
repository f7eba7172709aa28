//! The bytes of a file, for several threads at once.

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use std::io::Read;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A source that one thread at a time reads: reading a file at a place moves the one cursor that all its handles share.
pub(super) struct SharedSource<R> {
    source: Mutex<R>,
    length: u64,
    /// Memory of row groups that have been read. Fresh memory costs as much as what is copied there.
    spare: Mutex<Vec<Vec<u8>>>,
}

impl<R: ChunkReader> SharedSource<R> {
    pub(super) fn new(source: R) -> SharedSource<R> {
        let length = source.len();
        SharedSource { source: Mutex::new(source), length, spare: Mutex::default() }
    }

    /// Returns the size of the file in bytes.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Takes the columns of a row group into memory, as packed as they are.
    pub(super) fn load(&self, group: &RowGroupMetaData, leaves: &[usize]) -> Result<GroupBytes, String> {
        let ranges = leaves.iter().filter_map(|&leaf| group.columns().get(leaf)).map(|column| column.byte_range());
        let ranges: Vec<(u64, u64)> = ranges.collect();
        let mut memory = lock(&self.spare).pop().unwrap_or_default();
        memory.reserve_exact(ranges.iter().map(|&(_, length)| length as usize).sum());
        let mut ends = Vec::new();
        for &(start, length) in &ranges {
            self.read(start, length, &mut memory).map_err(|error| error.to_string())?;
            ends.push(memory.len());
        }
        let whole = Bytes::from(memory);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let chunks =
            ranges.iter().zip(starts.zip(&ends)).map(|(&(at, _), (start, &end))| (at, whole.slice(start..end)));
        Ok(GroupBytes { chunks: chunks.collect(), whole, length: self.length })
    }

    fn read(&self, start: u64, length: u64, memory: &mut Vec<u8>) -> ParquetResult<()> {
        let read = lock(&self.source).get_read(start)?.take(length).read_to_end(memory)?;
        if read as u64 == length {
            return Ok(());
        }
        Err(ParquetError::EOF(format!("{length} bytes are wanted at byte {start}, and the file has {read} more")))
    }

    /// Takes back the memory of a row group that nobody reads any more.
    pub(super) fn give_back(&self, group: GroupBytes) {
        let GroupBytes { chunks, mut whole, .. } = group;
        drop(chunks);
        whole.clear();
        lock(&self.spare).push(Vec::from(whole));
    }
}

/// A lock is poisoned by a panic, and that panic is an error of the whole file.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The columns of one row group, at their places in the file.
#[derive(Clone)]
pub(super) struct GroupBytes {
    chunks: Vec<(u64, Bytes)>,
    /// The memory of all of them.
    whole: Bytes,
    /// Size of the file.
    length: u64,
}

impl GroupBytes {
    /// Returns the bytes from a place to the end of the column it belongs to.
    fn from(&self, start: u64) -> ParquetResult<Bytes> {
        let within = |&(at, ref bytes): &(u64, Bytes)| {
            let offset = usize::try_from(start.checked_sub(at)?).ok()?;
            (offset <= bytes.len()).then(|| bytes.slice(offset..))
        };
        let mut found = self.chunks.iter().filter_map(within);
        // Where one column ends the next may begin: the longer rest is the one that is meant.
        let first = found.next();
        let best = found.fold(first, |best, other| match best {
            Some(best) if best.len() >= other.len() => Some(best),
            _ => Some(other),
        });
        best.ok_or_else(|| ParquetError::EOF(format!("nothing that is read begins at byte {start}")))
    }
}

impl Length for GroupBytes {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for GroupBytes {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let rest = self.from(start)?;
        if length > rest.len() {
            let message = format!("{length} bytes are wanted at byte {start}, and its column has {} more", rest.len());
            return Err(ParquetError::EOF(message));
        }
        Ok(rest.slice(..length))
    }
}
