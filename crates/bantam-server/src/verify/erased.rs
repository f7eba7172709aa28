//! Which leads erasure has touched: what was derived for them cannot be derived again.

use super::{PAGE, Progress};
use bantam_core::fact::FactKind;
use bantam_core::identity::tombstone;
use bantam_core::{CoreError, read_fact};
use bantam_store::{Inspection, Ledger, StoredFact, SubjectId, SubjectKind, Table};
use std::collections::BTreeSet;

/// What erasure left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Subjects that were erased, and leads that were tied to one of them.
    touched: BTreeSet<SubjectId>,
    /// How many subjects were erased.
    pub subjects: u64,
    /// Whether a fact was retracted before it was erased: it may have merged anybody. Or leads were decided anew in more
    /// than one step after an activation: which lead was in which step depends on those there were.
    is_uncertain: bool,
    /// How many steps there were after the last activation.
    steps: u64,
}

impl Erased {
    /// Finds out what erasure has touched.
    pub fn of(source: &mut dyn Inspection, progress: Progress<'_>) -> Result<Erased, CoreError> {
        let mut erased = Erased::default();
        super::for_each(source, Table::Subjects, "subjects", &mut *progress, &mut |source, record| {
            if source.subject_by_id(record.id)?.is_some_and(|subject| subject.erased) {
                erased.touched.insert(record.id);
                erased.subjects += 1;
            }
            Ok(())
        })?;
        if erased.subjects == 0 {
            return Ok(erased);
        }
        let (mut seq, mut done, total) = (0, 0, source.count(Table::Facts)?);
        loop {
            progress("what was erased", done, total);
            let page = source.facts_after(seq, PAGE)?;
            let Some(last) = page.last() else { return Ok(erased) };
            seq = last.seq;
            done += page.len() as u64;
            page.iter().try_for_each(|stored| erased.look_at(source, stored))?;
        }
    }

    fn look_at(&mut self, source: &mut dyn Inspection, stored: &StoredFact) -> Result<(), CoreError> {
        let Some(fact) = read_fact(stored)? else {
            self.is_uncertain |= stored.retracted_by.is_some();
            return Ok(());
        };
        match &fact.kind {
            FactKind::Activation { .. } => self.steps = 0,
            FactKind::Renewal { .. } => self.steps += 1,
            _ => {}
        }
        self.is_uncertain |= self.steps > 1;
        let names = match &fact.kind {
            FactKind::Profile { links: true, .. } => fact.anonymous.as_deref(),
            FactKind::Alias { previous, .. } => Some(previous.as_str()),
            _ => None,
        };
        if let (Some(name), Some(about)) = (names, stored.subject)
            && is_erased(source, name)?
        {
            self.touched.insert(about);
            self.touched.extend(source.subject_by_id(about)?.and_then(|subject| subject.lead));
        }
        Ok(())
    }

    /// Returns whether a lead cannot be derived again.
    pub fn touches(&self, lead: SubjectId) -> bool {
        self.touched.contains(&lead)
    }

    /// Returns whether any lead that differs may differ because of what was erased.
    pub fn is_uncertain(&self) -> bool {
        self.is_uncertain
    }

    /// Returns whether nobody was erased.
    pub fn is_nobody(&self) -> bool {
        self.subjects == 0
    }
}

fn is_erased(source: &mut (impl Ledger + ?Sized), name: &str) -> Result<bool, CoreError> {
    let mark = tombstone(name);
    for kind in [SubjectKind::User, SubjectKind::Anonymous] {
        if source.find_subject(kind, &mark)?.is_some_and(|subject| subject.erased) {
            return Ok(true);
        }
    }
    Ok(false)
}
