//! People through the service, without pages: who gets in, who is thrown out, and what cannot be done.

use super::audit::{Actor, Who, details};
use super::second_factor::tests::code_of;
use super::sign_in::LetIn;
use super::*;
use crate::app::Settings;
use crate::keys::Keys;
use crate::recorder::{Clock, Recorder};
use crate::sso::begun::Begun;
use crate::webhooks::{Authorities, Outgoing};
use axum::http::HeaderMap;
use bantam_core::Desk;
use bantam_core::definitions::Team;
use bantam_store::sqlite::SqliteStore;
use bantam_store::{AuditFilter, Ledger};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const PASSWORD: &str = "correct horse battery";
const OTHER: &str = "seven yellow lorries";

struct Service {
    app: App,
    now: Arc<AtomicI64>,
    _folder: TempDir,
}

impl Service {
    fn new() -> Service {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let store = SqliteStore::open(&path, "a test").unwrap();
        let now = Arc::new(AtomicI64::new(1_800_000_000 * SECOND));
        let moment = now.clone();
        let clock: Clock = Arc::new(move || moment.load(Ordering::SeqCst));
        let (recorder, _) = Recorder::start(store, clock.clone()).unwrap();
        let outgoing = Outgoing::new(&[], None, &Authorities::default()).unwrap();
        let (keys, origins) = (Keys::default(), Vec::new());
        let settings = Settings { store: path.into(), keys, origins, outgoing, intake: Default::default() };
        Service { app: App::new(settings, recorder, clock), now, _folder: folder }
    }

    fn people(&self) -> People<'_> {
        self.app.people()
    }

    fn pass(&self, microseconds: i64) {
        self.now.fetch_add(microseconds, Ordering::SeqCst);
    }

    /// Waits until what was seen is written down: time does not jump so far elsewhere.
    async fn settle(&self) {
        self.ask(|_, _| Ok(())).await.unwrap();
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Ledger, i64) -> Result<T, ChangeError> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.people().change(work).await.unwrap()
    }

    /// A service with one admin, `ann@acme.example`.
    async fn with_admin() -> (Service, Person) {
        let service = Service::new();
        let link = service.set_up_secret().await;
        service.set_up(&link, "ann@acme.example").await.unwrap();
        let ann = service.person("ann@acme.example").await;
        (service, ann)
    }

    async fn set_up_secret(&self) -> String {
        let link = self.ask(|ledger, now| Ok(set_up_link(ledger, now)?)).await.unwrap().unwrap();
        secret_of(&link)
    }

    async fn set_up(&self, link: &str, email: &str) -> Result<LetIn, Refusal> {
        let named = ("Ann".to_owned(), email.to_owned());
        self.people().set_up(origin(), link.to_owned(), named, PASSWORD.into()).await.unwrap()
    }

    async fn person(&self, email: &str) -> Person {
        let email = email.to_owned();
        self.ask(move |ledger, _| Ok(by_email(ledger, &email)?)).await.unwrap().unwrap()
    }

    /// Somebody who accepted an invitation.
    async fn add(&self, email: &str, roles: &[Role]) -> Person {
        let (_, link) = self.invite(email, roles).await.unwrap();
        self.people().accept(origin(), secret_of(&link), "Bob".into(), PASSWORD.into()).await.unwrap().unwrap();
        self.person(email).await
    }

    async fn invite(&self, email: &str, roles: &[Role]) -> Result<(Person, Link), Refusal> {
        let (email, roles): (_, BTreeSet<Role>) = (email.to_owned(), roles.iter().copied().collect());
        self.ask(move |ledger, now| invite(ledger, now, &Actor::console(), &email, roles)).await
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<LetIn, Refusal> {
        self.people().sign_in(origin(), email, password.to_owned()).await.unwrap()
    }

    async fn is_signed(&self, secret: &str) -> bool {
        self.people().signed(&cookies(secret)).await.unwrap().is_some()
    }

    async fn log(&self) -> Vec<(String, String)> {
        self.ask(|ledger, _| {
            let rows = ledger.audit_after(0, 100)?;
            assert!(super::audit::check(ledger, &mut |line| panic!("{line}"))? > 0);
            Ok(rows.into_iter().map(|row| (row.actor, row.action)).collect())
        })
        .await
        .unwrap()
    }
}

fn secret_of(link: &Link) -> String {
    link.path().rsplit('/').next().unwrap().to_owned()
}

fn origin() -> Origin {
    Origin { address: "10.0.0.7".parse().ok(), agent: "Firefox".into(), session: None }
}

