//! Cuts an expression into tokens.

use super::SyntaxError;
use crate::convert::parse_number;
use crate::source::Span;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    Text(String),
    /// A name or word: `true`, `in` and the like are told apart by the parser.
    Word(String),
    /// An operator, bracket, comma or dot.
    Sign(&'static str),
    End,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// Longer signs stand before the shorter ones they begin with.
const SIGNS: [&str; 22] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")", "[", "]", ",", ".",
];

pub(super) fn lex(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let token = token_at(text, at, c)?;
        at = token.span.end;
        tokens.push(token);
    }
    tokens.push(Token { kind: TokenKind::End, span: Span::new(text.len(), text.len()) });
    Ok(tokens)
}

fn token_at(text: &str, at: usize, c: char) -> Result<Token, SyntaxError> {
    let rest = text.get(at..).unwrap_or("");
    let digit_after_dot = c == '.' && rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit());
    if c.is_ascii_digit() || digit_after_dot {
        return number(rest, at);
    }
    if c.is_ascii_alphabetic() || c == '_' {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or("");
        if matches!(rest.chars().nth(length), Some('"' | '\'')) && word.len() <= 2 {
            let span = Span::new(at, at + length + 1);
            return Err(SyntaxError::new(span, format!("a text may not have the prefix `{word}`"))
                .help("write the text in plain quotes, with `\\\\` for a backslash"));
        }
        return Ok(Token { kind: TokenKind::Word(word.to_owned()), span: Span::new(at, at + length) });
    }
    if matches!(c, '"' | '\'') {
        return string(rest, at, c);
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok(Token { kind: TokenKind::Sign(sign), span: Span::new(at, at + sign.len()) });
    }
    Err(unexpected(c, at))
}

fn unexpected(c: char, at: usize) -> SyntaxError {
    let error = SyntaxError::new(Span::new(at, at + c.len_utf8()), format!("`{c}` has no meaning in a condition"));
    match c {
        '=' => error.help("compare with `==`"),
        '&' => error.help("write `&&` for \"and\""),
        '|' => error.help("write `||` for \"or\""),
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' => error.help("use straight quotes: `\"text\"`"),
        c if c.is_alphabetic() => error.help("names are made of a-z, 0-9 and `_`; texts stand in quotes"),
        _ => error,
    }
}

fn number(rest: &str, at: usize) -> Result<Token, SyntaxError> {
    let mut length = 0;
    let mut previous = ' ';
    for c in rest.chars() {
        let signed_exponent = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E') && !rest.starts_with("0x");
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || signed_exponent) {
            break;
        }
        length += 1;
        previous = c;
    }
    let digits = rest.get(..length).unwrap_or("");
    let span = Span::new(at, at + length);
    match parse_number(digits) {
        Some(value) => Ok(Token { kind: TokenKind::Number(value), span }),
        None => {
            let error = SyntaxError::new(span, format!("`{digits}` is not a number"));
            Err(match digits {
                digits if digits.contains('_') => error.help("write the digits without `_`"),
                digits if digits.starts_with("0x") => error.help("write it as a decimal number"),
                digits if digits.ends_with(['d', 'h', 'm', 's', 'w']) => error.help(
                    "durations stand in `within`, `span` and the like; in conditions count days: `days_since(x) >= 30`",
                ),
                _ => error.help("numbers look like `50`, `2.5` or `1e6`"),
            })
        }
    }
}

fn string(rest: &str, at: usize, quote: char) -> Result<Token, SyntaxError> {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    if rest.starts_with(&triple) {
        return Err(SyntaxError::new(Span::new(at, at + 3), "a text in three quotes is not supported")
            .help("write it in single or double quotes"));
    }
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((offset, c)) = chars.next() {
        match c {
            c if c == quote => {
                let span = Span::new(at, at + offset + 1);
                return Ok(Token { kind: TokenKind::Text(value), span });
            }
            '\n' | '\r' => break,
            '\\' => value.push(escape(rest, at, offset, &mut chars)?),
            c => value.push(c),
        }
    }
    Err(SyntaxError::new(Span::new(at, at + rest.trim_end().len()), "a quote is opened and never closed")
        .label("this text has no end")
        .help("close it; if the line holds ` #`, YAML took the rest for a comment: quote the whole expression"))
}

/// Reads what stands behind a backslash, as CEL does.
fn escape(
    rest: &str,
    at: usize,
    offset: usize,
    chars: &mut impl Iterator<Item = (usize, char)>,
) -> Result<char, SyntaxError> {
    let wrong = |length: usize| {
        let span = Span::new(at + offset, (at + offset + length).min(at + rest.len()));
        SyntaxError::new(span, "this escape has no meaning")
            .help("write `\\\\` for a backslash, `\\\"` for a quote, `\\n` for a line end")
    };
    let Some((_, letter)) = chars.next() else { return Err(wrong(1)) };
    let simple = match letter {
        '\\' | '"' | '\'' | '`' | '?' => Some(letter),
        'a' => Some('\x07'),
        'b' => Some('\x08'),
        'f' => Some('\x0c'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0b'),
        _ => None,
    };
    if let Some(c) = simple {
        return Ok(c);
    }
    let (radix, length) = match letter {
        'x' | 'X' => (16, 2),
        'u' => (16, 4),
        'U' => (16, 8),
        '0'..='3' => (8, 2),
        _ => return Err(wrong(1 + letter.len_utf8())),
    };
    let mut code = if radix == 8 { letter.to_digit(8).unwrap_or(0) } else { 0 };
    for _ in 0..length {
        let digit = chars.next().and_then(|(_, c)| c.to_digit(radix)).ok_or_else(|| wrong(2))?;
        code = code.wrapping_mul(radix) + digit;
    }
    char::from_u32(code).ok_or_else(|| wrong(2 + length))
}
