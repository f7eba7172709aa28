//! Leads' keys and their numbers.
//!
//! A key is a text. Many are whole numbers, in files that hold them as such and in files that hold them as text; those are
//! looked up as numbers, which takes a third of the time.

use crate::columns::TextList;
use crate::slots::{LOOK_UPS, Mark, Slots};
use std::fmt::Write;
use std::hash::BuildHasher;

/// A lead's key in one of its two spellings. Two keys are equal where their texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key<'k> {
    /// A text that [`whole_number`] does not know.
    Text(&'k str),
    /// The text that `Display` writes of it.
    Number(i64),
}

impl<'k> Key<'k> {
    /// Returns the key with this text.
    pub(crate) fn of(text: &'k str) -> Key<'k> {
        whole_number(text).map_or(Key::Text(text), Key::Number)
    }
}

/// Returns the number whose `Display` is exactly this text: neither `007` nor `+7` is one, nor is the least of all.
fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let plain = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.len() < 19 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if plain { text.parse().ok().filter(|&number| number != NO_NUMBER) } else { None }
}

/// Distinct keys of leads, numbered from 0 in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct LeadIds {
    texts: TextList,
    /// The number that each key is, as far as any is one; [`NO_NUMBER`] where it is another text.
    numbers: Vec<i64>,
    slots: Slots,
    hasher: hashbrown::DefaultHashBuilder,
    upper: Upper,
}

/// What the numbers among keys have in common.
///
/// Slots hold the lower half of a number. While all keys are numbers with one upper half, that tells them apart, and a
/// look-up reads memory once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Upper {
    /// There are no keys.
    #[default]
    Open,
    /// All keys are numbers with this upper half.
    Same(i32),
    /// There are others.
    Mixed,
}

/// So many leads are looked at before a key is looked up.
const NEAR: u32 = 4;

/// Stands for keys that are no numbers. The key of this very number is looked up as a text.
const NO_NUMBER: i64 = i64::MIN;

impl LeadIds {
    /// Returns the number of leads.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Returns whether there are no leads.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Returns the key of a lead number; `None` for one never given out.
    pub fn get(&self, lead: u32) -> Option<&str> {
        self.texts.get(lead)
    }

    /// Returns the lead number of a key.
    pub fn code(&self, id: &str) -> Option<u32> {
        self.find(Key::of(id))
    }

    /// Returns all keys in the order of lead numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    /// Returns the lead number of a key.
    pub(crate) fn find(&self, key: Key<'_>) -> Option<u32> {
        self.slots.find(self.mark(key), |lead| self.is_marked(lead, key))
    }

