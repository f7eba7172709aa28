//! B0229: conditions that are always true, so that they decide nothing.

use super::Context;
use super::facts::Facts;
use super::interval::Interval;
use super::places::{Place, Role, walk};
use super::show::{show, show_name};
use super::world::World;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::meaning::{Expr, ExprKind, Value};

/// Finds conditions that are always true.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for place in &context.places {
        let world = place.world(&context.world);
        found.extend(whole(&world, place));
        walk(place.expr, &mut |expr| {
            if let ExprKind::And(parts) = &expr.kind {
                found.extend(parts.iter().filter_map(|part| part_of_and(&world, part)));
            }
            found.extend(holds_nothing(&world, expr));
        });
    }
    found
}

/// Returns whether a condition is true whatever the lead is like.
pub(super) fn is_always_true(world: &World<'_>, condition: &Expr) -> bool {
    world.refuel();
    world.is_always_true(condition, &Facts::default())
}

fn whole(world: &World<'_>, place: &Place<'_>) -> Option<Diagnostic> {
    if !place.is_condition() || !is_always_true(world, place.expr) {
        return None;
    }
    let help = match place.role {
        // "- Everybody else: true" is how a list in which the first match wins ends.
        Role::Persona => return None,
        Role::Stage => "write the stage without a condition if every lead may stand on it",
        Role::Route => "leave out `if` if every lead that comes this far is to take the route",
        Role::Disqualifier => "as it stands, every lead is disqualified",
        Role::Rule => "as it stands, the condition sorts nothing out: change it, or remove it",
        _ => "change it, or leave out `if`",
    };
    let message = format!("the condition of {} is always true{}", place.subject, because(world, place.expr));
    Some(Diagnostic::warning(codes::ALWAYS_TRUE, place.expr.span, message).label("always true").help(help))
}

fn part_of_and(world: &World<'_>, part: &Expr) -> Option<Diagnostic> {
    let looked_at = matches!(part.kind, ExprKind::Compare(..) | ExprKind::Known(_) | ExprKind::Literal(_));
    if !looked_at || !is_always_true(world, part) {
        return None;
    }
    let message = format!("`{}` is always true{}", show(world.meaning, part), because(world, part));
    Some(
        Diagnostic::warning(codes::ALWAYS_TRUE, part.span, message)
            .label("always true")
            .help("change it, or leave it out: it decides nothing"),
    )
}

/// Says what the compared number can be.
fn because(world: &World<'_>, expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Compare(_, of, other) | ExprKind::Compare(_, other, of)
            if matches!(other.kind, ExprKind::Literal(Value::Number(_))) =>
        {
            match world.look_at(of).values.interval() {
                interval if interval == Interval::ALL => String::new(),
                interval => format!(": `{}` is {}", show(world.meaning, of), interval.words()),
            }
        }
        ExprKind::Known(name) => format!(": `{}` always has a value", show_name(world.meaning, *name)),
        _ => String::new(),
    }
}

/// Every text contains, starts and ends with an empty text.
fn holds_nothing(world: &World<'_>, expr: &Expr) -> Option<Diagnostic> {
    let (ExprKind::Contains(_, part) | ExprKind::StartsWith(_, part) | ExprKind::EndsWith(_, part)) = &expr.kind else {
        return None;
    };
    if !matches!(&part.kind, ExprKind::Literal(Value::Text(text)) if text.is_empty()) {
        return None;
    }
    let message = format!("`{}` is true for every text", show(world.meaning, expr));
    Some(
        Diagnostic::warning(codes::ALWAYS_TRUE, part.span, message)
            .label("an empty text")
            .help("write the text to look for; `known(x)` asks whether there is a value"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    const RULES: &str = "lead: {x: number, t: text}\nfit: {rules: {A: {if: x > 5, points: 30}}}\n";

    #[test]
    fn conditions_that_decide_nothing_are_found() {
        check(
            &format!("{RULES}stages: [Lead: fit >= 0]\n"),
            &["4: B0229 the condition of the stage `Lead` is always true: `fit` is from 0 to 30"],
        );
        check(
            &format!("{RULES}stages: [Lead, Ready: fit >= 0 && x > 8]\n"),
            &["4: B0229 `fit >= 0` is always true: `fit` is from 0 to 30"],
        );
        check(
            &format!("{RULES}disqualify: {{All: 't.startsWith(\"\")'}}\n"),
            &["4: B0229 `t.startsWith(\"\")` is true for every text"],
        );
        check(
            &format!("{RULES}routes: [{{to: a, if: known(fit)}}]\n"),
            &["4: B0229 the condition of the route to `a` is always true: `fit` always has a value"],
        );
    }

    #[test]
    fn what_may_be_unknown_is_not_always_true() {
        check(&format!("{RULES}disqualify: {{D: x == x}}\n"), &[]);
        check(&format!("{RULES}disqualify: {{D: 'size(t) >= 0'}}\n"), &[]);
        check(&format!("{RULES}disqualify: {{D: '(x > 3 || x <= 3) && t == \"a\"'}}\n"), &[]);
        check(&format!("{RULES}personas: [{{Buyer: x > 3}}, {{Other: 'true'}}]\n"), &[]);
        check(
            &format!("{RULES}disqualify: {{D: '!disqualified_by'}}\n")
                .replace("'!disqualified_by'", "x > 3 || fit < 0 || fit > 5"),
            &["4: B0235 `fit < 0` is never true: the rules give 0 at least"],
        );
    }
}
