//! Turns the log into reports: histories of all leads under the active definition, the impact of another one.
//!
//! What is computed is kept in memory until there are other facts, on a thread of its own, one at a time.

mod cache;
mod erased;
mod facts;
mod history;
mod impact;
mod report;

pub(crate) use cache::Insight;
pub(crate) use history::Told;
pub(crate) use impact::{ImpactWish, Reasoned, Tried, impact, whatif};
pub(crate) use report::{CUTS, Found, ReportName, ReportWish, found, report};
