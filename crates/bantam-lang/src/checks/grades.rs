//! B0222: letters no lead can get.

use super::Context;
use super::interval::Interval;
use super::never::there_is;
use crate::codes;
use crate::definition::Text;
use crate::diagnostic::Diagnostic;
use crate::meaning::{Expr, ExprKind, Name, Type};
use crate::source::{Span, Spanned};

/// Finds letters out of reach.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let reach = context.world.reach;
    let fit = letters(context, context.definition.grades_fit.as_deref(), Name::Fit, reach.fit);
    let engagement = context.definition.grades_engagement.as_deref();
    fit.into_iter().chain(letters(context, engagement, Name::Engagement, reach.engagement)).collect()
}

fn letters(
    context: &Context<'_>,
    written: Option<&[(Text, Spanned<i64>)]>,
    name: Name,
    reach: Interval,
) -> Vec<Diagnostic> {
    let mut bands: Vec<&(Text, Spanned<i64>)> = written.unwrap_or_default().iter().collect();
    bands.sort_by_key(|(_, from)| from.value);
    let score = Expr { kind: ExprKind::Name(name), ty: Type::Number, span: Span::default() };
    let word = if name == Name::Fit { "fit" } else { "engagement" };
    let mut found = Vec::new();
    for (index, (letter, from)) in bands.iter().enumerate() {
        let up = reach.at_least(from.value as f64);
        let next = bands.get(index + 1).map(|(_, next)| next);
        let band = next.map_or(up, |next| up.below(next.value as f64));
        if !band.is_empty() {
            continue;
        }
        let there_is = there_is(&context.world, &score, reach, up.is_empty());
        let message = match next {
            Some(next) if !up.is_empty() => {
                format!("no lead gets the {word} letter `{}`: it ends at {}, {there_is}", letter.value, next.value)
            }
            _ => format!("no lead gets the {word} letter `{}`: it begins at {}, {there_is}", letter.value, from.value),
        };
        found.push(
            Diagnostic::warning(codes::GRADE_OUT_OF_REACH, letter.span.join(from.span), message)
                .label("out of reach")
                .help(format!("choose bounds that {word} can have, or change the points")),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    #[test]
    fn letters_lie_where_points_can_be() {
        let yaml = |grades: &str| {
            format!(
                "lead: {{x: number}}\nfit: {{rules: {{A: {{by: x, points: {{5+: 30, else: 10, missing: 10}}}}}}}}\ngrades: {{fit: {grades}}}\n"
            )
        };
        check(&yaml("{A: 30, B: 10}"), &[]);
        check(
            &yaml("{A: 50, B: 20, C: 0}"),
            &["4: B0222 no lead gets the fit letter `A`: it begins at 50, the rules give 30 at most"],
        );
        check(
            &yaml("{A: 30, B: 10, C: 0}"),
            &["4: B0222 no lead gets the fit letter `C`: it ends at 10, the rules give 10 at least"],
        );
    }
}
