//! Takes what people and programs state and answer for: the fact, and who stated it, in one transaction. Neither is there
//! without the other.

use super::audit::{Actor, note};
use super::signing::{still_counts, void_lost};
use crate::app::App;
use crate::keys::Caller;
use crate::problem::Problem;
use crate::tracking::unavailable;
use bantam_core::definitions::DefinitionRefusal;
use bantam_core::fact::{Fact, FactKind};
use bantam_core::identity::tombstone;
use bantam_core::{CoreError, Desk, Given, Refusal, Taken};
use bantam_store::{Ledger, StoreError, SubjectKind};
use serde_json::{Value, json};

/// What is written down about something that is done, beside who does it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    action: &'static str,
    object: Object,
    old: Value,
    new: Value,
}

#[derive(Clone, Debug)]
enum Object {
    Named(String),
    /// A lead, by any id: what is written is a hash of the one that it goes by, as ids may be addresses.
    Lead(String),
}

impl Entry {
    /// Returns an entry about something that is called by a name of ours, never by one of a person.
    pub(crate) fn new(action: &'static str, object: impl Into<String>) -> Entry {
        Entry { action, object: Object::Named(object.into()), old: Value::Null, new: Value::Null }
    }

    /// Returns an entry about a lead.
    pub(crate) fn of_lead(action: &'static str, id: &str) -> Entry {
        Entry { action, object: Object::Lead(id.to_owned()), old: Value::Null, new: Value::Null }
    }

    /// Says what is now.
    pub(crate) fn with(self, new: Value) -> Entry {
        Entry { new, ..self }
    }

    /// Settles what a lead is called: what is done may change its id.
    pub(crate) fn settle(&mut self, ledger: &mut dyn Ledger) -> Result<(), StoreError> {
        if let Object::Lead(id) = &self.object {
            self.object = Object::Named(lead_reference(ledger, id)?);
        }
        Ok(())
    }

    /// Writes it down.
    pub(crate) fn write(mut self, ledger: &mut dyn Ledger, now: i64, actor: &Actor) -> Result<(), StoreError> {
        self.settle(ledger)?;
        let object = match &self.object {
            Object::Named(name) | Object::Lead(name) => name,
        };
        note(ledger, now, actor, self.action, object, (self.old, self.new))
    }

    /// Adds the number of the fact, by which the rest of what was stated is found.
    fn with_fact(mut self, seq: i64) -> Entry {
        match &mut self.new {
            Value::Object(fields) => {
                fields.insert("fact".to_owned(), json!(seq));
            }
            new => *new = json!({"fact": seq}),
        }
        self
    }
}

/// Returns what stands for a lead in the log: what would be left of its id if it were erased.
pub(crate) fn lead_reference(ledger: &mut dyn Ledger, id: &str) -> Result<String, StoreError> {
    let mut found = ledger.find_subject(SubjectKind::User, id)?;
    if found.is_none() {
        found = ledger.find_subject(SubjectKind::Anonymous, id)?;
    }
    let lead = found.and_then(|subject| subject.lead).map(|lead| ledger.subject_by_id(lead)).transpose()?.flatten();
    Ok(format!("lead:{}", tombstone(lead.as_ref().map_or(id, |lead| lead.name.as_str()))))
}

impl App {
    /// Takes a fact that somebody states and writes down that they did. A repeat, and what is refused, leaves nothing.
    pub(crate) async fn state(&self, caller: &Caller, fact: Fact, entry: Entry) -> Result<Taken, Problem> {
        let actor = caller.actor();
        let taken = self.recorder.work(move |desk, ledger, now| state(desk, ledger, now, &actor, fact, entry));
        let taken = taken.await.map_err(unavailable)?;
        self.recorder.count_one(&taken);
        Ok(taken)
    }

    /// Writes down what somebody did that is no fact, such as taking data away.
    pub(crate) async fn note(&self, caller: &Caller, entry: Entry) -> Result<(), Problem> {
        let actor = caller.actor();
        let noted = self.recorder.work(move |_, ledger, now| Ok(entry.write(ledger, now, &actor)?));
        noted.await.map_err(unavailable)
    }
}

/// Does the same inside a transaction.
pub(crate) fn state(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    fact: Fact,
    mut entry: Entry,
) -> Result<Taken, CoreError> {
    if let Some(refusal) = refuse_by_role(desk, ledger, now, actor, &fact.kind)? {
        return Ok(Taken::Refused(Refusal::Definition(refusal)));
    }
    entry.settle(ledger)?;
    let taken = desk.take(ledger, now, &[Given::new(fact)])?.into_iter().next();
    let taken = taken.unwrap_or(Taken::Refused(Refusal::Nobody));
    if let Taken::Accepted { seq, .. } = taken {
        entry.with_fact(seq).write(ledger, now, actor)?;
    }
    Ok(taken)
}

/// Returns why a step needs a role that is not there any more: roles may have changed since a page was shown, and since
/// somebody signed.
fn refuse_by_role(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    kind: &FactKind,
) -> Result<Option<DefinitionRefusal>, CoreError> {
    match kind {
        FactKind::Signature { team, by, .. } if !still_counts(ledger, *team, by)? => {
            Ok(Some(DefinitionRefusal::NoRole { team: *team }))
        }
        FactKind::SignedActivation { fingerprint, .. } => {
            void_lost(desk, ledger, now, actor, fingerprint)?;
            Ok(None)
        }
        _ => Ok(None),
    }
}
