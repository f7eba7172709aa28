//! What definitions look like in JSON.

use super::version;
use crate::api::show::{micros_as_text, time_text};
use crate::core::definitions::{DefinitionState, Proposal, Signature, Team, Version};
use crate::core::{CoreError, DefinitionText, Desk, Rules};
use crate::problem::Problem;
use bantam_lang::diagnostic::{Diagnostic, Severity};
use bantam_lang::source::Source;
use bantam_store::Ledger;
use serde::Serialize;
use std::collections::BTreeMap;

/// All definitions.
#[derive(Debug, Serialize)]
pub(crate) struct Versions {
    /// The one that decides.
    active: Option<String>,
    /// How many leads were decided by it so far, where it became active and leads still follow.
    renewal: Option<ShownRenewal>,
    /// Those that were written down, the earliest first.
    definitions: Vec<ShownVersion>,
}

/// How far leads are with a definition that became active.
#[derive(Debug, Serialize)]
pub(crate) struct ShownRenewal {
    /// How often some leads were decided anew.
    times: u64,
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
        let renewal = Desk::open(ledger)?.renewal().map(|renewal| ShownRenewal { times: renewal.times });
        Ok(Versions { active, renewal, definitions })
    }
}

/// A definition as it stands.
#[derive(Debug, Serialize)]
pub(crate) struct ShownVersion {
    fingerprint: String,
    /// What a team signs: a digest of the text.
    text_digest: String,
    state: DefinitionState,
    /// Whether both teams signed. One that runs from a file need not be.
    is_signed: bool,
    drafted_by: String,
    drafted_at: Option<String>,
    proposal: Option<ShownProposal>,
    signatures: Vec<ShownSignature>,
    scheduled_at: Option<String>,
    activated_at: Option<String>,
    /// When it should be looked at again, as it says itself.
    review_due_at: Option<String>,
    is_review_due: bool,
}

#[derive(Debug, Serialize)]
struct ShownProposal {
    by: String,
    at: Option<String>,
    note: Option<String>,
    /// How many leads would change stage.
    moves: u64,
    effective_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct ShownSignature {
    team: Team,
    by: String,
    at: Option<String>,
}

impl ShownVersion {
    pub(super) fn read(ledger: &mut dyn Ledger, fingerprint: &str, now: i64) -> Result<ShownVersion, Problem> {
        let known = version(ledger, fingerprint)?;
        Ok(ShownVersion::of(ledger, known, now)?)
    }

    fn of(ledger: &mut dyn Ledger, version: Version, now: i64) -> Result<ShownVersion, CoreError> {
        let review_due_at = review_due_at(ledger, &version)?;
        let proposal = |known: Proposal| ShownProposal {
            at: time_text(known.at),
            effective_at: micros_as_text(known.effective_at),
            by: known.by,
            note: known.note,
            moves: known.moves,
        };
        let signature = |known: Signature| ShownSignature { team: known.team, by: known.by, at: time_text(known.at) };
        Ok(ShownVersion {
            is_signed: version.missing().is_empty(),
            fingerprint: version.fingerprint,
            text_digest: version.text,
            state: version.state,
            drafted_by: version.drafted_by,
            drafted_at: time_text(version.drafted_at),
            proposal: version.proposal.map(proposal),
            signatures: version.signatures.into_iter().map(signature).collect(),
            scheduled_at: micros_as_text(version.scheduled_at),
            activated_at: micros_as_text(version.activated_at),
            review_due_at: micros_as_text(review_due_at),
            is_review_due: review_due_at.is_some_and(|due| due <= now),
        })
    }
}

/// Returns when the active definition is to be looked at again.
fn review_due_at(ledger: &mut dyn Ledger, version: &Version) -> Result<Option<i64>, CoreError> {
    let Some(activated_at) = version.activated_at.filter(|_| version.state == DefinitionState::Active) else {
        return Ok(None);
    };
    let rules = Rules::kept(ledger, &version.fingerprint)?;
    let every = rules.and_then(|rules| rules.meaning.review_every_seconds);
    Ok(every.map(|seconds| activated_at.saturating_add(seconds.saturating_mul(1_000_000))))
}

/// A definition with its text.
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
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
