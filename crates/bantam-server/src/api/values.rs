//! Values that many requests and answers share: moments, names, texts.

use bantam_lang::convert::parse_time;
use jiff::Timestamp;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Number;
use std::borrow::Cow;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// The longest name of a person, a team or a campaign, in characters.
const NAME_CHARACTERS_MAX: usize = 200;
/// The longest reason or note, in characters: a page.
const NOTE_CHARACTERS_MAX: usize = 4_000;
/// What a name or note must have somewhere: something to see. Languages differ in what they call a space, so all that is one
/// to any of them is named.
const VISIBLE: &str = r"[^\s\u0085\u001c-\u001f\ufeff]";

/// What is said of a text that is no time. The extractors know it by this.
pub(crate) const NO_TIME: &str = "is no time, such as 2026-01-31T09:00:00Z";

/// A moment, in microseconds since 1970-01-01T00:00Z; RFC 3339 for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let end = if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        serializer.collect_str(&Timestamp::from_microsecond(self.0).unwrap_or(end))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        parse_time(&text).map(Moment).ok_or_else(|| D::Error::custom(NO_TIME))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        let example = [serde_json::Value::from("2026-01-31T09:00:00Z")];
        text().format(Some(format)).examples(example).into()
    }
}

impl ToSchema for Moment {}

/// A short text that says who or what: never blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name(pub(crate) String);

/// A text that says why: never blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note(pub(crate) String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        visible(deserializer, NAME_CHARACTERS_MAX).map(Name)
    }
}

impl<'de> Deserialize<'de> for Note {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        visible(deserializer, NOTE_CHARACTERS_MAX).map(Note)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl PartialSchema for Name {
    fn schema() -> RefOr<Schema> {
        let limits = text().min_length(Some(1)).max_length(Some(NAME_CHARACTERS_MAX)).pattern(Some(VISIBLE));
        limits.examples([serde_json::Value::from("ann@example.com")]).into()
    }
}

impl PartialSchema for Note {
    fn schema() -> RefOr<Schema> {
        let limits = text().min_length(Some(1)).max_length(Some(NOTE_CHARACTERS_MAX)).pattern(Some(VISIBLE));
        limits.examples([serde_json::Value::from("asked us to call back in March")]).into()
    }
}

impl ToSchema for Name {}
impl ToSchema for Note {}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

fn visible<'de, D: Deserializer<'de>>(deserializer: D, most: usize) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.chars().count() > most {
        return Err(D::Error::custom(format!("is longer than {most} characters")));
    }
    // Separators of files and marks of byte order count as blank, too, as the pattern says.
    if text.chars().all(|c| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c) || c == '\u{feff}') {
        return Err(D::Error::custom("is blank"));
    }
    Ok(text)
}

/// Reads a whole number, also where it is written with a point: to JSON Schema and to half of the world's programs `3.0` is
/// the number 3.
pub(crate) fn whole<'de, D: Deserializer<'de>, N: TryFrom<u64>>(deserializer: D) -> Result<N, D::Error> {
    let number = Number::deserialize(deserializer)?;
    let wrong = || D::Error::custom(format!("{number} is no whole number that can be here"));
    number_of(&number).and_then(|whole| N::try_from(whole).ok()).ok_or_else(wrong)
}

/// Reads the same where there may be none.
pub(crate) fn whole_or_none<'de, D: Deserializer<'de>, N: TryFrom<u64>>(
    deserializer: D,
) -> Result<Option<N>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    let wrong = || D::Error::custom(format!("{number} is no whole number that can be here"));
    number_of(&number).and_then(|whole| N::try_from(whole).ok()).map(Some).ok_or_else(wrong)
}

fn number_of(number: &Number) -> Option<u64> {
    // Beyond this, numbers with a point are no longer exact.
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let with_point = || number.as_f64().filter(|value| value.fract() == 0.0 && (0.0..=EXACT_MAX).contains(value));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and in range")]
    number.as_u64().or_else(|| with_point().map(|value| value as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rfc_3339() {
        let moment: Moment = serde_json::from_str("\"2026-01-31\"").unwrap();
        assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2026-01-31T00:00:00Z\"");
        assert!(serde_json::to_string(&Moment(i64::MAX)).unwrap().starts_with("\"9999-"));
        let refused = serde_json::from_str::<Moment>("\"soon\"").unwrap_err().to_string();
        assert!(refused.starts_with(NO_TIME), "{refused}");
    }

    #[test]
    fn names_are_never_blank() {
        let name = |text: &str| serde_json::from_value::<Name>(text.into()).map_err(|error| error.to_string());
        assert_eq!(name("ann"), Ok(Name("ann".into())));
        assert_eq!(name(" \u{1f}\u{a0}\u{feff}\u{85}"), Err("is blank".into()));
        assert_eq!(name(&"x".repeat(201)), Err("is longer than 200 characters".into()));
    }

    #[test]
    fn whole_numbers_may_be_written_with_a_point() {
        let read = |text: &str| whole::<_, u32>(&mut serde_json::Deserializer::from_str(text)).ok();
        assert_eq!([read("3"), read("3.0"), read("3e2")], [Some(3), Some(3), Some(300)]);
        assert_eq!(["3.5", "-1", "-1.0", "1e30", "4294967296", "\"3\"", "null"].map(read), [None; 7]);
        let some = |text: &str| whole_or_none::<_, u64>(&mut serde_json::Deserializer::from_str(text)).ok();
        assert_eq!([some("null"), some("3.0"), some("x")], [Some(None), Some(Some(3)), None]);
    }
}
