//! Types calls of functions.

use super::typing::Typing;
use crate::codes;
use crate::convert::parse_time;
use crate::expression::{Syntax, SyntaxKind};
use crate::meaning::{Expr, ExprKind, Type, Value};
use crate::nearest::did_you_mean;
use crate::pattern::Pattern;
use crate::source::{Span, Spanned};

/// Functions with how they are written.
pub(crate) const FUNCTIONS: &[(&str, &str)] = &[
    ("contains", "x.contains(\"text\")"),
    ("startsWith", "x.startsWith(\"text\")"),
    ("endsWith", "x.endsWith(\"text\")"),
    ("matches", "x.matches(\"pattern\")"),
    ("lowerAscii", "x.lowerAscii()"),
    ("size", "size(x)"),
    ("timestamp", "timestamp(\"2026-01-31\")"),
    ("known", "known(x)"),
    ("days_since", "days_since(x)"),
    ("how_many", "how_many(a, b, c)"),
    ("email_domain", "email_domain(x)"),
    ("is_free_email", "is_free_email(x)"),
    ("seniority", "seniority(title)"),
    ("department", "department(title)"),
];

/// Types a call, its receiver and arguments.
pub(super) fn type_call(
    typing: &mut Typing<'_>,
    syntax: &Syntax,
    receiver: Option<&Syntax>,
    function: &Spanned<String>,
    arguments: &[Syntax],
) -> Option<Expr> {
    let span = typing.place(syntax);
    let name = function.value.as_str();
    let (kind, ty) = match (name, receiver, arguments) {
        ("contains" | "startsWith" | "endsWith", Some(text), [part]) => {
            (text_predicate(typing, name, text, part)?, Type::Boolean)
        }
        ("matches", Some(text), [pattern]) => (matches(typing, text, pattern)?, Type::Boolean),
        ("lowerAscii", Some(text), []) => (ExprKind::LowerAscii(of_text(typing, name, text)?), Type::Text),
        ("size", None, [of]) => (size(typing, of)?, Type::Number),
        ("timestamp", None, [text]) => (timestamp(typing, text)?, Type::Time),
        ("known", None, [of]) => (ExprKind::Known(typing.name(of.bare())?), Type::Boolean),
        ("days_since", None, [of]) => {
            (ExprKind::DaysSince(typing.expect(of, Type::Time, "what `days_since` counts from")?.into()), Type::Number)
        }
        ("how_many", None, [_, ..]) => {
            let typed: Vec<_> =
                arguments.iter().map(|part| typing.expect(part, Type::Boolean, "what `how_many` counts")).collect();
            (ExprKind::HowMany(typed.into_iter().collect::<Option<_>>()?), Type::Number)
        }
        ("email_domain", None, [of]) => (ExprKind::EmailDomain(of_text(typing, name, of)?), Type::Text),
        ("is_free_email", None, [of]) => (ExprKind::IsFreeEmail(of_text(typing, name, of)?), Type::Boolean),
        ("seniority", None, [of]) => (ExprKind::Seniority(of_text(typing, name, of)?), Type::Text),
        ("department", None, [of]) => (ExprKind::Department(of_text(typing, name, of)?), Type::Text),
        _ => return wrong_call(typing, span, function),
    };
    Some(Expr { kind, ty, span })
}

fn wrong_call(typing: &mut Typing<'_>, span: Span, function: &Spanned<String>) -> Option<Expr> {
    let name = function.value.as_str();
    let place = typing.expression.place(function.span);
    if let Some((_, usage)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
        typing.error(
            codes::BAD_CALL,
            span,
            format!("`{name}` is called in another way"),
            Some(format!("write `{usage}`")),
        );
        return None;
    }
    let help = match name {
        "has" | "exists" | "is_present" => Some("ask `known(x)`".to_owned()),
        "lower" | "toLowerCase" => Some("write `x.lowerAscii()`".to_owned()),
        "len" | "length" => Some("write `size(x)`".to_owned()),
        "now" | "today" => Some("count days with `days_since(x)`".to_owned()),
        _ => did_you_mean(name, FUNCTIONS.iter().map(|(known, _)| *known)),
    };
    typing.error(codes::BAD_CALL, place, format!("there is no function `{name}`"), help);
    None
}

fn of_text(typing: &mut Typing<'_>, function: &str, of: &Syntax) -> Option<Box<Expr>> {
    typing.expect(of, Type::Text, &format!("what `{function}` looks at")).map(Box::new)
}

fn text_predicate(typing: &mut Typing<'_>, name: &str, text: &Syntax, part: &Syntax) -> Option<ExprKind> {
    let (text, part) = (of_text(typing, name, text), of_text(typing, name, part));
    let (text, part) = (text?, part?);
    Some(match name {
        "contains" => ExprKind::Contains(text, part),
        "startsWith" => ExprKind::StartsWith(text, part),
        _ => ExprKind::EndsWith(text, part),
    })
}

fn matches(typing: &mut Typing<'_>, text: &Syntax, pattern: &Syntax) -> Option<ExprKind> {
    let text = of_text(typing, "matches", text);
    let place = typing.place(pattern);
    let SyntaxKind::Text(literal) = &pattern.bare().kind else {
        typing.error(
            codes::BAD_PATTERN,
            place,
            "a pattern is a text in quotes".into(),
            Some("write `x.matches(\"^VP\")`".into()),
        );
        return None;
    };
    match Pattern::parse(literal) {
        Ok(pattern) => Some(ExprKind::Matches(text?, pattern)),
        Err(error) => {
            let part = literal.get(error.at.clone()).filter(|part| !part.is_empty() && *part != literal);
            let message = match part {
                Some(part) => format!("`{part}` in this pattern: {}", error.message),
                None => format!("this pattern cannot be used: {}", error.message),
            };
            let help = "patterns hold characters, `.`, classes such as `[a-z]` or `\\\\d`, `^ $ \\\\b`, groups, `|` and repeats";
            typing.error(codes::BAD_PATTERN, place, message, Some(help.into()));
            None
        }
    }
}

fn size(typing: &mut Typing<'_>, of: &Syntax) -> Option<ExprKind> {
    if let SyntaxKind::List(items) = &of.bare().kind {
        typing.literal_set(items)?;
        return Some(ExprKind::Literal(Value::Number(items.len() as f64)));
    }
    of_text(typing, "size", of).map(ExprKind::Size)
}

fn timestamp(typing: &mut Typing<'_>, text: &Syntax) -> Option<ExprKind> {
    let place = typing.place(text);
    let help = "write `timestamp(\"2026-01-31\")` or `timestamp(\"2026-01-31T09:00:00Z\")`";
    let SyntaxKind::Text(literal) = &text.bare().kind else {
        typing.error(codes::BAD_TIME, place, "`timestamp` takes a text in quotes".into(), Some(help.into()));
        return None;
    };
    let Some(time) = parse_time(literal) else {
        typing.error(codes::BAD_TIME, place, format!("`{literal}` is not a time"), Some(help.into()));
        return None;
    };
    Some(ExprKind::Literal(Value::Time(time)))
}
