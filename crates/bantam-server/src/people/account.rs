//! What people change about themselves.

use super::audit::{Actor, note};
use super::links::Chosen;
use super::passwords::check;
use super::person::{Person, by_id, checked_name};
use super::refusal::{ChangeError, Refusal};
use super::second_factor::{SecondFactor, new_factor_secret};
use bantam_store::{Ledger, StoreError};
use serde_json::Value;

const UNTOLD: (Value, Value) = (Value::Null, Value::Null);

/// Gives somebody another name.
pub(crate) fn change_name(ledger: &mut dyn Ledger, id: &str, name: &str) -> Result<Person, ChangeError> {
    let mut person = active(ledger, id)?;
    person.name = checked_name(name)?;
    person.save(ledger)?;
    Ok(person)
}

/// Gives somebody another password, if the one they had is still the one that was looked at. All their sessions end.
pub(crate) fn change_password(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    seen: &Person,
    chosen: Chosen,
) -> Result<Person, ChangeError> {
    let mut person = active(ledger, &seen.id)?;
    if person.password != seen.password {
        return Err(Refusal::Changed.into());
    }
    check(&chosen.password, &person).map_err(Refusal::from)?;
    chosen.apply(&mut person, now);
    end_all(ledger, now, actor, &mut person, "password.changed")?;
    Ok(person)
}

/// Offers somebody a second factor: a secret for their phone, which counts for nothing until a code of it was right.
pub(crate) fn offer_second_factor(ledger: &mut dyn Ledger, id: &str) -> Result<String, ChangeError> {
    let mut person = active(ledger, id)?;
    if person.has_second_factor() {
        return Err(Refusal::NotOffered.into());
    }
    if let Some(offered) = &person.offered {
        return Ok(offered.clone());
    }
    let secret = new_factor_secret().map_err(StoreError::from)?;
    person.offered = Some(secret.clone());
    person.keep(ledger)?;
    Ok(secret)
}

/// Makes the offered secret the second factor; returns the recovery codes. All their sessions end.
pub(crate) fn confirm_second_factor(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    id: &str,
    code: &str,
) -> Result<(Person, Vec<String>), ChangeError> {
    let mut person = active(ledger, id)?;
    let offered = person.offered.clone().filter(|_| !person.has_second_factor()).ok_or(Refusal::NotOffered)?;
    let confirmed = SecondFactor::confirmed(&offered, code, now).map_err(StoreError::from)?;
    let (factor, codes) = confirmed.ok_or(Refusal::Code)?;
    person.second_factor = Some(factor);
    person.offered = None;
    end_all(ledger, now, actor, &mut person, "second_factor.added")?;
    Ok((person, codes))
}

/// Gives somebody other recovery codes; the old ones work no more.
pub(crate) fn renew_recovery(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    id: &str,
) -> Result<Vec<String>, ChangeError> {
    let mut person = active(ledger, id)?;
    let factor = person.second_factor.as_mut().ok_or(Refusal::NotOffered)?;
    let codes = factor.renew_recovery().map_err(StoreError::from)?;
    person.save(ledger)?;
    note(ledger, now, actor, "second_factor.recovery_renewed", &person.reference(), UNTOLD)?;
    Ok(codes)
}

/// Takes the second factor away, where the password alone is long enough. All their sessions end.
pub(crate) fn remove_second_factor(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    id: &str,
) -> Result<Person, ChangeError> {
    let mut person = active(ledger, id)?;
    if !person.has_second_factor() {
        return Err(Refusal::NotOffered.into());
    }
    if !person.password.as_ref().is_some_and(|password| password.is_long) {
        return Err(Refusal::ShortAlone.into());
    }
    person.second_factor = None;
    end_all(ledger, now, actor, &mut person, "second_factor.removed")?;
    Ok(person)
}

/// Takes a code of somebody's second factor, which works once.
pub(crate) fn take_code(ledger: &mut dyn Ledger, now: i64, id: &str, code: &str) -> Result<Person, ChangeError> {
    let mut person = active(ledger, id)?;
    let factor = person.second_factor.as_mut().ok_or(Refusal::NotOffered)?;
    if !factor.take(code, now) {
        return Err(Refusal::Code.into());
    }
    person.keep(ledger)?;
    Ok(person)
}

fn active(ledger: &mut dyn Ledger, id: &str) -> Result<Person, ChangeError> {
    Ok(by_id(ledger, id)?.filter(Person::is_active).ok_or(Refusal::NoPerson)?)
}

fn end_all(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    person: &mut Person,
    action: &str,
) -> Result<(), StoreError> {
    person.save(ledger)?;
    ledger.end_sessions_of(&person.id)?;
    ledger.remove_invitations_of(Some(&person.id))?;
    note(ledger, now, actor, action, &person.reference(), UNTOLD)
}
