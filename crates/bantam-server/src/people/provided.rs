//! Finds the person whom a provider vouches for, and lets them in.
//!
//! Who signed in that way before is known by issuer and subject. Who did not is found by an address that the provider
//! verified; so somebody who makes an account there with the address of somebody else does not become them.

use super::audit::{Actor, Who, note};
use super::changes::{found, new_person, set_roles};
use super::person::{Person, Provided, by_email, checked_email, checked_name, everybody};
use super::refusal::{ChangeError, Refusal};
use super::role::Role;
use super::secrets::hash_of;
use super::sessions;
use super::sign_in::{Answer, LetIn};
use super::{Origin, People};
use crate::sso::begun::Begun;
use crate::sso::{Identity, SingleSignOn};
use bantam_core::Desk;
use bantam_store::{InvitationRow, Ledger};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a used sign-in is called among the links that work once.
const USED: &str = "sign-in";

/// Why somebody whom a provider sent is not let in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvidedRefusal {
    /// The sign-in was not begun in this browser, took too long, or was gone through before.
    #[error("this sign-in was begun in another browser, more than ten minutes ago, or was used already; begin again")]
    Begun,
    /// The provider cannot be asked.
    #[error("{0} cannot be reached now; try again in a moment, or sign in with a password if you have one")]
    Away(String),
    /// The provider ended it.
    #[error("{0} did not sign you in; begin again")]
    Denied(String),
    /// What the provider says cannot be relied on.
    #[error("what {0} says of you could not be verified, so you are not signed in; begin again")]
    Unproven(String),
    /// The provider does not vouch for the address.
    #[error(
        "{0} does not say that your address is verified, so it cannot tell who you are here; have it verified there"
    )]
    Unverified(String),
    /// Nobody has the address.
    #[error("nobody here has the address that {0} knows you by; ask an admin to invite it")]
    Unknown(String),
    /// Somebody who may not sign in any more.
    #[error("you may not sign in here any more; ask an admin")]
    Disabled,
    /// Somebody has the address, and signs in by another account.
    #[error("whoever has your address here signs in with another account of {0}; ask an admin to take that link away")]
    Other(String),
    /// None of the groups has a role here.
    #[error("none of your groups at {0} may sign in here; ask an admin")]
    NoGroup(String),
    /// Passwords let nobody in.
    #[error("passwords let nobody in here; sign in with {0}")]
    Required(String),
}

/// What came of it: what is written stays, also where somebody is not let in.
type Outcome = Result<String, ProvidedRefusal>;

impl People<'_> {
    /// Takes a sign-in that was begun, which can be done once.
    pub(crate) async fn take_begun(&self, origin: &Origin, begun: &Begun) -> Answer<()> {
        let (account, hash, ends_at) = (begun.mark(), hash_of(&begun.mark()), begun.ends_at());
        if let Err(seconds) = self.state().throttle.begin(&account, origin.address, self.app.now()) {
            return Ok(Err(Refusal::TooOften(seconds)));
        }
        self.change(move |ledger, now| {
            ledger.forget_invitations(now)?;
            if ledger.invitation(&hash)?.is_some() {
                return Err(Refusal::Provided(ProvidedRefusal::Begun).into());
            }
            Ok(ledger.add_invitation(&InvitationRow {
                hash,
                kind: USED.to_owned(),
                person: None,
                email: String::new(),
                created_at: now,
                expires_at: ends_at,
            })?)
        })
        .await
    }

    /// Begins a session for whom the provider vouches for.
    pub(crate) async fn let_in(
        &self,
        sso: Arc<SingleSignOn>,
        origin: Origin,
        begun: &Begun,
        identity: Identity,
    ) -> Answer<LetIn> {
        let (from, mark) = (origin.address, begun.mark());
        let done = self.change_at_desk(move |desk, ledger, now| {
            let mut entering = Entering { sso: &sso, desk, ledger, now, origin: &origin, identity: &identity };
            entering.enter()
        });
        let done = done.await?.and_then(|outcome| outcome.map_err(Refusal::Provided));
        if done.is_ok() {
            self.state().throttle.succeeded(&mark, from);
        }
        Ok(done.map(|secret| LetIn { secret, needs_code: false }))
    }
}

/// Somebody at the door.
struct Entering<'a> {
    sso: &'a SingleSignOn,
    desk: &'a mut Desk,
    ledger: &'a mut dyn Ledger,
    now: i64,
    origin: &'a Origin,
    identity: &'a Identity,
}

