//! B0225: personas that no lead can have.

use super::Context;
use super::assume::assume;
use super::facts::Facts;
use super::never::{Never, why_never};
use super::places::Role;
use super::world::World;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::meaning::Expr;
use crate::source::Span;

/// An entry of a list in which the first match wins is compared with this many before it.
const COMPARED_MAX: usize = 100;

/// Finds personas that never match.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let places: Vec<_> = context.places.iter().filter(|place| place.role == Role::Persona).collect();
    let names = context.definition.personas.iter().map(|persona| persona.name.span);
    let names: Vec<Span> = names.collect();
    let mut found = Vec::new();
    for (index, (place, name)) in places.iter().zip(&names).enumerate() {
        match why_never(context, place) {
            Some(Never::Told) => {}
            Some(Never::Because(reason)) => {
                let message = format!("{} {}", place.subject, reason.text);
                let help = "change the condition, or remove the persona";
                let warning = Diagnostic::warning(codes::PERSONA_NEVER_APPLIES, reason.span, message);
                found.push(warning.label("never true").help(help));
            }
            None => {
                let before = places.get(..index).unwrap_or_default();
                let shadow = before
                    .iter()
                    .zip(&names)
                    .rev()
                    .take(COMPARED_MAX)
                    .find(|(earlier, _)| implies(&context.world, place.expr, earlier.expr));
                if let Some((earlier, earlier_name)) = shadow {
                    let message = format!("{} is never given: {} always matches first", place.subject, earlier.subject);
                    found.push(
                        Diagnostic::warning(codes::PERSONA_NEVER_APPLIES, *name, message)
                            .label("never given")
                            .related(*earlier_name, "matches first")
                            .help("the first match wins: put the narrower persona above the wider one"),
                    );
                }
            }
        }
    }
    found
}

/// Returns whether a condition is certainly true wherever another is.
pub(super) fn implies(world: &World<'_>, given: &Expr, then: &Expr) -> bool {
    world.refuel();
    let Some(facts) = assume(world, given, true, Facts::default()).and_then(|facts| facts.settled(world)) else {
        return false;
    };
    !world.can_be_unknown(then, &facts) && !world.can_be(then, &facts, false) && world.is_sure()
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn personas(first: &str, second: &str) -> String {
        format!(
            "lead: {{x: number, t: text, title: text}}\nderive: {{rank: seniority(title)}}\npersonas:\n  - A: {first}\n  - B: {second}\n"
        )
    }

    #[test]
    fn an_earlier_persona_may_hide_a_later_one() {
        let hidden = "6: B0225 the persona `B` is never given: the persona `A` always matches first";
        check(&personas("x > 5", "x > 5"), &[hidden]);
        check(&personas("x > 5", "x > 10 && t == 'a'"), &[hidden]);
        check(&personas("rank in [\"VP\", \"Director\"]", "rank == \"VP\""), &[hidden]);
        check(&personas("known(rank)", "rank == \"VP\""), &[hidden]);
        check(&personas("known(x)", "x > 3"), &[hidden]);
        check(&personas("'true'", "x > 3"), &[hidden]);
    }

    #[test]
    fn a_persona_of_its_own_is_left_alone() {
        check(&personas("x > 10", "x > 5"), &[]);
        check(&personas("x > 5", "t == 'a'"), &[]);
        check(&personas("x > 5 && t != 'b'", "x > 5 && t == 'b'"), &[]);
        // Where `t` is missing the first is unknown, and the second may match.
        check(&personas("x > 5 || t == 'a'", "x > 3"), &[]);
        check(&personas("t != 'a'", "x > 3"), &[]);
        check(&personas("x > 3", "'true'"), &[]);
    }
}
