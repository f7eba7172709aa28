//! What commands that look after a store share: a snapshot to look at, progress, and whose fault a failure is.

use crate::failure::Failure;
use crate::sink::sync_folder;
use crate::terminal;
use bantam_core::CoreError;
use bantam_server::verify::{Counted, Findings, check_records};
use bantam_store::StoreError;
use bantam_store::sqlite::{SqliteReader, copy_snapshot, finish_copy, holder_of};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// A store as it stands at one moment, with room for what is made from it.
pub(super) struct Snapshot {
    pub(super) reader: SqliteReader,
    folder: TempDir,
}

impl Snapshot {
    /// Opens a store. Beside a service a copy is looked at: a long look at the store itself would let its log grow.
    pub(super) fn of(store: &Path, bar: &Bar) -> Result<Snapshot, Failure> {
        refuse_missing(store)?;
        let folder = TempDir::new().map_err(|error| Failure::file(&std::env::temp_dir(), "write to", &error))?;
        let reader = match holder_of(store) {
            None => SqliteReader::open_checked(store),
            Some(_) => {
                let copy = folder.path().join("copy.db");
                copy_snapshot(store, &copy, &mut |done, all| bar.show("copying", done, all))
                    .and_then(|()| SqliteReader::open_checked(&copy))
            }
        };
        Ok(Snapshot { reader: reader.map_err(store_failure)?, folder })
    }

    /// Returns where a store may be made from this one; it is gone afterwards.
    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.path().join("scratch.db")
    }
}

/// Returns an empty file in the folder of a target, readable by its owner alone. It is gone unless it is moved there.
fn file_beside(target: &Path) -> Result<NamedTempFile, Failure> {
    let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    NamedTempFile::new_in(folder).map_err(|error| Failure::file(target, "write", &error))
}

/// Moves a finished file to its place; it is there, whole, also after a power cut.
pub(super) fn put_in_place(file: NamedTempFile, target: &Path) -> Result<(), Failure> {
    file.persist(target).map_err(|error| Failure::file(target, "write", &error.error))?;
    sync_folder(target);
    Ok(())
}

/// Copies a store, be it in use, beside the file that the copy is to be, and looks at all records of the copy. Returns what
/// is wrong with it, with the copy itself where nothing is.
pub(super) fn checked_copy(store: &Path, target: &Path) -> Result<Result<(NamedTempFile, Counted), Findings>, Failure> {
    let bar = Bar::new();
    let copy = file_beside(target)?;
    copy_snapshot(store, copy.path(), &mut |done, all| bar.show("copying", done, all))
        .and_then(|()| finish_copy(copy.path()))
        .map_err(store_failure)?;
    let (found, looked_at) = check(copy.path(), &bar)?;
    bar.finish();
    Ok(if found.is_empty() { Ok((copy, looked_at)) } else { Err(found) })
}

/// Looks at all records of a copy; says what is wrong, if anything is.
fn check(copy: &Path, bar: &Bar) -> Result<(Findings, Counted), Failure> {
    let checked = SqliteReader::open_checked(copy).map_err(CoreError::from).and_then(|mut reader| {
        reader.inspect(|source| {
            let mut found = Findings::default();
            let show = &mut |doing, done, all| bar.show(doing, done, all);
            let counted = check_records(source, &mut found, show)?;
            Ok((found, counted))
        })
    });
    match checked {
        Err(CoreError::Store(error)) if error.is_damage() => {
            Ok((Findings { lines: vec![error.to_string()], more: 0 }, Counted::default()))
        }
        other => other.map_err(core_failure),
    }
}

/// Says what is wrong.
pub(super) fn tell(found: &Findings) {
    found.lines.iter().for_each(|line| terminal::say(&terminal::printable(line)));
    if found.more > 0 {
        terminal::say(&format!("and {} more", terminal::count(found.more)));
    }
}

/// Fails where there is no such file.
pub(super) fn refuse_missing(store: &Path) -> Result<(), Failure> {
    store.metadata().map(drop).map_err(|error| Failure::file(store, "read", &error))
}

/// Returns whose fault it is that a store could not be used.
pub(super) fn store_failure(error: StoreError) -> Failure {
    let message = error.to_string();
    match &error {
        StoreError::InUse { .. } | StoreError::Newer { .. } | StoreError::NoStore { .. } => Failure::bad_input(message),
        _ if error.is_damage() => Failure::bad_input(message),
        _ => Failure::device(message),
    }
}

/// Returns whose fault it is that a store could not be looked at.
pub(super) fn core_failure(error: CoreError) -> Failure {
    match error {
        CoreError::Store(error) => store_failure(error),
        other => Failure::bad_input(other.to_string()),
    }
}

/// A bar that says what is being done; hidden where nobody looks.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Bar {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} {msg}") {
            bar.set_style(style);
        }
        if !terminal::is_attended() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Bar(bar)
    }

    pub(super) fn show(&self, doing: &'static str, done: u64, all: u64) {
        self.0.set_message(doing);
        self.0.set_length(all);
        self.0.set_position(done);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
