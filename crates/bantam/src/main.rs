#![doc = include_str!("../README.md")]

mod cli;
mod clock;
mod commands;
mod definitions;
mod failure;
mod files;
mod sink;
mod templates;
mod terminal;

use clap::Parser;
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
}

fn main() -> ExitCode {
    match run(Invocation::parse().command) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::WithRejects) => ExitCode::from(3),
        Ok(Done::FoundErrors) => ExitCode::from(2),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::say(&failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
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
        Command::Migrate(arguments) => commands::migrate::run(&arguments),
        Command::Serve(arguments) => commands::serve::run(arguments),
        Command::Schema => commands::schema::run(),
    }
}
