//! Scores one partition.

use super::BatchOptions;
use super::by_kind::Of;
use super::by_lead_kind::{FitOfKinds, LeadKindPoints, by_kind};
use super::frame::{Frame, Rows, Vector};
use super::kernel::Kernel;
use super::outcome::{Outcome, compute_outcome, first_true};
use super::partition::Partition;
use super::plan::BatchPlan;
use super::rules::{SectionPoints, compute_section};
use super::scored::{PartScores, Scored};
use super::select::PartitionEvents;
use super::signals::compute_signal;
use crate::columns::{LeadTable, MISSING_CODE, MISSING_TIME, Truth};
use bantam_lang::meaning::{Name, SalesAnswer};
use std::borrow::Cow;

/// A partition with everything that is computed for its leads.
pub(super) struct Computed<'d> {
    pub(super) frame: Frame<'d>,
    pub(super) events: PartitionEvents,
    /// Whether a lead comes out: it has a counting row or event.
    pub(super) counts: Vec<bool>,
    pub(super) persona: Vec<u32>,
    pub(super) fit: SectionPoints,
    pub(super) engagement: SectionPoints,
    pub(super) outcome: Outcome,
}

/// Computes everything for the leads of a partition, in the order in which sections see each other.
pub(super) fn compute_partition<'d>(
    plan: &BatchPlan<'d>,
    leads: &'d LeadTable,
    as_of: i64,
    partition: &'d Partition,
) -> Computed<'d> {
    let counts = partition.count(leads);
    let mut frame = Frame::new(leads, partition, as_of);
    let sorted = PartitionEvents::new(plan, &frame, &partition.kinds);
    let mut earned = plan.by_kind.as_ref().map(|by_kind| by_kind.add_up(partition, as_of));
    let names = [Name::SalesStatus, Name::AcceptedBySales, Name::BecameOpportunity];
    if names.iter().any(|&name| plan.asks(name)) {
        names.into_iter().zip(sales_vectors(plan, &frame, &sorted)).for_each(|(name, vector)| frame.set(name, vector));
    }
    if plan.asks(Name::CriteriaMet) {
        let met = criteria_met(plan, &frame);
        frame.set(Name::CriteriaMet, met);
    }
    for derived in &plan.derived {
        let vector = lead_kernel(plan, &frame).value(derived);
        frame.derived.push(Cow::Owned(vector));
    }
    for signal in &plan.signals {
        let vector = compute_signal(plan, &frame, &sorted, signal);
        frame.signals.push(Cow::Owned(vector));
    }
    let kinds = frame.kinds();
    let of_kinds = plan.by_lead_kind.zip(kinds.as_deref());
    let told = |of: fn(&LeadKindPoints) -> &Option<Vec<u32>>| {
        of_kinds.and_then(|(known, kinds)| Some(by_kind(of(known).as_ref()?, kinds)))
    };
    let persona = told(|known| &known.persona).unwrap_or_else(|| {
        let personas: Vec<_> = plan.personas.iter().map(Some).collect();
        first_true(&lead_kernel(plan, &frame), &personas)
    });
    if plan.asks(Name::Persona) {
        frame.set(Name::Persona, Vector::Text(persona_codes(plan, &persona)));
    }
    let [fit, engagement] = [Of::Fit, Of::Engagement].map(|of| match (of, of_kinds) {
        (Of::Fit, Some((LeadKindPoints { fit: FitOfKinds::Whole(points), .. }, kinds))) => points.of_kinds(kinds),
        _ => compute_section(plan, &frame, &sorted, of, |rule, undecided| {
            let of_lead = || match (of, of_kinds) {
                (Of::Fit, Some((known, kinds))) => known.fit.rule(rule, kinds, undecided),
                _ => None,
            };
            earned.as_mut().and_then(|earned| earned.take(of, rule)).or_else(of_lead)
        }),
    });
    set_scores(plan, &mut frame, &fit, &engagement);
    let disqualified_by = told(|known| &known.disqualified_by);
    let outcome = compute_outcome(plan, &mut frame, &fit.total, &engagement.total, disqualified_by);
    Computed { frame, events: sorted, counts, persona, fit, engagement, outcome }
}

/// Scores the leads of a partition; those that come out are kept.
pub(crate) fn score_partition(
    plan: &BatchPlan<'_>,
    leads: &LeadTable,
    as_of: i64,
    options: BatchOptions,
    partition: &Partition,
) -> PartScores {
    let computed = compute_partition(plan, leads, as_of, partition);
    let Computed { frame, counts, persona, fit, engagement, outcome, .. } = &computed;
    let missing_parts = options.explain.then(|| missing_parts(plan, frame, outcome));
    let scored = Scored { leads: &partition.leads, counts, fit, engagement, persona, outcome };
    PartScores::of(&scored, missing_parts.as_deref())
}

