//! Turns `--outcome` and `--column` into what a history is told about columns.

use crate::cli::ReportArguments;
use crate::failure::Failure;
use crate::terminal;
use bantam_insight::history::{DealEnd, History, Role, Wishes};
use bantam_lang::convert::MICROS_PER_DAY;
use bantam_lang::nearest::did_you_mean;

/// How long a day is written: `2026-01-31`.
const DAY_LENGTH: usize = 10;

pub(super) fn wishes(arguments: &ReportArguments) -> Result<Wishes, Failure> {
    let columns = arguments.column.iter().map(|text| column(text)).collect::<Result<_, _>>()?;
    let outcome = match arguments.outcome.as_deref() {
        None => None,
        Some(text) => Some(pair(text, "--outcome", "Converted=1")?),
    };
    Ok(Wishes { columns, outcome })
}

fn column(text: &str) -> Result<(Role, String), Failure> {
    let (what, column) = pair(text, "--column", "owner=sales_agent")?;
    let role = Role::ALL.into_iter().find(|role| role.word() == what);
    let words = || Role::ALL.iter().map(|role| role.word());
    let role = role.ok_or_else(|| {
        let help = did_you_mean(&what, words())
            .unwrap_or_else(|| format!("there are {}", words().collect::<Vec<_>>().join(", ")));
        Failure::bad_input(format!("a column cannot be `{}`", terminal::printable(&what))).help(help)
    })?;
    Ok((role, column))
}

/// Parts `NAME=VALUE` at the last equals sign of a name that may have some itself: a value has none.
fn pair(text: &str, argument: &str, example: &str) -> Result<(String, String), Failure> {
    let parts = text.rsplit_once('=').map(|(name, value)| (name.trim(), value.trim()));
    match parts.filter(|(name, value)| !name.is_empty() && !value.is_empty()) {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::bad_input(format!("`{}` has no two parts ({argument})", terminal::printable(text)))
            .help(format!("write `{argument} {example}`"))),
    }
}

/// Fails where a column that was to tell outcomes tells none.
pub(super) fn check(wishes: &Wishes, history: &History) -> Result<(), Failure> {
    let Some((column, value)) = &wishes.outcome else { return Ok(()) };
    if history.deals.is_empty() {
        return Err(Failure::bad_input(format!("no lead has a value in a column `{column}`"))
            .help("write the column's header as it stands in the file"));
    }
    if !history.deals.iter().any(|deal| deal.end == DealEnd::Won) {
        return Err(Failure::bad_input(format!("no lead has `{value}` in the column `{column}`, so none was won"))
            .help("write the value as it stands in the file"));
    }
    Ok(())
}

/// Parses the end of a stretch of time: a day counts whole, a moment ends it.
pub(super) fn last_moment(text: &str, argument: &str) -> Result<i64, Failure> {
    let moment = super::super::moment(text, argument)?;
    Ok(if text.trim().len() == DAY_LENGTH { moment + MICROS_PER_DAY } else { moment })
}
