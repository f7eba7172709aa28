//! Writes many keys one after the other.

use super::key::{PREFIX_MAX, sixteen_digits};
use super::series::Series;
use crate::columns::TextList;

/// So many digits are written at once.
const DIGITS: usize = 16;
/// So many bytes most keys have at most.
const KEY_BYTES: usize = 16;

/// Keys one after the other. A key that is a number is written with as many bytes as it may have, and the next one begins where
/// its own end: copies whose length is known when this is compiled are a fraction of the work.
pub(super) struct KeyWriter<'s> {
    series: &'s Series,
    prefix: [u8; PREFIX_MAX],
    prefix_length: usize,
    /// A number has at least so many.
    digits: usize,
    /// The keys, and behind `end` room for more.
    bytes: Vec<u8>,
    end: usize,
    /// Where each ends, in the lower half of a number.
    ends: Vec<u32>,
}

impl<'s> KeyWriter<'s> {
    /// Returns a writer of about so many keys of a series, and of texts among them.
    pub(super) fn new(series: &'s Series, keys: usize) -> KeyWriter<'s> {
        let (text, digits) = series.spelling();
        let mut prefix = [0; PREFIX_MAX];
        prefix.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        let bytes = vec![0; keys * KEY_BYTES];
        KeyWriter { series, prefix, prefix_length: text.len(), digits, bytes, end: 0, ends: Vec::with_capacity(keys) }
    }

    /// Appends the key of a number.
    #[inline]
    pub(super) fn number(&mut self, number: i64) {
        let Some((sixteen, spare)) = sixteen_digits(number).zip(DIGITS.checked_sub(self.digits)) else {
            return self.text(self.series.text(number).text());
        };
        const ZEROS: u128 = u128::from_ne_bytes([b'0'; DIGITS]);
        let zeros = ((sixteen ^ ZEROS).trailing_zeros() as usize / 8).min(spare);
        self.make_room(PREFIX_MAX + DIGITS);
        let number = self.end + self.prefix_length;
        if let Some(slot) = self.bytes.get_mut(self.end..).and_then(|rest| rest.first_chunk_mut()) {
            *slot = self.prefix;
        }
        if let Some(slot) = self.bytes.get_mut(number..).and_then(|rest| rest.first_chunk_mut()) {
            *slot = (sixteen >> (8 * zeros)).to_le_bytes();
        }
        self.finish(number + DIGITS - zeros);
    }

    /// Appends a key that is a text.
    pub(super) fn text(&mut self, text: &str) {
        self.make_room(text.len());
        let end = self.end + text.len();
        if let Some(slots) = self.bytes.get_mut(self.end..end) {
            slots.copy_from_slice(text.as_bytes());
        }
        self.finish(end);
    }

    fn make_room(&mut self, more: usize) {
        if self.bytes.len() < self.end + more {
            self.bytes.resize(self.bytes.len() * 2 + more, 0);
        }
    }

    fn finish(&mut self, end: usize) {
        self.end = end;
        self.ends.push(end as u32);
    }

    /// Returns the keys.
    pub(super) fn into_texts(mut self) -> TextList {
        self.bytes.truncate(self.end);
        // What was put together from texts and digits is a text.
        TextList::from_parts(String::from_utf8(self.bytes).unwrap_or_default(), self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Key, LeadId, LeadIds};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_written_as_they_came(
            texts in prop::collection::hash_set("(lead_|)[0-9]{1,4}|[a-b]{1,3}|0{1,17}[1-9]|-?[1-9][0-9]{0,18}|[a-z]{19,21}[0-9]{16,18}", 0..40),
        ) {
            let mut texts: Vec<String> = texts.into_iter().collect();
            for _ in 0..texts.len() {
                let mut ids = LeadIds::default();
                texts.iter().for_each(|text| { ids.intern(Key::of(text)); });
                let leads = || (0..texts.len() as u32).rev();
                let picked = ids.pick(leads());
                prop_assert!(picked.iter().eq(texts.iter().rev()), "{texts:?}");
                prop_assert!(leads().map(|lead| ids.get(lead).unwrap()).eq(texts.iter().rev().map(|text| LeadId::from(text.as_str()))));
                // Another key comes first, and the series is another one.
                texts.rotate_left(1);
            }
        }
    }
}
