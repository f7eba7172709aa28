//! `bantam report`: leads, events and spend in, a report out.

mod spend;
mod wishes;

use super::insight::{Target, last_moment, period, tell_rejected, walking_bar};
use crate::cli::{PeriodName, ReportArguments};
use crate::failure::Failure;
use crate::{Done, clock, definitions, files, terminal};
use bantam_engine::input::{Dataset, InputReport};
use bantam_insight::document::Document;
use bantam_insight::history::{History, Prepared, gather, prepare};
use bantam_insight::report::{About, Cut, Period, Report, ReportOptions, Span, report, report_document};
use bantam_lang::CheckedDefinition;
use bantam_lang::nearest::did_you_mean;

pub(crate) fn run(arguments: &ReportArguments) -> Result<Done, Failure> {
    let definition = definitions::read_usable(&arguments.definition)?;
    if definition.meaning().hand_off.is_none() {
        let message = format!("{} says nowhere at which stage a lead passes to sales", arguments.definition.display());
        return Err(Failure::bad_input(message).help("add `hand_off:` with the name of one of its stages"));
    }
    let as_of = super::as_of(&arguments.data)?;
    let target = Target::of(arguments.output.as_deref(), arguments.force)?;
    let wishes = wishes::wishes(arguments)?;
    let mut options = options(arguments)?;
    let prepared = prepare(&definition.meaning(), &wishes);
    let mut rejected = 0_u64;
    let data = files::read(&(&arguments.data).into(), &prepared.meaning, as_of, |_| rejected += 1)?;
    tell(arguments, &data.report, as_of);
    let mut history = walk(&prepared, &data, as_of);
    history.versions = versions(&arguments.decided)?;
    wishes::check(&wishes, &history)?;
    options.cuts = cuts(&arguments.cut, &history)?;
    let spend = spend::read(arguments, as_of)?;
    let rows = spend.as_ref().map(|spend| spend.rows.as_slice());
    let report = report(&history, rows, &options);
    let document = document(&definition, &report, &history, as_of);
    target.put(&document)?;
    let spoilt = spend.is_some_and(|spend| spend.rejected > 0);
    Ok(if rejected > 0 || spoilt { Done::WithRejects } else { Done::Well })
}

fn options(arguments: &ReportArguments) -> Result<ReportOptions, Failure> {
    let (from, to) = period(arguments.from.as_deref(), arguments.to.as_deref())?;
    for (name, value) in [
        ("--cost-per-hand-off", arguments.cost_per_hand_off),
        ("--value-per-win", arguments.value_per_win),
        ("--capacity", arguments.capacity),
    ] {
        if value.is_some_and(|value| !value.is_finite() || value < 0.0) {
            return Err(Failure::bad_input(format!("`{name}` must be 0 or more")));
        }
    }
    Ok(ReportOptions {
        from,
        to,
        by: match arguments.by {
            PeriodName::Week => Period::Week,
            PeriodName::Month => Period::Month,
            PeriodName::Quarter => Period::Quarter,
        },
        cuts: Vec::new(),
        cost_per_hand_off: arguments.cost_per_hand_off,
        value_per_win: arguments.value_per_win,
        capacity_a_week: arguments.capacity,
        made_on: arguments.made_on.as_deref().map(made_on).transpose()?,
    })
}

fn made_on(text: &str) -> Result<Span, Failure> {
    let Some((from, to)) = text.split_once("..") else {
        return Err(Failure::bad_input(format!("`{}` is no stretch of time (--made-on)", terminal::printable(text)))
            .help("write 2026-01-01..2026-03-31"));
    };
    let span = Span { from: super::moment(from, "--made-on")?, to: last_moment(to, "--made-on")? };
    if span.from >= span.to {
        return Err(Failure::bad_input("`--made-on` ends before it begins").help("swap the two days"));
    }
    Ok(span)
}

fn cuts(names: &[String], history: &History) -> Result<Vec<Cut>, Failure> {
    let cut = |name: &String| {
        Cut::of(name, history).ok_or_else(|| {
            if name == "version" {
                let message = "nothing says which version of the definition decided when";
                return Failure::bad_input(message).help("write `--decided 2026-01-01=first 2026-04-01=second`");
            }
            let fixed = ["source", "campaign", "persona", "grade", "route", "owner", "version"];
            let attributes = history.attributes.iter().map(|(name, _)| name.as_str());
            let known: Vec<&str> = fixed.into_iter().chain(attributes).collect();
            let help =
                did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("there are {}", known.join(", ")));
            Failure::bad_input(format!("there is nothing named `{}` to cut by", terminal::printable(name))).help(help)
        })
    };
    names.iter().map(cut).collect()
}

/// Reads from when on which version decided.
fn versions(texts: &[String]) -> Result<Vec<(i64, String)>, Failure> {
    let version = |text: &String| {
        let parts = text.split_once('=').map(|(from, name)| (from.trim(), name.trim()));
        let Some((from, name)) = parts.filter(|(_, name)| !name.is_empty()) else {
            let message = format!("`{}` names no version (--decided)", terminal::printable(text));
            return Err(Failure::bad_input(message).help("write a time and a name: 2026-01-01=first"));
        };
        Ok((super::moment(from, "--decided")?, name.to_owned()))
    };
    let mut versions = texts.iter().map(version).collect::<Result<Vec<_>, Failure>>()?;
    versions.sort();
    Ok(versions)
}

/// Tells what reading found.
fn tell(arguments: &ReportArguments, found: &InputReport, as_of: i64) {
    files::tell(found);
    tell_rejected(found.rejected());
    let Some(newest) = found.newest_event.filter(|_| arguments.data.as_of.is_none()) else { return };
    if as_of - newest > super::STALE_DAYS * bantam_lang::convert::MICROS_PER_DAY {
        terminal::say(&format!(
            "warning: the newest event is of {}, so what is open then seems to have waited until now; say `--as-of {}`",
            clock::show_short(newest),
            clock::show(newest)
        ));
    }
}

fn walk(prepared: &Prepared, data: &Dataset, as_of: i64) -> History {
    let bar = walking_bar(data.leads.ids.len() as u64);
    let history = gather(prepared, data.timelines(), as_of, &|leads| bar.inc(leads));
    bar.finish_and_clear();
    history
}

fn document(definition: &CheckedDefinition, report: &Report, history: &History, as_of: i64) -> Document {
    let about = About {
        definition: definition.meaning().name.clone(),
        fingerprint: definition.fingerprint().to_string(),
        as_of: clock::show(as_of),
        is_command: true,
    };
    report_document(report, history, &about)
}
