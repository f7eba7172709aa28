//! B0233: no hand-off. B0234: a stage of sales that a lead can reach without an answer of sales.

use super::Context;
use super::places::walk;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::meaning::{EventSet, Expr, ExprKind, Meaning, Name, SignalKind};
use std::collections::HashSet;

/// Finds stages without a hand-off where leads are passed on.
pub(super) fn check_present(context: &Context<'_>) -> Option<Diagnostic> {
    let meaning = context.meaning;
    let (first, last) = (context.definition.stages.first()?, context.definition.stages.last()?);
    let answered = |condition: &Expr| names_an_answer(meaning, condition);
    let sales_stage = meaning.stages.iter().position(|stage| stage.condition.as_ref().is_some_and(answered));
    if meaning.hand_off.is_some() || (meaning.routes.is_empty() && sales_stage.is_none()) {
        return None;
    }
    let before = sales_stage.and_then(|index| index.checked_sub(1)).or(meaning.stages.len().checked_sub(1));
    let name = before.and_then(|index| meaning.stages.get(index)).map_or(&last.name.value, |stage| &stage.name);
    let message = "there are stages and no `hand_off`: nobody knows when a lead passes to sales";
    Some(
        Diagnostic::warning(codes::NO_HAND_OFF, first.name.span.join(last.name.span), message)
            .label("which of these is handed to sales?")
            .help(format!("name the stage, for example `hand_off: {name}`")),
    )
}

/// Finds a first stage of sales that score alone can reach.
pub(super) fn check_answers(context: &Context<'_>) -> Option<Diagnostic> {
    let meaning = context.meaning;
    let hand_off = meaning.hand_off.as_ref()?;
    let stage = meaning.stages.get(hand_off.stage + 1)?;
    if stage.condition.as_ref().is_some_and(|condition| names_an_answer(meaning, condition)) {
        return None;
    }
    let hand_off_name = meaning.stages.get(hand_off.stage).map_or("", |stage| stage.name.as_str());
    let message =
        format!("a lead can reach `{}` without an answer of sales, and would never be handed over", stage.name);
    let warning = Diagnostic::warning(codes::SALES_STAGE_BY_SCORE, stage.span, message)
        .label(format!("the first stage after `{hand_off_name}`"))
        .help("ask for an answer here: `accepted_by_sales`, `became_opportunity`, `sales_status == \"accepted\"` or a criterion of `qualification`");
    Some(match &context.definition.hand_off {
        Some(written) => warning.related(written.stage.span, "handed over here"),
        None => warning,
    })
}

/// Returns whether a condition looks at an answer of sales or a criterion, itself or through what it is computed from.
fn names_an_answer(meaning: &Meaning, condition: &Expr) -> bool {
    let mut seen = HashSet::new();
    let mut expressions = vec![condition];
    let mut found = false;
    while let Some(expression) = expressions.pop() {
        walk(expression, &mut |expr| {
            let (ExprKind::Name(name) | ExprKind::Known(name)) = &expr.kind else { return };
            found |= is_answer(meaning, *name);
            if let Name::Derived(index) = name
                && seen.insert(*index)
            {
                expressions.extend(meaning.derived.get(*index).map(|derived| &derived.expr));
            }
        });
    }
    found
}

fn is_answer(meaning: &Meaning, name: Name) -> bool {
    match name {
        Name::SalesStatus | Name::AcceptedBySales | Name::BecameOpportunity | Name::CriteriaMet => true,
        Name::Attribute(index) => meaning.criteria.contains(&index),
        Name::Signal(index) => {
            meaning.signals.get(index).is_some_and(|signal| watches_an_answer(meaning, &signal.kind))
        }
        _ => false,
    }
}

/// A signal over an event by which sales answers is an answer of sales too.
fn watches_an_answer(meaning: &Meaning, kind: &SignalKind) -> bool {
    let is_answer = |events: &EventSet| {
        meaning.sales.iter().any(|answer| {
            events.names.iter().any(|name| answer.names.contains(name))
                || events.actions.iter().any(|action| answer.actions.contains(action))
        })
    };
    match kind {
        SignalKind::Count { select, .. } | SignalKind::Sum { select, .. } => is_answer(&select.events),
        SignalKind::First(select) | SignalKind::Last(select) => is_answer(&select.events),
        SignalKind::Sequence { steps, .. } => steps.iter().any(is_answer),
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    const LEAD: &str = "lead: {x: number}\nqualification: BANT\nfit: {rules: {A: {if: x > 3, points: 90}}}\n";

    #[test]
    fn sales_answers_its_own_stages() {
        let yaml =
            |condition: &str| format!("{LEAD}stages: [Lead, Ready: fit >= 50, Taken: {condition}]\nhand_off: Ready\n");
        check(&yaml("accepted_by_sales"), &[]);
        check(&yaml("criteria_met >= 2 && fit > 60"), &[]);
        check(&yaml("budget"), &[]);
        check(
            &yaml("fit > 60"),
            &["5: B0234 a lead can reach `Taken` without an answer of sales, and would never be handed over"],
        );
    }

    #[test]
    fn stages_and_routes_want_a_hand_off() {
        let message = "5: B0233 there are stages and no `hand_off`: nobody knows when a lead passes to sales";
        check(&format!("{LEAD}stages: [Lead, Ready: fit >= 50]\nroutes: [{{to: sales}}]\n"), &[message]);
        check(&format!("{LEAD}stages: [Lead, Ready: fit >= 50, Taken: accepted_by_sales]\n"), &[message]);
        check(&format!("{LEAD}stages: [Lead, Ready: fit >= 50]\n"), &[]);
        check(&format!("{LEAD}routes: [{{to: sales}}]\n"), &[]);
    }
}
