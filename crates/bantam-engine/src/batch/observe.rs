//! Watches a definition at work: how often each of its parts applies, counted per partition and added up.
//!
//! Leads are scored by the functions that score them otherwise. Rules are then gone through once more, because scores do
//! not keep what lies on the way to a rule's points: which events were selected, which keys decided, what limits cut.

mod lists;
mod rules;
mod tables;
mod tally;

pub(crate) use lists::ListTally;
pub(crate) use rules::{LimitTally, RuleTally, SectionTally};

use super::bind::BoundTruth;
use super::frame::{Frame, Rows, Vector};
use super::kernel::Kernel;
use super::names::grade_texts;
use super::outcome::grade_of_all;
use super::partition::{Partition, deal_out};
use super::plan::BatchPlan;
use super::result::{Computed, compute_partition, lead_kernel};
use crate::columns::{EventTable, LeadTable, MISSING_CODE, MISSING_TIME, Truth};
use bantam_lang::meaning::Meaning;
use lists::ListUse;
use rayon::prelude::*;
use tables::Places;
use tally::Tally;

/// What a definition does on data, in counts; vectors follow the definition's order.
#[derive(Default)]
pub(crate) struct Observed {
    /// Leads that come out.
    pub(crate) leads: u64,
    /// Those of them that have events alone.
    pub(crate) leads_without_row: u64,
    pub(crate) fit: SectionTally,
    pub(crate) engagement: SectionTally,
    /// Leads for which each derived attribute has a value.
    pub(crate) derived: Vec<u64>,
    /// Leads for which each signal has a value, and one other than 0.
    pub(crate) signals: Vec<(u64, u64)>,
    pub(crate) personas: Vec<ChosenTally>,
    pub(crate) disqualifiers: Vec<ChosenTally>,
    /// One past the stages stands for the disqualified.
    pub(crate) stages: Vec<ChosenTally>,
    /// For each part of each stage's condition, leads for which it is true, and for which it is unknown.
    pub(crate) stage_parts: Vec<Vec<(u64, u64)>>,
    pub(crate) grades: Vec<ChosenTally>,
    /// The texts of `grades`.
    pub(crate) grade_texts: Vec<String>,
    pub(crate) routes: Vec<ChosenTally>,
    pub(crate) lists: Vec<ListTally>,
}

/// How many leads one of several choices gets, and for how many its condition is true.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ChosenTally {
    pub(crate) leads: u64,
    pub(crate) holds: u64,
}

/// A plan with what watching needs beside it.
struct Watch<'p, 'd> {
    plan: &'p BatchPlan<'d>,
    /// For each rule of fit and of engagement, where values fall in its table.
    places: [Vec<Option<Places>>; 2],
    lists: Vec<ListUse<'p, 'd>>,
}

/// Counts what each part of a definition does at `as_of`.
pub(crate) fn observe(meaning: &Meaning, leads: &LeadTable, events: &EventTable, as_of: i64) -> Observed {
    let plan = BatchPlan::new(meaning, leads, events);
    let watch = Watch {
        places: [tables::places(&plan.fit, &meaning.fit), tables::places(&plan.engagement, &meaning.engagement)],
        lists: lists::uses(&plan),
        plan: &plan,
    };
    let shares = deal_out(&plan.heard, leads, events, as_of).into_par_iter();
    let mut observed = shares
        .map(|share| observe_partition(&watch, leads, as_of, &share.gather(events)))
        .reduce(Observed::default, merge);
    observed.fit.name_misses(&plan.fit);
    observed.engagement.name_misses(&plan.engagement);
    observed.grade_texts = grade_texts(&meaning.grades);
    observed
}

fn merge(mut one: Observed, other: Observed) -> Observed {
    one.add(other);
    one
}

