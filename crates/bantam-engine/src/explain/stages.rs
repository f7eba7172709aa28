//! Which stages' conditions hold, part by part, and what keeps a lead from the next one.

use crate::columns::Truth;
use crate::evaluate::truth;
use crate::live::{Lead, Scored, Unwatched, ladders};

/// Whether a stage's condition holds, wherever on the ladder the lead stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageTruth {
    /// The stage's name.
    pub stage: String,
    /// Its condition; true without one.
    pub truth: Truth,
    /// The top-level `&&` parts of the condition.
    pub parts: Vec<PartTruth>,
}

/// Whether a part of a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartTruth {
    /// The part as written.
    pub text: String,
    /// Whether it holds.
    pub truth: Truth,
}

/// Returns for each stage whether its condition holds.
pub(super) fn stage_truths(lead: &Lead<'_, '_, Unwatched>) -> Vec<StageTruth> {
    let stages = lead.plan.meaning.stages.iter();
    stages
        .map(|stage| StageTruth {
            stage: stage.name.clone(),
            truth: stage.condition.as_ref().map_or(Truth::True, |condition| truth(condition, lead).into()),
            parts: stage
                .parts
                .iter()
                .map(|(text, part)| PartTruth { text: text.clone(), truth: truth(part, lead).into() })
                .collect(),
        })
        .collect()
}

/// Returns the parts of the next stage's condition that are not true: next on the ladder the lead stands on, the first
/// stage where it stands on none. There is nothing next at the top of a ladder, nor for a disqualified lead.
pub(super) fn missing_for_next(scored: &Scored<'_, '_, Unwatched>) -> Vec<String> {
    let lead = &scored.lead;
    let (marketing, sales) = ladders(&lead.plan.meaning);
    if lead.disqualified {
        return Vec::new();
    }
    let next = match scored.rung {
        None => marketing.first(),
        Some(rung) => match rung.checked_sub(marketing.len()) {
            None => marketing.get(rung + 1),
            Some(rung) => sales.get(rung + 1),
        },
    };
    let parts = next.map_or(&[][..], |stage| &stage.parts);
    parts.iter().filter(|(_, part)| truth(part, lead) != Some(true)).map(|(text, _)| text.clone()).collect()
}
