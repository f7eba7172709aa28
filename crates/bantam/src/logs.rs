//! Writes what the service has to say about its work to standard error: a line each, as text or as JSON.

use crate::failure::Failure;
use clap::ValueEnum;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// Starts to write down what is of a level at least, such as `info`, or of levels by part, such as
/// `warn,bantam_server=debug`.
pub(crate) fn start(level: &str, format: LogFormat) -> Result<(), Failure> {
    let unknown =
        |_| Failure::bad_input(format!("`{level}` is no level; write error, warn, info, debug, trace or off"));
    let wanted: Targets = level.parse().map_err(unknown)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let started = tracing_subscriber::registry().with(lines.with_filter(wanted)).try_init();
    started.map_err(|_| Failure::ours("the log was started twice"))
}
