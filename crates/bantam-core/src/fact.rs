//! Facts: everything the service knows, as it stands in the log.

use super::definitions::Team as SigningTeam;
use super::rules::DefinitionText;
use bantam_lang::meaning::SalesAnswer;
use bantam_store::Digest;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Values by name, each as JSON; nested names are joined with dots.
pub type Values = BTreeMap<String, Box<RawValue>>;

/// Something that is true from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fact {
    /// What it is known again by, whoever sends it.
    pub message_id: String,
    /// When it happened, in microseconds since 1970-01-01T00:00Z.
    pub happened_at: i64,
    /// When it happened by the sender's clock, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_at: Option<i64>,
    /// When it was sent by the sender's clock, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<i64>,
    /// Where it came from.
    pub source: String,
    /// The user it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The anonymous id it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<String>,
    /// What was noticed about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// What it says.
    pub kind: FactKind,
}

/// Something noticed about a fact when it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// It claimed to be of the future and was given the time of receipt.
    Clamped,
    /// The sender's clock was off, and its times were shifted.
    Shifted,
    /// It is older than a year.
    VeryOld,
    /// One of its ids is a placeholder that many share, and was not taken for an id.
    IdentityIgnored,
}

/// What a fact says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Somebody did something.
    Event {
        /// What.
        name: String,
        /// How.
        properties: Values,
    },
    /// Attributes of a lead have new values.
    Profile {
        /// The values.
        traits: Values,
        /// Whether it says that the anonymous id is this user's.
        links: bool,
    },
    /// A person found out something about a lead, such as an answer to a question of the qualification.
    Qualification {
        /// What, by column.
        answers: Values,
        /// Who says so.
        by: String,
        /// What they noted beside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Another id is this user's too.
    Alias {
        /// The other id.
        previous: String,
        /// Who says so, where a person does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// Why, where a person says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An earlier fact does not count: an event that never was, a merge that was wrong.
    Retraction {
        /// Its message id.
        message_id: String,
        /// Why.
        reason: String,
        /// Who says so.
        by: String,
    },
    /// Sales answered.
    Answer(Answer),
    /// A person hands a lead over.
    Opening {
        /// Why.
        reason: String,
        /// Who.
        by: String,
    },
    /// Money went into marketing.
    Spend {
        /// How much.
        amount: f64,
        /// For what.
        campaign: Option<String>,
        /// For which source of leads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lead_source: Option<String>,
        /// Who says so.
        by: String,
    },
    /// Whether the lead may be scored.
    DoNotScore {
        /// False lets it be scored again.
        on: bool,
        /// Who says so.
        by: String,
    },
    /// Everything about a person was removed.
    Erasure {
        /// A hash of the lead's id: what is left of it.
        tombstone: String,
        /// Who says so.
        by: String,
    },
    /// A team has these members from now on.
    Team(super::assignment::Team),
    /// A definition was written down.
    Draft {
        /// Its fingerprint.
        fingerprint: String,
        /// What was written.
        text: DefinitionText,
        /// Who wrote it.
        by: String,
    },
    /// A definition is to become active.
    Proposal {
        /// Its fingerprint.
        fingerprint: String,
        /// Who says so.
        by: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// How many leads would change stage.
        moves: u64,
        /// From when on; `None` is as soon as it is signed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effective_at: Option<i64>,
    },
    /// A team signs a definition.
    Signature {
        /// Its fingerprint.
        fingerprint: String,
        /// The digest of the text that was read.
        text: String,
        /// For whom.
        team: SigningTeam,
        /// Who signs.
        by: String,
    },
    /// Somebody may sign for these teams no more: what they signed of definitions that do not decide is void.
    SignaturesVoided {
        /// Who signed.
        by: String,
        /// For whom.
        teams: Vec<SigningTeam>,
    },
    /// A definition that both teams signed becomes active: now, or when it is to.
    SignedActivation {
        /// Its fingerprint.
        fingerprint: String,
        /// Who says so.
        by: String,
        /// How many leads they expect to move.
        moves: u64,
    },
    /// A definition that nobody signed is the active one from now on, for trying out. What follows for leads there are
    /// already is told to nobody.
    Activation {
        /// Its fingerprint.
        fingerprint: String,
    },
    /// The next leads are decided by the definition that became active.
    Renewal {
        /// How many.
        leads: u32,
    },
}

/// What sales says about a hand-off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The hand-off.
    pub hand_off: i64,
    /// What.
    #[serde(with = "answer_key")]
    pub answer: SalesAnswer,
    /// Who.
    pub by: String,
    /// Why; for what ends without a sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How much; for an opportunity and for a sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// When the deal is expected to be closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<String>,
    /// Before when a recycled lead may not come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<i64>,
    /// What was found out with it, by column.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub qualification: Values,
}

impl FactKind {
    /// Returns the attributes of a lead that it gives values to, by column, where it is about such.
    pub fn attributes(&self) -> Option<&Values> {
        match self {
            FactKind::Profile { traits: values, .. } | FactKind::Qualification { answers: values, .. } => Some(values),
            FactKind::Answer(answer) => Some(&answer.qualification).filter(|values| !values.is_empty()),
            _ => None,
        }
    }
}

impl Fact {
    /// Returns a fact that a person or the service itself states now, about nobody until `user` is set.
    pub fn of_service(message_id: String, now: i64, source: &str, kind: FactKind) -> Fact {
        Fact {
            message_id,
            happened_at: now,
            given_at: None,
            sent_at: None,
            source: source.to_owned(),
            user: None,
            anonymous: None,
            flags: Vec::new(),
            kind,
        }
    }

    /// Returns the digest of what it says, without what a sender may change when it sends the same once more.
    pub fn content(&self) -> Digest {
        let content = (&self.user, &self.anonymous, self.given_at, &self.kind);
        // Writing to memory does not fail, and none of these has a key that is not a text.
        Digest::of(&serde_json::to_vec(&content).unwrap_or_default())
    }

    /// Returns it as it is kept.
    pub fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// An answer by the key it has under `sales`.
mod answer_key {
    use bantam_lang::meaning::SalesAnswer;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(answer: &SalesAnswer, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(answer.key())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SalesAnswer, D::Error> {
        let key = String::deserialize(deserializer)?;
        let known = SalesAnswer::ALL.into_iter().find(|answer| answer.key() == key);
        known.ok_or_else(|| D::Error::custom(format!("`{key}` is no answer")))
    }
}
