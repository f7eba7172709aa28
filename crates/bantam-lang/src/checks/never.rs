//! B0223 for actions, signals and disqualifiers, and for all conditions the reason why one is never true.

use super::facts::Facts;
use super::interval::Interval;
use super::places::{Place, Role};
use super::show::show;
use super::world::World;
use super::{Context, contradiction, values};
use crate::codes;
use crate::convert::number_text;
use crate::diagnostic::Diagnostic;
use crate::meaning::{CompareOp, Expr, ExprKind, Name, Type, Value};
use crate::source::Span;

/// Why a condition is never true.
pub(super) enum Never {
    /// A warning about a part of it says so already.
    Told,
    /// Because of a part of it.
    Because(Reason),
}

/// A part that is never true.
pub(super) struct Reason {
    /// Where it stands.
    pub(super) span: Span,
    /// What is to be said behind the subject: "needs engagement 50, the rules give 45 at most".
    pub(super) text: String,
    /// What stands in the way: "the rules give 45 at most".
    pub(super) because: Option<String>,
}

/// Finds actions, signals and disqualifiers whose condition is never true.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let wanted = |place: &&Place<'_>| matches!(place.role, Role::Action | Role::Signal | Role::Disqualifier);
    let found = context.places.iter().filter(wanted).filter_map(|place| match why_never(context, place)? {
        Never::Told => None,
        Never::Because(reason) => {
            let message = format!("{} {}", place.subject, reason.text);
            let help = "change the condition, or remove it: as it stands it does nothing";
            Some(Diagnostic::warning(codes::RULE_NEVER_APPLIES, reason.span, message).label("never true").help(help))
        }
    });
    found.collect()
}

/// Returns why a condition is never true; `None` where it may be.
pub(super) fn why_never(context: &Context<'_>, place: &Place<'_>) -> Option<Never> {
    let world = place.world(&context.world);
    if can_be_true(&world, place.expr) {
        return None;
    }
    let told = !values::findings(context, place).is_empty() || !contradiction::findings(&world, place.expr).is_empty();
    Some(if told { Never::Told } else { Never::Because(reason(&world, place.expr)) })
}

/// Returns whether a condition may be true, as far as is known.
pub(super) fn can_be_true(world: &World<'_>, expr: &Expr) -> bool {
    world.refuel();
    world.can_be(expr, &Facts::default(), true) || !world.is_sure()
}

/// Finds the innermost part that is never true.
pub(super) fn reason(world: &World<'_>, expr: &Expr) -> Reason {
    match &expr.kind {
        ExprKind::And(parts) => match parts.iter().find(|part| !can_be_true(world, part)) {
            Some(part) => reason(world, part),
            None => never_true(world, expr),
        },
        ExprKind::Compare(op, left, right) => {
            let text = match (&left.kind, &right.kind) {
                (_, ExprKind::Literal(Value::Number(bound))) => needs(world, left, *op, *bound),
                (ExprKind::Literal(Value::Number(bound)), _) => needs(world, right, op.mirrored(), *bound),
                _ => None,
            };
            text.map_or_else(
                || never_true(world, expr),
                |(wanted, because)| Reason {
                    span: expr.span,
                    text: format!("needs {wanted}, {because}"),
                    because: Some(because),
                },
            )
        }
        _ => never_true(world, expr),
    }
}

fn never_true(world: &World<'_>, expr: &Expr) -> Reason {
    let text = format!("never applies: `{}` is never true", show(world.meaning, expr));
    Reason { span: expr.span, text, because: None }
}

/// Says what a comparison with a number needs, and what there is.
fn needs(world: &World<'_>, of: &Expr, op: CompareOp, bound: f64) -> Option<(String, String)> {
    if of.ty != Type::Number {
        return None;
    }
    let interval = world.look_at(of).values.interval();
    let shown = match of.kind {
        ExprKind::Name(Name::Fit | Name::Engagement | Name::Score) => show(world.meaning, of),
        _ => format!("`{}`", show(world.meaning, of)),
    };
    let number = number_text(bound);
    let wanted = match op {
        CompareOp::GreaterOrEqual | CompareOp::Equal => format!("{shown} {number}"),
        CompareOp::Greater => format!("{shown} above {number}"),
        CompareOp::LessOrEqual => format!("{shown} {number} or less"),
        CompareOp::Less => format!("{shown} below {number}"),
        CompareOp::NotEqual => format!("{shown} other than {number}"),
    };
    let too_high = interval.high <= bound && op != CompareOp::NotEqual;
    Some((wanted, there_is(world, of, interval, too_high)))
}

/// Says what a number is at most, or at least.
pub(super) fn there_is(world: &World<'_>, of: &Expr, interval: Interval, at_most: bool) -> String {
    let meaning = world.meaning;
    let end = if at_most { interval.high } else { interval.low };
    let ends = if at_most { "at most" } else { "at least" };
    let number = number_text(end);
    match of.kind {
        ExprKind::Name(Name::Fit) if meaning.fit.rules.is_empty() => "there are no fit rules".into(),
        ExprKind::Name(Name::Engagement) if meaning.engagement.rules.is_empty() => {
            "there are no engagement rules".into()
        }
        ExprKind::Name(Name::Fit | Name::Engagement | Name::Score) => format!("the rules give {number} {ends}"),
        ExprKind::Name(Name::FitUnknown) if at_most => format!("{number} fit rules at most can be undecided"),
        ExprKind::Name(Name::CriteriaMet) if meaning.criteria.is_empty() => "there is no `qualification`".into(),
        ExprKind::Name(Name::CriteriaMet) if at_most => format!("there are {number} criteria"),
        _ if !end.is_finite() => "which it never is".into(),
        _ => format!("it is {number} {ends}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    #[test]
    fn a_window_of_seven_days_has_eight_at_most() {
        let yaml = |days: u32| {
            format!(
                "signals:\n  visits: {{count: page_viewed, once_per: day, within: 7d}}\ndisqualify:\n  Robot: visits >= {days}\n"
            )
        };
        check(&yaml(8), &[]);
        check(&yaml(9), &["5: B0223 the disqualifier `Robot` needs `visits` 9, it is 8 at most"]);
    }

    #[test]
    fn what_happened_within_a_window_is_not_older() {
        let yaml = "signals:\n  seen: {last: page_viewed, within: 30d}\ndisqualify:\n  Gone: days_since(seen) >= 30\n";
        check(yaml, &["5: B0223 the disqualifier `Gone` needs `days_since(seen)` 30, it is 29 at most"]);
        check(&yaml.replace(">= 30", ">= 29"), &[]);
    }

    #[test]
    fn a_count_is_never_missing() {
        check(
            "signals: {views: {count: page_viewed}}\ndisqualify: {Cold: \"!known(views)\"}\n",
            &["3: B0223 the disqualifier `Cold` never applies: `!known(views)` is never true"],
        );
    }
}
