//! Turns rows into files: CSV, newline-delimited JSON or Parquet.

mod csv;
mod ndjson;
mod parquet;
mod text;

use std::borrow::Borrow;
use std::io::Write;

use crate::error::Error;
use crate::event::Event;
use crate::lead::{Lead, Truth};
use crate::rows::Row;
use crate::spend::Spend;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header; a property of an event is a column.
    Csv,
    /// A JSON object a line, without the keys that have no value; an event's properties are an object.
    Ndjson,
    /// Parquet with typed columns, zstd-compressed; a property of an event is a column.
    Parquet,
}

impl Format {
    /// Returns the end of a file name, after the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

/// Writes leads; returns how many.
pub fn write_leads<R: Borrow<Lead>>(
    rows: impl IntoIterator<Item = R>,
    format: Format,
    output: impl Write + Send,
) -> Result<u64, Error> {
    write_rows(rows, format, output)
}

/// Writes events; returns how many.
pub fn write_events<R: Borrow<Event>>(
    rows: impl IntoIterator<Item = R>,
    format: Format,
    output: impl Write + Send,
) -> Result<u64, Error> {
    write_rows(rows, format, output)
}

/// Writes spend; returns how many rows.
pub fn write_spend<R: Borrow<Spend>>(
    rows: impl IntoIterator<Item = R>,
    format: Format,
    output: impl Write + Send,
) -> Result<u64, Error> {
    write_rows(rows, format, output)
}

/// Writes truths; returns how many.
pub fn write_truth<R: Borrow<Truth>>(
    rows: impl IntoIterator<Item = R>,
    format: Format,
    output: impl Write + Send,
) -> Result<u64, Error> {
    write_rows(rows, format, output)
}

fn write_rows<T: Row, R: Borrow<T>>(
    rows: impl IntoIterator<Item = R>,
    format: Format,
    output: impl Write + Send,
) -> Result<u64, Error> {
    let mut table = TableWriter::begin::<T>(format, output)?;
    let mut count = 0;
    for row in rows {
        table.write(row.borrow())?;
        count += 1;
    }
    table.finish()?;
    Ok(count)
}

/// A file being written.
pub(crate) enum TableWriter<W: Write + Send> {
    Csv(text::Lines<W>),
    Ndjson(text::Lines<W>),
    Parquet(Box<parquet::ParquetTable<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a file of rows of `T`, with its header.
    pub(crate) fn begin<T: Row>(format: Format, output: W) -> Result<Self, Error> {
        Ok(match format {
            Format::Csv => Self::Csv(csv::begin(T::COLUMNS, output)?),
            Format::Ndjson => Self::Ndjson(text::Lines::new(output)),
            Format::Parquet => Self::Parquet(Box::new(parquet::ParquetTable::begin(T::COLUMNS, output)?)),
        })
    }

    /// Adds a row.
    pub(crate) fn write<T: Row>(&mut self, row: &T) -> Result<(), Error> {
        match self {
            Self::Csv(lines) => csv::write(row, lines)?,
            Self::Ndjson(lines) => ndjson::write(row, lines)?,
            Self::Parquet(table) => table.write(row)?,
        }
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self {
            Self::Csv(lines) | Self::Ndjson(lines) => lines.finish()?,
            Self::Parquet(table) => table.finish()?,
        }
        Ok(())
    }
}
