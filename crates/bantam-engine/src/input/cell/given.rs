//! What a file gives for a cell, before it is known what it should be.

use super::super::report::clip;
use bantam_lang::convert::number_text;
use std::borrow::Cow;

/// How much of a value that does not convert is kept as an example, in bytes.
const EXAMPLE_BYTES_MAX: usize = 200;

/// What a file gives for a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Given<'a> {
    /// No cell, or null.
    Missing,
    /// A text as it stands, not trimmed.
    Text(&'a str),
    /// A JSON integer; all digits count.
    Digits(&'a str),
    /// A whole number.
    Whole(i128),
    /// A number with a fraction or an exponent; may be NaN or infinite.
    Number(f64),
    /// A truth.
    Boolean(bool),
    /// An instant in microseconds.
    Time(i64),
    /// Something that converts to nothing, as it would be shown: an array, an object, a text that is not Unicode.
    Other(&'a str),
    /// A number too large for any type.
    Overflow(&'a str),
}

impl<'a> Given<'a> {
    /// Returns the text it counts as, where it counts as one.
    pub(in super::super) fn as_text(self) -> Option<Cow<'a, str>> {
        match self {
            Given::Text(text) => Some(Cow::Borrowed(trim(text))),
            Given::Digits(digits) => Some(Cow::Borrowed(if digits == "-0" { "0" } else { digits })),
            Given::Whole(number) => Some(Cow::Owned(number.to_string())),
            Given::Number(number) if number.is_finite() => Some(Cow::Owned(number_text(number))),
            Given::Boolean(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            _ => None,
        }
    }

    /// Returns it as it would be shown to people.
    pub(in super::super) fn shown(self) -> String {
        match self {
            Given::Missing => String::new(),
            Given::Text(text) | Given::Other(text) | Given::Overflow(text) => clip(text.as_bytes(), EXAMPLE_BYTES_MAX),
            Given::Time(micros) => {
                jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
            }
            other => other.as_text().map(Cow::into_owned).unwrap_or_else(|| format!("{other:?}")),
        }
    }
}

/// Returns a text without white space at its ends.
#[inline]
pub(in super::super) fn trim(text: &str) -> &str {
    // Most begin and end with a visible character of ASCII; only what does not is looked at closely.
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}
