#![doc = include_str!("../README.md")]

mod api;
mod app;
pub mod core;
pub mod erased;
mod intake;
mod keys;
mod listen;
mod problem;
mod recorder;
mod reserve;
mod tracking;
pub mod verify;
pub mod webhooks;

pub use app::{App, Settings};
pub use keys::{Keys, Scope};
pub use listen::serve;
pub use recorder::{Clock, Counts, Recorder, Unavailable};
pub use reserve::{Reserve, ReserveSize, Space};
