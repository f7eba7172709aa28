//! Binds a whole definition to the data: every expression, table and event name, once for all partitions.

use super::bind::{Bound, BoundNumber, BoundTruth, Table, bind, bind_number, bind_truth};
use super::by_kind::KindPoints;
use super::by_lead_kind::LeadKindPoints;
use super::names::Names;
use crate::columns::{Dictionary, EventTable, LeadTable};
use crate::horizons::Horizons;
use crate::kinds::asked;
use bantam_lang::meaning::{
    Action, Decay, EventSet, Expr, Limit, Meaning, Name, Once, OnceKey, Points, Rule, RuleKind, Section, Select,
    Signal, SignalKind, Table as PointsTable, TableKeys,
};
use hashbrown::HashSet;

/// A definition bound to its data.
pub(crate) struct BatchPlan<'a> {
    pub(super) meaning: &'a Meaning,
    pub(super) names: Names<'a>,
    /// Whether any rule, signal or answer listens to an event name, by its code.
    pub(super) heard: Vec<bool>,
    pub(super) actions: Vec<BoundAction<'a>>,
    pub(super) sales: Vec<Heard>,
    pub(super) derived: Vec<Bound<'a>>,
    pub(super) signals: Vec<BoundSignal<'a>>,
    pub(super) personas: Vec<BoundTruth<'a>>,
    pub(super) fit: BoundSection<'a>,
    pub(super) engagement: BoundSection<'a>,
    pub(super) disqualify: Vec<BoundTruth<'a>>,
    pub(super) stages: Vec<Option<BoundTruth<'a>>>,
    /// The parts of each stage's condition, for what is missing for the next.
    pub(super) stage_parts: Vec<Vec<BoundTruth<'a>>>,
    pub(super) routes: Vec<Option<BoundTruth<'a>>>,
    /// What the kinds of events are worth, where events have kinds.
    pub(super) by_kind: Option<KindPoints>,
    /// What is known of each kind of lead, where leads are kept by kind.
    pub(super) by_lead_kind: Option<&'a LeadKindPoints>,
    /// All names that something asks for.
    pub(super) asked: HashSet<Name>,
}

/// A set of events by the codes of their names.
pub(super) struct Heard {
    /// Whether a name belongs to the set, by its code.
    pub(super) names: Vec<bool>,
    pub(super) actions: Vec<usize>,
}

pub(super) struct BoundAction<'a> {
    pub(super) on: Heard,
    pub(super) condition: Option<BoundTruth<'a>>,
}

pub(super) struct BoundSelect<'a> {
    pub(super) events: Heard,
    pub(super) condition: Option<BoundTruth<'a>>,
    pub(super) within_seconds: Option<i64>,
    pub(super) since: Option<Heard>,
}

pub(super) struct BoundOnce<'a> {
    pub(super) key: BoundKey<'a>,
    pub(super) times: u32,
}

pub(super) enum BoundKey<'a> {
    All,
    Day,
    Week,
    Month,
    Window(i64),
    Value(Bound<'a>),
}

