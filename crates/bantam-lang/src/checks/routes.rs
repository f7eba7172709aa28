//! B0226: routes that are never taken.

use super::Context;
use super::always_true::is_always_true;
use super::never::{Never, why_never};
use super::personas::implies;
use super::places::Role;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::meaning::Route;

/// A route is compared with this many before it.
const COMPARED_MAX: usize = 100;

/// Finds routes that are never taken.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let routes = &context.meaning.routes;
    let found = routes.iter().enumerate().filter_map(|(index, route)| {
        let before = routes.get(..index).unwrap_or_default();
        if let Some(catch_all) = before.iter().find(|other| takes_all(context, other)) {
            let help = "routes are tried in order: move the one without a condition to the end";
            return Some(hidden(route, catch_all, help));
        }
        let condition = route.condition.as_ref()?;
        let place =
            context.places.iter().find(|place| place.role == Role::Route && place.expr.span == condition.span)?;
        match why_never(context, place) {
            Some(Never::Told) => None,
            Some(Never::Because(reason)) => {
                let message = format!("{} {}", place.subject, reason.text);
                let help = "change the condition, or remove the route";
                Some(Diagnostic::warning(codes::ROUTE_NEVER_TAKEN, reason.span, message).label("never true").help(help))
            }
            None => {
                let mut before = before.iter().rev().take(COMPARED_MAX);
                let first = before.find(|other| {
                    other.condition.as_ref().is_some_and(|other| implies(&context.world, condition, other))
                })?;
                Some(hidden(route, first, "routes are tried in order: put the narrower condition above the wider one"))
            }
        }
    });
    found.collect()
}

fn takes_all(context: &Context<'_>, route: &Route) -> bool {
    route.condition.as_ref().is_none_or(|condition| is_always_true(&context.world, condition))
}

fn hidden(route: &Route, first: &Route, help: &str) -> Diagnostic {
    let message = if route.to == first.to {
        format!("this route to `{}` is never taken: an earlier one takes all its leads", route.to)
    } else {
        format!("the route to `{}` is never taken: the route to `{}` takes all its leads", route.to, first.to)
    };
    Diagnostic::warning(codes::ROUTE_NEVER_TAKEN, route.span, message)
        .label("never taken")
        .related(first.span, "taken first")
        .help(help)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    #[test]
    fn a_route_behind_a_catch_all_is_never_taken() {
        check(
            "lead: {x: number}\nroutes:\n  - {to: nurture}\n  - {to: sales, if: x > 3}\n",
            &["5: B0226 the route to `sales` is never taken: the route to `nurture` takes all its leads"],
        );
    }

    #[test]
    fn a_wider_route_hides_a_narrower_one() {
        let routes = |one: &str, other: &str| {
            format!(
                "lead: {{x: number}}\nfit: {{rules: {{A: {{if: x > 3, points: 30}}, B: {{if: x > 5, points: 30}}}}}}\nroutes:\n  - {{to: a, if: {one}}}\n  - {{to: b, if: {other}}}\n"
            )
        };
        let hidden = "6: B0226 the route to `b` is never taken: the route to `a` takes all its leads";
        check(&routes("score >= 20", "score >= 40"), &[hidden]);
        check(&routes("score >= 20", "fit >= 40"), &[hidden]);
        check(&routes("score >= 40", "score >= 20"), &[]);
        check(
            &routes("score >= 40", "score >= 80"),
            &["6: B0226 the route to `b` needs score 80, the rules give 60 at most"],
        );
    }
}
