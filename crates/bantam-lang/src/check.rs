//! Turns a [`Definition`] into a [`CheckedDefinition`]: every name resolved, every type proven.
//!
//! Sections are resolved in the order in which they see each other, so what an expression may use is what stands
//! resolved before it.

mod events;
pub(crate) mod functions;
mod lead;
mod names;
mod rules;
mod stages;
mod typing;

use crate::definition::{Definition, Expression};
use crate::diagnostic::{Diagnostic, has_errors};
use crate::fingerprint::{Fingerprint, fingerprint};
use crate::meaning::{Expr, Meaning, Type};
use names::{Names, Scope};
use std::ops::Deref;
use std::sync::Arc;

/// A definition that may be used: it has no errors, so scoring by it never fails.
///
/// INVARIANT: `meaning` is what [`check`] found to be without errors; there is no other constructor.
#[derive(Clone, Debug)]
pub struct CheckedDefinition {
    meaning: Arc<Meaning>,
    definition: Arc<Definition>,
    fingerprint: Fingerprint,
}

impl Deref for CheckedDefinition {
    type Target = Meaning;

    fn deref(&self) -> &Meaning {
        &self.meaning
    }
}

impl CheckedDefinition {
    /// Returns what it means, to be shared.
    pub fn meaning(&self) -> Arc<Meaning> {
        Arc::clone(&self.meaning)
    }

    /// Returns it as written.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Returns its identity: equal for definitions that differ in layout alone.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }
}

/// Reads the content of a list file named in a definition, or says why it cannot.
pub type ReadList<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

/// Checks a definition. The definition comes back checked where no diagnostic is an error.
pub fn check(definition: Definition, read_list: &mut ReadList<'_>) -> (Option<CheckedDefinition>, Vec<Diagnostic>) {
    let mut checker =
        Checker { meaning: Meaning::default(), names: Names::default(), diagnostics: Vec::new(), poisoned: Vec::new() };
    checker.run(&definition, read_list);
    let diagnostics = checker.diagnostics;
    if has_errors(&diagnostics) {
        return (None, diagnostics);
    }
    let fingerprint = fingerprint(&definition, &checker.meaning);
    let meaning = Arc::new(checker.meaning);
    (Some(CheckedDefinition { meaning, definition: Arc::new(definition), fingerprint }), diagnostics)
}

struct Checker {
    meaning: Meaning,
    names: Names,
    diagnostics: Vec<Diagnostic>,
    /// Names whose own declaration is in error: using them is not another one.
    poisoned: Vec<String>,
}

impl Checker {
    fn run(&mut self, definition: &Definition, read_list: &mut ReadList<'_>) {
        self.meaning.name = definition.name.as_ref().map(|name| name.value.clone());
        self.meaning.review_every_seconds = definition.review_every.as_ref().map(|every| every.value);
        self.meaning.missing = definition.missing.iter().map(|text| text.value.clone()).collect();
        self.meaning.office_hours = definition.office_hours.clone();
        self.attributes(definition);
        self.properties(definition);
        self.lists(definition, read_list);
        self.declare_computed(definition);
        self.actions(definition);
        self.sales(definition);
        self.derive(definition);
        self.signals(definition);
        self.personas(definition);
        self.meaning.fit = definition.fit.as_ref().map(|section| self.section(section, false)).unwrap_or_default();
        self.meaning.engagement =
            definition.engagement.as_ref().map(|section| self.section(section, true)).unwrap_or_default();
        self.disqualify(definition);
        self.stages(definition);
        self.grades(definition);
        self.routes(definition);
    }

    /// Types an expression that must be a condition.
    fn condition(&mut self, expression: &Expression, scope: Scope) -> Option<Expr> {
        typing::type_condition(self, expression, scope)
    }

    /// Types an expression of any type.
    fn value(&mut self, expression: &Expression, scope: Scope) -> Option<Expr> {
        typing::type_value(self, expression, scope)
    }

    fn maybe_condition(&mut self, expression: Option<&Expression>, scope: Scope) -> Option<Expr> {
        expression.and_then(|expression| self.condition(expression, scope))
    }
}

/// What a condition is said to be, for messages about types.
fn type_phrase(kind: Type) -> &'static str {
    match kind {
        Type::Text => "a text",
        Type::Number => "a number",
        Type::Boolean => "true or false",
        Type::Time => "a time",
    }
}
