//! Turns `--outcome` and `--column` into what a history is told about columns.

use super::super::insight::{outcome, pair};
use crate::cli::ReportArguments;
use crate::failure::Failure;
use crate::terminal;
use bantam_insight::history::{DealEnd, History, Role, Wishes};
use bantam_lang::nearest::did_you_mean;

pub(super) fn wishes(arguments: &ReportArguments) -> Result<Wishes, Failure> {
    let columns = arguments.column.iter().map(|text| column(text)).collect::<Result<_, _>>()?;
    Ok(Wishes { columns, outcome: outcome(arguments.outcome.as_deref())? })
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
