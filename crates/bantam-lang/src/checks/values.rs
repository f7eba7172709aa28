//! B0235: comparisons with a value that never occurs: a stage nobody declared, a seniority no title has.

use super::Context;
use super::never::{can_be_true, reason};
use super::places::{Place, walk};
use super::possible::Values;
use super::show::{show, show_name};
use super::world::World;
use super::written::text_place;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::meaning::{CompareOp, Expr, ExprKind, Meaning, Name, Set, Value};
use crate::nearest::{did_you_mean, list_names};
use crate::source::Span;

/// Of one list this many texts are told.
const TEXTS_TOLD_MAX: usize = 5;

/// Finds comparisons with values that never occur.
pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    context.places.iter().flat_map(|place| findings(context, place)).collect()
}

/// Returns what a place compares with and never meets.
pub(super) fn findings(context: &Context<'_>, place: &Place<'_>) -> Vec<Diagnostic> {
    let world = place.world(&context.world);
    let mut found = Vec::new();
    walk(place.expr, &mut |part| match &part.kind {
        ExprKind::Compare(CompareOp::Equal | CompareOp::NotEqual, left, right) => {
            let (of, literal) = match (&left.kind, &right.kind) {
                (ExprKind::Literal(_), ExprKind::Literal(_)) => return,
                (_, ExprKind::Literal(Value::Text(text))) => (left, (text, right.span)),
                (ExprKind::Literal(Value::Text(text)), _) => (right, (text, left.span)),
                _ => return,
            };
            found.extend(never_is(&world, of, literal.0, literal.1));
        }
        ExprKind::In(of, Set::Texts(texts)) => {
            let texts = texts.iter();
            let never = texts.filter(|text| is_never(&world, of, text)).take(TEXTS_TOLD_MAX);
            found.extend(
                never.filter_map(|text| never_is(&world, of, text, text_place(context.definition, part.span, text))),
            );
            found.extend(empty_list(of, part));
        }
        ExprKind::In(of, Set::List(list)) => found.extend(list_values(&world, of, *list, part.span)),
        ExprKind::Contains(of, part) | ExprKind::StartsWith(of, part) | ExprKind::EndsWith(of, part) => {
            found.extend(never_holds(&world, of, part));
        }
        ExprKind::Or(parts) => found.extend(parts.iter().filter_map(|part| alternative(&world, part))),
        _ => {}
    });
    found
}

fn empty_list(of: &Expr, part: &Expr) -> Option<Diagnostic> {
    let ExprKind::In(_, Set::Texts(texts)) = &part.kind else { return None };
    texts.is_empty().then(|| {
        Diagnostic::warning(
            codes::VALUE_NEVER_OCCURS,
            Span::new(of.span.start, part.span.end),
            "nothing is in an empty list",
        )
        .label("never true")
        .help("write the values between the brackets: `[\"a\", \"b\"]`")
    })
}

fn is_never(world: &World<'_>, of: &Expr, text: &str) -> bool {
    let possible = world.look_at(of);
    let listed = match &possible.values {
        Values::Texts(texts) => texts.contains(text),
        _ => true,
    };
    !listed || !possible.present || !world.text_can_be(of, text)
}

fn never_is(world: &World<'_>, of: &Expr, text: &str, span: Span) -> Option<Diagnostic> {
    if !is_never(world, of, text) {
        return None;
    }
    let (message, help) = match &world.look_at(of).values {
        Values::Texts(texts) if !texts.contains(text) => {
            let known: Vec<&str> = texts.iter().map(String::as_str).collect();
            (not_listed(world.meaning, of, text, &known), Some(which_one(text, &known)))
        }
        _ => not_a_cell(world, of, text),
    };
    Some(Diagnostic::warning(codes::VALUE_NEVER_OCCURS, span, message).label("never occurs").maybe_help(help))
}

fn which_one(text: &str, known: &[&str]) -> String {
    did_you_mean(text, known.iter().copied()).unwrap_or_else(|| match known {
        [] => "declare some, or remove the comparison".into(),
        _ => format!("known here: {}", list_names(known.iter().copied(), 13)),
    })
}

