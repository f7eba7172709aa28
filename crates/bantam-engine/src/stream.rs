//! Scores leads while their events are read, so that events need not be in memory.
//!
//! 1. Leads are read first ([`crate::input::Input`]); then [`Input::score`] turns the input into a [`Scoring`].
//! 2. Files of events are read in pieces, on all cores. Of each row, what no rule can count any more is dropped at once: an
//!    event too old for every window, or whose points have faded (`crate::horizons`).
//! 3. A lead that has all its events in one piece, as the file's statistics tell, is scored when the piece ends
//!    (`piece.rs`). Other events are kept, in a few bytes each (`storage.rs`), sorted by lead in runs (`runs.rs`).
//! 4. At the end each partition of leads gathers its events from the runs and is scored as in [`crate::batch`].
//!
//! Events with a key of their own may repeat others anywhere in the input, so those are gathered in memory, and join the
//! runs when repeats have been left out.

mod finish;
mod kinds;
mod piece;
mod runs;
mod seen;
mod storage;

use crate::batch::{BatchOptions, BatchPlan, LeadKindPoints, ScoreTable};
use crate::classes::TextUses;
use crate::columns::{Column, Dictionary, EventTable, LeadTable, TextColumn};
use crate::horizons::Horizons;
use crate::ids::{Key, LeadIds};
use crate::input::{EntryLeads, File, Input, InputError, KeyExtent, Rows, Settle, Tap, TapPiece, csv, ndjson, parquet};
use crate::kinds::Kinds;
use ::parquet::file::reader::ChunkReader;
use bantam_lang::meaning::{Meaning, Name};
use piece::StreamPiece;
use runs::Run;
use seen::Seen;
use std::io::Read;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use storage::{Place, Storage, Stored, Values};

pub use finish::Scored;

/// With more kinds of events than these, few events are of one kind, and it does not pay to look at kinds first.
const KINDS_MAX: usize = 1 << 14;

/// What there is to say about the events before they are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct StreamOptions {
    /// What beside the scores is wanted.
    pub batch: BatchOptions,
    /// Whether all events come from one file: only then can its statistics tell that a lead has no others.
    pub one_file: bool,
}

/// Leads that have been read, and events on their way to scores.
pub struct Scoring<'m, 'r> {
    input: Input<'r>,
    stream: Stream<'m>,
}

/// What pieces that are read side by side share.
struct Stream<'m> {
    meaning: &'m Meaning,
    as_of: i64,
    options: StreamOptions,
    leads: LeadTable,
    /// Whether every lead that has been read has a counting row.
    all_have_rows: bool,
    /// What is known of each kind of lead.
    by_lead_kind: LeadKindPoints,
    horizons: Horizons,
    storage: Storage,
    /// Names that something listens to.
    names: Dictionary,
    /// Keys of leads that have no row; their numbers follow those of `leads`.
    newcomers: RwLock<LeadIds>,
    tables: Mutex<Tables>,
    /// Events that wait to be sorted; each piece takes one of these and brings it back.
    waiting: Mutex<Vec<Stored>>,
    /// Memory of events that have been scored.
    emptied: Mutex<Vec<Stored>>,
    runs: Mutex<Vec<Run>>,
    scored: Mutex<Scores>,
}

/// What codes stand for.
#[derive(Clone, Default)]
struct Tables {
    /// By property; only those kept as codes are used.
    values: Vec<Values>,
    kinds: Kinds,
}

/// What pieces bring home.
#[derive(Default)]
struct Scores {
    table: ScoreTable,
    /// Leads without a row that have an event at or before *as of*.
    seen: Seen,
    oldest: Option<i64>,
    newest: Option<i64>,
}

impl<'r> Input<'r> {
    /// Takes the leads that have been read as all there are, and goes on to read and score events.
    pub fn score<'m>(
        mut self,
        meaning: &'m Meaning,
        as_of: i64,
        options: StreamOptions,
    ) -> Result<Scoring<'m, 'r>, InputError> {
        let mut leads = self.finish_leads(as_of)?;
        leads.ids.settle();
        Ok(Scoring { stream: Stream::new(meaning, as_of, options, leads), input: self })
    }
}

impl Scoring<'_, '_> {
    /// Reads one CSV file of events. `progress` is told now and then how many more of its bytes have been read.
    pub fn read_csv(
        &mut self,
        file: &str,
        source: impl Read + Send,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), InputError> {
        self.read(file, progress, |rows, file, settle| csv::read(rows, file, source, settle))
    }

    /// Reads one file of events, a JSON object a line. `progress` is told now and then how many more bytes have been read.
    pub fn read_ndjson(
        &mut self,
        file: &str,
        source: impl Read + Send,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), InputError> {
        self.read(file, progress, |rows, file, settle| ndjson::read(rows, file, source, settle))
    }

