//! Walks over expressions: what an expression consists of, and what it depends on.

use bantam_lang::meaning::{Expr, ExprKind, Name};

/// Calls `visit` for an expression and everything inside it, outermost first.
pub(crate) fn walk<'a>(expr: &'a Expr, visit: &mut impl FnMut(&'a Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Known(_) => {}
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::HowMany(parts) => {
            parts.iter().for_each(|part| walk(part, visit));
        }
        ExprKind::Compare(_, left, right)
        | ExprKind::Arithmetic(_, left, right)
        | ExprKind::Contains(left, right)
        | ExprKind::StartsWith(left, right)
        | ExprKind::EndsWith(left, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        ExprKind::Choose(condition, yes, no) => {
            walk(condition, visit);
            walk(yes, visit);
            walk(no, visit);
        }
        ExprKind::Not(inner)
        | ExprKind::In(inner, _)
        | ExprKind::Negate(inner)
        | ExprKind::DaysSince(inner)
        | ExprKind::Size(inner)
        | ExprKind::Matches(inner, _)
        | ExprKind::LowerAscii(inner)
        | ExprKind::EmailDomain(inner)
        | ExprKind::IsFreeEmail(inner)
        | ExprKind::Seniority(inner)
        | ExprKind::Department(inner) => walk(inner, visit),
    }
}

/// Returns whether the value depends on *as of* by itself, not through a name.
pub(crate) fn depends_on_as_of(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |part| found |= matches!(part.kind, ExprKind::DaysSince(_)));
    found
}

/// Calls `visit` for every name in an expression.
pub(crate) fn names_in(expr: &Expr, visit: &mut impl FnMut(Name)) {
    walk(expr, &mut |part| {
        if let ExprKind::Name(name) | ExprKind::Known(name) = part.kind {
            visit(name);
        }
    });
}
