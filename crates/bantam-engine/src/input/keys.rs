//! The leads' keys of the rows of one piece of a file, before they have lead numbers.

use crate::ids::{Key, KeyRun};

/// For each admitted row the place of its key in a list; the list may hold a key more than once.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeadKeys {
    codes: Vec<u32>,
    entries: Vec<Entry>,
    /// Texts of entries, one after the other.
    text: String,
    /// How many entries belong to a dictionary of the file and outlive the rows read so far.
    lasting: usize,
    /// Bytes of their texts.
    lasting_text: usize,
    /// How many rows are known to come.
    pub(super) expected: usize,
    /// All of them once more, where they are a run.
    run: Option<KeyRun>,
}

/// A key in as little space as serves: there is one for each row of leads.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The number, or where the text starts.
    value: i64,
    /// Bytes of the text; [`NUMBER`] for a number.
    length: u32,
}

/// Longer than any text of a key.
const NUMBER: u32 = u32::MAX;

impl LeadKeys {
    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// Makes room for so many rows of which each has a key of its own.
    pub(super) fn reserve_each(&mut self, rows: usize) {
        self.codes.reserve(rows);
        self.entries.reserve(rows);
    }

    /// Makes room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
    }

    /// Makes room for so many entries whose texts have so many bytes.
    pub(super) fn reserve_texts(&mut self, entries: usize, bytes: usize) {
        self.entries.reserve(entries);
        self.text.reserve(bytes);
    }

    /// Appends a row with its key.
    pub(super) fn push(&mut self, key: Key<'_>) {
        // Events of one lead often stand together: then its key is looked up once.
        let last = self.entries.len().wrapping_sub(1) as u32;
        let code = if self.get(last) == Some(key) && last as usize >= self.lasting { last } else { self.add(key) };
        self.codes.push(code);
    }

    /// Appends an entry without a row; returns its place.
    pub(super) fn add(&mut self, key: Key<'_>) -> u32 {
        let place = self.entries.len() as u32;
        self.entries.push(match key {
            Key::Number(value) => Entry { value, length: NUMBER },
            Key::Text(text) => {
                let value = self.text.len() as i64;
                self.text.push_str(text);
                Entry { value, length: text.len() as u32 }
            }
        });
        place
    }

    /// Makes all entries so far a dictionary: they stay when rows are cleared.
    pub(super) fn keep_entries(&mut self) {
        self.lasting = self.entries.len();
        self.lasting_text = self.text.len();
    }

    /// Takes out the places of rows' keys, so that more can be put behind them.
    pub(super) fn take_codes(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.codes)
    }

    /// Brings the places of rows' keys back.
    pub(super) fn give_codes(&mut self, codes: Vec<u32>) {
        self.codes = codes;
    }

    fn get(&self, place: u32) -> Option<Key<'_>> {
        self.entries.get(place as usize).map(|entry| self.key(entry))
    }

    fn key(&self, entry: &Entry) -> Key<'_> {
        if entry.length == NUMBER {
            return Key::Number(entry.value);
        }
        let start = entry.value as usize;
        Key::Text(self.text.get(start..start + entry.length as usize).unwrap_or_default())
    }

    /// Returns the entries from a place on.
    pub(crate) fn entries(&self, from: usize) -> impl ExactSizeIterator<Item = Key<'_>> + Clone {
        self.entries.iter().skip(from).map(|entry| self.key(entry))
    }

    /// Returns an entry.
    pub(crate) fn entry(&self, place: usize) -> Option<Key<'_>> {
        self.entries.get(place).map(|entry| self.key(entry))
    }

    /// Returns the places of rows' keys among the entries.
    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Prepares the keys of leads, when all rows are there, to be put behind those of other pieces.
    pub(super) fn prepare(&mut self) {
        self.run = KeyRun::of(self.entries(0));
    }

    /// Returns all entries as a run, where they have been prepared and are one.
    pub(super) fn run(&self) -> Option<&KeyRun> {
        self.run.as_ref()
    }

    /// Appends for each row what belongs to its key; `of_entries` holds that for all entries.
    pub(crate) fn resolve(&self, of_entries: &[u32], of_rows: &mut Vec<u32>) {
        of_rows.extend(self.codes.iter().map(|&code| of_entries.get(code as usize).copied().unwrap_or(u32::MAX)));
    }

    /// Forgets all rows; returns how many entries are left.
    pub(crate) fn clear_rows(&mut self) -> usize {
        self.codes.clear();
        self.entries.truncate(self.lasting);
        self.text.truncate(self.lasting_text);
        self.lasting
    }
}
