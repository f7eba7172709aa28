//! Hand-worked cases for the rules of the language reference that are easy to get wrong.
//!
//! Each expected number is worked out beside its case. The definitions are put together by hand, so these cases stand
//! apart from the parser and the checker.

#![allow(clippy::indexing_slicing, reason = "a test stops at the first thing that cannot be")]

mod reference;

#[path = "reference/cases/logic.rs"]
mod logic;

#[path = "reference/cases/selecting.rs"]
mod selecting;

#[path = "reference/cases/points.rs"]
mod points;

#[path = "reference/cases/results.rs"]
mod results;

#[path = "reference/cases/reading.rs"]
mod reading;
