//! Computes a definition for the leads of one partition: steps that are kept are taken, the others computed.

use super::kept::{Kept, KeptSteps, Points};
use super::keys::Key;
use super::steps::{Condition, SectionSteps, Steps};
use super::work::{Work, Works};
use crate::batch::frame::{Frame, Vector};
use crate::batch::kernel::absorb;
use crate::batch::outcome::{first_of, first_true, grade, stages};
use crate::batch::partition::Partition;
use crate::batch::result::{criteria_met, lead_kernel, persona_codes, sales_vectors};
use crate::batch::rules::{add_up, earned_points};
use crate::batch::select::PartitionEvents;
use crate::batch::signals::compute_signal;
use crate::columns::{LeadTable, MISSING_CODE, Truth};
use bantam_lang::meaning::{Name, Section};
use hashbrown::HashMap;
use std::borrow::Cow;

/// What is computed, from what.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) works: &'a Works<'a>,
    pub(super) steps: &'a Steps<'a>,
    pub(super) kept: &'a KeptSteps,
    pub(super) leads: &'a LeadTable,
    pub(super) as_of: i64,
}

/// Where the leads of a partition stand: codes as in `Outcome`.
pub(super) struct Standing {
    pub(super) stage: Vec<u32>,
    pub(super) disqualified_by: Vec<u32>,
    pub(super) route: Vec<u32>,
}

/// A partition under way.
struct Running<'a> {
    task: Task<'a>,
    /// The number of the partition.
    part: usize,
    frame: Frame<'a>,
    events: PartitionEvents,
    /// Steps computed so far.
    fresh: HashMap<Key, Kept>,
}

/// Computes a partition; returns the steps that were not kept, and where its leads stand.
pub(super) fn compute<'a>(task: Task<'a>, part: usize, partition: &'a Partition) -> (HashMap<Key, Kept>, Standing) {
    let frame = Frame::new(task.leads, partition, task.as_of);
    let plan = &task.works.plan;
    let events = if task.works.hears { PartitionEvents::of_sorted(plan, &frame) } else { PartitionEvents::none() };
    let mut running = Running { task, part, frame, events, fresh: HashMap::new() };
    running.set_facts();
    let steps = task.steps;
    for key in &steps.derived {
        let vector = running.vector(*key);
        running.frame.derived.push(vector);
    }
    for key in &steps.signals {
        let vector = running.vector(*key);
        running.frame.signals.push(vector);
    }
    running.set_persona();
    for (section, meaning) in steps.sections() {
        running.add_rules(section, meaning);
    }
    let standing = running.stand();
    (running.fresh, standing)
}

