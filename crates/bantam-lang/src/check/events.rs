//! Resolves names of events: actions, answers of sales, signals and what selects events.

use super::Checker;
use super::names::Scope;
use crate::codes;
use crate::definition::{Definition, OncePer, Selectors, SignalDecl, SignalVerb, Text, Within};
use crate::diagnostic::Diagnostic;
use crate::meaning::{Action, EventSet, Once, OnceKey, SalesAnswer, Select, Signal, SignalKind, Type};

impl Checker {
    pub(super) fn actions(&mut self, definition: &Definition) {
        for decl in &definition.actions {
            if self.meaning.actions.iter().any(|action| action.name == decl.name.value) {
                let message = format!("the action `{}` is declared twice", decl.name.value);
                self.diagnostics.push(Diagnostic::error(codes::NAME_TAKEN, decl.name.span, message));
            }
            let condition = self.maybe_condition(decl.condition.as_ref(), Scope::event_only());
            let mut on: Vec<String> = Vec::new();
            for name in &decl.on {
                if !on.contains(&name.value) {
                    on.push(name.value.clone());
                }
            }
            self.meaning.actions.push(Action { name: decl.name.value.clone(), on, condition });
        }
    }

    /// Resolves names of events and actions; an action hides an event of the same name.
    pub(super) fn event_set(&self, names: &[Text]) -> EventSet {
        let mut set = EventSet::default();
        for name in names {
            self.add_event(&mut set, &name.value);
        }
        set
    }

    fn add_event(&self, set: &mut EventSet, name: &str) {
        match self.meaning.actions.iter().position(|action| action.name == name) {
            Some(action) if !set.actions.contains(&action) => set.actions.push(action),
            None if !set.names.iter().any(|other| other == name) => set.names.push(name.to_owned()),
            _ => {}
        }
    }

    pub(super) fn sales(&mut self, definition: &Definition) {
        let sets =
            SalesAnswer::ALL.map(|answer| match definition.sales.iter().find(|(given, _)| given.value == answer) {
                Some((_, names)) => self.event_set(names),
                None => {
                    let mut set = EventSet::default();
                    self.add_event(&mut set, answer.default_event());
                    set
                }
            });
        self.meaning.sales = sets;
    }

    pub(super) fn signals(&mut self, definition: &Definition) {
        for decl in &definition.signals {
            let kind = self.signal_kind(decl);
            self.meaning.signals.push(Signal { name: decl.name.value.clone(), kind });
        }
    }

    fn signal_kind(&mut self, decl: &SignalDecl) -> SignalKind {
        let scope = Scope::signals();
        let within = decl.selectors.within.as_ref().and_then(|within| seconds(within.value));
        let since =
            decl.selectors.since.as_ref().map(|names| self.event_set(&names.value)).filter(|set| !set.is_empty());
        if decl.verb == SignalVerb::Sequence {
            let steps = decl.events.iter().map(|step| self.event_set(std::slice::from_ref(step))).collect();
            let condition = self.maybe_condition(decl.selectors.condition.as_ref(), scope);
            let span_seconds = decl.span.as_ref().map(|span| span.value);
            return SignalKind::Sequence { steps, condition, since, within_seconds: within, span_seconds };
        }
        let select = self.select(&decl.events, &decl.selectors, within, since, scope);
        let once = self.once(&decl.selectors, scope);
        match decl.verb {
            SignalVerb::Sum => match decl.of.as_ref().and_then(|of| self.number(of, scope)) {
                Some(of) => SignalKind::Sum { select, once, of },
                // In error, which was told: anything of the same type will do.
                None => SignalKind::Count { select, once },
            },
            SignalVerb::First => SignalKind::First(select),
            SignalVerb::Last => SignalKind::Last(select),
            SignalVerb::Count | SignalVerb::Sequence => SignalKind::Count { select, once },
        }
    }

    fn number(&mut self, of: &crate::definition::Expression, scope: Scope) -> Option<crate::meaning::Expr> {
        let typed = self.value(of, scope)?;
        if typed.ty != Type::Number {
            let message = format!("`of` must be a number, `{}` is {}", of.text, super::type_phrase(typed.ty));
            let help = "declare the property as `number`";
            self.diagnostics.push(Diagnostic::error(codes::WRONG_TYPE, typed.span, message).help(help));
            return None;
        }
        Some(typed)
    }

    pub(super) fn select(
        &mut self,
        events: &[Text],
        selectors: &Selectors,
        within_seconds: Option<i64>,
        since: Option<EventSet>,
        scope: Scope,
    ) -> Select {
        let condition = self.maybe_condition(selectors.condition.as_ref(), scope);
        Select { events: self.event_set(events), condition, within_seconds, since }
    }

    pub(super) fn once(&mut self, selectors: &Selectors, scope: Scope) -> Option<Once> {
        let times = selectors.times.as_ref().map(|times| times.value as u32);
        let key = match &selectors.once_per {
            None => OnceKey::All,
            Some(OncePer::Day) => OnceKey::Day,
            Some(OncePer::Week) => OnceKey::Week,
            Some(OncePer::Month) => OnceKey::Month,
            Some(OncePer::Window(seconds)) => OnceKey::Window(*seconds),
            Some(OncePer::Value(expression)) => OnceKey::Value(self.value(expression, scope)?),
        };
        (times.is_some() || selectors.once_per.is_some()).then_some(Once { key, times: times.unwrap_or(1) })
    }
}

/// Returns the window's length; `never` is none.
pub(super) fn seconds(within: Within) -> Option<i64> {
    match within {
        Within::Never => None,
        Within::Seconds(seconds) => Some(seconds),
    }
}
