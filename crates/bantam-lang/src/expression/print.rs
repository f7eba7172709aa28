//! Prints a syntax tree in one canonical spelling; parsing it again gives the same tree.

use super::{Syntax, SyntaxKind};
use crate::convert::number_text;
use crate::meaning::{ArithmeticOp, CompareOp};

/// Returns the expression's text: one blank around operators, texts in double quotes, parentheses as written.
pub fn print_syntax(syntax: &Syntax) -> String {
    match &syntax.kind {
        SyntaxKind::Number(value) => number_text(*value),
        SyntaxKind::Text(text) => quote_text(text),
        SyntaxKind::Boolean(value) => value.to_string(),
        SyntaxKind::List(items) => format!("[{}]", join(items, ", ")),
        SyntaxKind::Name(name) => name.clone(),
        SyntaxKind::Member(of, name) => format!("{}.{}", before_dot(of), name.value),
        SyntaxKind::Call { receiver: None, function, arguments } => {
            format!("{}({})", function.value, join(arguments, ", "))
        }
        SyntaxKind::Call { receiver: Some(receiver), function, arguments } => {
            format!("{}.{}({})", before_dot(receiver), function.value, join(arguments, ", "))
        }
        SyntaxKind::Not(inner) => format!("!{}", print_syntax(inner)),
        SyntaxKind::Negate(inner) => format!("-{}", print_syntax(inner)),
        SyntaxKind::And(parts) => join(parts, " && "),
        SyntaxKind::Or(parts) => join(parts, " || "),
        SyntaxKind::Compare(op, left, right) => {
            format!("{} {} {}", print_syntax(left), op.value.sign(), print_syntax(right))
        }
        SyntaxKind::In(value, set) => format!("{} in {}", print_syntax(value), print_syntax(set)),
        SyntaxKind::Arithmetic(op, left, right) => {
            format!("{} {} {}", print_syntax(left), op.value.sign(), print_syntax(right))
        }
        SyntaxKind::Choose(condition, then, otherwise) => {
            format!("{} ? {} : {}", print_syntax(condition), print_syntax(then), print_syntax(otherwise))
        }
        SyntaxKind::Parenthesised(inner) => format!("({})", print_syntax(inner)),
    }
}

/// A number before a dot would take the dot for its own.
fn before_dot(syntax: &Syntax) -> String {
    match syntax.kind {
        SyntaxKind::Number(_) => format!("({})", print_syntax(syntax)),
        _ => print_syntax(syntax),
    }
}

fn join(items: &[Syntax], between: &str) -> String {
    items.iter().map(print_syntax).collect::<Vec<_>>().join(between)
}

/// Returns a text as a literal in double quotes.
pub(crate) fn quote_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl CompareOp {
    /// Returns `==` and the like.
    pub fn sign(self) -> &'static str {
        match self {
            CompareOp::Equal => "==",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
        }
    }
}

impl ArithmeticOp {
    /// Returns `+` and the like.
    pub fn sign(self) -> &'static str {
        match self {
            ArithmeticOp::Add => "+",
            ArithmeticOp::Subtract => "-",
            ArithmeticOp::Multiply => "*",
            ArithmeticOp::Divide => "/",
        }
    }
}
