//! What a definition asks of a text most often: whether it is another, or begins, ends or goes on with it.
//!
//! A file has a million e-mail addresses. What is asked of each of them takes no walk through an expression here.

use bantam_lang::meaning::{CompareOp, Expr, ExprKind, Name, Value};

/// A question about one text.
#[derive(Clone, Debug)]
pub(super) enum TextTest {
    Is(String),
    StartsWith(String),
    EndsWith(Ending),
    Contains(String),
}

impl TextTest {
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            TextTest::Is(other) => text == other,
            TextTest::StartsWith(part) => text.starts_with(part),
            TextTest::EndsWith(ending) => ending.is_of(text),
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
            ExprKind::EndsWith(whole, part) => (whole, part, |part| TextTest::EndsWith(Ending::of(part))),
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

/// What a text may end with.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    text: String,
    /// Its last eight bytes as a number, and ones in the place of each byte of it: most texts end otherwise, which comparing
    /// numbers tells.
    last: u64,
    mask: u64,
}

impl Ending {
    fn of(text: String) -> Ending {
        let (mut last, mut mask) = ([0; 8], [0; 8]);
        for ((last, mask), byte) in last.iter_mut().zip(&mut mask).rev().zip(text.bytes().rev()) {
            (*last, *mask) = (byte, 0xff);
        }
        Ending { text, last: u64::from_le_bytes(last), mask: u64::from_le_bytes(mask) }
    }

    #[inline]
    fn is_of(&self, text: &str) -> bool {
        match text.as_bytes().last_chunk() {
            Some(last) if (u64::from_le_bytes(*last) ^ self.last) & self.mask != 0 => false,
            _ => text.ends_with(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_ending_is_found_where_a_text_has_it(text in "[ab]{0,12}", ending in "[ab]{0,10}") {
            prop_assert_eq!(Ending::of(ending.clone()).is_of(&text), text.ends_with(&ending));
            let longer = format!("{text}{ending}");
            prop_assert!(Ending::of(ending).is_of(&longer));
        }
    }
}
