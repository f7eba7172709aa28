//! Small random definitions and timelines, drawn from a string of bytes, so that a failing case shrinks with it.
//!
//! Every time and duration is a multiple of half a second, and days pass within the minute that is looked at, so a walk
//! in steps of half a second sees every instant at which anything can change.
#![allow(unreachable_pub, missing_docs, reason = "a part of live_properties.rs")]
#![allow(clippy::indexing_slicing, reason = "tests may index")]

use super::helpers::*;
use bantam_engine::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::*;

/// The smallest step of time.
pub const HALF: i64 = SECOND / 2;
const NAMES: [&str; 6] = ["a", "b", "a", "c", "reset", "unheard"];

/// Choices read from bytes; the first of each where the bytes have run out.
pub struct Choices<'b>(pub &'b [u8]);

impl Choices<'_> {
    pub fn below(&mut self, bound: usize) -> usize {
        let Some((&byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(byte) % bound
    }

    pub fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.yes().then(|| make(self))
    }

    pub fn many<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }
}

/// What a condition may see.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Sees {
    Event,
    Attributes,
    Lead,
    Signals,
    Points,
}

pub fn meaning(choices: &mut Choices<'_>) -> Meaning {
    let mut meaning = Meaning {
        lead: LeadShape {
            attributes: vec![
                declared("n", Type::Number),
                declared("t", Type::Time),
                declared("x", Type::Text),
                declared("met", Type::Boolean),
            ],
            ..LeadShape::default()
        },
        criteria: vec![3],
        sales: SalesAnswer::ALL.map(|answer| match answer {
            SalesAnswer::Accepted => events(&["c"]),
            SalesAnswer::Recycled => events(&["reset"]),
            _ => EventSet::default(),
        }),
        ..Meaning::default()
    };
    meaning.event.properties = vec![declared("price", Type::Number), declared("path", Type::Text)];
    meaning.actions = choices.many(1, |choices| Action {
        name: "act".into(),
        on: vec!["a".into(), "b".into()],
        condition: choices.maybe(|choices| match choices.yes() {
            true => at_least(days_since(name(Name::EventTime, Type::Time)), choices.integer(0, 1) as f64),
            false => condition(choices, Sees::Event, true, 1),
        }),
    });
    let actions = meaning.actions.len();
    meaning.derived = vec![Derived { name: "d".into(), expr: number_value(choices, Sees::Attributes, false) }];
    meaning.signals = (0..3).map(|_| random_signal(choices, actions)).collect();
    meaning.personas = choices.many(2, |choices| conditional("persona", condition(choices, Sees::Signals, false, 1)));
    meaning.fit = random_section(choices, actions, false);
    meaning.engagement = random_section(choices, actions, true);
    meaning.disqualify = choices.many(1, |choices| conditional("bad", condition(choices, Sees::Points, false, 1)));
    meaning.stages = (0..4).map(|rung| random_stage(choices, rung)).collect();
    meaning.hand_off = choices.maybe(|choices| HandOff {
        stage: choices.below(4),
        reject_reasons: Vec::new(),
        recycle_after_seconds: None,
    });
    meaning.grades.engagement = choices.maybe(|choices| {
        let bound = choices.integer(-5, 20);
        vec![Band { letter: "1".into(), from: bound + 7 }, Band { letter: "2".into(), from: bound }]
    });
    meaning
}

fn random_stage(choices: &mut Choices<'_>, rung: usize) -> Stage {
    const STAGES: [&str; 4] = ["one", "two", "three", "four"];
    let parts = choices.many(2, |choices| match choices.yes() {
        true => ("points", at_least(name(Name::Score, Type::Number), choices.integer(-5, 30) as f64)),
        false => ("part", condition(choices, Sees::Points, false, 1)),
    });
    stage(STAGES[rung], parts)
}

fn random_section(choices: &mut Choices<'_>, actions: usize, about_events: bool) -> Section {
    let mut rules = choices.many(4, |choices| {
        let mut rule = match about_events && choices.below(4) > 0 {
            true => random_event_rule(choices, actions),
            false => random_lead_rule(choices),
        };
        rule.limit = random_limit(choices);
        rule.group = choices.maybe(|choices| choices.below(2));
        rule
    });
    for (index, rule) in rules.iter_mut().enumerate() {
        rule.name = format!("rule {index}");
    }
    let groups = vec![group("g", random_limit(choices)), group("h", random_limit(choices))];
    Section { rules, groups, limit: random_limit(choices) }
}

