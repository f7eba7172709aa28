//! Lets people in: by a link, or by address, password and second factor.
//!
//! Whoever asks learns nothing of who there is: an unknown address costs the same look at a password as a known one, and
//! what is written down about a failure is written after the answer.

use super::audit::{Actor, Who, note};
use super::links::{self, Chosen, LinkKind};
use super::passwords::check;
use super::person::{Person, by_email, folded};
use super::refusal::{ChangeError, Refusal, settled};
use super::secrets::form_token;
use super::{Origin, People, account, sessions};
use crate::problem::Problem;
use crate::tracking::unavailable;
use bantam_core::Desk;
use bantam_store::{Ledger, StoreError};
use serde_json::Value;

/// A browser that was let in, or half.
#[derive(Debug)]
pub(crate) struct LetIn {
    /// What the browser gets.
    pub(crate) secret: String,
    /// Whether the code of the second factor is still missing.
    pub(crate) needs_code: bool,
}

impl LetIn {
    /// Returns the token of the forms of the session that just began.
    pub(crate) fn form_token(&self) -> String {
        form_token(&self.secret)
    }
}

/// Begins a session for somebody who has proved enough already.
pub(crate) fn begin_session(
    ledger: &mut dyn Ledger,
    now: i64,
    origin: &Origin,
    person: &Person,
) -> Result<LetIn, StoreError> {
    Ok(LetIn { secret: sessions::begin(ledger, now, origin, person, false)?, needs_code: false })
}

/// What was done, or why not.
pub(crate) type Answer<T> = Result<Result<T, Refusal>, Problem>;

