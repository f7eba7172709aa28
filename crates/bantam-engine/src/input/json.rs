//! Looks up keys and paths in JSON objects without building them: a value is a piece of the text, digits and all.
//!
//! One [`ObjectKeys`] serves all objects of a file that have the same meaning: rows, or `properties`. It knows the keys that
//! matter by a small number, their slot, and an object is gone through once, noting in each slot where its value stands.

mod common;
mod literal;
mod shape;

use super::cell::{ColumnBuilder, Given};
use super::report::Spot;
use super::rows::Rows;
use hashbrown::HashMap;
use literal::Literal;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
pub(super) use shape::{RowKeys, Shapes};
use std::fmt;

/// How many keys that nothing uses are remembered by name.
const UNUSED_KEYS_MAX: usize = 1_000;

/// The keys that matter in objects of one meaning, and where the last object has them.
#[derive(Clone)]
pub(super) struct ObjectKeys {
    slots: Vec<Slot>,
    index: HashMap<Vec<u8>, usize>,
    /// Slots in the order of the last object's keys: the next object most likely has the same.
    order: Vec<usize>,
    /// Where each column of the definition may be found; `None` where it is not looked up here.
    sources: Vec<Option<Source>>,
    /// Number of the object last read.
    object: u64,
    /// Whether there are no escapes in it.
    plain: bool,
    /// How many entries it has, where it is plain.
    entries: usize,
    unused: usize,
    /// What stands before the name of an unused key in reports.
    prefix: &'static str,
}

#[derive(Clone)]
struct Slot {
    name: String,
    /// How it is spelled as a key, where that is short.
    spelling: Option<Literal>,
    used: bool,
    seen: u64,
    /// The object in which it was last seen.
    object: u64,
    start: usize,
    end: usize,
}

/// A path: the key itself, else the rest of the path in the object under a shorter key.
#[derive(Clone)]
struct Source {
    whole: usize,
    nested: Vec<(usize, String)>,
}

impl ObjectKeys {
    /// Creates keys of rows.
    pub(super) fn of_rows() -> ObjectKeys {
        ObjectKeys {
            slots: Vec::new(),
            index: HashMap::new(),
            order: Vec::new(),
            sources: Vec::new(),
            object: 0,
            plain: false,
            entries: 0,
            unused: 0,
            prefix: "",
        }
    }

    /// Creates keys of objects that stand in `properties`.
    pub(super) fn inside_properties() -> ObjectKeys {
        ObjectKeys { prefix: "properties.", ..ObjectKeys::of_rows() }
    }

    /// Adds the next column of the definition, with the path under which to look it up.
    pub(super) fn add(&mut self, path: Option<&str>) {
        let source = path.map(|path| Source {
            whole: self.slot(path),
            nested: splits(path).map(|(first, rest)| (self.slot(first), rest.to_owned())).collect(),
        });
        self.sources.push(source);
    }

    /// Returns the slot of a key that is used.
    pub(super) fn slot(&mut self, key: &str) -> usize {
        let slot = match self.index.get(key.as_bytes()) {
            Some(&slot) => slot,
            None => self.new_slot(key.as_bytes()),
        };
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.used = true;
        }
        slot
    }

    fn new_slot(&mut self, key: &[u8]) -> usize {
        let slot = self.slots.len();
        let name = String::from_utf8_lossy(key).into_owned();
        let spelling = Literal::of_key(key);
        self.slots.push(Slot { name, spelling, used: false, seen: 0, object: 0, start: 0, end: 0 });
        self.index.insert(key.to_vec(), slot);
        slot
    }

    /// Goes through an object. Of equal keys the last counts.
    pub(super) fn read(&mut self, text: &str) -> Result<(), String> {
        self.object += 1;
        let entries = self.read_common(text);
        self.plain = entries.is_some();
        if let Some(entries) = entries {
            self.entries = entries;
            return Ok(());
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let base = text.as_ptr() as usize;
        let read = json.deserialize_map(EntryVisitor { keys: self, base }).and_then(|()| json.end());
        read.map_err(|error| {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            format!("{message} (at byte {})", error.column())
        })
    }

    /// Notes where the value of a slot stands in the object that is read.
    #[inline]
    fn note(&mut self, slot: Option<usize>, start: usize, end: usize) {
        if let Some(slot) = slot.and_then(|slot| self.slots.get_mut(slot)) {
            slot.seen += u64::from(slot.object != self.object);
            (slot.object, slot.start, slot.end) = (self.object, start, end);
        }
    }

    /// Returns whether there are certainly no escapes in the object last read.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Returns the value of a slot in the object last read, whose text this must be.
    pub(super) fn value<'t>(&self, text: &'t str, slot: usize) -> Option<&'t str> {
        let slot = self.slots.get(slot).filter(|slot| slot.object == self.object)?;
        text.get(slot.start..slot.end)
    }

    /// Returns the value of a column in the object last read, whose text this must be.
    pub(super) fn find<'t>(&self, text: &'t str, column: usize) -> Option<&'t str> {
        let source = self.sources.get(column)?.as_ref()?;
        if let Some(value) = self.value(text, source.whole) {
            return Some(value);
        }
        source.nested.iter().find_map(|(slot, rest)| look_up(self.value(text, *slot)?, rest))
    }

    /// Goes through the object that a cell of `properties` holds as text; counts it where it holds something else.
    pub(super) fn read_properties_text<'t>(&mut self, text: &'t str, rows: &mut Rows, spot: Spot) -> Option<&'t str> {
        if rows.is_missing_text(text) {
            return None;
        }
        if text.starts_with('{') && self.read(text).is_ok() {
            return Some(text);
        }
        rows.count_bad_properties(Given::Text(text).shown(), spot);
        None
    }

    /// Appends a column's value in the object last read, whose text this must be.
    pub(super) fn push_found(&self, object: Option<&str>, at: usize, column: &mut ColumnBuilder, spot: Spot) {
        match object.and_then(|text| self.find(text, at)) {
            Some(raw) => push_json(column, raw, self.plain, spot),
            None => column.push(Given::Missing, spot),
        }
    }

    /// Reports the keys that nothing uses.
    pub(super) fn report_unused(&self, rows: &mut Rows) {
        for slot in self.slots.iter().filter(|slot| !slot.used) {
            rows.count_unused(&format!("{}{}", self.prefix, slot.name), slot.seen);
        }
    }

    /// Returns the slot of a key that stands at a place among its object's keys; `None` for one key too many.
    fn slot_of(&mut self, key: &[u8], place: usize) -> Option<usize> {
        let guess = self.order.get(place).copied();
        if let Some(slot) = guess.filter(|&slot| self.slots.get(slot).is_some_and(|slot| slot.name.as_bytes() == key)) {
            return Some(slot);
        }
        let slot = match self.index.get(key) {
            Some(&slot) => slot,
            None if self.unused < UNUSED_KEYS_MAX => {
                self.unused += 1;
                self.new_slot(key)
            }
            None => return None,
        };
        if place == self.order.len() && place < UNUSED_KEYS_MAX {
            self.order.push(slot);
        } else if let Some(expected) = self.order.get_mut(place) {
            *expected = slot;
        }
        Some(slot)
    }
}