pub(super) fn lead_kernel<'k, 'a>(plan: &'k BatchPlan<'a>, frame: &'k Frame<'a>) -> Kernel<'k, 'a> {
    Kernel { frame, rows: Rows::Leads, names: &plan.names }
}

/// Two personas may have one name: conditions see the name's code in the dictionary, not the persona's index.
pub(super) fn persona_codes(plan: &BatchPlan<'_>, personas: &[u32]) -> Vec<u32> {
    let dictionary = plan.names.dictionary(Name::Persona);
    let codes: Vec<u32> = plan
        .meaning
        .personas
        .iter()
        .map(|persona| dictionary.get().code(&persona.name).unwrap_or(MISSING_CODE))
        .collect();
    personas.iter().map(|&persona| codes.get(persona as usize).copied().unwrap_or(MISSING_CODE)).collect()
}

/// Returns `sales_status` and what follows from it, `accepted_by_sales` and `became_opportunity`: the latest answer, of
/// equal times the later in their order.
pub(super) fn sales_vectors(plan: &BatchPlan<'_>, frame: &Frame<'_>, events: &PartitionEvents) -> [Vector; 3] {
    let mut best = vec![(MISSING_TIME, MISSING_CODE); frame.len];
    let with_rows = plan.sales.iter().enumerate().filter(|(_, set)| !events.rows_of(set).is_empty());
    for (index, set) in with_rows {
        for (best, time) in best.iter_mut().zip(events.latest(frame, set)) {
            if time != MISSING_TIME && time >= best.0 {
                *best = (time, index as u32);
            }
        }
    }
    let flag = |is: fn(SalesAnswer) -> bool| -> Vec<Truth> {
        best.iter()
            .map(|(_, code)| SalesAnswer::ALL.get(*code as usize).is_some_and(|answer| is(*answer)).into())
            .collect()
    };
    let (accepted, opportunity) = (flag(SalesAnswer::is_accepted), flag(SalesAnswer::is_opportunity));
    let status = Vector::Text(best.into_iter().map(|(_, code)| code).collect());
    [status, Vector::Boolean(accepted), Vector::Boolean(opportunity)]
}

/// Returns how many criteria are true.
pub(super) fn criteria_met(plan: &BatchPlan<'_>, frame: &Frame<'_>) -> Vector {
    let mut met = vec![0.0; frame.len];
    for &criterion in &plan.meaning.criteria {
        for (met, truth) in met.iter_mut().zip(frame.truths(Name::Attribute(criterion), Rows::Leads).iter()) {
            *met += f64::from(u8::from(*truth == Truth::True));
        }
    }
    Vector::Number(met)
}

fn set_scores(plan: &BatchPlan<'_>, frame: &mut Frame<'_>, fit: &SectionPoints, engagement: &SectionPoints) {
    let numbers = |points: &[i64]| Vector::Number(points.iter().map(|&points| points as f64).collect());
    let score = || {
        let both = fit.total.iter().zip(&engagement.total);
        Vector::Number(both.map(|(fit, engagement)| (fit + engagement) as f64).collect())
    };
    let names: [(Name, &dyn Fn() -> Vector); 4] = [
        (Name::Fit, &|| numbers(&fit.total)),
        (Name::FitUnknown, &|| numbers(&fit.undecided)),
        (Name::Engagement, &|| numbers(&engagement.total)),
        (Name::Score, &score),
    ];
    names.into_iter().filter(|(name, _)| plan.asks(*name)).for_each(|(name, vector)| frame.set(name, vector()));
}

fn missing_parts(plan: &BatchPlan<'_>, frame: &Frame<'_>, outcome: &Outcome) -> Vec<Vec<u32>> {
    let kernel = lead_kernel(plan, frame);
    let mut missing = vec![Vec::new(); frame.len];
    for (stage, parts) in plan.stage_parts.iter().enumerate() {
        for (index, part) in parts.iter().enumerate() {
            let truths = kernel.truths(part);
            for ((missing, next), truth) in missing.iter_mut().zip(&outcome.next_stage).zip(truths.iter()) {
                if *next == stage as u32 && *truth != Truth::True {
                    missing.push(index as u32);
                }
            }
        }
    }
    missing
}
