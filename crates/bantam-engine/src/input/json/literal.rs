//! Recognises a text that is expected: its first bytes as one number.

/// How many bytes are compared at once.
const BYTES: usize = 16;

/// What stands between two values, or before one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    start: u128,
    mask: u128,
    length: usize,
    /// What follows the first bytes.
    more: Box<[u8]>,
}

impl Literal {
    pub(super) fn of(text: &[u8]) -> Literal {
        let (mut start, mut mask) = ([0; BYTES], [0; BYTES]);
        for ((start, mask), &byte) in start.iter_mut().zip(&mut mask).zip(text) {
            (*start, *mask) = (byte, 0xFF);
        }
        let more = text.get(BYTES..).unwrap_or_default().into();
        Literal { start: u128::from_le_bytes(start), mask: u128::from_le_bytes(mask), length: text.len(), more }
    }

    /// Returns a short key as most programs write it, with its quotes and the colon, without escapes and white space; `None` for
    /// one that is long, or may be written otherwise.
    pub(super) fn of_key(key: &[u8]) -> Option<Literal> {
        let is_plain = key.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
        let text = [b"\"", key, b"\":"].concat();
        (is_plain && text.len() <= BYTES).then(|| Literal::of(&text))
    }

    /// Returns where it ends if it stands at a place, and there are as many bytes as are compared.
    #[inline]
    pub(super) fn skip(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let ahead = u128::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
        let is_it = ahead & self.mask == self.start
            && (self.more.is_empty() || bytes.get(at + BYTES..).is_some_and(|rest| rest.starts_with(&self.more)));
        is_it.then_some(at + self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_recognised_as_a_whole() {
        let key = |key: &str| Literal::of_key(key.as_bytes());
        let object = b"{\"event\":\"view\",\"event_id\":1712}";
        assert_eq!(key("event").unwrap().skip(object, 1), Some(9));
        assert_eq!(key("even").unwrap().skip(object, 1), None);
        assert_eq!(key("event_").unwrap().skip(object, 16), None);
        assert_eq!(key("event_id").unwrap().skip(object, 16), Some(27));
        assert_eq!(key("event_id").unwrap().skip(&object[..30], 16), None);
        assert_eq!(key("thirteen_char").unwrap().skip(b"\"thirteen_char\":1", 0), Some(16));
        for long in ["fourteen_chars", "a\"b", "a\\", "\u{e9}", "tab\t"] {
            assert!(key(long).is_none(), "{long}");
        }
        assert_eq!(key("").unwrap().skip(b"\"\":12345678901234567", 0), Some(3));
    }

    #[test]
    fn a_literal_is_found_where_all_of_it_stands() {
        let bytes = b"{\"a\":1,\"a_long_key_of_an_object\":2,\"b\":3}\n{\"a\":1,\"b\"";
        for start in 0..bytes.len() {
            for end in start..bytes.len() {
                let literal = Literal::of(&bytes[start..end]);
                for at in 0..bytes.len() + 2 {
                    let stands = bytes.get(at..).is_some_and(|rest| rest.starts_with(&bytes[start..end]));
                    let expected = (stands && at + BYTES <= bytes.len()).then_some(at + end - start);
                    assert_eq!(literal.skip(bytes, at), expected, "{start}..{end} at {at}");
                }
            }
        }
    }
}
