//! How the keys of most leads are spelled: a prefix that all share, and a number.
//!
//! `lead_00001234`, `C-17` and `17` are such keys. Where leads are called so, a key is its number: it is looked up without
//! a hash, and nothing of its text is compared but the prefix.

use super::NO_NUMBER;
use super::key::{Digits, Key, PREFIX_MAX, eight_digits};

/// A number has at most this many digits, so that it fits 64 bits.
const DIGITS_MAX: usize = 18;

/// A spelling of keys as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Series {
    /// Keys are the whole numbers that [`Key::Number`] holds.
    #[default]
    Plain,
    /// Keys are texts: a prefix, then a number of at least so many digits, with zeros before it where it has fewer.
    Texts { prefix: Prefix, digits: usize },
}

/// What the keys of a series begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefix {
    text: String,
    /// Its first eight bytes as a number, and ones in the place of each byte of it. Most prefixes have no more, and comparing
    /// numbers is a fraction of the work.
    start: u64,
    mask: u64,
}

impl Prefix {
    fn of(text: &str) -> Prefix {
        let mut start = [0; 8];
        let mut mask = [0; 8];
        for ((start, mask), byte) in start.iter_mut().zip(&mut mask).zip(text.bytes()) {
            (*start, *mask) = (byte, 0xff);
        }
        Prefix { text: text.to_owned(), start: u64::from_le_bytes(start), mask: u64::from_le_bytes(mask) }
    }

    /// Returns what stands behind the prefix; `None` where a text has another.
    #[inline]
    fn strip<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        match text.first_chunk() {
            Some(first) if (u64::from_le_bytes(*first) ^ self.start) & self.mask != 0 => None,
            Some(_) if self.text.len() <= 8 => text.get(self.text.len()..),
            _ => text.strip_prefix(self.text.as_bytes()),
        }
    }
}

/// A key as a table looks it up.
#[derive(Clone, Copy)]
pub(super) enum Spelled<'k> {
    /// A number of the table's series.
    Number(i64),
    Text(&'k str),
    /// A whole number in a table whose series it does not belong to.
    Digits(Digits),
}

impl Series {
    /// Returns a key as tables of this series look it up.
    #[inline]
    pub(super) fn spell<'k>(&self, key: Key<'k>) -> Spelled<'k> {
        match (key, self) {
            (Key::Number(NO_NUMBER), _) => Spelled::Digits(Digits::of(NO_NUMBER)),
            (Key::Number(number), Series::Plain) => Spelled::Number(number),
            (Key::Number(number), series) => {
                let digits = Digits::of(number);
                series.number(digits.text()).map_or(Spelled::Digits(digits), Spelled::Number)
            }
            (Key::Text(text), series) => series.number(text).map_or(Spelled::Text(text), Spelled::Number),
        }
    }

    /// Returns the spelling of some keys: that of the first, with as many digits as one that begins with a zero.
    pub(super) fn of<'k>(keys: impl Iterator<Item = Key<'k>>) -> Series {
        let mut texts = keys.map_while(|key| if let Key::Text(text) = key { Some(text) } else { None });
        let first = texts.next().and_then(parts).filter(|(prefix, _)| prefix.len() <= PREFIX_MAX);
        let Some((prefix, number)) = first else { return Series::Plain };
        let numbers = || std::iter::once(number);
        let others = texts.filter_map(|text| text.strip_prefix(prefix));
        let mut padded = numbers().chain(others).filter(|number| number.len() > 1 && number.starts_with('0'));
        let digits = padded.next().map_or(1, str::len).min(DIGITS_MAX);
        Series::Texts { prefix: Prefix::of(prefix), digits }
    }

    /// Returns the text of a number of the series: of all texts the one that has it.
    #[inline]
    pub(super) fn text(&self, number: i64) -> Digits {
        let (prefix, digits) = self.spelling();
        Digits::of(number).behind(prefix.as_bytes(), digits)
    }

    /// Returns what stands before each number, and how many digits a number has at least.
    pub(super) fn spelling(&self) -> (&str, usize) {
        match self {
            Series::Plain => ("", 1),
            Series::Texts { prefix, digits } => (&prefix.text, *digits),
        }
    }

    /// Returns whether all numbers of another series from `least` on are spelled as in this one: of them none has zeros
    /// before it, so the other need not tell how many digits there are.
    pub(super) fn spells(&self, other: &Series, least: i64) -> bool {
        match (self, other) {
            (Series::Texts { prefix, digits }, Series::Texts { prefix: others, digits: 1 }) => {
                prefix == others && Digits::of(least).text().len() >= *digits
            }
            _ => self == other,
        }
    }

    /// Returns the number of a text; `None` where it is spelled otherwise. No two texts have the same.
    #[inline]
    pub(super) fn number(&self, text: &str) -> Option<i64> {
        let Series::Texts { prefix, digits } = self else { return None };
        let number = prefix.strip(text.as_bytes())?;
        let is_padded = number.first() == Some(&b'0');
        if number.len() < *digits || number.len() > DIGITS_MAX || (is_padded && number.len() > *digits) {
            return None;
        }
        let (eights, rest) = number.as_chunks();
        let (mut value, mut is_number) = (0_i64, true);
        for eight in eights {
            let eight = eight_digits(*eight);
            is_number &= eight.is_some();
            value = value * 100_000_000 + eight.unwrap_or(0);
        }
        for &byte in rest {
            let digit = byte.wrapping_sub(b'0');
            is_number &= digit < 10;
            value = value * 10 + i64::from(digit & 15);
        }
        is_number.then_some(value)
    }
}