fn random_limit(choices: &mut Choices<'_>) -> Option<Limit> {
    choices.maybe(|choices| {
        let low = choices.integer(-20, 5);
        Limit { low, high: low + choices.integer(0, 40) }
    })
}

fn random_lead_rule(choices: &mut Choices<'_>) -> Rule {
    let points = choices.integer(-20, 40);
    if choices.yes() {
        return lead_rule("", condition(choices, Sees::Signals, false, 2), points);
    }
    let by = number_value(choices, Sees::Signals, false);
    let bound = choices.integer(-2, 4) as f64;
    let mut table = number_table(&[(bound, points), (bound + 1.5, choices.integer(-5, 5))]);
    table.otherwise = choices.maybe(|choices| choices.integer(-3, 3));
    table.missing = choices.maybe(|choices| choices.integer(-3, 3));
    let condition = choices.maybe(|choices| condition(choices, Sees::Lead, false, 1));
    Rule { kind: RuleKind::Lead { condition }, ..table_rule("", by, table) }
}

fn random_event_rule(choices: &mut Choices<'_>, actions: usize) -> Rule {
    let select = random_select(choices, actions, Sees::Signals);
    let once = random_once(choices);
    let decay = match choices.below(3) {
        0 => Decay::Never,
        1 => Decay::HalveEvery(choices.integer(1, 9)),
        _ => Decay::FadeOver(choices.integer(1, 40)),
    };
    let mut rule = event_rule("", select, once, decay, choices.integer(-20, 40));
    if choices.yes() {
        let by = number_value(choices, Sees::Signals, true);
        let table = number_table(&[(0.0, choices.integer(-9, 9)), (2.0, choices.integer(-9, 9))]);
        rule.points = Points::Table { by, table };
    }
    rule
}

fn random_once(choices: &mut Choices<'_>) -> Option<Once> {
    choices.maybe(|choices| {
        let key = match choices.below(4) {
            0 => OnceKey::All,
            1 => OnceKey::Day,
            2 => OnceKey::Window(choices.integer(1, 10)),
            _ => OnceKey::Value(property(1, Type::Text)),
        };
        Once { key, times: choices.integer(1, 3) as u32 }
    })
}

fn random_events(choices: &mut Choices<'_>, actions: usize) -> EventSet {
    let mut set = events(match choices.below(5) {
        0 => &["a"],
        1 => &["b"],
        2 => &["a", "c"],
        3 => &["b", "a", "c"],
        _ => &[],
    });
    set.actions = choices.maybe(|_| 0).filter(|&action| action < actions).into_iter().collect();
    set
}

fn random_select(choices: &mut Choices<'_>, actions: usize, sees: Sees) -> Select {
    Select {
        events: random_events(choices, actions),
        condition: choices.maybe(|choices| condition(choices, sees, true, 1)),
        within_seconds: choices.maybe(|choices| choices.integer(1, 40)),
        since: choices
            .maybe(|choices| if choices.yes() { events(&["reset"]) } else { random_events(choices, actions) }),
    }
}

fn random_signal(choices: &mut Choices<'_>, actions: usize) -> Signal {
    let select = random_select(choices, actions, Sees::Lead);
    let kind = match choices.below(5) {
        0 => SignalKind::Count { select, once: random_once(choices) },
        1 => SignalKind::First(select),
        2 => SignalKind::Last(select),
        3 => SignalKind::Sum { select, once: random_once(choices), of: number_value(choices, Sees::Lead, true) },
        _ => SignalKind::Sequence {
            steps: (0..choices.integer(2, 3)).map(|_| random_events(choices, actions)).collect(),
            condition: select.condition,
            since: select.since,
            within_seconds: select.within_seconds,
            span_seconds: choices.maybe(|choices| choices.integer(1, 20)),
        },
    };
    Signal { name: "signal".into(), kind }
}

