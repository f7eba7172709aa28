//! Names the literals in which two expressions of the same shape differ: `engagement 50 -> 40`.

use crate::diff::lists::missing_from;
use crate::diff::words::all_of;
use crate::expression::{Syntax, SyntaxKind, print_syntax};
use crate::meaning::CompareOp;

/// Naming more literals than this is harder to read than both expressions.
const LITERALS_MAX: usize = 4;

/// Returns what each changed literal was and is; `None` where the shapes differ or a literal has no name to go by.
pub(super) fn changed_literals(old: &Syntax, new: &Syntax) -> Option<Vec<String>> {
    let mut changed = Vec::new();
    let same_shape = compare(old, new, "", &mut changed);
    (same_shape && changed.len() <= LITERALS_MAX).then_some(changed)
}

/// Returns whether the shapes are the same; `name` is what a literal found here is held against.
fn compare(old: &Syntax, new: &Syntax, name: &str, changed: &mut Vec<String>) -> bool {
    if let (Some(old), Some(new)) = (literal(old), literal(new)) {
        if old != new {
            changed.push(format!("{name} {old} -> {new}"));
        }
        return old == new || !name.is_empty();
    }
    match (&old.kind, &new.kind) {
        (SyntaxKind::Name(old), SyntaxKind::Name(new)) => old == new,
        (SyntaxKind::Member(..), SyntaxKind::Member(..)) => print_syntax(old) == print_syntax(new),
        (SyntaxKind::Not(old), SyntaxKind::Not(new))
        | (SyntaxKind::Negate(old), SyntaxKind::Negate(new))
        | (SyntaxKind::Parenthesised(old), SyntaxKind::Parenthesised(new)) => compare(old, new, name, changed),
        (SyntaxKind::And(old), SyntaxKind::And(new)) | (SyntaxKind::Or(old), SyntaxKind::Or(new)) => {
            compare_all(old, new, "", changed)
        }
        (SyntaxKind::Call { .. }, SyntaxKind::Call { .. }) => compare_calls(old, new, name, changed),
        (SyntaxKind::Compare(old_op, old_left, old_right), SyntaxKind::Compare(new_op, new_left, new_right)) => {
            let of_left = print_syntax(old_right.bare());
            let of_right = format!("{}{}", print_syntax(old_left.bare()), sign(old_op.value));
            old_op.value == new_op.value
                && compare(old_left, new_left, &of_left, changed)
                && compare(old_right, new_right, &of_right, changed)
        }
        (SyntaxKind::Arithmetic(old_op, old_left, old_right), SyntaxKind::Arithmetic(new_op, new_left, new_right)) => {
            let of_left = format!("{} {}", old_op.value.sign(), print_syntax(old_right));
            let of_right = format!("{} {}", print_syntax(old_left), old_op.value.sign());
            old_op.value == new_op.value
                && compare(old_left, new_left, &of_left, changed)
                && compare(old_right, new_right, &of_right, changed)
        }
        (SyntaxKind::In(old_value, old_set), SyntaxKind::In(new_value, new_set)) => {
            compare(old_value, new_value, "", changed) && compare_sets(old_value, old_set, new_set, changed)
        }
        (SyntaxKind::Choose(old_if, old_then, old_else), SyntaxKind::Choose(new_if, new_then, new_else)) => {
            let then = format!("`{}` gives", print_syntax(new_if));
            compare(old_if, new_if, "", changed)
                && compare(old_then, new_then, &then, changed)
                && compare(old_else, new_else, "otherwise", changed)
        }
        _ => false,
    }
}

fn compare_all(old: &[Syntax], new: &[Syntax], name: &str, changed: &mut Vec<String>) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| compare(old, new, name, changed))
}

fn compare_calls(old: &Syntax, new: &Syntax, name: &str, changed: &mut Vec<String>) -> bool {
    let SyntaxKind::Call { receiver: old_receiver, function: old_function, arguments: old_arguments } = &old.kind
    else {
        return false;
    };
    let SyntaxKind::Call { receiver: new_receiver, function: new_function, arguments: new_arguments } = &new.kind
    else {
        return false;
    };
    if old_function.value != new_function.value {
        return false;
    }
    match (old_receiver, new_receiver) {
        (None, None) => compare_all(old_arguments, new_arguments, name, changed),
        (Some(old_receiver), Some(new_receiver)) => {
            let name = format!("{} {}", print_syntax(old_receiver), in_words(&old_function.value));
            compare(old_receiver, new_receiver, "", changed)
                && compare_all(old_arguments, new_arguments, &name, changed)
        }
        _ => false,
    }
}

/// Lists of literals may differ in length: what came and what went is said.
fn compare_sets(value: &Syntax, old: &Syntax, new: &Syntax, changed: &mut Vec<String>) -> bool {
    let (SyntaxKind::List(old_items), SyntaxKind::List(new_items)) = (&old.bare().kind, &new.bare().kind) else {
        return compare(old.bare(), new.bare(), "", changed);
    };
    let printed = |items: &[Syntax]| items.iter().map(print_syntax).collect::<Vec<_>>();
    let (old_items, new_items) = (printed(old_items), printed(new_items));
    let added: Vec<String> = missing_from(&new_items, &old_items);
    let removed: Vec<String> = missing_from(&old_items, &new_items);
    let mut parts = Vec::new();
    if !added.is_empty() {
        parts.push(format!("also {}", all_of(&added)));
    }
    if !removed.is_empty() {
        parts.push(format!("no longer {}", all_of(&removed)));
    }
    if !parts.is_empty() {
        changed.push(format!("{}: {}", print_syntax(value), parts.join(", ")));
    }
    true
}

/// A number, a text, true or false, or a point in time, as shown.
fn literal(syntax: &Syntax) -> Option<String> {
    match &syntax.kind {
        SyntaxKind::Number(_) | SyntaxKind::Text(_) | SyntaxKind::Boolean(_) => Some(print_syntax(syntax)),
        SyntaxKind::Negate(inner) => matches!(inner.kind, SyntaxKind::Number(_)).then(|| print_syntax(syntax)),
        SyntaxKind::Call { receiver: None, function, arguments } if function.value == "timestamp" => {
            match arguments.as_slice() {
                [only] => literal(only),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `at least` and `equal` go without saying.
fn sign(op: CompareOp) -> String {
    match op {
        CompareOp::GreaterOrEqual | CompareOp::Equal => String::new(),
        op => format!(" {}", op.sign()),
    }
}

fn in_words(function: &str) -> &str {
    match function {
        "startsWith" => "starts with",
        "endsWith" => "ends with",
        other => other,
    }
}
