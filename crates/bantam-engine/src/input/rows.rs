//! The rows of one kind, leads or events, of one piece of a file: columns as long as there are admitted rows.
//!
//! A reader first offers a row's reserved values with [`Rows::admit`]. Where the row is admitted, it then appends one cell
//! to each of `columns`; where not, it rejects the row. Readers that work column by column may admit many rows first.
//! Pieces are read side by side and know nothing of each other; `gathered.rs` puts them together.

mod alike;
mod reserved;

use super::RAW_BYTES_MAX;
use super::cell::{Cell, ColumnBuilder, Given, RecentTexts, trim};
use super::keys::LeadKeys;
use super::lead_kinds::Sorting;
use super::report::{RowKind, Spot, UnusedColumn, clip, nearest};
use super::spots::Spots;
use crate::classes::Classes;
use crate::columns::{Column, MISSING_TIME, TextColumn};
use crate::ids::Key;
use bantam_lang::meaning::{Attribute, Meaning, Type};
use hashbrown::HashMap;

/// Places of the reserved values in a [`Reserved`]; leads have the first two.
pub(super) const LEAD: usize = 0;
pub(super) const TIME: usize = 1;
pub(super) const NAME: usize = 2;
pub(super) const ID: usize = 3;
/// How many reserved values there are.
pub(super) const RESERVED: usize = 4;

/// Header of the column that says when a lead's row was written.
const UPDATED_AT: &str = "updated_at";
/// Header of the column of an event that holds further properties.
pub(super) const PROPERTIES: &str = "properties";
/// How many names of unused columns are kept: a hint for people, not a list of all keys ever sent.
const UNUSED_MAX: usize = 1_000;

/// What a row gives for the reserved columns.
pub(super) type Reserved<'a> = [Given<'a>; RESERVED];

/// A row that was rejected, before the place of its piece in the file is known.
#[derive(Clone, Debug)]
pub(super) struct RejectedRow {
    pub(super) spot: Spot,
    pub(super) reason: String,
    pub(super) raw: String,
}

/// Rows of one kind.
pub(crate) struct Rows {
    pub(super) kind: RowKind,
    /// Rows seen, rejected ones included.
    pub(super) seen: u64,
    pub(super) rejected: Vec<RejectedRow>,
    /// Headers of the reserved columns; `None` where this kind has no such column.
    pub(super) reserved: [Option<String>; 4],
    /// The lead's key of each admitted row.
    pub(super) keys: LeadKeys,
    /// An event's time or a lead's `updated_at`.
    pub(super) time: ColumnBuilder,
    /// An event's name.
    pub(super) name: TextColumn,
    /// Texts that have been found to be names, as they stood in the file.
    recent_names: RecentTexts,
    /// An event's own key.
    pub(super) id: ColumnBuilder,
    /// Attributes or properties.
    pub(super) columns: Vec<ColumnBuilder>,
    /// Where each admitted lead row stands. Empty for events: there are many, and nothing asks.
    pub(super) spots: Spots,
    /// Cells of `properties` that hold something else than an object.
    pub(super) bad_properties: u64,
    pub(super) bad_properties_example: Option<(String, Spot)>,
    unused: Vec<(String, u64)>,
    unused_index: HashMap<String, usize>,
    /// For names and leads: texts without a declared column.
    text: ColumnBuilder,
    /// Sorts leads out by kind, where they are kept so.
    pub(super) sorting: Option<Sorting>,
}

impl Rows {
    pub(super) fn of_leads(meaning: &Meaning) -> Rows {
        let reserved = [Some(meaning.lead.id_column.clone()), Some(UPDATED_AT.to_owned()), None, None];
        Rows::new(RowKind::Lead, reserved, &meaning.lead.attributes, &meaning.missing)
    }

    pub(super) fn of_events(meaning: &Meaning) -> Rows {
        let shape = &meaning.event;
        let reserved = [&shape.lead_column, &shape.time_column, &shape.name_column, &shape.id_column];
        Rows::new(RowKind::Event, reserved.map(|name| Some(name.clone())), &shape.properties, &meaning.missing)
    }

