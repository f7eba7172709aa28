//! Small constructors for definitions and timelines, so that a test reads like the case it is about.
//!
//! All cases share one shape of leads and events (the constants below) and one moment, [`AS_OF`].

use bantam_engine::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::{
    Action, ArithmeticOp, Attribute, CompareOp, Conditional, Decay, EventSet, Expr, ExprKind, Group, Limit, Meaning,
    Name, Once, OnceKey, Points, Rule, RuleKind, SalesAnswer, Section, Select, Set, Signal, SignalKind, Stage, Table,
    TableKeys, Type, Value,
};
use bantam_lang::source::Span;

/// 2026-06-20T00:00:00Z, a Saturday.
pub(crate) const AS_OF: i64 = 1_781_913_600_000_000;
/// In microseconds, as are all times and ages.
pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const HOUR: i64 = 3_600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;
/// In seconds, as are all durations.
pub(crate) const DAY_S: i64 = 86_400;

pub(crate) const TITLE: usize = 0;
pub(crate) const EMPLOYEES: usize = 1;
pub(crate) const OPTED_IN: usize = 2;
pub(crate) const SIGNED_UP: usize = 3;
pub(crate) const BUDGET: usize = 4;
pub(crate) const AUTHORITY: usize = 5;
const ATTRIBUTES: [(&str, Type); 6] = [
    ("title", Type::Text),
    ("employees", Type::Number),
    ("opted_in", Type::Boolean),
    ("signed_up", Type::Time),
    ("budget", Type::Boolean),
    ("authority", Type::Boolean),
];
const PROPERTIES: [(&str, Type); 2] = [("path", Type::Text), ("price", Type::Number)];

/// A definition with the shared shape, the default answers of sales, two criteria and nothing else.
pub(crate) fn meaning() -> Meaning {
    let mut meaning = Meaning { criteria: vec![BUDGET, AUTHORITY], ..Meaning::default() };
    meaning.lead.attributes = ATTRIBUTES.iter().map(|&(name, kind)| attribute(name, kind)).collect();
    meaning.event.properties = PROPERTIES.iter().map(|&(name, kind)| attribute(name, kind)).collect();
    for (set, answer) in meaning.sales.iter_mut().zip(SalesAnswer::ALL) {
        *set = events([answer.default_event()]);
    }
    meaning
}

fn attribute(name: &str, kind: Type) -> Attribute {
    Attribute { name: name.into(), kind, column: name.into(), missing: Vec::new(), default: None }
}

/// A lead without a row and without events.
pub(crate) fn nobody() -> Timeline {
    Timeline { lead_id: "L1".into(), ..Timeline::default() }
}

/// A lead with one row.
pub(crate) fn lead<const N: usize>(values: [(usize, Value); N]) -> Timeline {
    Timeline { profiles: vec![row(None, values)], ..nobody() }
}

/// A lead with one empty row and these events.
pub(crate) fn did<const N: usize>(events: [TimelineEvent; N]) -> Timeline {
    Timeline { events: events.into(), ..lead([]) }
}

pub(crate) fn row<const N: usize>(since: Option<i64>, values: [(usize, Value); N]) -> Profile {
    let mut attributes = vec![None; ATTRIBUTES.len()];
    for (index, value) in values {
        attributes[index] = Some(value);
    }
    Profile { since, attributes }
}

/// An event of the given age.
pub(crate) fn event(name: &str, age: i64) -> TimelineEvent {
    TimelineEvent { name: name.into(), time: AS_OF - age, properties: vec![None; PROPERTIES.len()], id: None }
}

/// A `page_viewed` of the given age.
pub(crate) fn view(path: &str, age: i64) -> TimelineEvent {
    TimelineEvent { properties: vec![Some(Value::Text(path.into())), None], ..event("page_viewed", age) }
}

/// An `order` of the given age.
pub(crate) fn order(price: f64, age: i64) -> TimelineEvent {
    TimelineEvent { properties: vec![None, Some(Value::Number(price))], ..event("order", age) }
}

pub(crate) fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, span: Span::default() }
}

pub(crate) fn text(text: &str) -> Expr {
    expr(ExprKind::Literal(Value::Text(text.into())), Type::Text)
}

pub(crate) fn number(number: f64) -> Expr {
    expr(ExprKind::Literal(Value::Number(number)), Type::Number)
}

pub(crate) fn boolean(truth: bool) -> Expr {
    expr(ExprKind::Literal(Value::Boolean(truth)), Type::Boolean)
}

pub(crate) fn attr(index: usize) -> Expr {
    expr(ExprKind::Name(Name::Attribute(index)), ATTRIBUTES[index].1)
}

pub(crate) fn path() -> Expr {
    expr(ExprKind::Name(Name::Property(0)), Type::Text)
}

pub(crate) fn price() -> Expr {
    expr(ExprKind::Name(Name::Property(1)), Type::Number)
}

pub(crate) fn name(name: Name, ty: Type) -> Expr {
    expr(ExprKind::Name(name), ty)
}

pub(crate) fn condition(kind: ExprKind) -> Expr {
    expr(kind, Type::Boolean)
}

pub(crate) fn not(part: Expr) -> Expr {
    condition(ExprKind::Not(Box::new(part)))
}

pub(crate) fn and<const N: usize>(parts: [Expr; N]) -> Expr {
    condition(ExprKind::And(parts.into()))
}

