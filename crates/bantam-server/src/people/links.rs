//! Links that let somebody in once: to set up the service, to accept an invitation, to choose another password.

use super::audit::{Actor, Who, note};
use super::passwords::{check, is_long};
use super::person::{Password, Person, Standing, by_id, checked_email, checked_name};
use super::refusal::{ChangeError, Refusal};
use super::role::Role;
use super::secrets::{hash_of, new_id, new_secret};
use bantam_store::{InvitationRow, Ledger, StoreError};
use serde_json::{Value, json};

/// How long a link works, in microseconds: a day.
const LIFE: i64 = 24 * 3_600 * 1_000_000;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// The first admin.
    SetUp,
    /// Somebody who was invited.
    Invitation,
    /// Somebody who chooses another password.
    Reset,
}

impl LinkKind {
    /// Returns its name, which is also the first part of its path.
    pub fn name(self) -> &'static str {
        match self {
            LinkKind::SetUp => "set-up",
            LinkKind::Invitation => "invitation",
            LinkKind::Reset => "reset",
        }
    }
}

/// A link that was just made: the only moment at which it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    kind: LinkKind,
    secret: String,
}

impl Link {
    /// Returns what it is for.
    pub fn kind(&self) -> LinkKind {
        self.kind
    }

    /// Returns the path of the page that it leads to.
    pub fn path(&self) -> String {
        format!("/{}/{}", self.kind.name(), self.secret)
    }
}

/// Makes a link for the set-up, where there is nobody yet.
///
/// # Errors
/// Returns why the database did not do it.
pub fn set_up_link(ledger: &mut dyn Ledger, now: i64) -> Result<Option<Link>, StoreError> {
    ledger.forget_invitations(now)?;
    match ledger.people()?.is_empty() {
        true => keep(ledger, now, LinkKind::SetUp, None, "").map(Some),
        false => Ok(None),
    }
}

/// Makes a link for somebody; others that they had work no more.
pub(crate) fn new_link(ledger: &mut dyn Ledger, now: i64, kind: LinkKind, person: &Person) -> Result<Link, StoreError> {
    ledger.forget_invitations(now)?;
    ledger.remove_invitations_of(Some(&person.id))?;
    keep(ledger, now, kind, Some(&person.id), &person.email)
}

fn keep(
    ledger: &mut dyn Ledger,
    now: i64,
    kind: LinkKind,
    person: Option<&str>,
    email: &str,
) -> Result<Link, StoreError> {
    let secret = new_secret()?;
    ledger.add_invitation(&InvitationRow {
        hash: hash_of(&secret),
        kind: kind.name().to_owned(),
        person: person.map(str::to_owned),
        email: email.to_owned(),
        created_at: now,
        expires_at: now.saturating_add(LIFE),
    })?;
    Ok(Link { kind, secret })
}

/// Returns whom a link lets in, where it still does.
pub(crate) fn holder(
    ledger: &mut dyn Ledger,
    now: i64,
    kind: LinkKind,
    secret: &str,
) -> Result<Option<Person>, StoreError> {
    let Some(row) = valid(ledger, now, kind, secret)? else { return Ok(None) };
    let Some(id) = &row.person else { return Ok(None) };
    let wanted = match kind {
        LinkKind::Invitation => Standing::Invited,
        _ => Standing::Active,
    };
    let person = by_id(ledger, id)?;
    // It was made for an address, and for somebody in this standing.
    Ok(person.filter(|person| person.email == row.email && person.standing == wanted))
}

/// Returns whether the set-up can be done with a link.
pub(crate) fn may_set_up(ledger: &mut dyn Ledger, now: i64, secret: &str) -> Result<bool, StoreError> {
    Ok(valid(ledger, now, LinkKind::SetUp, secret)?.is_some() && ledger.people()?.is_empty())
}

fn valid(ledger: &mut dyn Ledger, now: i64, kind: LinkKind, secret: &str) -> Result<Option<InvitationRow>, StoreError> {
    let found = ledger.invitation(&hash_of(secret))?;
    Ok(found.filter(|row| row.kind == kind.name() && row.expires_at > now))
}

/// What somebody chose, with the hash that takes long to make made already.
pub(crate) struct Chosen {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) hash: String,
}

impl Chosen {
    pub(crate) fn apply(self, person: &mut Person, now: i64) {
        person.password = Some(Password { hash: self.hash, is_long: is_long(&self.password), set_at: now });
    }
}

/// Makes the first admin. It can be done once: the people are looked at in the transaction that adds one.
pub(crate) fn set_up(
    ledger: &mut dyn Ledger,
    now: i64,
    from: &str,
    secret: &str,
    email: &str,
    chosen: Chosen,
) -> Result<Person, ChangeError> {
    if !may_set_up(ledger, now, secret)? {
        return Err(Refusal::Link.into());
    }
    let mut person = first_admin(&chosen.name, email, now)?;
    person.id = new_id().map_err(StoreError::from)?;
    check(&chosen.password, &person).map_err(Refusal::from)?;
    person.standing = Standing::Active;
    chosen.apply(&mut person, now);
    person.save(ledger)?;
    ledger.remove_invitations_of(None)?;
    let actor = Actor { who: Who::Person(person.id.clone()), address: from.to_owned() };
    note(ledger, now, &actor, "people.set_up", &person.reference(), (Value::Null, json!(["admin"])))?;
    Ok(person)
}

/// Returns who would be the first admin, without an id.
pub(crate) fn first_admin(name: &str, email: &str, now: i64) -> Result<Person, Refusal> {
    Ok(Person::new(String::new(), checked_email(email)?, checked_name(name)?, [Role::Admin].into(), now))
}

/// Lets somebody who was invited in.
pub(crate) fn accept(
    ledger: &mut dyn Ledger,
    now: i64,
    from: &str,
    secret: &str,
    chosen: Chosen,
) -> Result<Person, ChangeError> {
    let mut person = holder(ledger, now, LinkKind::Invitation, secret)?.ok_or(Refusal::Link)?;
    person.name = checked_name(&chosen.name)?;
    check(&chosen.password, &person).map_err(Refusal::from)?;
    person.standing = Standing::Active;
    chosen.apply(&mut person, now);
    person.save(ledger)?;
    ledger.remove_invitations_of(Some(&person.id))?;
    let actor = Actor { who: Who::Person(person.id.clone()), address: from.to_owned() };
    note(ledger, now, &actor, "people.joined", &person.reference(), (Value::Null, Value::Null))?;
    Ok(person)
}

/// Gives somebody the password they chose with a link. All their sessions end.
pub(crate) fn reset(
    ledger: &mut dyn Ledger,
    now: i64,
    from: &str,
    secret: &str,
    chosen: Chosen,
) -> Result<Person, ChangeError> {
    let mut person = holder(ledger, now, LinkKind::Reset, secret)?.ok_or(Refusal::Link)?;
    check(&chosen.password, &person).map_err(Refusal::from)?;
    chosen.apply(&mut person, now);
    person.save(ledger)?;
    ledger.remove_invitations_of(Some(&person.id))?;
    ledger.end_sessions_of(&person.id)?;
    let actor = Actor { who: Who::Person(person.id.clone()), address: from.to_owned() };
    note(ledger, now, &actor, "password.reset", &person.reference(), (Value::Null, Value::Null))?;
    Ok(person)
}
