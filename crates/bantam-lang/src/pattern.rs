//! Regular expressions: a closed subset that means the same in every engine a definition may run on.
//!
//! The pattern is parsed with `regex-syntax`, whatever lies outside the subset is refused with its place, and the rest
//! is reprinted in a form whose meaning does not depend on a library's defaults: classes are spelt out in ASCII and
//! `(?i)` becomes explicit pairs of A-Z and a-z, so no Unicode case folding can slip in.

use regex_syntax::ast::{self, Ast};

/// A repeat may ask for at most this many.
const REPEAT_MAX: u32 = 1000;
/// Groups and repeats may be nested this deep.
const NEST_MAX: u32 = 50;
/// Upper limit of one compiled pattern in bytes: 1 MiB is far above any sane pattern and far below harm.
const COMPILED_SIZE_MAX: usize = 1 << 20;

/// A checked, compiled regular expression.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    portable: String,
    regex: regex::Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Why a text is not a pattern of the subset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong, for the definition's author.
    pub message: String,
    /// Byte range in the pattern.
    pub at: std::ops::Range<usize>,
}

impl Pattern {
    /// Parses and compiles `text`; the error names the first part that is not in the subset.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let (flags, body_start) = leading_flags(text)?;
        let body = text.get(body_start..).unwrap_or("");
        let ast = ast::parse::ParserBuilder::new().nest_limit(NEST_MAX).build().parse(body).map_err(|error| {
            let span = error.span();
            PatternError {
                message: error.kind().to_string(),
                at: body_start + span.start.offset..body_start + span.end.offset,
            }
        })?;
        let mut printer = Printer { flags, out: String::new(), offset: body_start };
        printer.print(&ast)?;
        let portable = printer.out;
        let regex = regex::RegexBuilder::new(&portable)
            .size_limit(COMPILED_SIZE_MAX)
            .build()
            .map_err(|_| PatternError { message: "the pattern is too large".into(), at: 0..text.len() })?;
        Ok(Pattern { text: text.to_owned(), portable, regex })
    }

    /// Returns the pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the pattern in a spelling that needs no flags: what warehouse dialects are given.
    pub fn portable(&self) -> &str {
        &self.portable
    }

    /// Returns whether the pattern occurs in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

#[derive(Clone, Copy, Default)]
struct Flags {
    ignore_case: bool,
    dot_matches_newline: bool,
}

/// Reads `(?i)`, `(?s)`, `(?is)` and repetitions of them at the front; returns where the rest begins.
fn leading_flags(text: &str) -> Result<(Flags, usize), PatternError> {
    let mut flags = Flags::default();
    let mut at = 0;
    while let Some(inside) = text.get(at..).and_then(|rest| rest.strip_prefix("(?")) {
        let Some(end) = inside.find(|c: char| !c.is_ascii_alphabetic()) else { break };
        if end == 0 || inside.get(end..=end) != Some(")") {
            break;
        }
        for letter in inside.get(..end).unwrap_or("").chars() {
            match letter {
                'i' => flags.ignore_case = true,
                's' => flags.dot_matches_newline = true,
                other => {
                    let message = format!("the flag `{other}` is not supported, only `(?i)` and `(?s)`");
                    return Err(PatternError { message, at: at..at + end + 3 });
                }
            }
        }
        at += end + 3;
    }
    Ok((flags, at))
}

struct Printer {
    flags: Flags,
    out: String,
    offset: usize,
}

impl Printer {
    fn refuse(&self, span: &ast::Span, message: &str) -> PatternError {
        PatternError { message: message.into(), at: self.offset + span.start.offset..self.offset + span.end.offset }
    }

    fn print(&mut self, ast: &Ast) -> Result<(), PatternError> {
        match ast {
            Ast::Empty(_) => Ok(()),
            Ast::Flags(flags) => Err(self.refuse(&flags.span, "flags may stand at the front of the pattern only")),
            Ast::Literal(literal) => self.literal(literal),
            Ast::Dot(_) => {
                self.out.push_str(if self.flags.dot_matches_newline { "(?s:.)" } else { "[^\\n]" });
                Ok(())
            }
            Ast::Assertion(assertion) => self.assertion(assertion),
            Ast::ClassUnicode(class) => Err(self.refuse(&class.span, "`\\p{...}` classes are not supported")),
            Ast::ClassPerl(class) => {
                let ranges = perl_ranges(&class.kind);
                self.class(ranges, class.negated);
                Ok(())
            }
            Ast::ClassBracketed(class) => self.bracketed(class),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => self.group(group),
            Ast::Alternation(alternation) => {
                for (index, branch) in alternation.asts.iter().enumerate() {
                    if index > 0 {
                        self.out.push('|');
                    }
                    self.print(branch)?;
                }
                Ok(())
            }
            Ast::Concat(concat) => concat.asts.iter().try_for_each(|part| self.print(part)),
        }
    }

