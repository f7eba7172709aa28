//! Where results go: a file that appears whole or not at all, or standard output.

use crate::failure::Failure;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file in the making, or standard output.
pub(crate) enum Sink {
    /// Written beside its target, moved into place when finished.
    File {
        /// What is written to.
        writer: BufWriter<NamedTempFile>,
        /// Where it will stand.
        target: PathBuf,
    },
    /// Standard output.
    Output(BufWriter<io::Stdout>),
}

impl Sink {
    /// Opens a target; `-` is standard output. An existing file is kept unless `force`.
    pub(crate) fn open(target: &Path, force: bool) -> Result<Sink, Failure> {
        if target == Path::new("-") {
            return Ok(Sink::Output(BufWriter::new(io::stdout())));
        }
        refuse_existing(target, force)?;
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let file = NamedTempFile::new_in(folder).map_err(|error| Failure::file(target, "write", &error))?;
        Ok(Sink::File { writer: BufWriter::with_capacity(1 << 20, file), target: target.to_owned() })
    }

    /// Finishes: what was written is on the disk and stands at its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self {
            Sink::Output(mut writer) => writer.flush().map_err(|error| Failure::output(&error)),
            Sink::File { writer, target } => {
                let fail = |error: &io::Error| Failure::file(&target, "write", error);
                let file = writer.into_inner().map_err(|error| fail(error.error()))?;
                let permissions = permissions_of(&target);
                file.as_file().sync_all().map_err(|error| fail(&error))?;
                let file = file.persist(&target).map_err(|error| fail(&error.error))?;
                if let Some(permissions) = permissions {
                    file.set_permissions(permissions).map_err(|error| fail(&error))?;
                }
                sync_folder(&target);
                Ok(())
            }
        }
    }

    /// Returns the failure to write to this sink.
    pub(crate) fn failure(&self, error: &io::Error) -> Failure {
        match self {
            Sink::Output(_) => Failure::output(error),
            Sink::File { target, .. } => Failure::file(target, "write", error),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::File { writer, .. } => writer.write(bytes),
            Sink::Output(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::File { writer, .. } => writer.flush(),
            Sink::Output(writer) => writer.flush(),
        }
    }
}

/// Fails where a file stands at `target` and may not be replaced.
pub(crate) fn refuse_existing(target: &Path, force: bool) -> Result<(), Failure> {
    if !force && target.symlink_metadata().is_ok() {
        let message = format!("{} exists already", target.display());
        return Err(Failure::bad_input(message).help("choose another name, or replace it with `--force`"));
    }
    Ok(())
}

/// Temporary files are private; the result gets the rights of the file it replaces, or what a new file would get.
#[cfg(unix)]
fn permissions_of(target: &Path) -> Option<std::fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    let of_old = target.metadata().ok().map(|metadata| metadata.permissions());
    Some(of_old.unwrap_or_else(|| std::fs::Permissions::from_mode(0o644)))
}

#[cfg(not(unix))]
fn permissions_of(_: &Path) -> Option<std::fs::Permissions> {
    None
}

/// The new name is on the disk once its folder is. Some file systems cannot do that; the content is safe either way.
pub(crate) fn sync_folder(target: &Path) {
    if let Some(folder) = target.parent().filter(|folder| *folder != Path::new(""))
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}
