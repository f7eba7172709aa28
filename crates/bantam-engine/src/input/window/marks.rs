//! Finds bytes eight at a time: a mark is the highest bit of a byte of a word, the first byte of the text lowest.

const LOW: u64 = u64::from_ne_bytes([0x7F; 8]);

/// Returns the marks of the bytes of a word that are `byte`.
#[inline]
pub(in super::super) fn equal(word: u64, byte: u8) -> u64 {
    let differing = word ^ u64::from_ne_bytes([byte; 8]);
    !(((differing & LOW) + LOW) | differing | LOW)
}

/// Returns the marks of the bytes of a word that are no digits.
#[inline]
pub(in super::super) fn not_digits(word: u64) -> u64 {
    const TO_HIGHEST: u64 = u64::from_ne_bytes([0x80 - 10; 8]);
    // Digits become the numbers that they are.
    let values = word ^ u64::from_ne_bytes([b'0'; 8]);
    (((values & LOW) + TO_HIGHEST) | values) & !LOW
}

/// Returns the place of the first mark.
#[inline]
pub(in super::super) fn first(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// How many bytes become [`WideMarks`] at once.
pub(in super::super) const WIDE: usize = 16;

/// Marks of sixteen bytes in two words, the first eight bytes in the first. Here all bits of a byte are a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct WideMarks(pub(in super::super) [u64; 2]);

impl WideMarks {
    /// Marks the bytes that end a JSON text without escapes, or spoil it: quotes, backslashes and controls.
    #[inline]
    pub(in super::super) fn of_text_ends(bytes: &[u8; WIDE]) -> WideMarks {
        WideMarks::of(bytes, |byte| (byte == b'"') | (byte == b'\\') | (byte < b' '))
    }

    /// Marks the bytes that end a cell without quotes: commas and line feeds.
    #[inline]
    pub(in super::super) fn of_cell_ends(bytes: &[u8; WIDE]) -> WideMarks {
        WideMarks::of(bytes, |byte| (byte == b',') | (byte == b'\n'))
    }

    /// Spelled so that the compiler compares all bytes at once.
    #[inline]
    fn of(bytes: &[u8; WIDE], is: impl Fn(u8) -> bool) -> WideMarks {
        let mut marks = [0; WIDE];
        for (mark, &byte) in marks.iter_mut().zip(bytes) {
            *mark = u8::from(is(byte)).wrapping_neg();
        }
        let both = u128::from_le_bytes(marks);
        WideMarks([both as u64, (both >> 64) as u64])
    }

    /// Returns the place of the first marked byte.
    #[inline]
    pub(in super::super) fn first(self) -> Option<usize> {
        match self.0 {
            [0, 0] => None,
            [0, later] => Some(8 + first(later)),
            [sooner, _] => Some(first(sooner)),
        }
    }
}

/// Leaves one bit of each byte that is marked.
#[inline]
pub(in super::super) fn one_each(marks: u64) -> u64 {
    marks & !LOW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_marked_for_itself() {
        for byte in 0..=255_u8 {
            for other in 0..=255_u8 {
                let word = u64::from_le_bytes([other, byte, other, byte, byte, other, other, byte]);
                let marks = |is: &dyn Fn(u8) -> bool| {
                    word.to_le_bytes().iter().rev().fold(0, |marks, &byte| marks << 8 | u64::from(is(byte)) << 7)
                };
                assert_eq!(equal(word, b','), marks(&|byte| byte == b','));
                assert_eq!(not_digits(word), marks(&|byte| !byte.is_ascii_digit()));
            }
        }
        for byte in 0..=255_u8 {
            for at in 0..WIDE {
                let mut bytes = *b"plain text, \xC3\xA4\xFFz";
                bytes[at] = byte;
                let marks = |is: &dyn Fn(u8) -> bool| {
                    let marks = u128::from_le_bytes(bytes.map(|byte| if is(byte) { 0xFF } else { 0 }));
                    WideMarks([marks as u64, (marks >> 64) as u64])
                };
                assert_eq!(WideMarks::of_text_ends(&bytes), marks(&|byte| matches!(byte, b'"' | b'\\' | 0..b' ')));
                assert_eq!(WideMarks::of_cell_ends(&bytes), marks(&|byte| matches!(byte, b',' | b'\n')));
            }
        }
        for (text, comma) in
            [(b"no comma in this", None), (b"one, in this one", Some(3)), (b"rather late, one", Some(11))]
        {
            assert_eq!(WideMarks::of_cell_ends(text).first(), comma);
        }
        assert_eq!(one_each(0xFF00_0000_0000_FF00), 0x8000_0000_0000_8000);
        assert_eq!(first(equal(u64::from_le_bytes(*b"ab,d,fgh"), b',')), 2);
    }
}
