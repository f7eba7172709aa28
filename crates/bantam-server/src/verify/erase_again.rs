//! Erases in a restored store who was erased after its backup was made.

use super::Progress;
use bantam_core::fact::{Fact, FactKind};
use bantam_core::identity::tombstone;
use bantam_core::{CoreError, Desk, Given, Taken};
use bantam_store::{Inspection, Ledger, Subject, SubjectKind, Table};
use std::collections::BTreeSet;

/// What is left of the ids of people who were erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tombstones(BTreeSet<String>);

impl Tombstones {
    /// Returns those of a store.
    ///
    /// # Errors
    /// Returns why the store cannot be read.
    pub fn of(source: &mut dyn Inspection) -> Result<Tombstones, CoreError> {
        let mut found = BTreeSet::new();
        let progress: Progress<'_> = &mut |_, _, _| {};
        super::for_each(source, Table::Subjects, "subjects", progress, &mut |source, record| {
            found.extend(source.subject_by_id(record.id)?.filter(|known| known.erased).map(|known| known.name));
            Ok(())
        })?;
        Ok(Tombstones(found))
    }

    /// Adds those that a file lists, one a line.
    pub fn extend<'t>(&mut self, lines: impl Iterator<Item = &'t str>) {
        self.0.extend(lines.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Erases those who have a tombstone; returns how many ids are gone.
///
/// # Errors
/// Returns why the store failed, or did not take an erasure.
pub fn erase_again(ledger: &mut dyn Ledger, tombstones: &Tombstones, now: i64) -> Result<u64, CoreError> {
    let mut desk = Desk::open(ledger)?;
    let mut erased = 0;
    // Subjects are numbered without gaps, and none goes.
    for id in 1.. {
        let Some(subject) = ledger.subject_by_id(id)? else { break };
        if subject.erased || !tombstones.0.contains(&tombstone(&subject.name)) {
            continue;
        }
        erased += erase_one(&mut desk, ledger, &subject, now)?;
        // What is at hand may be about somebody who is gone.
        desk = Desk::open(ledger)?;
    }
    Ok(erased)
}

fn erase_one(desk: &mut Desk, ledger: &mut dyn Ledger, subject: &Subject, now: i64) -> Result<u64, CoreError> {
    let mark = tombstone(&subject.name);
    if subject.kind == SubjectKind::Anonymous {
        // Of a lead it was part of then, what it did is gone from the log; the lead itself is somebody else.
        ledger.erase_subject(subject.id, &mark)?;
        return Ok(1);
    }
    let Some(lead) = subject.lead else { return Ok(0) };
    let members = ledger.members(lead)?;
    // Whoever was one with them at the time of the backup goes, too, as they would have gone then.
    let unable = |problem: &str| CoreError::Record { what: "subject", id: subject.id, problem: problem.to_owned() };
    if !desk.prepare_erasure(ledger, &subject.name)? {
        return Err(unable("it cannot be erased"));
    }
    let kind = FactKind::Erasure { tombstone: mark.clone(), by: "restore".into() };
    let fact = Fact::of_service(format!("erase-{mark}-{now}"), now, "restore", kind);
    match desk.take(ledger, now, &[Given::new(fact)])?.first() {
        Some(Taken::Accepted { .. }) => Ok(members.len() as u64),
        _ => Err(unable("its erasure was not taken")),
    }
}
