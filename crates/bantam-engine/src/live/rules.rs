//! The points of rules, groups and sections.

use super::facts::Entry;
use super::lead::Lead;
use super::memory::Memory;
use super::plan::RulePlan;
use super::select::Selection;
use super::watch::Watch;
use crate::decay::{decayed, next_change_age};
use crate::evaluate::{Scalar, Scope, days_since_between, evaluate, truth};
use bantam_lang::meaning::{Decay, Expr, ExprKind, Limit, Points, Rule, RuleKind, Section, Table, TableKeys};
use hashbrown::HashMap;

/// A result before and after its limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limited {
    pub(crate) before: i64,
    pub(crate) after: i64,
}

impl Limited {
    fn new(points: i64, limit: Option<Limit>) -> Self {
        // Not `clamp`, which panics where a limit is upside down.
        Limited { before: points, after: limit.map_or(points, |limit| points.max(limit.low).min(limit.high)) }
    }
}

/// What a rule gave.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RuleResult {
    pub(crate) points: Limited,
    /// Its condition is unknown, or the value of its table is missing.
    pub(crate) undecided: bool,
}

/// What the rules of a section add up to.
pub(crate) struct SectionResult {
    pub(crate) rules: Vec<RuleResult>,
    /// The sums of the groups, in the order of [`Section::groups`].
    pub(crate) groups: Vec<Limited>,
    pub(crate) total: Limited,
}

impl SectionResult {
    /// Adds up the results of a section's rules, given in its order.
    pub(crate) fn new(section: &Section, rules: Vec<RuleResult>) -> Self {
        let mut groups = vec![0; section.groups.len()];
        let mut sum = 0;
        for (rule, result) in section.rules.iter().zip(&rules) {
            match rule.group.and_then(|group| groups.get_mut(group)) {
                Some(group) => *group += result.points.after,
                None => sum += result.points.after,
            }
        }
        let limited = |(points, group): (i64, &bantam_lang::meaning::Group)| Limited::new(points, group.limit);
        let groups: Vec<Limited> = groups.into_iter().zip(&section.groups).map(limited).collect();
        sum += groups.iter().map(|group| group.after).sum::<i64>();
        SectionResult { rules, groups, total: Limited::new(sum, section.limit) }
    }

    /// Returns how many rules could not be decided.
    pub(crate) fn undecided(&self) -> i64 {
        self.rules.iter().filter(|rule| rule.undecided).count() as i64
    }
}

/// Scores a section.
pub(crate) fn score_section<'a, W: Watch>(
    section: &'a Section,
    plans: &'a [RulePlan],
    lead: &Lead<'a, '_, W>,
    memory: &mut impl Memory<'a>,
) -> SectionResult {
    let mut score = |(rule, plan): (&'a Rule, &'a RulePlan)| {
        memory.rule(plan.listener.depends(), lead, || score_rule(rule, plan, lead))
    };
    let rules = section.rules.iter().zip(plans).map(&mut score).collect();
    SectionResult::new(section, rules)
}

/// Scores one rule.
fn score_rule<'a, W: Watch>(rule: &'a Rule, plan: &'a RulePlan, lead: &Lead<'a, '_, W>) -> RuleResult {
    let (points, undecided) = match &rule.kind {
        RuleKind::Lead { condition } => score_condition(condition.as_ref(), &rule.points, plan, lead),
        RuleKind::Events { .. } => {
            let mut sum = 0;
            score_events(rule, plan, lead, |counted| sum += counted.points);
            (sum, false)
        }
    };
    RuleResult { points: Limited::new(points, rule.limit), undecided }
}

fn score_condition<'a, W: Watch>(
    condition: Option<&'a Expr>,
    points: &'a Points,
    plan: &'a RulePlan,
    lead: &Lead<'a, '_, W>,
) -> (i64, bool) {
    match condition.map_or(Some(true), |condition| truth(condition, lead)) {
        Some(true) => look_up(points, plan.keys.as_ref(), lead),
        Some(false) => (0, false),
        None => (0, true),
    }
}

/// An event that counts for a rule.
pub(crate) struct CountedEvent<'s, 'a> {
    pub(crate) entry: &'s Entry<'a>,
    /// Its points before decay.
    pub(crate) base: i64,
    /// Its points now.
    pub(crate) points: i64,
}

/// Calls `count` for every event that counts for a rule, in no particular order; never for a rule about the lead.
pub(crate) fn score_events<'s, 'a: 's, W: Watch>(
    rule: &'a Rule,
    plan: &'a RulePlan,
    lead: &'s Lead<'a, '_, W>,
    mut count: impl FnMut(CountedEvent<'s, 'a>),
) {
    let RuleKind::Events { select, once, decay } = &rule.kind else { return };
    let Some(selection) = Selection::new(select, &plan.listener) else { return };
    let selected = lead.selected(selection).map(|entry| {
        let (base, _) = look_up(&rule.points, plan.keys.as_ref(), &lead.with_event(entry.event));
        (entry, base)
    });
    lead.count_once(once.as_ref(), selected, |entry, base| {
        let age = lead.age(entry);
        notice_decay(lead.watch, entry, base, *decay, age);
        count(CountedEvent { entry, base, points: decayed(base, *decay, age) });
    });
}

fn notice_decay<W: Watch>(watch: &W, entry: &Entry<'_>, base: i64, decay: Decay, age: i64) {
    if W::ASKED
        && let Some(age) = next_change_age(base, decay, age)
    {
        watch.notice(entry.time.saturating_add(age));
    }
}

/// Returns the points, and whether the value they are looked up by is missing.
fn look_up<'a, S: Scope<'a>>(points: &'a Points, keys: Option<&HashMap<String, i64>>, scope: &S) -> (i64, bool) {
    let (by, table) = match points {
        Points::Fixed(points) => return (*points, false),
        Points::Table { by, table } => (by, table),
    };
    match table_value(by, table, scope) {
        None => (table.missing.unwrap_or(0), true),
        Some(value) => (match_key(table, keys, &value).or(table.otherwise).unwrap_or(0), false),
    }
}

/// The value a table is asked for. The days since a time matter to a table only where they pass one of its bounds.
fn table_value<'a, S: Scope<'a>>(by: &'a Expr, table: &'a Table, scope: &S) -> Option<Scalar<'a>> {
    match (&by.kind, &table.keys) {
        (ExprKind::DaysSince(start), TableKeys::Number(bounds)) => {
            days_since_between(start, bounds.iter().map(|(bound, _)| *bound), scope).map(Scalar::Number)
        }
        _ => evaluate(by, scope),
    }
}

fn match_key(table: &Table, keys: Option<&HashMap<String, i64>>, value: &Scalar<'_>) -> Option<i64> {
    match (&table.keys, value) {
        (TableKeys::Text(listed), Scalar::Text(text)) => match keys {
            Some(keys) => keys.get(&**text).copied(),
            None => listed.iter().find(|(key, _)| *key == **text).map(|(_, points)| *points),
        },
        (TableKeys::Number(bounds), Scalar::Number(number)) => {
            bounds.iter().rev().find(|(bound, _)| bound <= number).map(|(_, points)| *points)
        }
        (TableKeys::Boolean { yes, no }, Scalar::Boolean(truth)) => *if *truth { yes } else { no },
        _ => None,
    }
}
