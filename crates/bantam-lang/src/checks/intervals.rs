//! The least and the greatest points that rules can give.
//!
//! Rules are taken each for itself, so two that exclude each other still add up: the true range may be narrower, never
//! wider.

use super::facts::Facts;
use super::interval::Interval;
use super::possible::Values;
use super::world::World;
use crate::meaning::{
    Decay, Expr, Meaning, Once, OnceKey, Points, Rule, RuleKind, Section, Select, Table, TableKeys, Type,
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The ranges of a definition's scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reach {
    /// Of `fit`.
    pub(crate) fit: Interval,
    /// Of `engagement`.
    pub(crate) engagement: Interval,
    /// How many fit rules may be undecided at once.
    pub(crate) fit_unknown_most: f64,
}

impl Reach {
    /// Returns the ranges of a definition's scores.
    #[cfg_attr(not(test), expect(dead_code, reason = "what is learned and what a change would do will ask for it"))]
    pub(crate) fn of_meaning(meaning: &Meaning) -> Self {
        World::new(meaning).reach
    }

    /// Returns ranges that hold every score.
    pub(super) fn unknown() -> Self {
        let all = Interval::whole(f64::NEG_INFINITY, f64::INFINITY);
        Reach { fit: all, engagement: all, fit_unknown_most: f64::INFINITY }
    }

    pub(super) fn of(world: &World<'_>) -> Self {
        let meaning = world.meaning;
        let undecided = meaning.fit.rules.iter().filter(|rule| can_be_undecided(world, rule)).count();
        Reach {
            fit: section_points(world, &meaning.fit).limited(meaning.fit.limit),
            engagement: section_points(world, &meaning.engagement).limited(meaning.engagement.limit),
            fit_unknown_most: undecided as f64,
        }
    }

    /// Returns the range of `score`.
    pub(crate) fn score(&self) -> Interval {
        self.fit.plus(self.engagement)
    }
}

fn can_be_undecided(world: &World<'_>, rule: &Rule) -> bool {
    world.refuel();
    let facts = Facts::default();
    let condition = match &rule.kind {
        RuleKind::Lead { condition } | RuleKind::Events { select: Select { condition, .. }, .. } => condition,
    };
    let by_condition = condition.as_ref().is_some_and(|condition| world.can_be_unknown(condition, &facts));
    let by_value = match &rule.points {
        Points::Table { by, .. } => world.evaluate(by, &facts).missing,
        Points::Fixed(_) => false,
    };
    by_condition || by_value
}

/// Returns what a section gives before its own limit.
pub(super) fn section_points(world: &World<'_>, section: &Section) -> Interval {
    let alone = section.rules.iter().filter(|rule| rule.group.is_none());
    let rules = alone.fold(Interval::ZERO, |sum, rule| sum.plus(rule_points(world, rule).limited(rule.limit)));
    section
        .groups
        .iter()
        .enumerate()
        .fold(rules, |sum, (index, group)| sum.plus(group_points(world, section, index).limited(group.limit)))
}

/// Returns what a group gives before its own limit.
pub(super) fn group_points(world: &World<'_>, section: &Section, group: usize) -> Interval {
    let members = section.rules.iter().filter(|rule| rule.group == Some(group));
    members.fold(Interval::ZERO, |sum, rule| sum.plus(rule_points(world, rule).limited(rule.limit)))
}

/// Returns what a rule gives before its own limit.
pub(super) fn rule_points(world: &World<'_>, rule: &Rule) -> Interval {
    match &rule.kind {
        RuleKind::Lead { condition } => lead_points(world, condition.as_ref(), &rule.points),
        RuleKind::Events { select, once, decay } => event_points(world, select, once.as_ref(), *decay, &rule.points),
    }
}

fn lead_points(world: &World<'_>, condition: Option<&Expr>, points: &Points) -> Interval {
    let given = match points {
        Points::Fixed(points) => Interval::exactly(*points as f64),
        Points::Table { by, table } => table_points(world, by, table),
    };
    let Some(condition) = condition else { return given };
    world.refuel();
    let facts = Facts::default();
    if !world.can_be(condition, &facts, true) {
        return Interval::ZERO;
    }
    if world.is_always_true(condition, &facts) { given } else { given.join(Interval::ZERO) }
}

fn event_points(world: &World<'_>, select: &Select, once: Option<&Once>, decay: Decay, points: &Points) -> Interval {
    let world = world.with_events(event_names(world.meaning, select));
    let each = match lead_points(&world, select.condition.as_ref(), points) {
        given if decay == Decay::Never => given,
        given => given.join(Interval::ZERO),
    };
    let most = once.map_or(f64::INFINITY, |once| once_most(once, select.within_seconds));
    // No event at all is always possible, so 0 is among the sums.
    let end = |points: f64| if points == 0.0 { 0.0 } else { points * most };
    Interval::whole(end(each.low.min(0.0)), end(each.high.max(0.0)))
}

/// Returns the own names an event selected by `select` may have.
pub(super) fn event_names(meaning: &Meaning, select: &Select) -> Option<Vec<String>> {
    let actions = select.events.actions.iter().filter_map(|index| meaning.actions.get(*index));
    let behind = actions.flat_map(|action| action.on.iter());
    Some(select.events.names.iter().chain(behind).cloned().collect())
}

