//! Random edits of a definition's meaning: what somebody would do to a definition whose files stay as they are.

#![allow(clippy::indexing_slicing, reason = "a test helper: places are drawn below the length")]

use crate::generate::random::Random;
use bantam_lang::meaning::{
    Band, Decay, EventSet, Expr, ExprKind, Limit, Meaning, Points, Rule, RuleKind, Section, Select, SignalKind,
    TableKeys, Type, Value,
};

type Edit = fn(&mut Random, &mut Meaning);

const DAY: i64 = 86_400;

/// Changes something; returns what, in words.
pub(crate) fn edit(random: &mut Random, meaning: &mut Meaning) -> &'static str {
    const EDITS: [(&str, Edit); 16] = [
        ("a rule's points", |random, meaning| with_rule(random, meaning, change_points)),
        ("a rule's limit", |random, meaning| with_rule(random, meaning, |random, rule| rule.limit = limit(random))),
        ("a rule's window or decay", |random, meaning| with_rule(random, meaning, change_time)),
        ("a rule's condition", |random, meaning| with_rule(random, meaning, change_condition)),
        ("the order of rules", reorder_rules),
        ("a rule less", remove_rule),
        ("a rule twice", repeat_rule),
        ("limits of groups and sections", change_limits),
        ("stages", change_stages),
        ("thresholds of stages", change_thresholds),
        ("signals", change_signals),
        ("derived attributes", change_derived),
        ("personas", change_personas),
        ("disqualifiers", change_disqualifiers),
        ("grades and routes", change_routes),
        ("what others build on", change_foundations),
    ];
    let (words, change) = EDITS[random.below(EDITS.len())];
    change(random, meaning);
    words
}

fn section<'m>(random: &mut Random, meaning: &'m mut Meaning) -> &'m mut Section {
    if random.chance(50) { &mut meaning.fit } else { &mut meaning.engagement }
}

fn with_rule(random: &mut Random, meaning: &mut Meaning, change: impl Fn(&mut Random, &mut Rule)) {
    let section = section(random, meaning);
    if !section.rules.is_empty() {
        let at = random.below(section.rules.len());
        change(random, &mut section.rules[at]);
    }
}

fn change_points(random: &mut Random, rule: &mut Rule) {
    match &mut rule.points {
        Points::Fixed(points) => *points = shifted(random, *points),
        Points::Table { table, .. } => {
            match &mut table.keys {
                TableKeys::Text(keys) => keys.iter_mut().for_each(|(_, points)| *points = shifted(random, *points)),
                TableKeys::Number(keys) => keys.iter_mut().for_each(|(_, points)| *points = shifted(random, *points)),
                TableKeys::Boolean { yes, no } => std::mem::swap(yes, no),
            }
            table.missing = random.chance(33).then_some(7);
        }
    }
}

/// Wide points now and then, which take more bytes to keep.
fn shifted(random: &mut Random, points: i64) -> i64 {
    if random.chance(12) { 10_000 } else { points + random.below(9) as i64 - 4 }
}

fn limit(random: &mut Random) -> Option<Limit> {
    let low = random.below(60) as i64 - 30;
    random.chance(66).then(|| Limit { low, high: low + random.below(60) as i64 })
}

fn change_time(random: &mut Random, rule: &mut Rule) {
    let RuleKind::Events { select, decay, once } = &mut rule.kind else { return };
    let days = 1 + random.below(60) as i64;
    match random.below(4) {
        0 => select.within_seconds = Some(days * DAY),
        1 => select.within_seconds = None,
        2 => *decay = Decay::HalveEvery(days * DAY),
        _ => *decay = Decay::FadeOver(days * DAY),
    }
    once.iter_mut().for_each(|once| once.times = 1 + random.below(3) as u32);
}

fn change_condition(random: &mut Random, rule: &mut Rule) {
    let condition = match &mut rule.kind {
        RuleKind::Lead { condition } => condition,
        RuleKind::Events { select, .. } => &mut select.condition,
    };
    if let Some(condition) = condition {
        change_truth(random, condition);
    }
}

/// Turns a condition round, or doubles it, or moves its numbers.
fn change_truth(random: &mut Random, condition: &mut Expr) {
    let old = condition.clone();
    let kind = match random.below(4) {
        0 => ExprKind::Not(Box::new(old)),
        1 => ExprKind::And(vec![old.clone(), old]),
        2 => {
            let not = Expr { kind: ExprKind::Not(Box::new(old.clone())), ty: Type::Boolean, span: old.span };
            ExprKind::Or(vec![not, old])
        }
        _ => return shift_numbers(random, condition),
    };
    condition.kind = kind;
}

/// Moves the constants that numbers are compared with.
fn shift_numbers(random: &mut Random, expr: &mut Expr) {
    match &mut expr.kind {
        ExprKind::Literal(Value::Number(number)) => *number += random.below(21) as f64 - 10.0,
        ExprKind::Not(inner) => shift_numbers(random, inner),
        ExprKind::And(parts) | ExprKind::Or(parts) => {
            parts.iter_mut().for_each(|part| shift_numbers(random, part));
        }
        ExprKind::Compare(_, left, right) => {
            shift_numbers(random, left);
            shift_numbers(random, right);
        }
        _ => {}
    }
}

