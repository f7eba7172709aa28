//! Counts events by name, and holds the names that come beside those that the definition listens to.

use crate::columns::EventTable;
use bantam_lang::meaning::{EventSet, Meaning, RuleKind, SalesAnswer, Select, SignalKind};
use bantam_lang::nearest::nearest_name;
use hashbrown::HashMap;

/// How many names of events that nobody listens to are kept: names made by a machine may be as many as events.
const UNHEARD_MAX: usize = 1_000;

/// Events of one name, at or before *as of*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSurvey {
    /// Their own name.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Time of the earliest.
    pub first: i64,
    /// Time of the latest.
    pub last: i64,
    /// Who listens to it.
    pub heard_by: Vec<Listener>,
    /// Where nobody does, a name somebody listens to that is much like it.
    pub nearest: Option<String>,
}

/// A name that the definition listens to and that never comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsentEvent {
    /// The name.
    pub name: String,
    /// Who listens to it.
    pub heard_by: Vec<Listener>,
    /// A name that comes and is much like it; one that nobody listens to, if there is any.
    pub nearest: Option<String>,
    /// Whether nobody listens to `nearest`.
    pub nearest_is_unheard: bool,
}

impl AbsentEvent {
    /// Returns whether a rule or a signal misses it: a reset or an answer of sales may well not have come yet.
    pub(super) fn is_earning(&self) -> bool {
        self.heard_by.iter().any(|by| matches!(by.role, Role::Rule | Role::Signal))
    }
}

/// A part of the definition that listens to events.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Listener {
    /// What it does with them.
    pub role: Role,
    /// Name of the rule or signal, or the answer's key.
    pub name: String,
}

/// What a part of the definition does with events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A rule gives points for them.
    Rule,
    /// A signal looks at them.
    Signal,
    /// They are an answer of sales.
    Sales,
    /// With `since`, a rule or signal forgets what came before them.
    Reset,
}

impl Role {
    /// Returns `rule`, `signal`, `sales` or `reset`.
    pub fn word(self) -> &'static str {
        match self {
            Role::Rule => "rule",
            Role::Signal => "signal",
            Role::Sales => "sales",
            Role::Reset => "reset",
        }
    }
}

/// What there is to say about names.
pub(super) struct Names {
    /// Events at or before *as of*.
    pub(super) counting: u64,
    pub(super) names: Vec<EventSurvey>,
    pub(super) others: u64,
    pub(super) absent: Vec<AbsentEvent>,
}

/// Surveys names of events.
pub(super) fn survey_events(meaning: &Meaning, events: &EventTable, as_of: i64) -> Names {
    let heard = listeners(meaning);
    let by_name: HashMap<&str, &[Listener]> = heard.iter().map(|(name, by)| (*name, by.as_slice())).collect();
    let mut names = count(events, as_of, &by_name);
    let counting = names.iter().map(|event| event.count).sum();
    names.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    let all = names.len();
    let mut unheard = 0;
    names.retain(|event| {
        unheard += usize::from(event.heard_by.is_empty());
        !event.heard_by.is_empty() || unheard <= UNHEARD_MAX
    });
    for event in names.iter_mut().filter(|event| event.heard_by.is_empty()) {
        event.nearest = nearest_name(&event.name, heard.iter().map(|(name, _)| *name)).map(str::to_owned);
    }
    let is_absent = |name: &str| names.iter().all(|event| event.name != name);
    let absent: Vec<&(&str, Vec<Listener>)> = heard.iter().filter(|(name, _)| is_absent(name)).collect();
    let all_absent: Vec<&str> = absent.iter().map(|(name, _)| *name).collect();
    let absent = absent.iter().map(|(name, by)| absent_event(name, by, &names, &all_absent)).collect();
    Names { counting, others: (all - names.len()) as u64, names, absent }
}