/// Returns how many keys may count at most.
pub(super) fn once_most(once: &Once, within_seconds: Option<i64>) -> f64 {
    // A window of seven days begins within one day and ends within another: it touches eight.
    let periods = |period: i64| match within_seconds {
        Some(within) => ((within + period - 1) / period + 1) as f64,
        None => f64::INFINITY,
    };
    match &once.key {
        OnceKey::All => 1.0,
        OnceKey::Day => periods(DAY),
        OnceKey::Week => periods(7 * DAY),
        OnceKey::Month => periods(28 * DAY),
        OnceKey::Window(seconds) => periods(*seconds),
        // True, false and missing.
        OnceKey::Value(key) if key.ty == Type::Boolean => 3.0,
        OnceKey::Value(_) => f64::INFINITY,
    }
}

fn table_points(world: &World<'_>, by: &Expr, table: &Table) -> Interval {
    let outcomes = table_outcomes(world, by, table);
    let points = outcomes.iter().map(|outcome| Interval::exactly(outcome.points as f64));
    points.reduce(Interval::join).unwrap_or(Interval::ZERO)
}

/// A way in which a table can be decided.
pub(super) struct Outcome {
    /// What it gives.
    pub(super) points: i64,
    /// What decides.
    pub(super) by: OutcomeBy,
}

/// What decides a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutcomeBy {
    /// The key at this index, in the order of [`TableKeys`]; of a boolean's, 0 is true and 1 is false.
    Key(usize),
    /// No key: `else`, or 0.
    Otherwise,
    /// The value is missing.
    Missing,
}

/// Returns every way in which a table can be decided.
pub(super) fn table_outcomes(world: &World<'_>, by: &Expr, table: &Table) -> Vec<Outcome> {
    let possible = world.look_at(by);
    let mut outcomes = Vec::new();
    if possible.present {
        keyed_outcomes(world, by, &possible.values, table, &mut outcomes);
    }
    if possible.missing {
        outcomes.push(Outcome { points: table.missing.unwrap_or(0), by: OutcomeBy::Missing });
    }
    outcomes
}

fn keyed_outcomes(world: &World<'_>, by: &Expr, values: &Values, table: &Table, outcomes: &mut Vec<Outcome>) {
    let mut matched_all = false;
    match &table.keys {
        TableKeys::Text(keys) => {
            for (index, (key, points)) in keys.iter().enumerate() {
                let possible = match values {
                    Values::Texts(texts) => texts.contains(key),
                    Values::TextsBut(but) => !but.contains(key),
                    _ => true,
                };
                if possible && world.text_can_be(by, key) {
                    outcomes.push(Outcome { points: *points, by: OutcomeBy::Key(index) });
                }
            }
            if let Values::Texts(texts) = values {
                matched_all = texts.iter().all(|text| keys.iter().any(|(key, _)| key == text));
            }
        }
        TableKeys::Number(keys) => {
            let interval = values.interval();
            for (index, (low, points)) in keys.iter().enumerate() {
                let from = Interval::ALL.at_least(*low);
                let band = keys.get(index + 1).map_or(from, |(next, _)| from.below(*next));
                if !interval.meet(band).is_empty() {
                    outcomes.push(Outcome { points: *points, by: OutcomeBy::Key(index) });
                }
            }
            matched_all = keys.first().is_some_and(|(low, _)| interval.below(*low).is_empty());
        }
        TableKeys::Boolean { yes, no } => {
            let (can_yes, can_no) = match values {
                Values::Booleans { yes, no } => (*yes, *no),
                _ => (true, true),
            };
            for (index, (points, can)) in [(yes, can_yes), (no, can_no)].into_iter().enumerate() {
                if let (Some(points), true) = (points, can) {
                    outcomes.push(Outcome { points: *points, by: OutcomeBy::Key(index) });
                }
            }
            matched_all = (yes.is_some() || !can_yes) && (no.is_some() || !can_no);
        }
    }
    if !matched_all {
        outcomes.push(Outcome { points: table.otherwise.unwrap_or(0), by: OutcomeBy::Otherwise });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use crate::source::Source;

    #[test]
    fn limits_and_tables_bound_the_points() {
        let yaml = "bantam: 1\nlead: {x: number, t: text}\nfit:\n  range: [-10, 100]\n  rules:\n    A: {by: x, points: {5+: 30, 9+: 50, missing: -20}}\n\
                    \x20   G:\n      cap: 15\n      rules: {B: {if: x > 3, points: 10}, C: {by: t, points: {a: 20, else: 10}}}\n\
                    engagement: {rules: {V: {on: view, points: 2}, U: {on: unsubscribed, points: -25, times: 1}}}\n";
        let loaded = load(Source::new("d.yaml", yaml), &mut |_| Err(String::new()));
        let reach = Reach::of_meaning(&loaded.checked.unwrap());
        assert_eq!(reach.fit.words(), "from -10 to 65");
        assert_eq!(reach.engagement.words(), "-25 or more");
        assert_eq!(reach.score().words(), "-35 or more");
        assert_eq!(reach.fit_unknown_most, 3.0);
    }
}
