//! What an admin, or somebody at the machine, changes about people. Each change is checked first and written then, so that
//! a refusal leaves nothing behind.

use super::audit::{Actor, note};
use super::links::{Link, LinkKind, new_link};
use super::passwords::{check, hash, is_long, suggest};
use super::person::{Password, Person, Standing, by_email, by_id, checked_email, checked_name, everybody};
use super::refusal::{ChangeError, Refusal};
use super::role::Role;
use super::secrets::{NoChance, new_id};
use super::signing::void_signatures_of;
use crate::keys::key_reference;
use bantam_core::Desk;
use bantam_store::{Ledger, StoreError};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How many people there are at most: all are shown on one page.
const PEOPLE_MAX: usize = 1_000;

/// Invites somebody; returns them and the link that lets them in.
///
/// # Errors
/// Returns why they were not.
pub fn invite(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    email: &str,
    roles: BTreeSet<Role>,
) -> Result<(Person, Link), ChangeError> {
    let person = new_person(ledger, now, actor, email, roles)?;
    let link = new_link(ledger, now, LinkKind::Invitation, &person)?;
    Ok((person, link))
}

/// Adds somebody who cannot sign in yet.
pub(super) fn new_person(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    email: &str,
    roles: BTreeSet<Role>,
) -> Result<Person, ChangeError> {
    let email = checked_email(email)?;
    if roles.is_empty() {
        return Err(Refusal::NoRoles.into());
    }
    if by_email(ledger, &email)?.is_some() {
        return Err(Refusal::Known.into());
    }
    if ledger.people()?.len() >= PEOPLE_MAX {
        return Err(Refusal::TooMany.into());
    }
    let id = new_id().map_err(StoreError::from)?;
    let mut person = Person::new(id, email, String::new(), roles, now);
    person.save(ledger)?;
    note(ledger, now, actor, "people.invited", &person.reference(), (Value::Null, names(&person)))?;
    Ok(person)
}

/// Adds somebody who may sign in at once: for a store that a program fills, such as that of a demo. Returns them.
///
/// # Errors
/// Returns why they were not added.
pub fn add(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    (name, email): (&str, &str),
    roles: BTreeSet<Role>,
    password: &str,
) -> Result<Person, ChangeError> {
    let (mut person, _) = invite(ledger, now, actor, email, roles)?;
    person.name = checked_name(name)?;
    check(password, &person).map_err(Refusal::from)?;
    person.standing = Standing::Active;
    let hash = hash(password).map_err(|_| StoreError::from(NoChance))?;
    person.password = Some(Password { hash, is_long: is_long(password), set_at: now });
    person.save(ledger)?;
    ledger.remove_invitations_of(Some(&person.id))?;
    note(ledger, now, actor, "people.joined", &person.reference(), (Value::Null, Value::Null))?;
    Ok(person)
}

/// Returns a password that nobody has.
///
/// # Errors
/// Returns that the machine gives no random bytes.
pub fn suggest_password() -> Result<String, StoreError> {
    Ok(suggest()?)
}

/// Gives somebody other roles than they have. All their sessions end; what they signed for a team whose role they lose is
/// void, and keys that they made as an admin are revoked with that role.
///
/// # Errors
/// Returns why it was not done.
pub fn set_roles(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    id: &str,
    version: i64,
    roles: BTreeSet<Role>,
) -> Result<Person, ChangeError> {
    let mut person = found(ledger, id)?;
    if person.version != version {
        return Err(Refusal::Changed.into());
    }
    if roles.is_empty() {
        return Err(Refusal::NoRoles.into());
    }
    if roles == person.roles {
        return Ok(person);
    }
    if !roles.contains(&Role::Admin) {
        keep_an_admin(ledger, &person)?;
    }
    let before = names(&person);
    person.roles = roles;
    person.save(ledger)?;
    ledger.end_sessions_of(id)?;
    note(ledger, now, actor, "people.roles", &person.reference(), (before, names(&person)))?;
    void_signatures_of(desk, ledger, now, actor, &person)?;
    if !person.has(Role::Admin) {
        revoke_keys(ledger, now, actor, &person)?;
    }
    Ok(person)
}

