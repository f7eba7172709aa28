//! Batch scoring, measured by the scripts in `benches/batch`. What they are asked for is told by `--help` of each.

use super::{python, succeed, target};
use crate::steps::cargo;
use std::path::Path;
use std::process::Command;

/// Measures bantam beside SQL by hand.
pub(crate) fn batch(root: &Path, options: &[&str]) -> Result<(), String> {
    measure(root, "measure.py", options)
}

/// Measures bantam with more rules, and with other kinds of them.
pub(crate) fn rules(root: &Path, options: &[&str]) -> Result<(), String> {
    measure(root, "rules.py", options)
}

/// Measures bantam on more events than its memory holds.
pub(crate) fn big(root: &Path, options: &[&str]) -> Result<(), String> {
    measure(root, "big.py", options)
}

/// Measures the service on a large store.
pub(crate) fn store(root: &Path, options: &[&str]) -> Result<(), String> {
    measure(root, "store.py", options)
}

/// Measures every page of the web app, with the demo's data and on a large store.
pub(crate) fn pages(root: &Path, options: &[&str]) -> Result<(), String> {
    measure(root, "pages.py", options)
}

/// Builds bantam and runs a script that measures it.
fn measure(root: &Path, name: &str, options: &[&str]) -> Result<(), String> {
    succeed(cargo(root, &["build", "--release", "--package", "bantam"]))?;
    let bantam = target()?.join("release").join("bantam").with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = script(root, name, ("--bantam", &bantam))?;
    command.args(options);
    succeed(command)
}

/// Measures what a change of a definition costs that is tried out on leads in memory.
pub(crate) fn whatif(root: &Path, options: &[&str]) -> Result<(), String> {
    let mut command = script(root, "whatif.py", ("--cargo", Path::new(cargo(root, &[]).get_program())))?;
    command.args(options);
    succeed(command)
}

/// Returns a call of a script, with what all of them are given and the program that it measures or measures with.
pub(super) fn script(root: &Path, name: &str, program: (&str, &Path)) -> Result<Command, String> {
    let data = target()?.join("bench");
    let mut command = Command::new(python(root, &data)?);
    // The scripts import each other, and what Python makes of that does not belong beside them.
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(root.join("benches/batch").join(name));
    command.arg(program.0).arg(program.1).arg("--data").arg(data);
    Ok(command)
}
