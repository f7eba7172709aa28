//! Prints a tree of keys and values: on one line what fits there, the rest indented below its key.

use super::scalar::{Place, needs_escape, scalar};

/// A value that fits on a line of this many characters stands on one.
const LINE_CHARS: usize = 100;
/// YAML reads a key of up to 1024 characters without a `? ` before it.
const KEY_CHARS: usize = 1_000;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// A name, a number, a duration or another text.
    Text(String),
    /// An expression; one of several lines keeps them.
    Expression(String),
    /// `[a, b]` or `- ` lines.
    List(Vec<Layout>, Shape),
    /// `{key: value}` or `key: value` lines.
    Map(Vec<Entry>, Shape),
}

/// A key with its value.
pub(super) type Entry = (String, Layout);

/// Whether a list or map may stand on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// On one line where it fits.
    Close,
    /// One line each, unless there is nothing in it.
    Open,
}

/// Returns the text of a whole file; a blank line sets off what takes several lines.
pub(super) fn print_file(entries: &[Entry]) -> String {
    let mut out = String::new();
    let mut before_is_long = false;
    for (key, value) in entries {
        let text = print_entry(key, value, 0);
        let is_long = text.trim_end().contains('\n');
        if !out.is_empty() && (is_long || before_is_long) {
            out.push('\n');
        }
        out.push_str(&text);
        before_is_long = is_long;
    }
    out
}

fn print_entry(key: &str, value: &Layout, indent: usize) -> String {
    let key_text = scalar(key, Place::Block);
    let margin = " ".repeat(indent);
    let head = if key_text.chars().count() > KEY_CHARS {
        format!("{margin}? {key_text}\n{margin}:")
    } else {
        format!("{margin}{key_text}:")
    };
    format!("{head}{}", print_value(value, indent, indent + key_text.chars().count() + 2))
}

/// Prints what follows a key at `indent`: ` value`, or an indented block; `column` is where a value would begin.
fn print_value(value: &Layout, indent: usize, column: usize) -> String {
    if let Some(line) = one_line(value, column) {
        return format!(" {line}\n");
    }
    match value {
        Layout::Text(text) => format!(" {}\n", scalar(text, Place::Block)),
        Layout::Expression(text) => format!(" {}\n", print_lines(text, indent + 2)),
        Layout::List(items, _) => format!("\n{}", print_items(items, indent + 2)),
        Layout::Map(entries, _) => format!("\n{}", print_entries(entries, indent + 2)),
    }
}

fn print_entries(entries: &[Entry], indent: usize) -> String {
    entries.iter().map(|(key, value)| print_entry(key, value, indent)).collect()
}

fn print_items(items: &[Layout], indent: usize) -> String {
    let margin = " ".repeat(indent);
    items
        .iter()
        .map(|item| match (one_line(item, indent + 2), item) {
            (Some(line), _) => format!("{margin}- {line}\n"),
            // The first entry stands on the line of the dash.
            (None, Layout::Map(entries, _)) => {
                format!("{margin}- {}", print_entries(entries, indent + 2).trim_start_matches(' '))
            }
            (None, item) => format!("{margin}-{}", print_value(item, indent, indent + 2)),
        })
        .collect()
}

/// An expression of several lines keeps them in a `|-` block, where nothing needs an escape.
fn print_lines(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let lines: Vec<String> =
        text.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") }).collect();
    format!("|-\n{}", lines.join("\n"))
}

/// The value on one line, where it may stand on one and fits.
fn one_line(value: &Layout, column: usize) -> Option<String> {
    match value {
        Layout::Text(text) => Some(scalar(text, Place::Block)),
        Layout::Expression(text) => (!keeps_lines(text)).then(|| scalar(text, Place::Block)),
        Layout::List(..) | Layout::Map(..) => {
            in_brackets(value).filter(|line| column + line.chars().count() <= LINE_CHARS || line.len() == 2)
        }
    }
}

/// The value as it stands inside brackets; `None` where something in it needs lines of its own.
fn in_brackets(value: &Layout) -> Option<String> {
    match value {
        Layout::Text(text) => Some(scalar(text, Place::Flow)),
        Layout::Expression(text) => (!keeps_lines(text)).then(|| scalar(text, Place::Flow)),
        Layout::List(items, _) if items.is_empty() => Some("[]".into()),
        Layout::Map(entries, _) if entries.is_empty() => Some("{}".into()),
        Layout::List(_, Shape::Open) | Layout::Map(_, Shape::Open) => None,
        Layout::List(items, Shape::Close) => {
            let items: Option<Vec<String>> = items.iter().map(in_brackets).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Layout::Map(entries, Shape::Close) => {
            let entries: Option<Vec<String>> = entries
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", scalar(key, Place::Flow), in_brackets(value)?)))
                .collect();
            Some(format!("{{{}}}", entries?.join(", ")))
        }
    }
}

fn keeps_lines(expression: &str) -> bool {
    expression.contains('\n') && !expression.chars().any(|c| c != '\n' && needs_escape(c))
}
