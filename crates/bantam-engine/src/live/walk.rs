//! Walks over expressions: what an expression consists of, and what it depends on.

use bantam_lang::meaning::{Expr, ExprKind, Name};

/// Calls `visit` for an expression and everything inside it, outermost first.
pub(crate) fn walk<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    for_each_child(expr, &mut |child| walk(child, visit));
}

/// Calls `visit` for the expressions an expression is directly made of.
pub(crate) fn for_each_child<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Known(_) => {}
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::HowMany(parts) => parts.iter().for_each(visit),
        ExprKind::Compare(_, left, right)
        | ExprKind::Arithmetic(_, left, right)
        | ExprKind::Contains(left, right)
        | ExprKind::StartsWith(left, right)
        | ExprKind::EndsWith(left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::Choose(condition, yes, no) => {
            visit(condition);
            visit(yes);
            visit(no);
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
        | ExprKind::Department(inner) => visit(inner),
    }
}

/// Returns whether the value depends on *as of* by itself, not through a name.
pub(crate) fn depends_on_as_of(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |part| found |= matches!(part.kind, ExprKind::DaysSince(_)));
    found
}

/// Returns whether the value depends on a name that is not the event's.
pub(crate) fn sees_lead(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |part| {
        if let ExprKind::Name(name) | ExprKind::Known(name) = part.kind {
            found |= !matches!(name, Name::Property(_) | Name::EventName | Name::EventTime);
        }
    });
    found
}
