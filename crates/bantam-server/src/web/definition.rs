//! The definition: what the two teams call qualified, and what would change. Read in sentences, written beside its impact,
//! signed like a change that needs two reviewers.

mod compare;
mod edit;
mod knobs;
mod steps;
mod version;
mod what_if;

pub(crate) use compare::compare;
pub(crate) use edit::{edit, save, try_out};
pub(crate) use steps::{activate, propose, sign};
pub(crate) use version::{show, text, versions};

use crate::problem::Problem;
use bantam_core::{CoreError, DefinitionText};
use bantam_lang::CheckedDefinition;
use bantam_store::Ledger;

/// The name of a definition that was written here, for messages.
const NAME: &str = "definition.yaml";

/// Returns a definition that was kept, as it was written.
fn kept_text(ledger: &mut dyn Ledger, fingerprint: &str) -> Result<Option<DefinitionText>, Problem> {
    let Some(body) = ledger.definition(fingerprint)? else { return Ok(None) };
    let unreadable = |_| Problem::from(CoreError::Definition(fingerprint.to_owned()));
    serde_json::from_slice(&body).map(Some).map_err(unreadable)
}

/// Returns the fingerprint of the active definition.
fn active(ledger: &mut dyn Ledger) -> Result<Option<String>, Problem> {
    Ok(ledger.setting("active")?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Returns a definition that was kept, checked; `None` where there is none, or it has errors by now.
fn checked(ledger: &mut dyn Ledger, fingerprint: &str) -> Result<Option<CheckedDefinition>, Problem> {
    Ok(kept_text(ledger, fingerprint)?.and_then(|text| text.check()))
}

/// Returns the beginning of a fingerprint, by which people tell two apart.
fn short(fingerprint: &str) -> String {
    fingerprint.trim_start_matches("sha256:").chars().take(8).collect()
}

fn path(fingerprint: &str) -> String {
    format!("/definition/{}", super::marks::encoded(fingerprint))
}
