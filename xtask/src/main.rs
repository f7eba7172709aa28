//! Tasks of the project, run as `cargo xtask TASK`. Uses the standard library alone, so that it is built in seconds.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "tasks talk to the person who runs them")]

mod bench;
mod checks;
mod steps;
mod tidy;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "Tasks of the project

Usage: cargo xtask TASK

  test            Run everything a change must pass: formatting, tidy rules, lints, tests, documentation
  check           Run the same without integration tests and examples in documentation
  tools           Install what integration tests use beside Rust, in pinned versions
  tidy            Look at files alone: dependencies between crates, lengths, links and the like
  bench batch     Score a generated workload beside hand-written SQL, compare every lead, print time and memory
                  [--leads N] [--events N] [--rounds N] [--threads 1,2] [--formats parquet,csv,ndjson]
                  [--variants lead,time,lead-text,time-text] [--write]
  bench rules     Score the same workload with more rules, and with other kinds of them
                  [--leads N] [--events N] [--rounds N] [--threads N] [--write]
  bench big       Score 5,000,000 leads with 100,000,000 events in little memory
                  [--leads N] [--events N] [--memory-gib N] [--rounds N] [--threads N] [--compare] [--write]
  bench store     Fill a store with a year of history, start the service on it, decide all leads anew, read
  bench pages     Ask for every page of the web app, with the demo's data and on a large store, print milliseconds
                  [--leads N] [--events N] [--rounds N] [--store FILE] [--no-demo] [--write]
  bench whatif    Try changes of a definition on leads in memory, compare every lead, print milliseconds
                  [--leads N] [--events N] [--rounds N] [--write]
  bench flame     Draw where the time of scoring goes
                  [--leads N] [--events N] [--threads N] [--variant lead,time] [--write]
  bench live      Score one lead at a time beside two rule engines, compare every lead, print microseconds
                  [--leads N] [--events N] [--rounds N] [--write]
  bench service   Send facts to a running service beside plain SQLite, print facts a second and delays
                  [--facts N] [--leads N] [--seconds N] [--rounds N]
  bench titles    Measure the reading of job titles on labelled ones, where they are at hand";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root();
    let outcome = match words.as_slice() {
        ["test"] => checks::run(&root, checks::Extent::Everything),
        ["check"] => checks::run(&root, checks::Extent::WithoutSlowTests),
        ["tools"] => match tools::install(&root) {
            steps::Outcome::Failed(problem) => Err(problem),
            _ => Ok(()),
        },
        ["tidy"] => tidy::run(&root),
        ["bench", "batch", options @ ..] => bench::batch(&root, options),
        ["bench", "rules", options @ ..] => bench::rules(&root, options),
        ["bench", "big", options @ ..] => bench::big(&root, options),
        ["bench", "store", options @ ..] => bench::store(&root, options),
        ["bench", "pages", options @ ..] => bench::pages(&root, options),
        ["bench", "whatif", options @ ..] => bench::whatif(&root, options),
        ["bench", "flame", options @ ..] => bench::flame(&root, options),
        ["bench", "live", options @ ..] => bench::live(&root, options),
        ["bench", "service", options @ ..] => bench::service(&root, options),
        ["bench", "titles"] => bench::titles(&root),
        [] | ["help" | "-h" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("{HELP}\n\nthere is no task `{}`", words.join(" "));
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\n{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the folder of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