    fn new(kind: RowKind, reserved: [Option<String>; 4], attributes: &[Attribute], missing: &[String]) -> Rows {
        let column = |at: usize, kind| {
            let header = reserved.get(at).and_then(Option::as_deref).unwrap_or("");
            ColumnBuilder::reserved(header, kind, missing)
        };
        Rows {
            kind,
            seen: 0,
            rejected: Vec::new(),
            keys: LeadKeys::default(),
            time: column(TIME, Type::Time),
            name: TextColumn::default(),
            recent_names: RecentTexts::default(),
            id: column(ID, Type::Text),
            columns: attributes.iter().map(|attribute| ColumnBuilder::new(attribute, missing)).collect(),
            spots: Spots::default(),
            bad_properties: 0,
            bad_properties_example: None,
            unused: Vec::new(),
            unused_index: HashMap::new(),
            text: column(LEAD, Type::Text),
            sorting: None,
            reserved,
        }
    }

    /// Returns rows to fill: the same columns, nothing in them.
    pub(super) fn blank(&self) -> Rows {
        Rows {
            kind: self.kind,
            seen: 0,
            rejected: Vec::new(),
            reserved: self.reserved.clone(),
            keys: match self.kind {
                RowKind::Lead => LeadKeys::of_leads(),
                RowKind::Event => LeadKeys::default(),
            },
            time: self.time.blank(),
            name: TextColumn::default(),
            recent_names: RecentTexts::default(),
            id: self.id.blank(),
            columns: self.columns.iter().map(ColumnBuilder::blank).collect(),
            spots: Spots::default(),
            bad_properties: 0,
            bad_properties_example: None,
            unused: Vec::new(),
            unused_index: HashMap::new(),
            text: self.text.blank(),
            sorting: self.sorting.as_ref().and_then(Sorting::blank),
        }
    }

    /// Lets one text stand for all of its kind, in each column for which the definition has kinds.
    pub(super) fn classify(&mut self, classes: impl Fn(usize) -> Option<Classes>) {
        for (index, column) in self.columns.iter_mut().enumerate() {
            column.classes = classes(index).filter(|_| matches!(column.values, Column::Text(_)));
        }
    }

    /// Sorts out by kind the leads that have come since it was done before.
    pub(super) fn sort_out(&mut self) {
        if let Some(sorting) = &mut self.sorting {
            sorting.go_on(&mut self.columns, self.keys.len());
        }
    }

    /// Does what can be done for a piece alone, when all its rows are there.
    pub(super) fn end_piece(&mut self) {
        if self.kind == RowKind::Lead {
            self.sort_out();
            if self.sorting.as_mut().is_some_and(|sorting| !sorting.end(&mut self.columns)) {
                self.sorting = None;
            }
        }
    }

    /// Forgets the rows, which have been taken; counts, dictionaries and what was rejected stay.
    ///
    /// Returns how many keys stay.
    pub(crate) fn clear_taken(&mut self) -> usize {
        self.name.codes.clear();
        for column in self.columns.iter_mut().chain([&mut self.time, &mut self.id]) {
            column.values.clear();
        }
        self.keys.clear_rows()
    }

    /// Returns whether events may have keys of their own.
    pub(crate) fn have_ids(&self) -> bool {
        self.id.found
    }

    /// Returns the leads' keys.
    pub(crate) fn keys(&self) -> &LeadKeys {
        &self.keys
    }

    /// Returns the events' names.
    pub(crate) fn names(&self) -> &TextColumn {
        &self.name
    }

    /// Returns the values of an attribute or property.
    pub(crate) fn values(&self, index: usize) -> Option<&Column> {
        self.columns.get(index).map(|column| &column.values)
    }

    /// Returns the header of a reserved column.
    pub(super) fn reserved_name(&self, at: usize) -> &str {
        self.reserved.get(at).and_then(Option::as_deref).unwrap_or("")
    }

