//! Gives what rules and limits did the names of the definition, and values without a key the key they may be meant to be.

use crate::batch::{LimitTally, RuleTally, SectionTally};
use bantam_lang::convert::number_text;
use bantam_lang::meaning::{Limit, Points, Rule, RuleKind, Section, Table, TableKeys};
use bantam_lang::nearest::nearest_name;

/// How many values without a key are shown per table.
const MISSES_MAX: usize = 10;
/// How many of those places are kept for values that look like a key, however much more frequent others are.
const SLIPS_MAX: usize = 5;

/// What `fit` or `engagement` does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SectionSurvey {
    /// Its rules.
    pub rules: Vec<RuleSurvey>,
    /// Its groups.
    pub groups: Vec<GroupSurvey>,
    /// Its limit.
    pub limit: Option<LimitSurvey>,
    /// Leads whose points are not 0.
    pub earning: u64,
    /// Points of all leads together.
    pub points: i64,
}

/// What a group does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSurvey {
    /// Its name.
    pub name: String,
    /// Its limit.
    pub limit: Option<LimitSurvey>,
}

/// What a limit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSurvey {
    /// Not below this.
    pub low: i64,
    /// Not above this.
    pub high: i64,
    /// Leads whose points it changes.
    pub leads: u64,
    /// Points it takes away, of all leads together.
    pub lowered: i64,
    /// Points it adds, of all leads together.
    pub raised: i64,
}

/// What one rule does.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSurvey {
    /// Its name.
    pub name: String,
    /// Its group.
    pub group: Option<String>,
    /// Whether it looks at events; at the lead otherwise.
    pub on_events: bool,
    /// Leads it applies to: its condition is true (a table alone always applies), or an event counts for it.
    pub applies: u64,
    /// Leads with points other than 0 from it, after its own limit.
    pub earning: u64,
    /// Its points, of all leads together, after its own limit.
    pub points: i64,
    /// Leads for which it could not be decided; 0 for a rule on events.
    pub undecided: u64,
    /// Events it selects; 0 for a rule on the lead.
    pub selected: u64,
    /// Those of them that count after `once_per` and `times`.
    pub counting: u64,
    /// What its table does.
    pub table: Option<TableSurvey>,
    /// What its limit does.
    pub limit: Option<LimitSurvey>,
}

/// What a table does.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSurvey {
    /// Its keys as written, then `else` (or that there is no key), then `missing`.
    pub keys: Vec<KeySurvey>,
    /// Values that match no key of their own, whether or not there is an `else`: the most frequent and, even where they
    /// are rarer, some that look like a key. Most frequent first.
    pub misses: Vec<Miss>,
    /// How many more different values match no key.
    pub other_misses: u64,
    /// In a table by a number, leads or selected events with a value below the lowest key.
    pub below_lowest: Option<u64>,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySurvey {
    /// Which.
    pub key: Key,
    /// What it gives.
    pub points: i64,
    /// Leads, or selected events, that it decides.
    pub rows: u64,
    /// Leads it decides, for one of their events at least.
    pub leads: u64,
}

/// What decides a value's points in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A key, as written.
    Value(String),
    /// `else`: the value is present and has no key.
    Else,
    /// The value is present and has no key, and there is no `else`.
    NoKey,
    /// The value is missing, with or without a key `missing`.
    Missing,
}

impl Key {
    /// Returns the key as it is written, or what stands for it.
    pub fn text(&self) -> &str {
        match self {
            Key::Value(text) => text,
            Key::Else => "else",
            Key::NoKey => "(no key)",
            Key::Missing => "missing",
        }
    }
}

/// A value that matches no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The value.
    pub value: String,
    /// Leads, or selected events, that have it.
    pub count: u64,
    /// The key it may be meant to be.
    pub nearest: Option<String>,
}

impl RuleSurvey {
    /// Returns what decides points of values without a key.
    pub(super) fn without_key(&self) -> Option<&KeySurvey> {
        let keys = self.table.as_ref().map_or(&[][..], |table| &table.keys);
        keys.iter().find(|each| matches!(each.key, Key::Else | Key::NoKey))
    }
}

