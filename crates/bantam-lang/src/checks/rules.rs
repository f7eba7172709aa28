//! B0223: rules that can never give a point.

use super::Context;
use super::intervals::rule_points;
use super::never::{Never, why_never};
use super::places::{Place, Role};
use super::written::rule_decls;
use crate::codes;
use crate::definition::{PointsDecl, RuleDecl, SectionDecl};
use crate::diagnostic::Diagnostic;
use crate::meaning::{Rule, RuleKind, Section};

/// Finds rules without effect.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let sections = [
        (&context.meaning.fit, context.definition.fit.as_ref()),
        (&context.meaning.engagement, context.definition.engagement.as_ref()),
    ];
    sections.into_iter().flat_map(|(section, written)| section_rules(context, section, written)).collect()
}

fn section_rules(context: &Context<'_>, section: &Section, written: Option<&SectionDecl>) -> Vec<Diagnostic> {
    let decls = rule_decls(written);
    let found = section.rules.iter().zip(decls).filter_map(|(rule, decl)| {
        if let Some(place) = condition_place(context, rule)
            && let Some(never) = why_never(context, place)
        {
            return never_applies(rule, never);
        }
        without_points(context, rule, decl)
    });
    found.collect()
}

/// Returns whether a rule can never give a point.
pub(super) fn is_without_effect(context: &Context<'_>, rule: &Rule) -> bool {
    let points = rule_points(&context.world, rule).limited(rule.limit);
    points.only() == Some(0.0)
}

fn condition_place<'c, 'a>(context: &'c Context<'a>, rule: &Rule) -> Option<&'c Place<'a>> {
    let condition = match &rule.kind {
        RuleKind::Lead { condition } => condition.as_ref()?,
        RuleKind::Events { select, .. } => select.condition.as_ref()?,
    };
    context.places.iter().find(|place| place.role == Role::Rule && place.expr.span == condition.span)
}

fn never_applies(rule: &Rule, never: Never) -> Option<Diagnostic> {
    let Never::Because(reason) = never else { return None };
    let message = format!("the rule `{}` {}", rule.name, reason.text);
    let help = "change the condition, or remove the rule";
    Some(Diagnostic::warning(codes::RULE_NEVER_APPLIES, reason.span, message).label("never true").help(help))
}

fn without_points(context: &Context<'_>, rule: &Rule, decl: &RuleDecl) -> Option<Diagnostic> {
    if !is_without_effect(context, rule) {
        return None;
    }
    let name = &rule.name;
    let (span, why, help) = match (&decl.points, &decl.frame.limit) {
        (PointsDecl::Fixed(points), _) if points.value == 0 => (
            points.span,
            format!("the rule `{name}` gives 0 points"),
            "give it points, or remove it; to count events without scoring them use a signal",
        ),
        (PointsDecl::Table(entries), _) if entries.value.iter().all(|(_, points)| points.value == 0) => (
            entries.span,
            format!("the rule `{name}` gives 0 points for every value"),
            "give some values points, or remove the rule",
        ),
        (_, Some(limit)) if rule_points(&context.world, rule).only() != Some(0.0) => (
            limit.span,
            format!("the limit of the rule `{name}` takes away all its points"),
            "a range such as `[-30, 0]` keeps losses only, `[0, 30]` gains only: check the signs",
        ),
        _ => (
            decl.name.span,
            format!("the rule `{name}` never gives a point: no key of its table can apply"),
            "compare the keys with the values that occur",
        ),
    };
    Some(Diagnostic::warning(codes::RULE_NEVER_APPLIES, span, why).label("no points").help(help))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn rule(text: &str) -> String {
        format!("lead: {{x: number, t: text}}\nfit: {{rules: {{R: {text}}}}}\n")
    }

    #[test]
    fn rules_without_effect_are_found() {
        check(&rule("{if: x > 5, points: 0}"), &["3: B0223 the rule `R` gives 0 points"]);
        check(&rule("{by: t, points: {a: 0, missing: 0}}"), &["3: B0223 the rule `R` gives 0 points for every value"]);
        check(&rule("{if: 'false', points: 5}"), &["3: B0223 the rule `R` never applies: `false` is never true"]);
        check(
            &rule("{if: x > 5, points: -5, range: [0, 10]}"),
            &["3: B0223 the limit of the rule `R` takes away all its points"],
        );
        check(
            &rule("{if: criteria_met >= 3, points: 5}"),
            &["3: B0223 the rule `R` needs `criteria_met` 3, there is no `qualification`"],
        );
    }

    #[test]
    fn a_rule_that_may_apply_is_left_alone() {
        check(&rule("{if: x > 5 || t == 'a', points: 5}"), &[]);
    }
}