    /// Reads one Parquet file of events. `progress` is told now and then how many more bytes have been read, by rows.
    pub fn read_parquet(
        &mut self,
        file: &str,
        source: impl ChunkReader,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), InputError> {
        self.read(file, progress, |rows, file, settle| parquet::read(rows, file, source, settle))
    }

    fn read(
        &mut self,
        file: &str,
        progress: &(dyn Fn(u64) + Sync),
        reader: impl FnOnce(Rows, &File<'_>, &mut Settle<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let stream = &self.stream;
        self.input.tap_events(
            file,
            progress,
            stream,
            &mut |keys| EntryLeads::Each(keys.entries(0).map(|key| stream.number(key)).collect()),
            reader,
        )
    }
}

impl<'m> Stream<'m> {
    fn new(meaning: &'m Meaning, as_of: i64, options: StreamOptions, leads: LeadTable) -> Stream<'m> {
        let uses = TextUses::of(meaning);
        let horizons = Horizons::of(meaning);
        let mut names = Dictionary::default();
        for name in horizons.names() {
            names.intern(name);
        }
        let classes = |index| Values::new(uses.classes(Name::Property(index)));
        let values = (0..meaning.event.properties.len()).map(classes).collect();
        Stream {
            storage: Storage::new(meaning, &uses),
            meaning,
            as_of,
            options,
            by_lead_kind: LeadKindPoints::of(meaning, &leads, options.batch.explain),
            scored: Mutex::new(Scores { table: ScoreTable::new(meaning, leads.ids.len()), ..Scores::default() }),
            all_have_rows: leads.has_row.iter().all(|has_row| *has_row),
            leads,
            horizons,
            names,
            newcomers: RwLock::default(),
            tables: Mutex::new(Tables { values, kinds: Kinds::default() }),
            waiting: Mutex::default(),
            emptied: Mutex::default(),
            runs: Mutex::default(),
        }
    }

    /// Returns the lead number of a key, giving one to a lead without a row.
    fn number(&self, key: Key<'_>) -> u32 {
        self.leads.ids.find(key).unwrap_or_else(|| self.newcomer(key))
    }

    /// Returns the lead number of a key that is not among the leads that have been read.
    fn newcomer(&self, key: Key<'_>) -> u32 {
        let known = self.newcomers.read().unwrap_or_else(PoisonError::into_inner).find(key);
        let newcomer =
            known.unwrap_or_else(|| self.newcomers.write().unwrap_or_else(PoisonError::into_inner).intern(key));
        self.leads.ids.len() as u32 + newcomer
    }

    /// Returns a lead number with the mark that says that an event decides whether the lead comes out.
    fn marked(&self, lead: u32) -> u32 {
        if self.leads.has_row.get(lead as usize) == Some(&true) { lead } else { lead | piece::WITHOUT_ROW }
    }

    /// Returns an event table without events, with the dictionaries that codes belong to.
    fn dictionaries(&self, tables: &Tables) -> EventTable {
        let text = |dictionary: &Dictionary| TextColumn { codes: Vec::new(), dictionary: dictionary.clone() };
        let properties = self.meaning.event.properties.iter().zip(&tables.values).zip(&self.storage.places);
        let properties = properties.map(|((property, values), place)| match (Column::new(property.kind), place) {
            (Column::Text(_), Place::Kind(_) | Place::Beside(_)) => Column::Text(text(&values.dictionary)),
            (column, _) => column,
        });
        EventTable { name: text(&self.names), properties: properties.collect(), ..EventTable::default() }
    }
}

impl Stream<'_> {
    /// Binds the definition to what has been read; `shape` has the dictionaries of the tables.
    fn plan<'p>(&'p self, tables: &Tables, shape: &'p EventTable) -> BatchPlan<'p> {
        let in_kind = |property: usize| matches!(self.storage.places.get(property), Some(Place::Kind(_)));
        let plan = BatchPlan::new(self.meaning, &self.leads, shape).with_lead_kinds(&self.by_lead_kind);
        if tables.kinds.count() > KINDS_MAX {
            return plan;
        }
        plan.with_kinds(&self.leads, self.storage.of_each_kind(tables), &in_kind)
    }

    /// Returns events as a plan looks at them, with their kinds.
    fn unfold(&self, plan: &BatchPlan<'_>, tables: &Tables, stored: Stored) -> (EventTable, Vec<u32>) {
        if plan.sees_events() {
            return self.storage.unfold(tables, stored);
        }
        (EventTable { lead: stored.lead, time: stored.time, ..EventTable::default() }, stored.kind)
    }
}

impl Tap for Stream<'_> {
    fn begin<'t>(&'t self, extent: Option<&'t KeyExtent>) -> Box<dyn TapPiece + 't> {
        Box::new(StreamPiece::new(self, extent.filter(|extent| extent.may_hold())))
    }

    fn wants_extents(&self) -> bool {
        self.options.one_file
    }
}

/// A lock is poisoned by a panic, and that panic goes on through rayon: what it left is not used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
