//! Turns a survey into findings about the definition: what does nothing, and what the data may mean instead.
//!
//! One cause is told once: a rule whose events never come is not also told to hit nothing.

mod columns;

mod events;

mod rules;

use super::Survey;
use bantam_lang::CheckedDefinition;
use bantam_lang::diagnostic::{Diagnostic, sort_diagnostics};

/// Returns what the data says against the definition, in the order of places; all of it warnings.
///
/// Says nothing about leads where there are none, or about events where none counts.
pub fn diagnostics(survey: &Survey, definition: &CheckedDefinition) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if survey.leads > 0 {
        rules::rules(survey, definition, &mut found);
        columns::columns(survey, definition, &mut found);
    }
    if survey.events > 0 {
        events::events(survey, definition, &mut found);
    }
    sort_diagnostics(&mut found);
    found
}
