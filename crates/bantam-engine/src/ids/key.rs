//! Leads' keys as files give them: texts, of which many are whole numbers.

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

/// Returns the number whose `Display` is exactly this text: neither `007` nor `+7` is one, nor is the least of all.
#[inline]
fn whole_number(text: &str) -> Option<i64> {
    match text.as_bytes() {
        [b'1'..=b'9', ..] if (4..=8).contains(&text.len()) => short_number(text.as_bytes()),
        [b'0'..=b'9' | b'-', ..] => any_whole_number(text),
        _ => None,
    }
}

/// Returns the number that four to eight digits are.
#[inline]
fn short_number(text: &[u8]) -> Option<i64> {
    let missing = 8_usize.checked_sub(text.len())?;
    let (first, last) = (u32::from_le_bytes(*text.first_chunk()?), u32::from_le_bytes(*text.last_chunk()?));
    // Both fours are put where they belong in a number of eight digits, which begins with zeros; where they overlap they agree.
    let text = u64::from(first) << (8 * missing) | u64::from(last) << 32;
    let zeros = ZEROS & !(u64::MAX << (8 * missing));
    eight_digits((text | zeros).to_le_bytes())
}

fn any_whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let plain = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.len() < 19 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if plain { text.parse().ok().filter(|&number| number != i64::MIN) } else { None }
}

const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// Returns the number that eight digits are: two neighbours become one of two digits, two of those one of four, and so on, all at
/// once.
#[inline]
pub(super) fn eight_digits(text: [u8; 8]) -> Option<i64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let digits = u64::from_le_bytes(text) ^ (EACH * 0x30);
    // A byte above nine has a high bit by itself, or gets one by adding 118; none carries into the next.
    if (digits | ((digits & (EACH * 0x7f)) + EACH * 0x76)) & (EACH * 0x80) != 0 {
        return None;
    }
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some(((fours * 10_000 + (fours >> 32)) & 0xffff_ffff) as i64)
}

/// Returns the sixteen digits of a number of at most so many, the first of them in the lowest byte.
#[inline]
pub(super) fn sixteen_digits(number: i64) -> Option<u128> {
    let number = u64::try_from(number).ok().filter(|&number| number < 10_000_000_000_000_000)?;
    let (high, low) = ((number / 100_000_000) as u32, (number % 100_000_000) as u32);
    let high = if high == 0 { ZEROS.to_ne_bytes() } else { digits_of(high) };
    Some(u128::from(u64::from_le_bytes(high)) | u128::from(u64::from_le_bytes(digits_of(low))) << 64)
}

/// Returns the eight digits of a number below a hundred million: its fours become pairs and those single digits, all at once.
#[inline]
fn digits_of(number: u32) -> [u8; 8] {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    // As many parts of a power of two as make a quotient that is right for all numbers that come here.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = ((fours - hundreds * 100) << 16) + hundreds;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    let digits = ((pairs - tens * 10) << 8) + tens;
    (digits + ZEROS).to_le_bytes()
}

/// The least number of all has nineteen digits and a sign.
const NUMBER_MAX: usize = 20;
/// So many bytes may stand before a number.
pub(super) const PREFIX_MAX: usize = 20;
const TEXT_MAX: usize = PREFIX_MAX + NUMBER_MAX;

/// The characters of one number, with what stands before it in a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    /// All stand at the end; what is left before them are zeros.
    bytes: [u8; TEXT_MAX],
    start: u8,
}

impl Digits {
    /// Writes a number as `Display` does.
    pub(super) fn of(number: i64) -> Digits {
        match u32::try_from(number) {
            Ok(number) if number < 100_000_000 => Digits::of_short(number),
            _ => Digits::of_any(number),
        }
    }

    /// Writes a number of up to eight digits.
    fn of_short(number: u32) -> Digits {
        let eight = digits_of(number);
        let zeros = (u64::from_le_bytes(eight) ^ ZEROS).trailing_zeros() / 8;
        let mut bytes = [b'0'; TEXT_MAX];
        if let Some(end) = bytes.last_chunk_mut() {
            *end = eight;
        }
        // Of the number zero one digit stays.
        Digits { bytes, start: TEXT_MAX as u8 - 8 + zeros.min(7) as u8 }
    }

    fn of_any(number: i64) -> Digits {
        let (mut bytes, mut start, mut rest) = ([b'0'; TEXT_MAX], TEXT_MAX as u8, number.unsigned_abs());
        for slot in bytes.iter_mut().rev() {
            *slot = b'0' + (rest % 10) as u8;
            start -= 1;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            start -= 1;
            if let Some(slot) = bytes.get_mut(usize::from(start)) {
                *slot = b'-';
            }
        }
        Digits { bytes, start }
    }

    /// Puts zeros before a number that has fewer digits than these, at most twenty, and then a text of at most [`PREFIX_MAX`]
    /// bytes. Only a number without a sign may get zeros.
    pub(super) fn behind(mut self, prefix: &[u8], digits: usize) -> Digits {
        let number = usize::from(self.start).min(TEXT_MAX.saturating_sub(digits.min(NUMBER_MAX)));
        let start = number.saturating_sub(prefix.len());
        if let Some(slots) = self.bytes.get_mut(start..number) {
            slots.iter_mut().zip(prefix).for_each(|(slot, byte)| *slot = *byte);
        }
        self.start = start as u8;
        self
    }

    #[inline]
    pub(super) fn text(&self) -> &str {
        let digits = self.bytes.get(usize::from(self.start)..);
        digits.and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_to_a_number_is_the_long_one() {
        for text in ["1", "12", "123", "1234", "98765", "123456", "7654321", "98765432", "123456789", "0123", "12345a"]
        {
            assert_eq!(whole_number(text), any_whole_number(text), "{text}");
            for at in 0..text.len() {
                for byte in 0..128_u8 {
                    let mut bytes = text.as_bytes().to_vec();
                    bytes[at] = byte;
                    let text = String::from_utf8(bytes).unwrap();
                    assert_eq!(whole_number(&text), any_whole_number(&text), "{text}");
                }
            }
        }
    }

    #[test]
    fn digits_are_those_of_display() {
        for number in [0, 7, -7, 10, 1_000_000, 99_999_999, 100_000_000, i64::MAX, i64::MIN, i64::MIN + 1] {
            assert_eq!(Digits::of(number).text(), number.to_string());
        }
        for number in [0, 7, 99_999_999, 100_000_000, 1_234_567_800_000_009, 9_999_999_999_999_999] {
            let sixteen = sixteen_digits(number).map(u128::to_le_bytes);
            assert_eq!(
                sixteen.as_ref().map(|text| str::from_utf8(text).unwrap()),
                Some(format!("{number:016}").as_str())
            );
        }
        assert_eq!([-1, 10_000_000_000_000_000, i64::MAX].map(sixteen_digits), [None; 3]);
        // Each four of digits by itself, beside one that is all zeros and one that is all nines.
        for four in 0..10_000 {
            for number in [four, four * 10_000, four * 10_000 + 9_999, 99_990_000 + four] {
                assert_eq!(Digits::of(number).text(), number.to_string());
            }
        }
    }
}
