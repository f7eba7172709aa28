//! Why a rule of fit could not be decided: the names whose values are missing.

use crate::evaluate::{Scope, evaluate, truth};
use crate::live::{Lead, Unwatched, for_each_child};
use bantam_lang::meaning::{Expr, ExprKind, Meaning, Name, Points, Rule, RuleKind};

/// A rule that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// The rule's name.
    pub rule: String,
    /// Its group's name.
    pub group: Option<String>,
    /// The names whose missing values made it so, in the order written. A computed attribute stands for the attributes
    /// it lacks; it stands for itself where it lacks none, as with a division by zero.
    pub missing: Vec<String>,
}

/// Explains why a rule could not be decided.
pub(super) fn undecided(rule: &Rule, group: Option<String>, lead: &Lead<'_, '_, Unwatched>) -> Undecided {
    let condition = match &rule.kind {
        RuleKind::Lead { condition } => condition.as_ref(),
        RuleKind::Events { .. } => None,
    };
    let by = match &rule.points {
        Points::Table { by, .. } => Some(by),
        Points::Fixed(_) => None,
    };
    let unknown = condition.filter(|condition| truth(condition, lead).is_none()).or(by);
    let mut missing = Vec::new();
    if let Some(expr) = unknown {
        find_missing(expr, lead, &mut missing);
    }
    Undecided { rule: rule.name.clone(), group, missing }
}

/// Adds the names that made an unknown expression so.
fn find_missing(expr: &Expr, lead: &Lead<'_, '_, Unwatched>, missing: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Name(name) => missing_name(*name, lead, missing),
        ExprKind::Choose(condition, yes, no) => match truth(condition, lead) {
            None => find_missing(condition, lead, missing),
            Some(true) => find_missing(yes, lead, missing),
            Some(false) => find_missing(no, lead, missing),
        },
        // These are never unknown, whatever is missing inside.
        ExprKind::Known(_) | ExprKind::HowMany(_) => {}
        _ => for_each_child(expr, &mut |child| {
            if evaluate(child, lead).is_none() {
                find_missing(child, lead, missing);
            }
        }),
    }
}

fn missing_name(name: Name, lead: &Lead<'_, '_, Unwatched>, missing: &mut Vec<String>) {
    if lead.value(name).is_some() {
        return;
    }
    let meaning = &*lead.plan.meaning;
    if let Name::Derived(index) = name
        && let Some(derived) = meaning.derived.get(index)
    {
        let mut inside = Vec::new();
        find_missing(&derived.expr, lead, &mut inside);
        if !inside.is_empty() {
            inside.into_iter().for_each(|name| push_new(name, missing));
            return;
        }
    }
    push_new(name_text(name, meaning), missing);
}

fn push_new(name: String, names: &mut Vec<String>) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// A name as conditions write it.
fn name_text(name: Name, meaning: &Meaning) -> String {
    let named = |name: Option<&String>| name.cloned().unwrap_or_default();
    match name {
        Name::Attribute(index) => named(meaning.lead.attributes.get(index).map(|attribute| &attribute.name)),
        Name::Derived(index) => named(meaning.derived.get(index).map(|derived| &derived.name)),
        Name::Signal(index) => named(meaning.signals.get(index).map(|signal| &signal.name)),
        Name::Property(index) => {
            format!("event.{}", named(meaning.event.properties.get(index).map(|property| &property.name)))
        }
        Name::CriteriaMet => "criteria_met".into(),
        Name::SalesStatus => "sales_status".into(),
        Name::AcceptedBySales => "accepted_by_sales".into(),
        Name::BecameOpportunity => "became_opportunity".into(),
        Name::Persona => "persona".into(),
        Name::Fit => "fit".into(),
        Name::FitUnknown => "fit_unknown".into(),
        Name::Engagement => "engagement".into(),
        Name::Score => "score".into(),
        Name::Stage => "stage".into(),
        Name::Grade => "grade".into(),
        Name::Disqualified => "disqualified".into(),
        Name::EventName => "event.name".into(),
        Name::EventTime => "event.time".into(),
    }
}
