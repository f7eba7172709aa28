//! Texts as YAML scalars: plain, in single or in double quotes.

use super::random::Random;

/// Where a scalar stands: inside `{...}` or `[...]` more of them must be quoted.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Flow,
    Block,
}

/// A text or a name: plain only where there can be no doubt.
pub(crate) fn text(random: &mut Random, text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_plain = text.starts_with(is_word)
        && text.ends_with(|c: char| is_word(c) || c == '!' || c == '+')
        && text.chars().all(|c| is_word(c) || " .!+/-".contains(c))
        && text != "null";
    if is_plain && random.chance(80) { text.to_owned() } else { quoted(random, text) }
}

/// An expression: quoted where section 7 asks for it, else sometimes.
pub(crate) fn expression(random: &mut Random, expression: &str, place: Place) -> String {
    let starts_well = expression.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '(' || c == '_');
    let is_plain = starts_well
        && !expression.contains(": ")
        && !expression.ends_with(':')
        && !expression.contains(" #")
        && !expression.contains('\n')
        && (place == Place::Block || !expression.contains([',', '[', ']', '{', '}']))
        // Spaces at a line's end or a doubled one are nothing to rely on.
        && expression.trim() == expression
        // A colon directly before a quote is not plain in flow style.
        && (place == Place::Block || !expression.contains(":\""));
    if is_plain && random.chance(75) { expression.to_owned() } else { quoted(random, expression) }
}

fn quoted(random: &mut Random, text: &str) -> String {
    if text.contains('\n') || random.chance(40) {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("\"{escaped}\"")
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// One text, or a list of them.
pub(crate) fn texts(random: &mut Random, all: &[String]) -> String {
    match all {
        [only] if random.chance(70) => text(random, only),
        several => {
            let items: Vec<String> = several.iter().map(|item| text(random, item)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

/// A map on one line.
pub(crate) fn flow_map(entries: &[(&str, String)]) -> String {
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}
