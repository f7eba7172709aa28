//! `bantam simulate`: sample data of any size, with a known truth.

use crate::cli::{CompanyName, FormatName, OrderName, SimulateArguments};
use crate::failure::Failure;
use crate::sink::Sink;
use crate::{Done, terminal};
use bantam_simulate::{Company, EventOrder, Format, Settings, Summary, write_sample};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

pub(crate) fn run(arguments: &SimulateArguments) -> Result<Done, Failure> {
    let as_of = super::moment(&arguments.as_of, "--as-of")?;
    let mut settings = Settings::new(arguments.seed, arguments.leads, arguments.days, as_of);
    settings.company = match arguments.company {
        CompanyName::B2b => Company::B2b,
        CompanyName::Shop => Company::Shop,
    };
    settings.drift = !arguments.no_drift;
    settings.bots = !arguments.no_bots;
    settings.dirty = arguments.dirty;
    let format = match arguments.format {
        FormatName::Csv => Format::Csv,
        FormatName::Ndjson => Format::Ndjson,
        FormatName::Parquet => Format::Parquet,
    };
    let order = match arguments.order {
        OrderName::Time => EventOrder::ByTime,
        OrderName::Lead => EventOrder::ByLead,
    };
    let summary = write_files(&settings, format, order, &arguments.folder, arguments.force)?;
    terminal::say(&describe(&summary, &arguments.folder));
    Ok(Done::Well)
}

/// Says what was made.
fn describe(summary: &Summary, folder: &Path) -> String {
    format!(
        "wrote {} and {} to {} ({} left silent, {} sent twice, {} late, {} of bots, {} convert)",
        terminal::counted(summary.leads, "lead"),
        terminal::counted(summary.events, "event"),
        folder.display(),
        terminal::count(summary.silent),
        terminal::count(summary.repeats),
        terminal::count(summary.late),
        terminal::count(summary.machine_made),
        terminal::count(summary.converted),
    )
}

/// Writes leads, events, spend and truth into a folder, which is made where it does not exist. All files appear together
/// when all are written.
pub(crate) fn write_files(
    settings: &Settings,
    format: Format,
    order: EventOrder,
    folder: &Path,
    force: bool,
) -> Result<Summary, Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, "make the folder", &error))?;
    let bar = progress_bar(settings.leads);
    let opened: Arc<Mutex<Vec<Sink>>> = Arc::default();
    let mut refused = None;
    let open = |name: &str| -> io::Result<Box<dyn Write + Send>> {
        match Sink::open(&folder.join(name), force) {
            Ok(sink) => {
                let mut sinks = opened.lock().map_err(|_| io::Error::other("a writer stopped"))?;
                sinks.push(sink);
                Ok(Box::new(Shared { sinks: opened.clone(), index: sinks.len() - 1 }))
            }
            Err(failure) => {
                refused = Some(failure);
                Err(io::Error::other("not opened"))
            }
        }
    };
    let written = write_sample(settings, format, order, open, |leads| bar.set_position(leads));
    bar.finish_and_clear();
    if let Some(failure) = refused {
        return Err(failure);
    }
    let summary = written.map_err(|error| Failure::ours(format!("cannot write the sample: {error}")))?;
    let sinks = std::mem::take(&mut *opened.lock().map_err(|_| Failure::ours("a writer stopped"))?);
    sinks.into_iter().try_for_each(Sink::finish)?;
    Ok(summary)
}

/// One of the files being written; they are finished together at the end.
struct Shared {
    sinks: Arc<Mutex<Vec<Sink>>>,
    index: usize,
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sinks = self.sinks.lock().map_err(|_| io::Error::other("a writer stopped"))?;
        sinks.get_mut(self.index).map_or(Ok(0), |sink| sink.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut sinks = self.sinks.lock().map_err(|_| io::Error::other("a writer stopped"))?;
        sinks.get_mut(self.index).map_or(Ok(()), |sink| sink.flush())
    }
}

fn progress_bar(leads: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(leads), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} leads {eta}") {
        bar.set_style(style);
    }
    if !terminal::is_attended() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}
