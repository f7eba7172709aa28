//! Turns the log into reports: histories of all leads under the active definition, the impact of another one.
//!
//! What is computed is kept in memory until there are other facts. It is computed in the background, what reads all facts one at a
//! time: programs wait for it, pages say how far it is, or show what was known before.

mod cache;
mod erased;
mod facts;
mod history;
mod impact;
mod progress;
mod report;

pub(crate) use cache::{Insight, Looked};
pub(crate) use history::Told;
pub(crate) use impact::{ImpactWish, Reasoned, Tried, compared, impact, tried, whatif};
pub(crate) use progress::Progress;
pub(crate) use report::{CUTS, Found, ReportName, ReportWish, found, looked, report};
