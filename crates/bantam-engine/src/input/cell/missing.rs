//! Texts that mean "no value".

use bantam_lang::convert::parse_number;

/// Texts that mean "no value" in one column.
#[derive(Clone, Debug, Default)]
pub(super) struct MissingTexts {
    texts: Vec<String>,
    /// Bit n is set where a text of n bytes is listed, bit 63 for 63 and more: most cells need no further look.
    lengths: u64,
    /// Whether a text that begins with each byte is listed, a bit for each: nor do most of those of such a length.
    starts: [u64; 4],
    /// Entries that read as a number, for number columns.
    numbers: Vec<f64>,
}

impl MissingTexts {
    pub(super) fn new(lists: [&[String]; 2]) -> MissingTexts {
        let mut texts: Vec<String> = lists.iter().copied().flatten().map(|text| text.trim().to_owned()).collect();
        texts.sort();
        texts.dedup();
        let lengths = texts.iter().fold(0, |bits, text| bits | length_bit(text));
        let mut starts = [0; 4];
        for start in texts.iter().filter_map(|text| text.bytes().next()) {
            if let Some(word) = starts.get_mut(usize::from(start / 64)) {
                *word |= 1 << (start % 64);
            }
        }
        let numbers = texts.iter().filter_map(|text| parse_number(text)).collect();
        MissingTexts { texts, lengths, starts, numbers }
    }

    /// Returns whether a trimmed text means "no value".
    #[inline]
    pub(super) fn has(&self, text: &str) -> bool {
        text.is_empty()
            || (self.may_have(text) && self.texts.binary_search_by(|listed| listed.as_str().cmp(text)).is_ok())
    }

    /// Returns false where a text that is not empty is certainly not listed.
    #[inline]
    pub(super) fn may_have(&self, text: &str) -> bool {
        self.lengths & length_bit(text) != 0 && text.bytes().next().is_none_or(|start| self.has_text_from(start))
    }

    /// Returns whether any text that is listed begins with a byte.
    #[inline]
    pub(super) fn has_text_from(&self, byte: u8) -> bool {
        self.starts.get(usize::from(byte / 64)).is_some_and(|word| word >> (byte % 64) & 1 == 1)
    }

    /// Returns whether any text that means "no value" reads as a number.
    #[inline]
    pub(super) fn has_numbers(&self) -> bool {
        !self.numbers.is_empty()
    }

    pub(super) fn has_number(&self, number: f64) -> bool {
        self.numbers.contains(&number)
    }
}

#[inline]
fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}
