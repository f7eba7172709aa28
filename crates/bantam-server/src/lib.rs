#![doc = include_str!("../README.md")]

mod api;
mod app;
mod base32;
pub mod core;
mod edge;
mod intake;
mod keys;
mod listen;
mod problem;
mod recorder;
mod tracking;
pub mod webhooks;

pub use app::{App, Settings};
pub use keys::{Keys, Scope};
pub use listen::serve;
pub use recorder::{Clock, Counts, Recorder, Unavailable};