    /// Returns whether a file cannot do without a reserved column.
    pub(super) fn requires(&self, at: usize) -> bool {
        at == LEAD || (self.kind == RowKind::Event && (at == TIME || at == NAME))
    }

    /// Returns whether a top-level column is looked at by its own name.
    pub(super) fn is_special(&self, column: &str) -> bool {
        self.reserved.iter().any(|name| name.as_deref() == Some(column))
            || (self.kind == RowKind::Event && column == PROPERTIES)
    }

    /// Makes room for more rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.keys.reserve(rows);
        self.name.codes.reserve(if self.kind == RowKind::Event { rows } else { 0 });
        for column in [&mut self.time, &mut self.id].into_iter().chain(&mut self.columns) {
            column.reserve(rows);
        }
    }

    /// Takes the reserved values of a row, or says why the row cannot count.
    pub(super) fn admit(&mut self, given: Reserved<'_>, spot: Spot) -> Result<(), String> {
        let [lead, time, name, id] = given;
        if self.kind == RowKind::Event && self.admit_usual([lead, time, name]) {
            self.id.push(id, spot);
            return Ok(());
        }
        match self.kind {
            RowKind::Lead => {
                let text = self.text_of(lead).map_err(|found| self.complaint(LEAD, found, lead))?;
                self.keys.push(Key::of(&text));
                self.time.push(time, spot);
                self.spots.push(spot);
            }
            RowKind::Event => {
                // All three are looked at before any is taken: a rejected event leaves no trace.
                let lead_text = self.text_of(lead).map_err(|found| self.complaint(LEAD, found, lead))?;
                let name_text = self.text_of(name).map_err(|found| self.complaint(NAME, found, name))?;
                let moment = self.time.convert(time);
                match moment {
                    Cell::Time(_) => {}
                    Cell::Missing => return Err(self.complaint(TIME, Fault::Missing, time)),
                    _ => return Err(self.complaint(TIME, Fault::Unreadable, time)),
                }
                self.keys.push(Key::of(&lead_text));
                self.name.push(Some(&name_text));
                if let Some(&code) = self.name.codes.last() {
                    self.recent_names.note(&name_text, code);
                }
                self.time.append(moment, time, spot);
                self.id.push(id, spot);
            }
        }
        Ok(())
    }

    /// Takes an event's key, time and name where they are beyond doubt; returns whether they are.
    #[inline]
    fn admit_usual(&mut self, given: [Given<'_>; 3]) -> bool {
        let [lead, time, name] = given;
        let Given::Text(name) = name else { return false };
        let Some(name) = self.recent_names.find(name, &self.name.dictionary) else { return false };
        let Some(key) = self.usual_key(lead) else { return false };
        let Some(time) = self.time.usual_time(time) else { return false };
        self.keys.push(key);
        self.name.codes.push(name);
        self.time.push_time(time);
        true
    }

    /// Returns a lead's key where it is beyond doubt, with less effort than it takes otherwise.
    #[inline]
    fn usual_key<'g>(&self, given: Given<'g>) -> Option<Key<'g>> {
        let text = match given {
            Given::Text(text) => trim(text),
            Given::Digits(digits) if digits != "-0" => digits,
            _ => return None,
        };
        if self.text.is_missing(text) {
            return None;
        }
        let key = Key::of(text);
        (matches!(key, Key::Number(_)) || bantam_lang::convert::is_clean_text(text)).then_some(key)
    }

    fn text_of<'g>(&self, given: Given<'g>) -> Result<std::borrow::Cow<'g, str>, Fault> {
        if given == Given::Missing {
            return Err(Fault::Missing);
        }
        let text = given.as_text().ok_or(Fault::Unreadable)?;
        if self.text.is_missing(&text) {
            Err(Fault::Missing)
        } else if !bantam_lang::convert::is_clean_text(&text) {
            Err(Fault::Unreadable)
        } else {
            Ok(text)
        }
    }

    fn complaint(&self, at: usize, fault: Fault, given: Given<'_>) -> String {
        let column = self.reserved_name(at);
        let shown = given.shown();
        match (at, fault) {
            (LEAD, Fault::Missing) => format!("`{column}` is missing; every {} needs its lead's key", self.kind.word()),
            (NAME, Fault::Missing) => format!("`{column}` is missing; every event needs its name"),
            (TIME, Fault::Missing) => format!("`{column}` is missing; every event needs its time"),
            (TIME, _) => format!("`{column}` is no time: `{shown}`; write it like 2026-06-20T09:30:00Z"),
            _ => format!("`{column}` is no text: `{shown}`; give a text or a number"),
        }
    }

    /// Returns a trimmed text that may be a lead's key or an event's name; `None` where it will not do.
    pub(super) fn reserved_text<'t>(&self, text: &'t str) -> Option<&'t str> {
        let text = trim(text);
        (!self.text.is_missing(text) && bantam_lang::convert::is_clean_text(text)).then_some(text)
    }

    /// Returns whether a trimmed text means "no value" in any column.
    pub(super) fn is_missing_text(&self, text: &str) -> bool {
        self.text.is_missing(text)
    }

    /// Returns whether a text that begins with a byte means "no value" in any column.
    pub(super) fn has_missing_text_from(&self, byte: u8) -> bool {
        self.text.has_missing_text_from(byte)
    }

    /// Takes note of a row that does not count, with the reason and its bytes.
    pub(super) fn reject(&mut self, spot: Spot, reason: String, raw: &[u8]) {
        self.rejected.push(RejectedRow { spot, reason, raw: clip(raw, RAW_BYTES_MAX) });
    }

    pub(super) fn count_bad_properties(&mut self, shown: String, spot: Spot) {
        self.bad_properties += 1;
        if self.bad_properties_example.is_none() {
            self.bad_properties_example = Some((shown, spot));
        }
    }

    /// Counts rows with a column that nothing uses.
    pub(super) fn count_unused(&mut self, column: &str, rows: u64) {
        if let Some((_, count)) = self.unused_index.get(column).and_then(|&at| self.unused.get_mut(at)) {
            *count += rows;
        } else if self.unused.len() < UNUSED_MAX {
            self.unused_index.insert(column.to_owned(), self.unused.len());
            self.unused.push((column.to_owned(), rows));
        }
    }

    /// Hands over the columns that nothing uses, each with the number of its rows.
    pub(super) fn take_unused(&mut self) -> Vec<(String, u64)> {
        self.unused_index.clear();
        std::mem::take(&mut self.unused)
    }

    /// Returns the unused columns, each with the declared one it may be meant to be: columns, then keys in `properties`.
    pub(super) fn unused_columns(&self) -> Vec<UnusedColumn> {
        let absent = || self.columns.iter().filter(|column| !column.found).map(|column| column.source.as_str());
        let hint = |name: &str| {
            let last = name.strip_prefix("properties.").unwrap_or(name);
            nearest(last, absent()).map(str::to_owned)
        };
        let describe = |(column, rows): &(String, u64)| {
            let nearest = hint(column);
            UnusedColumn { kind: self.kind, column: column.clone(), rows: *rows, nearest }
        };
        let mut columns: Vec<UnusedColumn> = self.unused.iter().map(describe).collect();
        // Which of the two comes first in the input depends on where its pieces end.
        columns.sort_by_key(|unused| unused.column.starts_with("properties."));
        columns
    }

    /// Returns the time or `updated_at` of an admitted row; missing is earlier than any.
    pub(crate) fn times(&self) -> &[i64] {
        match &self.time.values {
            Column::Time(times) => times,
            _ => &[],
        }
    }
}

/// Why a reserved value will not do.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Missing,
    Unreadable,
}

const _: () = assert!(MISSING_TIME == i64::MIN, "a missing updated_at must be the earliest");
