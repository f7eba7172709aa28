//! Who is signed in: from the cookie of a request to a person, by what is in the store.
//!
//! What was found is at hand for a second, so that a page with many parts asks once. Whatever is changed about people on
//! this node is seen by the next request; on another node after that second.

use super::audit::{Actor, Who, note};
use super::person::{Person, by_id};
use super::refusal::{ChangeError, Refusal};
use super::secrets::{form_token, hash_of, is_same, new_secret};
use super::{Origin, People};
use crate::problem::Problem;
use crate::sso::begun::{Begun, LIFE_SECONDS};
use crate::web::standing::Standing;
use axum::http::{HeaderMap, HeaderValue, header};
use bantam_store::{Ledger, SessionRow, StoreError};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const SECOND: i64 = 1_000_000;
/// After how long without a request a session ends.
const IDLE_MAX: i64 = 3_600 * SECOND;
/// After how long it ends in any case.
const LIFE_MAX: i64 = 12 * 3_600 * SECOND;
/// How long somebody has for the second factor.
const HALF_LIFE_MAX: i64 = 10 * 60 * SECOND;
/// How exactly it is known when somebody was last seen: each time costs a transaction.
const SEEN_STEP: i64 = 60 * SECOND;
/// How old what is at hand may be.
const AGE_MAX: i64 = SECOND;
/// How many sessions are at hand, some hundred bytes each.
const AT_HAND_MAX: usize = 10_000;
/// How many sessions a person has at once; the oldest ends for another.
const SESSIONS_MAX: usize = 20;
/// The longest name of a browser that is kept, in characters.
const AGENT_CHARACTERS_MAX: usize = 200;

/// SHA-256 of what the browser holds: what a session is called where its secret must not be told.
pub(crate) type SessionId = [u8; 32];

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) person: Arc<Person>,
    pub(crate) session: SessionId,
    /// Goes with every form that changes something.
    pub(crate) csrf: String,
    /// How it stands with the definition that decides, which every page says.
    pub(crate) standing: Arc<Standing>,
}

impl Signed {
    /// Returns whether a form was made for this session.
    pub(crate) fn is_token(&self, token: &str) -> bool {
        is_same(token.as_bytes(), self.csrf.as_bytes())
    }

    /// Returns them as who does something.
    pub(crate) fn actor(&self, origin: &Origin) -> Actor {
        Actor { who: Who::Person(self.person.id.clone()), address: origin.shown() }
    }
}

#[derive(Clone)]
struct Found {
    person: Arc<Person>,
    session: SessionRow,
}

/// Sessions that were looked up of late.
#[derive(Default)]
pub(crate) struct AtHand(Mutex<Known>);

#[derive(Default)]
struct Known {
    changes: u64,
    sessions: HashMap<SessionId, (i64, Found)>,
}

impl AtHand {
    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next look read the store.
    pub(crate) fn forget(&self) {
        let mut known = self.lock();
        known.changes += 1;
        known.sessions.clear();
    }

    fn find(&self, id: &SessionId, now: i64) -> (Option<Found>, u64) {
        let known = self.lock();
        let fresh = known.sessions.get(id).filter(|(at, _)| (0..AGE_MAX).contains(&now.saturating_sub(*at)));
        (fresh.map(|(_, found)| found.clone()), known.changes)
    }

    /// Keeps what was read, unless something was changed meanwhile.
    fn put(&self, id: SessionId, now: i64, changes: u64, found: &Found) {
        let mut known = self.lock();
        if known.sessions.len() >= AT_HAND_MAX {
            known.sessions.clear();
        }
        if known.changes == changes {
            known.sessions.insert(id, (now, found.clone()));
        }
    }

    fn saw(&self, id: &SessionId, now: i64) {
        if let Some((_, found)) = self.lock().sessions.get_mut(id) {
            found.session.seen_at = now;
        }
    }
}

