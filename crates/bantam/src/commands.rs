//! One file per command.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod impact;
pub(crate) mod import;
pub(crate) mod init;
mod insight;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod people;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod schema;
pub(crate) mod score;
pub(crate) mod serve;
mod service;
pub(crate) mod simulate;
mod store;
pub(crate) mod templates;
pub(crate) mod verify;

use crate::cli::DataArguments;
use crate::failure::Failure;
use crate::{clock, terminal};
use bantam_engine::input::InputReport;
use bantam_lang::convert::{MICROS_PER_DAY, parse_time};

/// Events older than this beside an *as of* of now are probably a file of the past.
const STALE_DAYS: i64 = 30;

/// Returns the moment that was asked for; now where none was.
pub(crate) fn as_of(arguments: &DataArguments) -> Result<i64, Failure> {
    match &arguments.as_of {
        None => Ok(clock::now()),
        Some(text) => moment(text, "--as-of"),
    }
}

/// Parses a moment given as an argument.
pub(crate) fn moment(text: &str, argument: &str) -> Result<i64, Failure> {
    parse_time(text.trim()).ok_or_else(|| {
        Failure::bad_input(format!("`{}` is not a time ({argument})", terminal::printable(text)))
            .help("write 2026-01-31 or 2026-01-31T09:00:00Z")
    })
}

/// Warns where *as of* is now only because nobody said otherwise, and the newest event is long past.
pub(crate) fn warn_if_stale(arguments: &DataArguments, report: &InputReport, as_of: i64) {
    let Some(newest) = report.newest_event.filter(|_| arguments.as_of.is_none()) else { return };
    let days = (as_of - newest) / MICROS_PER_DAY;
    if days > STALE_DAYS {
        terminal::say(&format!(
            "warning: the newest event is {days} days old, so most points have decayed; for a file of the past say `--as-of {}`",
            clock::show(newest)
        ));
    }
}
