//! Says conditions and values as people do.

use super::spaced;
use crate::meaning::{ArithmeticOp, CompareOp, Expr, ExprKind, Meaning, Name, Set, Value};

/// List entries named before the rest is counted.
const ENTRIES: usize = 8;

/// Says what a definition means.
pub(super) struct Speaker<'m> {
    pub(super) meaning: &'m Meaning,
}

impl Speaker<'_> {
    /// Returns a condition as what has to be so: `employees is at least 50`.
    pub(super) fn condition(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Not(inner) => self.denied(inner),
            ExprKind::And(parts) => joined(parts.iter().map(|part| self.part(part)), " and "),
            ExprKind::Or(parts) => joined(parts.iter().map(|part| self.part(part)), " or "),
            ExprKind::Compare(op, left, right) => self.comparison(*op, left, right),
            ExprKind::In(value, set) => format!("{} is {}", self.value(value), self.set(set)),
            ExprKind::Known(name) => format!("{} is known", self.name(*name)),
            ExprKind::Contains(text, part) => format!("{} contains {}", self.value(text), self.value(part)),
            ExprKind::StartsWith(text, part) => format!("{} starts with {}", self.value(text), self.value(part)),
            ExprKind::EndsWith(text, part) => format!("{} ends with {}", self.value(text), self.value(part)),
            ExprKind::Matches(text, pattern) => format!("{} looks like `{}`", self.value(text), pattern.text()),
            ExprKind::IsFreeEmail(email) => format!("{} is at a free provider", self.value(email)),
            ExprKind::Name(Name::AcceptedBySales) => "sales has accepted it".to_owned(),
            ExprKind::Name(Name::BecameOpportunity) => "an opportunity was opened".to_owned(),
            ExprKind::Name(Name::Disqualified) => "it is disqualified".to_owned(),
            ExprKind::Name(name) => format!("{} is true", self.name(*name)),
            ExprKind::Choose(condition, yes, no) => {
                format!("{} where {}, else {}", self.condition(yes), self.condition(condition), self.condition(no))
            }
            ExprKind::Literal(Value::Boolean(true)) => "always".to_owned(),
            ExprKind::Literal(Value::Boolean(false)) => "never".to_owned(),
            _ => self.value(expr),
        }
    }

    /// Returns a part of a longer condition, in parentheses where it would be misread without.
    fn part(&self, expr: &Expr) -> String {
        match expr.kind {
            ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Choose(..) => format!("({})", self.condition(expr)),
            _ => self.condition(expr),
        }
    }

    fn denied(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Known(name) => format!("{} is not known", self.name(*name)),
            ExprKind::IsFreeEmail(email) => format!("{} is not at a free provider", self.value(email)),
            ExprKind::In(value, set) => format!("{} is not {}", self.value(value), self.set(set)),
            ExprKind::Name(Name::AcceptedBySales) => "sales has not accepted it".to_owned(),
            ExprKind::Name(Name::BecameOpportunity) => "no opportunity was opened".to_owned(),
            ExprKind::Name(Name::Disqualified) => "it is not disqualified".to_owned(),
            ExprKind::Name(name) => format!("{} is false", self.name(*name)),
            _ => format!("not: {}", self.part(expr)),
        }
    }

    fn comparison(&self, op: CompareOp, left: &Expr, right: &Expr) -> String {
        if let (CompareOp::GreaterOrEqual | CompareOp::Greater, ExprKind::DaysSince(time)) = (op, &left.kind) {
            let more = if op == CompareOp::Greater { "more than" } else { "at least" };
            return format!("{} was {more} {} days ago", self.value(time), self.value(right));
        }
        if let (CompareOp::LessOrEqual | CompareOp::Less, ExprKind::DaysSince(time)) = (op, &left.kind) {
            let less = if op == CompareOp::Less { "less than" } else { "at most" };
            return format!("{} was {less} {} days ago", self.value(time), self.value(right));
        }
        let is = match op {
            CompareOp::Equal => "is",
            CompareOp::NotEqual => "is not",
            CompareOp::Less => "is less than",
            CompareOp::LessOrEqual => "is at most",
            CompareOp::Greater => "is more than",
            CompareOp::GreaterOrEqual => "is at least",
        };
        format!("{} {is} {}", self.value(left), self.value(right))
    }

    /// Returns a value as what it is called.
    pub(super) fn value(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Literal(value) => literal(value),
            ExprKind::Name(name) => self.name(*name),
            ExprKind::Arithmetic(op, left, right) => {
                let sign = match op {
                    ArithmeticOp::Add => "plus",
                    ArithmeticOp::Subtract => "minus",
                    ArithmeticOp::Multiply => "times",
                    ArithmeticOp::Divide => "divided by",
                };
                format!("{} {sign} {}", self.operand(left), self.operand(right))
            }
            ExprKind::Negate(inner) => format!("minus {}", self.operand(inner)),
            ExprKind::Choose(condition, yes, no) => {
                format!("{} where {}, else {}", self.value(yes), self.condition(condition), self.value(no))
            }
            ExprKind::DaysSince(time) => format!("days since {}", self.value(time)),
            ExprKind::HowMany(parts) => {
                format!("how many of these are so: {}", joined(parts.iter().map(|part| self.part(part)), "; "))
            }
            ExprKind::Size(text) => format!("length of {}", self.value(text)),
            ExprKind::LowerAscii(text) => format!("{} in lower case", self.value(text)),
            ExprKind::EmailDomain(email) => format!("domain of {}", self.value(email)),
            ExprKind::Seniority(title) => format!("seniority by {}", self.value(title)),
            ExprKind::Department(title) => format!("department by {}", self.value(title)),
            _ => self.condition(expr),
        }
    }

    fn operand(&self, expr: &Expr) -> String {
        match expr.kind {
            ExprKind::Arithmetic(..) | ExprKind::Choose(..) => format!("({})", self.value(expr)),
            _ => self.value(expr),
        }
    }

    /// Returns what a name stands for, as people say it.
    pub(super) fn name(&self, name: Name) -> String {
        let meaning = self.meaning;
        let own = match name {
            Name::Attribute(place) => meaning.lead.attributes.get(place).map(|one| &one.name),
            Name::Derived(place) => meaning.derived.get(place).map(|one| &one.name),
            Name::Signal(place) => meaning.signals.get(place).map(|one| &one.name),
            Name::Property(place) => meaning.event.properties.get(place).map(|one| &one.name),
            _ => None,
        };
        let fixed = match name {
            Name::CriteriaMet => "number of criteria met",
            Name::SalesStatus => "latest answer of sales",
            Name::AcceptedBySales => "accepted by sales",
            Name::BecameOpportunity => "became an opportunity",
            Name::Persona => "persona",
            Name::Fit => "fit",
            Name::FitUnknown => "number of undecided fit rules",
            Name::Engagement => "engagement",
            Name::Score => "score",
            Name::Stage => "stage",
            Name::Grade => "grade",
            Name::Disqualified => "disqualified",
            Name::EventName => "name of the event",
            Name::EventTime => "time of the event",
            _ => "",
        };
        own.map_or_else(|| fixed.to_owned(), |name| spaced(name))
    }

    fn set(&self, set: &Set) -> String {
        let texts = match set {
            Set::Texts(texts) => texts.clone(),
            Set::Numbers(numbers) => numbers.iter().map(f64::to_string).collect(),
            Set::Booleans(all) => all.iter().map(|&one| literal(&Value::Boolean(one))).collect(),
            Set::List(place) => {
                let list = self.meaning.lists.get(*place);
                return list.map_or_else(String::new, |list| {
                    format!("one of the {} on the list {}", list.values.len(), spaced(&list.name))
                });
            }
        };
        match texts.len() {
            0..=ENTRIES => either(&texts),
            all => {
                let named: Vec<String> = texts.into_iter().take(ENTRIES).collect();
                format!("{} or {} more", named.join(", "), all - ENTRIES)
            }
        }
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) if text.is_empty() => "empty".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(true) => "true".to_owned(),
        Value::Boolean(false) => "false".to_owned(),
        Value::Time(micros) => day(*micros),
    }
}

/// Returns the day of a moment, with its time where that is not midnight. By Howard Hinnant's `civil_from_days`.
fn day(micros: i64) -> String {
    const SECOND: i64 = 1_000_000;
    let (days, seconds) = (micros.div_euclid(86_400 * SECOND), micros.rem_euclid(86_400 * SECOND) / SECOND);
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    match seconds {
        0 => format!("{year:04}-{month:02}-{date:02}"),
        _ => format!("{year:04}-{month:02}-{date:02} {:02}:{:02} UTC", seconds / 3_600, seconds / 60 % 60),
    }
}

fn joined(parts: impl Iterator<Item = String>, word: &str) -> String {
    parts.collect::<Vec<_>>().join(word)
}

/// Returns `a, b or c`.
pub(super) fn either(names: &[String]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::day;
    use crate::convert::parse_time;

    #[test]
    fn days_are_told_as_they_are_read() {
        for text in ["1970-01-01", "2024-02-29", "2026-12-31", "1899-03-01", "2100-02-28"] {
            assert_eq!(parse_time(text).map(day).as_deref(), Some(text));
        }
        assert_eq!(parse_time("2026-01-02T09:30:00Z").map(day).as_deref(), Some("2026-01-02 09:30 UTC"));
    }
}