    fn check_literal(&self, literal: &ast::Literal) -> Result<(), PatternError> {
        use ast::{LiteralKind, SpecialLiteralKind as Special};
        match &literal.kind {
            LiteralKind::Verbatim | LiteralKind::Meta | LiteralKind::Superfluous => Ok(()),
            LiteralKind::Special(Special::Tab | Special::LineFeed | Special::CarriageReturn | Special::FormFeed) => {
                Ok(())
            }
            _ => Err(self.refuse(&literal.span, "this escape is not supported; write the character itself")),
        }
    }

    fn literal(&mut self, literal: &ast::Literal) -> Result<(), PatternError> {
        self.check_literal(literal)?;
        let c = literal.c;
        if self.flags.ignore_case && c.is_ascii_alphabetic() {
            self.out.extend(['[', c.to_ascii_uppercase(), c.to_ascii_lowercase(), ']']);
        } else {
            push_escaped(&mut self.out, c);
        }
        Ok(())
    }

    fn assertion(&mut self, assertion: &ast::Assertion) -> Result<(), PatternError> {
        match assertion.kind {
            ast::AssertionKind::StartLine => self.out.push('^'),
            ast::AssertionKind::EndLine => self.out.push('$'),
            ast::AssertionKind::WordBoundary => self.out.push_str("(?-u:\\b)"),
            _ => return Err(self.refuse(&assertion.span, "only `^`, `$` and `\\b` may say where a match lies")),
        }
        Ok(())
    }

