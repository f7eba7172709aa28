//! Reads the text files of the project into memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What nobody wrote: builds, history, and what tools keep beside them.
const LEFT_OUT: [&str; 4] = ["target", ".git", "node_modules", "__pycache__"];
/// Larger files are data.
const BYTES_MAX: u64 = 4 << 20;

/// Text files by their path from the root, with `/` between folders.
#[derive(Default)]
pub(super) struct Files {
    texts: BTreeMap<String, String>,
    /// Every file, also those that are not text.
    paths: Vec<String>,
}

impl Files {
    /// Reads all files below a folder.
    pub(super) fn read(root: &Path) -> Result<Files, String> {
        let mut files = Files::default();
        files.add_folder(root, "").map_err(|error| format!("cannot read {}: {error}", root.display()))?;
        Ok(files)
    }

    fn add_folder(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if LEFT_OUT.contains(&name.as_str()) {
                continue;
            }
            if kind.is_dir() {
                self.add_folder(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                if entry.metadata()?.len() <= BYTES_MAX
                    && let Ok(text) = fs::read_to_string(entry.path())
                {
                    self.texts.insert(path.clone(), text);
                }
                self.paths.push(path);
            }
        }
        Ok(())
    }

    /// Makes files up, for tests of rules.
    #[cfg(test)]
    pub(super) fn of(texts: &[(&str, &str)]) -> Files {
        let texts: BTreeMap<String, String> =
            texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Files { paths: texts.keys().cloned().collect(), texts }
    }

    /// Returns the text of a file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Returns all text files.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Returns all text files whose name ends in one of `ends`.
    pub(super) fn ending(&self, ends: &'static [&'static str]) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(path, _)| ends.iter().any(|end| path.ends_with(end)))
    }

    /// Returns whether there is such a file, or a folder with files.
    pub(super) fn exists(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.paths.iter().any(|known| known == path || known.starts_with(&below))
    }

    /// Returns whether some file's path is this, or ends in it after a `/`.
    pub(super) fn is_end_of_a_path(&self, end: &str) -> bool {
        self.paths.iter().any(|path| path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
    }
}
