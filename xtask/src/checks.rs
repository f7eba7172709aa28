//! Everything a change must pass, as steps.

use crate::steps::{Outcome, Steps, cargo, outcome, works};
use crate::{tidy, tools};
use std::path::Path;
use std::process::Command;

/// How much is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it.
    Everything,
    /// Neither integration tests nor the examples in documentation: what one runs between two edits.
    WithoutSlowTests,
}

/// Runs all steps.
pub(crate) fn run(root: &Path, extent: Extent) -> Result<(), String> {
    let mut steps = Steps::default();
    steps.run("tidy", || tidy::outcome(root));
    steps.run("format", || with_component(root, "rustfmt", &["fmt", "--version"], &["fmt", "--all", "--check"]));
    let lints = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("lints", || with_component(root, "clippy", &["clippy", "--version"], &lints));
    if extent == Extent::Everything {
        steps.run("tools", || tools::install(root));
    }
    steps.run("tests", || outcome(tests(root, extent)));
    if extent == Extent::Everything {
        steps.run("examples", || outcome(cargo(root, &["test", "--workspace", "--doc"])));
    }
    steps.run("documentation", || outcome(documentation(root)));
    steps.finish()
}

/// Runs cargo with a component of the toolchain, and installs that first where it is missing.
fn with_component(root: &Path, component: &str, probe: &[&str], arguments: &[&str]) -> Outcome {
    if !works(cargo(root, probe)) {
        println!("{component} is not installed here, asking rustup for it");
        let mut rustup = Command::new("rustup");
        rustup.args(["component", "add", component]);
        if !works(rustup) {
            return Outcome::Skipped(format!("`rustup component add {component}` did not work"));
        }
    }
    outcome(cargo(root, arguments))
}

/// cargo-nextest runs tests of all crates side by side and shows those that fail at the end; plain cargo does without.
fn tests(root: &Path, extent: Extent) -> Command {
    let runner: &[&str] = if works(cargo(root, &["nextest", "--version"])) {
        &["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "slow", "--final-status-level", "fail"]
    } else {
        println!("cargo-nextest is not installed, so `cargo test` runs the tests");
        &["test", "--workspace", "--no-fail-fast", "--quiet"]
    };
    let mut command = cargo(root, runner);
    command.args(["--lib", "--bins"]);
    if extent == Extent::Everything {
        command.args(["--tests", "--examples"]).env(tools::VARIABLE, tools::folder(root));
    }
    command
}

fn documentation(root: &Path) -> Command {
    let mut command = cargo(root, &["doc", "--workspace", "--no-deps", "--quiet"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}