fn count(events: &EventTable, as_of: i64, heard: &HashMap<&str, &[Listener]>) -> Vec<EventSurvey> {
    let mut counts = vec![(0_u64, i64::MAX, i64::MIN); events.name.dictionary.len()];
    for (&code, &time) in events.name.codes.iter().zip(&events.time).filter(|(_, time)| **time <= as_of) {
        if let Some((count, first, last)) = counts.get_mut(code as usize) {
            *count += 1;
            *first = time.min(*first);
            *last = time.max(*last);
        }
    }
    let named = events.name.dictionary.iter().zip(counts).filter(|(_, (count, ..))| *count > 0);
    named
        .map(|(name, (count, first, last))| EventSurvey {
            name: name.to_owned(),
            count,
            first,
            last,
            heard_by: heard.get(name).map(|by| by.to_vec()).unwrap_or_default(),
            nearest: None,
        })
        .collect()
}

fn absent_event(name: &str, heard_by: &[Listener], names: &[EventSurvey], all_absent: &[&str]) -> AbsentEvent {
    let unheard = names.iter().filter(|event| event.heard_by.is_empty()).map(|event| event.name.as_str());
    // A slip is a slip of one name: another absent name may be nearer to what comes.
    let is_mine = |nearest: &&str| nearest_name(nearest, all_absent.iter().copied()) == Some(name);
    let by_unheard = nearest_name(name, unheard).filter(is_mine);
    let by_heard =
        || nearest_name(name, names.iter().filter(|event| !event.heard_by.is_empty()).map(|event| &*event.name));
    AbsentEvent {
        name: name.to_owned(),
        heard_by: heard_by.to_vec(),
        nearest: by_unheard.or_else(by_heard).map(str::to_owned),
        nearest_is_unheard: by_unheard.is_some(),
    }
}

/// Returns every name that is listened to, with who does, in the order of the definition.
fn listeners(meaning: &Meaning) -> Vec<(&str, Vec<Listener>)> {
    let mut heard = Heard { meaning, names: Vec::new(), index: HashMap::new() };
    for (answer, set) in SalesAnswer::ALL.iter().zip(&meaning.sales) {
        heard.listen(Role::Sales, answer.key(), set);
    }
    for signal in &meaning.signals {
        match &signal.kind {
            SignalKind::Count { select, .. } | SignalKind::Sum { select, .. } => {
                heard.select(Role::Signal, &signal.name, select);
            }
            SignalKind::First(select) | SignalKind::Last(select) => heard.select(Role::Signal, &signal.name, select),
            SignalKind::Sequence { steps, since, .. } => {
                steps.iter().for_each(|step| heard.listen(Role::Signal, &signal.name, step));
                since.iter().for_each(|since| heard.listen(Role::Reset, &signal.name, since));
            }
        }
    }
    for rule in meaning.fit.rules.iter().chain(&meaning.engagement.rules) {
        if let RuleKind::Events { select, .. } = &rule.kind {
            heard.select(Role::Rule, &rule.name, select);
        }
    }
    heard.names
}

struct Heard<'m> {
    meaning: &'m Meaning,
    names: Vec<(&'m str, Vec<Listener>)>,
    index: HashMap<&'m str, usize>,
}

impl<'m> Heard<'m> {
    fn select(&mut self, role: Role, by: &str, select: &'m Select) {
        self.listen(role, by, &select.events);
        if let Some(since) = &select.since {
            self.listen(Role::Reset, by, since);
        }
    }

    fn listen(&mut self, role: Role, by: &str, set: &'m EventSet) {
        let meaning = self.meaning;
        let of_actions = set.actions.iter().filter_map(|&action| meaning.actions.get(action)).flat_map(|each| &each.on);
        for name in set.names.iter().chain(of_actions) {
            let at = *self.index.entry(name).or_insert(self.names.len());
            if at == self.names.len() {
                self.names.push((name, Vec::new()));
            }
            let listener = Listener { role, name: by.to_owned() };
            if let Some((_, by)) = self.names.get_mut(at).filter(|(_, by)| !by.contains(&listener)) {
                by.push(listener);
            }
        }
    }
}
