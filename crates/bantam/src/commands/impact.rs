//! `bantam impact`: two definitions and the same facts in, what the second would change out.

use crate::cli::ImpactArguments;
use crate::failure::Failure;
use crate::sink::{Sink, refuse_existing};
use crate::{Done, definitions, files, terminal};
use bantam_engine::input::Dataset;
use bantam_insight::document::Document;
use bantam_insight::history::{Prepared, Wishes, prepare};
use bantam_insight::impact::{Impact, ImpactOptions, Judged, Reading, document, impact};
use bantam_lang::CheckedDefinition;
use bantam_lang::convert::MICROS_PER_DAY;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::path::Path;

/// The length of a day written without a time: 2026-01-31.
const DATE_LENGTH: usize = 10;

pub(crate) fn run(arguments: &ImpactArguments) -> Result<Done, Failure> {
    let definitions = [definitions::read_usable(&arguments.old)?, definitions::read_usable(&arguments.new)?];
    let as_of = super::as_of(&arguments.data)?;
    let form = arguments.output.as_deref().map(Form::of).transpose()?;
    if let Some(path) = arguments.output.as_deref().filter(|path| *path != Path::new("-")) {
        refuse_existing(path, arguments.force)?;
    }
    let options = options(arguments)?;
    let wishes = Wishes { outcome: outcome(arguments)?, ..Wishes::default() };
    let prepared = definitions.each_ref().map(|definition| prepare(&definition.meaning(), &wishes));
    let (old, new, rejected) = read(arguments, &prepared, as_of)?;
    super::warn_if_stale(&arguments.data, &old.report, as_of);
    let found = compare(&definitions, &prepared, [&old, new.as_ref().unwrap_or(&old)], as_of, &options);
    let reading = if arguments.disagreement { Reading::Disagreement } else { Reading::Change };
    if found.is_none() && found.changes.is_empty() {
        terminal::say("the two definitions mean the same");
    }
    let document = document(&found, reading);
    match (&arguments.output, form) {
        (Some(path), Some(form)) => write(&form.render(&document), path, arguments.force)?,
        _ => terminal::print(&document.to_text(terminal::width()))?,
    }
    Ok(if rejected { Done::WithRejects } else { Done::Well })
}

fn options(arguments: &ImpactArguments) -> Result<ImpactOptions, Failure> {
    let from = arguments.from.as_deref().map(|text| super::moment(text, "--from")).transpose()?;
    let to = arguments.to.as_deref().map(|text| end_of(text, "--to")).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Failure::bad_input("`--from` is later than `--to`").help("swap the two"));
    }
    Ok(ImpactOptions { from, to, named: arguments.top })
}

/// Returns the first moment after a day, or the moment that a time of day names.
fn end_of(text: &str, argument: &str) -> Result<i64, Failure> {
    let moment = super::moment(text, argument)?;
    Ok(if text.trim().len() == DATE_LENGTH { moment.saturating_add(MICROS_PER_DAY) } else { moment })
}

fn outcome(arguments: &ImpactArguments) -> Result<Option<(String, String)>, Failure> {
    let Some(text) = &arguments.outcome else { return Ok(None) };
    let parts = text.split_once('=').filter(|(column, _)| !column.trim().is_empty());
    let (column, won) = parts.ok_or_else(|| {
        Failure::bad_input(format!("`{}` is no column with a value (--outcome)", terminal::printable(text)))
            .help("write --outcome Converted=1")
    })?;
    Ok(Some((column.trim().to_owned(), won.trim().to_owned())))
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
    if rejected > 0 {
        let rows = terminal::counted(rejected, "row");
        terminal::say(&format!("note: {rows} rejected; `bantam score --rejects FILE` writes them with the reasons"));
    }
    Ok((first, second, rejected > 0))
}

fn compare(
    definitions: &[CheckedDefinition; 2],
    prepared: &[Prepared; 2],
    data: [&Dataset; 2],
    as_of: i64,
    options: &ImpactOptions,
) -> Impact {
    let bar = progress_bar(data.iter().map(|data| data.leads.ids.len() as u64).sum());
    let judge = |definition, prepared, data| Judged::new(definition, prepared, data, as_of, &|leads| bar.inc(leads));
    let ([old, new], [old_prepared, new_prepared], [old_data, new_data]) = (definitions, prepared, data);
    let found = impact(&judge(old, old_prepared, old_data), &judge(new, new_prepared, new_data), options);
    bar.finish_and_clear();
    found
}

fn progress_bar(leads: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(leads), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} leads {eta} walking through time") {
        bar.set_style(style);
    }
    if !terminal::is_attended() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

/// How an impact is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Html,
    Markdown,
    Json,
    Csv,
    Text,
}

impl Form {
    fn of(path: &Path) -> Result<Form, Failure> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        Ok(match extension.as_deref() {
            Some("html" | "htm") => Form::Html,
            Some("md") => Form::Markdown,
            Some("json") => Form::Json,
            Some("csv") => Form::Csv,
            Some("txt") => Form::Text,
            None if path == Path::new("-") => Form::Text,
            _ => {
                return Err(Failure::bad_input(format!("{} is of no known format", path.display()))
                    .help("name it `.html`, `.md`, `.json`, `.csv` or `.txt`"));
            }
        })
    }

    fn render(self, document: &Document) -> String {
        match self {
            Form::Html => document.to_html(),
            Form::Markdown => document.to_markdown(),
            Form::Json => document.to_json(),
            Form::Csv => document.to_csv(),
            Form::Text => document.to_text(terminal::width()),
        }
    }
}

fn write(text: &str, path: &Path, force: bool) -> Result<(), Failure> {
    let mut sink = Sink::open(path, force)?;
    sink.write_all(text.as_bytes()).map_err(|error| sink.failure(&error))?;
    sink.finish()?;
    if path != Path::new("-") {
        terminal::say(&format!("wrote {}", path.display()));
    }
    Ok(())
}
