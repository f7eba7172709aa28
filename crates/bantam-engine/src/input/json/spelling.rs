//! Recognises a key that is expected: as two words, so that it need not be searched for its end and then compared.

/// How many bytes of a spelling are compared.
const BYTES: usize = 16;

/// A short key as most programs write it, with its quotes and the colon, without escapes and white space.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spelling {
    text: u128,
    mask: u128,
    length: usize,
}

impl Spelling {
    /// Returns the spelling of a key; `None` for one that is long, or may be spelled otherwise.
    pub(super) fn of(key: &[u8]) -> Option<Spelling> {
        let plain = key.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
        let text = [b"\"", key, b"\":"].concat();
        let mut bytes = [0; BYTES];
        bytes.get_mut(..text.len()).filter(|_| plain)?.copy_from_slice(&text);
        let mask = u128::MAX >> (8 * (BYTES - text.len()));
        Some(Spelling { text: u128::from_le_bytes(bytes), mask, length: text.len() })
    }

    /// Returns where the value starts if this is the key at a place, and there are as many bytes as are compared.
    #[inline]
    pub(super) fn skip(self, bytes: &[u8], at: usize) -> Option<usize> {
        let ahead = u128::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
        (ahead & self.mask == self.text).then_some(at + self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_recognised_as_a_whole() {
        let spelling = |key: &str| Spelling::of(key.as_bytes());
        let object = b"{\"event\":\"view\",\"event_id\":1712}";
        assert_eq!(spelling("event").unwrap().skip(object, 1), Some(9));
        assert_eq!(spelling("even").unwrap().skip(object, 1), None);
        assert_eq!(spelling("event_").unwrap().skip(object, 16), None);
        assert_eq!(spelling("event_id").unwrap().skip(object, 16), Some(27));
        assert_eq!(spelling("event_id").unwrap().skip(&object[..30], 16), None);
        assert_eq!(spelling("thirteen_char").unwrap().skip(b"\"thirteen_char\":1", 0), Some(16));
        for key in ["fourteen_chars", "a\"b", "a\\", "\u{e9}", "tab\t"] {
            assert!(spelling(key).is_none(), "{key}");
        }
        assert_eq!(spelling("").unwrap().skip(b"\"\":12345678901234567", 0), Some(3));
    }
}
