//! Reads a flat column of a row group page by page, in segments of rows that are written alike.
//!
//! This serves the types and encodings that nearly all files have, and nothing is built between the page's bytes and the
//! column they are for. Everything else goes by the library's record batches (`batches.rs`), which give the same rows.

use super::bits::Bits;
use super::hybrid::Hybrid;
use super::source::GroupBytes;
use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;
use parquet::basic::{Encoding, Type as PhysicalType};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescriptor;
use std::sync::Arc;

/// What the bytes of a column mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlatType {
    Text,
    Int32,
    Int64,
    Float32,
    Float64,
    Boolean,
    Days,
    Millis,
    Micros,
    Nanos,
}

impl FlatType {
    /// Returns the type of a column that can be read page by page; `None` where it takes record batches.
    pub(super) fn of(column: &ColumnDescriptor, data_type: &DataType) -> Option<FlatType> {
        if column.max_rep_level() > 0 || column.max_def_level() > 1 || column.path().parts().len() > 1 {
            return None;
        }
        Some(match (column.physical_type(), data_type) {
            (PhysicalType::BYTE_ARRAY, data_type) if is_text(data_type) => FlatType::Text,
            (PhysicalType::INT32, DataType::Int32) => FlatType::Int32,
            (PhysicalType::INT64, DataType::Int64) => FlatType::Int64,
            (PhysicalType::FLOAT, DataType::Float32) => FlatType::Float32,
            (PhysicalType::DOUBLE, DataType::Float64) => FlatType::Float64,
            (PhysicalType::BOOLEAN, DataType::Boolean) => FlatType::Boolean,
            (PhysicalType::INT32, DataType::Date32) => FlatType::Days,
            (PhysicalType::INT64, DataType::Timestamp(TimeUnit::Millisecond, _)) => FlatType::Millis,
            (PhysicalType::INT64, DataType::Timestamp(TimeUnit::Microsecond, _)) => FlatType::Micros,
            (PhysicalType::INT64, DataType::Timestamp(TimeUnit::Nanosecond, _)) => FlatType::Nanos,
            _ => return None,
        })
    }

    /// Returns how many bytes a plain value has; `None` where that differs.
    pub(super) fn size(self) -> Option<usize> {
        match self {
            FlatType::Text | FlatType::Boolean => None,
            FlatType::Int32 | FlatType::Float32 | FlatType::Days => Some(4),
            FlatType::Int64 | FlatType::Float64 | FlatType::Millis | FlatType::Micros | FlatType::Nanos => Some(8),
        }
    }
}

pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Returns whether all pages of a column are of encodings that are read here.
pub(super) fn is_readable(column: &ColumnChunkMetaData) -> bool {
    let readable = |encoding: Encoding| {
        matches!(encoding, Encoding::PLAIN | Encoding::RLE | Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
    };
    column.encodings().all(readable)
}

/// A column of a row group while it is read.
pub(super) struct FlatColumn {
    pub(super) kind: FlatType,
    reader: SerializedPageReader<GroupBytes>,
    /// Whether rows may be null.
    is_optional: bool,
    pub(super) page: DataPage,
    /// Numbers of the segment, or of its levels.
    pub(super) numbers: Vec<u32>,
    /// Which rows of the segment have a value.
    pub(super) levels: Bits,
    /// The same, spelled out.
    valid: Vec<bool>,
    /// Which of the wanted rows have a value (`picked.rs`).
    pub(super) picked: Vec<bool>,
}

/// What is left of a page.
pub(super) struct DataPage {
    pub(super) bytes: Bytes,
    /// Levels say which rows are null; they are a part of the page of their own.
    pub(super) levels: Option<(Bytes, Hybrid)>,
    pub(super) values: Values,
    pub(super) rows: usize,
}

pub(super) enum Values {
    /// Indexes into the dictionary.
    Indexes(Hybrid),
    /// Values of the type, from this byte on; truths from this bit on.
    Plain(usize),
}

/// The next thing in a column.
pub(super) enum Next {
    /// A dictionary: how many entries, and their plain values.
    Dictionary(usize, Bytes),
    /// Data; [`FlatColumn::segment`] gives them.
    Data,
}

/// Some rows.
pub(super) struct Segment<'c> {
    pub(super) rows: usize,
    /// Whether each row has a value; `None` where all have.
    pub(super) valid: Option<&'c [bool]>,
    /// The values of the rows that have one.
    pub(super) values: Cells<'c>,
}