/// A number; of a signal of another type it is unknown, which is a case worth having.
fn number_value(choices: &mut Choices<'_>, sees: Sees, of_event: bool) -> Expr {
    match choices.below(9) {
        0 if sees != Sees::Event => attribute(0, Type::Number),
        1 if sees != Sees::Event => days_since(attribute(1, Type::Time)),
        2 if sees >= Sees::Signals => signal(choices.below(3), Type::Number),
        3 if sees >= Sees::Signals => days_since(signal(choices.below(3), Type::Time)),
        4 if sees >= Sees::Lead => name(Name::Derived(0), Type::Number),
        5 if of_event => property(0, Type::Number),
        6 if of_event => days_since(name(Name::EventTime, Type::Time)),
        7 => {
            let op = [ArithmeticOp::Add, ArithmeticOp::Subtract, ArithmeticOp::Multiply, ArithmeticOp::Divide];
            let left = number_value(choices, sees, of_event);
            arithmetic(op[choices.below(4)], left, number_value(choices, sees, of_event))
        }
        _ if sees == Sees::Points => {
            let names = [Name::Fit, Name::Engagement, Name::Score, Name::FitUnknown];
            name(names[choices.below(4)], Type::Number)
        }
        _ => number(choices.integer(-2, 6) as f64),
    }
}

fn condition(choices: &mut Choices<'_>, sees: Sees, of_event: bool, depth: usize) -> Expr {
    use CompareOp as Op;
    match choices.below(if depth == 0 { 6 } else { 9 }) {
        0 | 1 => {
            let ops = [Op::Equal, Op::NotEqual, Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual];
            let left = number_value(choices, sees, of_event);
            let right = match choices.below(3) {
                0 => number_value(choices, sees, of_event),
                1 => number(choices.integer(-1, 3) as f64 + 0.5),
                _ => number(choices.integer(-2, 25) as f64),
            };
            let (left, right) = if choices.yes() { (left, right) } else { (right, left) };
            compare(ops[choices.below(6)], left, right)
        }
        2 if sees >= Sees::Signals => known(Name::Signal(choices.below(3))),
        3 if of_event => equal(property(1, Type::Text), text("x")),
        3 if sees != Sees::Event => name(Name::AcceptedBySales, Type::Boolean),
        4 if sees >= Sees::Signals && choices.yes() => equal(name(Name::Persona, Type::Text), text("persona")),
        4 if sees != Sees::Event => attribute(3, Type::Boolean),
        5 => boolean(choices.yes()),
        6 => not(condition(choices, sees, of_event, depth - 1)),
        7 => and(vec![condition(choices, sees, of_event, depth - 1), condition(choices, sees, of_event, 0)]),
        8 => or(vec![condition(choices, sees, of_event, depth - 1), condition(choices, sees, of_event, 0)]),
        _ => boolean(true),
    }
}

/// A lead whose facts lie within some twenty seconds around [`T`], some of them still to come.
pub fn timeline(choices: &mut Choices<'_>) -> Timeline {
    let profiles = choices.many(2, |choices| Profile {
        since: choices.maybe(instant),
        attributes: vec![
            choices.maybe(|choices| Value::Number(choices.integer(0, 3) as f64)),
            choices.maybe(|choices| Value::Time(instant(choices) - choices.integer(-2, 3) * DAY)),
            choices.maybe(|_| Value::Text("x".into())),
            choices.maybe(|choices| Value::Boolean(choices.yes())),
        ],
    });
    Timeline { lead_id: "lead".into(), profiles, events: choices.many(20, random_event) }
}

fn random_event(choices: &mut Choices<'_>) -> TimelineEvent {
    let properties = vec![
        choices.maybe(|choices| Value::Number(choices.integer(-1, 4) as f64 / 2.0)),
        choices.maybe(|choices| Value::Text(if choices.yes() { "x" } else { "y" }.into())),
    ];
    let name = NAMES[choices.below(NAMES.len())];
    let time = instant(choices) - if choices.below(5) == 0 { DAY } else { 0 };
    event_with(name, time, properties)
}

fn instant(choices: &mut Choices<'_>) -> i64 {
    // Some instants are common, so that facts meet.
    let steps = if choices.yes() { 10 * choices.integer(-4, 4) } else { choices.integer(-40, 40) };
    T + steps * HALF
}
