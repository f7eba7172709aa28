//! People: who may sign in, what they may do, and what they did.
//!
//! 1. `bantam serve` prints a link where there is nobody yet ([`set_up_link`]); with it the first admin is made
//!    (`links`), who invites others ([`invite`]), each with [`Role`]s.
//! 2. `sign_in` takes address, password (`passwords`) and code (`second_factor`), counts failures (`throttle`), and begins
//!    a session (`sessions`), by which each page knows who asks.
//! 3. Whatever changes about people (`changes`, `account`) ends their sessions and is written down (`audit`).
//!
//! INVARIANT: a refusal has written nothing; all that is changed together is changed in one transaction.

mod account;
pub mod audit;
mod changes;
mod links;
mod mail;
mod passwords;
mod person;
mod provided;
mod refusal;
mod role;
mod second_factor;
mod secrets;
mod sessions;
mod sign_in;
mod signing;
mod stating;
mod throttle;

#[cfg(test)]
mod tests;

pub use changes::{add, disable, enable, invite, reset_link, set_roles, suggest_password, withdraw};
pub use links::{Link, LinkKind, set_up_link};
pub use passwords::PasswordProblem;
pub(crate) use person::reference;
pub use person::{Person, Standing, by_email, by_id, everybody};
pub use provided::ProvidedRefusal;
pub use refusal::{ChangeError, Refusal};
pub use role::Role;
pub use signing::{may_sign, name_of, role_of, still_counts};

pub(crate) use account::{
    change_name, change_password, confirm_second_factor, offer_second_factor, remove_second_factor, renew_recovery,
};
pub(crate) use provided::unlink;
pub(crate) use second_factor::address_of as factor_address;
pub(crate) use secrets::{NoChance, is_same, new_secret};
pub(crate) use sessions::{Signed, end as end_session, end_all as end_all_sessions, holds as session_holds};
pub(crate) use sign_in::{LetIn, begin_session};
pub(crate) use stating::{Entry, state};

use crate::app::App;
use crate::peer::{Peer, client_address};
use crate::problem::Problem;
use crate::recorder::Unavailable;
use audit::{Actor, Who};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::IpAddr;

/// What all that is about people shares.
pub(crate) struct PeopleState {
    pub(crate) passwords: passwords::Passwords,
    pub(crate) throttle: throttle::Throttle,
    pub(crate) at_hand: sessions::AtHand,
}

impl PeopleState {
    pub(crate) fn new() -> PeopleState {
        PeopleState {
            passwords: passwords::Passwords::new(),
            throttle: throttle::Throttle::default(),
            at_hand: sessions::AtHand::default(),
        }
    }
}

/// The people of a service.
#[derive(Clone, Copy)]
pub(crate) struct People<'a> {
    app: &'a App,
}

impl App {
    /// Returns the people of the service.
    pub(crate) fn people(&self) -> People<'_> {
        People { app: self }
    }

    /// Returns the path of a link for the set-up, as long as there is nobody.
    ///
    /// # Errors
    /// Returns that the store takes nothing.
    pub async fn set_up_path(&self) -> Result<Option<String>, Unavailable> {
        let link = self.recorder.work(|_, ledger, now| Ok(set_up_link(ledger, now)?)).await?;
        Ok(link.map(|link| link.path()))
    }
}

impl<'a> People<'a> {
    /// Returns whether there is nobody yet.
    pub(crate) async fn is_new(&self) -> Result<bool, Problem> {
        Ok(self.app.read(|reader| Ok(reader.read(|ledger| ledger.people())?)).await?.is_empty())
    }

    fn state(&self) -> &'a PeopleState {
        self.app.people_state()
    }
}

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub(crate) address: Option<IpAddr>,
    /// What the browser calls itself.
    pub(crate) agent: String,
    /// The session that the browser has, whole or half.
    pub(crate) session: Option<sessions::SessionId>,
}

impl Origin {
    /// Returns the address for people; nothing where it is not known.
    pub(crate) fn shown(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }
}

impl FromRequestParts<App> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>();
        let address = peer.map(|Peer(peer)| client_address(*peer, &parts.headers, app.proxies()));
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let session = app.people().cookie_of(&parts.headers).map(|secret| secrets::hash_of(&secret));
        Ok(Origin { address, agent: agent.to_owned(), session })
    }
}
