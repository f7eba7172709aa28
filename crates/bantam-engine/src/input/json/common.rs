//! Goes through JSON objects as most programs write them: texts without escapes, little nesting.
//!
//! Nothing is decided here but that: what is spelled otherwise, and all that is wrong, is left to `serde_json`. What is
//! accepted here is accepted there, with the same keys and values.

use super::super::window::marks::{WIDE, WideMarks};
use super::ObjectKeys;

/// How deep values may be nested.
pub(super) const NESTING_MAX: usize = 16;

impl ObjectKeys {
    /// Goes through an object and notes its values; returns how many there are, `None` where it is not of the common spelling. What has been noted until
    /// then is noted again when the object is gone through otherwise.
    pub(super) fn read_common(&mut self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut at = skip_white(bytes, skip_byte(bytes, skip_white(bytes, 0), b'{')?);
        let mut place = 0;
        if let Some(end) = skip_byte(bytes, at, b'}') {
            at = end;
        } else {
            loop {
                let (slot, start) = self.read_common_key(bytes, at, place)?;
                let end = skip_value(bytes, start, NESTING_MAX)?;
                self.note(slot, start, end);
                place += 1;
                at = skip_white(bytes, end) + 1;
                match bytes.get(at - 1)? {
                    b',' => at = skip_white(bytes, at),
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        (skip_white(bytes, at) == bytes.len()).then_some(place)
    }

    /// Returns the slot of a key and where its value starts.
    #[inline]
    fn read_common_key(&mut self, bytes: &[u8], at: usize, place: usize) -> Option<(Option<usize>, usize)> {
        if let Some(&slot) = self.order.get(place)
            && let Some(spelling) = self.slots.get(slot).and_then(|expected| expected.spelling.as_ref())
            && let Some(start) = spelling.skip(bytes, at)
        {
            return Some((Some(slot), skip_white(bytes, start)));
        }
        let end = skip_text(bytes, at)?;
        let slot = self.slot_of(bytes.get(at + 1..end - 1)?, place);
        Some((slot, skip_white(bytes, skip_byte(bytes, skip_white(bytes, end), b':')?)))
    }
}

#[inline]
fn skip_byte(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (bytes.get(at) == Some(&byte)).then_some(at + 1)
}

#[inline]
fn skip_white(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

pub(super) fn skip_value(bytes: &[u8], at: usize, nesting: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => skip_text(bytes, at),
        b'-' | b'0'..=b'9' => skip_number(bytes, at),
        b'n' => skip_word(bytes, at, b"null"),
        b't' => skip_word(bytes, at, b"true"),
        b'f' => skip_word(bytes, at, b"false"),
        b'{' => skip_nested(bytes, at, b'}', nesting),
        b'[' => skip_nested(bytes, at, b']', nesting),
        _ => None,
    }
}

/// Returns where a text without escapes ends that opens at `at`.
#[inline]
pub(super) fn skip_text(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = skip_byte(bytes, at, b'"')?;
    while let Some(chunk) = bytes.get(at..)?.first_chunk() {
        if let Some(end) = WideMarks::of_text_ends(chunk).first() {
            return skip_byte(bytes, at + end, b'"');
        }
        at += WIDE;
    }
    let end = bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '))?;
    skip_byte(bytes, at + end, b'"')
}

fn skip_word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes.get(at..)?.starts_with(word).then_some(at + word.len())
}

/// Returns where a number ends; it may be a part of something that is none.
pub(super) fn skip_number(bytes: &[u8], at: usize) -> Option<usize> {
    let at = skip_byte(bytes, at, b'-').unwrap_or(at);
    let mut end = match skip_byte(bytes, at, b'0') {
        Some(end) => end,
        None => skip_digits(bytes, at)?,
    };
    if let Some(fraction) = skip_byte(bytes, end, b'.') {
        end = skip_digits(bytes, fraction)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = skip_digits(bytes, end + 1 + sign)?;
    }
    Some(end)
}

fn skip_digits(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    (digits > 0).then_some(at + digits)
}

/// Returns where an object or array ends.
fn skip_nested(bytes: &[u8], at: usize, close: u8, nesting: usize) -> Option<usize> {
    let nesting = nesting.checked_sub(1)?;
    let mut at = skip_white(bytes, at + 1);
    if let Some(end) = skip_byte(bytes, at, close) {
        return Some(end);
    }
    loop {
        if close == b'}' {
            let key = skip_white(bytes, skip_text(bytes, at)?);
            at = skip_white(bytes, skip_byte(bytes, key, b':')?);
        }
        at = skip_white(bytes, skip_value(bytes, at, nesting)?);
        match bytes.get(at)? {
            b',' => at = skip_white(bytes, at + 1),
            &byte if byte == close => return Some(at + 1),
            _ => return None,
        }
    }
}
