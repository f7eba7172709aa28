//! Turns a [`Definition`] into its text, in the one layout in which definitions are best read.
//!
//! 1. `entries` turns the definition into a tree of keys and values, keys in the order of [`crate::keys`].
//! 2. `layout` prints the tree: what fits on a line stands on one, the rest is indented below its key.
//! 3. `scalar` quotes what YAML would read otherwise, and nothing else.

mod durations;
mod entries;
mod ladder;
mod layout;
mod rules;
mod scalar;

pub(crate) use ladder::{day_spans, hours_text};

use crate::definition::Definition;

/// Prints a definition that was learned or generated; parsing the text again gives the same definition.
///
/// A [`Definition`] does not hold the comments and the layout of the file it was read from, so neither does this text:
/// never write it over a file that a person keeps. Formatting twice changes nothing more.
pub fn format_definition(definition: &Definition) -> String {
    layout::print_file(&entries::file_entries(definition))
}
