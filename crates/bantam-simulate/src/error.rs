//! What can go wrong: writing, and nothing else.

use std::{error, fmt, io};

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;

/// A sample could not be written.
#[derive(Debug)]
pub enum Error {
    /// The output could not be opened or written.
    Io(io::Error),
    /// The rows could not be encoded as Parquet, or its output not written.
    Parquet(ParquetError),
    /// The rows could not be put into columns.
    Columns(ArrowError),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => write!(out, "the sample could not be written"),
            Self::Parquet(_) => write!(out, "the sample could not be written as Parquet"),
            Self::Columns(_) => write!(out, "the sample could not be put into columns"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Parquet(error) => Some(error),
            Self::Columns(error) => Some(error),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ParquetError> for Error {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::Columns(error)
    }
}