impl Segment<'_> {
    /// Returns whether a row has a value.
    pub(super) fn has(&self, row: usize) -> bool {
        self.valid.is_none_or(|valid| valid.get(row) == Some(&true))
    }
}

pub(super) enum Cells<'c> {
    /// Indexes into the dictionary.
    Indexes(&'c [u32]),
    /// As they stand in the page; of texts more may follow. [`FlatColumn::pass`] must be told how many bytes they took.
    Plain(&'c [u8]),
    Truths(&'c [u32]),
}

/// What a page is told as that has fewer values than rows.
pub(super) const DAMAGED: &str = "a page ends before its last row";

impl DataPage {
    /// Passes the next rows, which the page has; returns how many of them have a value. Where not all have one, `present`
    /// says of each whether it has.
    pub(super) fn pass_rows(&mut self, rows: usize, present: &mut Bits) -> Result<usize, String> {
        self.rows -= rows;
        let Some((bytes, levels)) = &mut self.levels else { return Ok(rows) };
        let same = levels.read_same(bytes, rows);
        if same == Some(1) {
            return Ok(rows);
        }
        present.clear();
        match same {
            Some(_) => {
                present.push_same(false, rows);
                Ok(0)
            }
            None => Ok(levels.read_truths(bytes, rows, present).ok_or(DAMAGED)?),
        }
    }
}

impl FlatColumn {
    pub(super) fn new(
        kind: FlatType,
        column: &ColumnDescriptor,
        chunk: &ColumnChunkMetaData,
        bytes: &Arc<GroupBytes>,
        rows: usize,
    ) -> Result<FlatColumn, String> {
        let reader =
            SerializedPageReader::new(Arc::clone(bytes), chunk, rows, None).map_err(|error| error.to_string())?;
        let page = DataPage { bytes: Bytes::new(), levels: None, values: Values::Plain(0), rows: 0 };
        let (numbers, levels, valid, picked) = (Vec::new(), Bits::default(), Vec::new(), Vec::new());
        Ok(FlatColumn { kind, reader, is_optional: column.max_def_level() == 1, page, numbers, levels, valid, picked })
    }

    /// Goes to the next page with rows, or to a dictionary.
    pub(super) fn next(&mut self) -> Result<Next, String> {
        while self.page.rows == 0 {
            let page = self.reader.get_next_page().map_err(|error| error.to_string())?;
            self.page = match page {
                None => return Err("a column has fewer rows than its row group".to_owned()),
                Some(Page::DictionaryPage { buf, num_values, .. }) => {
                    return Ok(Next::Dictionary(num_values as usize, buf));
                }
                Some(page) => self.open(page).ok_or("a page is damaged")?,
            };
        }
        Ok(Next::Data)
    }

    fn open(&self, page: Page) -> Option<DataPage> {
        let (bytes, rows, encoding, levels, values) = match page {
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                // The length of the levels stands before them.
                let length = if self.is_optional { u32::from_le_bytes(*buf.first_chunk()?) as usize } else { 0 };
                let start: usize = if self.is_optional { 4 } else { 0 };
                if self.is_optional && def_level_encoding != Encoding::RLE {
                    return None;
                }
                (buf, num_values, encoding, start..start.checked_add(length)?, start.checked_add(length)?)
            }
            Page::DataPageV2 { buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let start = rep_levels_byte_len as usize;
                let end = start.checked_add(def_levels_byte_len as usize)?;
                (buf, num_values, encoding, start..end, end)
            }
            Page::DictionaryPage { .. } => return None,
        };
        let level_bytes = if levels.end <= bytes.len() { bytes.slice(levels) } else { return None };
        let levels = if self.is_optional { Some((level_bytes, Hybrid::new(0, 1)?)) } else { None };
        let values = match (encoding, self.kind) {
            (Encoding::PLAIN, FlatType::Boolean) => Values::Plain(values.checked_mul(8)?),
            (Encoding::PLAIN, _) => Values::Plain(values),
            // Truths may be written as numbers of one bit, with their length before them.
            (Encoding::RLE, FlatType::Boolean) => Values::Indexes(Hybrid::new(values + 4, 1)?),
            (Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, FlatType::Boolean) => return None,
            // A page without values need not even say how wide they are.
            (Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, _) => {
                let width = bytes.get(values).copied().unwrap_or(0);
                Values::Indexes(Hybrid::new(values + 1, u32::from(width))?)
            }
            _ => return None,
        };
        Some(DataPage { bytes, levels, values, rows: rows as usize })
    }

    /// Returns the next rows of the page, at most `rows`. Comes after [`Next::Data`].
    pub(super) fn segment(&mut self, rows: usize) -> Result<Segment<'_>, String> {
        let FlatColumn { page, numbers, levels, valid, kind, .. } = self;
        let rows = rows.min(page.rows);
        let present = page.pass_rows(rows, levels)?;
        if present < rows {
            levels.spell_out(valid);
        }
        let values = match &mut page.values {
            Values::Indexes(hybrid) => {
                numbers.clear();
                hybrid.read(&page.bytes, present, numbers).ok_or(DAMAGED)?;
                if *kind == FlatType::Boolean { Cells::Truths(numbers) } else { Cells::Indexes(numbers) }
            }
            Values::Plain(bit) if *kind == FlatType::Boolean => {
                numbers.clear();
                let bits = page.bytes.get(*bit / 8..).unwrap_or_default();
                for at in *bit % 8..*bit % 8 + present {
                    let byte = *bits.get(at / 8).ok_or(DAMAGED)?;
                    numbers.push(u32::from(byte >> (at % 8) & 1));
                }
                *bit += present;
                Cells::Truths(numbers)
            }
            Values::Plain(at) => {
                let rest = page.bytes.get(*at..).ok_or(DAMAGED)?;
                match kind.size() {
                    Some(size) => {
                        let bytes = rest.get(..present * size).ok_or(DAMAGED)?;
                        *at += bytes.len();
                        Cells::Plain(bytes)
                    }
                    None => Cells::Plain(rest),
                }
            }
        };
        Ok(Segment { rows, valid: (present < rows).then_some(valid.as_slice()), values })
    }

    /// Passes the bytes of plain texts.
    pub(super) fn pass(&mut self, bytes: usize) {
        if let Values::Plain(at) = &mut self.page.values {
            *at += bytes;
        }
    }
}