fn observe_partition(watch: &Watch<'_, '_>, leads: &LeadTable, as_of: i64, partition: &Partition) -> Observed {
    let plan = watch.plan;
    let rows = partition.have_rows(leads);
    let computed = compute_partition(plan, leads, as_of, partition);
    let Computed { frame, counts, .. } = &computed;
    let kernel = lead_kernel(plan, frame);
    let [fit_places, engagement_places] = &watch.places;
    let without_row = counts.iter().zip(&rows).filter(|(counts, row)| **counts && !**row).count();
    let all =
        |conditions: &[BoundTruth<'_>]| conditions.iter().map(|each| holds(&kernel, counts, Some(each))).collect();
    let maybe = |conditions: &[Option<BoundTruth<'_>>]| {
        conditions.iter().map(|each| holds(&kernel, counts, each.as_ref())).collect::<Vec<_>>()
    };
    let outcome = &computed.outcome;
    let grades = grade_of_all(&plan.meaning.grades, &computed.fit.total, &computed.engagement.total);
    Observed {
        leads: counts.iter().filter(|counts| **counts).count() as u64,
        leads_without_row: without_row as u64,
        fit: rules::section(plan, &computed, &plan.fit, &computed.fit, fit_places),
        engagement: rules::section(plan, &computed, &plan.engagement, &computed.engagement, engagement_places),
        derived: frame.derived.iter().map(|vector| known(vector, counts).0).collect(),
        signals: frame.signals.iter().map(|vector| known(vector, counts)).collect(),
        personas: chosen(&computed.persona, counts, all(&plan.personas)),
        disqualifiers: chosen(&outcome.disqualified_by, counts, all(&plan.disqualify)),
        stages: chosen(&outcome.stage, counts, maybe(&plan.stages)),
        stage_parts: stage_parts(&kernel, counts, plan),
        grades: chosen(&grades, counts, Vec::new()),
        grade_texts: Vec::new(),
        routes: chosen(&outcome.route, counts, maybe(&plan.routes)),
        lists: lists::tally(plan, &computed, &watch.lists),
    }
}

/// Returns for how many leads a condition is true; all, without one.
fn holds(kernel: &Kernel<'_, '_>, counts: &[bool], condition: Option<&BoundTruth<'_>>) -> u64 {
    match condition {
        Some(condition) => truths(kernel, counts, condition).0,
        None => counts.iter().filter(|counts| **counts).count() as u64,
    }
}

/// Returns for how many leads a condition is true, and for how many unknown.
fn truths(kernel: &Kernel<'_, '_>, counts: &[bool], condition: &BoundTruth<'_>) -> (u64, u64) {
    let truths = kernel.truths(condition);
    let count =
        |wanted: Truth| truths.iter().zip(counts).filter(|(truth, counts)| **truth == wanted && **counts).count();
    (count(Truth::True) as u64, count(Truth::Unknown) as u64)
}

fn stage_parts(kernel: &Kernel<'_, '_>, counts: &[bool], plan: &BatchPlan<'_>) -> Vec<Vec<(u64, u64)>> {
    let of_stage = |parts: &Vec<BoundTruth<'_>>| parts.iter().map(|part| truths(kernel, counts, part)).collect();
    plan.stage_parts.iter().map(of_stage).collect()
}

/// Counts the choices of leads by index, beside how often the condition of each holds.
fn chosen(choices: &[u32], counts: &[bool], holds: Vec<u64>) -> Vec<ChosenTally> {
    let mut tallies: Vec<ChosenTally> = holds.into_iter().map(|holds| ChosenTally { leads: 0, holds }).collect();
    for (&choice, _) in choices.iter().zip(counts).filter(|(choice, counts)| **counts && **choice != MISSING_CODE) {
        let choice = choice as usize;
        if choice >= tallies.len() {
            tallies.resize(choice + 1, ChosenTally::default());
        }
        if let Some(tally) = tallies.get_mut(choice) {
            tally.leads += 1;
        }
    }
    tallies
}

/// Returns how many leads have a value, and one other than 0.
fn known(vector: &Vector, counts: &[bool]) -> (u64, u64) {
    fn count<T: Copy>(values: &[T], counts: &[bool], is: impl Fn(T) -> bool) -> u64 {
        values.iter().zip(counts).filter(|(value, counts)| **counts && is(**value)).count() as u64
    }
    let same = |known: u64| (known, known);
    match vector {
        Vector::Text(codes) => same(count(codes, counts, |code| code != MISSING_CODE)),
        Vector::Number(values) => {
            let known = count(values, counts, |value| !value.is_nan());
            (known, count(values, counts, |value| !value.is_nan() && value != 0.0))
        }
        Vector::Boolean(values) => same(count(values, counts, |value| value != Truth::Unknown)),
        Vector::Time(values) => same(count(values, counts, |value| value != MISSING_TIME)),
    }
}

/// Returns a kernel over rows of events.
fn event_kernel<'k, 'd>(plan: &'k BatchPlan<'d>, frame: &'k Frame<'d>, rows: &'k [u32]) -> Kernel<'k, 'd> {
    Kernel { frame, rows: Rows::Events(rows), names: &plan.names }
}
