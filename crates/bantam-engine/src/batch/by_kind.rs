//! What events are worth, told by their kind and age alone.
//!
//! Few events differ in anything that rules ask about but their time. Those that are alike, of one *kind*, are looked at
//! together: once for all partitions a rule's condition and points are computed for each kind, and then an event is worth
//! what a short list says for its kind, by age. That serves rules over events that ask nothing about the lead, count every
//! event, and whose points are lost in steps. All others see the events themselves.

use super::frame::{Frame, Rows};
use super::kernel::Kernel;
use super::partition::{LeadSet, Partition};
use super::plan::{BatchPlan, BoundKind, BoundRule};
use super::rules::award;
use super::select::PartitionEvents;
use crate::calendar::micros;
use crate::columns::{EventTable, LeadTable};
use crate::decay::{Step, left, steps};
use crate::horizons::Horizons;
use bantam_lang::meaning::{EventSet, Expr, Meaning, Name, Points, Rule, RuleKind};

/// Rules whose points follow from the kinds of events, and those points.
pub(crate) struct KindPoints {
    /// The slot of each rule of fit and of engagement; `None` where the rule must see the events themselves.
    slots: [Vec<Option<usize>>; 2],
    /// Where the worths of each kind start, and where the last one's end.
    starts: Vec<u32>,
    worths: Vec<Worth>,
    steps: Vec<Step>,
    /// Whether something must see the events of each kind themselves.
    seen: Vec<bool>,
}

/// What one event of a kind gives to one rule: what its steps have left at its age.
struct Worth {
    slot: u32,
    start: u32,
    end: u32,
}

/// Which of a definition's sections a rule is in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    Fit,
    Engagement,
}

impl KindPoints {
    /// Computes what events are worth. `kinds` has one event of each kind, at the time 0; `in_kind` says which properties belong to it.
    pub(super) fn new(
        plan: &BatchPlan<'_>,
        leads: &LeadTable,
        kinds: EventTable,
        in_kind: &dyn Fn(usize) -> bool,
    ) -> KindPoints {
        let told = Told { meaning: plan.meaning, in_kind };
        let others = Horizons::without(plan.meaning, |rule| told.rule(rule));
        let names = plan.names.dictionary(Name::EventName);
        let names: Vec<bool> = names.get().iter().map(|name| others.first_moment(name, 0).is_some()).collect();
        let seen = kinds.name.codes.iter().map(|&code| names.get(code as usize) == Some(&true)).collect();
        let count = kinds.len();
        let partition = Partition { events: kinds, ..Partition::of_leads(LeadSet::Range(0..0)) };
        // An event of this moment is too old for no window.
        let frame = Frame::new(leads, &partition, 0);
        let events = PartitionEvents::of_kinds(plan, &frame, |action| told.action(action));
        let mut by_kind: Vec<Vec<(u32, Vec<Step>)>> = vec![Vec::new(); count];
        let mut slot = 0;
        let sections = [(&plan.meaning.fit, &plan.fit), (&plan.meaning.engagement, &plan.engagement)];
        let slots = sections.map(|(meaning, section)| {
            let slot_of = |(rule, bound): (&Rule, &BoundRule<'_>)| {
                if !told.rule(rule) {
                    return None;
                }
                for (kind, steps) in worth_by_kind(plan, &frame, &events, bound) {
                    by_kind.get_mut(kind as usize)?.push((slot, steps));
                }
                slot += 1;
                Some(slot as usize - 1)
            };
            meaning.rules.iter().zip(&section.rules).map(slot_of).collect()
        });
        let mut points = KindPoints { slots, starts: vec![0], worths: Vec::new(), steps: Vec::new(), seen };
        for worths in by_kind {
            for (slot, steps) in worths {
                let start = points.steps.len() as u32;
                points.steps.extend(steps);
                points.worths.push(Worth { slot, start, end: points.steps.len() as u32 });
            }
            points.starts.push(points.worths.len() as u32);
        }
        points
    }

    /// Returns whether any kind of event must be seen itself.
    pub(crate) fn any_seen(&self) -> bool {
        self.seen.contains(&true)
    }