/// Appends a JSON value.
#[inline]
pub(super) fn push_json(column: &mut ColumnBuilder, raw: &str, plain: bool, spot: Spot) {
    let mut scratch = String::new();
    column.found = true;
    column.push(given(raw, plain, &mut scratch), spot);
}

/// Returns what a JSON value gives; a text with escapes is spelled out in `scratch`. Where `plain` there are none.
#[inline]
pub(super) fn given<'t>(raw: &'t str, plain: bool, scratch: &'t mut String) -> Given<'t> {
    if plain || !raw.starts_with('"') || memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return given_plain(raw);
    }
    match serde_json::from_str::<String>(raw) {
        Ok(text) => {
            *scratch = text;
            Given::Text(scratch)
        }
        // A half of a surrogate pair alone.
        Err(_) => Given::Other(raw),
    }
}

/// Returns what a JSON value gives that is no text with escapes.
#[inline]
pub(super) fn given_plain(raw: &str) -> Given<'_> {
    match raw.as_bytes().first() {
        None | Some(b'n') => Given::Missing,
        Some(b't') => Given::Boolean(true),
        Some(b'f') => Given::Boolean(false),
        Some(b'{' | b'[') => Given::Other(raw),
        Some(b'"') => Given::Text(raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()),
        Some(_) if !raw.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) => Given::Digits(raw),
        Some(_) => match raw.parse::<f64>() {
            Ok(number) if number.is_finite() => Given::Number(number),
            _ => Given::Overflow(raw),
        },
    }
}

/// Returns the value at a path: the key itself, else the rest of the path under a shorter key, longer keys first.
fn look_up<'t>(object: &'t str, path: &str) -> Option<&'t str> {
    if !object.starts_with('{') {
        return None;
    }
    last_value(object, path)
        .or_else(|| splits(path).find_map(|(first, rest)| look_up(last_value(object, first)?, rest)))
}

/// Returns the ways to split a path in two at a dot, longest first part first.
pub(super) fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.rmatch_indices('.').map(|(at, _)| (path.get(..at).unwrap_or(""), path.get(at + 1..).unwrap_or("")))
}

fn last_value<'t>(object: &'t str, key: &str) -> Option<&'t str> {
    let mut keys = ObjectKeys::of_rows();
    let slot = keys.slot(key);
    // No names of other keys are kept here.
    keys.unused = UNUSED_KEYS_MAX;
    keys.read(object).ok()?;
    keys.value(object, slot)
}

struct EntryVisitor<'k> {
    keys: &'k mut ObjectKeys,
    base: usize,
}

impl<'de> Visitor<'de> for EntryVisitor<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let EntryVisitor { keys, base } = self;
        let mut place = 0;
        while let Some(slot) = map.next_key_seed(KeyVisitor { keys, place })? {
            place += 1;
            let value: &'de RawValue = map.next_value()?;
            let start = value.get().as_ptr() as usize - base;
            keys.note(slot, start, start + value.get().len());
        }
        Ok(())
    }
}

/// Turns a key into its slot. Keys are bytes here, so one that is no Unicode does not spoil its object.
struct KeyVisitor<'k> {
    keys: &'k mut ObjectKeys,
    place: usize,
}

impl<'de> DeserializeSeed<'de> for KeyVisitor<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for KeyVisitor<'_> {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_bytes<E: Error>(self, key: &[u8]) -> Result<Self::Value, E> {
        Ok(self.keys.slot_of(key, self.place))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        self.visit_bytes(key.as_bytes())
    }
}
