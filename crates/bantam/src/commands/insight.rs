//! What `report` and `impact` share: where a document goes, stretches of time, columns with values, progress.

use crate::failure::Failure;
use crate::sink::{Sink, refuse_existing};
use crate::terminal;
use bantam_insight::document::Document;
use bantam_lang::convert::MICROS_PER_DAY;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How long a day is written: `2026-01-31`.
const DAY_LENGTH: usize = 10;

/// Where a document goes: a file, whose name says in which form, or the terminal.
pub(super) struct Target {
    file: Option<(PathBuf, Form)>,
    force: bool,
}

/// How a document is written.
#[derive(Clone, Copy)]
enum Form {
    Html,
    Markdown,
    Json,
    Csv,
    Text,
}

impl Target {
    /// Returns where a document is to go, before the work on it begins; fails where it cannot be put there.
    pub(super) fn of(output: Option<&Path>, force: bool) -> Result<Target, Failure> {
        let Some(path) = output else { return Ok(Target { file: None, force }) };
        let form = Form::of(path)?;
        if path != Path::new("-") {
            refuse_existing(path, force)?;
        }
        Ok(Target { file: Some((path.to_owned(), form)), force })
    }

    /// Puts a document there.
    pub(super) fn put(&self, document: &Document) -> Result<(), Failure> {
        let Some((path, form)) = &self.file else { return terminal::print(&document.to_text(terminal::width())) };
        let mut sink = Sink::open(path, self.force)?;
        sink.write_all(form.render(document).as_bytes()).map_err(|error| sink.failure(&error))?;
        sink.finish()?;
        if path != Path::new("-") {
            terminal::say(&format!("wrote {}", path.display()));
        }
        Ok(())
    }
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

/// Parses `--from` and `--to`.
pub(super) fn period(from: Option<&str>, to: Option<&str>) -> Result<(Option<i64>, Option<i64>), Failure> {
    let from = from.map(|text| super::moment(text, "--from")).transpose()?;
    let to = to.map(|text| last_moment(text, "--to")).transpose()?;
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        return Err(Failure::bad_input("`--from` is later than `--to`").help("swap the two"));
    }
    Ok((from, to))
}

/// Parses the end of a stretch of time: a day counts whole, a moment ends it.
pub(super) fn last_moment(text: &str, argument: &str) -> Result<i64, Failure> {
    let moment = super::moment(text, argument)?;
    Ok(if text.trim().len() == DAY_LENGTH { moment.saturating_add(MICROS_PER_DAY) } else { moment })
}

/// Parses `--outcome`: a column of the leads, and what it says for won ones.
pub(super) fn outcome(text: Option<&str>) -> Result<Option<(String, String)>, Failure> {
    text.map(|text| pair(text, "--outcome", "Converted=1")).transpose()
}

/// Parts `NAME=VALUE` at the last equals sign of a name that may have some itself: a value has none.
pub(super) fn pair(text: &str, argument: &str, example: &str) -> Result<(String, String), Failure> {
    let parts = text.rsplit_once('=').map(|(name, value)| (name.trim(), value.trim()));
    match parts.filter(|(name, value)| !name.is_empty() && !value.is_empty()) {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::bad_input(format!("`{}` has no two parts ({argument})", terminal::printable(text)))
            .help(format!("write {argument} {example}"))),
    }
}

/// Says how many rows were rejected, if any.
pub(super) fn tell_rejected(rejected: u64) {
    if rejected > 0 {
        let rows = terminal::counted(rejected, "row");
        terminal::say(&format!("note: {rows} rejected; `bantam score --rejects FILE` writes them with the reasons"));
    }
}

/// Returns a bar for so many leads on their way through time; hidden where nobody looks.
pub(super) fn walking_bar(leads: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(leads), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} leads {eta} walking through time") {
        bar.set_style(style);
    }
    if !terminal::is_attended() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}
