//! What follows from a lead's attributes alone, computed once for each kind of lead.
//!
//! Few leads differ in anything that a definition asks about who they are. Personas, disqualifiers and rules of fit that ask for
//! nothing else are looked up by a lead's kind.

use super::bind::{Bound, asks_only};
use super::frame::{Frame, Vector};
use super::outcome::first_true;
use super::partition::{LeadSet, Partition};
use super::plan::{BatchPlan, BoundRule};
use super::result::lead_kernel;
use super::rules::{SectionPoints, add_up, earned_points};
use super::select::PartitionEvents;
use crate::columns::{EventTable, LeadKinds, LeadTable};
use bantam_lang::meaning::{Conditional, Meaning, Name, Points, Rule, RuleKind};
use std::borrow::Cow;

/// What is known of each kind of lead; [`None`] where a definition asks for more than that.
#[derive(Default)]
pub(crate) struct LeadKindPoints {
    pub(super) persona: Option<Vec<u32>>,
    pub(super) disqualified_by: Option<Vec<u32>>,
    pub(super) fit: FitOfKinds,
}

/// The fit of each kind of lead.
pub(super) enum FitOfKinds {
    /// All of it, from every rule.
    Whole(SectionPoints),
    /// Points that some rules earn, by their places, before limits, and how many of each could not be decided.
    Rules(Vec<Option<RulePoints>>),
}

/// What a rule gives, by kind of lead.
pub(super) struct RulePoints {
    points: Vec<i64>,
    undecided: Vec<i64>,
}

impl Default for FitOfKinds {
    fn default() -> FitOfKinds {
        FitOfKinds::Rules(Vec::new())
    }
}

impl LeadKindPoints {
    /// Computes what follows for each kind of lead; nothing, where leads are not kept by kind. `explain` says whether it is asked
    /// where the points of fit come from.
    pub(crate) fn of(meaning: &Meaning, leads: &LeadTable, explain: bool) -> LeadKindPoints {
        let Some(kinds) = &leads.kinds else { return LeadKindPoints::default() };
        let no_events = EventTable::default();
        let plan = BatchPlan::new(meaning, leads, &no_events);
        let of_kinds = one_of_each(leads, kinds);
        let partition = Partition::of_leads(LeadSet::Range(0..kinds.count()));
        let mut frame = Frame::new(&of_kinds, &partition, 0);
        let told = Told { meaning, kinds };
        for (derived, bound) in meaning.derived.iter().zip(&plan.derived) {
            let vector =
                if told.expr(&derived.expr) { lead_kernel(&plan, &frame).value(bound) } else { nothing(bound) };
            frame.derived.push(Cow::Owned(vector));
        }
        let first_of = |meanings: &[Conditional], conditions: &[_]| {
            let all_told = meanings.iter().all(|each| told.expr(&each.condition));
            all_told.then(|| first_true(&lead_kernel(&plan, &frame), &conditions.iter().map(Some).collect::<Vec<_>>()))
        };
        LeadKindPoints {
            persona: first_of(&meaning.personas, &plan.personas),
            disqualified_by: first_of(&meaning.disqualify, &plan.disqualify),
            fit: fit(&plan, &frame, &told, explain),
        }
    }
}

fn fit(plan: &BatchPlan<'_>, frame: &Frame<'_>, told: &Told<'_>, explain: bool) -> FitOfKinds {
    let points = |(rule, bound): (&Rule, &BoundRule<'_>)| {
        told.rule(rule).then(|| {
            let mut undecided = vec![0; frame.len];
            let points = earned_points(plan, frame, &PartitionEvents::none(), bound, &mut undecided);
            RulePoints { points, undecided }
        })
    };
    let meaning = &plan.meaning.fit;
    let rules: Vec<Option<RulePoints>> = meaning.rules.iter().zip(&plan.fit.rules).map(points).collect();
    if rules.iter().any(Option::is_none) {
        return FitOfKinds::Rules(rules);
    }
    let mut undecided = vec![0; frame.len];
    let mut points = Vec::with_capacity(rules.len());
    for rule in rules.into_iter().flatten() {
        undecided.iter_mut().zip(rule.undecided).for_each(|(sum, undecided)| *sum += undecided);
        points.push(rule.points);
    }
    let whole = add_up(meaning, points, undecided);
    let unexplained = |SectionPoints { total, undecided, .. }| SectionPoints { total, undecided, ..Default::default() };
    FitOfKinds::Whole(if explain { whole } else { unexplained(whole) })
}

impl FitOfKinds {
    /// Returns the points that a rule earns for leads of some kinds, where they are told by kind; adds to `undecided`.
    pub(super) fn rule(&self, rule: usize, kinds: &[u32], undecided: &mut [i64]) -> Option<Vec<i64>> {
        let FitOfKinds::Rules(rules) = self else { return None };
        let rule = rules.get(rule)?.as_ref()?;
        for (sum, undecided) in undecided.iter_mut().zip(by_kind(&rule.undecided, kinds)) {
            *sum += undecided;
        }
        Some(by_kind(&rule.points, kinds))
    }
}

/// Returns for each of some kinds what belongs to it.
#[expect(clippy::indexing_slicing, reason = "there is a value for every kind")]
pub(super) fn by_kind<T: Copy>(values: &[T], kinds: &[u32]) -> Vec<T> {
    kinds.iter().map(|&kind| values[kind as usize]).collect()
}

/// Returns leads that are one of each kind.
fn one_of_each(leads: &LeadTable, kinds: &LeadKinds) -> LeadTable {
    let of_kinds = |(index, column): (usize, &crate::columns::Column)| {
        if kinds.hold(index) {
            return column.clone();
        }
        let mut missing = column.blank();
        missing.push_missing(kinds.count());
        missing
    };
    LeadTable { attributes: leads.attributes.iter().enumerate().map(of_kinds).collect(), ..LeadTable::default() }
}

/// Stands for a value that nobody asks for.
fn nothing(bound: &Bound<'_>) -> Vector {
    match bound {
        Bound::Text(_) => Vector::Text(Vec::new()),
        Bound::Number(_) => Vector::Number(Vec::new()),
        Bound::Boolean(_) => Vector::Boolean(Vec::new()),
        Bound::Time(_) => Vector::Time(Vec::new()),
    }
}

/// Says what can be told by the kind of a lead.
struct Told<'t> {
    meaning: &'t Meaning,
    kinds: &'t LeadKinds,
}

impl Told<'_> {
    fn rule(&self, rule: &Rule) -> bool {
        let by = match &rule.points {
            Points::Fixed(_) => None,
            Points::Table { by, .. } => Some(by),
        };
        let RuleKind::Lead { condition } = &rule.kind else { return false };
        condition.iter().chain(by).all(|expr| self.expr(expr))
    }

    fn expr(&self, expr: &bantam_lang::meaning::Expr) -> bool {
        asks_only(expr, &|name| match name {
            Name::Attribute(index) => self.kinds.hold(index),
            Name::Derived(index) => self.meaning.derived.get(index).is_some_and(|derived| self.expr(&derived.expr)),
            _ => false,
        })
    }
}