    /// Returns all keys that are numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = i64> {
        self.numbers.iter().copied().filter(|&number| number != NO_NUMBER)
    }

    /// Looks up many keys; calls `each` with every key, in order, and its lead number.
    pub(crate) fn find_all<'k>(
        &self,
        mut keys: impl Iterator<Item = Key<'k>>,
        mut each: impl FnMut(Key<'k>, Option<u32>),
    ) {
        // In files of one order a lead is most often followed by one of the next.
        let (mut next, mut is_ordered) = (0, true);
        let mut waiting = Vec::with_capacity(LOOK_UPS);
        loop {
            waiting.clear();
            waiting.extend(keys.by_ref().take(LOOK_UPS));
            if waiting.is_empty() {
                return;
            }
            if is_ordered {
                let mut followed = 0;
                for &key in &waiting {
                    let found = (next..next + NEAR).find(|&lead| self.is(lead, key));
                    followed += usize::from(found.is_some());
                    let found = found.or_else(|| self.find(key));
                    next = found.map_or(next, |lead| lead + 1);
                    each(key, found);
                }
                is_ordered = followed * 2 > waiting.len();
                continue;
            }
            let fetched = self.fetch(&waiting);
            for (&key, (mark, likely)) in waiting.iter().zip(fetched) {
                let found = match likely {
                    Some(lead) if self.is_marked(lead, key) => likely,
                    Some(_) => self.slots.find(mark, |lead| self.is_marked(lead, key)),
                    None => None,
                };
                each(key, found);
            }
        }
    }

    /// Returns the marks of keys and the leads they most likely are, when all that tells is in the cache.
    fn fetch(&self, keys: &[Key<'_>]) -> [(Mark, Option<u32>); LOOK_UPS] {
        let mut fetched = [(Mark::default(), None); LOOK_UPS];
        let mut touched = 0;
        for ((mark, _), &key) in fetched.iter_mut().zip(keys) {
            *mark = self.mark(key);
            touched ^= self.slots.touch(*mark);
        }
        for (mark, likely) in fetched.iter_mut().take(keys.len()) {
            *likely = self.slots.likely(*mark);
        }
        if self.upper == Upper::Mixed {
            for (&(_, likely), key) in fetched.iter().zip(keys) {
                let lead = likely.unwrap_or(0);
                touched ^= match key {
                    Key::Number(_) => self.numbers.get(lead as usize).map_or(0, |&number| number as u32),
                    Key::Text(_) => self.texts.get(lead).map_or(0, |text| text.len() as u32 ^ first_byte(text)),
                };
            }
        }
        // What was fetched must be, though nobody looks at it.
        std::hint::black_box(touched);
        fetched
    }

    /// Returns the lead number of a key, giving out the next one where it is new.
    pub(crate) fn intern(&mut self, key: Key<'_>) -> u32 {
        let mark = self.mark(key);
        match self.slots.find(mark, |lead| self.is_marked(lead, key)) {
            Some(lead) => lead,
            None => self.add(mark, key),
        }
    }

    /// Appends the lead number of each key, giving out the next ones to those that are new.
    pub(crate) fn intern_all<'k>(&mut self, mut keys: impl Iterator<Item = Key<'k>>, leads: &mut Vec<u32>) {
        let mut waiting = Vec::with_capacity(LOOK_UPS);
        loop {
            waiting.clear();
            waiting.extend(keys.by_ref().take(LOOK_UPS));
            if waiting.is_empty() {
                return;
            }
            let fetched = self.fetch(&waiting);
            for (&key, (mark, _)) in waiting.iter().zip(fetched) {
                let known = self.slots.find(mark, |lead| self.is_marked(lead, key));
                leads.push(known.unwrap_or_else(|| self.add(mark, key)));
            }
        }
    }

    /// Gives a new key the next number.
    fn add(&mut self, mark: Mark, key: Key<'_>) -> u32 {
        let lead = self.len() as u32;
        self.upper = match (self.upper, key) {
            (Upper::Open, Key::Number(number)) => Upper::Same(upper(number)),
            (Upper::Same(common), Key::Number(number)) if upper(number) == common => self.upper,
            _ => Upper::Mixed,
        };
        match key {
            Key::Text(text) => {
                self.texts.push(text);
                if !self.numbers.is_empty() {
                    self.numbers.push(NO_NUMBER);
                }
            }
            Key::Number(number) => {
                let mut digits = Digits::default();
                // A number of 64 bits has at most 20 characters.
                let _ = write!(digits, "{number}");
                self.texts.push(digits.text());
                self.numbers.resize(lead as usize, NO_NUMBER);
                self.numbers.push(number);
            }
        }
        let LeadIds { texts, numbers, slots, hasher, .. } = self;
        slots.insert(mark, lead, |lead| mark_of(hasher, numbers, texts, lead));
        lead
    }

    /// Makes room for more leads.
    pub(crate) fn reserve(&mut self, more: usize) {
        let LeadIds { texts, numbers, slots, hasher, .. } = self;
        slots.reserve(more, |lead| mark_of(hasher, numbers, texts, lead));
    }

    fn mark(&self, key: Key<'_>) -> Mark {
        match key {
            Key::Text(text) => Mark::of_hash(self.hasher.hash_one(text)),
            Key::Number(number) => mark_of_number(&self.hasher, number),
        }
    }

    /// Returns whether a lead whose mark is the key's has this key.
    fn is_marked(&self, lead: u32, key: Key<'_>) -> bool {
        match (self.upper, key) {
            (Upper::Same(common), Key::Number(number)) => upper(number) == common,
            _ => self.is(lead, key),
        }
    }

    fn is(&self, lead: u32, key: Key<'_>) -> bool {
        match key {
            Key::Text(text) => self.texts.get(lead) == Some(text),
            Key::Number(number) => self.numbers.get(lead as usize) == Some(&number),
        }
    }
}

