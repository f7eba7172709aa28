//! The leads' keys of the rows of one piece of a file, before they have lead numbers.

use crate::ids::Key;

/// For each admitted row the place of its key in a list; the list may hold a key more than once.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeadKeys {
    codes: Vec<u32>,
    entries: Vec<Entry>,
    /// Texts of entries, one after the other.
    text: String,
    /// How many entries belong to a dictionary of the file and outlive the rows read so far.
    lasting: usize,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Number(i64),
    Text { start: usize, end: usize },
}

impl LeadKeys {
    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
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
            Key::Number(number) => Entry::Number(number),
            Key::Text(text) => {
                let start = self.text.len();
                self.text.push_str(text);
                Entry::Text { start, end: self.text.len() }
            }
        });
        place
    }

    /// Makes all entries so far a dictionary: they stay when rows are cleared.
    pub(super) fn keep_entries(&mut self) {
        self.lasting = self.entries.len();
    }

    /// Appends rows by the places of their keys.
    pub(super) fn extend(&mut self, places: &[u32]) {
        self.codes.extend_from_slice(places);
    }

    fn get(&self, place: u32) -> Option<Key<'_>> {
        self.entries.get(place as usize).map(|entry| match *entry {
            Entry::Number(number) => Key::Number(number),
            Entry::Text { start, end } => Key::Text(self.text.get(start..end).unwrap_or_default()),
        })
    }

    /// Appends the lead number of each row to `leads`. `numbers` holds those of the first entries and grows with them;
    /// it can be given again after [`LeadKeys::clear_rows`].
    pub(crate) fn resolve(&self, mut find: impl FnMut(Key<'_>) -> u32, numbers: &mut Vec<u32>, leads: &mut Vec<u32>) {
        for place in numbers.len()..self.entries.len() {
            numbers.push(self.get(place as u32).map_or(u32::MAX, &mut find));
        }
        leads.extend(self.codes.iter().map(|&code| numbers.get(code as usize).copied().unwrap_or(u32::MAX)));
    }

    /// Forgets all rows; returns how many entries are left.
    pub(crate) fn clear_rows(&mut self) -> usize {
        self.codes.clear();
        self.entries.truncate(self.lasting);
        let end = self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Text { end, .. } => Some(*end),
            Entry::Number(_) => None,
        });
        self.text.truncate(end.unwrap_or(0));
        self.lasting
    }
}
