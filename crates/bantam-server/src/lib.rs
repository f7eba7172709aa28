#![doc = include_str!("../README.md")]

mod api;
mod app;
mod base32;
mod edge;
pub mod erased;
mod form;
mod import;
mod insight;
mod intake;
mod keys;
mod limits;
mod listen;
mod loaders;
mod peer;
pub mod people;
#[cfg(test)]
mod privacy;
mod problem;
mod recorder;
mod reserve;
mod sso;
pub mod table;
mod tracking;
pub mod verify;
mod web;
pub mod webhooks;

pub use app::{App, IntakeSettings, Settings};
pub use import::{GROUP_LINES_MAX, Imported, Importer, ReadLines, RejectedLine};
pub use keys::{KeyProblem, Keys, NewKey, Scope, revoke_key};
pub use limits::REQUESTS_PER_SECOND;
pub use listen::serve;
pub use peer::{Network, client_address};
pub use recorder::{Clock, Counts, Recorder, Unavailable};
pub use reserve::{Reserve, ReserveSize, Space};
pub use sso::{ClientSecret, SingleSignOn, SsoSettings};
pub use web::access::{Access, PageRule};
