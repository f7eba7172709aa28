//! The answers of sales in a timeline, in the order in which they count.

use super::facts::Facts;
use super::plan::Plan;
use super::watch::Unwatched;
use crate::timeline::Timeline;
use bantam_lang::meaning::SalesAnswer;

/// An event by which sales answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When, in microseconds.
    pub at: i64,
    /// What was said.
    pub answer: SalesAnswer,
    /// Index into [`Timeline::events`].
    pub index: usize,
}

/// Returns the answers of sales up to and including `until`, in order of time; of equal times in the order of
/// [`SalesAnswer::ALL`], so that the last is the one `sales_status` names. An event that two answers name is both.
pub fn sales_answers(plan: &Plan, timeline: &Timeline, until: i64) -> Vec<Answer> {
    let facts = Facts::index(plan, timeline, until, until, &Unwatched);
    let mut answers: Vec<Answer> = Vec::new();
    for (answer, &set) in SalesAnswer::ALL.into_iter().zip(&plan.sales) {
        let events = facts.set(set, until).iter();
        answers.extend(events.map(|entry| Answer { at: entry.time, answer, index: entry.index }));
    }
    // Stable, so that answers of one instant keep the order of the list, and events of one answer that of the input.
    answers.sort_by_key(|answer| answer.at);
    answers
}
