//! What is at hand, held to the store: forgotten where another node wrote, and what a group will need asked for at once.

use super::{Desk, Given, load_rules};
use crate::identity::tombstone;
use crate::{CoreError, Rules};
use bantam_store::{Foreseen, Ledger, SubjectKind};
use std::sync::Arc;

impl Desk {
    /// Forgets what is at hand where somebody else wrote to the store meanwhile. To be called first in each transaction.
    pub fn keep_up(&mut self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        if ledger.is_alone()? {
            return Ok(());
        }
        *self = Desk::open_with(ledger, self.rules.take())?;
        Ok(())
    }

    /// Goes on where a store was left. `known` is a definition at hand: what one means never changes, and reading it
    /// again costs more than all else here.
    pub(super) fn open_with(ledger: &mut dyn Ledger, known: Option<Arc<Rules>>) -> Result<Desk, CoreError> {
        let mut desk = Desk { moment: moment(ledger)?, ..Desk::default() };
        if let Some(fingerprint) = ledger.setting("active")? {
            let fingerprint = String::from_utf8_lossy(&fingerprint);
            desk.rules = match known.filter(|rules| rules.fingerprint == fingerprint) {
                Some(rules) => Some(rules),
                None => load_rules(ledger, &fingerprint)?.map(Arc::new),
            };
        }
        desk.open_renewal(ledger)?;
        desk.open_schedule(ledger)?;
        Ok(desk)
    }

    /// Returns what a group of facts will ask the store for, beside what is at hand.
    pub(super) fn foreseen<'g>(&self, group: &'g [Given]) -> Foreseen<'g> {
        let mut foreseen = Foreseen::default();
        for given in group {
            foreseen.messages.push(given.message);
            let users = given.fact.user.iter().map(|user| (SubjectKind::User, user));
            let visitors = given.fact.anonymous.iter().map(|anonymous| (SubjectKind::Anonymous, anonymous));
            for (kind, name) in users.chain(visitors) {
                match self.subjects.get(&(kind, name.clone())) {
                    Some(known) => {
                        foreseen.known.push(known.clone());
                        foreseen.leads.extend(known.lead.filter(|lead| !self.leads.contains_key(lead)));
                    }
                    None => {
                        foreseen.subjects.push((kind, name.into()));
                        foreseen.subjects.push((kind, tombstone(name).into()));
                    }
                }
            }
        }
        foreseen
    }
}

/// Returns the latest moment of what was written.
fn moment(ledger: &mut dyn Ledger) -> Result<i64, CoreError> {
    let moment = ledger.setting("moment")?.and_then(|bytes| Some(i64::from_le_bytes(*bytes.first_chunk()?)));
    Ok(moment.unwrap_or(i64::MIN))
}
