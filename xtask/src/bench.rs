//! Measurements that are repeated with one command.

use std::path::Path;

pub(crate) fn batch(_root: &Path, _options: &[&str]) -> Result<(), String> {
    Ok(())
}

pub(crate) fn titles(_root: &Path) -> Result<(), String> {
    Ok(())
}
