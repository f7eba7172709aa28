//! Texts that came lately in one column: most columns hold few texts, over and over, and most texts are short.
//!
//! Each text has one entry where it may stand; the later of two that have the same one stays. What is not found may be in
//! the dictionary all the same.

use crate::columns::Dictionary;

/// How many bits of a sketch choose the entry: 1,024 entries of 48 bytes.
const ENTRY_BITS: u32 = 10;
/// A text up to this length is known by its sketch alone.
const SKETCHED_BYTES: usize = 32;

/// Codes of the texts that came lately, by what they look like.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct RecentTexts(Vec<Entry>);

/// The first bytes of a text, with zeros behind it.
type Sketch = [u128; 2];

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    sketch: Sketch,
    /// 0 where there is no text.
    length: u32,
    code: u32,
}

impl RecentTexts {
    /// Returns the code of a text.
    #[inline]
    pub(in super::super) fn find(&self, text: &str, dictionary: &Dictionary) -> Option<u32> {
        self.find_bytes(text.as_bytes(), dictionary)
    }

    /// Returns the code of a text that stands in a block.
    #[inline]
    pub(in super::super) fn find_in(
        &self,
        block: &[u8],
        start: usize,
        length: usize,
        dictionary: &Dictionary,
    ) -> Option<u32> {
        match block.get(start..).and_then(|rest| rest.first_chunk()) {
            Some(ahead) if length <= SKETCHED_BYTES => self.find_sketched(cut(ahead, length), length),
            _ => self.find_bytes(block.get(start..start + length)?, dictionary),
        }
    }

    #[inline]
    fn find_bytes(&self, text: &[u8], dictionary: &Dictionary) -> Option<u32> {
        let code = self.find_sketched(sketch(text), text.len())?;
        let is_it = text.len() <= SKETCHED_BYTES || dictionary.get(code).is_some_and(|known| known.as_bytes() == text);
        is_it.then_some(code)
    }

    /// Returns the code of a text with this sketch and length.
    #[inline]
    fn find_sketched(&self, sketch: Sketch, length: usize) -> Option<u32> {
        let entry = self.0.get(place(sketch))?;
        let alike = entry.sketch == sketch && entry.length as usize == length && entry.length > 0;
        alike.then_some(entry.code)
    }

    /// Takes note of a text and its code.
    pub(in super::super) fn note(&mut self, text: &str, code: u32) {
        if self.0.is_empty() {
            self.0.resize(1 << ENTRY_BITS, Entry::default());
        }
        let sketch = sketch(text.as_bytes());
        if let (Some(entry), Ok(length)) = (self.0.get_mut(place(sketch)), u32::try_from(text.len())) {
            *entry = Entry { sketch, length, code };
        }
    }
}

#[inline]
fn sketch(text: &[u8]) -> Sketch {
    match text.first_chunk() {
        Some(first) => halves(first),
        None => {
            let mut padded = [0; SKETCHED_BYTES];
            padded.iter_mut().zip(text).for_each(|(slot, &byte)| *slot = byte);
            halves(&padded)
        }
    }
}

#[inline]
fn halves(bytes: &[u8; SKETCHED_BYTES]) -> Sketch {
    match bytes.as_chunks() {
        ([first, second], _) => [u128::from_le_bytes(*first), u128::from_le_bytes(*second)],
        // There are exactly two.
        _ => [0; 2],
    }
}

/// Returns the sketch of the first `length` of some bytes.
#[inline]
fn cut(bytes: &[u8; SKETCHED_BYTES], length: usize) -> Sketch {
    let [first, second] = halves(bytes);
    let mask = |length: usize| MASKS.get(length.min(16)).copied().unwrap_or(u128::MAX);
    [first & mask(length), second & mask(length.saturating_sub(16))]
}

/// By a number of bytes, ones in the place of each of them.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler works this out, and would not accept a place that is not there"
)]
const MASKS: [u128; 17] = {
    let (mut masks, mut length) = ([u128::MAX; 17], 0);
    while length < 16 {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

#[inline]
fn place([first, second]: Sketch) -> usize {
    let mixed = first ^ second.rotate_left(41);
    let mixed = (mixed as u64 ^ ((mixed >> 64) as u64).rotate_left(23)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
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
                let text = "x".repeat(number % 70) + ["a", "b", "ab", "abc"][number / 70 % 4] + &"x".repeat(number % 7);
                if let Some(code) = recent.find(&text, &dictionary) {
                    assert_eq!(dictionary.get(code), Some(text.as_str()));
                    found += 1;
                }
                let code = dictionary.intern(&text);
                recent.note(&text, code);
                assert_eq!(recent.find(&text, &dictionary), Some(code), "{round}");
                for before in ["", "xx"] {
                    let block = [before, &text, &"x".repeat(number % 50)].concat();
                    let found = recent.find_in(block.as_bytes(), before.len(), text.len(), &dictionary);
                    assert_eq!(found, Some(code), "{round}");
                }
            }
        }
        assert!(found > 0);
    }
}
