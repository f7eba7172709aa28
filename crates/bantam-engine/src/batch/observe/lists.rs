//! Counts which values of lists occur where the definition looks for them.

use super::{Computed, event_kernel, lead_kernel};
use crate::batch::bind::{BoundText, bind_text, children};
use crate::batch::kernel::Kernel;
use crate::batch::plan::{BatchPlan, BoundKind, BoundSection, BoundSignal, Heard};
use crate::columns::Dictionary;
use bantam_lang::meaning::{
    Expr, ExprKind, Once, OnceKey, Points, Rule, RuleKind, Section, Select, Set, Signal, SignalKind,
};
use hashbrown::{HashMap, HashSet};

/// What one list does.
#[derive(Default)]
pub(crate) struct ListTally {
    /// Places in the list of the values that occur; of equal values the first.
    pub(crate) entries: HashSet<u32>,
    /// Leads with such a value, of their own or of an event.
    pub(crate) leads: u64,
}

/// A value that is not in the list.
const NOT_LISTED: u32 = u32::MAX;

/// One place of the definition that asks whether a text is in a list.
pub(super) struct ListUse<'p, 'd> {
    list: usize,
    text: BoundText<'d>,
    /// Place in the list by the text's code.
    entries: Vec<u32>,
    /// The events it is asked of; of leads otherwise.
    events: Option<Vec<&'p Heard>>,
}

/// Returns every use of a list.
pub(super) fn uses<'p, 'd>(plan: &'p BatchPlan<'d>) -> Vec<ListUse<'p, 'd>> {
    let meaning = plan.meaning;
    let mut finder = Finder { plan, uses: Vec::new() };
    finder.of_leads(meaning.derived.iter().map(|derived| &derived.expr));
    finder.of_leads(meaning.personas.iter().chain(&meaning.disqualify).map(|each| &each.condition));
    finder.of_leads(meaning.stages.iter().filter_map(|stage| stage.condition.as_ref()));
    finder.of_leads(meaning.routes.iter().filter_map(|route| route.condition.as_ref()));
    for (action, bound) in meaning.actions.iter().zip(&plan.actions) {
        finder.of_events(action.condition.as_ref(), &[&bound.on]);
    }
    for (signal, bound) in meaning.signals.iter().zip(&plan.signals) {
        finder.of_signal(signal, bound);
    }
    finder.of_section(&meaning.fit, &plan.fit);
    finder.of_section(&meaning.engagement, &plan.engagement);
    finder.uses
}

struct Finder<'p, 'd> {
    plan: &'p BatchPlan<'d>,
    uses: Vec<ListUse<'p, 'd>>,
}

impl<'p> Finder<'p, '_> {
    fn of_leads<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.look(expr, None);
        }
    }

    fn of_events<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, events: &[&'p Heard]) {
        for expr in exprs {
            self.look(expr, Some(events));
        }
    }

    fn of_signal(&mut self, signal: &Signal, bound: &'p BoundSignal<'_>) {
        let events: Vec<&Heard> = match bound {
            BoundSignal::Count { select, .. } | BoundSignal::Sum { select, .. } => vec![&select.events],
            BoundSignal::First(select) | BoundSignal::Last(select) => vec![&select.events],
            BoundSignal::Sequence { steps, .. } => steps.iter().map(|step| &step.events).collect(),
        };
        let exprs: Vec<&Expr> = match &signal.kind {
            SignalKind::Count { select, once } => of_select(select, once.as_ref()).collect(),
            SignalKind::Sum { select, once, of } => of_select(select, once.as_ref()).chain([of]).collect(),
            SignalKind::First(select) | SignalKind::Last(select) => of_select(select, None).collect(),
            SignalKind::Sequence { condition, .. } => condition.iter().collect(),
        };
        self.of_events(exprs, &events);
    }

    fn of_section(&mut self, section: &Section, bound: &'p BoundSection<'_>) {
        for (rule, bound) in section.rules.iter().zip(&bound.rules) {
            match (&rule.kind, &bound.kind) {
                (RuleKind::Events { select, once, .. }, BoundKind::Events { select: events, .. }) => {
                    self.of_events(of_select(select, once.as_ref()).chain(by(rule)), &[&events.events]);
                }
                (RuleKind::Lead { condition }, _) => self.of_leads(condition.iter().chain(by(rule))),
                (RuleKind::Events { .. }, BoundKind::Lead(_)) => {}
            }
        }
    }

    fn look(&mut self, expr: &Expr, events: Option<&[&'p Heard]>) {
        if let ExprKind::In(text, Set::List(list)) = &expr.kind {
            let text = bind_text(text, &self.plan.names);
            let entries = entries(self.plan, *list, text.dictionary.get());
            self.uses.push(ListUse { list: *list, text, entries, events: events.map(<[_]>::to_vec) });
        }
        for child in children(expr) {
            self.look(child, events);
        }
    }
}