/// Plain values that are texts, looked at together: on most pages there is nothing but ASCII, the lengths of texts too.
pub(super) struct CheckedTexts<'b> {
    bytes: &'b [u8],
    /// All bytes, where they are UTF-8.
    whole: Option<&'b str>,
    texts: PlainTexts<'b>,
}

impl<'b> CheckedTexts<'b> {
    /// Takes the texts of all these bytes.
    pub(super) fn of(bytes: &'b [u8]) -> CheckedTexts<'b> {
        CheckedTexts { bytes, whole: std::str::from_utf8(bytes).ok(), texts: PlainTexts { rest: bytes } }
    }

    /// Takes so many texts, which may be followed by others; `None` where the bytes end before.
    pub(super) fn first(bytes: &'b [u8], count: usize) -> Option<CheckedTexts<'b>> {
        let mut texts = PlainTexts { rest: bytes };
        for _ in 0..count {
            texts.next()?;
        }
        bytes.get(..bytes.len() - texts.rest.len()).map(CheckedTexts::of)
    }

    /// Returns the number of bytes of all texts and their lengths.
    pub(super) fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the next text.
    #[inline]
    pub(super) fn next(&mut self) -> Result<&'b str, String> {
        let text = self.texts.next().ok_or(DAMAGED)?;
        let end = self.bytes.len() - self.texts.rest.len();
        let text = match self.whole {
            Some(whole) => whole.get(end - text.len()..end),
            None => std::str::from_utf8(text).ok(),
        };
        text.ok_or_else(|| NOT_UTF8.to_owned())
    }
}

pub(super) const NOT_UTF8: &str = "a text is not UTF-8";

/// Returns the texts of plain values: each follows its length, of four bytes.
pub(super) struct PlainTexts<'b> {
    pub(super) rest: &'b [u8],
}

impl<'b> PlainTexts<'b> {
    /// Returns the next text; `None` where the bytes end before it.
    pub(super) fn next(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.rest = rest;
        Some(text)
    }
}
