//! Turns files of leads and events into a [`Dataset`]: columns for the batch executor, timelines for the live one.
//!
//! Whoever calls opens files, decompresses them and names them; here come only bytes. An [`Input`] is fed any number of
//! files, in order, and [`Input::finish`] then decides what counts at *as of*: the latest row of each lead, each event once.
//!
//! What is wrong with one row rejects that row and no other: it goes to the caller's sink with its place and the reason.
//! What is wrong with a whole file (no such column, a header twice, a damaged Parquet file) is an [`InputError`].

mod cell;
pub(crate) mod csv;
mod dataset;
mod extents;
mod gathered;
mod json;
mod keys;
mod lead_kinds;
mod leads;
pub(crate) mod ndjson;
pub(crate) mod parquet;
mod pieces;
mod quiet;
mod report;
mod rows;
mod spots;
mod stretch;
mod tap;
mod timelines;
mod window;

pub use dataset::Dataset;
pub(crate) use extents::KeyExtent;
pub use report::{ColumnReport, InputError, InputReport, Place, Rejected, RepeatedLead, RowKind, UnusedColumn};

pub(crate) use keys::{EntryLeads, LeadKeys};
pub(crate) use rows::Rows;
pub(crate) use tap::{Asked, Chosen, Tap, TapPiece};

use crate::classes::TextUses;
use crate::columns::LeadTable;
use crate::ids::LeadIds;
use ::parquet::file::reader::ChunkReader;
use bantam_lang::meaning::{Meaning, Name, Value};
use gathered::{Gathered, Piece};
use report::Spot;
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
    leads: Gathered,
    events: Gathered,
    shared: Shared<'a>,
    /// Values of attributes and of properties where they are missing.
    defaults: [Vec<Option<Value>>; 2],
}

/// What rows of both kinds need when pieces are put together.
struct Shared<'a> {
    /// Leads' keys; their codes are the lead numbers.
    ids: LeadIds,
    /// Names of the files read so far.
    files: Vec<String>,
    /// Takes rejected rows.
    rejects: Box<dyn FnMut(Rejected) + Send + 'a>,
}

/// What a reader of one file is told.
pub(crate) struct File<'f> {
    /// Its number among all files.
    number: u32,
    name: &'f str,
    /// Is told now and then how many more bytes have been read.
    progress: &'f (dyn Fn(u64) + Sync),
    /// Takes rows while they are read.
    tap: Option<&'f dyn Tap>,
}

/// Gives keys their lead numbers: appends one for each entry.
type Number<'n> = dyn FnMut(&mut LeadKeys) -> EntryLeads + Send + 'n;

/// Events that were not taken while they were read.
pub(crate) struct Rest {
    pub(crate) rows: Rows,
    /// Lead number of each row.
    pub(crate) lead: Vec<u32>,
    pub(crate) report: InputReport,
}