/// Names the counts of a section.
pub(super) fn survey_section(section: &Section, tally: &SectionTally) -> SectionSurvey {
    let group_name = |index: usize| section.groups.get(index).map(|group| group.name.clone());
    let rules = section.rules.iter().zip(&tally.rules);
    let groups = section.groups.iter().zip(&tally.groups);
    SectionSurvey {
        rules: rules.map(|(rule, tally)| survey_rule(rule, rule.group.and_then(group_name), tally)).collect(),
        groups: groups
            .map(|(group, tally)| GroupSurvey { name: group.name.clone(), limit: survey_limit(group.limit, *tally) })
            .collect(),
        limit: survey_limit(section.limit, tally.limit),
        earning: tally.earning,
        points: tally.points,
    }
}

fn survey_rule(rule: &Rule, group: Option<String>, tally: &RuleTally) -> RuleSurvey {
    RuleSurvey {
        name: rule.name.clone(),
        group,
        on_events: matches!(rule.kind, RuleKind::Events { .. }),
        applies: tally.applies,
        earning: tally.earning,
        points: tally.points,
        undecided: tally.undecided,
        selected: tally.selected,
        counting: tally.counting,
        table: match &rule.points {
            Points::Fixed(_) => None,
            Points::Table { table, .. } => Some(survey_table(table, tally)),
        },
        limit: survey_limit(rule.limit, tally.limit),
    }
}

fn survey_limit(limit: Option<Limit>, tally: LimitTally) -> Option<LimitSurvey> {
    let LimitTally { leads, lowered, raised } = tally;
    limit.map(|Limit { low, high }| LimitSurvey { low, high, leads, lowered, raised })
}

fn survey_table(table: &Table, tally: &RuleTally) -> TableSurvey {
    let count = |counts: &[u64], place: usize| counts.get(place).copied().unwrap_or(0);
    let row = |place: usize, key: Key, points: i64| KeySurvey {
        key,
        points,
        rows: count(&tally.key_rows, place),
        leads: count(&tally.key_leads, place),
    };
    let (mut keys, no_key): (Vec<KeySurvey>, usize) = match &table.keys {
        TableKeys::Text(keys) => {
            let rows = keys.iter().enumerate();
            (rows.map(|(place, (key, points))| row(place, Key::Value(key.clone()), *points)).collect(), keys.len())
        }
        TableKeys::Number(keys) => {
            let rows = keys.iter().enumerate();
            let text = |bound: f64| Key::Value(format!("{}+", number_text(bound)));
            (rows.map(|(place, (bound, points))| row(place, text(*bound), *points)).collect(), keys.len())
        }
        TableKeys::Boolean { yes, no } => {
            let sides = [(0, "true", yes), (1, "false", no)];
            let given = sides.into_iter().filter_map(|(place, key, points)| points.map(|points| (place, key, points)));
            (given.map(|(place, key, points)| row(place, Key::Value(key.into()), points)).collect(), 2)
        }
    };
    keys.push(match table.otherwise {
        Some(points) => row(no_key, Key::Else, points),
        None => row(no_key, Key::NoKey, 0),
    });
    keys.push(row(no_key + 1, Key::Missing, table.missing.unwrap_or(0)));
    let misses = choose_misses(table, tally);
    TableSurvey {
        other_misses: tally.missed_values - misses.len() as u64,
        misses,
        below_lowest: matches!(table.keys, TableKeys::Number(_)).then(|| count(&tally.key_rows, no_key)),
        keys,
    }
}

/// Chooses the misses to show from the most frequent ones.
fn choose_misses(table: &Table, tally: &RuleTally) -> Vec<Miss> {
    let keys: Vec<&str> = match &table.keys {
        TableKeys::Text(keys) => keys.iter().map(|(key, _)| key.as_str()).collect(),
        _ => Vec::new(),
    };
    let missed = tally.missed.iter().map(|(value, count)| Miss {
        value: value.clone(),
        count: *count,
        nearest: nearest_name(value, keys.iter().copied()).map(str::to_owned),
    });
    let (slips, others): (Vec<Miss>, Vec<Miss>) = missed.partition(|miss| miss.nearest.is_some());
    let mut slips = slips.into_iter();
    let mut misses: Vec<Miss> = slips.by_ref().take(SLIPS_MAX).collect();
    let mut rest: Vec<Miss> = slips.chain(others).collect();
    rest.sort_by_key(|miss| std::cmp::Reverse(miss.count));
    misses.extend(rest.into_iter().take(MISSES_MAX - misses.len()));
    misses.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    misses
}
