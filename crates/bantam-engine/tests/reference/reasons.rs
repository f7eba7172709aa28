//! Where the points come from: section 5, `reasons`.

use super::rules::SectionPoints;
use bantam_engine::scores::{Reason, SectionName};
use bantam_lang::meaning::{Meaning, Section};

/// The reasons of both sections, in the order of section 5: repeatedly takes the one that comes before all that are left.
pub(crate) fn reasons(meaning: &Meaning, fit: &SectionPoints, engagement: &SectionPoints) -> Vec<Reason> {
    let mut left = section_reasons(SectionName::Fit, &meaning.fit, fit);
    left.extend(section_reasons(SectionName::Engagement, &meaning.engagement, engagement));
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let mut first = 0;
        for index in 0..left.len() {
            if comes_before(&left[index], &left[first]) {
                first = index;
            }
        }
        ordered.push(left.remove(first));
    }
    ordered
}

/// "the rules with non-zero points after their own limit and, where the limit of a group or section changed its sum, an
/// entry with `"rule": null` (and `"group": null` for a section) and the difference".
fn section_reasons(name: SectionName, section: &Section, points: &SectionPoints) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for (rule, &points) in section.rules.iter().zip(&points.rules) {
        let group = rule.group.map(|group| section.groups[group].name.clone());
        reasons.push(Reason { section: name, rule: Some(rule.name.clone()), group, points });
    }
    for (group, &points) in section.groups.iter().zip(&points.group_differences) {
        reasons.push(Reason { section: name, rule: None, group: Some(group.name.clone()), points });
    }
    reasons.push(Reason { section: name, rule: None, group: None, points: points.difference });
    reasons.retain(|reason| reason.points != 0);
    reasons
}

/// "largest magnitude first, then by section and name (null first)": section, then rule, then group.
pub(crate) fn comes_before(a: &Reason, b: &Reason) -> bool {
    let magnitude = |reason: &Reason| if reason.points < 0 { -reason.points } else { reason.points };
    if magnitude(a) != magnitude(b) {
        return magnitude(a) > magnitude(b);
    }
    if a.section != b.section {
        return a.section == SectionName::Engagement; // `engagement` comes before `fit` in the alphabet
    }
    if a.rule != b.rule {
        return name_comes_before(a.rule.as_deref(), b.rule.as_deref());
    }
    name_comes_before(a.group.as_deref(), b.group.as_deref())
}

fn name_comes_before(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (None, Some(_)) => true,
        (_, None) => false,
        (Some(a), Some(b)) => a.chars().lt(b.chars()),
    }
}
