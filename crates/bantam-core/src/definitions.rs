//! The life of a definition in the service: drafted, proposed, signed by both teams, active, retired.
//!
//! 1. A draft is a text that was checked. It is known by its fingerprint.
//! 2. Somebody proposes it, with how many leads it would move.
//! 3. Marketing and sales sign that very text. Another text of the same meaning voids what was signed, and so does that
//!    whoever signed may not sign for the team any more.
//! 4. It becomes active, at once or at a moment, when somebody confirms the number of leads that move.
//! 5. It is retired when another becomes active, and may come back: what both signed stays signed.
//!
//! Each step is a fact. What stands here follows from them.

use super::CoreError;
use super::rules::DefinitionText;
use bantam_store::{Digest, Ledger};
use serde::{Deserialize, Serialize};

/// Who has to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Team {
    /// Those who bring leads.
    Marketing,
    /// Those who take them.
    Sales,
}

impl Team {
    /// Both, in the order in which they are shown.
    pub const ALL: [Team; 2] = [Team::Marketing, Team::Sales];
}

/// Where a definition is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionState {
    /// Written down.
    #[default]
    Draft,
    /// To be signed.
    Proposed,
    /// Decides.
    Active,
    /// Decided once.
    Retired,
}

/// A wish that a definition become active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Who.
    pub by: String,
    /// When, in microseconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How many leads would change stage at that time.
    pub moves: u64,
    /// From when on it is to be active; `None` is as soon as it is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<i64>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// For whom.
    pub team: Team,
    /// Who.
    pub by: String,
    /// When.
    pub at: i64,
    /// Since when it counts no more, because whoever signed may not sign for the team any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_since: Option<i64>,
}

/// A definition as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its fingerprint.
    pub fingerprint: String,
    /// The SHA-256 of the text, cut to 16 bytes, in hexadecimal digits: what is signed.
    pub text: String,
    /// Where it is.
    pub state: DefinitionState,
    /// Who wrote it down, and when.
    pub drafted_by: String,
    /// When it was written down.
    pub drafted_at: i64,
    /// The latest proposal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Who signed this text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
    /// When it is to become active, where that is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<i64>,
    /// When it became active last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<i64>,
}

/// Why a definition cannot take its next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefinitionRefusal {
    /// Nobody wrote it down.
    NotKnown,
    /// It decides already.
    Active,
    /// It has to be proposed first.
    NotProposed,
    /// The text is another one by now.
    OtherText {
        /// The one that stands.
        text: String,
    },
    /// The team signed already.
    Signed {
        /// Who did.
        by: String,
    },
    /// The same person signed for the other team.
    BothTeams {
        /// For which.
        team: Team,
    },
    /// Whoever signs has not the team's role, or not any more.
    NoRole {
        /// For which.
        team: Team,
    },
    /// Teams have to sign first.
    Unsigned {
        /// Which.
        missing: Vec<Team>,
    },
    /// The number of leads that move has to be confirmed.
    Unconfirmed {
        /// The number.
        moves: u64,
    },
}

