//! What definitions look like in JSON.

use super::version;
use crate::api::values::Moment;
use crate::problem::Problem;
use bantam_core::definitions::{DefinitionState, Proposal, Signature, Team, Version};
use bantam_core::preview::{Move, Preview};
use bantam_core::{CoreError, DefinitionText, Renewal, Rules};
use bantam_lang::diagnostic::{Diagnostic, Severity};
use bantam_lang::source::Source;
use bantam_store::Ledger;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// All definitions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The one that decides.
    active: Option<String>,
    /// How far leads are with it, where it became active and some still follow.
    renewal: Option<ShownRenewal>,
    /// Those that were written down, the earliest first.
    definitions: Vec<ShownVersion>,
}

/// How far leads are with a definition that became active.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownRenewal {
    /// How many leads were decided anew so far.
    done: u64,
    /// How many leads there are to decide.
    leads: u64,
}

impl Versions {
    pub(super) fn read(ledger: &mut dyn Ledger, now: i64) -> Result<Versions, Problem> {
        let active = ledger.setting("active")?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let mut definitions = Vec::new();
        for (_, fingerprint) in ledger.definitions()? {
            if let Some(known) = Version::read(ledger, &fingerprint)? {
                definitions.push(ShownVersion::of(ledger, known, now)?);
            }
        }
        let renewal = Renewal::read(ledger)?.map(|renewal| ShownRenewal { done: renewal.done, leads: renewal.of() });
        Ok(Versions { active, renewal, definitions })
    }
}

/// A definition as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownVersion {
    fingerprint: String,
    /// What a team signs: a digest of the text.
    text_digest: String,
    #[schema(value_type = DefinitionStateName)]
    state: DefinitionState,
    /// Whether both teams signed. One that runs from a file need not be.
    is_signed: bool,
    drafted_by: String,
    drafted_at: Moment,
    proposal: Option<ShownProposal>,
    signatures: Vec<ShownSignature>,
    scheduled_at: Option<Moment>,
    activated_at: Option<Moment>,
    /// When it should be looked at again, as it says itself.
    review_due_at: Option<Moment>,
    is_review_due: bool,
}

/// A wish that a definition become active.
#[derive(Debug, Serialize, ToSchema)]
struct ShownProposal {
    by: String,
    at: Moment,
    note: Option<String>,
    /// How many leads would change stage.
    moves: u64,
    effective_at: Option<Moment>,
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
struct ShownSignature {
    team: SigningTeam,
    by: String,
    at: Moment,
    /// Since when it counts no more: whoever signed may not sign for the team any more.
    void_since: Option<Moment>,
}

impl ShownVersion {
    pub(super) fn read(ledger: &mut dyn Ledger, fingerprint: &str, now: i64) -> Result<ShownVersion, Problem> {
        let known = version(ledger, fingerprint)?;
        Ok(ShownVersion::of(ledger, known, now)?)
    }

    fn of(ledger: &mut dyn Ledger, version: Version, now: i64) -> Result<ShownVersion, CoreError> {
        let review_due_at = review_due_at(ledger, &version)?;
        let proposal = |known: Proposal| ShownProposal {
            at: Moment(known.at),
            effective_at: known.effective_at.map(Moment),
            by: known.by,
            note: known.note,
            moves: known.moves,
        };
        let signature = |known: Signature| ShownSignature {
            team: known.team.into(),
            by: known.by,
            at: Moment(known.at),
            void_since: known.void_since.map(Moment),
        };
        Ok(ShownVersion {
            is_signed: version.missing().is_empty(),
            fingerprint: version.fingerprint,
            text_digest: version.text,
            state: version.state,
            drafted_by: version.drafted_by,
            drafted_at: Moment(version.drafted_at),
            proposal: version.proposal.map(proposal),
            signatures: version.signatures.into_iter().map(signature).collect(),
            scheduled_at: version.scheduled_at.map(Moment),
            activated_at: version.activated_at.map(Moment),
            review_due_at: review_due_at.map(Moment),
            is_review_due: review_due_at.is_some_and(|due| due <= now),
        })
    }
}

/// Returns when the active definition is to be looked at again.
pub(crate) fn review_due_at(ledger: &mut dyn Ledger, version: &Version) -> Result<Option<i64>, CoreError> {
    let Some(activated_at) = version.activated_at.filter(|_| version.state == DefinitionState::Active) else {
        return Ok(None);
    };
    let rules = Rules::kept(ledger, &version.fingerprint)?;
    let every = rules.and_then(|rules| rules.meaning.review_every_seconds);
    Ok(every.map(|seconds| activated_at.saturating_add(seconds.saturating_mul(1_000_000))))
}

/// A definition with its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownText {
    #[serde(flatten)]
    version: ShownVersion,
    /// The YAML.
    text: String,
    /// The files it names, by name.
    lists: BTreeMap<String, String>,
    /// What is worth a second look, where it was just written down.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
}

