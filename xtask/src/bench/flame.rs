//! Pictures of where the time of a batch run goes: flame graphs, from samples of the call stack.

use super::batch::script;
use super::{succeed, target};
use crate::steps::{cargo, works};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Draws the pictures. A tool of its own, not a dependency: nothing that is shipped knows it.
const INFERNO: &str = "0.12.8";
const PERF_MISSING: &str = "this needs `perf`, which takes the samples; it runs on Linux alone.
Debian: `apt-get install linux-perf`; Ubuntu: `apt-get install linux-tools-generic`; Fedora: `dnf install perf`";

/// Records a run and draws it; `options` are those of `benches/batch/flame.py`.
pub(crate) fn flame(root: &Path, options: &[&str]) -> Result<(), String> {
    let mut perf = Command::new("perf");
    perf.arg("--version");
    if !works(perf) {
        return Err(PERF_MISSING.to_owned());
    }
    let bench = target()?.join("bench");
    let built = bench.join("flame");
    build_with_frame_pointers(root, &built)?;
    let tools = bench.join("tools");
    install_inferno(root, &tools)?;
    let mut draw = script(root, "flame.py", ("--bantam", &built.join("release/bantam")))?;
    draw.arg("--tools").arg(tools.join("bin")).args(options);
    succeed(draw)
}

/// With frame pointers the callers of a function are found at every sample, and at little cost. The build that is shipped has
/// none, and keeps its own folder, so that the two do not replace each other.
fn build_with_frame_pointers(root: &Path, folder: &Path) -> Result<(), String> {
    let mut build = cargo(root, &["build", "--release", "--package", "bantam", "--target-dir"]);
    build.arg(folder).env("RUSTFLAGS", "-C force-frame-pointers=yes").env("CFLAGS", "-fno-omit-frame-pointer");
    succeed(build)
}

fn install_inferno(root: &Path, folder: &Path) -> Result<(), String> {
    let installed = fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
    if installed.contains(&format!("\"inferno {INFERNO} ")) {
        return Ok(());
    }
    let mut install = cargo(root, &["install", "inferno", "--locked", "--version", INFERNO, "--root"]);
    // Without a folder for builds cargo takes a temporary one and cleans up behind itself.
    install.arg(folder).env_remove("CARGO_TARGET_DIR");
    succeed(install)
}
