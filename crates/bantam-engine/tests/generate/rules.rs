//! `fit` and `engagement`: rules, tables, groups and limits.

use super::expressions::{Scope, condition, number};
use super::history::{once_per, selectors, windows};
use super::random::Random;
use super::shape::World;
use super::words::{BOUNDS, RULE_NAMES, points, texts_of};
use super::yaml::{self, Place};
use bantam_lang::meaning::Type;

type Entries = Vec<(&'static str, String)>;

#[derive(Clone, Copy, PartialEq)]
enum Section {
    Fit,
    Engagement,
}

/// Writes both sections, or leaves one out.
pub(crate) fn declare_rules(random: &mut Random, world: &mut World) {
    if random.chance(92) {
        declare_section(random, world, Section::Fit);
    }
    if random.chance(92) {
        declare_section(random, world, Section::Engagement);
    }
}

fn declare_section(random: &mut Random, world: &mut World, section: Section) {
    world.line(if section == Section::Fit { "fit:" } else { "engagement:" });
    let mut settings = limits(random, 25);
    if section == Section::Engagement {
        settings.extend(windows(random, world, false));
        settings.extend(decay(random, world, 40));
    }
    for (key, value) in settings {
        world.line(format!("  {key}: {value}"));
    }
    world.line("  rules:");
    if section == Section::Fit {
        declare_probes(random, world);
    }
    let mut names = random.some(&RULE_NAMES, 2, 10);
    while let Some(name) = names.pop() {
        let name = yaml::text(random, name);
        if names.len() >= 2 && random.chance(20) {
            let members = names.split_off(names.len() - 2);
            declare_group(random, world, section, &name, &members);
        } else {
            let rule = rule(random, world, section);
            write_rule(random, world, "    ", &name, &rule);
        }
    }
}

/// Rules that tell the values of signals apart, so that a wrong one shows.
fn declare_probes(random: &mut Random, world: &mut World) {
    for (name, kind) in world.signals.clone() {
        if !random.chance(50) {
            continue;
        }
        let by = if kind == Type::Time { format!("days_since({name})") } else { name.clone() };
        let keys = (0..random.between(4, 12)).map(|n| (n * n, points(random)));
        let mut keys: Vec<String> = keys.map(|(from, points)| format!("{from}+: {points}")).collect();
        keys.push(format!("missing: {}", points(random)));
        world.line(format!("    Probe {name}: {{by: {by}, points: {{{}}}}}", keys.join(", ")));
    }
}

fn declare_group(random: &mut Random, world: &mut World, section: Section, name: &str, members: &[&str]) {
    world.line(format!("    {name}:"));
    let mut settings = limits(random, 60);
    if section == Section::Engagement {
        settings.extend(windows(random, world, true));
        settings.extend(decay(random, world, 40));
    }
    for (key, value) in settings {
        world.line(format!("      {key}: {value}"));
    }
    world.line("      rules:");
    for member in members {
        let member = yaml::text(random, member);
        let rule = rule(random, world, section);
        write_rule(random, world, "        ", &member, &rule);
    }
}

/// On one line, or a key a line.
fn write_rule(random: &mut Random, world: &mut World, indent: &str, name: &str, entries: &Entries) {
    if random.chance(75) {
        return world.line(format!("{indent}{name}: {}", yaml::flow_map(entries)));
    }
    world.line(format!("{indent}{name}:"));
    for (key, value) in entries {
        world.line(format!("{indent}  {key}: {value}"));
    }
}

/// `range` or `cap`, so many times of a hundred.
fn limits(random: &mut Random, percent: usize) -> Entries {
    if !random.chance(percent) {
        return Vec::new();
    }
    if random.chance(50) {
        return vec![("cap", random.between(1, 60).to_string())];
    }
    let low = random.between(-50, 20);
    let high = low + random.between(0, 100);
    vec![("range", format!("[{low}, {high}]"))]
}

fn decay(random: &mut Random, world: &mut World, percent: usize) -> Entries {
    if !random.chance(percent) {
        return Vec::new();
    }
    let kind = random.word(&["halve_every", "fade_over"]);
    let length = if random.chance(10) { "never".into() } else { world.duration(random) };
    vec![(kind, length)]
}

fn rule(random: &mut Random, world: &mut World, section: Section) -> Entries {
    let mut entries = match section {
        Section::Engagement if random.chance(80) => event_rule(random, world),
        _ => lead_rule(random, world),
    };
    entries.extend(limits(random, 15));
    entries
}

fn lead_rule(random: &mut Random, world: &mut World) -> Entries {
    let scope = world.scope.clone();
    let has_table = random.chance(50);
    let mut entries = Vec::new();
    if !has_table || random.chance(25) {
        let condition = condition(random, &scope, 2);
        entries.push(("if", yaml::expression(random, &condition, Place::Flow)));
    }
    entries.extend(if has_table { table(random, &scope) } else { fixed(random) });
    entries
}

fn event_rule(random: &mut Random, world: &mut World) -> Entries {
    let mut entries = vec![("on", world.events(random, 3))];
    let both = world.scope.with(&world.event_names);
    entries.extend(selectors(random, world, &both, true));
    entries.extend(decay(random, world, 40));
    if random.chance(35) {
        entries.extend(once_per(random, world));
    }
    let event_alone = Scope::default().with(&world.event_names);
    entries.extend(if random.chance(35) { table(random, &event_alone) } else { fixed(random) });
    entries
}

fn fixed(random: &mut Random) -> Entries {
    vec![("points", points(random).to_string())]
}

/// `by` with a table for its type.
fn table(random: &mut Random, scope: &Scope) -> Entries {
    let (by, mut keys) = match random.below(4) {
        0..=1 => number_table(random, scope),
        2 => boolean_table(random, scope),
        _ => text_table(random, scope),
    };
    for key in ["else", "missing"] {
        if random.chance(30) {
            keys.push(format!("{key}: {}", points(random)));
        }
    }
    random.shuffle(&mut keys);
    vec![("by", yaml::expression(random, &by, Place::Flow)), ("points", format!("{{{}}}", keys.join(", ")))]
}

fn number_table(random: &mut Random, scope: &Scope) -> (String, Vec<String>) {
    let mut keys = random.some(&BOUNDS, 1, 5);
    keys.extend(random.some(&["-3", "-1000", "-0.5", "0.001", "4.999"], 0, 2));
    let by = number(random, scope, 1);
    (by, keys.iter().map(|key| format!("{key}+: {}", points(random))).collect())
}

fn boolean_table(random: &mut Random, scope: &Scope) -> (String, Vec<String>) {
    let keys = random.some(&["true", "false"], 1, 2);
    let by = condition(random, scope, 1);
    (by, keys.iter().map(|key| format!("{key}: {}", points(random))).collect())
}

fn text_table(random: &mut Random, scope: &Scope) -> (String, Vec<String>) {
    let names: Vec<&str> =
        scope.names.iter().filter(|(_, kind)| *kind == Type::Text).map(|(name, _)| name.as_str()).collect();
    let name = *random.pick(&names);
    let values: Vec<String> = match name {
        "persona" => scope.personas.clone(),
        other => texts_of(other).iter().map(|&value| value.to_owned()).collect(),
    };
    let keys = random.some(&values, 1, 4);
    let keys = keys.iter().map(|key| format!("{}: {}", yaml::text(random, key), points(random))).collect();
    (name.to_owned(), keys)
}