impl Entering<'_> {
    fn enter(&mut self) -> Result<Outcome, ChangeError> {
        let roles = self.sso.roles_of(&self.identity.groups);
        let linked = everybody(self.ledger)?.into_iter().find(|person| person.is_provided_by(self.identity));
        let person = match linked {
            Some(person) => person,
            None => match self.link(roles.as_ref())? {
                Ok(person) => person,
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        if !person.is_active() {
            return Ok(Err(self.refuse(&person, ProvidedRefusal::Disabled)?));
        }
        let person = match roles {
            Some(roles) if roles.is_empty() => {
                // What they could do does not go on while they are kept out.
                self.give(person.clone(), [Role::Viewer].into())?;
                return Ok(Err(self.refuse(&person, ProvidedRefusal::NoGroup(self.name()))?));
            }
            Some(roles) => self.give(person, roles)?,
            None => person,
        };
        let how = json!({"by": "single sign-on"});
        Ok(Ok(sessions::begin_by(self.ledger, self.now, self.origin, &person, false, how)?))
    }

    /// Links somebody who comes this way for the first time, by the address.
    fn link(&mut self, roles: Option<&BTreeSet<Role>>) -> Result<Result<Person, ProvidedRefusal>, ChangeError> {
        let email = self.identity.email.as_deref().filter(|_| self.identity.is_verified);
        let Some(email) = email.and_then(|email| checked_email(email).ok()) else {
            return Ok(Err(ProvidedRefusal::Unverified(self.name())));
        };
        let unknown = ProvidedRefusal::Unknown(self.name());
        if !self.sso.admits(&email) {
            return Ok(Err(unknown));
        }
        let mut person = match by_email(self.ledger, &email)? {
            Some(person) => person,
            None => {
                let given = match roles {
                    Some(roles) if roles.is_empty() => return Ok(Err(ProvidedRefusal::NoGroup(self.name()))),
                    Some(roles) => roles.clone(),
                    None => self.sso.new_role().into_iter().collect(),
                };
                if given.is_empty() {
                    return Ok(Err(unknown));
                }
                let actor = self.provider();
                new_person(self.ledger, self.now, &actor, &email, given)?
            }
        };
        let before = person.provided.clone();
        // An address that was given to somebody else at the provider does not give them this person.
        if before.as_ref().is_some_and(|before| before.issuer == self.identity.issuer) {
            return Ok(Err(self.refuse(&person, ProvidedRefusal::Other(self.name()))?));
        }
        if person.is_disabled() {
            return Ok(Err(self.refuse(&person, ProvidedRefusal::Disabled)?));
        }
        person.provided = Some(Provided {
            issuer: self.identity.issuer.clone(),
            subject: self.identity.subject.clone(),
            linked_at: self.now,
        });
        let joins = !person.is_active();
        if person.name.is_empty() {
            let name = self.identity.name.as_deref().and_then(|name| checked_name(name).ok());
            person.name = name.unwrap_or_default();
        }
        person.activate();
        person.save(self.ledger)?;
        self.ledger.remove_invitations_of(Some(&person.id))?;
        let (actor, object) = (self.actor(&person), person.reference());
        if joins {
            note(self.ledger, self.now, &actor, "people.joined", &object, (Value::Null, Value::Null))?;
        }
        let old = before.map_or(Value::Null, |before| json!({"issuer": before.issuer}));
        let new = json!({"issuer": self.identity.issuer});
        note(self.ledger, self.now, &actor, "sso.linked", &object, (old, new))?;
        Ok(Ok(person))
    }

    /// Gives somebody the roles of their groups. What follows from losing one follows as ever.
    fn give(&mut self, person: Person, mut roles: BTreeSet<Role>) -> Result<Person, ChangeError> {
        let (actor, id, version) = (self.provider(), person.id.clone(), person.version);
        let given = set_roles(self.desk, self.ledger, self.now, &actor, &id, version, roles.clone());
        match given {
            // Groups must not lock everybody out.
            Err(ChangeError::Refused(Refusal::LastAdmin)) => {
                roles.insert(Role::Admin);
                set_roles(self.desk, self.ledger, self.now, &actor, &id, version, roles)
            }
            given => given,
        }
    }

    /// Writes down that somebody was not let in.
    fn refuse(&mut self, person: &Person, refusal: ProvidedRefusal) -> Result<ProvidedRefusal, ChangeError> {
        let actor = Actor { who: Who::Nobody, address: self.origin.shown() };
        let how = json!({"by": "single sign-on"});
        note(self.ledger, self.now, &actor, "session.refused", &person.reference(), (Value::Null, how))?;
        Ok(refusal)
    }

    fn name(&self) -> String {
        self.sso.name().to_owned()
    }

    fn actor(&self, person: &Person) -> Actor {
        Actor { who: Who::Person(person.id.clone()), address: self.origin.shown() }
    }

    fn provider(&self) -> Actor {
        Actor { who: Who::Provider, address: self.origin.shown() }
    }
}

/// Takes the link to somebody's account at a provider away, so that another account can take its place. Their sessions end.
pub(crate) fn unlink(ledger: &mut dyn Ledger, now: i64, actor: &Actor, id: &str) -> Result<Person, ChangeError> {
    let mut person = found(ledger, id)?;
    let Some(before) = person.provided.take() else { return Ok(person) };
    person.save(ledger)?;
    ledger.end_sessions_of(id)?;
    let old = json!({"issuer": before.issuer});
    note(ledger, now, actor, "sso.unlinked", &person.reference(), (old, Value::Null))?;
    Ok(person)
}
