//! Turns messages of the outbox into requests to other programs, signed, in order, and tried until they are taken.
//!
//! 1. [`queue`] makes deliveries of a message, one for each [`endpoint`] that wants it, with the `payload` as it is sent.
//! 2. It says which deliveries are due: one at a time of a lead, no more than an endpoint's rate; [`schedule`] says when.
//! 3. `worker` lets `deliver` send them: `target` and `dial` look at where they go, `trust` at
//!    certificates, `sign` signs them; `slack`
//!    and `email` word them for people, [`connectors`] write fields of a CRM instead.
//! 4. What became of a try goes back to the queue.
//!
//! The queue and all that words messages know no clock and no network; what is on its way stands in the store.

pub mod connectors;
pub mod endpoint;
pub mod queue;
pub mod schedule;

mod deliver;
mod dial;
mod email;
mod payload;
mod sign;
mod slack;
pub(crate) mod target;
mod trust;
pub(crate) mod visible;
pub(crate) mod worker;

pub use deliver::Outgoing;
pub use email::MailSettings;
pub use trust::Authorities;

/// Returns a client that follows no redirects, for others that the settings name.
pub(crate) fn own_client(authorities: &Authorities) -> Result<reqwest::Client, String> {
    dial::client(false, authorities)
}

pub(crate) use email::is_address;
pub(crate) use sign::{new_secret, new_token};
