//! Signals, and the selectors they share with engagement rules.

use super::expressions::{Scope, condition};
use super::random::Random;
use super::shape::World;
use super::yaml::{self, Place};
use bantam_lang::meaning::Type;

/// Writes `signals`. Their conditions see no signals, so all get the scope as it is before.
pub(crate) fn declare_signals(random: &mut Random, world: &mut World) {
    if !random.chance(75) {
        return;
    }
    world.line("signals:");
    let scope = world.scope.with(&world.event_names);
    let kinds = ["views", "visit_days", "first_seen", "last_seen", "spent", "spent_once", "path_taken", "twice"];
    for name in random.some(&kinds, 1, 6) {
        let (entries, kind) = match name {
            "views" | "visit_days" => (count(random, world, &scope, name == "visit_days"), Type::Number),
            "spent" | "spent_once" => (sum(random, world, &scope, name == "spent_once"), Type::Number),
            "path_taken" | "twice" => (sequence(random, world, &scope, name == "twice"), Type::Time),
            "first_seen" => (edge(random, world, &scope, "first"), Type::Time),
            _ => (edge(random, world, &scope, "last"), Type::Time),
        };
        world.line(format!("  {name}: {}", yaml::flow_map(&entries)));
        world.scope.add(name, kind);
        world.signals.push((name.into(), kind));
    }
}

type Entries = Vec<(&'static str, String)>;

fn count(random: &mut Random, world: &mut World, scope: &Scope, once: bool) -> Entries {
    let mut entries = vec![("count", world.events(random, 3))];
    entries.extend(selectors(random, world, scope, false));
    if once {
        entries.extend(once_per(random, world));
    }
    entries
}

fn sum(random: &mut Random, world: &mut World, scope: &Scope, once: bool) -> Entries {
    let mut entries = vec![("sum", world.events(random, 4)), ("of", "event.price".into())];
    entries.extend(selectors(random, world, scope, false));
    if once {
        entries.extend(once_per(random, world));
    }
    entries
}

fn edge(random: &mut Random, world: &mut World, scope: &Scope, which: &'static str) -> Entries {
    let mut entries = vec![(which, world.events(random, 3))];
    entries.extend(selectors(random, world, scope, false));
    entries
}

fn sequence(random: &mut Random, world: &mut World, scope: &Scope, twice: bool) -> Entries {
    let most = if random.chance(30) { 4 } else { 2 };
    let mut steps = world.some_events(random, 2, most);
    if twice {
        steps[1] = steps[0].clone();
    }
    let steps: Vec<String> = steps.iter().map(|step| yaml::text(random, step)).collect();
    let mut entries = vec![("sequence", format!("[{}]", steps.join(", ")))];
    if random.chance(50) {
        entries.push(("span", world.duration(random)));
    }
    if random.chance(50) {
        entries.extend(selectors(random, world, scope, false));
    }
    entries
}

/// `if`, `within` and `since`; with `may_undo` also the words that undo a default of the section or group.
pub(crate) fn selectors(random: &mut Random, world: &mut World, scope: &Scope, may_undo: bool) -> Entries {
    let mut entries = Vec::new();
    if random.chance(35) {
        let condition = condition(random, scope, 1);
        entries.push(("if", yaml::expression(random, &condition, Place::Flow)));
    }
    entries.extend(windows(random, world, may_undo));
    entries
}

/// `within` and `since`, which may also stand on a section or a group.
pub(crate) fn windows(random: &mut Random, world: &mut World, may_undo: bool) -> Entries {
    let mut entries = Vec::new();
    if may_undo && random.chance(10) {
        entries.push(("within", "never".into()));
    } else if random.chance(25) {
        entries.push(("within", world.duration(random)));
    }
    if may_undo && random.chance(10) {
        entries.push(("since", random.word(&["never", "[]"]).to_string()));
    } else if random.chance(20) {
        entries.push(("since", world.events(random, 2)));
    }
    entries
}

/// `once_per`, `times` or both.
pub(crate) fn once_per(random: &mut Random, world: &mut World) -> Entries {
    let mut entries = Vec::new();
    if random.chance(75) {
        let key = match random.below(10) {
            0..=1 => "day".to_owned(),
            2 => "week".to_owned(),
            3 => "month".to_owned(),
            4..=5 => world.duration(random),
            6..=7 => "event.path".to_owned(),
            8 => random.word(&["event.name", "event.time", "event.price"]).to_string(),
            _ => random.word(&["event.price > 5", "size(event.path)", "event.path.startsWith('/blog')"]).to_string(),
        };
        let key = if key.starts_with(|c: char| c.is_ascii_digit()) {
            key
        } else {
            yaml::expression(random, &key, Place::Flow)
        };
        entries.push(("once_per", key));
    }
    if entries.is_empty() || random.chance(40) {
        entries.push(("times", random.between(1, 4).to_string()));
    }
    entries
}
