//! Where a store is: a file, or a database behind a URL.

use crate::error::StoreError;
use crate::postgres::PostgresUrl;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use std::str::FromStr;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In an SQLite file.
    File(PathBuf),
    /// In a PostgreSQL database.
    Postgres(PostgresUrl),
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Location {
        Location::File(path)
    }
}

impl FromStr for Location {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Location, StoreError> {
        match PostgresUrl::is_one(text) {
            true => text.parse().map(Location::Postgres),
            false => Ok(Location::File(text.into())),
        }
    }
}

impl Display for Location {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(formatter, "{}", path.display()),
            Location::Postgres(url) => Display::fmt(url, formatter),
        }
    }
}
