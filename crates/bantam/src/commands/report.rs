//! `bantam report`: leads, events and spend in, a report out.

mod spend;
mod wishes;

use crate::cli::{PeriodName, ReportArguments};
use crate::failure::Failure;
use crate::sink::{Sink, refuse_existing};
use crate::{Done, clock, definitions, files, terminal};
use bantam_engine::input::{Dataset, InputReport};
use bantam_insight::document::Document;
use bantam_insight::history::{History, Prepared, gather, prepare};
use bantam_insight::report::{About, Cut, Period, Report, ReportOptions, Span, report, report_document};
use bantam_lang::CheckedDefinition;
use bantam_lang::nearest::did_you_mean;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(arguments: &ReportArguments) -> Result<Done, Failure> {
    let definition = definitions::read_usable(&arguments.definition)?;
    if definition.meaning().hand_off.is_none() {
        let message = format!("{} says nowhere at which stage a lead passes to sales", arguments.definition.display());
        return Err(Failure::bad_input(message).help("add `hand_off:` with the name of one of its stages"));
    }
    let as_of = super::as_of(&arguments.data)?;
    let format = arguments.output.as_deref().map(output_format).transpose()?;
    if let Some(path) = arguments.output.as_deref().filter(|path| *path != Path::new("-")) {
        refuse_existing(path, arguments.force)?;
    }
    let wishes = wishes::wishes(arguments)?;
    let mut options = options(arguments)?;
    let prepared = prepare(&definition.meaning(), &wishes);
    let mut rejected = 0_u64;
    let data = files::read(&(&arguments.data).into(), &prepared.meaning, as_of, |_| rejected += 1)?;
    tell(arguments, &data.report, as_of);
    let history = walk(&prepared, &data, as_of);
    wishes::check(&wishes, &history)?;
    options.cuts = cuts(&arguments.cut, &history)?;
    let spend = spend::read(arguments, as_of)?;
    let rows = spend.as_ref().map(|spend| spend.rows.as_slice());
    let report = report(&history, rows, &options);
    let document = document(&definition, &report, &history, as_of);
    match (&arguments.output, format) {
        (Some(path), Some(format)) => write(&document, path, format, arguments.force)?,
        _ => terminal::print(&document.to_text(terminal::width()))?,
    }
    let spoilt = spend.is_some_and(|spend| spend.rejected > 0);
    Ok(if rejected > 0 || spoilt { Done::WithRejects } else { Done::Well })
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OutputFormat {
    Html,
    Markdown,
    Json,
    Csv,
    Text,
}

fn output_format(path: &Path) -> Result<OutputFormat, Failure> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    Ok(match extension.as_deref() {
        Some("html" | "htm") => OutputFormat::Html,
        Some("md") => OutputFormat::Markdown,
        Some("json") => OutputFormat::Json,
        Some("csv") => OutputFormat::Csv,
        Some("txt") => OutputFormat::Text,
        None if path == Path::new("-") => OutputFormat::Text,
        _ => {
            return Err(Failure::bad_input(format!("{} is of no known format", path.display()))
                .help("name it `.html`, `.md`, `.json`, `.csv` or `.txt`"));
        }
    })
}

fn options(arguments: &ReportArguments) -> Result<ReportOptions, Failure> {
    let from = arguments.from.as_deref().map(|text| super::moment(text, "--from")).transpose()?;
    let to = arguments.to.as_deref().map(|text| wishes::last_moment(text, "--to")).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Failure::bad_input("`--from` is later than `--to`").help("swap the two"));
    }
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
    let span = Span { from: super::moment(from, "--made-on")?, to: wishes::last_moment(to, "--made-on")? };
    if span.from >= span.to {
        return Err(Failure::bad_input("`--made-on` ends before it begins").help("swap the two days"));
    }
    Ok(span)
}

fn cuts(names: &[String], history: &History) -> Result<Vec<Cut>, Failure> {
    let cut = |name: &String| {
        Cut::of(name, history).ok_or_else(|| {
            let fixed = ["source", "campaign", "persona", "grade", "route", "owner"];
            let attributes = history.attributes.iter().map(|(name, _)| name.as_str());
            let known: Vec<&str> = fixed.into_iter().chain(attributes).collect();
            let help =
                did_you_mean(name, known.iter().copied()).unwrap_or_else(|| format!("there are {}", known.join(", ")));
            Failure::bad_input(format!("there is nothing named `{}` to cut by", terminal::printable(name))).help(help)
        })
    };
    names.iter().map(cut).collect()
}

/// Tells what reading found.
fn tell(arguments: &ReportArguments, found: &InputReport, as_of: i64) {
    files::tell(found);
    if found.rejected() > 0 {
        let rows = terminal::counted(found.rejected(), "row");
        terminal::say(&format!("note: {rows} rejected; `bantam score --rejects FILE` writes them with the reasons"));
    }
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
    let bar = ProgressBar::with_draw_target(Some(data.leads.ids.len() as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} leads {eta} walking through time") {
        bar.set_style(style);
    }
    if !terminal::is_attended() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let history = gather(prepared, data.timelines(), as_of, &|leads| bar.inc(leads));
    bar.finish_and_clear();
    history
}

fn document(definition: &CheckedDefinition, report: &Report, history: &History, as_of: i64) -> Document {
    let about = About {
        definition: definition.meaning().name.clone(),
        fingerprint: definition.fingerprint().to_string(),
        as_of: clock::show(as_of),
    };
    report_document(report, history, &about)
}

fn write(document: &Document, path: &Path, format: OutputFormat, force: bool) -> Result<(), Failure> {
    let text = match format {
        OutputFormat::Html => document.to_html(),
        OutputFormat::Markdown => document.to_markdown(),
        OutputFormat::Json => document.to_json(),
        OutputFormat::Csv => document.to_csv(),
        OutputFormat::Text => document.to_text(terminal::width()),
    };
    let mut sink = Sink::open(path, force)?;
    sink.write_all(text.as_bytes()).map_err(|error| sink.failure(&error))?;
    sink.finish()?;
    if path != Path::new("-") {
        terminal::say(&format!("wrote {}", path.display()));
    }
    Ok(())
}
