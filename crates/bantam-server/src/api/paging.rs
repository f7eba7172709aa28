//! Lists in pages: all of them cut and continued in the same way.
//!
//! A cursor holds the place of the last row that was shown, and a digest of the list and its order that it belongs to. It is
//! opaque to others: what it holds may change.

use crate::problem::Problem;
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// How many rows a page has unless asked.
const PAGE: usize = 50;
/// How many rows a page has at most: with leads of a kilobyte half a megabyte.
const PAGE_MAX: usize = 500;
/// How much of the digest is kept: enough against mistakes, as a cursor opens nothing.
const MARK_BYTES: usize = 6;
/// The longest cursor that is looked at, in bytes: a lead's id of 512 bytes, each of them spelled with six, in base64.
const CURSOR_BYTES_MAX: usize = 4_200;

/// How many rows a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) usize);

impl Default for Limit {
    fn default() -> Self {
        Limit(PAGE)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let asked = usize::try_from(u64::deserialize(deserializer)?).unwrap_or(usize::MAX);
        let wrong = || D::Error::custom(format!("a page has 1 to {PAGE_MAX} rows"));
        Some(Limit(asked)).filter(|_| (1..=PAGE_MAX).contains(&asked)).ok_or_else(wrong)
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
        number.minimum(Some(1)).maximum(Some(PAGE_MAX as f64)).default(Some(PAGE.into())).into()
    }
}

impl ToSchema for Limit {}

/// The place after which a page begins, as others hold it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Cursor(String);

impl PartialSchema for Cursor {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        text.format(Some(SchemaFormat::Custom("cursor".into()))).into()
    }
}

impl ToSchema for Cursor {}

impl Cursor {
    /// Returns the cursor for a place in a list.
    pub(crate) fn new(list: &str, place: &impl Serialize) -> Cursor {
        let place = serde_json::to_vec(place).unwrap_or_default();
        let bytes = [mark(list, &place).as_slice(), &place].concat();
        Cursor(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Returns it as it stands in an address.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Returns the place, where the cursor is of this list.
    pub(crate) fn place<P: DeserializeOwned>(&self, list: &str) -> Result<P, Problem> {
        let foreign = || {
            let message = "this list gave no such cursor, or not with this order";
            Problem::new(StatusCode::NOT_FOUND, "invalid_cursor", message).at("cursor")
        };
        let text = Some(&self.0).filter(|text| text.len() <= CURSOR_BYTES_MAX).ok_or_else(foreign)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| foreign())?;
        let (found, place) = bytes.split_at_checked(MARK_BYTES).ok_or_else(foreign)?;
        if found != mark(list, place) {
            return Err(foreign());
        }
        serde_json::from_slice(place).map_err(|_| foreign())
    }
}

/// Returns the cursor after a page, where there may be more: the page is full.
pub(crate) fn next<R, P: Serialize>(list: &str, rows: &[R], limit: Limit, place: impl Fn(&R) -> P) -> Option<Cursor> {
    rows.last().filter(|_| rows.len() >= limit.0).map(|last| Cursor::new(list, &place(last)))
}

fn mark(list: &str, place: &[u8]) -> [u8; MARK_BYTES] {
    let digest = Sha256::new().chain_update(list).chain_update(b"\0").chain_update(place).finalize();
    let mut mark = [0; MARK_BYTES];
    mark.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_of_one_list_alone_and_whole() {
        let cursor = Cursor::new("leads -score", &(50, "ü"));
        assert_eq!(cursor.place::<(i64, String)>("leads -score").unwrap(), (50, "ü".to_owned()));
        assert_eq!(cursor.place::<(i64, String)>("leads score").unwrap_err().code, "invalid_cursor");
        for length in 0..cursor.0.len() {
            let cut = Cursor(cursor.0[..length].to_owned());
            assert!(cut.place::<(i64, String)>("leads -score").is_err(), "{length}");
        }
        assert!(Cursor("ä".repeat(5_000)).place::<i64>("x").is_err());
    }

    #[test]
    fn ui_04_the_size_of_a_page_has_a_limit() {
        for (text, is_taken) in [("0", false), ("1", true), ("500", true), ("501", false)] {
            assert_eq!(serde_json::from_str::<Limit>(text).is_ok(), is_taken, "{text}");
        }
    }
}
