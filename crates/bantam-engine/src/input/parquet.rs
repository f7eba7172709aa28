//! Reads Parquet, row group by row group, on all cores, only the columns that are used.
//!
//! Most files are of a few types and encodings and are decoded page by page, straight into columns (`pages.rs`). For all
//! others there are the library's record batches (`batches.rs`); both give the same rows.
//!
//! The library that decodes the format may panic on a damaged file; here that is an error like any other.

mod batches;
mod bits;
mod cells;
mod fill;
mod flat;
mod hybrid;
mod layout;
mod limits;
mod pages;
mod picked;
mod source;
mod statistics;
mod thrift;

use super::pieces::read_pieces;
use super::quiet;
use super::report::{InputError, Spot};
use super::rows::{ID, Rows};
use super::{File, KeyExtent, Piece, Settle, Tap, TapPiece};
use batches::{Dictionaries, read_batch};
use layout::{Layout, ask_for_dictionaries, lay_out, leaves, unused_fields};
use pages::{FlatPlan, read_pages};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;
use source::{GroupBytes, SharedSource};
use std::sync::Arc;

/// How many rows are in memory as a record batch.
const BATCH_ROWS: usize = 8_192;

/// A file that has been opened.
struct Opened<R> {
    source: SharedSource<R>,
    metadata: ArrowReaderMetadata,
    layout: Layout,
    /// Numbers of the leaf columns that are read.
    leaves: Vec<usize>,
    /// Number of the first row of each row group, and one past the last.
    starts: Vec<u64>,
    /// Which leads have rows in each row group alone; empty where that is not known or not asked.
    extents: Vec<KeyExtent>,
    /// How to read it page by page, where that can be done.
    flat: Option<FlatPlan>,
}

pub(crate) fn read(
    mut rows: Rows,
    file: &File<'_>,
    source: impl ChunkReader,
    settle: &mut Settle<'_>,
) -> Result<(), InputError> {
    let damaged = |problem: String| InputError::Parquet { file: file.name.to_owned(), problem };
    let opened = quiet::catch(|| open(&mut rows, file, source)).map_err(damaged)??;
    let blank = rows.blank();
    // What is true of the file as a whole is settled once, whether it has rows or not.
    // What the file says of itself is not believed where it has fewer bytes.
    rows.keys.expected = opened.starts.last().map_or(0, |&rows| rows.min(opened.source.len()) as usize);
    settle(Piece { rows, lines: None })?;
    let read = |group: usize| {
        quiet::catch(|| read_group(&opened, blank.blank(), file, group)).and_then(|rows| rows).map_err(damaged)
    };
    read_pieces((0..opened.starts.len() - 1).map(Ok), read, |rows| settle(Piece { rows, lines: None }))
}

fn open<R: ChunkReader>(rows: &mut Rows, file: &File<'_>, source: R) -> Result<Opened<R>, InputError> {
    let damaged = |problem: String| InputError::Parquet { file: file.name.to_owned(), problem };
    limits::check_footer(&source).map_err(damaged)?;
    let options = ArrowReaderOptions::new();
    let metadata = ArrowReaderMetadata::load(&source, options.clone()).map_err(|error| damaged(error.to_string()))?;
    let layout = lay_out(rows, metadata.schema(), file.name)?;
    let wanted = layout.paths();
    let leaves = leaves(metadata.parquet_schema(), &wanted);
    let mut starts = vec![0];
    for group in metadata.metadata().row_groups() {
        let count =
            u64::try_from(group.num_rows()).map_err(|_| damaged("a row group has fewer rows than none".into()))?;
        starts.push(starts.last().unwrap_or(&0) + count);
    }
    for field in unused_fields(metadata.schema(), &wanted) {
        rows.count_unused(&field, starts.last().copied().unwrap_or(0));
    }
    let hinted = options.with_schema(ask_for_dictionaries(metadata.schema(), &wanted));
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), hinted).unwrap_or(metadata);
    // Events with keys of their own may repeat any others.
    let wants_extents = file.tap.is_some_and(Tap::wants_extents) && layout.reserved[ID].is_none();
    let extents = if wants_extents { statistics::extents_of(&metadata, &layout) } else { Vec::new() };
    let flat = FlatPlan::new(&metadata, &layout, rows.kind);
    Ok(Opened { source: SharedSource::new(source), metadata, layout, leaves, starts, extents, flat })
}

fn read_group<R: ChunkReader>(
    opened: &Opened<R>,
    mut rows: Rows,
    file: &File<'_>,
    group: usize,
) -> Result<Rows, String> {
    let description = opened.metadata.metadata().row_group(group);
    limits::check_sizes(opened.source.len(), group, description, &opened.leaves)?;
    let bytes = opened.source.load(description, &opened.leaves)?;
    limits::check_pages_of(&bytes, group, description, &opened.leaves)?;
    let start = opened.starts.get(group).copied().unwrap_or(0);
    let mut layout = opened.layout.clone();
    let mut piece = file.tap.map(|tap| tap.begin(opened.extents.get(group)));
    let before = Spot { file: file.number, row: start, line: 0 };
    let done = match &opened.flat {
        Some(plan) => {
            let group = (&opened.metadata, description);
            read_pages(&mut rows, plan, group, &bytes, before, piece.as_deref_mut())?
        }
        None => 0,
    };
    if (done as u64) < u64::try_from(description.num_rows()).unwrap_or(0) {
        let before = Spot { row: start + done as u64, ..before };
        read_batches(&mut rows, &mut layout, opened, bytes.clone(), (group, done), before, piece.as_deref_mut())?;
    }
    opened.source.give_back(bytes);
    if let Some(piece) = piece {
        piece.end();
    }
    rows.end_piece();
    layout.keys.report_unused(&mut rows);
    (file.progress)(u64::try_from(description.compressed_size()).unwrap_or(0));
    Ok(rows)
}

/// Reads the rest of a row group, after the rows that are done, by the library's record batches.
fn read_batches<R: ChunkReader>(
    rows: &mut Rows,
    layout: &mut Layout,
    opened: &Opened<R>,
    bytes: GroupBytes,
    (group, done): (usize, usize),
    mut before: Spot,
    mut piece: Option<&mut (dyn TapPiece + '_)>,
) -> Result<(), String> {
    let mask = ProjectionMask::leaves(opened.metadata.parquet_schema(), opened.leaves.iter().copied());
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, opened.metadata.clone())
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .with_row_groups(vec![group])
        .with_offset(done)
        .build()
        .map_err(|error| error.to_string())?;
    let mut dictionaries = Dictionaries::default();
    for batch in reader {
        let batch = batch.map_err(|error| error.to_string())?;
        read_batch(rows, layout, &mut dictionaries, &batch, before);
        before.row += batch.num_rows() as u64;
        if let Some(piece) = &mut piece {
            piece.take(rows)?;
        }
    }
    Ok(())
}
