//! Whose signature counts: that of somebody who still has the team's role.

use super::person::{Person, by_id};
use super::role::Role;
use crate::core::definitions::Team;
use bantam_store::{Ledger, StoreError};

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

/// Returns the name of whoever did something, for people: a person's name in place of the id.
pub fn name_of(ledger: &mut dyn Ledger, by: &str) -> Result<String, StoreError> {
    let Some(id) = by.strip_prefix("person:") else { return Ok(by.to_owned()) };
    Ok(by_id(ledger, id)?
        .map_or_else(|| "somebody who is no longer here".to_owned(), |person| person.name().to_owned()))
}
