//! B0232: decays that the window beside them ends before they do anything.

use super::Context;
use super::written::rule_decls;
use crate::codes;
use crate::definition::{Frame, RuleOrGroup, SectionDecl, Within};
use crate::diagnostic::Diagnostic;
use crate::meaning::Decay;
use crate::source::Spanned;

/// Finds decays longer than the window written beside them. An inherited decay is a default and may be idle.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(section) = &context.definition.engagement {
        found.extend(frames(section).filter_map(|frame| outlives(frame.within, frame.decay)));
        let rules = rule_decls(Some(section)).into_iter();
        found.extend(rules.filter_map(|rule| outlives(rule.selectors.within, rule.frame.decay)));
    }
    found
}

fn frames(section: &SectionDecl) -> impl Iterator<Item = &Frame> {
    let groups = section.items.iter().filter_map(|item| match item {
        RuleOrGroup::Group(group) => Some(&group.frame),
        RuleOrGroup::Rule(_) => None,
    });
    [&section.frame].into_iter().chain(groups)
}

fn outlives(within: Option<Spanned<Within>>, decay: Option<Spanned<Decay>>) -> Option<Diagnostic> {
    let (within, decay) = (within?, decay?);
    let Within::Seconds(window) = within.value else { return None };
    let (message, help) = match decay.value {
        Decay::HalveEvery(every) if every >= window => (
            "the points are never halved: the window ends first".to_owned(),
            "halve them sooner, open the window wider, or write `halve_every: never`",
        ),
        Decay::FadeOver(over) if over >= window.saturating_mul(2) => {
            let left = 100 - (100 * window) / over;
            (
                format!("the points hardly fade: {left}% are left when the window ends"),
                "fade them sooner, open the window wider, or write `fade_over: never`",
            )
        }
        _ => return None,
    };
    Some(
        Diagnostic::warning(codes::DECAY_OUTLIVES_WINDOW, decay.span, message)
            .label("longer than the window")
            .related(within.span, "the window")
            .help(help),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    #[test]
    fn a_decay_ends_within_its_window() {
        let yaml = |keys: &str| {
            format!("engagement:\n  halve_every: 90d\n  rules:\n    A: {{on: page_viewed, points: 10, {keys}}}\n")
        };
        check(&yaml("within: 30d"), &[]);
        check(&yaml("within: 30d, halve_every: 10d"), &[]);
        check(&yaml("within: 30d, halve_every: 30d"), &["5: B0232 the points are never halved: the window ends first"]);
        check(&yaml("within: 30d, fade_over: 45d"), &[]);
        check(
            &yaml("within: 30d, fade_over: 120d"),
            &["5: B0232 the points hardly fade: 75% are left when the window ends"],
        );
    }
}
