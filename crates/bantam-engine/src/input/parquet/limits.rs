//! Refuses Parquet files whose parts would not fit in memory, before anything of them is unpacked.

use super::thrift::{KIND_I32, KIND_LIST, KIND_STRUCT, Scan};
use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;
use std::io::{self, Read};

/// The largest description at the end of a file, in bytes: some 10,000 columns in 1,000 row groups.
pub(super) const FOOTER_BYTES_MAX: u64 = 64 << 20;
/// The most one column of one row group may unpack to, in bytes: row groups of a million rows stay far below.
pub(super) const COLUMN_BYTES_MAX: i64 = 1 << 30;
/// The most one page may unpack to, in bytes: writers make pages of about 1 MiB.
pub(super) const PAGE_BYTES_MAX: u64 = 256 << 20;
/// The longest header of a page, in bytes: its statistics may hold two long texts.
const PAGE_HEADER_BYTES_MAX: u64 = 1 << 20;

/// How deep columns may be nested: people's data goes five deep, and the library would go as deep as it is told.
const NESTING_MAX: usize = 64;

/// Looks at the end of the file: `PAR1`, before it the length of the description, and before that the description.
pub(super) fn check_footer(source: &impl ChunkReader) -> Result<(), String> {
    let size = source.len();
    if size < 12 {
        return Err(format!("it has {size} bytes, fewer than any Parquet file"));
    }
    let tail = source.get_bytes(size - 8, 8).map_err(|error| error.to_string())?;
    let [a, b, c, d, mark @ ..] = tail.as_ref() else { return Err("it is truncated".into()) };
    if mark != b"PAR1" {
        return Err("it does not end as a Parquet file does; is it truncated, or of another format?".into());
    }
    let length = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
    if length > FOOTER_BYTES_MAX {
        return Err(format!("its description has {length} bytes, more than {FOOTER_BYTES_MAX}"));
    }
    let Some(start) = (size - 8).checked_sub(length) else { return Err("it is truncated".into()) };
    let description = source.get_bytes(start, length as usize).map_err(|error| error.to_string())?;
    match nesting(&description) {
        Some(depth) if depth > NESTING_MAX => Err(format!("its columns are nested more than {NESTING_MAX} deep")),
        Some(_) => Ok(()),
        None => Err("its description is damaged".into()),
    }
}

/// Returns how deep columns are nested, as far as one more than [`NESTING_MAX`]; `None` where the description is damaged.
///
/// The schema is a list in which each group is followed by as many others as it says it has.
fn nesting(description: &[u8]) -> Option<usize> {
    let mut deepest = 0;
    let mut scan = Scan { rest: description };
    scan.fields(&mut |scan, id, kind| {
        if (id, kind) != (2, KIND_LIST) {
            return scan.skip(kind, 0);
        }
        let mut open: Vec<u64> = Vec::new();
        scan.list(&mut |scan, _| {
            let mut children = 0;
            scan.fields(&mut |scan, id, kind| {
                if (id, kind) != (5, KIND_I32) {
                    return scan.skip(kind, 0);
                }
                children = u64::try_from(scan.number()?).ok()?;
                Some(())
            })?;
            if let Some(last) = open.last_mut() {
                *last = last.saturating_sub(1);
            }
            if children > 0 && open.len() <= NESTING_MAX {
                open.push(children);
                deepest = deepest.max(open.len());
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            Some(())
        })
    })?;
    Some(deepest)
}

/// Looks at the sizes that are declared for the columns of a row group that will be read.
pub(super) fn check_sizes(
    file_bytes: u64,
    number: usize,
    group: &RowGroupMetaData,
    leaves: &[usize],
) -> Result<(), String> {
    for column in leaves.iter().filter_map(|&leaf| group.columns().get(leaf)) {
        let place = || place(number, column);
        let size = column.uncompressed_size();
        if !(0..=COLUMN_BYTES_MAX).contains(&size) {
            let place = place();
            return Err(format!(
                "{place} unpacks to {size} bytes, more than {COLUMN_BYTES_MAX}; write smaller row groups"
            ));
        }
        let Some((_, end)) = extent(column) else { return Err(format!("{} starts before the file", place())) };
        if end > file_bytes {
            return Err(format!("{} reaches beyond the file; is it truncated?", place()));
        }
    }
    Ok(())
}

/// Looks at the sizes that are declared for each page of the columns of a row group that will be read.
pub(super) fn check_pages_of(
    source: &impl ChunkReader,
    number: usize,
    group: &RowGroupMetaData,
    leaves: &[usize],
) -> Result<(), String> {
    for column in leaves.iter().filter_map(|&leaf| group.columns().get(leaf)) {
        check_pages(source, column).map_err(|problem| format!("{} {problem}", place(number, column)))?;
    }
    Ok(())
}

fn place(number: usize, column: &ColumnChunkMetaData) -> String {
    format!("column `{}` of row group {}", column.column_path().string(), number + 1)
}

/// Returns where a column starts and ends in the file; `None` where that cannot be.
fn extent(column: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    let first = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let start = u64::try_from(first).ok()?;
    let length = u64::try_from(column.compressed_size()).unwrap_or(u64::MAX);
    Some((start, start.saturating_add(length)))
}

/// Goes from page to page. Where a header cannot be read it stops: the library will say what is wrong.
fn check_pages(source: &impl ChunkReader, column: &ColumnChunkMetaData) -> Result<(), String> {
    let Some((mut at, end)) = extent(column) else { return Ok(()) };
    while at < end {
        let Some(page) = read_page_header(source, at, end) else { return Ok(()) };
        if page.unpacked > PAGE_BYTES_MAX {
            return Err(format!(
                "has a page of {} bytes, more than {PAGE_BYTES_MAX}; write smaller pages",
                page.unpacked
            ));
        }
        if page.entries > page.unpacked {
            return Err(format!("has a dictionary of {} entries in {} bytes", page.entries, page.unpacked));
        }
        check_unpacking(source, column.compression(), at, page)?;
        at += page.header + page.packed;
    }
    Ok(())
}

/// Unpacks a page without keeping it, where the library would unpack more than is declared.
///
/// The other codecs stop at the declared size, or cannot grow more than 255-fold.
fn check_unpacking(source: &impl ChunkReader, codec: Compression, at: u64, page: Page) -> Result<(), String> {
    let growth_max = match codec {
        Compression::GZIP(_) => 1_032,
        Compression::BROTLI(_) => u64::MAX,
        _ => return Ok(()),
    };
    if page.packed.saturating_mul(growth_max) <= PAGE_BYTES_MAX {
        return Ok(());
    }
    let length = usize::try_from(page.packed).unwrap_or(usize::MAX);
    let bytes = source.get_bytes(at + page.header, length).map_err(|error| error.to_string())?;
    let packed = bytes.get(usize::try_from(page.levels).unwrap_or(usize::MAX)..).unwrap_or_default();
    let limit = PAGE_BYTES_MAX + 1;
    // What is damaged beyond that is for the library to say.
    let unpacked = match codec {
        Compression::GZIP(_) => io::copy(&mut MultiGzDecoder::new(packed).take(limit), &mut io::sink()),
        _ => io::copy(&mut brotli::Decompressor::new(packed, 4_096).take(limit), &mut io::sink()),
    };
    if unpacked.is_ok_and(|size| size == limit) {
        return Err(format!("has a page that unpacks to more than {PAGE_BYTES_MAX} bytes"));
    }
    Ok(())
}

/// What is declared for a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Page {
    /// Bytes of the header itself.
    header: u64,
    packed: u64,
    unpacked: u64,
    /// Entries of a dictionary.
    entries: u64,
    /// Bytes in front that are not packed.
    levels: u64,
}

