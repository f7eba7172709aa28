#![doc = include_str!("../README.md")]

mod cli;
mod clock;
mod commands;
mod configuration;
mod definitions;
mod failure;
mod files;
mod logs;
mod sink;
mod templates;
mod terminal;

use clap::{CommandFactory, FromArgMatches};
use cli::{Command, Invocation};
use failure::Failure;
use std::process::ExitCode;

/// What a command that did its work says with its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// All of it: 0.
    Well,
    /// All of it, and some rows of the input were rejected: 3.
    WithRejects,
    /// The question was answered, and the answer is that something is wrong: 2.
    FoundErrors,
    /// A store was looked at, and something in it is not as it should be: 1.
    FoundDifferences,
}

fn main() -> ExitCode {
    match invocation().and_then(|invocation| run(invocation.command)) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::WithRejects) => ExitCode::from(3),
        Ok(Done::FoundErrors) => ExitCode::from(2),
        Ok(Done::FoundDifferences) => ExitCode::from(1),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::say(&failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Reads the arguments, with what a file of settings says where neither they nor the environment do.
fn invocation() -> Result<Invocation, Failure> {
    let arguments: Vec<_> = std::env::args_os().collect();
    let command = configuration::apply(Invocation::command(), &arguments)?;
    let matches = command.get_matches_from(arguments);
    Invocation::from_arg_matches(&matches).map_err(|error| error.exit())
}

fn run(command: Command) -> Result<Done, Failure> {
    match command {
        Command::Demo(arguments) => commands::demo::run(&arguments),
        Command::Init(arguments) => commands::init::run(&arguments),
        Command::Templates(arguments) => commands::templates::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Score(arguments) => commands::score::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Report(arguments) => commands::report::run(&arguments),
        Command::Diff(arguments) => commands::diff::run(&arguments),
        Command::Impact(arguments) => commands::impact::run(&arguments),
        Command::Simulate(arguments) => commands::simulate::run(&arguments),
        Command::Import(arguments) => commands::import::run(&arguments),
        Command::Migrate(arguments) => commands::migrate::run(&arguments),
        Command::Serve(arguments) => commands::serve::run(arguments),
        Command::Keys(arguments) => commands::keys::run(&arguments),
        Command::People(arguments) => commands::people::run(&arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
        Command::Audit(arguments) => commands::audit::run(&arguments),
        Command::Backup(arguments) => commands::backup::run(&arguments),
        Command::Restore(arguments) => commands::restore::run(&arguments),
        Command::Schema => commands::schema::run(),
    }
}
