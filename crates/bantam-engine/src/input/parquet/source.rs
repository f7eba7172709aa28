//! The bytes of a file, for several threads at once.

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use std::sync::{Arc, Mutex, PoisonError};

/// A source that one thread at a time reads: reading a file at a place moves the one cursor that all its handles share.
pub(super) struct SharedSource<R> {
    source: Mutex<R>,
    length: u64,
}

impl<R: ChunkReader> SharedSource<R> {
    pub(super) fn new(source: R) -> SharedSource<R> {
        let length = source.len();
        SharedSource { source: Mutex::new(source), length }
    }

    /// Returns the size of the file in bytes.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Takes the columns of a row group into memory, as packed as they are.
    pub(super) fn load(&self, group: &RowGroupMetaData, leaves: &[usize]) -> Result<GroupBytes, String> {
        let mut chunks = Vec::new();
        for column in leaves.iter().filter_map(|&leaf| group.columns().get(leaf)) {
            let (start, length) = column.byte_range();
            let length = usize::try_from(length).map_err(|error| error.to_string())?;
            let source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
            chunks.push((start, source.get_bytes(start, length).map_err(|error| error.to_string())?));
        }
        Ok(GroupBytes { chunks: chunks.into(), length: self.length })
    }
}

/// The columns of one row group, at their places in the file.
#[derive(Clone)]
pub(super) struct GroupBytes {
    chunks: Arc<[(u64, Bytes)]>,
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
