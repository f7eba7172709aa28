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

/// Builds bantam and runs a script that measures it.
fn measure(root: &Path, name: &str, options: &[&str]) -> Result<(), String> {
    succeed(cargo(root, &["build", "--release", "--package", "bantam"]))?;
    let bantam = target()?.join("release").join("bantam").with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = script(root, name, &bantam)?;
    command.args(options);
    succeed(command)
}

/// Returns a call of a script, with what all of them are given.
pub(super) fn script(root: &Path, name: &str, bantam: &Path) -> Result<Command, String> {
    let data = target()?.join("bench");
    let mut command = Command::new(python(root, &data)?);
    // The scripts import each other, and what Python makes of that does not belong beside them.
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(root.join("benches/batch").join(name));
    command.arg("--bantam").arg(bantam).arg("--data").arg(data);
    Ok(command)
}
