//! Finds what a definition cannot mean: stages out of reach, rules that never apply, conditions that contradict
//! themselves. All of it is a warning: the definition may be used, but it probably does not say what its author wants.
//!
//! A warning that is wrong costs trust, so a check speaks only where it is certain, whatever the data:
//! 1. [`world`] says what each name may be, [`intervals`] what rules can give at least and at most.
//! 2. [`assume`] takes a condition to be true and says what follows, or that it cannot be.
//! 3. Each check below asks its question, and says where, what and what instead.

pub(crate) mod interval;
pub(crate) mod intervals;

mod assume;
mod evaluate;
mod facts;
mod places;
mod possible;
mod show;
mod world;
mod written;

mod always_true;
mod contradiction;
mod decay;
mod grades;
mod hand_off;
mod keys;
mod limits;
mod never;
mod personas;
mod routes;
mod rules;
mod stages;
mod unused;
mod values;

#[cfg(test)]
mod soundness;
#[cfg(test)]
mod testing;

use crate::definition::Definition;
use crate::diagnostic::Diagnostic;
use crate::meaning::Meaning;
use places::{Place, places};
use world::World;

/// What every check looks at.
struct Context<'a> {
    definition: &'a Definition,
    meaning: &'a Meaning,
    world: World<'a>,
    places: Vec<Place<'a>>,
}

/// Runs all checks on a definition without errors.
pub(crate) fn run_checks(definition: &Definition, meaning: &Meaning) -> Vec<Diagnostic> {
    let context = Context { definition, meaning, world: World::new(meaning), places: places(meaning) };
    let checks: &[fn(&Context<'_>) -> Vec<Diagnostic>] = &[
        stages::check_reach,
        stages::check_implied,
        grades::check,
        rules::check,
        keys::check,
        personas::check,
        routes::check,
        contradiction::check,
        always_true::check,
        limits::check,
        unused::check,
        decay::check,
        |context| hand_off::check_present(context).into_iter().collect(),
        |context| hand_off::check_answers(context).into_iter().collect(),
        values::check,
        never::check,
    ];
    checks.iter().flat_map(|check| check(&context)).collect()
}
