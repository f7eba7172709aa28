//! Turns a definition into a [`Plan`]: everything about it that scoring would otherwise look up again for every lead.
//!
//! The rules, signals and answers of a definition listen to sets of events. Many listen to the same ones, so each
//! distinct [`EventSet`] gets a number, and each event name knows the sets its events may belong to (`names.rs`).

use super::memory::Depends;
use super::names::Names;
use super::walk::{depends_on_as_of, sees_lead};
use crate::reach::{Reach, reach_of_rule, reach_of_signal};
use bantam_lang::meaning::{
    Band, EventSet, Expr, Meaning, Once, OnceKey, Points, Rule, RuleKind, Section, Select, SignalKind, TableKeys, Value,
};
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

/// Text tables up to this long are searched from the front, which is as fast as hashing.
const SEARCHED_KEYS_MAX: usize = 8;

/// The number of a distinct [`EventSet`] of the definition.
pub(crate) type SetId = usize;

/// A definition made ready for scoring leads one by one. Made once per definition by [`compile`].
#[derive(Debug)]
pub struct Plan {
    pub(crate) meaning: Arc<Meaning>,
    /// The lists of the definition.
    pub(crate) lists: Vec<HashSet<String>>,
    /// What listens to an event of a name.
    pub(crate) names: Names,
    /// How many distinct sets there are.
    pub(crate) set_count: usize,
    /// The sets of the answers of sales.
    pub(crate) sales: [SetId; 6],
    pub(crate) signals: Vec<ListenerPlan>,
    pub(crate) fit: Vec<RulePlan>,
    pub(crate) engagement: Vec<RulePlan>,
    /// Attributes of a lead without a row.
    pub(crate) defaults: Vec<Option<Value>>,
    pub(crate) grades: GradePlan,
    /// Whether what an event is called depends on *as of*.
    pub(crate) actions_age: bool,
}

/// The sets of a signal or an engagement rule.
#[derive(Debug, Default)]
pub(crate) struct ListenerPlan {
    /// The events it selects from; for a sequence one set per step.
    pub(crate) events: Vec<SetId>,
    pub(crate) since: Option<SetId>,
    /// Whether its expressions see values of the lead.
    pub(crate) sees_lead: bool,
}

impl ListenerPlan {
    /// Returns what the result depends on.
    pub(crate) fn depends(&self) -> Depends<'_> {
        Depends { events: &self.events, since: self.since, on_lead: self.sees_lead }
    }
}

/// A rule's sets and, for a long table, its keys.
#[derive(Debug, Default)]
pub(crate) struct RulePlan {
    pub(crate) listener: ListenerPlan,
    pub(crate) keys: Option<HashMap<String, i64>>,
}

/// All grades there can be, so that none is put together while scoring.
#[derive(Debug, Default)]
pub(crate) struct GradePlan {
    /// By the place of the fit band, then of the engagement band; one row, or one column, where only one is given.
    pub(crate) grades: Vec<Vec<String>>,
}

/// Compiles a definition for [`super::score_lead`] and its kin.
pub fn compile(meaning: Arc<Meaning>) -> Plan {
    let mut sets = Sets::default();
    let sales = meaning.sales.each_ref().map(|set| sets.number(set, Reach::FOREVER));
    let signals = meaning.signals.iter().map(|signal| listener_of_signal(&signal.kind, &mut sets)).collect();
    let fit = rule_plans(&meaning.fit, &mut sets);
    let engagement = rule_plans(&meaning.engagement, &mut sets);
    Plan {
        lists: meaning.lists.iter().map(|list| list.values.iter().cloned().collect()).collect(),
        names: Names::new(&meaning, &sets.distinct),
        set_count: sets.distinct.len(),
        sales,
        signals,
        fit,
        engagement,
        defaults: meaning.lead.attributes.iter().map(|attribute| attribute.default.clone()).collect(),
        grades: grade_plan(&meaning),
        actions_age: meaning.actions.iter().filter_map(|action| action.condition.as_ref()).any(depends_on_as_of),
        meaning,
    }
}

