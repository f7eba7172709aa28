//! Conditions and expressions: the CEL subset of section 3, from text to a syntax tree.
//!
//! Written here rather than taken from a CEL library because the language needs what those trees have lost: every
//! character's place, parentheses (the `&&` parts of a stage are shown as written) and messages for people who never
//! heard of CEL. Tests hold this parser to the `cel` crate's.

mod lexer;
mod parser;
pub(crate) mod print;

pub use parser::parse_expression;
pub use print::print_syntax;

use crate::meaning::{ArithmeticOp, CompareOp};
use crate::source::{Span, Spanned};

/// A syntax tree with places in the expression's own text.
#[derive(Clone, Debug, PartialEq)]
pub struct Syntax {
    /// What stands here.
    pub kind: SyntaxKind,
    /// From the first to the last character of it, in bytes of the expression's text.
    pub span: Span,
}

/// What stands at a place of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum SyntaxKind {
    /// `12.5`
    Number(f64),
    /// `"text"`
    Text(String),
    /// `true`
    Boolean(bool),
    /// `["a", "b"]`
    List(Vec<Syntax>),
    /// `industry`
    Name(String),
    /// `event.path`
    Member(Box<Syntax>, Spanned<String>),
    /// `size(x)`, or `x.contains("a")` with a receiver.
    Call {
        /// What stands before the dot.
        receiver: Option<Box<Syntax>>,
        /// The function.
        function: Spanned<String>,
        /// What stands between the parentheses.
        arguments: Vec<Syntax>,
    },
    /// `!x`
    Not(Box<Syntax>),
    /// `-x`
    Negate(Box<Syntax>),
    /// `a && b && c`
    And(Vec<Syntax>),
    /// `a || b`
    Or(Vec<Syntax>),
    /// `a == b`
    Compare(Spanned<CompareOp>, Box<Syntax>, Box<Syntax>),
    /// `a in b`
    In(Box<Syntax>, Box<Syntax>),
    /// `a + b`
    Arithmetic(Spanned<ArithmeticOp>, Box<Syntax>, Box<Syntax>),
    /// `c ? a : b`
    Choose(Box<Syntax>, Box<Syntax>, Box<Syntax>),
    /// `(x)`
    Parenthesised(Box<Syntax>),
}

impl Syntax {
    /// Returns the tree without parentheses around the whole.
    pub fn bare(&self) -> &Syntax {
        match &self.kind {
            SyntaxKind::Parenthesised(inner) => inner.bare(),
            _ => self,
        }
    }
}

/// An expression that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// What is said at the place.
    pub label: String,
    /// The way out.
    pub help: Option<String>,
    /// Where, in bytes of the expression's text.
    pub span: Span,
}

impl SyntaxError {
    fn new(span: Span, message: impl Into<String>) -> Self {
        SyntaxError { message: message.into(), label: String::new(), help: None, span }
    }

    fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
