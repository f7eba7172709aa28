//! Points of rules, groups and sections: section 4, "fit.rules" and "engagement.rules".

use super::expressions::{is_true, truth, value};
use super::scope::Lead;
use super::selecting::{counting, selected};
use bantam_engine::timeline::TimelineEvent;
use bantam_lang::meaning::{
    Decay, Expr, Limit, Once, Points, Rule, RuleKind, Section, Select, Table, TableKeys, Value,
};

const MICROS_PER_SECOND: i64 = 1_000_000;
/// "Halving 14 times or more gives 0."
const HALVINGS_MAX: i64 = 14;

/// A section's points with what led to them.
pub(crate) struct SectionPoints {
    /// Of each rule, after its own limit.
    pub(crate) rules: Vec<i64>,
    /// Of each group, what its limit added or took away.
    pub(crate) group_differences: Vec<i64>,
    /// What the section's limit added or took away.
    pub(crate) difference: i64,
    /// After all limits.
    pub(crate) points: i64,
}

/// "`fit` is the sum of its rules and groups", a group "the sum of its members"; each brought into its limit.
pub(crate) fn evaluate(section: &Section, lead: &Lead) -> SectionPoints {
    let rules: Vec<i64> = section.rules.iter().map(|rule| rule_points(rule, lead)).collect();
    let mut group_differences = Vec::new();
    let mut sum = 0;
    for (rule, points) in section.rules.iter().zip(&rules) {
        if rule.group.is_none() {
            sum += points;
        }
    }
    for (index, group) in section.groups.iter().enumerate() {
        let mut members = 0;
        for (rule, points) in section.rules.iter().zip(&rules) {
            if rule.group == Some(index) {
                members += points;
            }
        }
        let limited = limit(members, group.limit);
        group_differences.push(limited - members);
        sum += limited;
    }
    let points = limit(sum, section.limit);
    SectionPoints { rules, group_differences, difference: points - sum, points }
}

/// "`range: [lo, hi]` ... brings its result into it (also the 0 of one that did not fire)".
fn limit(points: i64, limit: Option<Limit>) -> i64 {
    match limit {
        Some(limit) if points < limit.low => limit.low,
        Some(limit) if points > limit.high => limit.high,
        _ => points,
    }
}

/// The points of one rule after its own limit.
fn rule_points(rule: &Rule, lead: &Lead) -> i64 {
    let points = match &rule.kind {
        RuleKind::Lead { condition } => lead_rule_points(condition.as_ref(), &rule.points, lead),
        RuleKind::Events { select, once, decay } => {
            event_rule_points(select, once.as_ref(), *decay, &rule.points, lead)
        }
    };
    limit(points, rule.limit)
}

/// "n where the condition is true, else 0"; "the table counts only where it is true".
fn lead_rule_points(condition: Option<&Expr>, points: &Points, lead: &Lead) -> i64 {
    match condition {
        Some(condition) if !is_true(condition, lead, None) => 0,
        _ => worth(points, lead, None),
    }
}

/// "The rule's result is the sum of `p(e)`, decayed, over the events *e* that count". Which of equal times counts is
/// decided by "points before decay, signed".
fn event_rule_points(select: &Select, once: Option<&Once>, decay: Decay, points: &Points, lead: &Lead) -> i64 {
    let selected = selected(select, lead);
    let mut sum = 0;
    for event in counting(&selected, once, lead, |event| worth(points, lead, Some(event))) {
        sum += decayed(worth(points, lead, Some(event)), decay, lead.as_of - event.time);
    }
    sum
}

/// What the rule gives the lead, or one event, before decay.
fn worth(points: &Points, lead: &Lead, event: Option<&TimelineEvent>) -> i64 {
    match points {
        Points::Fixed(points) => *points,
        Points::Table { by, table } => table_points(table, value(by, lead, event)),
    }
}

/// "Key `else`: present, but matches no other key. Key `missing`: the value is missing. No match: 0."
fn table_points(table: &Table, value: Option<Value>) -> i64 {
    let Some(value) = value else { return table.missing.unwrap_or(0) };
    let matched = match (&table.keys, value) {
        (TableKeys::Text(keys), Value::Text(text)) => {
            keys.iter().find(|(key, _)| *key == text).map(|&(_, points)| points)
        }
        (TableKeys::Number(keys), Value::Number(number)) => greatest_not_above(keys, number),
        (TableKeys::Boolean { yes, .. }, Value::Boolean(true)) => *yes,
        (TableKeys::Boolean { no, .. }, Value::Boolean(false)) => *no,
        (keys, value) => panic!("a table's keys are of the type of its value: {keys:?}, {value:?}"),
    };
    matched.or(table.otherwise).unwrap_or(0)
}

/// "the greatest N not above the value decides"
fn greatest_not_above(keys: &[(f64, i64)], number: f64) -> Option<i64> {
    let mut greatest: Option<(f64, i64)> = None;
    for &(from, points) in keys {
        if from <= number && greatest.is_none_or(|(other, _)| from > other) {
            greatest = Some((from, points));
        }
    }
    greatest.map(|(_, points)| points)
}

/// Points of one event of the given age in microseconds.
fn decayed(points: i64, decay: Decay, age: i64) -> i64 {
    match decay {
        Decay::Never => points,
        Decay::HalveEvery(seconds) => {
            // "`p(e)` halved *k* times, toward zero, *k* = floor((T - e.time) / D)"; age is never negative.
            let halvings = age / (seconds * MICROS_PER_SECOND);
            if halvings >= HALVINGS_MAX {
                return 0;
            }
            let mut points = points;
            for _ in 0..halvings {
                points /= 2; // Rust's integer division goes toward zero
            }
            points
        }
        Decay::FadeOver(seconds) => {
            // "`p(e)` times (D - a) / D, toward zero, in whole seconds ... 0 from a = D on"
            let age_seconds = age / MICROS_PER_SECOND;
            if age_seconds >= seconds { 0 } else { points * (seconds - age_seconds) / seconds }
        }
    }
}

/// `fit_unknown`: rules whose "`if` is unknown, or, where it is true or absent, their table's value is missing".
pub(crate) fn undecided(section: &Section, lead: &Lead) -> i64 {
    let mut undecided = 0;
    for rule in &section.rules {
        let RuleKind::Lead { condition } = &rule.kind else { panic!("a fit rule looks at no events") };
        let condition = match condition {
            Some(condition) => truth(condition, lead, None),
            None => Some(true),
        };
        let is_undecided = match (condition, &rule.points) {
            (None, _) => true,
            (Some(true), Points::Table { by, .. }) => value(by, lead, None).is_none(),
            (Some(true), Points::Fixed(_)) | (Some(false), _) => false,
        };
        if is_undecided {
            undecided += 1;
        }
    }
    undecided
}
