//! Whose signature counts: that of somebody who still has the team's role. When they lose it, what they signed is void from
//! then on, by a fact of its own in the same transaction; so definitions follow from the log alone.

use super::audit::{Actor, note};
use super::person::{Person, by_id, reference};
use super::role::Role;
use bantam_core::definitions::{DefinitionState, Team, Version};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::{CoreError, Desk, Given};
use bantam_store::{Ledger, StoreError};
use serde_json::{Value, json};

/// Where these facts are said to come from.
const SOURCE: &str = "people";

/// Returns the role that signs for a team. Admins sign nothing.
pub fn role_of(team: Team) -> Role {
    match team {
        Team::Marketing => Role::Marketing,
        Team::Sales => Role::Sales,
    }
}

/// Returns whether somebody may sign for a team.
pub fn may_sign(person: &Person, team: Team) -> bool {
    person.is_active() && person.has(role_of(team))
}

/// Returns whether the name at a signature still counts for a team: a person's as long as they may sign, a program's always,
/// as whoever gave it a key answers for it.
pub fn still_counts(ledger: &mut dyn Ledger, team: Team, by: &str) -> Result<bool, StoreError> {
    let Some(id) = by.strip_prefix("person:") else { return Ok(true) };
    Ok(by_id(ledger, id)?.is_some_and(|person| may_sign(&person, team)))
}

/// Lets what somebody signed count no more for the teams that they may not sign for now.
pub(super) fn void_signatures_of(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    person: &Person,
) -> Result<(), CoreError> {
    let lost: Vec<Team> = Team::ALL.into_iter().filter(|&team| !may_sign(person, team)).collect();
    void(desk, ledger, now, actor, &reference(&person.id), &lost)
}

/// Does so for everybody who signed a definition and lost the role meanwhile in a way that nobody took note of, such as
/// before a backup was restored.
pub(super) fn void_lost(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    fingerprint: &str,
) -> Result<(), CoreError> {
    let Some(version) = Version::read(ledger, fingerprint)? else { return Ok(()) };
    for signature in version.valid_signatures() {
        if !still_counts(ledger, signature.team, &signature.by)? {
            void(desk, ledger, now, actor, &signature.by, &[signature.team])?;
        }
    }
    Ok(())
}

fn void(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    by: &str,
    lost: &[Team],
) -> Result<(), CoreError> {
    let mut signed = Vec::new();
    for (_, fingerprint) in ledger.definitions()? {
        let version = Version::read(ledger, &fingerprint)?.filter(|version| version.state != DefinitionState::Active);
        let Some(version) = version else { continue };
        for signature in version.valid_signatures() {
            if signature.by == by && lost.contains(&signature.team) {
                signed.push((fingerprint.clone(), signature.team));
            }
        }
    }
    if signed.is_empty() {
        return Ok(());
    }
    let kind = FactKind::SignaturesVoided { by: by.to_owned(), teams: lost.to_vec() };
    let mut fact = Fact::of_service(String::new(), now, SOURCE, kind);
    fact.message_id = format!("voided-{now}-{}", fact.content().hex());
    desk.take(ledger, now, &[Given::new(fact)])?;
    for (fingerprint, team) in signed {
        let old = json!({"team": team, "by": by});
        note(ledger, now, actor, "definition.signature_voided", &fingerprint, (old, Value::Null))?;
    }
    Ok(())
}

/// Returns the name of whoever did something, for people: a person's name in place of the id.
pub fn name_of(ledger: &mut dyn Ledger, by: &str) -> Result<String, StoreError> {
    let Some(id) = by.strip_prefix("person:") else { return Ok(by.to_owned()) };
    Ok(by_id(ledger, id)?
        .map_or_else(|| "somebody who is no longer here".to_owned(), |person| person.name().to_owned()))
}
