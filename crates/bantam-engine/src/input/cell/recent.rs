//! Texts that came lately in one column: most columns hold few texts, over and over, and most texts are short.
//!
//! Each text has one entry where it may stand; the later of two that have the same one stays. What is not found may be in
//! the dictionary all the same.

use crate::columns::Dictionary;

/// How many bits of a sketch choose the entry: 1,024 entries of 24 bytes.
const ENTRY_BITS: u32 = 10;
/// A text up to this length is known by its sketch alone.
const SKETCHED_BYTES: usize = 16;

/// Codes of the texts that came lately, by what they look like.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct RecentTexts(Vec<Entry>);

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    head: u64,
    tail: u64,
    /// 0 where there is no text.
    length: u32,
    code: u32,
}

impl RecentTexts {
    /// Returns the code of a text.
    #[inline]
    pub(in super::super) fn find(&self, text: &str, dictionary: &Dictionary) -> Option<u32> {
        let (head, tail) = sketch(text.as_bytes());
        let entry = self.0.get(place(head, tail))?;
        let alike = entry.head == head && entry.tail == tail && entry.length as usize == text.len();
        let is_it =
            alike && entry.length > 0 && (text.len() <= SKETCHED_BYTES || dictionary.get(entry.code) == Some(text));
        is_it.then_some(entry.code)
    }

    /// Takes note of a text and its code.
    pub(in super::super) fn note(&mut self, text: &str, code: u32) {
        if self.0.is_empty() {
            self.0.resize(1 << ENTRY_BITS, Entry::default());
        }
        let (head, tail) = sketch(text.as_bytes());
        if let (Some(entry), Ok(length)) = (self.0.get_mut(place(head, tail)), u32::try_from(text.len())) {
            *entry = Entry { head, tail, length, code };
        }
    }
}

/// Returns the first and the last bytes of a text: of one up to [`SKETCHED_BYTES`] these are all.
#[inline]
fn sketch(text: &[u8]) -> (u64, u64) {
    if let (Some(head), Some(tail)) = (text.first_chunk(), text.last_chunk()) {
        (u64::from_le_bytes(*head), u64::from_le_bytes(*tail))
    } else if let (Some(head), Some(tail)) = (text.first_chunk(), text.last_chunk()) {
        (u64::from(u32::from_le_bytes(*head)), u64::from(u32::from_le_bytes(*tail)))
    } else {
        (text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0)
    }
}

#[inline]
fn place(head: u64, tail: u64) -> usize {
    let mixed = (head ^ tail.rotate_left(23)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - ENTRY_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_under_its_own_code_or_not_at_all() {
        let (mut dictionary, mut recent) = (Dictionary::default(), RecentTexts::default());
        let mut found = 0;
        for round in 0..3 {
            for number in 0..2_000_usize {
                // Texts of all lengths that differ little: in the first, a middle or the last byte, or in length.
                let text = "x".repeat(number % 40) + ["a", "b", "ab", "abc"][number / 40 % 4] + &"x".repeat(number % 7);
                if let Some(code) = recent.find(&text, &dictionary) {
                    assert_eq!(dictionary.get(code), Some(text.as_str()));
                    found += 1;
                }
                let code = dictionary.intern(&text);
                recent.note(&text, code);
                assert_eq!(recent.find(&text, &dictionary), Some(code), "{round}");
            }
        }
        assert!(found > 0);
    }
}
