//! Maps positions in a scalar's text back to the characters of the file, for every way YAML has to write a text.
//!
//! The text and its source are walked side by side. They differ in three ways only: escapes (in quotes), white space
//! (folding, indentation) and the opening quote or block header.

use super::Scalar;
use saphyr_parser::ScalarStyle;

/// Returns, for every byte of the scalar's text and its end, the byte of `source` it comes from.
pub(super) fn source_offsets(scalar: &Scalar, source: &str) -> Vec<usize> {
    let raw = source.get(scalar.span.start..scalar.span.end).unwrap_or("");
    let skip = match scalar.style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => 1,
        _ => 0,
    };
    let mut walk = Walk { raw, at: skip };
    let mut offsets = Vec::with_capacity(scalar.text.len() + 1);
    for c in scalar.text.chars() {
        let from = match scalar.style {
            ScalarStyle::DoubleQuoted => walk.double_quoted(c),
            ScalarStyle::SingleQuoted => walk.single_quoted(c),
            _ => walk.folded(c),
        };
        offsets.extend(std::iter::repeat_n(scalar.span.start + from, c.len_utf8()));
    }
    offsets.push(scalar.span.start + walk.at.min(raw.len()));
    offsets
}

struct Walk<'a> {
    raw: &'a str,
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<char> {
        self.raw.get(self.at..).and_then(|rest| rest.chars().next())
    }

    /// Consumes the source of one character of text; returns where it starts.
    fn folded(&mut self, c: char) -> usize {
        if c.is_whitespace() {
            let start = self.at;
            if self.peek() == Some(c) {
                self.at += c.len_utf8();
            }
            return start;
        }
        while let Some(skipped) = self.peek().filter(|&next| next != c && next.is_whitespace()) {
            self.at += skipped.len_utf8();
        }
        let start = self.at;
        self.at += c.len_utf8();
        start
    }

    fn single_quoted(&mut self, c: char) -> usize {
        let start = self.folded(c);
        if c == '\'' {
            self.at += 1;
        }
        start
    }

    fn double_quoted(&mut self, c: char) -> usize {
        // `\` before a line end joins lines: it and the next line's indentation stand for nothing.
        while self.raw.get(self.at..).is_some_and(|rest| rest.starts_with("\\\n") || rest.starts_with("\\\r\n")) {
            self.at += 1;
            while self.peek().is_some_and(char::is_whitespace) {
                self.at += 1;
            }
        }
        let before = self.at;
        while !c.is_whitespace() && self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        if self.peek() != Some('\\') {
            self.at = before;
            return self.folded(c);
        }
        let start = self.at;
        let escape = self.raw.get(self.at + 1..).and_then(|rest| rest.chars().next());
        self.at += match escape {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            Some(other) => 1 + other.len_utf8(),
            None => 1,
        };
        start
    }
}

#[cfg(test)]
mod tests {
    use crate::source::Source;
    use crate::yaml::{NodeKind, read_yaml};

    /// Writes `@` before the source character that each `^` character of the text comes from.
    fn check(yaml: &str, expected: &str) {
        let source = Source::new("d.yaml", yaml);
        let (root, _) = read_yaml(&source);
        let NodeKind::Map(entries) = root.unwrap().kind else { panic!("no map") };
        let NodeKind::Scalar(scalar) = &entries[0].1.kind else { panic!("no scalar") };
        let offsets = scalar.offsets(&source);
        let at = offsets[scalar.text.find('^').unwrap()];
        let mut shown = yaml.to_owned();
        shown.insert(at, '@');
        assert_eq!(shown, expected);
    }

    #[test]
    fn every_style_maps_back() {
        check("a: x ^ y\n", "a: x @^ y\n");
        check("a: x\n   y ^\n", "a: x\n   y @^\n");
        check("a: 'it''s ^'\n", "a: 'it''s @^'\n");
        check("a: \"t\\t\\u00e9\\\" ^\"\n", "a: \"t\\t\\u00e9\\\" @^\"\n");
        check("a: \"one\n  two \\\n   ^\"\n", "a: \"one\n  two \\\n   @^\"\n");
        check("a: |\n  x &&\n    y ^\n", "a: |\n  x &&\n    y @^\n");
        check("a: >-\n  x &&\n\n  y ^\n", "a: >-\n  x &&\n\n  y @^\n");
        check("a: {b: 1}\n".replace("{b: 1}", "ö ^").as_str(), "a: ö @^\n");
        check("a: \"^\"\n", "a: \"@^\"\n");
        check("a: \"\\x5e\"\n", "a: \"@\\x5e\"\n");
    }
}
