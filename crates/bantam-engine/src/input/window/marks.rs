//! Finds bytes eight at a time: a mark is the highest bit of a byte of a word, the first byte of the text lowest.

const LOW: u64 = u64::from_ne_bytes([0x7F; 8]);

/// Returns the marks of the bytes of a word that are `byte`.
#[inline]
pub(in super::super) fn equal(word: u64, byte: u8) -> u64 {
    let differing = word ^ u64::from_ne_bytes([byte; 8]);
    !(((differing & LOW) + LOW) | differing | LOW)
}

/// Returns the marks of the bytes of a word that are control characters: less than a space.
#[inline]
pub(in super::super) fn controls(word: u64) -> u64 {
    const TO_HIGHEST: u64 = u64::from_ne_bytes([0x80 - b' '; 8]);
    !(((word & LOW) + TO_HIGHEST) | word | LOW)
}

/// Returns the place of the first mark.
#[inline]
pub(in super::super) fn first(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
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
                assert_eq!(controls(word), marks(&|byte| byte < b' '));
            }
        }
        assert_eq!(first(equal(u64::from_le_bytes(*b"ab,d,fgh"), b',')), 2);
    }
}
