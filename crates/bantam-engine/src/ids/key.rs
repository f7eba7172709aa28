//! Leads' keys as files give them: texts, of which many are whole numbers.

use crate::columns::TextList;

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

    /// Appends its text.
    pub(super) fn push_to(self, texts: &mut TextList) {
        match self {
            Key::Text(text) => texts.push(text),
            Key::Number(number) => texts.push(Digits::of(number).text()),
        };
    }
}

/// Returns the number whose `Display` is exactly this text: neither `007` nor `+7` is one, nor is the least of all.
fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let plain = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.len() < 19 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if plain { text.parse().ok().filter(|&number| number != i64::MIN) } else { None }
}

/// The characters of one number.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    bytes: [u8; 20],
    start: u8,
}

impl Digits {
    /// Writes a number as `Display` does.
    pub(super) fn of(number: i64) -> Digits {
        // The least number of all has nineteen digits and a sign.
        let (mut bytes, mut start, mut rest) = ([b'0'; 20], 20_u8, number.unsigned_abs());
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

    pub(super) fn text(&self) -> &str {
        let digits = self.bytes.get(usize::from(self.start)..);
        digits.and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_display() {
        for number in [0, 7, -7, 10, 1_000_000, i64::MAX, i64::MIN, i64::MIN + 1] {
            assert_eq!(Digits::of(number).text(), number.to_string());
        }
    }
}
