#![doc = include_str!("../README.md")]

mod check;
mod checks;
pub mod codes;
pub mod convert;
mod decode;
pub mod definition;
pub mod describe;
pub mod diagnostic;
pub mod diff;
pub mod email;
pub mod expression;
mod fingerprint;
pub mod format;
pub mod keys;
pub mod meaning;
pub mod nearest;
pub mod pattern;
pub mod render;
pub mod schema;
pub mod source;
pub mod titles;
mod yaml;

pub use check::{CheckedDefinition, ReadList, check};
pub use fingerprint::Fingerprint;

use definition::Definition;
use diagnostic::{Diagnostic, sort_diagnostics};
use source::{Source, Span};

/// Reads a definition's text; returns it as written, as far as it can be read, with everything that is wrong.
pub fn parse(source: &Source) -> (Option<Definition>, Vec<Diagnostic>) {
    let (root, mut diagnostics) = yaml::read_yaml(source);
    let definition = root.filter(|root| !root.is_absent()).map(|root| {
        let (definition, more) = decode::decode(source, &root);
        diagnostics.extend(more);
        definition
    });
    if definition.is_none() && diagnostics.is_empty() {
        let help = "begin with `bantam: 1`, or start from a template: `bantam init`";
        diagnostics.push(Diagnostic::error(codes::MISSING_KEY, Span::default(), "the definition is empty").help(help));
    }
    sort_diagnostics(&mut diagnostics);
    (definition, diagnostics)
}

/// A definition's text with all that was found out about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The text.
    pub source: Source,
    /// The definition, where it may be used.
    pub checked: Option<CheckedDefinition>,
    /// Everything found, in the order of places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses and checks a definition. `read_list` gives the content of list files the definition names.
pub fn load(source: Source, read_list: &mut ReadList<'_>) -> Loaded {
    let (definition, mut diagnostics) = parse(&source);
    let mut checked = None;
    if let Some(definition) = definition {
        let (found, more) = check(definition, read_list);
        diagnostics.extend(more);
        checked = found.filter(|_| !diagnostic::has_errors(&diagnostics));
        if let Some(checked) = &checked {
            diagnostics.extend(checks::run_checks(checked.definition(), checked));
        }
    }
    sort_diagnostics(&mut diagnostics);
    Loaded { source, checked, diagnostics }
}
