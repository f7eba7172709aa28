//! `bantam impact`: two definitions and the same facts in, what the second would change out.

use super::insight::{Target, outcome, period, tell_rejected, walking_bar};
use crate::cli::ImpactArguments;
use crate::failure::Failure;
use crate::{Done, definitions, files, terminal};
use bantam_engine::input::Dataset;
use bantam_insight::history::{Prepared, Wishes, prepare};
use bantam_insight::impact::{Impact, ImpactOptions, Judged, Reading, document, impact};
use bantam_lang::CheckedDefinition;
use std::path::Path;

pub(crate) fn run(arguments: &ImpactArguments) -> Result<Done, Failure> {
    let definitions = [definitions::read_usable(&arguments.old)?, definitions::read_usable(&arguments.new)?];
    let as_of = super::as_of(&arguments.data)?;
    let target = Target::of(arguments.output.as_deref(), arguments.force)?;
    let options = options(arguments)?;
    let wishes = Wishes { outcome: outcome(arguments.outcome.as_deref())?, ..Wishes::default() };
    let prepared = definitions.each_ref().map(|definition| prepare(&definition.meaning(), &wishes));
    let (old, new, rejected) = read(arguments, &prepared, as_of)?;
    super::warn_if_stale(&arguments.data, &old.report, as_of);
    let found = compare(&definitions, &prepared, [&old, new.as_ref().unwrap_or(&old)], as_of, &options);
    let reading = if arguments.disagreement { Reading::Disagreement } else { Reading::Change };
    if found.is_none() && found.changes.is_empty() {
        terminal::say("the two definitions mean the same");
    }
    target.put(&document(&found, reading))?;
    Ok(if rejected { Done::WithRejects } else { Done::Well })
}

fn options(arguments: &ImpactArguments) -> Result<ImpactOptions, Failure> {
    let (from, to) = period(arguments.from.as_deref(), arguments.to.as_deref())?;
    Ok(ImpactOptions { from, to, named: arguments.top })
}

/// Reads the files for both definitions: once, where both read them alike. Says whether rows were rejected.
fn read(
    arguments: &ImpactArguments,
    prepared: &[Prepared; 2],
    as_of: i64,
) -> Result<(Dataset, Option<Dataset>, bool), Failure> {
    let [old, new] = prepared.each_ref().map(|prepared| &prepared.meaning);
    let is_alike = old.lead == new.lead && old.event == new.event && old.missing == new.missing;
    let paths = arguments.data.leads.iter().chain(&arguments.data.events);
    if !is_alike && paths.into_iter().any(|path| path == Path::new("-")) {
        let message = "the two definitions read different columns, and standard input `-` can be read once only";
        return Err(Failure::bad_input(message).help("give it as a file"));
    }
    let request = (&arguments.data).into();
    let first = files::read(&request, old, as_of, |_| {})?;
    files::tell(&first.report);
    let second = if is_alike { None } else { Some(files::read(&request, new, as_of, |_| {})?) };
    let rejected = first.report.rejected().max(second.as_ref().map_or(0, |second| second.report.rejected()));
    tell_rejected(rejected);
    Ok((first, second, rejected > 0))
}

fn compare(
    definitions: &[CheckedDefinition; 2],
    prepared: &[Prepared; 2],
    data: [&Dataset; 2],
    as_of: i64,
    options: &ImpactOptions,
) -> Impact {
    let bar = walking_bar(data.iter().map(|data| data.leads.ids.len() as u64).sum());
    let judge = |definition, prepared, data| Judged::new(definition, prepared, data, as_of, &|leads| bar.inc(leads));
    let ([old, new], [old_prepared, new_prepared], [old_data, new_data]) = (definitions, prepared, data);
    let found = impact(&judge(old, old_prepared, old_data), &judge(new, new_prepared, new_data), options);
    bar.finish_and_clear();
    found
}