/// Returns what stands before the digits at the end of a text, and those, as many as a number may have.
fn parts(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().rev().take(DIGITS_MAX).take_while(u8::is_ascii_digit).count();
    if digits == 0 { None } else { text.split_at_checked(text.len() - digits) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(keys: &[&str]) -> Series {
        Series::of(keys.iter().map(|key| Key::Text(key)))
    }

    #[test]
    fn a_series_is_told_by_its_first_keys() {
        let texts = |prefix: &str, digits| Series::Texts { prefix: Prefix::of(prefix), digits };
        assert_eq!(series(&["lead_12345678", "lead_00000007"]), texts("lead_", 8));
        assert_eq!(series(&["C-17", "C-5", "x"]), texts("C-", 1));
        assert_eq!(series(&["007"]), texts("", 3));
        assert_eq!(series(&["a prefix of twenty-1"]), texts("a prefix of twenty-", 1));
        assert_eq!(series(&["a prefix beyond twenty-1"]), Series::Plain);
        assert_eq!(series(&["ada@lovelace.example", "7"]), Series::Plain);
        assert_eq!(Series::of([Key::Number(7)].into_iter()), Series::Plain);
    }

    #[test]
    fn what_is_spelled_otherwise_has_no_number() {
        let padded = series(&["L0042"]);
        let numbers = ["L0042", "L12345", "L042", "L00042", "L", "l0042", "L00x2", "0042", "L-042"]
            .map(|text| padded.number(text));
        assert_eq!(numbers, [Some(42), Some(12_345), None, None, None, None, None, None, None]);
        assert_eq!(series(&["L9"]).number(&format!("L{}", "9".repeat(19))), None);
        assert_eq!(Series::Plain.number("7"), None);
    }

    proptest! {
        #[test]
        fn eight_digits_are_read_as_one_number(text in prop_oneof!["[0-9]{8}", "[0-9]{7}[ -~]", "[ -~]{8}"]) {
            let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().unwrap());
            prop_assert_eq!(eight_digits(text.as_bytes().try_into().unwrap()), number);
        }

        #[test]
        fn no_byte_but_a_digit_is_one(byte in any::<u8>(), at in 0_usize..8) {
            let mut text = *b"98765432";
            text[at] = byte;
            prop_assert_eq!(eight_digits(text).is_some(), byte.is_ascii_digit());
        }

        #[test]
        fn a_prefix_is_stripped_from_what_begins_with_it(prefix in "[a-c]{0,12}", text in "[a-c]{0,14}", begins in any::<bool>()) {
            let text = if begins { prefix.clone() + &text } else { text };
            let stripped = text.strip_prefix(prefix.as_str()).map(str::as_bytes);
            prop_assert_eq!(Prefix::of(&prefix).strip(text.as_bytes()), stripped);
        }

        #[test]
        fn no_two_texts_have_one_number(first in "[a-c0-9]{0,22}", texts in prop::collection::vec("[ab]{0,1}[0-9]{0,20}", 2..20)) {
            let series = series(&[&first]);
            for (at, text) in texts.iter().enumerate() {
                for other in texts.iter().skip(at + 1) {
                    let (number, others) = (series.number(text), series.number(other));
                    let spelled = number.map(|number| series.text(number).text().to_owned());
                    prop_assert!(spelled.is_none_or(|spelled| spelled == *text), "{text} {series:?}");
                    prop_assert!(text == other || number.is_none() || number != others, "{text} {other} {series:?}");
                }
            }
        }
    }
}