impl Version {
    /// Returns the signatures that count.
    pub fn valid_signatures(&self) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(|signature| signature.void_since.is_none())
    }

    /// Returns the teams that have not signed, or whose signature counts no more.
    pub fn missing(&self) -> Vec<Team> {
        let signed = |team: &Team| self.valid_signatures().any(|signature| signature.team == *team);
        Team::ALL.into_iter().filter(|team| !signed(team)).collect()
    }

    /// Lets what somebody signed for teams count no more, unless the definition decides; returns whether anything did.
    pub(super) fn void(&mut self, by: &str, teams: &[Team], at: i64) -> bool {
        if self.state == DefinitionState::Active {
            return false;
        }
        let mut is_changed = false;
        for signature in &mut self.signatures {
            if signature.void_since.is_none() && signature.by == by && teams.contains(&signature.team) {
                signature.void_since = Some(at);
                is_changed = true;
            }
        }
        is_changed
    }

    /// Returns why it cannot be proposed, if it cannot.
    pub fn refuse_proposal(&self) -> Option<DefinitionRefusal> {
        (self.state == DefinitionState::Active).then_some(DefinitionRefusal::Active)
    }

    /// Returns why somebody cannot sign a text of it, if they cannot.
    pub fn refuse_signature(&self, team: Team, by: &str, text: &str) -> Option<DefinitionRefusal> {
        if self.state != DefinitionState::Proposed {
            return Some(DefinitionRefusal::NotProposed);
        }
        if self.text != text {
            return Some(DefinitionRefusal::OtherText { text: self.text.clone() });
        }
        if let Some(signed) = self.valid_signatures().find(|signed| signed.team == team) {
            return Some(DefinitionRefusal::Signed { by: signed.by.clone() });
        }
        let own = self.valid_signatures().find(|signed| is_same_person(&signed.by, by))?;
        Some(DefinitionRefusal::BothTeams { team: own.team })
    }

    /// Returns why it cannot become active, if it cannot. `confirmed` is the number of leads that somebody expects to move.
    pub fn refuse_activation(&self, confirmed: Option<u64>) -> Option<DefinitionRefusal> {
        if self.state == DefinitionState::Active {
            return Some(DefinitionRefusal::Active);
        }
        let Some(proposal) = &self.proposal else { return Some(DefinitionRefusal::NotProposed) };
        let missing = self.missing();
        if !missing.is_empty() {
            return Some(DefinitionRefusal::Unsigned { missing });
        }
        (confirmed != Some(proposal.moves)).then_some(DefinitionRefusal::Unconfirmed { moves: proposal.moves })
    }

    /// Reads a version; `None` where nobody wrote such a definition down.
    pub fn read(ledger: &mut dyn Ledger, fingerprint: &str) -> Result<Option<Version>, CoreError> {
        let Some(kept) = ledger.setting(&key(fingerprint))? else { return Ok(None) };
        let unreadable = |error: serde_json::Error| {
            let what = format!("{fingerprint}: {error}");
            CoreError::Record { what: "definition", id: 0, problem: what }
        };
        serde_json::from_slice(&kept).map(Some).map_err(unreadable)
    }

    /// Writes it.
    pub(super) fn keep(&self, ledger: &mut dyn Ledger) -> Result<(), CoreError> {
        Ok(ledger.set(&key(&self.fingerprint), &serde_json::to_vec(self).unwrap_or_default())?)
    }
}

/// Returns what is signed of a definition: a digest of its name, its text and the files it names.
pub fn text_digest(text: &DefinitionText) -> String {
    let parts = (&text.text, &text.lists);
    Digest::of(&serde_json::to_vec(&parts).unwrap_or_default()).hex()
}

/// Writes a definition down: a new one, or another text of one that neither decides nor ever did. Returns whether the text is
/// another one than before.
pub(super) fn draft(
    ledger: &mut dyn Ledger,
    fingerprint: &str,
    text: &DefinitionText,
    by: &str,
    at: i64,
) -> Result<bool, CoreError> {
    let digest = text_digest(text);
    let known = Version::read(ledger, fingerprint)?;
    let is_settled = |version: &Version| version.activated_at.is_some() || version.text == digest;
    if known.as_ref().is_some_and(is_settled) {
        return Ok(false);
    }
    ledger.keep_definition(fingerprint, &serde_json::to_vec(text).unwrap_or_default())?;
    // Whatever was signed was another text.
    let version = Version {
        fingerprint: fingerprint.to_owned(),
        text: digest,
        drafted_by: by.to_owned(),
        drafted_at: at,
        ..Version::default()
    };
    version.keep(ledger)?;
    Ok(true)
}

/// Lets a version be the active one and the one before be retired.
pub(super) fn switch(
    ledger: &mut dyn Ledger,
    before: Option<&str>,
    fingerprint: &str,
    at: i64,
) -> Result<(), CoreError> {
    if let Some(before) = before
        && before != fingerprint
        && let Some(mut version) = Version::read(ledger, before)?
    {
        version.state = DefinitionState::Retired;
        version.keep(ledger)?;
    }
    // One that runs from a file may never have been drafted.
    let known = Version::read(ledger, fingerprint)?;
    let mut version =
        known.unwrap_or_else(|| Version { fingerprint: fingerprint.to_owned(), drafted_at: at, ..Version::default() });
    version.state = DefinitionState::Active;
    version.scheduled_at = None;
    version.activated_at = Some(at);
    version.keep(ledger)
}

fn is_same_person(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn key(fingerprint: &str) -> String {
    format!("definition:{fingerprint}")
}
