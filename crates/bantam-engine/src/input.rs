//! Turns files of leads and events into a [`Dataset`]: columns for the batch executor, timelines for the live one.
//!
//! Whoever calls opens files, decompresses them and names them; here come only bytes. An [`Input`] is fed any number of
//! files, in order, and [`Input::finish`] then decides what counts at *as of*: the latest row of each lead, each event once.
//!
//! What is wrong with one row rejects that row and no other: it goes to the caller's sink with its place and the reason.
//! What is wrong with a whole file (no such column, a header twice, a damaged Parquet file) is an [`InputError`].

mod cell;
mod csv;
mod dataset;
mod json;
mod ndjson;
mod parquet;
mod quiet;
mod report;
mod rows;
mod window;

pub use dataset::Dataset;
pub use report::{ColumnReport, InputError, InputReport, Place, Rejected, RepeatedLead, RowKind, UnusedColumn};

use crate::columns::Dictionary;
use ::parquet::file::reader::ChunkReader;
use bantam_lang::meaning::{Meaning, Value};
use report::Spot;
use rows::Rows;
use std::io::Read;

/// The longest CSV record or NDJSON line that is read, in bytes; a longer one is rejected as a row.
pub const RECORD_BYTES_MAX: usize = 16 << 20;
/// How much of a rejected row is kept, in bytes.
pub const RAW_BYTES_MAX: usize = 64 << 10;
/// The most columns a CSV header may have.
pub const COLUMNS_MAX: usize = 16_384;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated cells with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Parquet.
    Parquet,
}

impl Format {
    /// Returns `csv`, `ndjson` or `parquet`.
    pub fn word(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            Format::Parquet => "parquet",
        }
    }
}

/// Leads and events on their way into columns.
///
/// 1. Create it from a definition's meaning, with a sink for rejected rows.
/// 2. Feed it files, in the order that counts as input order.
/// 3. [`Input::finish`] it. After an error from a file it must not be used further.
pub struct Input<'a> {
    leads: Rows,
    events: Rows,
    shared: Shared<'a>,
    /// Values of attributes and of properties where they are missing.
    defaults: [Vec<Option<Value>>; 2],
}

/// What rows of both kinds need while files are read.
struct Shared<'a> {
    /// Leads' keys; their codes are the lead numbers.
    ids: Dictionary,
    /// Names of the files read so far.
    files: Vec<String>,
    /// Takes rejected rows.
    rejects: Box<dyn FnMut(Rejected) + 'a>,
}

impl Shared<'_> {
    fn reject(&mut self, kind: RowKind, spot: Spot, reason: String, raw: &[u8]) {
        let raw = report::clip(raw, RAW_BYTES_MAX);
        let place = spot.place(&self.files);
        (self.rejects)(Rejected { kind, place, reason, raw });
    }
}

impl<'a> Input<'a> {
    /// Creates an input without rows for a definition's attributes and properties.
    pub fn new(meaning: &Meaning, rejects: impl FnMut(Rejected) + 'a) -> Input<'a> {
        let shared = Shared { ids: Dictionary::default(), files: Vec::new(), rejects: Box::new(rejects) };
        let defaults = [&meaning.lead.attributes, &meaning.event.properties]
            .map(|attributes| attributes.iter().map(|attribute| attribute.default.clone()).collect());
        Input { leads: Rows::of_leads(meaning), events: Rows::of_events(meaning), shared, defaults }
    }

    /// Reads one CSV file. `progress` is told now and then how many bytes of it have been read.
    pub fn read_csv(
        &mut self,
        kind: RowKind,
        file: &str,
        source: impl Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), InputError> {
        let number = self.open(file);
        let (rows, shared) = self.rows(kind);
        csv::read(rows, shared, number, source, progress)
    }

    /// Reads one file of JSON objects, one a line. `progress` is told now and then how many bytes of it have been read.
    pub fn read_ndjson(
        &mut self,
        kind: RowKind,
        file: &str,
        source: impl Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), InputError> {
        let number = self.open(file);
        let (rows, shared) = self.rows(kind);
        ndjson::read(rows, shared, number, source, progress)
    }

    /// Reads one Parquet file. `progress` is told now and then which part of its bytes has been read, by rows.
    pub fn read_parquet(
        &mut self,
        kind: RowKind,
        file: &str,
        source: impl ChunkReader + 'static,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), InputError> {
        let number = self.open(file);
        let (rows, shared) = self.rows(kind);
        parquet::read(rows, shared, number, source, progress)
    }

    /// Decides what counts at `as_of`, in microseconds since 1970-01-01T00:00Z, and hands everything over.
    pub fn finish(self, as_of: i64) -> Result<Dataset, InputError> {
        dataset::finish(self.leads, self.events, self.shared.ids, self.shared.files, as_of, self.defaults)
    }

    fn open(&mut self, file: &str) -> u32 {
        let number = self.shared.files.len() as u32;
        self.shared.files.push(file.to_owned());
        number
    }

    fn rows(&mut self, kind: RowKind) -> (&mut Rows, &mut Shared<'a>) {
        match kind {
            RowKind::Lead => (&mut self.leads, &mut self.shared),
            RowKind::Event => (&mut self.events, &mut self.shared),
        }
    }
}
