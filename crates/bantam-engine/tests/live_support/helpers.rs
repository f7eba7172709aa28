//! Short words for definitions and timelines put together by hand.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses the words it needs")]
#![allow(clippy::unwrap_used, reason = "tests may unwrap")]

use bantam_engine::live::{Plan, compile, score_lead};
use bantam_engine::scores::LeadScore;
use bantam_engine::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::*;
use bantam_lang::source::Span;
use std::sync::Arc;

pub const SECOND: i64 = 1_000_000;
pub const HOUR: i64 = 3600 * SECOND;
pub const DAY: i64 = 24 * HOUR;
pub const DAY_SECONDS: i64 = 86_400;
/// 2024-06-03T00:00Z, a Monday.
pub const T: i64 = 1_717_372_800 * SECOND;

pub fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, span: Span::default() }
}

pub fn number(value: f64) -> Expr {
    expr(ExprKind::Literal(Value::Number(value)), Type::Number)
}

pub fn text(value: &str) -> Expr {
    expr(ExprKind::Literal(Value::Text(value.into())), Type::Text)
}

pub fn boolean(value: bool) -> Expr {
    expr(ExprKind::Literal(Value::Boolean(value)), Type::Boolean)
}

pub fn time(value: i64) -> Expr {
    expr(ExprKind::Literal(Value::Time(value)), Type::Time)
}

pub fn name(name: Name, ty: Type) -> Expr {
    expr(ExprKind::Name(name), ty)
}

pub fn attribute(index: usize, ty: Type) -> Expr {
    name(Name::Attribute(index), ty)
}

pub fn signal(index: usize, ty: Type) -> Expr {
    name(Name::Signal(index), ty)
}

pub fn property(index: usize, ty: Type) -> Expr {
    name(Name::Property(index), ty)
}

pub fn known(name: Name) -> Expr {
    expr(ExprKind::Known(name), Type::Boolean)
}

pub fn not(inner: Expr) -> Expr {
    expr(ExprKind::Not(Box::new(inner)), Type::Boolean)
}

pub fn and(parts: Vec<Expr>) -> Expr {
    expr(ExprKind::And(parts), Type::Boolean)
}

pub fn or(parts: Vec<Expr>) -> Expr {
    expr(ExprKind::Or(parts), Type::Boolean)
}

pub fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Compare(op, Box::new(left), Box::new(right)), Type::Boolean)
}

pub fn equal(left: Expr, right: Expr) -> Expr {
    compare(CompareOp::Equal, left, right)
}

pub fn at_least(left: Expr, right: f64) -> Expr {
    compare(CompareOp::GreaterOrEqual, left, number(right))
}

pub fn starts_with(whole: Expr, part: &str) -> Expr {
    expr(ExprKind::StartsWith(Box::new(whole), Box::new(text(part))), Type::Boolean)
}

pub fn days_since(start: Expr) -> Expr {
    expr(ExprKind::DaysSince(Box::new(start)), Type::Number)
}

pub fn how_many(conditions: Vec<Expr>) -> Expr {
    expr(ExprKind::HowMany(conditions), Type::Number)
}

pub fn arithmetic(op: ArithmeticOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Arithmetic(op, Box::new(left), Box::new(right)), Type::Number)
}

pub fn choose(condition: Expr, yes: Expr, no: Expr) -> Expr {
    let ty = yes.ty;
    expr(ExprKind::Choose(Box::new(condition), Box::new(yes), Box::new(no)), ty)
}

/// An attribute or property of a name and type.
pub fn declared(name: &str, kind: Type) -> Attribute {
    Attribute { name: name.into(), kind, column: name.into(), missing: Vec::new(), default: None }
}

pub fn events(names: &[&str]) -> EventSet {
    EventSet { names: names.iter().map(|name| (*name).to_owned()).collect(), actions: Vec::new() }
}

pub fn select(names: &[&str]) -> Select {
    Select { events: events(names), condition: None, within_seconds: None, since: None }
}

pub fn counted(name: &str, select: Select, once: Option<Once>) -> Signal {
    Signal { name: name.into(), kind: SignalKind::Count { select, once } }
}