fn cookies(secret: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, format!("theme=dark; __Host-bantam={secret}").parse().unwrap());
    headers
}

fn console() -> Actor {
    Actor::console()
}

#[tokio::test]
async fn aut_04_the_set_up_works_once_and_not_in_a_race() {
    let service = Service::new();
    let [one, two] = [service.set_up_secret().await, service.set_up_secret().await];
    assert_eq!(service.set_up("guessed", "eve@evil.example").await.unwrap_err(), Refusal::Link);
    let (first, second) =
        tokio::join!(service.set_up(&one, "ann@acme.example"), service.set_up(&two, "eve@evil.example"));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    assert_eq!(service.ask(|ledger, _| Ok(everybody(ledger)?.len())).await, Ok(1));
    assert_eq!(service.set_up(&one, "eve@evil.example").await.unwrap_err(), Refusal::Link);
    assert_eq!(service.ask(|ledger, now| Ok(set_up_link(ledger, now)?)).await, Ok(None));
    let admin = first.or(second).unwrap();
    assert!(!admin.needs_code && service.is_signed(&admin.secret).await);
}

#[tokio::test]
async fn aut_04_the_link_of_the_set_up_works_for_a_day() {
    let service = Service::new();
    let link = service.set_up_secret().await;
    service.pass(24 * HOUR);
    assert_eq!(service.set_up(&link, "ann@acme.example").await.unwrap_err(), Refusal::Link);
}