/// The distinct sets so far, with how far back any of their listeners looks.
#[derive(Default)]
struct Sets {
    distinct: Vec<(EventSet, Reach)>,
}

impl Sets {
    fn number(&mut self, set: &EventSet, reach: Reach) -> SetId {
        if let Some(place) = self.distinct.iter().position(|(known, _)| known == set) {
            if let Some((_, known)) = self.distinct.get_mut(place) {
                *known = reach.max(*known);
            }
            return place;
        }
        self.distinct.push((set.clone(), reach));
        self.distinct.len() - 1
    }

    /// The latest of these bounds what others look at, so it matters at any age.
    fn number_since(&mut self, since: Option<&EventSet>) -> Option<SetId> {
        since.map(|set| self.number(set, Reach::FOREVER))
    }
}

fn listener_of_signal(kind: &SignalKind, sets: &mut Sets) -> ListenerPlan {
    let reach = reach_of_signal(kind);
    match kind {
        SignalKind::Count { select, once } => listener(select, once.as_ref(), None, reach, sets),
        SignalKind::Sum { select, once, of } => listener(select, once.as_ref(), Some(of), reach, sets),
        SignalKind::First(select) | SignalKind::Last(select) => listener(select, None, None, reach, sets),
        SignalKind::Sequence { steps, condition, since, .. } => ListenerPlan {
            events: steps.iter().map(|step| sets.number(step, reach)).collect(),
            since: sets.number_since(since.as_ref()),
            sees_lead: condition.as_ref().is_some_and(sees_lead),
        },
    }
}

fn rule_plans(section: &Section, sets: &mut Sets) -> Vec<RulePlan> {
    section
        .rules
        .iter()
        .map(|rule| RulePlan { listener: listener_of_rule(rule, sets), keys: long_keys(rule) })
        .collect()
}

fn listener_of_rule(rule: &Rule, sets: &mut Sets) -> ListenerPlan {
    match (&rule.kind, &rule.points) {
        (RuleKind::Lead { .. }, _) => ListenerPlan { sees_lead: true, ..ListenerPlan::default() },
        (RuleKind::Events { select, once, .. }, points) => {
            let by = match points {
                Points::Fixed(_) => None,
                Points::Table { by, .. } => Some(by),
            };
            listener(select, once.as_ref(), by, reach_of_rule(rule), sets)
        }
    }
}

fn listener(select: &Select, once: Option<&Once>, worth: Option<&Expr>, reach: Reach, sets: &mut Sets) -> ListenerPlan {
    let key = once.and_then(|once| match &once.key {
        OnceKey::Value(key) => Some(key),
        _ => None,
    });
    ListenerPlan {
        events: vec![sets.number(&select.events, reach)],
        since: sets.number_since(select.since.as_ref()),
        sees_lead: select.condition.iter().chain(key).chain(worth).any(sees_lead),
    }
}

fn long_keys(rule: &Rule) -> Option<HashMap<String, i64>> {
    let Points::Table { table, .. } = &rule.points else { return None };
    match &table.keys {
        TableKeys::Text(keys) if keys.len() > SEARCHED_KEYS_MAX => Some(keys.iter().cloned().collect()),
        _ => None,
    }
}

fn grade_plan(meaning: &Meaning) -> GradePlan {
    let letters = |bands: &Option<Vec<Band>>| match bands {
        Some(bands) => bands.iter().map(|band| band.letter.clone()).collect(),
        None => vec![String::new()],
    };
    let engagement = letters(&meaning.grades.engagement);
    let row = |fit: String| engagement.iter().map(|letter| format!("{fit}{letter}")).collect();
    GradePlan { grades: letters(&meaning.grades.fit).into_iter().map(row).collect() }
}
