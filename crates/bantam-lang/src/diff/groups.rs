//! Compares the sections `fit` and `engagement`: their defaults and limits, their groups, and which rules stand where.

use super::effective::{Effective, Place, Written, holding_otherwise};
use super::pairing::{Order, Pairing, Speech, pair, report};
use super::rules::{rule_aspects, rule_words, without_is};
use super::words::{all_of, counted, limit_change, limited};
use super::{Aspect, ChangeKind, Changes};
use crate::definition::{Frame, GroupDecl, RuleDecl, RuleOrGroup, SectionDecl};

/// A rule with what surrounds it.
struct Placed<'a> {
    rule: &'a RuleDecl,
    group: Option<&'a GroupDecl>,
    /// What holds around the rule.
    outer: Effective,
}

impl Placed<'_> {
    fn holds(&self) -> Effective {
        self.outer.inside(Written::on_rule(self.rule))
    }
}

/// Reports what changed in a section.
pub(super) fn section(changes: &mut Changes, key: &'static str, old: Option<&SectionDecl>, new: Option<&SectionDecl>) {
    let empty = SectionDecl { items: Vec::new(), frame: Frame::default() };
    let rules_of = |decl: &SectionDecl| counted(placed(decl).len() as i64, "rule");
    match (old, new) {
        (None, None) => return,
        (None, Some(new)) => {
            changes.push(key, key, ChangeKind::Added, format!("{key} added with {}", rules_of(new)), true);
        }
        (Some(old), None) => {
            changes.push(key, key, ChangeKind::Removed, format!("{key} removed with {}", rules_of(old)), true);
            return;
        }
        (Some(_), Some(_)) => {}
    }
    let (old, new) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
    let (old_rules, new_rules) = (placed(old), placed(new));
    let groups = (groups_of(old), groups_of(new));
    let group_pairs = pair_groups(&groups.0, &groups.1);
    let rule_pairs = pair(
        &old_rules,
        &new_rules,
        |a, b| a.rule.name.value == b.rule.name.value,
        |a, b| same_group(a, b, &groups, &group_pairs) && rule_aspects(a.rule, b.rule, (&a.outer, &b.outer)).is_empty(),
    );
    let both: Vec<(&Placed<'_>, &Placed<'_>)> =
        rule_pairs.pairs.iter().filter_map(|(a, b)| Some((old_rules.get(*a)?, new_rules.get(*b)?))).collect();

    frames(changes, key, (key, " "), (&old.frame, &new.frame), &Effective::nothing(), &Effective::nothing(), &both);
    report_groups(changes, key, &groups, &group_pairs);
    for (a, b) in &group_pairs.pairs {
        let (Some(a), Some(b)) = (groups.0.get(*a), groups.1.get(*b)) else { continue };
        let outer = (
            Effective::nothing().inside(Written::on_frame(&old.frame)),
            Effective::nothing().inside(Written::on_frame(&new.frame)),
        );
        frames(changes, key, (&b.name.value, ": "), (&a.frame, &b.frame), &outer.0, &outer.1, &both);
    }
    report_rules(changes, key, &old_rules, &new_rules, &rule_pairs);
    for (a, b) in both {
        let head = format!("{}: ", b.rule.name.value);
        changes.aspects(key, &b.rule.name.value, &head, rule_aspects(a.rule, b.rule, (&a.outer, &b.outer)));
        if !same_group(a, b, &groups, &group_pairs) {
            moved(changes, key, a, b);
        }
    }
}

fn placed(section: &SectionDecl) -> Vec<Placed<'_>> {
    let around = Effective::nothing().inside(Written::on_frame(&section.frame));
    let mut rules = Vec::new();
    for item in &section.items {
        match item {
            RuleOrGroup::Rule(rule) => rules.push(Placed { rule, group: None, outer: around.clone() }),
            RuleOrGroup::Group(group) => {
                let outer = around.inside(Written::on_frame(&group.frame));
                let members = group.rules.iter();
                rules.extend(members.map(|rule| Placed { rule, group: Some(group), outer: outer.clone() }));
            }
        }
    }
    rules
}

fn groups_of(section: &SectionDecl) -> Vec<&GroupDecl> {
    let groups = section.items.iter().filter_map(|item| match item {
        RuleOrGroup::Group(group) => Some(group),
        RuleOrGroup::Rule(_) => None,
    });
    groups.collect()
}

