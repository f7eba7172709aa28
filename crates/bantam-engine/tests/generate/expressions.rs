//! Random expressions: well typed, over the names that are in scope where they stand.
//!
//! What is compound is parenthesised unless precedence makes that unnecessary, so both ways of writing occur.

use super::random::Random;
use super::words::{BOUNDS, DEPARTMENTS, DOMAINS, PATTERNS, SENIORITIES, texts_of};
use bantam_lang::meaning::Type;

/// The names an expression may use.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    /// Bare names and `event.x`, with their types.
    pub(crate) names: Vec<(String, Type)>,
    /// Names of lists.
    pub(crate) lists: Vec<String>,
    /// Names of personas, for comparisons with `persona`; likewise of stages and grades.
    pub(crate) personas: Vec<String>,
    pub(crate) stages: Vec<String>,
    pub(crate) grades: Vec<String>,
}

impl Scope {
    pub(crate) fn add(&mut self, name: &str, kind: Type) {
        self.names.push((name.to_owned(), kind));
    }

    /// The same with an event's names.
    pub(crate) fn with(&self, event: &[(String, Type)]) -> Scope {
        let mut scope = self.clone();
        // Twice, so that they are about as frequent as the lead's.
        scope.names.extend(event.iter().chain(event).cloned());
        scope
    }

    fn of(&self, kind: Type) -> Vec<&str> {
        self.names.iter().filter(|(_, other)| *other == kind).map(|(name, _)| name.as_str()).collect()
    }
}

/// A condition; `depth` bounds how far it is nested.
pub(crate) fn condition(random: &mut Random, scope: &Scope, depth: usize) -> String {
    if depth == 0 {
        return atom(random, scope);
    }
    match random.below(12) {
        0..=4 => atom(random, scope),
        5..=7 => {
            let (left, right) = (operand(random, scope, depth - 1), operand(random, scope, depth - 1));
            format!("{left} && {right}")
        }
        8..=9 => {
            // `&&` binds closer than `||` and needs no parentheses in it.
            let left = if random.chance(30) {
                format!("{} && {}", atom(random, scope), atom(random, scope))
            } else {
                operand(random, scope, depth - 1)
            };
            format!("{left} || {}", operand(random, scope, depth - 1))
        }
        10 => format!("!({})", condition(random, scope, depth - 1)),
        _ => {
            let [c, a, b] = [0; 3].map(|_| operand(random, scope, depth - 1));
            format!("{c} ? {a} : {b}")
        }
    }
}

/// A condition that may stand beside an operator.
fn operand(random: &mut Random, scope: &Scope, depth: usize) -> String {
    let inner = condition(random, scope, depth);
    let is_compound = [" && ", " || ", " ? "].iter().any(|operator| inner.contains(operator));
    if is_compound || random.chance(10) { format!("({inner})") } else { inner }
}

fn atom(random: &mut Random, scope: &Scope) -> String {
    match random.below(14) {
        0..=2 => format!("{} {} {}", number(random, scope, 1), order(random), random.word(&BOUNDS)),
        3..=4 => text_equality(random, scope),
        5 => text_membership(random, scope),
        6..=7 => text_test(random, scope),
        8 => format!("known({})", random.pick(&scope.names).0),
        9..=10 => boolean_atom(random, scope),
        11 => match scope.of(Type::Time).as_slice() {
            [] => text_test(random, scope),
            times => format!("{} {} {}", random.pick(times), order(random), time(random, scope)),
        },
        12 => format!("{} in [{}]", number(random, scope, 0), random.some(&BOUNDS, 1, 3).join(", ")),
        _ => {
            let parts: Vec<String> = (0..random.between(1, 3)).map(|_| operand(random, scope, 0)).collect();
            format!("how_many({}) >= {}", parts.join(", "), random.between(0, 2))
        }
    }
}

fn order(random: &mut Random) -> &'static str {
    random.word(&["<", "<=", ">", ">=", ">=", "==", "!="])
}

fn boolean_atom(random: &mut Random, scope: &Scope) -> String {
    let names = scope.of(Type::Boolean);
    let name = if names.is_empty() { text_test(random, scope) } else { (*random.pick(&names)).to_owned() };
    match random.below(5) {
        0 => format!("!{name}"),
        1 => format!("{name} == {}", random.word(&["true", "false"])),
        2 => format!("{name} in [{}]", random.word(&["true", "false", "true, false"])),
        _ => name,
    }
}

/// A text name with the values it may hold.
fn text_name(random: &mut Random, scope: &Scope) -> (String, Vec<String>) {
    let name = (*random.pick(&scope.of(Type::Text))).to_owned();
    let values = match name.as_str() {
        "persona" => scope.personas.clone(),
        "stage" => scope.stages.clone(),
        "grade" => scope.grades.clone(),
        other => texts_of(other).iter().map(|&value| value.to_owned()).collect(),
    };
    (name, values)
}

