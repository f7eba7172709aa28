//! When a lead's score changes next, and when its stage changed so far.
//!
//! Time is walked in steps: scoring a lead at an instant tells, by what the computation noticed, up to which instant nothing
//! can change, and the next step is taken there. So no instant at which something changes is passed over, and none in between
//! is looked at.

use super::facts::{Facts, counting_profile};
use super::lead::Lead;
use super::memory::{Forgetful, Remembered};
use super::plan::Plan;
use super::watch::{Earliest, Watch};
use crate::scores::LeadScore;
use crate::timeline::Timeline;

/// A stage that was reached or left.
#[derive(Clone, Debug, PartialEq)]
pub struct StageChange {
    /// When.
    pub at: i64,
    /// The stage before; `None` is none.
    pub from: Option<String>,
    /// The stage from then on.
    pub to: Option<String>,
    /// The whole result at that moment.
    pub score: LeadScore,
    /// What brought it about.
    pub cause: Cause,
}

/// What brought a change about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An event, by its index into [`Timeline::events`].
    Event {
        /// The index.
        index: usize,
    },
    /// A row, by its index into [`Timeline::profiles`].
    Profile {
        /// The index.
        index: usize,
    },
    /// No fact: points shrank, a window ended or another day began.
    Time,
}

/// Returns the first instant after `as_of`, up to and including `horizon`, at which the result of [`super::score_lead`]
/// differs from the one at `as_of`, if no more facts come than the timeline holds.
///
/// The lead is scored again at every instant that may matter. There are few, except where a definition computes with
/// `days_since` in another way than comparing it to a number: then every day up to `horizon` may.
pub fn next_change(plan: &Plan, timeline: &Timeline, as_of: i64, horizon: i64) -> Option<i64> {
    let mut walk = Walk::new(plan, timeline, as_of, horizon);
    let (now, mut next) = walk.step(as_of);
    while let Some(instant) = next.filter(|&instant| instant <= horizon) {
        let (then, after) = walk.step(instant);
        if then != now {
            return Some(instant);
        }
        next = after;
    }
    None
}

/// Returns an instant after `as_of` and up to `horizon` before which the result of [`super::score_lead`] stays as it is at
/// `as_of`, if no more facts come: the one at which it differs where `looks` more looks find that, else the one at which
/// the search was broken off, which may be long before it differs.
///
/// A lead that somebody visits every minute would have the end of every visit's window looked at after each of them, and
/// hardly any of those looks is ever needed: the next visit comes first.
pub fn unchanged_until(plan: &Plan, timeline: &Timeline, as_of: i64, horizon: i64, looks: usize) -> i64 {
    let mut walk = Walk::new(plan, timeline, as_of, horizon);
    let (now, mut next) = walk.step(as_of);
    for _ in 0..looks {
        let Some(instant) = next.filter(|&instant| instant <= horizon) else { return horizon };
        let (then, after) = walk.step(instant);
        if then != now {
            return instant;
        }
        next = after;
    }
    next.map_or(horizon, |instant| instant.min(horizon))
}

/// Returns every change of a lead's stage up to and including `until`, in order of time; the first is the one from no
/// stage at all.
///
/// The walk starts at the first fact with a time. Rows without one count from there on as if they had come just then, and
/// where no fact up to `until` has a time, the lead is looked at once, at `until`.
///
/// Facts of one instant are one step. Its cause is the last event of that instant in input order whose name the
/// definition listens to, else the row that counts from that instant on, else, where the lead came into being with it,
/// the last event of any name, else time.
pub fn stage_changes(plan: &Plan, timeline: &Timeline, until: i64) -> Vec<StageChange> {
    let start = walk_start(timeline, until);
    let mut changes: Vec<StageChange> = Vec::new();
    walk_scores(plan, timeline, until, |at, score| {
        let from = changes.last().and_then(|change| change.to.clone());
        if score.stage != from {
            let cause = cause(plan, timeline, at, at == start);
            changes.push(StageChange { at, from, to: score.stage.clone(), score: score.clone(), cause });
        }
    });
    changes
}