#[tokio::test]
async fn aut_06_unknown_and_wrong_are_answered_alike_and_seldom() {
    let (service, _) = Service::with_admin().await;
    let unknown = service.sign_in("nobody@acme.example", PASSWORD).await.unwrap_err();
    let wrong = service.sign_in("ann@acme.example", "wrong").await.unwrap_err();
    assert_eq!((&unknown, unknown.to_string()), (&Refusal::Wrong, wrong.to_string()));
    for _ in 0..9 {
        assert_eq!(service.sign_in("nobody@acme.example", PASSWORD).await.unwrap_err(), Refusal::Wrong);
        assert_eq!(service.sign_in("ANN@acme.example ", "wrong").await.unwrap_err(), Refusal::Wrong);
    }
    let late = [service.sign_in("nobody@acme.example", "x").await, service.sign_in("ann@acme.example", PASSWORD).await];
    assert!(late.iter().all(|tried| matches!(tried, Err(Refusal::TooOften(900 | 901)))), "{late:?}");
    service.pass(15 * 60 * SECOND);
    assert!(service.sign_in("ann@acme.example", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn aut_06_many_tries_at_once_are_no_more_than_one_after_the_other() {
    let (service, _) = Service::with_admin().await;
    let tries = (0..20).map(|_| service.sign_in("ann@acme.example", "wrong"));
    let mut refused = 0;
    for tried in futures_of(tries).await {
        refused += usize::from(matches!(tried, Err(Refusal::TooOften(_))));
    }
    assert_eq!(refused, 10);
}

/// Lets futures run side by side on one thread.
async fn futures_of<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (future, slot) in futures.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(result) = future.as_mut().poll(context)
            {
                *slot = Some(result);
            }
        }
        match done.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(done.iter_mut().map(|slot| slot.take().unwrap()).collect()),
            false => std::task::Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn aut_07_a_session_ends_after_an_hour_without_and_twelve_with_requests() {
    let (service, _) = Service::with_admin().await;
    let idle = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
    service.pass(HOUR - SECOND);
    assert!(service.is_signed(&idle).await);
    service.settle().await;
    service.pass(HOUR - SECOND);
    assert!(service.is_signed(&idle).await, "it was seen meanwhile");
    service.pass(HOUR);
    assert!(!service.is_signed(&idle).await);
    let busy = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
    for _ in 0..23 {
        service.pass(HOUR / 2);
        assert!(service.is_signed(&busy).await);
        service.settle().await;
    }
    service.pass(HOUR / 2);
    assert!(!service.is_signed(&busy).await);
}

#[tokio::test]
async fn aut_07_a_session_is_kept_as_a_hash_and_gets_a_new_id_at_each_sign_in() {
    let (service, ann) = Service::with_admin().await;
    let first = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
    let (id, secret) = (ann.id.clone(), first.clone());
    let rows = service.ask(move |ledger, _| Ok(ledger.sessions_of(&id)?)).await.unwrap();
    assert!(rows.iter().any(|row| row.hash == secrets::hash_of(&secret)));
    assert_eq!((rows[0].address.as_str(), rows[0].agent.as_str()), ("10.0.0.7", "Firefox"));
    let again = Origin { session: Some(secrets::hash_of(&first)), ..origin() };
    let second = service.people().sign_in(again, "ann@acme.example", PASSWORD.into()).await.unwrap().unwrap();
    assert_ne!(second.secret, first);
    assert!(!service.is_signed(&first).await && service.is_signed(&second.secret).await);
    for headers in [HeaderMap::new(), cookies("guessed"), cookies("")] {
        assert!(service.people().signed(&headers).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn aut_07_cookies_are_for_this_host_alone() {
    let (service, _) = Service::with_admin().await;
    let people = service.people();
    assert_eq!(people.cookie(Some("x")), "__Host-bantam=x; Path=/; HttpOnly; SameSite=Lax; Secure");
    assert_eq!(people.cookie(None), "__Host-bantam=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
}

#[tokio::test]
async fn ui_03_the_token_of_a_form_is_that_of_its_session() {
    let (service, _) = Service::with_admin().await;
    let mut signed = Vec::new();
    for _ in 0..2 {
        let secret = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
        signed.push(service.people().signed(&cookies(&secret)).await.unwrap().unwrap());
    }
    assert!(signed[0].is_token(&signed[0].csrf) && !signed[0].is_token(&signed[1].csrf) && !signed[0].is_token(""));
}

/// Signs somebody in, does something about them, and says whether they are still signed in.
async fn stays_after<T: Send + 'static>(
    service: &Service,
    person: &Person,
    work: impl FnOnce(&mut dyn Ledger, i64, &Person) -> Result<T, ChangeError> + Send + 'static,
) -> bool {
    let secret = service.sign_in(&person.email, PASSWORD).await.unwrap().secret;
    assert!(service.is_signed(&secret).await);
    let person = person.clone();
    service.ask(move |ledger, now| work(ledger, now, &person)).await.unwrap();
    service.is_signed(&secret).await
}

#[tokio::test]
async fn aut_08_other_roles_and_disabling_end_sessions_at_once() {
    let (service, _) = Service::with_admin().await;
    let bob = service.add("bob@acme.example", &[Role::Sales]).await;
    let same = |ledger: &mut dyn Ledger, now, bob: &Person| {
        set_roles(&mut Desk::default(), ledger, now, &console(), &bob.id, bob.version, [Role::Sales].into())
    };
    assert!(stays_after(&service, &bob, same).await, "nothing changed");
    let other = |ledger: &mut dyn Ledger, now, bob: &Person| {
        set_roles(&mut Desk::default(), ledger, now, &console(), &bob.id, bob.version, [Role::Viewer].into())
    };
    assert!(!stays_after(&service, &bob, other).await);
    let off =
        |ledger: &mut dyn Ledger, now, bob: &Person| disable(&mut Desk::default(), ledger, now, &console(), &bob.id);
    assert!(!stays_after(&service, &bob, off).await);
    assert_eq!(service.sign_in("bob@acme.example", PASSWORD).await.unwrap_err(), Refusal::Wrong);
    let id = bob.id.clone();
    service.ask(move |ledger, now| enable(ledger, now, &console(), &id)).await.unwrap();
    assert!(service.sign_in("bob@acme.example", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn aut_08_another_password_ends_all_sessions() {
    let (service, ann) = Service::with_admin().await;
    let chosen = service.people().chosen(&ann, "Ann".into(), OTHER.into()).await.unwrap().unwrap();
    let change =
        |ledger: &mut dyn Ledger, now, ann: &Person| account::change_password(ledger, now, &console(), ann, chosen);
    assert!(!stays_after(&service, &ann, change).await);
    assert_eq!(service.sign_in("ann@acme.example", PASSWORD).await.unwrap_err(), Refusal::Wrong);
    assert!(service.sign_in("ann@acme.example", OTHER).await.is_ok());
    let chosen = service.people().chosen(&ann, "Ann".into(), PASSWORD.into()).await.unwrap().unwrap();
    let stale = service.ask(move |ledger, now| account::change_password(ledger, now, &console(), &ann, chosen)).await;
    assert_eq!(stale.unwrap_err(), Refusal::Changed, "two at once: one counts");
}

#[tokio::test]
async fn aut_09_an_invitation_works_once_for_a_day_and_for_its_address() {
    let (service, _) = Service::with_admin().await;
    let (bob, link) = service.invite("Bob@acme.example", &[Role::Sales]).await.unwrap();
    assert_eq!((bob.email.as_str(), bob.standing), ("bob@acme.example", Standing::Invited));
    assert_eq!(service.invite("bob@ACME.example", &[Role::Sales]).await.unwrap_err(), Refusal::Known);
    let secret = secret_of(&link);
    let accept = |secret: &str, password: &str| {
        let (secret, password) = (secret.to_owned(), password.to_owned());
        let people = service.people();
        async move { people.accept(origin(), secret, "Bob".into(), password).await.unwrap().map(drop) }
    };
    assert_eq!(accept(&secret, "bob").await, Err(Refusal::Password(PasswordProblem::Short(15))));
    assert_eq!(accept("guessed", PASSWORD).await, Err(Refusal::Link));
    let (one, two) = tokio::join!(accept(&secret, PASSWORD), accept(&secret, OTHER));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "single use, also in a race");
    assert_eq!(accept(&secret, PASSWORD).await, Err(Refusal::Link));
    let (eve, old) = service.invite("eve@acme.example", &[Role::Sales]).await.unwrap();
    let id = eve.id.clone();
    let (_, new) = service.ask(move |ledger, now| reset_link(ledger, now, &console(), &id, false)).await.unwrap();
    assert_eq!(accept(&secret_of(&old), PASSWORD).await, Err(Refusal::Link), "a new link replaces the old one");
    service.pass(24 * HOUR);
    assert_eq!(accept(&secret_of(&new), PASSWORD).await, Err(Refusal::Link));
}

#[tokio::test]
async fn aut_09_a_reset_link_works_once_and_throws_everybody_out() {
    let (service, ann) = Service::with_admin().await;
    let signed = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
    let id = ann.id.clone();
    let (_, link) = service.ask(move |ledger, now| reset_link(ledger, now, &console(), &id, false)).await.unwrap();
    assert!(service.is_signed(&signed).await, "a link alone changes nothing");
    let secret = secret_of(&link);
    let people = service.people();
    let reset = |password: &str| people.reset(origin(), secret.clone(), password.to_owned());
    assert!(reset("short").await.unwrap().is_err());
    let let_in = reset(OTHER).await.unwrap().unwrap();
    assert!(!service.is_signed(&signed).await && service.is_signed(&let_in.secret).await);
    assert_eq!(reset(PASSWORD).await.unwrap().unwrap_err(), Refusal::Link);
    // A link of one kind is none of another.
    let id = ann.id.clone();
    let (_, link) = service.ask(move |ledger, now| reset_link(ledger, now, &console(), &id, false)).await.unwrap();
    let accepted = service.people().accept(origin(), secret_of(&link), "Ann".into(), PASSWORD.into()).await.unwrap();
    assert_eq!(accepted.unwrap_err(), Refusal::Link);
}

/// Gives somebody a second factor; returns its secret and the recovery codes.
async fn add_factor(service: &Service, person: &Person) -> (String, Vec<String>) {
    let id = person.id.clone();
    let secret = service.ask(move |ledger, _| account::offer_second_factor(ledger, &id)).await.unwrap();
    let (id, offered) = (person.id.clone(), secret.clone());
    let confirm = move |ledger: &mut dyn Ledger, now| {
        let code = code_of(&offered, now);
        account::confirm_second_factor(ledger, now, &console(), &id, &code)
    };
    let (_, codes) = service.ask(confirm).await.unwrap();
    (secret, codes)
}

#[tokio::test]
async fn aut_11_with_a_second_factor_a_password_is_half_the_way() {
    let (service, ann) = Service::with_admin().await;
    let before = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
    let (secret, recovery) = add_factor(&service, &ann).await;
    assert!(!service.is_signed(&before).await, "AUT-08: another factor ends sessions");
    let half = service.sign_in("ann@acme.example", PASSWORD).await.unwrap();
    assert!(half.needs_code && !service.is_signed(&half.secret).await);
    let (person, session) = service.people().half_signed(&cookies(&half.secret)).await.unwrap().unwrap();
    let with_half = Origin { session: Some(session), ..origin() };
    let people = service.people();
    let enter = |code: &str| people.enter_code(with_half.clone(), &person, code.to_owned());
    assert_eq!(enter("000000").await.unwrap().unwrap_err(), Refusal::Code);
    let now = service.app.now();
    assert_eq!(enter(&code_of(&secret, now)).await.unwrap().unwrap_err(), Refusal::Code, "it confirmed already");
    service.pass(60 * SECOND);
    let code = code_of(&secret, service.app.now());
    let (one, two) = tokio::join!(enter(&code), enter(&code));
    let through: Vec<_> = [one.unwrap(), two.unwrap()].into_iter().flatten().collect();
    assert_eq!(through.len(), 1, "a code works once, also in a race");
    assert!(service.is_signed(&through[0].secret).await);
    assert!(service.people().half_signed(&cookies(&half.secret)).await.unwrap().is_none());
    // Without the half there is no way in, with any code.
    assert_eq!(enter(&recovery[0]).await.unwrap().unwrap_err(), Refusal::Wrong);
    let half = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
    service.pass(10 * 60 * SECOND);
    assert!(service.people().half_signed(&cookies(&half)).await.unwrap().is_none(), "it does not wait for ever");
}

#[tokio::test]
async fn aut_11_codes_can_be_tried_ten_times() {
    let (service, ann) = Service::with_admin().await;
    let (_, recovery) = add_factor(&service, &ann).await;
    let half = service.sign_in("ann@acme.example", PASSWORD).await.unwrap().secret;
    let with_half = Origin { session: Some(secrets::hash_of(&half)), ..origin() };
    for number in 0..11 {
        let tried = service.people().enter_code(with_half.clone(), &ann, format!("{number:06}")).await.unwrap();
        let expected =
            if number < 10 { matches!(tried, Err(Refusal::Code)) } else { matches!(tried, Err(Refusal::TooOften(_))) };
        assert!(expected, "{number}: {tried:?}");
    }
    let late = service.people().enter_code(with_half, &ann, recovery[0].clone()).await.unwrap();
    assert!(matches!(late, Err(Refusal::TooOften(_))));
}

#[tokio::test]
async fn aut_11_without_its_second_factor_a_short_password_is_worth_nothing() {
    let (service, ann) = Service::with_admin().await;
    add_factor(&service, &ann).await;
    let ann = service.person(&ann.email).await;
    let chosen = service.people().chosen(&ann, "Ann".into(), "k9x?z7qm".into()).await.unwrap().unwrap();
    let seen = ann.clone();
    service.ask(move |ledger, now| account::change_password(ledger, now, &console(), &seen, chosen)).await.unwrap();
    let id = ann.id.clone();
    let removed = service.ask(move |ledger, now| account::remove_second_factor(ledger, now, &console(), &id)).await;
    assert_eq!(removed.unwrap_err(), Refusal::ShortAlone);
    let id = ann.id.clone();
    let (ann, _) = service.ask(move |ledger, now| reset_link(ledger, now, &console(), &id, true)).await.unwrap();
    assert!(!ann.has_second_factor());
    assert_eq!(service.sign_in("ann@acme.example", "k9x?z7qm").await.unwrap_err(), Refusal::Wrong);
}

#[tokio::test]
async fn aut_11_the_last_admin_stays() {
    let (service, ann) = Service::with_admin().await;
    let bob = service.add("bob@acme.example", &[Role::Sales, Role::Admin]).await;
    let demote = |person: &Person| {
        let (id, version) = (person.id.clone(), person.version);
        move |ledger: &mut dyn Ledger, now| {
            set_roles(&mut Desk::default(), ledger, now, &console(), &id, version, [Role::Sales].into()).map(drop)
        }
    };
    let off = |person: &Person| {
        let id = person.id.clone();
        move |ledger: &mut dyn Ledger, now| disable(&mut Desk::default(), ledger, now, &console(), &id).map(drop)
    };
    let (one, two) = tokio::join!(service.ask(demote(&ann)), service.ask(off(&bob)));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "two who remove each other at once");
    let left = if one.is_ok() { bob } else { ann };
    assert_eq!(service.ask(demote(&left)).await, Err(Refusal::LastAdmin));
    assert_eq!(service.ask(off(&left)).await, Err(Refusal::LastAdmin));
    // Somebody who was invited and never came is no way in.
    service.invite("eve@acme.example", &[Role::Admin]).await.unwrap();
    assert_eq!(service.ask(off(&left)).await, Err(Refusal::LastAdmin));
}

#[tokio::test]
async fn ui_05_a_change_that_was_thought_out_before_another_is_refused() {
    let (service, _) = Service::with_admin().await;
    let bob = service.add("bob@acme.example", &[Role::Sales]).await;
    let roles = |role: Role| {
        let (id, version) = (bob.id.clone(), bob.version);
        move |ledger: &mut dyn Ledger, now| {
            set_roles(&mut Desk::default(), ledger, now, &console(), &id, version, [role].into()).map(drop)
        }
    };
    assert_eq!(service.ask(roles(Role::Viewer)).await, Ok(()));
    assert_eq!(service.ask(roles(Role::Marketing)).await, Err(Refusal::Changed));
    assert!(service.person("bob@acme.example").await.has(Role::Viewer));
}

#[tokio::test]
async fn def_05_whoever_is_demoted_or_disabled_no_longer_signs() {
    let (service, ann) = Service::with_admin().await;
    let bob = service.add("bob@acme.example", &[Role::Sales]).await;
    assert!(may_sign(&bob, Team::Sales) && !may_sign(&bob, Team::Marketing) && !may_sign(&ann, Team::Sales));
    let counts = |by: String, team: Team| service.ask(move |ledger, _| Ok(still_counts(ledger, team, &by)?));
    assert_eq!(counts(bob.reference(), Team::Sales).await, Ok(true));
    assert_eq!(counts(bob.reference(), Team::Marketing).await, Ok(false));
    assert_eq!(counts("person:nobody".into(), Team::Sales).await, Ok(false));
    assert_eq!(counts("deploy script".into(), Team::Sales).await, Ok(true));
    let id = bob.id.clone();
    service.ask(move |ledger, now| disable(&mut Desk::default(), ledger, now, &console(), &id)).await.unwrap();
    assert_eq!(counts(bob.reference(), Team::Sales).await, Ok(false));
}

#[tokio::test]
async fn aut_12_what_is_done_about_people_is_in_the_log_without_their_names() {
    let (service, ann) = Service::with_admin().await;
    let bob = service.add("bob@acme.example", &[Role::Sales]).await;
    let (id, version, by) =
        (bob.id.clone(), bob.version, Actor { who: Who::Person(ann.id.clone()), address: "::1".into() });
    service
        .ask(move |ledger, now| set_roles(&mut Desk::default(), ledger, now, &by, &id, version, [Role::Viewer].into()))
        .await
        .unwrap();
    service.people().note_failure(&origin(), "bob@acme.example");
    service.people().note_failure(&origin(), "nobody@acme.example");
    let (ann, bob) = (ann.reference(), bob.reference());
    let expected = [
        (&ann, "people.set_up"),
        (&ann, "session.began"),
        (&"console".to_owned(), "people.invited"),
        (&bob, "people.joined"),
        (&bob, "session.began"),
        (&ann, "people.roles"),
        (&"nobody".to_owned(), "session.refused"),
    ]
    .map(|(actor, action)| (actor.clone(), action.to_owned()));
    assert_eq!(service.log().await, expected);
    let text = service
        .ask(|ledger, _| {
            let rows = ledger.audit_before(&AuditFilter::default(), i64::MAX, 100)?;
            let roles = rows.iter().find(|row| row.action == "people.roles").map(details).unwrap();
            assert_eq!((roles.from.as_str(), roles.old.to_string()), ("::1", r#"["sales"]"#.to_owned()));
            Ok::<_, ChangeError>(format!(
                "{rows:?}{}",
                rows.iter().map(|row| String::from_utf8_lossy(&row.body).into_owned()).collect::<String>()
            ))
        })
        .await
        .unwrap();
    for personal in ["acme.example", "Ann", "Bob"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
}

#[test]
fn a_refusal_in_the_store_is_no_failure_of_it() {
    let mut store = SqliteStore::in_memory().unwrap();
    let told =
        store.transaction(|ledger| refusal::settled(disable(&mut Desk::default(), ledger, 0, &console(), "nobody")));
    assert!(matches!(told, Ok(Err(Refusal::NoPerson))));
}

#[tokio::test]
async fn aut_06_whoever_comes_back_from_a_provider_too_often_has_to_wait() {
    let service = Service::new();
    let take = async |begun: &Begun| service.people().take_begun(&origin(), begun).await.unwrap();
    let begun = Begun::new(service.app.now(), "/".into()).unwrap();
    assert_eq!(take(&begun).await, Ok(()));
    assert_eq!(take(&begun).await, Err(ProvidedRefusal::Begun.into()));
    for _ in 2..50 {
        assert_eq!(take(&Begun::new(service.app.now(), "/".into()).unwrap()).await, Ok(()));
    }
    let late = take(&Begun::new(service.app.now(), "/".into()).unwrap()).await;
    assert!(matches!(late, Err(Refusal::TooOften(_))), "{late:?}");
}
