//! Every expression of a definition with what it is for.

use super::intervals::event_names;
use super::world::World;
use crate::meaning::{Expr, ExprKind, Meaning, OnceKey, Points, Rule, RuleKind, SignalKind};

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The value of a derived attribute.
    Derived,
    /// A value: `by`, `of`, `once_per`.
    Value,
    /// Decides which events an action is.
    Action,
    /// Decides which events a signal looks at.
    Signal,
    /// Decides a persona.
    Persona,
    /// Decides whether a rule counts.
    Rule,
    /// Decides whether a lead is disqualified.
    Disqualifier,
    /// Decides whether a lead may stand on a stage.
    Stage,
    /// Decides whether a route is taken.
    Route,
}

/// An expression in its place.
pub(super) struct Place<'a> {
    pub(super) expr: &'a Expr,
    pub(super) role: Role,
    /// What it belongs to, as messages begin: "the rule `Target industry`".
    pub(super) subject: String,
    /// Names events may have here; `None` is any.
    events: Option<Vec<String>>,
}

impl Place<'_> {
    /// Returns whether the expression is a condition on which something hangs.
    pub(super) fn is_condition(&self) -> bool {
        !matches!(self.role, Role::Derived | Role::Value)
    }

    /// Returns the world as it is seen from here.
    pub(super) fn world<'w>(&self, world: &World<'w>) -> World<'w> {
        world.with_events(self.events.clone())
    }
}

/// Returns all expressions in the order of their sections.
pub(super) fn places(meaning: &Meaning) -> Vec<Place<'_>> {
    let mut places = Vec::new();
    let mut add = |role, subject: String, expr, events| places.push(Place { expr, role, subject, events });
    for action in &meaning.actions {
        if let Some(condition) = &action.condition {
            add(Role::Action, format!("the action `{}`", action.name), condition, Some(action.on.clone()));
        }
    }
    for derived in &meaning.derived {
        add(Role::Derived, format!("`{}`", derived.name), &derived.expr, None);
    }
    for signal in &meaning.signals {
        for (role, expr, events) in signal_expressions(meaning, &signal.kind) {
            add(role, format!("the signal `{}`", signal.name), expr, events);
        }
    }
    for persona in &meaning.personas {
        add(Role::Persona, format!("the persona `{}`", persona.name), &persona.condition, None);
    }
    for rule in meaning.fit.rules.iter().chain(&meaning.engagement.rules) {
        for (role, expr, events) in rule_expressions(meaning, rule) {
            add(role, format!("the rule `{}`", rule.name), expr, events);
        }
    }
    for disqualifier in &meaning.disqualify {
        add(Role::Disqualifier, format!("the disqualifier `{}`", disqualifier.name), &disqualifier.condition, None);
    }
    for stage in &meaning.stages {
        if let Some(condition) = &stage.condition {
            add(Role::Stage, format!("the stage `{}`", stage.name), condition, None);
        }
    }
    for route in &meaning.routes {
        if let Some(condition) = &route.condition {
            add(Role::Route, format!("the route to `{}`", route.to), condition, None);
        }
    }
    places
}

type Found<'a> = (Role, &'a Expr, Option<Vec<String>>);

fn signal_expressions<'a>(meaning: &'a Meaning, kind: &'a SignalKind) -> Vec<Found<'a>> {
    let (select, once, of) = match kind {
        SignalKind::Count { select, once } => (select, once.as_ref(), None),
        SignalKind::Sum { select, once, of } => (select, once.as_ref(), Some(of)),
        SignalKind::First(select) | SignalKind::Last(select) => (select, None, None),
        SignalKind::Sequence { condition, .. } => {
            return condition.iter().map(|condition| (Role::Signal, condition, None)).collect();
        }
    };
    let events = event_names(meaning, select);
    let condition = select.condition.iter().map(|condition| (Role::Signal, condition, events.clone()));
    let values = of.into_iter().chain(once.and_then(once_value));
    condition.chain(values.map(|value| (Role::Value, value, events.clone()))).collect()
}

fn once_value(once: &crate::meaning::Once) -> Option<&Expr> {
    match &once.key {
        OnceKey::Value(value) => Some(value),
        _ => None,
    }
}

fn rule_expressions<'a>(meaning: &'a Meaning, rule: &'a Rule) -> Vec<Found<'a>> {
    let by = match &rule.points {
        Points::Table { by, .. } => Some(by),
        Points::Fixed(_) => None,
    };
    let (condition, once, events) = match &rule.kind {
        RuleKind::Lead { condition } => (condition, None, None),
        RuleKind::Events { select, once, .. } => {
            (&select.condition, once.as_ref().and_then(once_value), event_names(meaning, select))
        }
    };
    let conditions = condition.iter().map(|condition| (Role::Rule, condition, events.clone()));
    let values = by.into_iter().chain(once).map(|value| (Role::Value, value, events.clone()));
    conditions.chain(values).collect()
}

/// Returns the expressions right inside another.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Known(_) => Vec::new(),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::HowMany(parts) => parts.iter().collect(),
        ExprKind::Compare(_, left, right)
        | ExprKind::Arithmetic(_, left, right)
        | ExprKind::Contains(left, right)
        | ExprKind::StartsWith(left, right)
        | ExprKind::EndsWith(left, right) => vec![left, right],
        ExprKind::Choose(condition, then, otherwise) => vec![condition, then, otherwise],
        ExprKind::Not(of)
        | ExprKind::In(of, _)
        | ExprKind::Negate(of)
        | ExprKind::DaysSince(of)
        | ExprKind::Size(of)
        | ExprKind::Matches(of, _)
        | ExprKind::LowerAscii(of)
        | ExprKind::EmailDomain(of)
        | ExprKind::IsFreeEmail(of)
        | ExprKind::Seniority(of)
        | ExprKind::Department(of) => vec![of],
    }
}

/// Calls `visit` for an expression and everything inside it.
pub(super) fn walk<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    for child in children(expr) {
        walk(child, visit);
    }
}
