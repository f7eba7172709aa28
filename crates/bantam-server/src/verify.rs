//! Turns a store into what is wrong with it. Reads and never writes, but for [`erase_again`], which a restored copy needs.
//!
//! 1. [`check_records`]: checksums, sequence, keys, and whether records fit together.
//! 2. [`replay`] takes the log once more into an empty store, and [`compare`] names what differs.
//! 3. [`audit`] asks of each decision alone whether it follows from what was known then.
//!
//! What was erased cannot be taken again. Leads that it touched are left out, and counted.

mod audit;
mod compare;
mod erase_again;
mod erased;
mod known;
mod records;
mod replay;

pub use audit::{Audit, Disagreement, audit};
pub use compare::{Comparison, compare};
pub use erase_again::{Tombstones, erase_again};
pub use erased::Erased;
pub use records::{Counted, check_records};
pub use replay::{hand_off_numbers, replay};

use bantam_core::CoreError;
use bantam_store::sqlite::SqliteScratch;
use bantam_store::{Inspection, Record, StoreError, Table};
use std::path::Path;

/// How many findings are told one by one: more are a sign of one cause.
const FOUND_MAX: usize = 100;
/// How many records are read at once: some megabytes.
const PAGE: usize = 2_000;

/// Is told what is being done, how much of it is done, and how much there is.
pub type Progress<'p> = &'p mut dyn FnMut(&'static str, u64, u64);

/// What was found to be wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// In words, the first of them.
    pub lines: Vec<String>,
    /// How many more there are.
    pub more: u64,
}

impl Findings {
    /// Returns whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn add(&mut self, line: String) {
        if self.lines.len() < FOUND_MAX {
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }
}

/// What a store turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// What is wrong.
    pub findings: Findings,
    /// How much was looked at.
    pub counted: Counted,
    /// How much was compared with the log taken once more, where that was asked for and could be done.
    pub comparison: Option<Comparison>,
}

/// Looks at all records and, where `scratch` names a file to be made, takes the log once more and compares.
///
/// A log that is damaged is not taken: what would come out of it is nobody's score.
pub fn verify(
    source: &mut dyn Inspection,
    scratch: Option<&Path>,
    progress: Progress<'_>,
) -> Result<Verification, CoreError> {
    let mut verification = Verification::default();
    let findings = &mut verification.findings;
    verification.counted = check_records(source, findings, &mut *progress)?;
    let Some(scratch) = scratch.filter(|_| verification.counted.log_is_sound) else { return Ok(verification) };
    let erased = Erased::of(source, &mut *progress)?;
    let mut copy = SqliteScratch::make(scratch, hand_off_numbers(source)?)?;
    verification.comparison = copy.work(|copy| match replay(source, copy, findings, &mut *progress)? {
        true => compare(source, copy, &erased, findings, progress).map(Some),
        false => Ok(None),
    })?;
    Ok(verification)
}

/// Calls `visit` with every record of a table, in order.
fn for_each(
    source: &mut dyn Inspection,
    table: Table,
    doing: &'static str,
    progress: Progress<'_>,
    visit: &mut dyn FnMut(&mut dyn Inspection, Record) -> Result<(), CoreError>,
) -> Result<u64, CoreError> {
    let (total, mut done, mut after) = (source.count(table)?, 0, i64::MIN);
    loop {
        progress(doing, done, total);
        let page = source.records(table, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        done += page.len() as u64;
        page.into_iter().try_for_each(|record| visit(source, record))?;
    }
}

/// Returns what was read; `None` where the record is damaged, which is told elsewhere.
fn unless_damaged<T>(read: Result<T, StoreError>) -> Result<Option<T>, CoreError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns who a record is about, for people: the lead's id.
fn about(source: &mut dyn Inspection, subject: Option<i64>) -> Result<String, CoreError> {
    let Some(id) = subject else { return Ok("nobody".to_owned()) };
    Ok(source.subject_by_id(id)?.map_or_else(|| format!("subject {id}"), |subject| format!("`{}`", subject.name)))
}
