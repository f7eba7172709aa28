//! Finds out who a fact is about.

use super::{Desk, Given, Refusal, Taken, repeat_of};
use crate::CoreError;
use crate::fact::{FactKind, Flag};
use crate::identity::tombstone;
use bantam_store::{Ledger, Subject, SubjectKind};

/// Who a fact is about.
pub(super) enum About {
    Known(Subject),
    /// It need not be about anybody.
    Nobody,
    /// What becomes of it is settled already.
    Settled(Taken),
}

impl Desk {
    /// Finds out who a fact is about: a user, else a visitor, else nobody where it need not be about anybody.
    pub(super) fn subject_of(&mut self, ledger: &mut dyn Ledger, given: &Given) -> Result<About, CoreError> {
        let fact = &given.fact;
        let refused = |refusal| Ok(About::Settled(Taken::Refused(refusal)));
        match &fact.kind {
            FactKind::Retraction { .. }
            | FactKind::Spend { .. }
            | FactKind::Erasure { .. }
            | FactKind::Team(_)
            | FactKind::Draft { .. }
            | FactKind::Proposal { .. }
            | FactKind::Signature { .. }
            | FactKind::SignaturesVoided { .. }
            | FactKind::SignedActivation { .. }
            | FactKind::Activation { .. }
            | FactKind::Renewal { .. } => return Ok(About::Nobody),
            FactKind::Answer(answer) => {
                let Some(row) = ledger.hand_off(answer.hand_off)? else { return refused(Refusal::NoSuchHandOff) };
                return Ok(match ledger.subject_by_id(row.subject)?.filter(|subject| !subject.erased) {
                    Some(subject) => About::Known(subject),
                    None => About::Settled(Taken::Refused(Refusal::NoSuchHandOff)),
                });
            }
            FactKind::Opening { .. } | FactKind::DoNotScore { .. } | FactKind::Qualification { .. } => {
                let name = fact.user.as_deref().unwrap_or_default();
                return match ledger.find_subject(SubjectKind::User, name)? {
                    Some(subject) => Ok(About::Known(subject)),
                    None => refused(Refusal::NoSuchLead),
                };
            }
            FactKind::Event { .. } | FactKind::Profile { .. } | FactKind::Alias { .. } => {}
        }
        let known = match (&fact.user, &fact.anonymous) {
            (Some(user), _) => (SubjectKind::User, user),
            (None, Some(anonymous)) => (SubjectKind::Anonymous, anonymous),
            // Kept, but nobody's.
            (None, None) if fact.flags.contains(&Flag::IdentityIgnored) => return Ok(About::Nobody),
            (None, None) => return refused(Refusal::Nobody),
        };
        if !self.subjects.contains_key(&(known.0, known.1.clone()))
            && ledger.find_subject(known.0, known.1)?.is_none()
            && ledger.find_message(given.message)?.is_some()
        {
            // A repeat brings nobody into being, so that subjects get their numbers from the facts that count.
            return self.append(ledger, given, None, self.moment).map(|appended| About::Settled(repeat_of(&appended)));
        }
        match self.subject(ledger, known.0, known.1)? {
            Some(subject) => Ok(About::Known(subject)),
            None => refused(Refusal::Erased),
        }
    }

    /// Returns a subject by how it is known, a new one where there is none; `None` where it was erased.
    pub(super) fn subject(
        &mut self,
        ledger: &mut dyn Ledger,
        kind: SubjectKind,
        name: &str,
    ) -> Result<Option<Subject>, CoreError> {
        let key = (kind, name.to_owned());
        if let Some(subject) = self.subjects.get(&key) {
            return Ok(Some(subject.clone()));
        }
        if ledger.find_subject(kind, name)?.is_none() && ledger.find_subject(kind, &tombstone(name))?.is_some() {
            return Ok(None);
        }
        let subject = ledger.subject(kind, name)?;
        self.subjects.insert(key, subject.clone());
        Ok(Some(subject))
    }
}
