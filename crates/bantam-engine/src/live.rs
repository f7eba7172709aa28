//! Scores one lead's timeline at any moment, says when its score will change next, and when its stage changed.
//!
//! A [`Plan`] is compiled once per definition. Scoring then takes two steps: the timeline is turned into facts (its events
//! in order of time, sorted into the sets that rules listen to), and the sections are computed one after the other, each
//! seeing what stands before it. When time alone changes a score is found out by watching one computation (`watch.rs`).

mod answers;
mod change;
mod facts;
mod lead;
mod memory;
mod names;
mod outcome;
mod plan;
mod rules;
mod select;
mod signals;
mod walk;
mod watch;

pub use crate::explain::explain_lead;
pub use answers::{Answer, sales_answers};
pub use change::{Cause, StageChange, next_change, stage_changes, unchanged_until, walk_scores};
pub use plan::{Plan, compile};

pub(crate) use facts::{Entry, Facts};
pub(crate) use lead::Lead;
pub(crate) use memory::Forgetful;
pub(crate) use outcome::ladders;
pub(crate) use plan::RulePlan;
pub(crate) use rules::{CountedEvent, Limited, SectionResult, score_events};
pub(crate) use select::{Key, Selection};
pub(crate) use walk::for_each_child;
pub(crate) use watch::Unwatched;

use crate::evaluate::evaluate;
use crate::scores::LeadScore;
use crate::timeline::Timeline;
use bantam_lang::meaning::{DISQUALIFIED, Route};
use memory::Memory;
use watch::Watch;

/// Returns the score of a lead at `as_of`; `None` where no row of it counts and no event has happened yet.
pub fn score_lead(plan: &Plan, timeline: &Timeline, as_of: i64) -> Option<LeadScore> {
    let facts = Facts::within_reach(plan, timeline, as_of);
    let lead = Lead::at(plan, timeline, &facts, as_of, &Unwatched)?;
    Some(lead.scored(&mut Forgetful).score(timeline))
}

/// A lead with everything computed.
pub(crate) struct Scored<'a, 'f, W> {
    pub(crate) lead: Lead<'a, 'f, W>,
    pub(crate) fit: SectionResult,
    pub(crate) engagement: SectionResult,
    pub(crate) disqualified_by: Option<&'a str>,
    /// The stage the lead stands on, by its index, were it not disqualified.
    pub(crate) rung: Option<usize>,
    pub(crate) route: Option<&'a Route>,
}

impl<'a, 'f, W: Watch> Lead<'a, 'f, W> {
    /// Computes section by section.
    pub(crate) fn scored(mut self, memory: &mut impl Memory<'a>) -> Scored<'a, 'f, W> {
        memory.start(&self);
        let plan = self.plan;
        let meaning = &plan.meaning;
        for derived in &meaning.derived {
            let value = memory.derived(&self, || evaluate(&derived.expr, &self));
            self.derived.push(value);
        }
        for (signal, plan) in meaning.signals.iter().zip(&plan.signals) {
            let value = memory.signal(plan.depends(), &self, || signals::signal(signal, plan, &self));
            self.signals.push(value);
        }
        self.persona = outcome::first_true(&meaning.personas, &self);
        memory.persona(self.persona);
        let fit = rules::score_section(&meaning.fit, &plan.fit, &self, memory);
        let engagement = rules::score_section(&meaning.engagement, &plan.engagement, &self, memory);
        self.fit = fit.total.after;
        self.fit_unknown = fit.undecided();
        self.engagement = engagement.total.after;
        let disqualified_by = outcome::first_true(&meaning.disqualify, &self);
        let rung = outcome::rung(meaning, &self);
        self.disqualified = disqualified_by.is_some();
        self.stage = match disqualified_by {
            Some(_) => Some(DISQUALIFIED),
            None => rung.and_then(|rung| meaning.stages.get(rung)).map(|stage| stage.name.as_str()),
        };
        self.grade = outcome::grade(&self);
        let route = outcome::route(&meaning.routes, &self);
        Scored { lead: self, fit, engagement, disqualified_by, rung, route }
    }
}

impl<W: Watch> Scored<'_, '_, W> {
    /// Returns the result as others see it.
    pub(crate) fn score(&self, timeline: &Timeline) -> LeadScore {
        let lead = &self.lead;
        LeadScore {
            lead_id: timeline.lead_id.clone(),
            stage: lead.stage.map(str::to_owned),
            score: lead.fit + lead.engagement,
            fit: lead.fit,
            fit_unknown: lead.fit_unknown,
            engagement: lead.engagement,
            grade: lead.grade.map(str::to_owned),
            persona: lead.persona.map(str::to_owned),
            disqualified_by: self.disqualified_by.map(str::to_owned),
            route: self.route.map(|route| route.to.clone()),
            respond_within_seconds: self.route.and_then(|route| route.respond_within_seconds),
        }
    }
}