impl People<'_> {
    /// Looks at an address and a password; begins a session, or the half of one where there is a second factor.
    pub(crate) async fn sign_in(&self, origin: Origin, email: &str, password: String) -> Answer<LetIn> {
        let email = folded(email);
        if let Err(seconds) = self.state().throttle.begin(&email, origin.address, self.app.now()) {
            return Ok(Err(Refusal::TooOften(seconds)));
        }
        let wanted = email.clone();
        let known = self.app.read(move |reader| Ok(reader.read(|ledger| by_email(ledger, &wanted))?)).await?;
        let hash = known.as_ref().filter(|person| person.is_active()).and_then(hash_of_person);
        let is_right = self.state().passwords.is_right(password, hash.clone()).await?;
        let Some(person) = known.filter(|_| is_right) else {
            return Ok(Err(Refusal::Wrong));
        };
        let needs_code = person.has_second_factor();
        match needs_code {
            true => self.state().throttle.half_succeeded(origin.address),
            false => self.state().throttle.succeeded(&email, origin.address),
        }
        let begun = self.change(move |ledger, now| {
            // The password may have been changed while it was looked at.
            let person = by_email(ledger, &email)?.filter(|now| now.is_active() && hash_of_person(now) == hash);
            let person = person.ok_or(Refusal::Wrong)?;
            Ok(sessions::begin(ledger, now, &origin, &person, person.has_second_factor())?)
        });
        Ok(begun.await?.map(|secret| LetIn { secret, needs_code }))
    }

    /// Writes down that somebody tried in vain, where the address is somebody's.
    pub(crate) fn note_failure(&self, origin: &Origin, email: &str) {
        let (email, actor) = (folded(email), Actor { who: Who::Nobody, address: origin.shown() });
        self.app.recorder.work_later(move |ledger, now| match by_email(ledger, &email)? {
            Some(person) => {
                note(ledger, now, &actor, "session.refused", &person.reference(), (Value::Null, Value::Null))
            }
            None => Ok(()),
        });
    }

    /// Takes the code of the second factor from whoever gave the right password.
    pub(crate) async fn enter_code(&self, origin: Origin, person: &Person, code: String) -> Answer<LetIn> {
        let account = format!("code {}", person.id);
        if let Err(seconds) = self.state().throttle.begin(&account, origin.address, self.app.now()) {
            return Ok(Err(Refusal::TooOften(seconds)));
        }
        let (id, from) = (person.id.clone(), origin.clone());
        let begun = self.change(move |ledger, now| {
            let half = origin.session.map(|session| ledger.session(&session)).transpose()?.flatten();
            // It may have ended meanwhile: another password, another role.
            if !half.is_some_and(|half| half.is_half && half.person == id && sessions::holds(&half, now)) {
                return Err(Refusal::Wrong.into());
            }
            let person = account::take_code(ledger, now, &id, &code)?;
            Ok(sessions::begin(ledger, now, &origin, &person, false)?)
        });
        let begun = begun.await?;
        if begun.is_ok() {
            self.state().throttle.succeeded(&account, from.address);
            self.state().throttle.succeeded(&person.email, None);
        }
        Ok(begun.map(|secret| LetIn { secret, needs_code: false }))
    }

    /// Makes the first admin and signs them in.
    pub(crate) async fn set_up(
        &self,
        origin: Origin,
        link: String,
        (name, email): (String, String),
        password: String,
    ) -> Answer<LetIn> {
        let (now, secret) = (self.app.now(), link.clone());
        let may = self.app.read(move |reader| Ok(reader.read(|ledger| links::may_set_up(ledger, now, &secret))?));
        if !may.await? {
            return Ok(Err(Refusal::Link));
        }
        // The password is looked at before it is hashed: a hash is dear.
        let first = match links::first_admin(&name, &email, now) {
            Ok(first) => first,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let chosen = match self.chosen(&first, name, password).await? {
            Ok(chosen) => chosen,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let begun = self.change(move |ledger, now| {
            let person = links::set_up(ledger, now, &origin.shown(), &link, &email, chosen)?;
            Ok(sessions::begin(ledger, now, &origin, &person, false)?)
        });
        Ok(begun.await?.map(|secret| LetIn { secret, needs_code: false }))
    }

    /// Returns whom a link lets in, where it still does.
    pub(crate) async fn holder(&self, kind: LinkKind, link: String) -> Result<Option<Person>, Problem> {
        let now = self.app.now();
        self.app.read(move |reader| Ok(reader.read(|ledger| links::holder(ledger, now, kind, &link))?)).await
    }

    /// Returns whether the set-up can be done with a link.
    pub(crate) async fn may_set_up(&self, link: String) -> Result<bool, Problem> {
        let now = self.app.now();
        self.app.read(move |reader| Ok(reader.read(|ledger| links::may_set_up(ledger, now, &link))?)).await
    }

    /// Accepts an invitation and signs in.
    pub(crate) async fn accept(&self, origin: Origin, link: String, name: String, password: String) -> Answer<LetIn> {
        let Some(mut person) = self.holder(LinkKind::Invitation, link.clone()).await? else {
            return Ok(Err(Refusal::Link));
        };
        person.name.clone_from(&name);
        let chosen = match self.chosen(&person, name, password).await? {
            Ok(chosen) => chosen,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let begun = self.change(move |ledger, now| {
            let person = links::accept(ledger, now, &origin.shown(), &link, chosen)?;
            Ok(sessions::begin(ledger, now, &origin, &person, false)?)
        });
        Ok(begun.await?.map(|secret| LetIn { secret, needs_code: false }))
    }

    /// Changes a password by a link. Signs in where there is no second factor; with one, half.
    pub(crate) async fn reset(&self, origin: Origin, link: String, password: String) -> Answer<LetIn> {
        let Some(person) = self.holder(LinkKind::Reset, link.clone()).await? else {
            return Ok(Err(Refusal::Link));
        };
        let needs_code = person.has_second_factor();
        let chosen = match self.chosen(&person, person.name().to_owned(), password).await? {
            Ok(chosen) => chosen,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let begun = self.change(move |ledger, now| {
            let person = links::reset(ledger, now, &origin.shown(), &link, chosen)?;
            Ok(sessions::begin(ledger, now, &origin, &person, person.has_second_factor())?)
        });
        let begun = begun.await?;
        if begun.is_ok() {
            self.state().throttle.succeeded(&person.email, None);
        }
        Ok(begun.map(|secret| LetIn { secret, needs_code }))
    }

    /// Looks at a password that somebody chose, and hashes it.
    pub(crate) async fn chosen(&self, person: &Person, name: String, password: String) -> Answer<Chosen> {
        if let Err(problem) = check(&password, person) {
            return Ok(Err(problem.into()));
        }
        let hash = self.state().passwords.hash(password.clone()).await?;
        Ok(Ok(Chosen { name, password, hash }))
    }

    /// Asks somebody who is signed in for the password once more.
    pub(crate) async fn prove(&self, origin: &Origin, person: &Person, password: String) -> Answer<()> {
        if let Err(seconds) = self.state().throttle.begin(&person.email, origin.address, self.app.now()) {
            return Ok(Err(Refusal::TooOften(seconds)));
        }
        if !self.state().passwords.is_right(password, hash_of_person(person)).await? {
            return Ok(Err(Refusal::WrongPassword));
        }
        self.state().throttle.succeeded(&person.email, origin.address);
        Ok(Ok(()))
    }

    /// Changes something about people. What is at hand is forgotten.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Ledger, i64) -> Result<T, ChangeError> + Send + 'static,
    ) -> Answer<T> {
        self.change_at_desk(move |_, ledger, now| work(ledger, now)).await
    }

    /// Does the same where facts follow from it.
    pub(crate) async fn change_at_desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk, &mut dyn Ledger, i64) -> Result<T, ChangeError> + Send + 'static,
    ) -> Answer<T> {
        let done = self.app.recorder.work(move |desk, ledger, now| settled(work(desk, ledger, now))).await;
        self.state().at_hand.forget();
        // Somebody's keys may have ended with their rights.
        self.app.forget_keys();
        done.map_err(unavailable)
    }
}

fn hash_of_person(person: &Person) -> Option<String> {
    person.password.as_ref().map(|password| password.hash.clone())
}