    /// Returns whether the events of a kind must be seen themselves.
    pub(super) fn is_seen(&self, kind: u32) -> bool {
        self.seen.get(kind as usize) == Some(&true)
    }

    /// Adds up what the events of a partition are worth; returns the points of each slot for each lead, before limits.
    pub(super) fn add_up(&self, partition: &Partition, as_of: i64) -> Earned<'_> {
        let slots = self.slots.iter().flatten().flatten().count();
        let mut by_slot = vec![vec![0_i64; partition.leads.len()]; slots];
        let Partition { events, kinds, .. } = partition;
        for ((&lead, &time), &kind) in events.lead.iter().zip(&events.time).zip(kinds) {
            let age = as_of - time;
            for worth in self.worths_of(kind) {
                let steps = self.steps.get(worth.start as usize..worth.end as usize).unwrap_or_default();
                let points = left(steps, age);
                let sum = by_slot.get_mut(worth.slot as usize).and_then(|sums| sums.get_mut(lead as usize));
                if let Some(sum) = sum {
                    *sum = sum.saturating_add(points);
                }
            }
        }
        Earned { slots: &self.slots, by_slot }
    }

    fn worths_of(&self, kind: u32) -> &[Worth] {
        let at = kind as usize;
        let (Some(&start), Some(&end)) = (self.starts.get(at), self.starts.get(at + 1)) else { return &[] };
        self.worths.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// What rules earned from events of which the kind tells all.
pub(super) struct Earned<'p> {
    slots: &'p [Vec<Option<usize>>; 2],
    by_slot: Vec<Vec<i64>>,
}

impl Earned<'_> {
    /// Takes the points of a rule; `None` where the rule must see the events themselves.
    pub(super) fn take(&mut self, section: Of, rule: usize) -> Option<Vec<i64>> {
        let [fit, engagement] = self.slots;
        let slots = match section {
            Of::Fit => fit,
            Of::Engagement => engagement,
        };
        let slot = slots.get(rule).copied().flatten()?;
        self.by_slot.get_mut(slot).map(std::mem::take)
    }
}

/// Returns the kinds of which an event gives something, with what it gives by age.
fn worth_by_kind(
    plan: &BatchPlan<'_>,
    frame: &Frame<'_>,
    events: &PartitionEvents,
    rule: &BoundRule<'_>,
) -> Vec<(u32, Vec<Step>)> {
    let BoundKind::Events { select, decay, .. } = &rule.kind else { return Vec::new() };
    let kinds = events.select(plan, frame, select);
    let kernel = Kernel { frame, rows: Rows::Events(&kinds), names: &plan.names };
    let within = select.within_seconds.map_or(i64::MAX, micros);
    let points = award(&kernel, &rule.points).points;
    let worth = |(kind, points): (u32, i64)| {
        Some((kind, steps(points, *decay, within)?)).filter(|(_, steps)| !steps.is_empty())
    };
    kinds.iter().copied().zip(points).filter_map(worth).collect()
}

/// Says what can be told by the kind of an event.
struct Told<'t> {
    meaning: &'t Meaning,
    in_kind: &'t dyn Fn(usize) -> bool,
}

impl Told<'_> {
    fn rule(&self, rule: &Rule) -> bool {
        let RuleKind::Events { select, once: None, decay } = &rule.kind else { return false };
        let by = match &rule.points {
            Points::Fixed(_) => None,
            Points::Table { by, .. } => Some(by),
        };
        select.since.is_none()
            && steps(1, *decay, i64::MAX).is_some()
            && select.condition.iter().chain(by).all(|expr| self.expr(expr))
            && self.set(&select.events)
    }

    fn set(&self, set: &EventSet) -> bool {
        set.actions.iter().all(|&action| self.action(action))
    }

    fn action(&self, action: usize) -> bool {
        self.meaning.actions.get(action).is_some_and(|action| action.condition.iter().all(|expr| self.expr(expr)))
    }

    fn expr(&self, expr: &Expr) -> bool {
        super::bind::asks_only(expr, &|name| match name {
            Name::EventName => true,
            Name::Property(property) => (self.in_kind)(property),
            _ => false,
        })
    }
}
