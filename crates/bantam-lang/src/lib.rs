#![doc = include_str!("../README.md")]

pub mod codes;
pub mod convert;
mod decode;
pub mod definition;
pub mod diagnostic;
pub mod email;
pub mod expression;
pub mod keys;
pub mod meaning;
pub mod nearest;
pub mod pattern;
pub mod source;
pub mod titles;
mod yaml;

use definition::Definition;
use diagnostic::{Diagnostic, sort_diagnostics};
use source::Source;

/// Reads a definition's text; returns it as written, as far as it can be read, with everything that is wrong.
pub fn parse(source: &Source) -> (Option<Definition>, Vec<Diagnostic>) {
    let (root, mut diagnostics) = yaml::read_yaml(source);
    let definition = root.map(|root| {
        let (definition, more) = decode::decode(source, &root);
        diagnostics.extend(more);
        definition
    });
    sort_diagnostics(&mut diagnostics);
    (definition, diagnostics)
}
