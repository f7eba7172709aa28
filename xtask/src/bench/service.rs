//! Measures the service from outside.

use super::{succeed, target};
use crate::steps::cargo;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The options with what they are unless given.
const OPTIONS: [(&str, &str); 5] =
    [("--facts", "200000"), ("--leads", "10000"), ("--seconds", "10"), ("--rounds", "3"), ("--store", "sqlite")];

/// Measures how many facts a second the service takes, beside the plain database, and how soon it answers and decides.
pub(crate) fn service(root: &Path, options: &[&str]) -> Result<(), String> {
    let mut values = OPTIONS;
    for pair in options.chunks(2) {
        let [name, value] = pair else { return Err(format!("`{}` needs a value", pair.join(" "))) };
        let known = values.iter_mut().find(|(known, _)| known == name);
        known.ok_or_else(|| format!("there is no option `{name}`"))?.1 = value;
    }
    succeed(cargo(root, &["build", "--release", "--package", "bantam"]))?;
    let example = ["build", "--release", "--package", "bantam-server", "--example", "service_load"];
    succeed(cargo(root, &example))?;
    let folder = target()?.join("bench").join("service");
    // Stores of an earlier measurement would be gone on with.
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let release = target()?.join("release");
    let mut measure = Command::new(release.join("examples").join("service_load"));
    measure.arg(release.join("bantam")).arg(folder).args(values.map(|(_, value)| value));
    succeed(measure)
}