    fn class(&mut self, mut ranges: Vec<(char, char)>, negated: bool) {
        if self.flags.ignore_case {
            let folded: Vec<_> = ranges.iter().flat_map(|&range| ascii_case_pairs(range)).collect();
            ranges.extend(folded);
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        for (low, high) in ranges {
            push_escaped(&mut self.out, low);
            if high > low {
                self.out.push('-');
                push_escaped(&mut self.out, high);
            }
        }
        self.out.push(']');
    }

    fn bracketed(&mut self, class: &ast::ClassBracketed) -> Result<(), PatternError> {
        let mut ranges = Vec::new();
        match &class.kind {
            ast::ClassSet::BinaryOp(op) => {
                return Err(self.refuse(&op.span, "set operations inside a class are not supported"));
            }
            ast::ClassSet::Item(item) => self.class_item(item, &mut ranges)?,
        }
        self.class(ranges, class.negated);
        Ok(())
    }

    fn class_item(&self, item: &ast::ClassSetItem, ranges: &mut Vec<(char, char)>) -> Result<(), PatternError> {
        use ast::ClassSetItem as Item;
        match item {
            Item::Empty(_) => Ok(()),
            Item::Literal(literal) => {
                ranges.push((literal.c, literal.c));
                self.check_literal(literal)
            }
            Item::Range(range) => {
                ranges.push((range.start.c, range.end.c));
                self.check_literal(&range.start)?;
                self.check_literal(&range.end)
            }
            Item::Perl(class) if !class.negated => {
                ranges.extend(perl_ranges(&class.kind));
                Ok(())
            }
            Item::Perl(class) => {
                ranges.extend(complement(perl_ranges(&class.kind)));
                Ok(())
            }
            Item::Union(union) => union.items.iter().try_for_each(|item| self.class_item(item, ranges)),
            Item::Ascii(class) => Err(self.refuse(&class.span, "`[:name:]` classes are not supported")),
            Item::Unicode(class) => Err(self.refuse(&class.span, "`\\p{...}` classes are not supported")),
            Item::Bracketed(class) => Err(self.refuse(&class.span, "a class inside a class is not supported")),
        }
    }

    fn repetition(&mut self, repetition: &ast::Repetition) -> Result<(), PatternError> {
        use ast::{RepetitionKind as Kind, RepetitionRange as Range};
        if !repetition.greedy {
            return Err(self.refuse(&repetition.op.span, "a lazy repeat is not supported: it matches the same texts"));
        }
        let suffix = match &repetition.op.kind {
            Kind::ZeroOrOne => "?".to_owned(),
            Kind::ZeroOrMore => "*".to_owned(),
            Kind::OneOrMore => "+".to_owned(),
            Kind::Range(range) => {
                let (most, suffix) = match *range {
                    Range::Exactly(n) => (n, format!("{{{n}}}")),
                    Range::AtLeast(n) => (n, format!("{{{n},}}")),
                    Range::Bounded(m, n) => (n, format!("{{{m},{n}}}")),
                };
                if most > REPEAT_MAX {
                    return Err(self.refuse(&repetition.op.span, "a repeat may ask for 1000 at most"));
                }
                suffix
            }
        };
        if matches!(*repetition.ast, Ast::Assertion(_) | Ast::Repetition(_) | Ast::Empty(_)) {
            return Err(self.refuse(&repetition.op.span, "there is nothing here that could be repeated"));
        }
        self.print(&repetition.ast)?;
        self.out.push_str(&suffix);
        Ok(())
    }

    fn group(&mut self, group: &ast::Group) -> Result<(), PatternError> {
        match &group.kind {
            ast::GroupKind::CaptureIndex(_) => {}
            ast::GroupKind::NonCapturing(flags) if flags.items.is_empty() => {}
            ast::GroupKind::NonCapturing(flags) => {
                return Err(self.refuse(&flags.span, "flags may stand at the front of the pattern only"));
            }
            ast::GroupKind::CaptureName { .. } => {
                return Err(self.refuse(&group.span, "named groups are not supported"));
            }
        }
        self.out.push_str("(?:");
        self.print(&group.ast)?;
        self.out.push(')');
        Ok(())
    }
}

fn perl_ranges(kind: &ast::ClassPerlKind) -> Vec<(char, char)> {
    match kind {
        ast::ClassPerlKind::Digit => vec![('0', '9')],
        ast::ClassPerlKind::Space => vec![('\t', '\n'), ('\x0c', '\r'), (' ', ' ')],
        ast::ClassPerlKind::Word => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
    }
}

/// Ranges of all characters that are in none of `ranges`, which are ascending and apart.
fn complement(ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    let mut gaps = Vec::new();
    let mut from = '\0';
    for (low, high) in ranges {
        if let Some(before) = char::from_u32((low as u32).wrapping_sub(1))
            && from <= before
        {
            gaps.push((from, before));
        }
        from = char::from_u32(high as u32 + 1).unwrap_or(char::MAX);
    }
    gaps.push((from, char::MAX));
    gaps
}

/// The parts of a range that are ASCII letters, in the other case.
fn ascii_case_pairs((low, high): (char, char)) -> Vec<(char, char)> {
    let shift = |from: char, to: char, swap: fn(&char) -> char| {
        let (start, end) = (low.max(from), high.min(to));
        (start <= end).then(|| (swap(&start), swap(&end)))
    };
    [shift('A', 'Z', char::to_ascii_lowercase), shift('a', 'z', char::to_ascii_uppercase)]
        .into_iter()
        .flatten()
        .collect()
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0c' => out.push_str("\\f"),
        c => {
            if regex_syntax::is_meta_character(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().is_match(text)
    }

    #[test]
    fn classes_are_ascii() {
        assert!(matches("^\\d+$", "123") && !matches("^\\d+$", "१२३"));
        assert!(matches("\\bIT\\b", "öIT") && !matches("\\bIT\\b", "EDIT"));
        assert!(!matches("\\s", "\u{b}") && matches("\\s", "a\tb"));
        assert!(matches("[^a-z ]", "é") && matches("[\\D]", "x") && !matches("^[\\D]$", "5"));
    }

    #[test]
    fn ignoring_case_folds_a_to_z_alone() {
        assert!(matches("(?i)vp|director", "DIRECTOR"));
        assert!(!matches("(?i)k", "\u{212a}") && !matches("(?i)é", "É"));
        assert!(matches("(?i)^[a-c]$", "B") && !matches("(?i)[^a-z]", "Q"));
    }

    #[test]
    fn ends_are_ends_of_the_text_and_dot_is_not_a_line_end() {
        assert!(!matches("student$", "student\n") && matches("^b", "b\na") && !matches("^a", "b\na"));
        assert!(!matches("a.b", "a\nb") && matches("(?s)a.b", "a\nb"));
    }

    #[test]
    fn what_engines_read_differently_is_refused() {
        for pattern in [
            "(?x)a",
            "a(?i)b",
            "(?i:a)",
            "(?P<n>a)",
            "\\pL",
            "[[:alpha:]]",
            "[a&&b]",
            "\\x41",
            "a*?",
            "a{1001}",
            "\\B",
            "\\A",
            "a**",
            "(",
            "[b-a]",
            "*",
            "\\Qa\\E",
            "(?=a)",
            "\\1",
            "a{2,1}",
            "^*",
        ] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn an_error_points_at_its_part() {
        assert_eq!(Pattern::parse("(?i)ab[[:alpha:]]").unwrap_err().at, 7..16);
    }

    #[test]
    fn def_03_a_huge_pattern_is_refused() {
        assert!(Pattern::parse("((a{1000}){1000}){1000}").is_err());
    }
}
