//! The leads' keys of the rows of one piece of a file, before they have lead numbers.

use crate::ids::{Key, KeyRun};

/// For each admitted row the place of its key in a list; the list may hold a key more than once.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeadKeys {
    codes: Vec<u32>,
    /// The list, as long as it is a run, which only that of leads may be: it takes half the space, and needs no text.
    run: Option<KeyRun>,
    entries: Vec<Entry>,
    /// Texts of entries, one after the other.
    text: String,
    /// How many entries belong to a dictionary of the file and outlive the rows read so far.
    lasting: usize,
    /// Bytes of their texts.
    lasting_text: usize,
    /// How many rows are known to come.
    pub(super) expected: usize,
}

/// The lead numbers of a list of keys.
pub(crate) enum EntryLeads {
    /// One after the other, from this on.
    From(u32),
    Each(Vec<u32>),
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
    /// Returns keys for rows of leads.
    pub(super) fn of_leads() -> LeadKeys {
        LeadKeys { run: Some(KeyRun::default()), ..LeadKeys::default() }
    }

    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// Makes room for so many rows of which each has a key of its own.
    pub(super) fn reserve_each(&mut self, rows: usize) {
        self.codes.reserve(rows);
        match &mut self.run {
            Some(run) => run.reserve(rows),
            None => self.entries.reserve(rows),
        }
    }

    /// Makes room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows);
    }

    /// Makes room for so many entries whose texts have so many bytes.
    pub(super) fn reserve_texts(&mut self, entries: usize, bytes: usize) {
        if self.run.is_none() {
            self.entries.reserve(entries);
            self.text.reserve(bytes);
        }
    }

    /// Appends a row with its key.
    pub(super) fn push(&mut self, key: Key<'_>) {
        // Events of one lead often stand together: then its key is looked up once.
        if self.run.is_some() {
            let code = self.add(key);
            return self.codes.push(code);
        }
        let last = self.entries.len().wrapping_sub(1) as u32;
        let code = if self.get(last) == Some(key) && last as usize >= self.lasting { last } else { self.add(key) };
        self.codes.push(code);
    }

    /// Appends an entry without a row; returns its place.
    #[inline]
    pub(super) fn add(&mut self, key: Key<'_>) -> u32 {
        if self.run.is_some() { self.add_to_run(key) } else { self.list(key) }
    }

    /// Appends an entry to the run, which ends where the entry does not go on with it. Stays out of the loops that add the keys of
    /// events, many more than those of leads.
    #[inline(never)]
    fn add_to_run(&mut self, key: Key<'_>) -> u32 {
        if let Some(place) = self.run.as_mut().and_then(|run| run.take(key)) {
            return place;
        }
        self.end_run();
        self.list(key)
    }

    #[inline]
    fn list(&mut self, key: Key<'_>) -> u32 {
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

    /// Writes the entries of a run down one by one; there may be others from now on.
    fn end_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        self.entries.reserve(run.len());
        run.for_each(|key| {
            self.list(key);
        });
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

    /// Returns the entries, where they are a run.
    pub(super) fn run(&self) -> Option<&KeyRun> {
        self.run.as_ref()
    }

    /// Returns the entries, a run or not.
    pub(super) fn all_entries(&mut self) -> impl ExactSizeIterator<Item = Key<'_>> + Clone {
        self.end_run();
        self.entries(0)
    }

    /// Returns the entries from a place on, which are not a run: those of events never are.
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

    /// Appends the lead number of each row.
    pub(super) fn resolve(&self, entries: &EntryLeads, of_rows: &mut Vec<u32>) {
        match entries {
            EntryLeads::From(start) => of_rows.extend(self.codes.iter().map(|&code| start + code)),
            EntryLeads::Each(leads) => {
                of_rows.extend(self.codes.iter().map(|&code| leads.get(code as usize).copied().unwrap_or(u32::MAX)));
            }
        }
    }

    /// Forgets all rows; returns how many entries are left.
    pub(crate) fn clear_rows(&mut self) -> usize {
        self.codes.clear();
        self.entries.truncate(self.lasting);
        self.text.truncate(self.lasting_text);
        self.lasting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The keys of all rows, as texts.
    fn rows(mut keys: LeadKeys) -> Vec<String> {
        let entries: Vec<String> = keys
            .all_entries()
            .map(|key| match key {
                Key::Text(text) => text.to_owned(),
                Key::Number(number) => number.to_string(),
            })
            .collect();
        keys.codes().iter().map(|&code| entries[code as usize].clone()).collect()
    }

    proptest! {
        #[test]
        fn every_row_has_its_key_whether_keys_are_a_run_or_not(
            prefix in "(lead_|C-|)",
            digits in 1_usize..10,
            numbers in prop::collection::vec(0_i64..2_000, 0..60),
            sorted in 0_usize..60,
            others in prop::collection::vec((0_usize..60, "[a-c]{1,3}|-?[1-9][0-9]{0,4}|0[0-9]{1,3}"), 0..2),
        ) {
            let mut numbers = numbers;
            let sorted = sorted.min(numbers.len());
            numbers[..sorted].sort_unstable();
            let mut texts: Vec<String> = numbers.iter().map(|number| format!("{prefix}{number:0digits$}")).collect();
            for (at, other) in others {
                texts.insert(at.min(texts.len()), other);
            }
            let (mut of_leads, mut of_events, mut added) = (LeadKeys::of_leads(), LeadKeys::default(), LeadKeys::of_leads());
            for text in &texts {
                of_leads.push(Key::of(text));
                of_events.push(Key::of(text));
                let code = added.add(Key::of(text));
                added.codes.push(code);
            }
            for keys in [of_leads, of_events, added] {
                prop_assert_eq!(&rows(keys), &texts);
            }
        }
    }

    #[test]
    fn rising_keys_are_a_run() {
        let run = |texts: &[&str]| {
            let mut keys = LeadKeys::of_leads();
            texts.iter().for_each(|text| keys.push(Key::of(text)));
            keys.run().map(KeyRun::len)
        };
        assert_eq!(run(&["L08", "L09", "L09", "L11", "L112"]), Some(4));
        assert_eq!(run(&["8", "9", "1000"]), Some(3));
        assert_eq!([run(&["L9", "L8"]), run(&["L08", "L9"]), run(&["L8", "L09"]), run(&["8", "x"])], [None; 4]);
    }
}
