//! Turns a definition into a [`Plan`]: everything about it that scoring would otherwise look up again for every lead.
//!
//! The rules, signals and answers of a definition listen to sets of events. Many listen to the same ones, so each
//! distinct [`EventSet`] gets a number, and each event name knows the sets its events may belong to.

use super::memory::Depends;
use super::walk::{depends_on_as_of, sees_lead};
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
    pub(crate) names: HashMap<String, NamePlan>,
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

/// What listens to an event of one name.
#[derive(Debug, Default)]
pub(crate) struct NamePlan {
    /// A number of its own, to count events by name.
    pub(crate) number: usize,
    /// Indexes of the actions with a condition that an event of this name may be.
    pub(crate) actions: Vec<usize>,
    pub(crate) members: Vec<Member>,
}

/// A set to which events of a name may belong.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) set: SetId,
    /// Belongs to it where it is any of these actions, given as indexes into [`NamePlan::actions`]; always where there
    /// are none.
    pub(crate) actions: Vec<usize>,
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
    let sales = meaning.sales.each_ref().map(|set| sets.number(set));
    let signals = meaning.signals.iter().map(|signal| listener_of_signal(&signal.kind, &mut sets)).collect();
    let fit = rule_plans(&meaning.fit, &mut sets);
    let engagement = rule_plans(&meaning.engagement, &mut sets);
    Plan {
        lists: meaning.lists.iter().map(|list| list.values.iter().cloned().collect()).collect(),
        names: name_plans(&meaning, &sets.distinct),
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

#[derive(Default)]
struct Sets {
    distinct: Vec<EventSet>,
}

impl Sets {
    fn number(&mut self, set: &EventSet) -> SetId {
        self.distinct.iter().position(|known| known == set).unwrap_or_else(|| {
            self.distinct.push(set.clone());
            self.distinct.len() - 1
        })
    }
}

fn listener_of_signal(kind: &SignalKind, sets: &mut Sets) -> ListenerPlan {
    match kind {
        SignalKind::Count { select, once } => listener(select, once.as_ref(), None, sets),
        SignalKind::Sum { select, once, of } => listener(select, once.as_ref(), Some(of), sets),
        SignalKind::First(select) | SignalKind::Last(select) => listener(select, None, None, sets),
        SignalKind::Sequence { steps, condition, since, .. } => ListenerPlan {
            events: steps.iter().map(|step| sets.number(step)).collect(),
            since: since.as_ref().map(|since| sets.number(since)),
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
        (RuleKind::Events { select, once, .. }, Points::Fixed(_)) => listener(select, once.as_ref(), None, sets),
        (RuleKind::Events { select, once, .. }, Points::Table { by, .. }) => {
            listener(select, once.as_ref(), Some(by), sets)
        }
    }
}

fn listener(select: &Select, once: Option<&Once>, worth: Option<&Expr>, sets: &mut Sets) -> ListenerPlan {
    let key = once.and_then(|once| match &once.key {
        OnceKey::Value(key) => Some(key),
        _ => None,
    });
    ListenerPlan {
        events: vec![sets.number(&select.events)],
        since: select.since.as_ref().map(|since| sets.number(since)),
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

fn name_plans(meaning: &Meaning, sets: &[EventSet]) -> HashMap<String, NamePlan> {
    let mut names: HashMap<String, NamePlan> = HashMap::new();
    let own = sets.iter().flat_map(|set| set.names.iter());
    let of_actions = sets.iter().flat_map(|set| &set.actions).filter_map(|&action| meaning.actions.get(action));
    for name in own.chain(of_actions.flat_map(|action| action.on.iter())) {
        let number = names.len();
        names.entry(name.clone()).or_insert_with(|| NamePlan { number, ..NamePlan::default() });
    }
    for (name, plan) in &mut names {
        for (set, events) in sets.iter().enumerate() {
            if let Some(actions) = way_into(events, name, meaning, &mut plan.actions) {
                plan.members.push(Member { set, actions });
            }
        }
    }
    names
}

/// How an event of a name gets into a set: `None` for never, no actions for always. Actions with a condition are added
/// to `conditional` and named by their place in it.
fn way_into(events: &EventSet, name: &String, meaning: &Meaning, conditional: &mut Vec<usize>) -> Option<Vec<usize>> {
    if events.names.contains(name) {
        return Some(Vec::new());
    }
    let mut through = Vec::new();
    for &index in &events.actions {
        let Some(action) = meaning.actions.get(index).filter(|action| action.on.contains(name)) else { continue };
        if action.condition.is_none() {
            return Some(Vec::new());
        }
        through.push(conditional.iter().position(|&known| known == index).unwrap_or_else(|| {
            conditional.push(index);
            conditional.len() - 1
        }));
    }
    (!through.is_empty()).then_some(through)
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
