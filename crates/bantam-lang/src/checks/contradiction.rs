//! B0228: conditions joined by `&&` of which no lead can meet all.

use super::Context;
use super::assume::assume;
use super::facts::Facts;
use super::never::can_be_true;
use super::places::walk;
use super::show::show;
use super::world::World;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::meaning::{Expr, ExprKind};

/// In a longer chain than this, the pair at fault is not looked for.
const PARTS_COMPARED_MAX: usize = 24;

/// Finds conditions that contradict themselves.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    context.places.iter().flat_map(|place| findings(&place.world(&context.world), place.expr)).collect()
}

/// Returns the contradictions in an expression.
pub(super) fn findings(world: &World<'_>, expr: &Expr) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk(expr, &mut |part| {
        if let ExprKind::And(parts) = &part.kind {
            found.extend(contradiction(world, part, parts));
        }
    });
    found
}

fn contradiction(world: &World<'_>, whole: &Expr, parts: &[Expr]) -> Option<Diagnostic> {
    let each_may_be_true = || parts.iter().all(|part| can_be_true(world, part));
    if can_be_true(world, whole) || !each_may_be_true() {
        return None;
    }
    let help = "one of them must go, or join them with `||` if either will do";
    let Some((first, second)) = pair_at_fault(world, parts) else {
        let message = "these conditions can never all be true";
        return Some(Diagnostic::warning(codes::CONTRADICTION, whole.span, message).label("never true").help(help));
    };
    let (one, other) = (show(world.meaning, first), show(world.meaning, second));
    let message = if one == format!("!{other}") || other == format!("!{one}") {
        format!("`{one}` and `{other}` exclude each other")
    } else {
        format!("`{one}` and `{other}` can never both be true")
    };
    Some(
        Diagnostic::warning(codes::CONTRADICTION, second.span, message)
            .label("never true together")
            .related(first.span, "with this")
            .help(help),
    )
}

fn pair_at_fault<'e>(world: &World<'_>, parts: &'e [Expr]) -> Option<(&'e Expr, &'e Expr)> {
    let parts = parts.get(..parts.len().min(PARTS_COMPARED_MAX)).unwrap_or_default();
    let together = |one: &Expr, other: &Expr| {
        world.refuel();
        let facts = assume(world, one, true, Facts::default())?;
        let facts = assume(world, other, true, facts)?.settled(world)?;
        assume(world, one, true, facts)
    };
    parts.iter().enumerate().find_map(|(index, second)| {
        let before = parts.get(..index).unwrap_or_default();
        before.iter().find(|first| together(first, second).is_none()).map(|first| (first, second))
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn condition(text: &str) -> String {
        format!(
            "lead: {{x: number, y: number, t: text, b: boolean}}\ndisqualify:\n  D: '{}'\n",
            text.replace('\'', "''")
        )
    }

    #[test]
    fn contradictions_are_found() {
        let cases = [
            ("x > 5 && x < 3", "`x > 5` and `x < 3` can never both be true"),
            ("t == \"a\" && b && t == \"b\"", "`t == \"a\"` and `t == \"b\"` can never both be true"),
            ("!b && b", "`!b` and `b` exclude each other"),
            ("!known(x) && x > 5", "`!known(x)` and `x > 5` can never both be true"),
            (
                "t.lowerAscii() == \"a\" && !known(t)",
                "`t.lowerAscii() == \"a\"` and `!known(t)` can never both be true",
            ),
            (
                "t in [\"a\", \"b\"] && !(t in [\"b\", \"a\", \"c\"])",
                "`t in [\"a\", \"b\"]` and `!(t in [\"b\", \"a\", \"c\"])` can never both be true",
            ),
            ("x == y && x != y", "`x == y` and `x != y` can never both be true"),
            ("(x > 5 && x <= 5) || b", "`x > 5` and `x <= 5` can never both be true"),
            ("(x < 1 || x > 9) && x == 5", "`x < 1 || x > 9` and `x == 5` can never both be true"),
            (
                "became_opportunity && !accepted_by_sales",
                "`became_opportunity` and `!accepted_by_sales` can never both be true",
            ),
            (
                "sales_status == \"rejected\" && accepted_by_sales",
                "`sales_status == \"rejected\"` and `accepted_by_sales` can never both be true",
            ),
        ];
        for (text, message) in cases {
            check(&condition(text), &[&format!("4: B0228 {message}")]);
        }
    }

    #[test]
    fn what_may_be_true_is_left_alone() {
        let fine = [
            "x > 3 && x < 5",
            "x >= 5 && x <= 5",
            "x != 5 && x > 4",
            "t != \"a\" && t != \"b\"",
            "t == \"a\" || t == \"b\"",
            "t.contains(\"a\") && !t.contains(\"b\")",
            "!known(x) && !known(y)",
            "known(x) && !b",
            "x > y && y > x - 5",
            "sales_status == \"won\" && accepted_by_sales",
            "b ? x > 5 : x < 3",
            "x + 1 > 5 && x < 5",
            "x / 2 > 5 && x != 0",
        ];
        for text in fine {
            check(&condition(text), &[]);
        }
    }
}