fn text_equality(random: &mut Random, scope: &Scope) -> String {
    let (name, values) = text_name(random, scope);
    let operator = random.word(&["==", "==", "!="]);
    match random.below(6) {
        0 => {
            let value = random.pick(&values).to_ascii_lowercase();
            format!("{name}.lowerAscii() {operator} {}", literal(random, &value))
        }
        1 => {
            let domain = random.word(&DOMAINS);
            format!("email_domain({name}) {operator} {}", literal(random, domain))
        }
        2 => {
            let (function, word) = match random.chance(50) {
                true => ("seniority", random.word(&SENIORITIES)),
                false => ("department", random.word(&DEPARTMENTS)),
            };
            format!("{function}({name}) {operator} {}", literal(random, word))
        }
        _ => {
            let value = random.pick(&values).clone();
            format!("{name} {operator} {}", literal(random, &value))
        }
    }
}

fn text_membership(random: &mut Random, scope: &Scope) -> String {
    let (name, values) = text_name(random, scope);
    if !scope.lists.is_empty() && random.chance(50) {
        let list = random.pick(&scope.lists);
        let left = if random.chance(30) { format!("email_domain({name})") } else { name };
        return format!("{left} in {list}");
    }
    let values: Vec<String> = random.some(&values, 1, 3).iter().map(|value| literal(random, value)).collect();
    format!("{name} in [{}]", values.join(", "))
}

fn text_test(random: &mut Random, scope: &Scope) -> String {
    let (name, values) = text_name(random, scope);
    let value = random.pick(&values).clone();
    let characters: Vec<char> = value.chars().collect();
    let cut = random.below(characters.len() + 1);
    let (front, back): (String, String) = (characters[..cut].iter().collect(), characters[cut..].iter().collect());
    match random.below(5) {
        0 => format!("{name}.contains({})", literal(random, &back)),
        1 => format!("{name}.startsWith({})", literal(random, &front)),
        2 => format!("{name}.endsWith({})", literal(random, &back)),
        3 => format!("is_free_email({name})"),
        _ => {
            let pattern = random.word(&PATTERNS);
            format!("{name}.matches({})", literal(random, pattern))
        }
    }
}

/// A number that may stand beside a comparison.
pub(crate) fn number(random: &mut Random, scope: &Scope, depth: usize) -> String {
    if depth > 0 && random.chance(30) {
        let left = number(random, scope, depth - 1);
        let right = if random.chance(60) {
            random.word(&["0", "2", "7", "10", "0.5", "(-3)"]).to_string()
        } else {
            number(random, scope, depth - 1)
        };
        return match random.below(6) {
            0 => format!("{left} + {right}"),
            1 => format!("{left} - {right}"),
            2 => format!("{left} * {right}"),
            3..=4 => format!("{left} / {right}"),
            _ => format!("-({left} + {right}) * 2"),
        };
    }
    let (numbers, times, texts) = (scope.of(Type::Number), scope.of(Type::Time), scope.of(Type::Text));
    match random.below(8) {
        0..=4 if !numbers.is_empty() => (*random.pick(&numbers)).to_owned(),
        5..=6 if !times.is_empty() => format!("days_since({})", random.pick(&times)),
        _ => format!("size({})", random.pick(&texts)),
    }
}

/// A time to compare with.
fn time(random: &mut Random, scope: &Scope) -> String {
    if random.chance(30) {
        return (*random.pick(&scope.of(Type::Time))).to_owned();
    }
    let written = random.word(&[
        "2026-03-01",
        "2026-04-15 12:30",
        "2026-02-01T00:00:00+02:00",
        "2026-06-19T23:59:59.999999Z",
        "1970-01-01",
        "2024-02-29T12:00:00.1234567-05:30",
    ]);
    format!("timestamp({})", literal(random, written))
}

/// A text in single or double quotes, with escapes where they are needed.
pub(crate) fn literal(random: &mut Random, text: &str) -> String {
    let quote = if random.chance(75) { '"' } else { '\'' };
    let mut written = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => written.push_str("\\n"),
            '\\' => written.push_str("\\\\"),
            c if c == quote => written.extend(['\\', c]),
            c => written.push(c),
        }
    }
    written.push(quote);
    written
}

/// An expression for `derive`, with its type.
pub(crate) fn derived(random: &mut Random, scope: &Scope, name: &str) -> (String, Type) {
    match name {
        "domain" => ("email_domain(email)".into(), Type::Text),
        "level" => ("seniority(title)".into(), Type::Text),
        "dept" => ("department(title)".into(), Type::Text),
        "big" => ("employees >= 200".into(), Type::Boolean),
        "free_mail" => ("is_free_email(email)".into(), Type::Boolean),
        "ratio" => (number(random, scope, 2), Type::Number),
        "since_then" => ("employees > 49.5 ? signed_up : timestamp(\"2026-03-01\")".into(), Type::Time),
        "alias" => ("opted_in ? title.lowerAscii() : industry".into(), Type::Text),
        _ => (condition(random, scope, 2), Type::Boolean),
    }
}
