//! `bantam score`: files in, scores out.

use crate::cli::ScoreArguments;
use crate::failure::Failure;
use crate::sink::{Sink, refuse_existing};
use crate::{Done, definitions, files, terminal};
use bantam_engine::batch::{BatchOptions, BatchScores};
use bantam_engine::input::{Format, Rejected};
use bantam_engine::output::{Columns, write_reject, write_rejects_header, write_scores};
use bantam_engine::stream::Scored;
use bantam_lang::CheckedDefinition;
use std::path::Path;

mod summary;

pub(crate) use summary::{Summary, print_ranking};

/// How many rejected rows are told on standard error.
const REJECTS_SHOWN: u64 = 5;

pub(crate) fn run(arguments: &ScoreArguments) -> Result<Done, Failure> {
    let definition = definitions::read_usable(&arguments.definition)?;
    let as_of = super::as_of(&arguments.data)?;
    let output = match arguments.output.as_deref() {
        Some(path) => Some((path, output_format(arguments, path)?)),
        None => None,
    };
    if let Some((path, _)) = output.filter(|(path, _)| *path != Path::new("-")) {
        refuse_existing(path, arguments.force)?;
    }
    set_threads(arguments.threads)?;
    let columns = columns(arguments)?;
    let explain = columns.explain() || (arguments.json && output.is_none());
    let options = BatchOptions { explain, order: arguments.order.into() };
    let Scored { scores, report } = read_and_score(arguments, &definition, as_of, options)?;
    super::warn_if_stale(&arguments.data, &report, as_of);
    if let Some((path, format)) = output {
        write(&scores, path, format, &columns, arguments.force)?;
    }
    let summary = Summary::new(&scores, &definition, &report, as_of);
    let on_stdout = output.is_some_and(|(path, _)| path == Path::new("-"));
    match (arguments.json, output) {
        (true, _) if on_stdout => terminal::say(&summary.to_json(&scores, 0).to_string()),
        (true, _) => summary.print_json(&scores, arguments.top)?,
        (false, None) => print_ranking(&scores, &summary, arguments.top)?,
        (false, Some((path, _))) => summary.tell_written(path),
    }
    Ok(if report.rejected() > 0 { Done::WithRejects } else { Done::Well })
}

fn output_format(arguments: &ScoreArguments, path: &Path) -> Result<Format, Failure> {
    let named = arguments.output_format.map(Format::from).or_else(|| files::output_format(path));
    match named {
        Some(format) => Ok(format),
        None if path == Path::new("-") => Ok(Format::Csv),
        None => Err(Failure::bad_input(format!("{} is of no known format", path.display()))
            .help("name it `.csv`, `.ndjson`, `.jsonl` or `.parquet`, or say `--output-format`")),
    }
}

/// Returns the columns that were asked for.
fn columns(arguments: &ScoreArguments) -> Result<Columns, Failure> {
    match arguments.columns.as_slice() {
        [] if arguments.explain => Ok(Columns::explained()),
        [] => Ok(Columns::of_scores()),
        names => Columns::named(names).map_err(|problem| Failure::bad_input(format!("--columns: {problem}"))),
    }
}

fn set_threads(threads: Option<usize>) -> Result<(), Failure> {
    let Some(threads) = threads else { return Ok(()) };
    if threads == 0 {
        return Err(Failure::bad_input("`--threads` must be 1 or more"));
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .map_err(|error| Failure::ours(error.to_string()))
}

/// Scores leads by their events; rejected rows are written where asked for, and the first few told.
fn read_and_score<'m>(
    arguments: &ScoreArguments,
    definition: &'m CheckedDefinition,
    as_of: i64,
    options: BatchOptions,
) -> Result<Scored<'m>, Failure> {
    let mut rejects = Rejects::open(arguments)?;
    let scored = files::score(&(&arguments.data).into(), definition, as_of, options, |row| rejects.take(&row))?;
    rejects.finish()?;
    files::tell(&scored.report);
    let failed = scored.report.failed();
    if arguments.strict && failed > 0 {
        let values = terminal::counted(failed, "value");
        return Err(Failure::bad_input(format!("{values} cannot be read (see above), and `--strict` was asked for"))
            .help("mend them, change the attribute's type, or list them under `missing`"));
    }
    Ok(scored)
}

/// Takes rejected rows: writes them, tells the first few, counts the rest.
struct Rejects {
    sink: Option<Sink>,
    count: u64,
    failure: Option<Failure>,
}

impl Rejects {
    fn open(arguments: &ScoreArguments) -> Result<Rejects, Failure> {
        let sink = arguments.rejects.as_deref().map(|path| Sink::open(path, arguments.force)).transpose()?;
        let mut rejects = Rejects { sink, count: 0, failure: None };
        rejects.write(|sink| write_rejects_header(sink));
        Ok(rejects)
    }

    fn write(&mut self, write: impl Fn(&mut Sink) -> std::io::Result<()>) {
        if let (Some(sink), None) = (&mut self.sink, &self.failure)
            && let Err(error) = write(sink)
        {
            self.failure = Some(sink.failure(&error));
        }
    }

    fn take(&mut self, row: &Rejected) {
        self.count += 1;
        if self.count <= REJECTS_SHOWN {
            terminal::say(&format!("rejected: {} ({})", terminal::printable(&row.reason), row.place));
        }
        self.write(|sink| write_reject(row, sink));
    }

    fn finish(self) -> Result<(), Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.count > 0 {
            let rows = terminal::counted(self.count, "row");
            let way_out = if self.sink.is_some() { "" } else { "; `--rejects FILE` keeps them all with their reasons" };
            terminal::say(&format!("warning: {rows} rejected{way_out}"));
        }
        self.sink.map_or(Ok(()), Sink::finish)
    }
}

fn write(scores: &BatchScores<'_>, path: &Path, format: Format, columns: &Columns, force: bool) -> Result<(), Failure> {
    let mut sink = Sink::open(path, force)?;
    let written = write_scores(scores, format, columns, &mut sink);
    written.map_err(|error| sink.failure(&error))?;
    sink.finish()
}