impl<'a> Input<'a> {
    /// Creates an input without rows for a definition's attributes and properties.
    ///
    /// `rejects` is handed rejected rows in input order, from whichever thread is reading.
    pub fn new(meaning: &Meaning, rejects: impl FnMut(Rejected) + Send + 'a) -> Input<'a> {
        let shared = Shared { ids: LeadIds::default(), files: Vec::new(), rejects: Box::new(rejects) };
        let defaults = [&meaning.lead.attributes, &meaning.event.properties]
            .map(|attributes| attributes.iter().map(|attribute| attribute.default.clone()).collect());
        let (leads, events) = (Gathered::new(Rows::of_leads(meaning)), Gathered::new(Rows::of_events(meaning)));
        Input { leads, events, shared, defaults }
    }

    /// Creates an input whose texts only have to be told apart where the definition tells them apart: enough for scores,
    /// in less memory.
    pub fn for_scores(meaning: &Meaning, rejects: impl FnMut(Rejected) + Send + 'a) -> Input<'a> {
        let mut input = Input::new(meaning, rejects);
        let uses = TextUses::of(meaning);
        input.leads.rows.classify(|index| uses.classes(Name::Attribute(index)));
        input.events.rows.classify(|index| uses.classes(Name::Property(index)));
        input.leads.keep_by_kind(lead_kinds::KeptLeads::of(meaning, &uses));
        input
    }

    /// Reads one CSV file. `progress` is told now and then how many more of its bytes have been read.
    pub fn read_csv(
        &mut self,
        kind: RowKind,
        file: &str,
        source: impl Read + Send,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), InputError> {
        self.read(kind, file, progress, |rows, file, settle| csv::read(rows, file, source, settle))
    }

    /// Reads one file of JSON objects, one a line. `progress` is told now and then how many more bytes have been read.
    pub fn read_ndjson(
        &mut self,
        kind: RowKind,
        file: &str,
        source: impl Read + Send,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), InputError> {
        self.read(kind, file, progress, |rows, file, settle| ndjson::read(rows, file, source, settle))
    }

    /// Reads one Parquet file. `progress` is told now and then how many more of its bytes have been read, by rows.
    pub fn read_parquet(
        &mut self,
        kind: RowKind,
        file: &str,
        source: impl ChunkReader,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), InputError> {
        self.read(kind, file, progress, |rows, file, settle| parquet::read(rows, file, source, settle))
    }

    /// Decides what counts at `as_of`, in microseconds since 1970-01-01T00:00Z, and hands everything over.
    pub fn finish(mut self, as_of: i64) -> Result<Dataset, InputError> {
        self.leads.spread_out();
        dataset::finish(self.leads, self.events, self.shared.ids, self.shared.files, as_of, self.defaults)
    }

    /// Decides which rows of leads count at `as_of`, and hands them over. Counts stay, for the report.
    pub(crate) fn finish_leads(&mut self, as_of: i64) -> Result<LeadTable, InputError> {
        leads::refuse_repeated_leads(&self.leads, &self.shared.ids, &self.shared.files)?;
        let [defaults, _] = &self.defaults;
        let ids = std::mem::take(&mut self.shared.ids);
        Ok(leads::finish_leads(&mut self.leads, defaults, ids, as_of).0)
    }

    /// Decides which of the events that are left count, and hands them over with the report on everything.
    pub(crate) fn finish_events(mut self) -> Result<Rest, InputError> {
        let mut report = dataset::report(&self.leads, &self.events, self.shared.files);
        dataset::leave_out_repeats(&mut self.events, &mut report);
        Ok(Rest { rows: self.events.rows, lead: self.events.lead, report })
    }

    fn read(
        &mut self,
        kind: RowKind,
        name: &str,
        progress: &(dyn Fn(u64) + Sync),
        reader: impl FnOnce(Rows, &File<'_>, &mut Settle<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let mut ids = std::mem::take(&mut self.shared.ids);
        if kind == RowKind::Event {
            ids.settle();
        }
        let mut number = |keys: &mut LeadKeys| {
            if kind == RowKind::Lead {
                ids.reserve(keys.expected);
            }
            if let Some(first) = keys.run().and_then(|run| ids.append(run)) {
                return EntryLeads::From(first);
            }
            let entries = keys.all_entries();
            let mut leads = Vec::with_capacity(entries.len());
            ids.intern_all(entries, &mut leads);
            EntryLeads::Each(leads)
        };
        let result = self.read_with(kind, name, progress, None, &mut number, reader);
        self.shared.ids = ids;
        result
    }

    /// Reads a file of events whose rows `tap` takes; `number` gives numbers to the leads of those that it leaves.
    pub(crate) fn tap_events(
        &mut self,
        name: &str,
        progress: &(dyn Fn(u64) + Sync),
        tap: &dyn Tap,
        number: &mut Number<'_>,
        reader: impl FnOnce(Rows, &File<'_>, &mut Settle<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        self.read_with(RowKind::Event, name, progress, Some(tap), number, reader)
    }

    /// Reads a file with a reader, which is given blank rows and hands over pieces in their order.
    fn read_with(
        &mut self,
        kind: RowKind,
        name: &str,
        progress: &(dyn Fn(u64) + Sync),
        tap: Option<&dyn Tap>,
        number: &mut Number<'_>,
        reader: impl FnOnce(Rows, &File<'_>, &mut Settle<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let file = File { number: self.shared.files.len() as u32, name, progress, tap };
        self.shared.files.push(name.to_owned());
        let Input { leads, events, shared: Shared { files, rejects, .. }, .. } = self;
        let gathered = match kind {
            RowKind::Lead => leads,
            RowKind::Event => events,
        };
        let mut before = Spot { file: file.number, row: 0, line: 0 };
        let blank = gathered.blank();
        let mut settle = |piece: Piece| gathered.append(piece, &mut before, number, files, rejects.as_mut());
        reader(blank, &file, &mut settle)
    }
}

impl File<'_> {
    /// Lets the tap take the rows of a whole piece.
    fn tap(&self, rows: &mut Rows) -> Result<(), InputError> {
        let Some(tap) = self.tap else { return Ok(()) };
        let mut piece = tap.begin(None);
        let failed = |problem| InputError::Header { file: self.name.to_owned(), problem, help: None };
        piece.take(rows).map_err(failed)?;
        piece.end();
        Ok(())
    }
}

/// Takes the pieces of a file in their order.
pub(crate) type Settle<'s> = dyn FnMut(Piece) -> Result<(), InputError> + Send + 's;
