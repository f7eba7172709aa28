//! Takes definitions through their life, and lets one become active.

use super::{Desk, load_rules};
use crate::CoreError;
use crate::definitions::{self, DefinitionRefusal, DefinitionState, Proposal, Signature, Team, Version};
use crate::fact::FactKind;
use bantam_store::Ledger;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The setting that says which definition becomes active, and when.
const SETTING: &str = "scheduled";

/// A definition that becomes active at a moment to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Scheduled {
    fingerprint: String,
    at: i64,
}

impl Desk {
    pub(super) fn open_schedule(&mut self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        let Some(kept) = ledger.setting(SETTING)?.filter(|kept| !kept.is_empty()) else { return Ok(()) };
        let unreadable =
            |error: serde_json::Error| CoreError::Record { what: "setting", id: 0, problem: error.to_string() };
        self.scheduled = Some(serde_json::from_slice(&kept).map_err(unreadable)?);
        Ok(())
    }

    /// Lets a signed definition become active: now, or at the moment it was proposed for. One that was to become active
    /// before no longer is.
    pub(super) fn schedule(&mut self, ledger: &mut dyn Ledger, fingerprint: &str, at: i64) -> Result<(), CoreError> {
        let Some(mut version) = Version::read(ledger, fingerprint)? else { return Ok(()) };
        self.forget_schedule(ledger)?;
        let effective_at = version.proposal.as_ref().and_then(|proposal| proposal.effective_at);
        let Some(effective_at) = effective_at.filter(|&moment| moment > at) else {
            return self.activate(ledger, fingerprint, at, false);
        };
        version.scheduled_at = Some(effective_at);
        version.keep(ledger)?;
        let scheduled = Scheduled { fingerprint: fingerprint.to_owned(), at: effective_at };
        ledger.set(SETTING, &serde_json::to_vec(&scheduled).unwrap_or_default())?;
        self.scheduled = Some(scheduled);
        Ok(())
    }

    /// Lets the definition that is to become active do so, where its moment has come; returns whether it has.
    pub(super) fn activate_scheduled(&mut self, ledger: &mut dyn Ledger, until: i64) -> Result<bool, CoreError> {
        let Some(scheduled) = self.scheduled.clone().filter(|scheduled| scheduled.at <= until) else {
            return Ok(false);
        };
        self.forget_schedule(ledger)?;
        self.moment = self.moment.max(scheduled.at);
        self.activate(ledger, &scheduled.fingerprint, scheduled.at, false)?;
        Ok(true)
    }

    /// Lets a definition that is proposed anew no longer become active by its earlier proposal.
    pub(super) fn unschedule(&mut self, ledger: &mut dyn Ledger, fingerprint: &str) -> Result<(), CoreError> {
        match &self.scheduled {
            Some(scheduled) if scheduled.fingerprint == fingerprint => self.forget_schedule(ledger),
            _ => Ok(()),
        }
    }

    /// Lets what somebody signed for teams count no more where the definition does not decide. One that would become active
    /// by such a signature no longer is to.
    pub(super) fn void_signatures(
        &mut self,
        ledger: &mut dyn Ledger,
        by: &str,
        teams: &[Team],
        at: i64,
    ) -> Result<(), CoreError> {
        for (_, fingerprint) in ledger.definitions()? {
            let Some(mut version) = Version::read(ledger, &fingerprint)? else { continue };
            if version.void(by, teams, at) {
                version.keep(ledger)?;
                self.unschedule(ledger, &fingerprint)?;
            }
        }
        Ok(())
    }

    fn forget_schedule(&mut self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        let Some(scheduled) = self.scheduled.take() else { return Ok(()) };
        ledger.set(SETTING, &[])?;
        if let Some(mut version) = Version::read(ledger, &scheduled.fingerprint)? {
            version.scheduled_at = None;
            version.keep(ledger)?;
        }
        Ok(())
    }

    /// Lets a definition decide from now on. `is_quiet` is that nobody is told what follows for leads there are already.
    pub(super) fn activate(
        &mut self,
        ledger: &mut dyn Ledger,
        fingerprint: &str,
        at: i64,
        is_quiet: bool,
    ) -> Result<(), CoreError> {
        // Leads touched so far are written as the old definition saw them; each is renewed when its turn comes.
        self.settle(ledger, at)?;
        let rules = load_rules(ledger, fingerprint)?.map(Arc::new);
        self.before = std::mem::replace(&mut self.rules, rules);
        ledger.set("active", fingerprint.as_bytes())?;
        let before = self.before.as_ref().map(|before| before.fingerprint.clone());
        definitions::switch(ledger, before.as_deref(), fingerprint, at)?;
        self.begin_renewal(ledger, is_quiet)?;
        let message = serde_json::json!({"type": "definition.activated", "timestamp": at, "fingerprint": fingerprint});
        ledger.post("definition.activated", None, message.to_string().as_bytes())?;
        Ok(())
    }
}

/// Returns why a step in the life of a definition cannot be taken, if it cannot.
pub(super) fn refuse_step(ledger: &mut dyn Ledger, step: &FactKind) -> Result<Option<DefinitionRefusal>, CoreError> {
    let (FactKind::Proposal { fingerprint, .. }
    | FactKind::Signature { fingerprint, .. }
    | FactKind::SignedActivation { fingerprint, .. }) = step
    else {
        return Ok(None);
    };
    let Some(version) = Version::read(ledger, fingerprint)? else { return Ok(Some(DefinitionRefusal::NotKnown)) };
    Ok(match step {
        FactKind::Signature { text, team, by, .. } => version.refuse_signature(*team, by, text),
        FactKind::SignedActivation { moves, .. } => version.refuse_activation(Some(*moves)),
        _ => version.refuse_proposal(),
    })
}

/// Takes note of a proposal or a signature that can be taken.
pub(super) fn sign_or_propose(ledger: &mut dyn Ledger, step: &FactKind, at: i64) -> Result<(), CoreError> {
    match step {
        FactKind::Proposal { fingerprint, by, note, moves, effective_at } => {
            let Some(mut version) = Version::read(ledger, fingerprint)? else { return Ok(()) };
            let (by, note) = (by.clone(), note.clone());
            version.proposal = Some(Proposal { by, at, note, moves: *moves, effective_at: *effective_at });
            version.state = DefinitionState::Proposed;
            version.keep(ledger)
        }
        FactKind::Signature { fingerprint, team, by, .. } => {
            let Some(mut version) = Version::read(ledger, fingerprint)? else { return Ok(()) };
            version.signatures.push(Signature { team: *team, by: by.clone(), at, void_since: None });
            version.keep(ledger)
        }
        _ => Ok(()),
    }
}
