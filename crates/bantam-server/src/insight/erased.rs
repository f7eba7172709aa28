//! What is left of people who were erased, for reports: decisions and hand-offs, which name nobody any more.

use crate::problem::Problem;
use bantam_core::hand_off::{HandOff, HandOffState};
use bantam_core::read_decision;
use bantam_core::records::{Decision, Evidence};
use bantam_engine::scores::{LeadScore, SectionName};
use bantam_insight::history::{Move, Remains, Said};
use bantam_lang::meaning::SalesAnswer;
use bantam_store::{Ledger, SubjectId};
use std::collections::BTreeMap;

/// How many are read in one snapshot, so that none stays open for long.
pub(super) const AT_ONCE: usize = 1_000;

/// What is left, by what stands in place of the lead's id: those who were one lead have one.
#[derive(Default)]
pub(super) struct Erased(BTreeMap<String, (Vec<Decision>, Vec<HandOff>)>);

impl Erased {
    /// Reads some after a number; returns the number to go on from, if there may be more.
    pub(super) fn read(&mut self, ledger: &mut dyn Ledger, after: SubjectId) -> Result<Option<SubjectId>, Problem> {
        let ids = ledger.erased_after(after, AT_ONCE)?;
        for &id in &ids {
            for entry in ledger.decisions_of(id)? {
                let decision = read_decision(&entry)?;
                self.0.entry(decision.lead.clone()).or_default().0.push(decision);
            }
            for row in ledger.hand_offs_of(id)? {
                let hand_off: HandOff = serde_json::from_slice(&row.body).map_err(Problem::fault)?;
                self.0.entry(hand_off.lead.clone()).or_default().1.push(hand_off);
            }
        }
        Ok(ids.last().copied().filter(|_| ids.len() == AT_ONCE))
    }

    /// Returns them without what stood in place of their ids.
    pub(super) fn into_remains(self) -> impl Iterator<Item = Remains> {
        self.0.into_values().map(|(mut decisions, hand_offs)| {
            decisions.sort_by_key(|decision| decision.as_of);
            let mut said: Vec<Said> = hand_offs.iter().flat_map(said).collect();
            said.sort_by_key(|said| said.at);
            Remains { moves: decisions.into_iter().map(|decision| moved(decision, &hand_offs)).collect(), said }
        })
    }
}

fn moved(decision: Decision, hand_offs: &[HandOff]) -> Move {
    let Decision { to, as_of, scores, evidence, .. } = decision;
    let opened = hand_offs.iter().find(|hand_off| hand_off.opened_at == as_of);
    let score = LeadScore {
        lead_id: String::new(),
        stage: to,
        score: scores.score,
        fit: scores.fit,
        fit_unknown: scores.fit_unknown,
        engagement: scores.engagement,
        grade: scores.grade,
        persona: scores.persona,
        disqualified_by: scores.disqualified_by,
        route: scores.route,
        respond_within_seconds: opened.and_then(|hand_off| hand_off.respond_within_seconds),
    };
    let named = |Evidence { section, rule, points, .. }: Evidence| {
        let sections = [SectionName::Fit, SectionName::Engagement];
        let section = sections.into_iter().find(|name| name.word() == section)?;
        Some((section, rule?, points))
    };
    Move { at: as_of, score, evidence: evidence.into_iter().filter_map(named).collect() }
}

fn said(hand_off: &HandOff) -> impl Iterator<Item = Said> {
    hand_off.steps.iter().filter_map(|step| {
        let answer = match step.state {
            HandOffState::Open => return None,
            HandOffState::Accepted => SalesAnswer::Accepted,
            HandOffState::Opportunity => SalesAnswer::Opportunity,
            HandOffState::Rejected => SalesAnswer::Rejected,
            HandOffState::Recycled => SalesAnswer::Recycled,
            HandOffState::Won => SalesAnswer::Won,
            HandOffState::Lost => SalesAnswer::Lost,
        };
        Some(Said { at: step.at, answer, by: step.by.clone(), reason: step.reason.clone(), amount: step.amount })
    })
}
