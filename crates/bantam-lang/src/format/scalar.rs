//! Quotes a text where YAML would read it otherwise.

/// Where a scalar stands: commas and brackets mean more inside `{...}` and `[...]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// On a line of its own, or behind its key on one.
    Block,
    /// Inside `{...}` or `[...]`.
    Flow,
}

/// Returns a text on one line that reads back identically: bare where possible, else in the quotes that need no escapes.
pub(super) fn scalar(text: &str, place: Place) -> String {
    if text.chars().any(needs_escape) {
        escaped(text)
    } else if is_plain(text, place) {
        text.to_owned()
    } else if text.contains('\'') && !text.contains(['"', '\\']) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Control characters, line ends of any kind, and what editors show as nothing.
pub(super) fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn is_plain(text: &str, place: Place) -> bool {
    begins_plain(text)
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !["null", "Null", "NULL"].contains(&text)
        && !text.contains(" #")
        && !colon_ends_key(text, place)
        && (place == Place::Block || !text.contains([',', '[', ']', '{', '}']))
}

/// Whether the first characters cannot be taken for one of YAML's signs.
fn begins_plain(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        None => false,
        Some('-') => chars.next().is_some_and(char::is_alphanumeric),
        Some('.') => !text.starts_with("..."),
        Some(first) => !"?:,[]{}#&*!|>'\"%@`~=<".contains(first),
    }
}

/// Whether some colon would end a key. Inside brackets a colon is bare only within a word, a path or a clock time.
fn colon_ends_key(text: &str, place: Place) -> bool {
    text.match_indices(':').any(|(at, _)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        match place {
            Place::Block => next.is_none_or(char::is_whitespace),
            Place::Flow => !next.is_some_and(|c| c.is_alphanumeric() || c == '/'),
        }
    })
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{Place, scalar};

    fn check(text: &str, block: &str, flow: &str) {
        assert_eq!((scalar(text, Place::Block).as_str(), scalar(text, Place::Flow).as_str()), (block, flow));
    }

    #[test]
    fn texts_are_bare_where_yaml_lets_them() {
        check("Öffentlicher Dienst", "Öffentlicher Dienst", "Öffentlicher Dienst");
        check("no", "no", "no");
        check("1.0", "1.0", "1.0");
        check("-5", "-5", "-5");
        check("50+", "50+", "50+");
        check("a:b", "a:b", "a:b");
        check("a, b", "a, b", "'a, b'");
        check("x in [\"a\"]", "x in [\"a\"]", "'x in [\"a\"]'");
        check("known(x) && y == 'z'", "known(x) && y == 'z'", "known(x) && y == 'z'");
    }

    #[test]
    fn quotes_are_the_ones_without_escapes() {
        check("-", "'-'", "'-'");
        check("- x", "'- x'", "'- x'");
        check("null", "'null'", "'null'");
        check("~", "'~'", "'~'");
        check("a: b", "'a: b'", "'a: b'");
        check("a #b", "'a #b'", "'a #b'");
        check("!x.contains('a')", "\"!x.contains('a')\"", "\"!x.contains('a')\"");
        check("!a && b == \"it's\"", "'!a && b == \"it''s\"'", "'!a && b == \"it''s\"'");
        check("a\nb\u{85}", "\"a\\nb\\u0085\"", "\"a\\nb\\u0085\"");
    }
}
