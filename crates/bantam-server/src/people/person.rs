//! A person, as the store keeps it.

use super::refusal::Refusal;
use super::role::Role;
use super::second_factor::SecondFactor;
use crate::sso::Identity;
use crate::webhooks::is_address;
use bantam_store::{Ledger, PersonRow, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest name, in characters.
const NAME_CHARACTERS_MAX: usize = 100;
/// The longest address, in bytes: no mail server takes a longer one.
const EMAIL_BYTES_MAX: usize = 254;

/// How far somebody has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Has a link to accept, and cannot sign in yet.
    Invited,
    /// May sign in.
    Active,
    /// May not sign in any more.
    Disabled,
}

/// Somebody who may sign in, or was invited to. What the store keeps without knowing what it means is this as JSON, but for
/// what stands in columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Chance, so that nobody guesses it; what stands in logs in place of the name.
    #[serde(skip)]
    pub id: String,
    /// What they sign in with, in lower case.
    #[serde(skip)]
    pub email: String,
    /// How often it was changed.
    #[serde(skip)]
    pub version: i64,
    /// What others call them; empty as long as they have not accepted the invitation.
    pub name: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// How far they have come.
    pub standing: Standing,
    /// When they were invited.
    pub created_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Password>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) second_factor: Option<SecondFactor>,
    /// The secret of a second factor that was shown and not confirmed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) offered: Option<String>,
    /// Their account at the provider of single sign-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provided: Option<Provided>,
}

/// An account at a provider of single sign-on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Provided {
    pub(crate) issuer: String,
    /// What the provider calls them for good.
    pub(crate) subject: String,
    pub(crate) linked_at: i64,
}

/// A password, without the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Password {
    /// As a PHC string.
    pub(crate) hash: String,
    /// Whether it is long enough to be all there is.
    pub(crate) is_long: bool,
    pub(crate) set_at: i64,
}

impl Person {
    /// Returns somebody who was not there before.
    pub(crate) fn new(id: String, email: String, name: String, roles: BTreeSet<Role>, now: i64) -> Person {
        Person {
            id,
            email,
            version: 0,
            name,
            roles,
            standing: Standing::Invited,
            created_at: now,
            password: None,
            second_factor: None,
            offered: None,
            provided: None,
        }
    }

    /// Returns the name; the address where there is none yet.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// Returns whether somebody has a role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Returns whether they may sign in.
    pub fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }

    /// Returns whether they may sign in no more.
    pub(crate) fn is_disabled(&self) -> bool {
        self.standing == Standing::Disabled
    }

    /// Lets them sign in from now on.
    pub(crate) fn activate(&mut self) {
        self.standing = Standing::Active;
    }

    /// Returns whether they have a password, or had one made for them.
    pub(crate) fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Returns whether they sign in with an account at a provider.
    pub(crate) fn is_provided(&self) -> bool {
        self.provided.is_some()
    }

    /// Returns whether theirs is the account that a provider speaks of.
    pub(crate) fn is_provided_by(&self, identity: &Identity) -> bool {
        let own = self.provided.as_ref();
        own.is_some_and(|own| own.issuer == identity.issuer && own.subject == identity.subject)
    }

    /// Returns whether signing in takes a code beside the password.
    pub fn has_second_factor(&self) -> bool {
        self.second_factor.is_some()
    }

    /// Returns how many recovery codes are left.
    pub(crate) fn recovery_left(&self) -> usize {
        self.second_factor.as_ref().map_or(0, SecondFactor::recovery_left)
    }

    /// Returns what stands for them in the audit log, in facts and in signatures.
    pub fn reference(&self) -> String {
        reference(&self.id)
    }

    pub(crate) fn read(row: PersonRow) -> Result<Person, StoreError> {
        let person: Person =
            serde_json::from_slice(&row.body).map_err(|_| StoreError::Damaged { what: "person", id: 0 })?;
        Ok(Person { id: row.id, email: row.email, version: row.version, ..person })
    }

    /// Writes it, as changed once more.
    pub(crate) fn save(&mut self, ledger: &mut dyn Ledger) -> Result<(), StoreError> {
        self.version += 1;
        self.keep(ledger)
    }

    /// Writes what nobody looks at before they change something else: which code was used.
    pub(crate) fn keep(&self, ledger: &mut dyn Ledger) -> Result<(), StoreError> {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let row = PersonRow { id: self.id.clone(), email: self.email.clone(), version: self.version, body };
        ledger.save_person(&row)
    }
}

/// Returns what stands for a person wherever who did something is written down.
pub(crate) fn reference(id: &str) -> String {
    format!("person:{id}")
}

/// Returns everybody, by address.
pub fn everybody(ledger: &mut dyn Ledger) -> Result<Vec<Person>, StoreError> {
    ledger.people()?.into_iter().map(Person::read).collect()
}

/// Returns a person by the id.
pub fn by_id(ledger: &mut dyn Ledger, id: &str) -> Result<Option<Person>, StoreError> {
    ledger.person(id)?.map(Person::read).transpose()
}

/// Returns a person by the address, however it is written.
pub fn by_email(ledger: &mut dyn Ledger, email: &str) -> Result<Option<Person>, StoreError> {
    ledger.person_by_email(&folded(email))?.map(Person::read).transpose()
}

/// Returns an address as it is kept: nobody has two that differ in capitals alone.
pub(crate) fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Returns an address as it is kept, where it is one.
pub(crate) fn checked_email(email: &str) -> Result<String, Refusal> {
    let email = folded(email);
    match email.len() <= EMAIL_BYTES_MAX && is_address(&email) {
        true => Ok(email),
        false => Err(Refusal::Email),
    }
}

/// Returns a name without what surrounds it, where it is one line of a sane length.
pub(crate) fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let is_sane =
        !name.is_empty() && name.chars().count() <= NAME_CHARACTERS_MAX && !name.chars().any(char::is_control);
    if is_sane { Ok(name.to_owned()) } else { Err(Refusal::Name) }
}