fn reorder_rules(random: &mut Random, meaning: &mut Meaning) {
    let rules = &mut section(random, meaning).rules;
    if !rules.is_empty() {
        let by = random.below(rules.len());
        rules.rotate_left(by);
    }
}

fn remove_rule(random: &mut Random, meaning: &mut Meaning) {
    let rules = &mut section(random, meaning).rules;
    if !rules.is_empty() {
        rules.remove(random.below(rules.len()));
    }
}

fn repeat_rule(random: &mut Random, meaning: &mut Meaning) {
    let section = section(random, meaning);
    if !section.rules.is_empty() {
        let mut again = section.rules[random.below(section.rules.len())].clone();
        again.name.push_str(" again");
        again.group = (0..section.groups.len()).next().filter(|_| random.chance(50));
        section.rules.push(again);
    }
}

fn change_limits(random: &mut Random, meaning: &mut Meaning) {
    let section = section(random, meaning);
    section.limit = limit(random);
    section.groups.iter_mut().for_each(|group| group.limit = limit(random));
}

fn change_stages(random: &mut Random, meaning: &mut Meaning) {
    let count = meaning.stages.len();
    if count < 2 {
        return;
    }
    let (one, other) = (random.below(count), random.below(count));
    let condition = meaning.stages[other].condition.clone();
    match random.below(3) {
        0 => meaning.stages[one].condition = condition,
        1 => meaning.stages[one].name.push('*'),
        _ => meaning.hand_off.iter_mut().for_each(|hand_off| hand_off.stage = other),
    }
}

fn change_thresholds(random: &mut Random, meaning: &mut Meaning) {
    for condition in meaning.stages.iter_mut().filter_map(|stage| stage.condition.as_mut()) {
        shift_numbers(random, condition);
    }
}

fn change_signals(random: &mut Random, meaning: &mut Meaning) {
    let days = 1 + random.below(90) as i64;
    for signal in &mut meaning.signals {
        match &mut signal.kind {
            SignalKind::Count { select, once } | SignalKind::Sum { select, once, .. } => {
                change_select(random, select, days);
                once.iter_mut().for_each(|once| once.times = 1 + random.below(3) as u32);
            }
            SignalKind::First(select) | SignalKind::Last(select) => change_select(random, select, days),
            SignalKind::Sequence { steps, within_seconds, span_seconds, .. } => {
                steps.reverse();
                *within_seconds = random.chance(50).then_some(days * DAY);
                *span_seconds = random.chance(50).then_some(days * DAY);
            }
        }
    }
}

fn change_select(random: &mut Random, select: &mut Select, days: i64) {
    select.within_seconds = random.chance(50).then_some(days * DAY);
    if random.chance(25) {
        select.condition = None;
    }
    if random.chance(25) {
        select.since = Some(select.events.clone());
    }
}

fn change_derived(random: &mut Random, meaning: &mut Meaning) {
    if meaning.derived.is_empty() {
        return;
    }
    let at = random.below(meaning.derived.len());
    let expr = &mut meaning.derived[at].expr;
    match expr.ty {
        Type::Boolean => change_truth(random, expr),
        Type::Number => expr.kind = ExprKind::Negate(Box::new(expr.clone())),
        Type::Text => expr.kind = ExprKind::LowerAscii(Box::new(expr.clone())),
        Type::Time => {}
    }
}

fn change_personas(random: &mut Random, meaning: &mut Meaning) {
    meaning.personas.reverse();
    if random.chance(50) {
        meaning.personas.iter_mut().for_each(|persona| change_truth(random, &mut persona.condition));
    }
}

fn change_disqualifiers(random: &mut Random, meaning: &mut Meaning) {
    if random.chance(33) {
        meaning.disqualify.pop();
    }
    meaning.disqualify.reverse();
    meaning.disqualify.iter_mut().for_each(|each| change_truth(random, &mut each.condition));
}

fn change_routes(random: &mut Random, meaning: &mut Meaning) {
    let by = random.below(30) as i64;
    let shift = |bands: &mut Option<Vec<Band>>| bands.iter_mut().flatten().for_each(|band| band.from += by);
    shift(&mut meaning.grades.fit);
    shift(&mut meaning.grades.engagement);
    meaning.routes.reverse();
    for condition in meaning.routes.iter_mut().filter_map(|route| route.condition.as_mut()) {
        change_truth(random, condition);
    }
}

/// Answers of sales, actions, lists and criteria.
fn change_foundations(random: &mut Random, meaning: &mut Meaning) {
    match random.below(4) {
        0 => meaning.sales.swap(random.below(6), random.below(6)),
        1 => {
            for action in &mut meaning.actions {
                action.condition = None;
                action.on.reverse();
            }
        }
        2 => meaning.lists.iter_mut().for_each(|list| list.values.truncate(1)),
        _ => {
            meaning.criteria.pop();
            meaning.sales[0] = EventSet::default();
        }
    }
}
