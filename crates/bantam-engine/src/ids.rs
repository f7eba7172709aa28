//! Leads' keys and their numbers.
//!
//! A key is a text. Many are whole numbers, in files that hold them as such and in files that hold them as text; those are
//! looked up as numbers, which takes a third of the time.

use crate::columns::{TextIndex, TextList};
use hashbrown::HashTable;
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

/// Returns the number whose `Display` is exactly this text: neither `007` nor `+7` is one.
fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let plain = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.len() < 19 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if plain { text.parse().ok() } else { None }
}

/// Distinct keys of leads, numbered from 0 in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct LeadIds {
    texts: TextList,
    words: TextIndex,
    /// Of each key that is a whole number: its two halves and its lead number.
    numbers: HashTable<[u32; 3]>,
    hasher: hashbrown::DefaultHashBuilder,
}

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
        match key {
            Key::Text(text) => self.words.find(&self.texts, text),
            Key::Number(number) => self.find_number(number),
        }
    }

    /// Returns the lead number of a key, giving out the next one where it is new.
    pub(crate) fn intern(&mut self, key: Key<'_>) -> u32 {
        match key {
            Key::Text(text) => self.words.intern(&mut self.texts, text),
            Key::Number(number) => self.find_number(number).unwrap_or_else(|| self.add_number(number)),
        }
    }

    fn find_number(&self, number: i64) -> Option<u32> {
        let halves = halves(number);
        let is_it = |&[high, low, _]: &[u32; 3]| [high, low] == halves;
        self.numbers.find(self.hasher.hash_one(number), is_it).map(|&[_, _, lead]| lead)
    }

    fn add_number(&mut self, number: i64) -> u32 {
        let mut digits = Digits::default();
        // A number of 64 bits has at most 20 characters.
        let _ = write!(digits, "{number}");
        let lead = self.texts.push(digits.text());
        let [high, low] = halves(number);
        let hash = self.hasher.hash_one(number);
        self.numbers.insert_unique(hash, [high, low, lead], |&[high, low, _]| {
            self.hasher.hash_one((u64::from(high) << 32 | u64::from(low)) as i64)
        });
        lead
    }
}

fn halves(number: i64) -> [u32; 2] {
    [(number >> 32) as u32, number as u32]
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
        let numbers = [(7, Some(0)), (-7, Some(2)), (0, Some(4)), (i64::MAX, Some(6)), (i64::MIN, None)];
        assert_eq!(numbers.map(|(number, _)| ids.find(Key::Number(number))), numbers.map(|(_, lead)| lead));
        assert_eq!(ids.intern(Key::Number(i64::MIN)), 11);
        assert_eq!(ids.code("-9223372036854775808"), Some(11));
    }
}