/// Says what is not among the values of a closed set.
fn not_listed(meaning: &Meaning, of: &Expr, text: &str, known: &[&str]) -> String {
    let of = resolve(meaning, of);
    match &of.kind {
        ExprKind::Name(Name::Stage) if known.is_empty() => "no stages are declared".into(),
        ExprKind::Name(Name::Grade) if known.is_empty() => "no grades are declared".into(),
        ExprKind::Name(Name::Stage) => format!("there is no stage `{text}`"),
        ExprKind::Name(Name::Persona) if known.is_empty() => "no personas are declared".into(),
        ExprKind::Name(Name::Persona) => format!("there is no persona `{text}`"),
        ExprKind::Name(Name::Grade) => format!("there is no grade `{text}`"),
        ExprKind::Name(Name::SalesStatus) => format!("sales never answers `{text}`"),
        ExprKind::Name(Name::EventName) => format!("no event that is looked at here is named `{text}`"),
        ExprKind::Seniority(_) => format!("there is no seniority `{text}`"),
        ExprKind::Department(_) => format!("there is no department `{text}`"),
        _ => format!("`{}` is never `{text}`", show(meaning, of)),
    }
}

/// Follows derived attributes to what they are made of.
fn resolve<'e>(meaning: &'e Meaning, of: &'e Expr) -> &'e Expr {
    match of.kind {
        ExprKind::Name(Name::Derived(index)) => {
            meaning.derived.get(index).map_or(of, |derived| resolve(meaning, &derived.expr))
        }
        _ => of,
    }
}

/// Says why a text cannot be a value of a cell, or of what is made of one.
pub(super) fn not_a_cell(world: &World<'_>, of: &Expr, text: &str) -> (String, Option<String>) {
    let shown = show(world.meaning, of);
    match &resolve(world.meaning, of).kind {
        ExprKind::LowerAscii(_) if text.bytes().any(|byte| byte.is_ascii_uppercase()) => (
            format!("`{shown}` never holds capitals, `{text}` does"),
            Some(format!("write `{}`", text.to_ascii_lowercase())),
        ),
        ExprKind::EmailDomain(_) => {
            let domain = text.rsplit('@').next().unwrap_or(text).to_ascii_lowercase();
            let help = (domain != text && !domain.is_empty()).then(|| format!("write `{domain}`"));
            (format!("`{shown}` is never `{text}`: it is the part behind the `@`, in small letters"), help)
        }
        _ if text.trim().is_empty() => {
            (format!("`{shown}` is never empty: an empty value is missing"), Some(missing_help(world, of, &shown)))
        }
        _ if text.trim() != text => (
            format!("`{shown}` never begins or ends with a blank, `{text}` does"),
            Some(format!("write `{}`", text.trim())),
        ),
        _ => (
            format!("`{shown}` is never `{text}`: `missing` lists it as \"no value\""),
            Some(missing_help(world, of, &shown)),
        ),
    }
}

fn missing_help(world: &World<'_>, of: &Expr, shown: &str) -> String {
    match of.kind {
        ExprKind::Name(name) => {
            format!("ask `!known({})` whether the value is missing", show_name(world.meaning, name))
        }
        _ => format!("give `{shown}` a name under `derive` and ask `!known(name)` whether it is missing"),
    }
}

/// Warns of values of a list that never equal what is looked up.
fn list_values(world: &World<'_>, of: &Expr, list: usize, span: Span) -> Option<Diagnostic> {
    let list = world.meaning.lists.get(list)?;
    let never: Vec<&String> = list.values.iter().filter(|value| !world.text_can_be(of, value)).collect();
    let first = never.first()?;
    let (why, help) = not_a_cell(world, of, first);
    let message = match never.len() {
        1 => format!("a value of `{}` is never met: {why}", list.name),
        count => format!("{count} values of `{}` are never met: {why}", list.name),
    };
    Some(
        Diagnostic::warning(codes::VALUE_NEVER_OCCURS, span, message)
            .label(format!("`{first}` never occurs"))
            .maybe_help(help.map(|help| format!("in the list, {help}"))),
    )
}

