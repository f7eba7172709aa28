//! Measurements that are repeated with one command. What they need is installed below `target/`, nowhere else.

mod batch;
mod flame;
mod live;
mod service;

pub(crate) use batch::{batch, big, pages, rules, store, whatif};
pub(crate) use flame::flame;
pub(crate) use live::live;
pub(crate) use service::service;

use crate::steps::{cargo, works};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Measures the reading of job titles on labelled ones.
pub(crate) fn titles(root: &Path) -> Result<(), String> {
    succeed(cargo(root, &["test", "--package", "bantam-lang", "--test", "titles_measured", "--", "--nocapture"]))
}

/// Returns the folder for builds: this program was built into it, in a folder named after its profile.
fn target() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| format!("where is this program? {error}"))?;
    program.ancestors().nth(2).map(Path::to_owned).ok_or_else(|| "this program is in no folder for builds".to_owned())
}

/// Returns a Python of its own, with the packages of `benches/requirements.txt`.
fn python(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let environment = folder.join("python");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = root.join("benches/requirements.txt");
    let text = fs::read_to_string(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let installed = environment.join("installed.txt");
    if works(probe(&python)) && fs::read_to_string(&installed).is_ok_and(|installed| installed == text) {
        return Ok(python);
    }
    if !works(probe(Path::new("python3"))) {
        return Err("this measurement needs `python3` (3.11 or later) with its `venv` module".to_owned());
    }
    println!("installing {} into {}", wanted.display(), environment.display());
    let mut create = Command::new("python3");
    create.args(["-m", "venv", "--clear"]).arg(&environment);
    succeed(create)?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted);
    succeed(install)?;
    fs::write(&installed, text).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}

fn probe(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-c", "import venv"]);
    command
}

/// Runs a command in the open.
fn succeed(mut command: Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("cannot start {name}: {error}")),
    }
}