pub fn once(key: OnceKey, times: u32) -> Option<Once> {
    Some(Once { key, times })
}

/// A rule about events with fixed points.
pub fn event_rule(name: &str, select: Select, once: Option<Once>, decay: Decay, points: i64) -> Rule {
    Rule {
        name: name.into(),
        group: None,
        kind: RuleKind::Events { select, once, decay },
        points: Points::Fixed(points),
        limit: None,
        span: Span::default(),
    }
}

/// The plainest rule about events.
pub fn on(event: &str, points: i64) -> Rule {
    event_rule(event, select(&[event]), None, Decay::Never, points)
}

/// A rule about the lead with fixed points.
pub fn lead_rule(name: &str, condition: Expr, points: i64) -> Rule {
    Rule {
        name: name.into(),
        group: None,
        kind: RuleKind::Lead { condition: Some(condition) },
        points: Points::Fixed(points),
        limit: None,
        span: Span::default(),
    }
}

/// A rule about the lead with a table.
pub fn table_rule(name: &str, by: Expr, table: Table) -> Rule {
    Rule {
        kind: RuleKind::Lead { condition: None },
        points: Points::Table { by, table },
        ..lead_rule(name, boolean(true), 0)
    }
}

pub fn number_table(keys: &[(f64, i64)]) -> Table {
    Table { keys: TableKeys::Number(keys.to_vec()), otherwise: None, missing: None }
}

pub fn cap(points: i64) -> Option<Limit> {
    Some(Limit { low: -points, high: points })
}

pub fn section(rules: Vec<Rule>) -> Section {
    Section { rules, groups: Vec::new(), limit: None }
}

pub fn group(name: &str, limit: Option<Limit>) -> Group {
    Group { name: name.into(), limit, span: Span::default() }
}

/// A stage whose condition is made of `&&` parts, each with its text; always where there are none.
pub fn stage(name: &str, parts: Vec<(&str, Expr)>) -> Stage {
    let parts: Vec<(String, Expr)> = parts.into_iter().map(|(text, part)| (text.to_owned(), part)).collect();
    let condition = match parts.as_slice() {
        [] => None,
        [(_, only)] => Some(only.clone()),
        _ => Some(and(parts.iter().map(|(_, part)| part.clone()).collect())),
    };
    Stage { name: name.into(), condition, parts, span: Span::default() }
}

pub fn conditional(name: &str, condition: Expr) -> Conditional {
    Conditional { name: name.into(), condition }
}

pub fn plan(meaning: Meaning) -> Plan {
    compile(Arc::new(meaning))
}

pub fn score(meaning: Meaning, timeline: &Timeline, as_of: i64) -> LeadScore {
    score_lead(&plan(meaning), timeline, as_of).unwrap()
}

/// A meaning with engagement alone.
pub fn engaging(rules: Vec<Rule>) -> Meaning {
    Meaning { engagement: section(rules), ..Meaning::default() }
}

/// A meaning with fit alone.
pub fn fit_of(rules: Vec<Rule>, attributes: Vec<Attribute>) -> Meaning {
    let lead = LeadShape { attributes, ..LeadShape::default() };
    Meaning { lead, fit: section(rules), ..Meaning::default() }
}

pub fn event(name: &str, time: i64) -> TimelineEvent {
    TimelineEvent { name: name.into(), time, properties: Vec::new(), id: None }
}

pub fn event_with(name: &str, time: i64, properties: Vec<Option<Value>>) -> TimelineEvent {
    TimelineEvent { properties, ..event(name, time) }
}

pub fn some_text(value: &str) -> Option<Value> {
    Some(Value::Text(value.into()))
}

/// A lead with one undated row and some events.
pub fn lead(attributes: Vec<Option<Value>>, events: Vec<TimelineEvent>) -> Timeline {
    Timeline { lead_id: "lead".into(), profiles: vec![Profile { since: None, attributes }], events }
}

/// A lead known by its events alone.
pub fn visitor(events: Vec<TimelineEvent>) -> Timeline {
    Timeline { lead_id: "lead".into(), profiles: Vec::new(), events }
}
