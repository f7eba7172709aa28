#![doc = include_str!("../README.md")]

// What goes in and what comes out.
mod error;
mod event;
mod lead;
pub mod planted;
mod settings;
mod words;

// Draws, and the tables drawn from.
mod clock;
mod dice;
mod firm;
mod source;
mod title;

// A lead's path, in order.
mod simulate;

mod person;

mod touches;
mod truth;

mod diary;
mod visits;

mod machines;
mod orders;
mod sales;

mod dirt;

mod spend;

// Files.
mod rows;
mod sample;
mod write;

pub use error::Error;
pub use event::{Event, EventId, LeadId, SessionId};
pub use lead::{Figure, Journey, Kind, Lead, Truth};
pub use sample::{EventOrder, Summary, sort_by_time, write_sample};
pub use settings::{Company, Settings};
pub use simulate::simulate;
pub use spend::{Spend, spend};
pub use write::{Format, write_events, write_leads, write_spend, write_truth};
