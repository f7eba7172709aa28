//! Gives the parts of a definition keys: parts with one key compute the same from the same data.
//!
//! A part is written down in full, with the keys of other parts in the stead of their names and without places in the
//! text; equal writing gets an equal number. Nothing is hashed away, so two parts never share a key by chance.

use crate::batch::bind::children;
use bantam_lang::meaning::{Expr, ExprKind, Name, Set};
use hashbrown::{HashMap, HashSet};
use std::fmt::Write;

/// Stands for what a part computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(u64);

/// All keys that were given out and may come again.
#[derive(Default)]
pub(super) struct Keys {
    known: HashMap<String, Key>,
    /// The next number. Numbers are never given out twice, so that a forgotten key cannot come to mean something else.
    next: u64,
    /// Keys that were asked for since this was last emptied.
    pub(super) asked: HashSet<Key>,
}

impl Keys {
    /// Returns the key of a part by what it was written down as.
    pub(super) fn of(&mut self, written: String) -> Key {
        let next = &mut self.next;
        let key = *self.known.entry(written).or_insert_with(|| {
            *next += 1;
            Key(*next)
        });
        self.asked.insert(key);
        key
    }

    /// Forgets all keys but some.
    pub(super) fn retain(&mut self, wanted: impl Fn(Key) -> bool) {
        self.known.retain(|_, key| wanted(*key));
    }
}

/// Returns an expression written down. `name` writes names down, `list` named lists.
pub(super) fn write_expr(expr: &Expr, name: &dyn Fn(Name) -> String, list: &dyn Fn(usize) -> String) -> String {
    let mut written = head(expr, name, list);
    let parts: Vec<String> = children(expr).into_iter().map(|part| write_expr(part, name, list)).collect();
    // Writing to a text cannot fail.
    let _ = write!(written, "({})", parts.join(","));
    written
}

/// Returns what an expression does with its parts. Texts are quoted, so that no text can look like something else.
fn head(expr: &Expr, name: &dyn Fn(Name) -> String, list: &dyn Fn(usize) -> String) -> String {
    let word = match &expr.kind {
        ExprKind::Literal(value) => return format!("{value:?}"),
        ExprKind::Name(of) => return name(*of),
        ExprKind::Known(of) => return format!("known {}", name(*of)),
        ExprKind::In(_, Set::List(index)) => return format!("in list {}", list(*index)),
        ExprKind::In(_, set) => return format!("in {set:?}"),
        ExprKind::Compare(op, ..) => return format!("{op:?}"),
        ExprKind::Arithmetic(op, ..) => return format!("{op:?}"),
        ExprKind::Matches(_, pattern) => return format!("matches {:?}", pattern.text()),
        ExprKind::Not(_) => "not",
        ExprKind::And(_) => "and",
        ExprKind::Or(_) => "or",
        ExprKind::Negate(_) => "negate",
        ExprKind::Choose(..) => "choose",
        ExprKind::DaysSince(_) => "days_since",
        ExprKind::HowMany(_) => "how_many",
        ExprKind::Size(_) => "size",
        ExprKind::Contains(..) => "contains",
        ExprKind::StartsWith(..) => "starts_with",
        ExprKind::EndsWith(..) => "ends_with",
        ExprKind::LowerAscii(_) => "lower_ascii",
        ExprKind::EmailDomain(_) => "email_domain",
        ExprKind::IsFreeEmail(_) => "is_free_email",
        ExprKind::Seniority(_) => "seniority",
        ExprKind::Department(_) => "department",
    };
    word.to_owned()
}
