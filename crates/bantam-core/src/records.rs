//! What the core writes for others to read: decisions, and messages about them.

use bantam_engine::scores::{LeadScore, Reason};
use bantam_store::Seq;
use serde::{Deserialize, Serialize};

/// What brought a decision about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionCause {
    /// A fact.
    Fact(Seq),
    /// Time alone.
    Time,
    /// Another definition became the active one.
    Definition,
}

/// A rule with its points: what a decision rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `fit` or `engagement`.
    pub section: String,
    /// The rule; `None` is what a limit changed.
    pub rule: Option<String>,
    /// The rule's group.
    pub group: Option<String>,
    /// The points.
    pub points: i64,
}

impl From<Reason> for Evidence {
    fn from(reason: Reason) -> Self {
        let Reason { section, rule, group, points } = reason;
        Evidence { section: section.word().to_owned(), rule, group, points }
    }
}

/// What a lead was worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    /// Fit and engagement together.
    pub score: i64,
    /// Who it is.
    pub fit: i64,
    /// How many fit rules could not be decided.
    pub fit_unknown: i64,
    /// What it does.
    pub engagement: i64,
    /// The letters.
    pub grade: Option<String>,
    /// The role it plays.
    pub persona: Option<String>,
    /// What keeps it out.
    pub disqualified_by: Option<String>,
    /// Where it goes.
    pub route: Option<String>,
}

impl From<&LeadScore> for Scores {
    fn from(score: &LeadScore) -> Self {
        Scores {
            score: score.score,
            fit: score.fit,
            fit_unknown: score.fit_unknown,
            engagement: score.engagement,
            grade: score.grade.clone(),
            persona: score.persona.clone(),
            disqualified_by: score.disqualified_by.clone(),
            route: score.route.clone(),
        }
    }
}

/// A change of a lead's stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The lead's id then.
    pub lead: String,
    /// The stage before.
    pub from: Option<String>,
    /// The stage from then on.
    pub to: Option<String>,
    /// Whether it came up to the hand-off stage from below.
    pub rises: bool,
    /// When, in microseconds since 1970-01-01T00:00Z.
    pub as_of: i64,
    /// The definition that decided.
    pub fingerprint: String,
    /// What brought it about.
    pub cause: DecisionCause,
    /// What the lead was worth.
    pub scores: Scores,
    /// Where the points came from.
    pub evidence: Vec<Evidence>,
    /// Whether nobody was told: a definition for trying out moved a lead that was there already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_quiet: bool,
}
