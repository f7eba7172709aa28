//! Measures scoring one lead at a time.

use super::{succeed, target};
use crate::steps::{cargo, works};
use std::path::Path;
use std::process::Command;

/// Measures one lead at a time beside others' engines; `options` are those of `benches/live/measure.py`.
pub(crate) fn live(root: &Path, options: &[&str]) -> Result<(), String> {
    if !works(python(&["-c", "import tomllib"])) {
        return Err("this measurement needs `python3` (3.11 or later)".to_owned());
    }
    let script = root.join("benches/live/measure.py");
    let mut measure = python(&[]);
    measure.arg(script).arg("--cargo").arg(cargo(root, &[]).get_program());
    measure.arg("--data").arg(target()?.join("bench").join("live")).args(options);
    succeed(measure)
}

fn python(arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.args(arguments);
    command
}