/// A group that has another name and the same members is the same group.
fn pair_groups(old: &[&GroupDecl], new: &[&GroupDecl]) -> Pairing {
    let members = |group: &GroupDecl| {
        let mut names: Vec<String> = group.rules.iter().map(|rule| rule.name.value.clone()).collect();
        names.sort();
        names
    };
    pair(old, new, |a, b| a.name.value == b.name.value, |a, b| !a.rules.is_empty() && members(a) == members(b))
}

type Groups<'a> = (Vec<&'a GroupDecl>, Vec<&'a GroupDecl>);

/// Whether two rules stand in the same group, renamed or not, or both outside groups.
fn same_group(old: &Placed<'_>, new: &Placed<'_>, groups: &Groups<'_>, pairs: &Pairing) -> bool {
    match (old.group, new.group) {
        (None, None) => true,
        (Some(old), Some(new)) => {
            let index = |groups: &[&GroupDecl], name: &str| groups.iter().position(|group| group.name.value == name);
            let both = index(&groups.0, &old.name.value).zip(index(&groups.1, &new.name.value));
            both.is_some_and(|both| pairs.pairs.contains(&both))
        }
        _ => false,
    }
}

/// Reports defaults and limit of a section or group; `head` is its name and what follows it.
fn frames(
    changes: &mut Changes,
    key: &'static str,
    (name, between): (&str, &str),
    (old, new): (&Frame, &Frame),
    old_outer: &Effective,
    new_outer: &Effective,
    rules: &[(&Placed<'_>, &Placed<'_>)],
) {
    let written = (Written::on_frame(old), Written::on_frame(new));
    let holds = (old_outer.inside(written.0), new_outer.inside(written.1));
    let place = Place { written, holds: (&holds.0, &holds.1) };
    // Scoring may differ only where some rule over events is held to something else.
    let affects = |only: &dyn Fn(&Effective) -> Effective| {
        rules.iter().any(|(a, b)| b.rule.on.is_some() && only(&a.holds()) != only(&b.holds()))
    };
    let aspects = place.aspects(affects);
    let aspects = if between == " " { aspects } else { aspects.into_iter().map(without_is).collect() };
    changes.aspects(key, name, &format!("{name}{between}"), aspects);
    let limit = limit_change(old.limit.as_ref(), new.limit.as_ref()).map(Aspect::scoring);
    changes.aspects(key, name, &format!("{name}: "), limit.into_iter().collect());
}

fn report_groups(changes: &mut Changes, key: &'static str, groups: &Groups<'_>, pairs: &Pairing) {
    let described = |group: &&GroupDecl| {
        let limit = group.frame.limit.as_ref().map(|limit| format!(", {}", limited(limit)));
        format!("a group of {}{}", counted(group.rules.len() as i64, "rule"), limit.unwrap_or_default())
    };
    let speech = Speech {
        section: key,
        name: &|group: &&GroupDecl| group.name.value.clone(),
        noun: "",
        renamed: "is now called",
        described: &described,
        order: Order::Free,
        name_affects: false,
        adding_affects: true,
    };
    report(changes, &speech, &groups.0, &groups.1, pairs);
}

fn report_rules(changes: &mut Changes, key: &'static str, old: &[Placed<'_>], new: &[Placed<'_>], pairs: &Pairing) {
    let described = |placed: &Placed<'_>| {
        let group = placed.group.map(|group| format!(", in the group {}", group.name.value));
        format!("{}{}", rule_words(placed.rule), group.unwrap_or_default())
    };
    let speech = Speech {
        section: key,
        name: &|placed: &Placed<'_>| placed.rule.name.value.clone(),
        noun: "",
        renamed: "is now called",
        described: &described,
        order: Order::Free,
        name_affects: false,
        adding_affects: true,
    };
    report(changes, &speech, old, new, pairs);
}

/// Reports a rule that stands in another group, with what it inherits there.
fn moved(changes: &mut Changes, key: &'static str, old: &Placed<'_>, new: &Placed<'_>) {
    let name = &new.rule.name.value;
    let mut words = match (old.group, new.group) {
        (None, Some(group)) => format!("{name} moved into the group {}", group.name.value),
        (Some(group), None) => format!("{name} moved out of the group {}", group.name.value),
        (Some(old), Some(new)) => format!("{name} moved from the group {} into {}", old.name.value, new.name.value),
        (None, None) => return,
    };
    let inherited = holding_otherwise(&old.outer, &new.outer);
    if new.rule.on.is_some() && old.holds() != new.holds() && !inherited.is_empty() {
        words.push_str(&format!(", where it {}", all_of(&inherited)));
    }
    changes.push(key, name, ChangeKind::Moved, words, true);
}