pub(crate) fn or<const N: usize>(parts: [Expr; N]) -> Expr {
    condition(ExprKind::Or(parts.into()))
}

pub(crate) fn compare(left: Expr, op: CompareOp, right: Expr) -> Expr {
    condition(ExprKind::Compare(op, Box::new(left), Box::new(right)))
}

pub(crate) fn equal(left: Expr, right: Expr) -> Expr {
    compare(left, CompareOp::Equal, right)
}

pub(crate) fn at_least(left: Expr, bound: f64) -> Expr {
    compare(left, CompareOp::GreaterOrEqual, number(bound))
}

pub(crate) fn is_in(part: Expr, set: Set) -> Expr {
    condition(ExprKind::In(Box::new(part), set))
}

pub(crate) fn arithmetic(left: Expr, op: ArithmeticOp, right: Expr) -> Expr {
    expr(ExprKind::Arithmetic(op, Box::new(left), Box::new(right)), Type::Number)
}

pub(crate) fn days_since(time: Expr) -> Expr {
    expr(ExprKind::DaysSince(Box::new(time)), Type::Number)
}

/// Events by their own names.
pub(crate) fn events<const N: usize>(names: [&str; N]) -> EventSet {
    EventSet { names: names.map(String::from).into(), actions: Vec::new() }
}

/// An action, the way definitions list one.
pub(crate) fn action(name: &str, on: &str, condition: Expr) -> Action {
    Action { name: name.into(), on: vec![on.into()], condition: Some(condition) }
}

/// All events of a name.
pub(crate) fn select(name: &str) -> Select {
    Select { events: events([name]), condition: None, within_seconds: None, since: None }
}

pub(crate) fn once(key: OnceKey, times: u32) -> Option<Once> {
    Some(Once { key, times })
}

pub(crate) fn signal(kind: SignalKind) -> Signal {
    Signal { name: "signal".into(), kind }
}

/// The only signal of a definition.
pub(crate) fn the_signal(ty: Type) -> Expr {
    name(Name::Signal(0), ty)
}

fn rule(name: &str, kind: RuleKind, points: Points) -> Rule {
    Rule { name: name.into(), group: None, kind, points, limit: None, span: Span::default() }
}

/// `{if: ..., points: ...}`
pub(crate) fn when(name: &str, condition: Expr, points: i64) -> Rule {
    rule(name, RuleKind::Lead { condition: Some(condition) }, Points::Fixed(points))
}

/// `{by: ..., points: {...}}`
pub(crate) fn table(name: &str, by: Expr, table: Table) -> Rule {
    rule(name, RuleKind::Lead { condition: None }, Points::Table { by, table })
}

pub(crate) fn number_table<const N: usize>(keys: [(f64, i64); N]) -> Table {
    Table { keys: TableKeys::Number(keys.into()), otherwise: None, missing: None }
}

/// `{on: ..., points: ...}` with everything that may stand beside it.
pub(crate) fn on(name: &str, select: Select, once: Option<Once>, decay: Decay, points: i64) -> Rule {
    rule(name, RuleKind::Events { select, once, decay }, Points::Fixed(points))
}

/// `{on: ..., by: ..., points: {...}}`
pub(crate) fn on_table(name: &str, select: Select, once: Option<Once>, by: Expr, table: Table) -> Rule {
    rule(name, RuleKind::Events { select, once, decay: Decay::Never }, Points::Table { by, table })
}

impl Limited for Rule {
    fn limited(self, low: i64, high: i64) -> Rule {
        Rule { limit: Some(Limit { low, high }), ..self }
    }
}

/// Sets a limit on what has one.
pub(crate) trait Limited {
    fn limited(self, low: i64, high: i64) -> Self;
}

impl Limited for Section {
    fn limited(self, low: i64, high: i64) -> Section {
        Section { limit: Some(Limit { low, high }), ..self }
    }
}

pub(crate) fn section<const N: usize>(rules: [Rule; N]) -> Section {
    Section { rules: rules.into(), ..Section::default() }
}

/// Adds a group with a limit to a section.
pub(crate) fn grouped<const N: usize>(
    mut section: Section,
    name: &str,
    (low, high): (i64, i64),
    rules: [Rule; N],
) -> Section {
    let group = section.groups.len();
    section.groups.push(Group { name: name.into(), limit: Some(Limit { low, high }), span: Span::default() });
    section.rules.extend(rules.map(|rule| Rule { group: Some(group), ..rule }));
    section
}

pub(crate) fn conditional(name: &str, condition: Expr) -> Conditional {
    Conditional { name: name.into(), condition }
}

/// A stage that is always reached.
pub(crate) fn always(name: &str) -> Stage {
    Stage { name: name.into(), condition: None, parts: Vec::new(), span: Span::default() }
}

/// A stage whose condition has these top-level `&&` parts.
pub(crate) fn stage<const N: usize>(name: &str, parts: [(&str, Expr); N]) -> Stage {
    let parts: Vec<(String, Expr)> = parts.into_iter().map(|(text, part)| (text.to_owned(), part)).collect();
    let condition = match parts.as_slice() {
        [(_, only)] => only.clone(),
        several => condition(ExprKind::And(several.iter().map(|(_, part)| part.clone()).collect())),
    };
    Stage { name: name.into(), condition: Some(condition), parts, span: Span::default() }
}