impl<'a> Running<'a> {
    fn kept(&self, key: Key) -> Option<&'a Kept> {
        self.task.kept.get(&key)?.get(self.part)
    }

    /// Sets what follows from events and attributes alone.
    fn set_facts(&mut self) {
        let (plan, steps) = (&self.task.works.plan, self.task.steps);
        let names = [Name::SalesStatus, Name::AcceptedBySales, Name::BecameOpportunity];
        match self.kept(steps.sales) {
            Some(Kept::Sales(vectors)) => {
                names.into_iter().zip(vectors).for_each(|(name, vector)| self.frame.lend(name, vector));
            }
            _ => {
                let vectors = sales_vectors(plan, &self.frame, &self.events);
                names.into_iter().zip(vectors.clone()).for_each(|(name, vector)| self.frame.set(name, vector));
                self.fresh.insert(steps.sales, Kept::Sales(vectors));
            }
        }
        // A few additions are as fast as reading what they gave.
        let met = criteria_met(plan, &self.frame);
        self.frame.set(Name::CriteriaMet, met);
    }

    /// Returns a value of each lead: a derived attribute, a signal or a part of a condition.
    fn vector(&mut self, key: Key) -> Cow<'a, Vector> {
        if let Some(Kept::Vector(vector)) = self.kept(key) {
            return Cow::Borrowed(vector);
        }
        if let Some(Kept::Vector(vector)) = self.fresh.get(&key) {
            return Cow::Owned(vector.clone());
        }
        let plan = &self.task.works.plan;
        let vector = match self.task.works.steps.get(&key) {
            Some(Work::Value(bound)) => lead_kernel(plan, &self.frame).value(bound),
            Some(Work::Truth(bound)) => Vector::Boolean(lead_kernel(plan, &self.frame).truths(bound).into_owned()),
            Some(Work::Signal(signal)) => compute_signal(plan, &self.frame, &self.events, signal),
            // Every step is kept or bound: this is never reached.
            Some(Work::Rule(_)) | None => Vector::Boolean(vec![Truth::Unknown; self.frame.len]),
        };
        self.fresh.insert(key, Kept::Vector(vector.clone()));
        Cow::Owned(vector)
    }

    fn set_persona(&mut self) {
        let key = self.task.steps.persona;
        if let Some(Kept::Persona(_, codes)) = self.kept(key) {
            return self.frame.lend(Name::Persona, codes);
        }
        let plan = &self.task.works.plan;
        let conditions: Vec<_> = self.task.works.personas.iter().map(Some).collect();
        let persona = first_true(&lead_kernel(plan, &self.frame), &conditions);
        let codes = Vector::Text(persona_codes(plan, &persona));
        self.frame.set(Name::Persona, codes.clone());
        self.fresh.insert(key, Kept::Persona(persona, codes));
    }

    /// Computes the rules of a section that are not kept, and the section unless it is.
    fn add_rules(&mut self, steps: &SectionSteps, section: &Section) {
        let plan = &self.task.works.plan;
        for &key in &steps.rules {
            let Some(Work::Rule(rule)) = self.task.works.steps.get(&key).filter(|_| !self.fresh.contains_key(&key))
            else {
                continue;
            };
            let mut undecided = vec![0; self.frame.len];
            let points = earned_points(plan, &self.frame, &self.events, rule, &mut undecided);
            let undecided = match undecided.contains(&1) {
                true => undecided.into_iter().map(|count| count as u8).collect(),
                false => Vec::new(),
            };
            self.fresh.insert(key, Kept::Rule { points: Points::new(&points), undecided });
        }
        if self.kept(steps.total).is_some() || self.fresh.contains_key(&steps.total) {
            return;
        }
        let mut undecided = vec![0_i64; self.frame.len];
        let mut rules = Vec::new();
        for &key in &steps.rules {
            let Some(Kept::Rule { points, undecided: more }) = self.step(key) else { continue };
            rules.push(points.all());
            undecided.iter_mut().zip(more).for_each(|(sum, &more)| *sum += i64::from(more));
        }
        let points = add_up(section, rules, undecided);
        let kept = Kept::Section { total: points.total, undecided: points.undecided };
        self.fresh.insert(steps.total, kept);
    }

    /// Returns a step that is kept or was computed.
    fn step(&self, key: Key) -> Option<&Kept> {
        self.kept(key).or_else(|| self.fresh.get(&key))
    }

    /// Computes where the leads stand.
    fn stand(&mut self) -> Standing {
        let (steps, len) = (self.task.steps, self.frame.len);
        let (fit, unknown) = self.section_points(&steps.fit);
        let (engagement, _) = self.section_points(&steps.engagement);
        self.set_scores(&fit, &unknown, &engagement);
        let conditions: Vec<_> = steps.disqualify.iter().map(|condition| Some(self.truths(condition))).collect();
        let disqualified_by = first_of(len, conditions.into_iter());
        let reached: Vec<_> =
            steps.stages.iter().map(|condition| condition.as_ref().map(|condition| self.truths(condition))).collect();
        let (stage, _) = stages(steps.meaning, reached.into_iter(), &disqualified_by);
        let grades = &steps.meaning.grades;
        let grade = fit.iter().zip(&*engagement).map(|(&fit, &engagement)| grade(grades, fit, engagement)).collect();
        let disqualified = disqualified_by.iter().map(|&by| (by != MISSING_CODE).into()).collect();
        self.frame.set(Name::Stage, Vector::Text(stage.clone()));
        self.frame.set(Name::Grade, Vector::Text(grade));
        self.frame.set(Name::Disqualified, Vector::Boolean(disqualified));
        let conditions: Vec<_> =
            steps.routes.iter().map(|condition| condition.as_ref().map(|condition| self.truths(condition))).collect();
        let route = first_of(len, conditions.into_iter());
        Standing { stage, disqualified_by, route }
    }

    fn section_points(&self, steps: &SectionSteps) -> (Cow<'a, [i64]>, Cow<'a, [i64]>) {
        match (self.kept(steps.total), self.fresh.get(&steps.total)) {
            (Some(Kept::Section { total, undecided }), _) => (Cow::Borrowed(total), Cow::Borrowed(undecided)),
            (_, Some(Kept::Section { total, undecided })) => (Cow::Owned(total.clone()), Cow::Owned(undecided.clone())),
            // Every section is kept or was computed: this is never reached.
            _ => (Cow::Owned(vec![0; self.frame.len]), Cow::Owned(vec![0; self.frame.len])),
        }
    }

    fn set_scores(&mut self, fit: &[i64], unknown: &[i64], engagement: &[i64]) {
        let numbers = |points: &[i64]| Vector::Number(points.iter().map(|&points| points as f64).collect());
        let score = fit.iter().zip(engagement).map(|(fit, engagement)| (fit + engagement) as f64).collect();
        self.frame.set(Name::Fit, numbers(fit));
        self.frame.set(Name::FitUnknown, numbers(unknown));
        self.frame.set(Name::Engagement, numbers(engagement));
        self.frame.set(Name::Score, Vector::Number(score));
    }

    /// Computes a condition from its parts.
    fn truths(&mut self, condition: &Condition<'a>) -> Cow<'a, [Truth]> {
        match condition {
            Condition::Part(key, _) => match self.vector(*key) {
                Cow::Borrowed(Vector::Boolean(truths)) => Cow::Borrowed(truths),
                Cow::Owned(Vector::Boolean(truths)) => Cow::Owned(truths),
                _ => Cow::Owned(vec![Truth::Unknown; self.frame.len]),
            },
            Condition::Not(inner) => {
                self.truths(inner).iter().map(|truth| truth.known().map(|value| !value).into()).collect()
            }
            Condition::And(parts) => self.unless_any(parts, Truth::False, Truth::True),
            Condition::Or(parts) => self.unless_any(parts, Truth::True, Truth::False),
        }
    }

    fn unless_any(&mut self, parts: &[Condition<'a>], decisive: Truth, opposite: Truth) -> Cow<'a, [Truth]> {
        let mut result = vec![opposite; self.frame.len];
        for part in parts {
            absorb(&mut result, &self.truths(part), decisive);
        }
        Cow::Owned(result)
    }
}