fn of_select<'e>(select: &'e Select, once: Option<&'e Once>) -> impl Iterator<Item = &'e Expr> {
    let key = match once.map(|once| &once.key) {
        Some(OnceKey::Value(key)) => Some(key),
        _ => None,
    };
    select.condition.iter().chain(key)
}

fn by(rule: &Rule) -> Option<&Expr> {
    match &rule.points {
        Points::Table { by, .. } => Some(by),
        Points::Fixed(_) => None,
    }
}

fn entries(plan: &BatchPlan<'_>, list: usize, dictionary: &Dictionary) -> Vec<u32> {
    let values = plan.meaning.lists.get(list).map_or(&[][..], |list| &list.values);
    let mut index = HashMap::new();
    for (place, value) in (0..).zip(values) {
        index.entry(value.as_str()).or_insert(place);
    }
    dictionary.iter().map(|text| index.get(text).copied().unwrap_or(NOT_LISTED)).collect()
}

/// Counts what lists do for the leads of a partition.
pub(super) fn tally(plan: &BatchPlan<'_>, computed: &Computed<'_>, uses: &[ListUse<'_, '_>]) -> Vec<ListTally> {
    let frame = &computed.frame;
    let mut tallies: Vec<ListTally> = plan.meaning.lists.iter().map(|_| ListTally::default()).collect();
    for (list, tally) in tallies.iter_mut().enumerate() {
        let mut hit = vec![false; frame.len];
        for each in uses.iter().filter(|each| each.list == list) {
            match &each.events {
                None => {
                    let leads = (0..frame.len).filter(|&lead| computed.counts.get(lead) == Some(&true));
                    mark(each, &lead_kernel(plan, frame), leads, |row| row, tally, &mut hit);
                }
                Some(events) => {
                    let rows: Vec<u32> = events.iter().flat_map(|set| computed.events.rows_of(set)).collect();
                    let kernel = event_kernel(plan, frame, &rows);
                    let lead_of = |row: usize| rows.get(row).map_or(usize::MAX, |&row| frame.lead_of(row));
                    mark(each, &kernel, 0..rows.len(), lead_of, tally, &mut hit);
                }
            }
        }
        tally.leads = hit.into_iter().filter(|hit| *hit).count() as u64;
    }
    tallies
}

/// Marks the values that rows have, and their leads.
fn mark(
    each: &ListUse<'_, '_>,
    kernel: &Kernel<'_, '_>,
    rows: impl Iterator<Item = usize>,
    lead_of: impl Fn(usize) -> usize,
    tally: &mut ListTally,
    hit: &mut [bool],
) {
    let codes = kernel.codes(&each.text);
    for row in rows {
        let entry = codes.get(row).and_then(|&code| each.entries.get(code as usize)).copied();
        let Some(entry) = entry.filter(|&entry| entry != NOT_LISTED) else { continue };
        tally.entries.insert(entry);
        if let Some(hit) = hit.get_mut(lead_of(row)) {
            *hit = true;
        }
    }
}
