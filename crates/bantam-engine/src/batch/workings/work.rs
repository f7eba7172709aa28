//! Binds those steps of a definition whose results are not kept, and nothing else: binding computes a table over every
//! dictionary that an expression reads.

use super::kept::KeptSteps;
use super::keys::Key;
use super::steps::{Condition, SectionSteps, Steps};
use crate::batch::bind::{Bound, BoundTruth, bind, bind_truth};
use crate::batch::names::{DictionaryRef, Names};
use crate::batch::plan::{BatchPlan, Binder, BoundAction, BoundRule, BoundSection, BoundSignal, Heard};
use crate::columns::{Dictionary, EventTable, LeadTable};
use bantam_lang::meaning::{EventSet, Meaning, RuleKind, Section, Select, Signal, SignalKind, Type};
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

/// Dictionaries of derived texts, by the step that computes them.
pub(super) type Dictionaries = HashMap<Key, Arc<Dictionary>>;

/// A step to compute.
pub(super) enum Work<'a> {
    Value(Bound<'a>),
    Truth(BoundTruth<'a>),
    Signal(BoundSignal<'a>),
    Rule(BoundRule<'a>),
}

/// What there is to compute anew.
pub(super) struct Works<'a> {
    /// Names and events that the steps need; nothing of it is bound but actions.
    pub(super) plan: BatchPlan<'a>,
    pub(super) steps: HashMap<Key, Work<'a>>,
    /// The conditions of all personas, where the lead's must be computed.
    pub(super) personas: Vec<BoundTruth<'a>>,
    /// Whether any step looks at events.
    pub(super) hears: bool,
    /// Dictionaries of derived texts that are computed.
    pub(super) dictionaries: Dictionaries,
}

/// Binds what is not kept.
pub(super) fn bind_works<'a>(
    steps: &Steps<'a>,
    kept: &KeptSteps,
    dictionaries: &Dictionaries,
    leads: &'a LeadTable,
    events: &'a EventTable,
) -> Works<'a> {
    let meaning = steps.meaning;
    let mut names = Names::new(meaning, leads, events);
    let mut works = HashMap::new();
    let made = bind_derived(steps, kept, dictionaries, &mut names, &mut works);
    let binder = Binder { names: &names, events: &events.name.dictionary };
    let mut listening = Listening { meaning, names: HashSet::new(), actions: HashSet::new() };
    if !kept.contains_key(&steps.sales) {
        meaning.sales.iter().for_each(|set| listening.hear(set));
    }
    for (signal, key) in meaning.signals.iter().zip(&steps.signals).filter(|(_, key)| !kept.contains_key(*key)) {
        works.insert(*key, Work::Signal(binder.signal(signal)));
        listening.hear_signal(signal);
    }
    let mut personas = Vec::new();
    if !kept.contains_key(&steps.persona) {
        personas = meaning.personas.iter().map(|each| bind_truth(&each.condition, &names)).collect();
    }
    for (section, meaning) in steps.sections() {
        bind_rules(section, meaning, kept, &binder, &mut listening, &mut works);
    }
    let conditions = steps.stages.iter().chain(&steps.routes).flatten().chain(&steps.disqualify);
    for condition in conditions {
        bind_parts(condition, kept, &names, &mut works);
    }
    let heard = binder.codes(&listening.names);
    let actions = meaning.actions.iter().enumerate().map(|(index, action)| match listening.actions.contains(&index) {
        true => binder.action(action),
        false => BoundAction { on: Heard { names: Vec::new(), actions: Vec::new() }, condition: None },
    });
    let sales = meaning.sales.iter().map(|set| binder.heard(set)).collect();
    let actions = actions.collect();
    let hears = heard.contains(&true);
    Works { plan: bare(meaning, names, heard, actions, sales), steps: works, personas, hears, dictionaries: made }
}

