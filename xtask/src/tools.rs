//! Installs what tests use beside Rust, in versions that are pinned: programs of Debian, Python packages, npm packages.
//!
//! Tests find the folder by `BANTAM_TEST_TOOLS`. Without that variable they say that they were skipped.

use crate::steps::{Outcome, works};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable by which tests find the folder.
pub(crate) const VARIABLE: &str = "BANTAM_TEST_TOOLS";

/// Programs, where Debian puts those that are on nobody's path, and the Debian packages they come with.
const PROGRAMS: [(&str, &str, &str); 5] = [
    ("python3", "/usr/bin", "python3-venv"),
    ("node", "/usr/bin", "nodejs"),
    ("npm", "/usr/bin", "npm"),
    ("chromium", "/usr/bin", "chromium"),
    ("initdb", "/usr/lib/postgresql", "postgresql"),
];

/// Returns the folder that holds Python and npm packages.
pub(crate) fn folder(root: &Path) -> PathBuf {
    root.join("target").join("test-tools")
}

/// Installs what is missing.
pub(crate) fn install(root: &Path) -> Outcome {
    match install_all(root) {
        Ok(()) => Outcome::Passed,
        Err(problem) => Outcome::Failed(problem),
    }
}

fn install_all(root: &Path) -> Result<(), String> {
    install_programs()?;
    let (wanted, folder) = (root.join("xtask").join("tools"), folder(root));
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let (requirements, python) = (wanted.join("requirements.txt"), folder.join("python"));
    unless_done(&folder.join("python.done"), &[&requirements], || {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&python))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        run(Command::new(python.join("bin").join("python")).args(pip).arg(&requirements))
    })?;
    let (manifest, lock) = (wanted.join("package.json"), wanted.join("package-lock.json"));
    unless_done(&folder.join("node.done"), &[&manifest, &lock], || {
        let node = folder.join("node");
        fs::create_dir_all(&node).map_err(|error| format!("cannot make {}: {error}", node.display()))?;
        for file in [&manifest, &lock] {
            let target = node.join(file.file_name().unwrap_or_default());
            fs::copy(file, target).map_err(|error| format!("cannot copy {}: {error}", file.display()))?;
        }
        // Not `ci`: it refuses a lock without the optional packages of other systems, which npm itself leaves out.
        let quiet = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
        run(Command::new("npm").args(quiet).current_dir(&node))
    })
}

/// Asks Debian's package manager for programs that are not here.
fn install_programs() -> Result<(), String> {
    let missing: Vec<&str> =
        PROGRAMS.iter().filter(|(name, folder, _)| !is_here(name, folder)).map(|&(_, _, package)| package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !works(apt(&["--version"])) {
        return Err(format!("install these by hand, there is no apt-get here: {}", missing.join(", ")));
    }
    run(&mut apt(&["update", "-qq"]))?;
    let mut install = apt(&["install", "-y", "-qq", "--no-install-recommends"]);
    run(install.args(&missing))
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Returns whether a program is on the path, or somewhere below a folder.
fn is_here(name: &str, folder: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let versions = fs::read_dir(folder).into_iter().flatten().flatten();
    let below = versions.map(|entry| entry.path().join("bin").join(name)).any(|file| file.is_file());
    // Python alone is not enough: Debian has the making of environments in a package of its own.
    let is_whole = name != "python3" || {
        let mut probe = Command::new("python3");
        probe.args(["-c", "import ensurepip, venv"]);
        works(probe)
    };
    (on_path || below) && is_whole
}

/// Does some work unless it was done from files with the same content.
fn unless_done(mark: &Path, files: &[&PathBuf], work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let mut content = String::new();
    for file in files {
        content += &fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    }
    if fs::read_to_string(mark).is_ok_and(|done| done == content) {
        return Ok(());
    }
    work()?;
    fs::write(mark, content).map_err(|error| format!("cannot write {}: {error}", mark.display()))
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("cannot start {name}: {error}")),
    }
}
