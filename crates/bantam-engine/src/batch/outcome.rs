//! Computes what follows from the score: disqualification, stage, grade and route.

use super::bind::BoundTruth;
use super::frame::{Frame, Rows, Vector};
use super::kernel::Kernel;
use super::plan::BatchPlan;
use crate::columns::{MISSING_CODE, Truth};
use bantam_lang::meaning::{Band, Grades, Meaning, Name};
use std::borrow::Cow;

/// Codes into the definition's names, for every lead of a frame; [`MISSING_CODE`] where there is none.
pub(super) struct Outcome {
    /// Index of the stage; the one past the last is `Disqualified`.
    pub(super) stage: Vec<u32>,
    /// Index of the disqualifier.
    pub(super) disqualified_by: Vec<u32>,
    /// Index of the route.
    pub(super) route: Vec<u32>,
    /// Index of the stage that comes next, where there is one.
    pub(super) next_stage: Vec<u32>,
}

/// Returns, for each lead, the index of the first condition that is true; `None` is always true.
pub(super) fn first_true(kernel: &Kernel<'_, '_>, conditions: &[Option<&BoundTruth<'_>>]) -> Vec<u32> {
    let truths = conditions.iter().map(|condition| condition.map(|condition| kernel.truths(condition)));
    first_of(kernel.frame.count(kernel.rows), truths)
}

/// Returns, for each of `count` leads, the index of the first of some truths that is true; `None` is always true.
pub(super) fn first_of<'t>(count: usize, conditions: impl Iterator<Item = Option<Cow<'t, [Truth]>>>) -> Vec<u32> {
    let mut first = vec![MISSING_CODE; count];
    for (index, truths) in conditions.enumerate() {
        match truths {
            None => first.iter_mut().filter(|code| **code == MISSING_CODE).for_each(|code| *code = index as u32),
            Some(truths) => {
                for (code, truth) in first.iter_mut().zip(truths.iter()) {
                    if *code == MISSING_CODE && *truth == Truth::True {
                        *code = index as u32;
                    }
                }
            }
        }
    }
    first
}

/// Computes the outcome; sets the names that routes see. `disqualified_by` is known where kinds of leads tell it.
pub(super) fn compute_outcome(
    plan: &BatchPlan<'_>,
    frame: &mut Frame<'_>,
    fit: &[i64],
    engagement: &[i64],
    disqualified_by: Option<Vec<u32>>,
) -> Outcome {
    let kernel = Kernel { frame, rows: Rows::Leads, names: &plan.names };
    let disqualified_by =
        disqualified_by.unwrap_or_else(|| first_true(&kernel, &plan.disqualify.iter().map(Some).collect::<Vec<_>>()));
    let reached = plan.stages.iter().map(|condition| condition.as_ref().map(|condition| kernel.truths(condition)));
    let (stage, next_stage) = stages(plan.meaning, reached, &disqualified_by);
    let outs = || disqualified_by.iter().map(|&by| (by != MISSING_CODE).into()).collect();
    let names: [(Name, &dyn Fn() -> Vector); 3] = [
        (Name::Stage, &|| Vector::Text(stage.clone())),
        (Name::Grade, &|| Vector::Text(grade_of_all(&plan.meaning.grades, fit, engagement))),
        (Name::Disqualified, &|| Vector::Boolean(outs())),
    ];
    names.into_iter().filter(|(name, _)| plan.asks(*name)).for_each(|(name, vector)| frame.set(name, vector()));
    let kernel = Kernel { frame, rows: Rows::Leads, names: &plan.names };
    let route = first_true(&kernel, &plan.routes.iter().map(Option::as_ref).collect::<Vec<_>>());
    Outcome { stage, disqualified_by, route, next_stage }
}

/// Returns the stage of each lead and the one that comes next, given the truths of the stages' conditions; a stage without
/// one is always reached. The disqualified stand past the last stage.
pub(super) fn stages<'t>(
    meaning: &Meaning,
    reached: impl Iterator<Item = Option<Cow<'t, [Truth]>>>,
    disqualified_by: &[u32],
) -> (Vec<u32>, Vec<u32>) {
    let reached: Vec<Option<Cow<'t, [Truth]>>> = reached.collect();
    let out = meaning.stages.len() as u32;
    let of_lead = |(lead, &by): (usize, &u32)| match by {
        MISSING_CODE => stand(meaning, |stage| rung(&reached, stage, lead)),
        _ => (out, MISSING_CODE),
    };
    disqualified_by.iter().enumerate().map(of_lead).unzip()
}

fn rung(reached: &[Option<Cow<'_, [Truth]>>], stage: usize, lead: usize) -> bool {
    match reached.get(stage) {
        None => false,
        Some(None) => true,
        Some(Some(truths)) => truths.get(lead) == Some(&Truth::True),
    }
}

/// Returns where a lead stands and what comes next, given which stages' conditions are true.
///
/// Sales's ladder holds on its own: if its first rung is true the lead stands there, whatever marketing's says.
fn stand(meaning: &Meaning, reached: impl Fn(usize) -> bool) -> (u32, u32) {
    let count = meaning.stages.len();
    let marketing_end = meaning.hand_off.as_ref().map_or(count, |hand_off| hand_off.stage + 1);
    let on_sales_ladder = marketing_end < count && reached(marketing_end);
    let ladder = if on_sales_ladder { marketing_end..count } else { 0..marketing_end };
    let run = ladder.clone().take_while(|&stage| reached(stage)).count();
    let next = Some(ladder.start + run).filter(|&next| next < ladder.end);
    let stage = run.checked_sub(1).map(|last| ladder.start + last);
    let code = |stage: Option<usize>| stage.map_or(MISSING_CODE, |stage| stage as u32);
    (code(stage), code(next))
}

/// Returns the index of the grade of each lead.
pub(super) fn grade_of_all(grades: &Grades, fit: &[i64], engagement: &[i64]) -> Vec<u32> {
    fit.iter().zip(engagement).map(|(&fit, &engagement)| grade(grades, fit, engagement)).collect()
}

/// Returns the index of a grade: letters of fit by letters of engagement.
pub(super) fn grade(grades: &Grades, fit: i64, engagement: i64) -> u32 {
    let letter = |bands: &Option<Vec<Band>>, points: i64| match bands {
        None => Some((0, 1)),
        Some(bands) => bands.iter().position(|band| band.from <= points).map(|index| (index, bands.len())),
    };
    if grades.fit.is_none() && grades.engagement.is_none() {
        return MISSING_CODE;
    }
    match (letter(&grades.fit, fit), letter(&grades.engagement, engagement)) {
        (Some((fit, _)), Some((engagement, letters))) => (fit * letters + engagement) as u32,
        _ => MISSING_CODE,
    }
}