impl ShownText {
    pub(super) fn with(self, findings: Vec<Finding>) -> ShownText {
        ShownText { findings, ..self }
    }

    pub(super) fn read(ledger: &mut dyn Ledger, fingerprint: &str, now: i64) -> Result<ShownText, Problem> {
        let version = ShownVersion::read(ledger, fingerprint, now)?;
        let body = ledger.definition(fingerprint)?.unwrap_or_default();
        let unreadable = || CoreError::Definition(fingerprint.to_owned());
        let DefinitionText { text, lists, .. } = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        Ok(ShownText { version, text, lists: lists.into_iter().collect(), findings: Vec::new() })
    }
}

/// What was found about a text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Finding {
    /// Stable; its page in the documentation says more.
    code: &'static str,
    severity: &'static str,
    message: String,
    /// What is said at the place itself.
    label: String,
    /// The way out.
    help: Option<String>,
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
}

impl Finding {
    pub(super) fn new(found: &Diagnostic, source: &Source) -> Finding {
        let (line, column) = source.line_column(found.span.start);
        Finding {
            code: found.code.0,
            severity: if found.severity == Severity::Error { "error" } else { "warning" },
            message: found.message.clone(),
            label: found.label.clone(),
            help: found.help.clone(),
            line,
            column,
        }
    }
}

/// Who has to sign.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SigningTeam {
    Marketing,
    Sales,
}

impl From<SigningTeam> for Team {
    fn from(team: SigningTeam) -> Self {
        match team {
            SigningTeam::Marketing => Team::Marketing,
            SigningTeam::Sales => Team::Sales,
        }
    }
}

impl From<Team> for SigningTeam {
    fn from(team: Team) -> Self {
        match team {
            Team::Marketing => SigningTeam::Marketing,
            Team::Sales => SigningTeam::Sales,
        }
    }
}

/// Where a definition is in its life.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the core's own type in the document")]
enum DefinitionStateName {
    Draft,
    Proposed,
    Active,
    Retired,
}

/// What another definition would change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownPreview {
    /// Leads that were looked at.
    leads: u64,
    /// Leads that would change stage.
    moves: u64,
    /// Leads that would come up to the hand-off stage, and have no hand-off in progress.
    hand_offs: u64,
    /// How many would go from where to where; no stage is an empty text.
    ways: BTreeMap<String, BTreeMap<String, u64>>,
    /// Some of those that move.
    named: Vec<ShownMove>,
}

/// A lead that another definition would move.
#[derive(Debug, Serialize, ToSchema)]
struct ShownMove {
    lead: String,
    from: Option<String>,
    to: Option<String>,
    score_now: i64,
    score_then: i64,
}

impl From<Preview> for ShownPreview {
    fn from(preview: Preview) -> Self {
        let Preview { leads, moves, hand_offs, ways, named } = preview;
        let shown = |known: Move| {
            let Move { lead, from, to, score_now, score_then } = known;
            ShownMove { lead, from, to, score_now, score_then }
        };
        ShownPreview { leads, moves, hand_offs, ways, named: named.into_iter().map(shown).collect() }
    }
}