fn first_byte(text: &str) -> u32 {
    text.as_bytes().first().map_or(0, |&byte| u32::from(byte))
}

fn mark_of(hasher: &hashbrown::DefaultHashBuilder, numbers: &[i64], texts: &TextList, lead: u32) -> Mark {
    match numbers.get(lead as usize) {
        Some(&number) if number != NO_NUMBER => mark_of_number(hasher, number),
        _ => Mark::of_hash(hasher.hash_one(texts.get(lead).unwrap_or_default())),
    }
}

fn mark_of_number(hasher: &hashbrown::DefaultHashBuilder, number: i64) -> Mark {
    Mark { hash: hasher.hash_one(number), part: number as u32 }
}

fn upper(number: i64) -> i32 {
    (number >> 32) as i32
}

/// Room for the characters of one number.
#[derive(Default)]
struct Digits {
    bytes: [u8; 20],
    len: usize,
}

impl Digits {
    fn text(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(std::fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_differ_in_their_upper_half_alone_are_two_leads() {
        let mut ids = LeadIds::default();
        let other = 7 + (1 << 32);
        assert_eq!(
            (ids.intern(Key::Number(7)), ids.find(Key::Number(other)), ids.find(Key::Text("x"))),
            (0, None, None)
        );
        assert_eq!((ids.intern(Key::Number(other)), ids.find(Key::Number(7))), (1, Some(0)));
        assert_eq!((ids.intern(Key::Text("x")), ids.find(Key::Number(other))), (2, Some(1)));
    }

    #[test]
    fn a_number_and_its_text_are_one_lead() {
        let mut ids = LeadIds::default();
        let texts =
            ["7", "007", "-7", "-0", "0", "+7", "9223372036854775807", "9223372036854775808", "7.0", "", "lead"];
        for (number, text) in (0..).zip(texts) {
            assert_eq!(ids.intern(Key::of(text)), number, "{text}");
        }
        for (number, text) in (0..).zip(texts) {
            assert_eq!((ids.code(text), ids.get(number)), (Some(number), Some(text)));
        }
        let numbers = [(7, Some(0)), (-7, Some(2)), (0, Some(4)), (i64::MAX, Some(6)), (12, None)];
        assert_eq!(numbers.map(|(number, _)| ids.find(Key::Number(number))), numbers.map(|(_, lead)| lead));
        let least = "-9223372036854775808";
        assert_eq!((Key::of(least), ids.intern(Key::of(least))), (Key::Text(least), 11));
        assert_eq!((ids.code(least), ids.intern(Key::of("13")), ids.intern(Key::of("x"))), (Some(11), 12, 13));

        let all: Vec<String> = ids.iter().map(str::to_owned).collect();
        let keys = all.iter().chain(all.iter().rev()).chain(all.iter().step_by(3).cycle().take(100));
        let keys: Vec<&str> = keys.map(String::as_str).chain(["none", "99"]).collect();
        let mut found = Vec::new();
        ids.find_all(keys.iter().map(|text| Key::of(text)), |_, lead| found.push(lead));
        assert_eq!(found, keys.iter().map(|text| ids.code(text)).collect::<Vec<_>>());
    }
}