/// Lets somebody sign in no more. All their sessions and links end, what they signed is void where it does not decide, and
/// keys that they made are revoked.
///
/// # Errors
/// Returns why it was not done.
pub fn disable(
    desk: &mut Desk,
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    id: &str,
) -> Result<Person, ChangeError> {
    let mut person = found(ledger, id)?;
    if person.standing == Standing::Disabled {
        return Ok(person);
    }
    keep_an_admin(ledger, &person)?;
    let before = json!(person.standing);
    person.standing = Standing::Disabled;
    person.save(ledger)?;
    ledger.end_sessions_of(id)?;
    ledger.remove_invitations_of(Some(id))?;
    note(ledger, now, actor, "people.disabled", &person.reference(), (before, json!(person.standing)))?;
    void_signatures_of(desk, ledger, now, actor, &person)?;
    revoke_keys(ledger, now, actor, &person)?;
    Ok(person)
}

/// Lets somebody sign in again who was disabled; who never could sign in is invited again by a link.
///
/// # Errors
/// Returns why it was not done.
pub fn enable(ledger: &mut dyn Ledger, now: i64, actor: &Actor, id: &str) -> Result<Person, ChangeError> {
    let mut person = found(ledger, id)?;
    if person.standing != Standing::Disabled {
        return Ok(person);
    }
    let before = json!(person.standing);
    person.standing = if person.has_password() || person.is_provided() { Standing::Active } else { Standing::Invited };
    person.save(ledger)?;
    note(ledger, now, actor, "people.enabled", &person.reference(), (before, json!(person.standing)))?;
    Ok(person)
}

/// Makes a link with which somebody chooses another password, or accepts the invitation that they have not accepted yet.
/// The password they have works until then, unless the second factor, which goes too where that is asked for, was what made
/// it long enough.
///
/// # Errors
/// Returns why it was not done.
pub fn reset_link(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    id: &str,
    removes_second_factor: bool,
) -> Result<(Person, Link), ChangeError> {
    let mut person = found(ledger, id)?;
    let kind = match person.standing {
        Standing::Invited => LinkKind::Invitation,
        Standing::Active => LinkKind::Reset,
        Standing::Disabled => return Err(Refusal::Standing("disabled").into()),
    };
    if removes_second_factor && person.has_second_factor() {
        person.second_factor = None;
        person.password = person.password.take().filter(|password| password.is_long);
        person.save(ledger)?;
        ledger.end_sessions_of(id)?;
        note(ledger, now, actor, "second_factor.removed", &person.reference(), (Value::Null, Value::Null))?;
    }
    let link = new_link(ledger, now, kind, &person)?;
    note(ledger, now, actor, "people.link_made", &person.reference(), (Value::Null, json!(kind.name())))?;
    Ok((person, link))
}

/// Removes somebody who never accepted the invitation.
///
/// # Errors
/// Returns why it was not done.
pub fn withdraw(ledger: &mut dyn Ledger, now: i64, actor: &Actor, id: &str) -> Result<Person, ChangeError> {
    let person = found(ledger, id)?;
    if person.password.is_some() || person.standing == Standing::Active {
        return Err(Refusal::Standing("here already; disable them instead").into());
    }
    ledger.remove_person(id)?;
    note(ledger, now, actor, "people.withdrawn", &person.reference(), (names(&person), Value::Null))?;
    Ok(person)
}

/// Revokes the keys that somebody made: nobody would answer for them any more.
fn revoke_keys(ledger: &mut dyn Ledger, now: i64, actor: &Actor, person: &Person) -> Result<(), ChangeError> {
    let own = person.reference();
    for key in ledger.api_keys()? {
        if key.revoked_at.is_none() && key.made_by.as_deref() == Some(own.as_str()) {
            ledger.revoke_api_key(key.id, now)?;
            note(ledger, now, actor, "key.revoked", &key_reference(key.id), (Value::Null, Value::Null))?;
        }
    }
    Ok(())
}

pub(super) fn found(ledger: &mut dyn Ledger, id: &str) -> Result<Person, ChangeError> {
    Ok(by_id(ledger, id)?.ok_or(Refusal::NoPerson)?)
}

/// Refuses what would leave nobody to look after people.
fn keep_an_admin(ledger: &mut dyn Ledger, leaving: &Person) -> Result<(), ChangeError> {
    let is_admin = |person: &Person| person.is_active() && person.has(Role::Admin);
    let others = everybody(ledger)?.into_iter().filter(|person| person.id != leaving.id && is_admin(person)).count();
    if is_admin(leaving) && others == 0 { Err(Refusal::LastAdmin.into()) } else { Ok(()) }
}

fn names(person: &Person) -> Value {
    json!(person.roles.iter().map(|role| role.name()).collect::<Vec<_>>())
}
