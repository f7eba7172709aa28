//! B0230: caps and ranges that never change a sum.

use super::Context;
use super::interval::Interval;
use super::intervals::{group_points, rule_points, section_points};
use super::rules::is_without_effect;
use crate::codes;
use crate::definition::{LimitDecl, RuleOrGroup, SectionDecl};
use crate::diagnostic::Diagnostic;
use crate::meaning::Section;

/// Finds limits that never bind.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let meaning = context.meaning;
    let mut found = section_limits(context, &meaning.fit, context.definition.fit.as_ref(), "`fit`");
    let engagement = context.definition.engagement.as_ref();
    found.extend(section_limits(context, &meaning.engagement, engagement, "`engagement`"));
    found
}

fn section_limits(
    context: &Context<'_>,
    section: &Section,
    written: Option<&SectionDecl>,
    name: &str,
) -> Vec<Diagnostic> {
    let Some(written) = written else { return Vec::new() };
    let world = &context.world;
    let mut found = Vec::new();
    found.extend(never_binds(written.frame.limit, section_points(world, section), name));
    let groups = written.items.iter().filter_map(|item| match item {
        RuleOrGroup::Group(group) => Some(group),
        RuleOrGroup::Rule(_) => None,
    });
    for (index, group) in groups.enumerate() {
        let points = group_points(world, section, index);
        found.extend(never_binds(group.frame.limit, points, &format!("the group `{}`", group.name.value)));
    }
    for (rule, decl) in section.rules.iter().zip(super::written::rule_decls(Some(written))) {
        if !is_without_effect(context, rule) {
            let points = rule_points(world, rule);
            found.extend(never_binds(decl.frame.limit, points, &format!("the rule `{}`", rule.name)));
        }
    }
    found
}

fn never_binds(limit: Option<LimitDecl>, points: Interval, subject: &str) -> Option<Diagnostic> {
    let limit = limit?;
    let inside = limit.low as f64 <= points.low && points.high <= limit.high as f64;
    if !inside {
        return None;
    }
    let key = if limit.is_cap { "cap" } else { "range" };
    let message = format!("this `{key}` never binds: {subject} gives {}", points.words());
    Some(
        Diagnostic::warning(codes::LIMIT_NEVER_BINDS, limit.span, message)
            .label("never reached")
            .help("tighten it, or remove it"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    #[test]
    fn limits_beyond_the_points_are_found() {
        let yaml = |limit: &str, selector: &str| {
            format!("engagement:\n  rules:\n    A: {{on: page_viewed, points: 10{limit}{selector}}}\n")
        };
        check(&yaml(", cap: 30", ""), &[]);
        check(&yaml(", cap: 5", ", times: 1"), &[]);
        check(&yaml(", cap: 30", ", times: 1"), &["4: B0230 this `cap` never binds: the rule `A` gives from 0 to 10"]);
        check(&yaml(", range: [5, 30]", ", times: 1"), &[]);
        check(
            "lead: {x: number}\nfit:\n  range: [0, 100]\n  rules:\n    G:\n      cap: 20\n      rules: {A: {if: x > 3, points: 20}}\n",
            &[
                "4: B0230 this `range` never binds: `fit` gives from 0 to 20",
                "7: B0230 this `cap` never binds: the group `G` gives from 0 to 20",
            ],
        );
    }
}