/// Warns of a part that a text in small letters cannot hold.
fn never_holds(world: &World<'_>, of: &Expr, part: &Expr) -> Option<Diagnostic> {
    let ExprKind::Literal(Value::Text(text)) = &part.kind else { return None };
    let small = matches!(resolve(world.meaning, of).kind, ExprKind::LowerAscii(_) | ExprKind::EmailDomain(_));
    if !small || !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let message = format!("`{}` never holds capitals, `{text}` does", show(world.meaning, of));
    Some(
        Diagnostic::warning(codes::VALUE_NEVER_OCCURS, part.span, message)
            .label("never occurs")
            .help(format!("write `{}`", text.to_ascii_lowercase())),
    )
}

/// Warns of one side of `||` that compares with a number out of reach.
fn alternative(world: &World<'_>, part: &Expr) -> Option<Diagnostic> {
    let number = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(Value::Number(_)));
    let ExprKind::Compare(_, left, right) = &part.kind else { return None };
    if !(number(left) ^ number(right)) || can_be_true(world, part) {
        return None;
    }
    let reason = reason(world, part);
    let because = reason.because.map(|because| format!(": {because}")).unwrap_or_default();
    let message = format!("`{}` is never true{because}", show(world.meaning, part));
    Some(
        Diagnostic::warning(codes::VALUE_NEVER_OCCURS, part.span, message)
            .label("never true")
            .help("change the number, or remove this side of `||`"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn condition(text: &str) -> String {
        format!(
            "missing: [N/A]\nlead: {{title: text, email: text, industry: text, city: {{type: text, default: N/A}}}}\nderive: {{rank: seniority(title)}}\n\
             personas: [{{Buyer: 'known(title)'}}]\nstages: [Lead, Ready: known(email)]\nhand_off: Ready\nroutes: [{{to: x, if: '{}'}}]\n",
            text.replace('\'', "''")
        )
    }

    #[test]
    fn values_that_never_occur_are_found() {
        let cases = [
            ("seniority(title) == \"VP of\"", "there is no seniority `VP of`"),
            ("rank in [\"VP\", \"director\"]", "there is no seniority `director`"),
            ("department(title) != \"Sale\"", "there is no department `Sale`"),
            ("sales_status == \"win\"", "sales never answers `win`"),
            ("stage == \"Redy\"", "there is no stage `Redy`"),
            ("persona == \"Champion\"", "there is no persona `Champion`"),
            ("grade == \"A1\"", "no grades are declared"),
            ("industry == \"\"", "`industry` is never empty: an empty value is missing"),
            ("industry == \"N/A\"", "`industry` is never `N/A`: `missing` lists it as \"no value\""),
            ("industry == \"Software \"", "`industry` never begins or ends with a blank, `Software ` does"),
            ("title.lowerAscii() == \"VP\"", "`title.lowerAscii()` never holds capitals, `VP` does"),
            ("title.lowerAscii().contains(\"VP\")", "`title.lowerAscii()` never holds capitals, `VP` does"),
            (
                "email_domain(email) == \"@acme.example\"",
                "`email_domain(email)` is never `@acme.example`: it is the part behind the `@`, in small letters",
            ),
            ("industry in []", "nothing is in an empty list"),
        ];
        for (text, message) in cases {
            check(&condition(text), &[&format!("8: B0235 {message}")]);
        }
    }

    #[test]
    fn values_that_may_occur_are_left_alone() {
        let fine = [
            "rank == \"VP\"",
            "city == \"N/A\"",
            "industry == \"software\"",
            "stage == \"Lead\"",
            "persona == \"Buyer\"",
            "title.lowerAscii() == \"vp\"",
        ];
        for text in fine {
            check(&condition(text), &[]);
        }
    }

    #[test]
    fn an_event_has_the_names_its_rule_lists() {
        check(
            "actions: {demo: {on: form_sent}}\nengagement: {rules: {A: {on: [demo, page_viewed], if: event.name == \"demo\", points: 5}}}\n",
            &["3: B0235 no event that is looked at here is named `demo`"],
        );
    }

    #[test]
    fn a_side_of_or_may_be_out_of_reach() {
        check(
            "lead: {x: number}\nfit: {rules: {A: {if: x > 5, points: 10}}}\nstages: [Lead, Ready: fit >= 20 || x > 8]\n",
            &["4: B0235 `fit >= 20` is never true: the rules give 10 at most"],
        );
    }
}
