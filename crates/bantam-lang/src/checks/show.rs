//! Prints a resolved expression the way its author would write it.
//!
//! The text is shown in messages, and two expressions with the same text mean the same, so it also serves as the key
//! under which facts about an expression are kept.

use crate::convert::number_text;
use crate::expression::print::quote_text;
use crate::meaning::{Expr, ExprKind, Meaning, Name, Set, Value};

/// Returns an expression's text.
pub(super) fn show(meaning: &Meaning, expr: &Expr) -> String {
    let show = |expr: &Expr| show(meaning, expr);
    let inner = |expr: &Expr| match expr.kind {
        ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Compare(..)
        | ExprKind::In(..)
        | ExprKind::Choose(..)
        | ExprKind::Arithmetic(..) => {
            format!("({})", self::show(meaning, expr))
        }
        _ => self::show(meaning, expr),
    };
    match &expr.kind {
        ExprKind::Literal(value) => show_value(value),
        ExprKind::Name(name) => show_name(meaning, *name),
        ExprKind::Not(of) => format!("!{}", inner(of)),
        ExprKind::And(parts) => parts.iter().map(inner_of_chain(meaning)).collect::<Vec<_>>().join(" && "),
        ExprKind::Or(parts) => parts.iter().map(inner_of_chain(meaning)).collect::<Vec<_>>().join(" || "),
        ExprKind::Compare(op, left, right) => format!("{} {} {}", show(left), op.sign(), show(right)),
        ExprKind::In(value, set) => format!("{} in {}", show(value), show_set(meaning, set)),
        ExprKind::Arithmetic(op, left, right) => format!("{} {} {}", inner(left), op.sign(), inner(right)),
        ExprKind::Negate(of) => format!("-{}", inner(of)),
        ExprKind::Choose(condition, then, otherwise) => {
            format!("{} ? {} : {}", inner(condition), inner(then), inner(otherwise))
        }
        ExprKind::Known(name) => format!("known({})", show_name(meaning, *name)),
        ExprKind::DaysSince(of) => format!("days_since({})", show(of)),
        ExprKind::HowMany(parts) => format!("how_many({})", parts.iter().map(show).collect::<Vec<_>>().join(", ")),
        ExprKind::Size(of) => format!("size({})", show(of)),
        ExprKind::Contains(text, part) => format!("{}.contains({})", inner(text), show(part)),
        ExprKind::StartsWith(text, part) => format!("{}.startsWith({})", inner(text), show(part)),
        ExprKind::EndsWith(text, part) => format!("{}.endsWith({})", inner(text), show(part)),
        ExprKind::Matches(text, pattern) => format!("{}.matches({})", inner(text), quote_text(pattern.text())),
        ExprKind::LowerAscii(of) => format!("{}.lowerAscii()", inner(of)),
        ExprKind::EmailDomain(of) => format!("email_domain({})", show(of)),
        ExprKind::IsFreeEmail(of) => format!("is_free_email({})", show(of)),
        ExprKind::Seniority(of) => format!("seniority({})", show(of)),
        ExprKind::Department(of) => format!("department({})", show(of)),
    }
}

/// Parts of `&&` and `||` need parentheses where they are chains or choices themselves.
fn inner_of_chain(meaning: &Meaning) -> impl Fn(&Expr) -> String {
    move |part| match part.kind {
        ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Choose(..) => format!("({})", show(meaning, part)),
        _ => show(meaning, part),
    }
}

fn show_value(value: &Value) -> String {
    match value {
        Value::Text(text) => quote_text(text),
        Value::Number(number) => number_text(*number),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Time(micros) => format!("timestamp({micros})"),
    }
}

fn show_set(meaning: &Meaning, set: &Set) -> String {
    let items: Vec<String> = match set {
        Set::Texts(texts) => texts.iter().map(|text| quote_text(text)).collect(),
        Set::Numbers(numbers) => numbers.iter().map(|number| number_text(*number)).collect(),
        Set::Booleans(booleans) => booleans.iter().map(bool::to_string).collect(),
        Set::List(list) => return meaning.lists.get(*list).map(|list| list.name.clone()).unwrap_or_default(),
    };
    format!("[{}]", items.join(", "))
}

/// Returns a name as it is written in conditions.
pub(super) fn show_name(meaning: &Meaning, name: Name) -> String {
    let word = match name {
        Name::Attribute(i) => meaning.lead.attributes.get(i).map_or("", |attribute| attribute.name.as_str()),
        Name::Derived(i) => meaning.derived.get(i).map_or("", |derived| derived.name.as_str()),
        Name::Signal(i) => meaning.signals.get(i).map_or("", |signal| signal.name.as_str()),
        Name::Property(i) => {
            let property = meaning.event.properties.get(i).map_or("", |property| property.name.as_str());
            return format!("event.{property}");
        }
        Name::CriteriaMet => "criteria_met",
        Name::SalesStatus => "sales_status",
        Name::AcceptedBySales => "accepted_by_sales",
        Name::BecameOpportunity => "became_opportunity",
        Name::Persona => "persona",
        Name::Fit => "fit",
        Name::FitUnknown => "fit_unknown",
        Name::Engagement => "engagement",
        Name::Score => "score",
        Name::Stage => "stage",
        Name::Grade => "grade",
        Name::Disqualified => "disqualified",
        Name::EventName => "event.name",
        Name::EventTime => "event.time",
    };
    word.to_owned()
}
