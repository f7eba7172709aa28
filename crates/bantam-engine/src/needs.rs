//! Which properties something asks for, of events of each name.

use crate::kinds::ask;
use bantam_lang::meaning::{EventSet, Expr, Meaning, Name, Once, OnceKey, Points, RuleKind, Select, SignalKind};
use hashbrown::{HashMap, HashSet};

/// Names with the properties of their events that something asks for.
#[derive(Debug)]
pub(crate) struct Needs {
    of_name: HashMap<String, HashSet<usize>>,
}

impl Needs {
    /// Finds out for all names of a definition.
    pub(crate) fn of(meaning: &Meaning) -> Needs {
        let mut asking = Asking { meaning, needs: Needs { of_name: HashMap::new() } };
        for action in &meaning.actions {
            action.on.iter().for_each(|name| asking.ask(name, action.condition.iter()));
        }
        for signal in &meaning.signals {
            match &signal.kind {
                SignalKind::Count { select, once } => asking.select(select, once.as_ref(), None),
                SignalKind::Sum { select, once, of } => asking.select(select, once.as_ref(), Some(of)),
                SignalKind::First(select) | SignalKind::Last(select) => asking.select(select, None, None),
                SignalKind::Sequence { steps, condition, .. } => {
                    steps.iter().for_each(|step| asking.ask_set(step, condition.iter()));
                }
            }
        }
        for rule in meaning.fit.rules.iter().chain(&meaning.engagement.rules) {
            if let RuleKind::Events { select, once, .. } = &rule.kind {
                let by = if let Points::Table { by, .. } = &rule.points { Some(by) } else { None };
                asking.select(select, once.as_ref(), by);
            }
        }
        asking.needs
    }

    /// Returns whether something asks for a property of events of a name.
    pub(crate) fn has(&self, name: &str, property: usize) -> bool {
        self.of_name.get(name).is_some_and(|properties| properties.contains(&property))
    }
}

struct Asking<'m> {
    meaning: &'m Meaning,
    needs: Needs,
}

impl Asking<'_> {
    fn select(&mut self, select: &Select, once: Option<&Once>, other: Option<&Expr>) {
        let key = once.and_then(|once| if let OnceKey::Value(key) = &once.key { Some(key) } else { None });
        self.ask_set(&select.events, select.condition.iter().chain(key).chain(other));
    }

    fn ask_set<'e>(&mut self, set: &EventSet, exprs: impl Iterator<Item = &'e Expr> + Clone) {
        let actions = set.actions.iter().filter_map(|&action| self.meaning.actions.get(action));
        for name in set.names.iter().chain(actions.flat_map(|action| &action.on)) {
            self.ask(name, exprs.clone());
        }
    }

    fn ask<'e>(&mut self, name: &str, exprs: impl Iterator<Item = &'e Expr>) {
        let mut asked = HashSet::new();
        exprs.for_each(|expr| ask(expr, &mut asked));
        let properties =
            asked.into_iter().filter_map(|name| if let Name::Property(at) = name { Some(at) } else { None });
        self.needs.of_name.entry_ref(name).or_default().extend(properties);
    }
}