/// Calls `visit` with a lead's score at every instant up to and including `until` at which it may have changed, in order of
/// time. Between two of them the score is that of the earlier one.
///
/// It begins where [`stage_changes`] does. Instants at which the lead does not exist yet are left out.
pub fn walk_scores(plan: &Plan, timeline: &Timeline, until: i64, mut visit: impl FnMut(i64, &LeadScore)) {
    let start = walk_start(timeline, until);
    let mut walk = Walk::new(plan, timeline, start, until);
    let mut next = Some(start);
    while let Some(at) = next.filter(|&at| at <= until) {
        let (score, after) = walk.step(at);
        next = after;
        score.iter().for_each(|score| visit(at, score));
    }
}

fn walk_start(timeline: &Timeline, until: i64) -> i64 {
    first_dated_fact(timeline).map_or(until, |first| first.min(until))
}

/// Scores a lead at one instant after the other.
struct Walk<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    /// The facts up to the end of the walk; `None` where they depend on the instant.
    facts: Option<Facts<'a>>,
    /// When facts come after the start that the definition listens to, ascending.
    arrivals: Vec<i64>,
    memory: Remembered<'a>,
}

impl<'a> Walk<'a> {
    fn new(plan: &'a Plan, timeline: &'a Timeline, start: i64, until: i64) -> Self {
        let unused = Earliest::after(until);
        let facts = (!plan.actions_age).then(|| Facts::index(plan, timeline, until, until, &unused));
        Walk { plan, timeline, facts, arrivals: arrivals(plan, timeline, start), memory: Remembered::default() }
    }

    /// Returns the score at an instant and the next instant at which it may be different.
    fn step(&mut self, instant: i64) -> (Option<LeadScore>, Option<i64>) {
        let watch = Earliest::after(instant);
        let arrived = self.arrivals.partition_point(|&arrival| arrival <= instant);
        if let Some(&arrival) = self.arrivals.get(arrived) {
            watch.notice(arrival);
        }
        let (plan, timeline) = (self.plan, self.timeline);
        let score = match &self.facts {
            Some(facts) => Lead::at(plan, timeline, facts, instant, &watch)
                .map(|lead| lead.scored(&mut self.memory).score(timeline)),
            None => {
                let facts = Facts::index(plan, timeline, instant, instant, &watch);
                Lead::at(plan, timeline, &facts, instant, &watch)
                    .map(|lead| lead.scored(&mut Forgetful).score(timeline))
            }
        };
        (score, watch.instant())
    }
}

/// The times after the start of rows and of events that are listened to, and of the first event, which makes the lead.
fn arrivals(plan: &Plan, timeline: &Timeline, start: i64) -> Vec<i64> {
    // The times of most are past, which is told before their names are looked at.
    let heard = timeline.events.iter().filter(|event| event.time > start && plan.names.get(&event.name).is_some());
    let rows = timeline.profiles.iter().filter_map(|profile| profile.since);
    let first = timeline.events.iter().map(|event| event.time).min();
    let times = heard.map(|event| event.time).chain(rows).chain(first);
    let mut arrivals: Vec<i64> = times.filter(|&time| time > start).collect();
    arrivals.sort_unstable();
    arrivals.dedup();
    arrivals
}

fn first_dated_fact(timeline: &Timeline) -> Option<i64> {
    let events = timeline.events.iter().map(|event| event.time);
    events.chain(timeline.profiles.iter().filter_map(|profile| profile.since)).min()
}

fn cause(plan: &Plan, timeline: &Timeline, at: i64, is_first: bool) -> Cause {
    let last_event = |heard_only: bool| {
        let heard = |name: &str| !heard_only || plan.names.get(name).is_some();
        timeline.events.iter().rposition(|event| event.time == at && heard(&event.name))
    };
    if let Some(index) = last_event(true) {
        return Cause::Event { index };
    }
    match counting_profile(timeline, at) {
        Some((index, profile)) if profile.since == Some(at) || (is_first && profile.since.is_none()) => {
            Cause::Profile { index }
        }
        _ if is_first => last_event(false).map_or(Cause::Time, |index| Cause::Event { index }),
        _ => Cause::Time,
    }
}