impl People<'_> {
    /// Returns who is signed in by the cookie of a request.
    pub(crate) async fn signed(&self, headers: &HeaderMap) -> Result<Option<Signed>, Problem> {
        let Some((secret, found)) = self.session(headers).await? else { return Ok(None) };
        if found.session.is_half {
            return Ok(None);
        }
        self.see(&found.session);
        let csrf = form_token(&secret);
        let standing = self.app.standing().await;
        Ok(Some(Signed { person: found.person, session: found.session.hash, csrf, standing }))
    }

    /// Returns who gave the right password, and not the code of the second factor yet.
    pub(crate) async fn half_signed(&self, headers: &HeaderMap) -> Result<Option<(Arc<Person>, SessionId)>, Problem> {
        let found = self.session(headers).await?.filter(|(_, found)| found.session.is_half);
        Ok(found.map(|(_, found)| (found.person, found.session.hash)))
    }

    async fn session(&self, headers: &HeaderMap) -> Result<Option<(String, Found)>, Problem> {
        let Some(secret) = self.cookie_of(headers) else { return Ok(None) };
        let (id, now) = (hash_of(&secret), self.app.now());
        let (at_hand, changes) = self.state().at_hand.find(&id, now);
        let found = match at_hand {
            Some(found) => Some(found),
            None => {
                let read = self.app.read(move |reader| Ok(reader.read(|ledger| look_up(ledger, &id))?)).await?;
                if let Some(found) = &read {
                    self.state().at_hand.put(id, now, changes, found);
                }
                read
            }
        };
        Ok(found.filter(|found| holds(&found.session, now)).map(|found| (secret, found)))
    }

    fn see(&self, session: &SessionRow) {
        let (id, now) = (session.hash, self.app.now());
        if now.saturating_sub(session.seen_at) >= SEEN_STEP {
            self.state().at_hand.saw(&id, now);
            self.app.recorder.work_later(move |ledger, now| ledger.mark_session_seen(&id, now));
        }
    }

    /// Returns the session's secret, as the browser sends it.
    pub(crate) fn cookie_of(&self, headers: &HeaderMap) -> Option<String> {
        self.named_cookie_of(headers, self.cookie_name())
    }

    /// Returns what the browser sends of a sign-in that it began at a provider.
    pub(crate) fn begun_cookie_of(&self, headers: &HeaderMap) -> Option<String> {
        self.named_cookie_of(headers, self.begun_cookie_name())
    }

    fn named_cookie_of(&self, headers: &HeaderMap, name: &str) -> Option<String> {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }

    /// Returns the header that gives a browser its session, or takes it away.
    pub(crate) fn cookie(&self, secret: Option<&str>) -> HeaderValue {
        let life = if secret.is_some() { "" } else { "; Max-Age=0" };
        self.named_cookie(self.cookie_name(), secret.unwrap_or_default(), life)
    }

    /// Returns the header that lets a browser keep what it began at a provider for as long as that counts.
    pub(crate) fn begun_cookie(&self, begun: Option<&Begun>) -> HeaderValue {
        let life = format!("; Max-Age={}", if begun.is_some() { LIFE_SECONDS } else { 0 });
        self.named_cookie(self.begun_cookie_name(), &begun.map(Begun::cookie).unwrap_or_default(), &life)
    }

    fn named_cookie(&self, name: &str, value: &str, life: &str) -> HeaderValue {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }

    /// With this prefix a browser takes the cookie over TLS alone (or from the machine itself), and from no neighbour.
    fn cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-bantam" } else { "bantam" }
    }

    fn begun_cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-bantam-sso" } else { "bantam-sso" }
    }

    /// Only where it was said that people come over plain HTTP does the cookie go that way.
    fn is_secure(&self) -> bool {
        self.app.public_address().is_none_or(|(scheme, _)| scheme != "http")
    }
}

fn look_up(ledger: &mut dyn Ledger, id: &SessionId) -> Result<Option<Found>, StoreError> {
    let Some(session) = ledger.session(id)? else { return Ok(None) };
    let person = by_id(ledger, &session.person)?.filter(Person::is_active);
    Ok(person.map(|person| Found { person: Arc::new(person), session }))
}

/// Returns whether a session has not ended by itself.
pub(crate) fn holds(session: &SessionRow, now: i64) -> bool {
    let (age, idle) = (now.saturating_sub(session.created_at), now.saturating_sub(session.seen_at));
    let life = if session.is_half { HALF_LIFE_MAX } else { LIFE_MAX };
    age < life && idle < IDLE_MAX
}

/// Begins a session in place of the one that the browser had; returns its secret.
pub(crate) fn begin(
    ledger: &mut dyn Ledger,
    now: i64,
    origin: &Origin,
    person: &Person,
    is_half: bool,
) -> Result<String, StoreError> {
    begin_by(ledger, now, origin, person, is_half, Value::Null)
}

/// Does the same for somebody who was let in some other way than by a password or a link.
pub(crate) fn begin_by(
    ledger: &mut dyn Ledger,
    now: i64,
    origin: &Origin,
    person: &Person,
    is_half: bool,
    how: Value,
) -> Result<String, StoreError> {
    ledger.forget_sessions(now.saturating_sub(LIFE_MAX), now.saturating_sub(IDLE_MAX))?;
    if let Some(before) = &origin.session {
        ledger.end_session(before)?;
    }
    for old in ledger.sessions_of(&person.id)?.iter().skip(SESSIONS_MAX - 1) {
        ledger.end_session(&old.hash)?;
    }
    let secret = new_secret()?;
    ledger.add_session(&SessionRow {
        hash: hash_of(&secret),
        person: person.id.clone(),
        is_half,
        created_at: now,
        seen_at: now,
        address: origin.shown(),
        agent: origin.agent.chars().take(AGENT_CHARACTERS_MAX).collect(),
    })?;
    if !is_half {
        let actor = Actor { who: Who::Person(person.id.clone()), address: origin.shown() };
        note(ledger, now, &actor, "session.began", &person.reference(), (Value::Null, how))?;
    }
    Ok(secret)
}

/// Ends one of somebody's sessions, by how it is called in lists.
pub(crate) fn end(
    ledger: &mut dyn Ledger,
    now: i64,
    actor: &Actor,
    person: &Person,
    session: &SessionId,
) -> Result<(), ChangeError> {
    // Nobody ends a session of somebody else by its name.
    let own = ledger.session(session)?.filter(|row| row.person == person.id);
    if own.is_none() {
        return Err(Refusal::NoSession.into());
    }
    ledger.end_session(session)?;
    Ok(note(ledger, now, actor, "session.ended", &person.reference(), (Value::Null, json!({"sessions": 1})))?)
}

/// Ends all of somebody's sessions.
pub(crate) fn end_all(ledger: &mut dyn Ledger, now: i64, actor: &Actor, person: &Person) -> Result<(), ChangeError> {
    let count = ledger.sessions_of(&person.id)?.len();
    ledger.end_sessions_of(&person.id)?;
    Ok(note(ledger, now, actor, "session.ended", &person.reference(), (Value::Null, json!({"sessions": count})))?)
}