/// Returns a plan without what scores are computed from: that stands in [`Works::steps`].
fn bare<'a>(
    meaning: &'a Meaning,
    names: Names<'a>,
    heard: Vec<bool>,
    actions: Vec<BoundAction<'a>>,
    sales: Vec<Heard>,
) -> BatchPlan<'a> {
    let empty = || BoundSection { rules: Vec::new() };
    BatchPlan {
        meaning,
        names,
        by_kind: None,
        by_lead_kind: None,
        asked: crate::kinds::asked(meaning),
        heard,
        actions,
        sales,
        derived: Vec::new(),
        signals: Vec::new(),
        personas: Vec::new(),
        fit: empty(),
        engagement: empty(),
        disqualify: Vec::new(),
        stages: Vec::new(),
        stage_parts: Vec::new(),
        routes: Vec::new(),
    }
}

/// Binds derived attributes that are not kept; of all others only the dictionary is needed.
fn bind_derived<'a>(
    steps: &Steps<'a>,
    kept: &KeptSteps,
    dictionaries: &Dictionaries,
    names: &mut Names<'a>,
    works: &mut HashMap<Key, Work<'a>>,
) -> Dictionaries {
    let mut made = Dictionaries::new();
    for (derived, key) in steps.meaning.derived.iter().zip(&steps.derived) {
        if kept.contains_key(key) && derived.expr.ty != Type::Text {
            names.push_derived(None);
            continue;
        }
        if let Some(dictionary) = dictionaries.get(key).filter(|_| kept.contains_key(key)) {
            names.push_derived(Some(DictionaryRef::Made(dictionary.clone())));
            continue;
        }
        // A kept text without a dictionary of its own is another name for a column: it is bound in no time.
        let bound = bind(&derived.expr, names);
        let dictionary = match &bound {
            Bound::Text(text) => Some(text.dictionary.clone()),
            _ => None,
        };
        if let Some(DictionaryRef::Made(dictionary)) = &dictionary {
            made.insert(*key, dictionary.clone());
        }
        names.push_derived(dictionary);
        if !kept.contains_key(key) {
            works.insert(*key, Work::Value(bound));
        }
    }
    made
}

fn bind_rules<'a>(
    steps: &SectionSteps,
    section: &'a Section,
    kept: &KeptSteps,
    binder: &Binder<'_, 'a>,
    listening: &mut Listening<'a>,
    works: &mut HashMap<Key, Work<'a>>,
) {
    for (rule, key) in section.rules.iter().zip(&steps.rules).filter(|(_, key)| !kept.contains_key(*key)) {
        if works.contains_key(key) {
            continue;
        }
        works.insert(*key, Work::Rule(binder.rule(rule)));
        if let RuleKind::Events { select, .. } = &rule.kind {
            listening.hear_select(select);
        }
    }
}

fn bind_parts<'a>(condition: &Condition<'a>, kept: &KeptSteps, names: &Names<'a>, works: &mut HashMap<Key, Work<'a>>) {
    match condition {
        Condition::Part(key, _) if kept.contains_key(key) || works.contains_key(key) => {}
        Condition::Part(key, expr) => {
            works.insert(*key, Work::Truth(bind_truth(expr, names)));
        }
        Condition::Not(inner) => bind_parts(inner, kept, names, works),
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|part| bind_parts(part, kept, names, works));
        }
    }
}

/// Collects the events that steps look at.
struct Listening<'m> {
    meaning: &'m Meaning,
    names: HashSet<&'m str>,
    actions: HashSet<usize>,
}

impl<'m> Listening<'m> {
    fn hear_signal(&mut self, signal: &'m Signal) {
        match &signal.kind {
            SignalKind::Count { select, .. }
            | SignalKind::Sum { select, .. }
            | SignalKind::First(select)
            | SignalKind::Last(select) => self.hear_select(select),
            SignalKind::Sequence { steps, since, .. } => {
                steps.iter().chain(since).for_each(|set| self.hear(set));
            }
        }
    }

    fn hear_select(&mut self, select: &'m Select) {
        self.hear(&select.events);
        select.since.iter().for_each(|set| self.hear(set));
    }

    fn hear(&mut self, set: &'m EventSet) {
        self.names.extend(set.names.iter().map(String::as_str));
        for &index in &set.actions {
            self.actions.insert(index);
            let on = self.meaning.actions.get(index).map(|action| action.on.as_slice());
            self.names.extend(on.unwrap_or_default().iter().map(String::as_str));
        }
    }
}
