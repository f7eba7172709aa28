//! The reasons of a score: what its rules gave after their limits, and what limits of groups and sections changed.

use crate::live::{Limited, SectionResult};
use crate::scores::{Reason, SectionName};
use bantam_lang::meaning::{Rule, Section};

/// Adds the reasons of a section, none of them without points.
pub(super) fn push_reasons(name: SectionName, section: &Section, result: &SectionResult, reasons: &mut Vec<Reason>) {
    let mut push = |rule: Option<String>, group: Option<String>, points: i64| {
        if points != 0 {
            reasons.push(Reason { section: name, rule, group, points });
        }
    };
    for (rule, result) in section.rules.iter().zip(&result.rules) {
        push(Some(rule.name.clone()), group_name(section, rule), result.points.after);
    }
    let change = |limited: &Limited| limited.after - limited.before;
    for (group, points) in section.groups.iter().zip(&result.groups) {
        push(None, Some(group.name.clone()), change(points));
    }
    push(None, None, change(&result.total));
}

/// Returns the name of a rule's group.
pub(super) fn group_name(section: &Section, rule: &Rule) -> Option<String> {
    section.groups.get(rule.group?).map(|group| group.name.clone())
}