pub(super) enum BoundSignal<'a> {
    Count { select: BoundSelect<'a>, once: Option<BoundOnce<'a>> },
    Sum { select: BoundSelect<'a>, once: Option<BoundOnce<'a>>, of: BoundNumber<'a> },
    First(BoundSelect<'a>),
    Last(BoundSelect<'a>),
    Sequence { steps: Vec<BoundSelect<'a>>, within_seconds: Option<i64>, span_seconds: Option<i64> },
}

pub(super) struct BoundSection<'a> {
    pub(super) rules: Vec<BoundRule<'a>>,
}

pub(super) struct BoundRule<'a> {
    pub(super) kind: BoundKind<'a>,
    pub(super) points: BoundPoints<'a>,
    pub(super) limit: Option<Limit>,
}

pub(super) enum BoundKind<'a> {
    Lead(Option<BoundTruth<'a>>),
    Events { select: BoundSelect<'a>, once: Option<BoundOnce<'a>>, decay: Decay },
}

/// What a rule gives, and for tables whether the value is present.
pub(super) enum BoundPoints<'a> {
    Fixed(i64),
    Text(super::bind::BoundText<'a>, Table<i64>),
    Number(BoundNumber<'a>, PointsTable),
    Truth(BoundTruth<'a>, PointsTable),
}

impl<'a> BatchPlan<'a> {
    /// Binds a definition to leads and events.
    pub(crate) fn new(meaning: &'a Meaning, leads: &'a LeadTable, events: &'a EventTable) -> Self {
        let mut names = Names::new(meaning, leads, events);
        let mut derived = Vec::new();
        for attribute in &meaning.derived {
            let bound = bind(&attribute.expr, &names);
            names.push_derived(match &bound {
                Bound::Text(text) => Some(text.dictionary.clone()),
                _ => None,
            });
            derived.push(bound);
        }
        let binder = Binder { names: &names, events: &events.name.dictionary };
        let conditions = |conditions: &[bantam_lang::meaning::Conditional]| -> Vec<BoundTruth<'a>> {
            conditions.iter().map(|each| bind_truth(&each.condition, &names)).collect()
        };
        let stages = meaning.stages.iter().map(|stage| binder.truth(stage.condition.as_ref())).collect();
        let stage_parts = meaning
            .stages
            .iter()
            .map(|stage| stage.parts.iter().map(|(_, part)| bind_truth(part, &names)).collect())
            .collect();
        BatchPlan {
            meaning,
            heard: binder.codes(Horizons::of(meaning).names()),
            actions: meaning.actions.iter().map(|action| binder.action(action)).collect(),
            sales: meaning.sales.iter().map(|set| binder.heard(set)).collect(),
            derived,
            signals: meaning.signals.iter().map(|signal| binder.signal(signal)).collect(),
            personas: conditions(&meaning.personas),
            fit: binder.section(&meaning.fit),
            engagement: binder.section(&meaning.engagement),
            disqualify: conditions(&meaning.disqualify),
            stages,
            stage_parts,
            routes: meaning.routes.iter().map(|route| binder.truth(route.condition.as_ref())).collect(),
            names,
            by_kind: None,
            by_lead_kind: None,
            asked: asked(meaning),
        }
    }

    /// Takes over what is known of each kind of lead.
    pub(crate) fn with_lead_kinds(mut self, points: &'a LeadKindPoints) -> Self {
        self.by_lead_kind = Some(points);
        self
    }

    /// Returns whether something asks for a name.
    pub(super) fn asks(&self, name: Name) -> bool {
        self.asked.contains(&name)
    }

    /// Computes what events of each kind are worth. `kinds` has one event of each, at the time 0; `in_kind` says which properties
    /// belong to a kind.
    pub(crate) fn with_kinds(mut self, leads: &LeadTable, kinds: EventTable, in_kind: &dyn Fn(usize) -> bool) -> Self {
        self.by_kind = Some(KindPoints::new(&self, leads, kinds, in_kind));
        self
    }

    /// Returns whether names and properties of events are looked at, beyond their kinds.
    pub(crate) fn sees_events(&self) -> bool {
        self.by_kind.as_ref().is_none_or(KindPoints::any_seen)
    }
}

/// Binds parts of a definition one by one.
pub(super) struct Binder<'b, 'a> {
    pub(super) names: &'b Names<'a>,
    /// The names of events.
    pub(super) events: &'b Dictionary,
}

impl<'a> Binder<'_, 'a> {
    fn truth(&self, condition: Option<&Expr>) -> Option<BoundTruth<'a>> {
        condition.map(|condition| bind_truth(condition, self.names))
    }

    pub(super) fn codes<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Vec<bool> {
        let mut listed = vec![false; self.events.len()];
        for name in names {
            if let Some(listed) = self.events.code(name.as_ref()).and_then(|code| listed.get_mut(code as usize)) {
                *listed = true;
            }
        }
        listed
    }

    pub(super) fn heard(&self, set: &EventSet) -> Heard {
        Heard { names: self.codes(&set.names), actions: set.actions.clone() }
    }

    pub(super) fn action(&self, action: &Action) -> BoundAction<'a> {
        let on = Heard { names: self.codes(&action.on), actions: Vec::new() };
        BoundAction { on, condition: self.truth(action.condition.as_ref()) }
    }

    fn select(&self, select: &Select) -> BoundSelect<'a> {
        BoundSelect {
            events: self.heard(&select.events),
            condition: self.truth(select.condition.as_ref()),
            within_seconds: select.within_seconds,
            since: select.since.as_ref().map(|since| self.heard(since)),
        }
    }

    fn once(&self, once: Option<&Once>) -> Option<BoundOnce<'a>> {
        let once = once?;
        let key = match &once.key {
            OnceKey::All => BoundKey::All,
            OnceKey::Day => BoundKey::Day,
            OnceKey::Week => BoundKey::Week,
            OnceKey::Month => BoundKey::Month,
            OnceKey::Window(seconds) => BoundKey::Window(*seconds),
            OnceKey::Value(expr) => BoundKey::Value(bind(expr, self.names)),
        };
        Some(BoundOnce { key, times: once.times })
    }

    pub(super) fn signal(&self, signal: &Signal) -> BoundSignal<'a> {
        match &signal.kind {
            SignalKind::Count { select, once } => {
                BoundSignal::Count { select: self.select(select), once: self.once(once.as_ref()) }
            }
            SignalKind::Sum { select, once, of } => BoundSignal::Sum {
                select: self.select(select),
                once: self.once(once.as_ref()),
                of: bind_number(of, self.names),
            },
            SignalKind::First(select) => BoundSignal::First(self.select(select)),
            SignalKind::Last(select) => BoundSignal::Last(self.select(select)),
            SignalKind::Sequence { steps, condition, since, within_seconds, span_seconds } => {
                let step = |events: &EventSet| BoundSelect {
                    events: self.heard(events),
                    condition: self.truth(condition.as_ref()),
                    within_seconds: None,
                    since: since.as_ref().map(|since| self.heard(since)),
                };
                let steps = steps.iter().map(step).collect();
                BoundSignal::Sequence { steps, within_seconds: *within_seconds, span_seconds: *span_seconds }
            }
        }
    }

    fn section(&self, section: &Section) -> BoundSection<'a> {
        BoundSection { rules: section.rules.iter().map(|rule| self.rule(rule)).collect() }
    }

    pub(super) fn rule(&self, rule: &Rule) -> BoundRule<'a> {
        let kind = match &rule.kind {
            RuleKind::Lead { condition } => BoundKind::Lead(self.truth(condition.as_ref())),
            RuleKind::Events { select, once, decay } => {
                BoundKind::Events { select: self.select(select), once: self.once(once.as_ref()), decay: *decay }
            }
        };
        BoundRule { kind, points: self.points(&rule.points), limit: rule.limit }
    }

    fn points(&self, points: &Points) -> BoundPoints<'a> {
        match points {
            Points::Fixed(points) => BoundPoints::Fixed(*points),
            Points::Table { by, table } => match bind(by, self.names) {
                Bound::Text(text) => {
                    let points = Table::new(text.dictionary.get(), |entry| text_points(table, entry));
                    BoundPoints::Text(text, points)
                }
                Bound::Number(number) => BoundPoints::Number(number, table.clone()),
                Bound::Boolean(truth) => BoundPoints::Truth(truth, table.clone()),
                // A table never looks up a time: the checker refuses it.
                Bound::Time(_) => BoundPoints::Fixed(0),
            },
        }
    }
}

/// Returns the points of a text; `None` is a missing one.
pub(crate) fn text_points(table: &PointsTable, entry: Option<&str>) -> i64 {
    let Some(entry) = entry else { return table.missing.unwrap_or(0) };
    match &table.keys {
        TableKeys::Text(keys) => {
            let found = keys.iter().find(|(key, _)| key == entry).map(|(_, points)| *points);
            found.or(table.otherwise).unwrap_or(0)
        }
        _ => 0,
    }
}