fn read_page_header(source: &impl ChunkReader, at: u64, end: u64) -> Option<Page> {
    let mut length = 256;
    loop {
        let whole = end - at;
        let bytes = source.get_bytes(at, usize::try_from(whole.min(length)).ok()?).ok()?;
        match (parse_page_header(&bytes), length < whole && length < PAGE_HEADER_BYTES_MAX) {
            (Some(page), _) => return Some(page),
            (None, true) => length *= 8,
            (None, false) => return None,
        }
    }
}

fn parse_page_header(bytes: &[u8]) -> Option<Page> {
    let mut scan = Scan { rest: bytes };
    let mut page = Page::default();
    let size = |number: i64| u64::try_from(number).ok();
    scan.fields(&mut |scan, id, kind| {
        match (id, kind) {
            (2, KIND_I32) => page.unpacked = size(scan.number()?)?,
            (3, KIND_I32) => page.packed = size(scan.number()?)?,
            (7, KIND_STRUCT) => scan.fields(&mut |scan, id, kind| {
                if (id, kind) != (1, KIND_I32) {
                    return scan.skip(kind, 0);
                }
                page.entries = size(scan.number()?)?;
                Some(())
            })?,
            // A data page of the second version; 5 and 6 are the lengths of its levels.
            (8, KIND_STRUCT) => scan.fields(&mut |scan, id, kind| {
                if !matches!((id, kind), (5 | 6, KIND_I32)) {
                    return scan.skip(kind, 0);
                }
                page.levels = page.levels.saturating_add(size(scan.number()?)?);
                Some(())
            })?,
            _ => scan.skip(kind, 0)?,
        }
        Some(())
    })?;
    page.header = (bytes.len() - scan.rest.len()) as u64;
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_header_is_read_to_its_end() {
        // Type 2, 300 bytes from 100, and a dictionary header of 20 entries; then the page.
        let bytes = [0x15, 4, 0x15, 0xD8, 0x04, 0x15, 0xC8, 0x01, 0x4C, 0x15, 40, 0x15, 0, 0x11, 0, 0, 9, 9];
        let page = Page { header: 16, packed: 100, unpacked: 300, entries: 20, levels: 0 };
        assert_eq!(parse_page_header(&bytes), Some(page));
        assert_eq!(parse_page_header(&bytes[..15]), None);
    }
}
