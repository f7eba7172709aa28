//! What a definition asks of a text most often: whether it is another, or begins, ends or goes on with it.
//!
//! A file has a million e-mail addresses. What is asked of each of them takes no walk through an expression here.

use bantam_lang::meaning::{CompareOp, Expr, ExprKind, Name, Value};

/// A question about one text.
#[derive(Clone, Debug)]
pub(super) enum TextTest {
    Is(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
}

impl TextTest {
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            TextTest::Is(other) => text == other,
            TextTest::StartsWith(part) => text.starts_with(part),
            TextTest::EndsWith(part) => text.ends_with(part),
            TextTest::Contains(part) => text.contains(part),
        }
    }

    /// Returns the questions of which an expression says whether any is answered with yes, where it asks no others and none
    /// of another text than `name`'s.
    pub(super) fn all_of(expr: &Expr, name: Name) -> Option<Vec<TextTest>> {
        if let ExprKind::Or(parts) = &expr.kind {
            let tests = parts.iter().map(|part| TextTest::all_of(part, name));
            return tests.collect::<Option<Vec<_>>>().map(|tests| tests.into_iter().flatten().collect());
        }
        let (whole, part, test): (_, _, fn(String) -> TextTest) = match &expr.kind {
            ExprKind::Compare(CompareOp::Equal, whole, part) => (whole, part, TextTest::Is),
            ExprKind::StartsWith(whole, part) => (whole, part, TextTest::StartsWith),
            ExprKind::EndsWith(whole, part) => (whole, part, TextTest::EndsWith),
            ExprKind::Contains(whole, part) => (whole, part, TextTest::Contains),
            _ => return None,
        };
        match (&whole.kind, &part.kind) {
            (ExprKind::Name(whole), ExprKind::Literal(Value::Text(part))) if *whole == name => {
                Some(vec![test(part.clone())])
            }
            _ => None,
        }
    }
}
