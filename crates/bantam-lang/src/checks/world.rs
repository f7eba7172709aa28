//! What the names of a definition may be, before any condition is assumed.

use super::interval::Interval;
use super::intervals::{Reach, once_most};
use super::possible::{Possible, Values};
use crate::convert::MICROS_PER_SECOND;
use crate::meaning::{
    Attribute, Band, DISQUALIFIED, Expr, ExprKind, Meaning, Name, SalesAnswer, Select, Set, SignalKind, Type, Value,
};
use crate::titles::{DEPARTMENTS, SENIORITIES};
use std::cell::Cell;
use std::rc::Rc;

/// How much work one question may cost; beyond it everything counts as possible. Conditions people write cost some dozens.
const FUEL: u32 = 20_000;
/// How much work all questions about a definition may cost together; beyond it nothing more is found. A definition of a
/// hundred rules costs some ten thousands, the largest file then a second at most.
const FUEL_TOTAL: u32 = 2_000_000;
/// Personas, stages and grades are told apart up to this many; of more, any text is possible.
const CLOSED_SET_MAX: usize = 256;

/// A definition with what its names may be.
pub(super) struct World<'a> {
    pub(super) meaning: &'a Meaning,
    /// What derived attributes may be, by index; filled in their order.
    derived: Rc<Vec<Possible>>,
    /// Ranges of the scores; every number while they are not known yet.
    pub(super) reach: Reach,
    /// Names an event may have where an expression stands; `None` is any.
    pub(super) event_names: Option<Vec<String>>,
    fuel: Cell<u32>,
    /// What is left for all questions.
    fuel_total: Rc<Cell<u32>>,
}

impl<'a> World<'a> {
    /// Returns what is known of a definition's names.
    pub(super) fn new(meaning: &'a Meaning) -> Self {
        let mut world = World {
            meaning,
            derived: Rc::default(),
            reach: Reach::unknown(),
            event_names: None,
            fuel: Cell::new(FUEL),
            fuel_total: Rc::new(Cell::new(FUEL_TOTAL)),
        };
        for derived in &meaning.derived {
            let possible = world.look_at(&derived.expr);
            Rc::make_mut(&mut world.derived).push(possible);
        }
        world.reach = Reach::of(&world);
        world
    }

    /// Returns the same world where events have these names.
    pub(super) fn with_events(&self, names: Option<Vec<String>>) -> World<'a> {
        World {
            meaning: self.meaning,
            derived: Rc::clone(&self.derived),
            reach: self.reach,
            event_names: names,
            fuel: Cell::new(FUEL),
            fuel_total: Rc::clone(&self.fuel_total),
        }
    }

    /// Begins a new question.
    pub(super) fn refuel(&self) {
        self.fuel.set(FUEL);
    }

    /// Pays for a step; returns whether there was enough left.
    pub(super) fn pay(&self, steps: usize) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.fuel.set(self.fuel.get().saturating_sub(steps));
        self.fuel_total.set(self.fuel_total.get().saturating_sub(steps));
        self.is_sure()
    }

    /// Returns whether the last question was answered in full.
    pub(super) fn is_sure(&self) -> bool {
        self.fuel.get() > 0 && self.fuel_total.get() > 0
    }

    /// Returns what a name may be.
    pub(super) fn name(&self, name: Name) -> Possible {
        let meaning = self.meaning;
        let number = |low, high| Possible::present(Values::Numbers(Interval::whole(low, high)));
        match name {
            Name::Attribute(i) => meaning.lead.attributes.get(i).map_or_else(unknown_text, attribute),
            Name::Property(i) => meaning.event.properties.get(i).map_or_else(unknown_text, attribute),
            Name::Derived(i) => self.derived.get(i).cloned().unwrap_or_else(unknown_text),
            Name::Signal(i) => self.signal(i),
            Name::CriteriaMet => number(0.0, meaning.criteria.len() as f64),
            Name::FitUnknown => number(0.0, self.reach.fit_unknown_most),
            Name::Fit => Possible::present(Values::Numbers(self.reach.fit)),
            Name::Engagement => Possible::present(Values::Numbers(self.reach.engagement)),
            Name::Score => Possible::present(Values::Numbers(self.reach.score())),
            Name::SalesStatus => Possible::perhaps(Values::texts(SalesAnswer::ALL.map(SalesAnswer::key)), true),
            Name::AcceptedBySales | Name::BecameOpportunity => Possible::present(Values::all(Type::Boolean)),
            Name::Disqualified => Possible::present(Values::Booleans { yes: !meaning.disqualify.is_empty(), no: true }),
            Name::Persona => closed(meaning.personas.iter().map(|persona| persona.name.as_str()), true),
            Name::Stage => {
                let disqualified = (!meaning.disqualify.is_empty()).then_some(DISQUALIFIED);
                let missing = meaning.stages.first().is_none_or(|stage| stage.condition.is_some());
                closed(meaning.stages.iter().map(|stage| stage.name.as_str()).chain(disqualified), missing)
            }
            Name::Grade => grade(meaning),
            Name::EventName => match &self.event_names {
                Some(names) => Possible::present(Values::texts(names.iter().map(String::as_str))),
                None => Possible::present(Values::all(Type::Text)),
            },
            Name::EventTime => Possible::present(Values::all(Type::Time)),
        }
    }

    fn signal(&self, index: usize) -> Possible {
        match self.meaning.signals.get(index).map(|signal| &signal.kind) {
            Some(SignalKind::Count { select, once }) => {
                let most = once.as_ref().map_or(f64::INFINITY, |once| once_most(once, select.within_seconds));
                Possible::present(Values::Numbers(Interval::whole(0.0, most)))
            }
            Some(SignalKind::Sum { .. }) => Possible::present(Values::all(Type::Number)),
            _ => Possible::perhaps(Values::all(Type::Time), true),
        }
    }

    /// Returns how many whole days may have passed since the time an expression gives.
    pub(super) fn days_since(&self, of: &Expr) -> Interval {
        let ExprKind::Name(Name::Signal(index)) = of.kind else {
            return match of.kind {
                ExprKind::Name(Name::EventTime) => Interval::whole(0.0, f64::INFINITY),
                _ => Interval::whole(f64::NEG_INFINITY, f64::INFINITY),
            };
        };
        let within = match self.meaning.signals.get(index).map(|signal| &signal.kind) {
            Some(
                SignalKind::First(Select { within_seconds, .. }) | SignalKind::Last(Select { within_seconds, .. }),
            ) => *within_seconds,
            Some(SignalKind::Sequence { within_seconds, .. }) => *within_seconds,
            _ => None,
        };
        // Younger than the window to the microsecond: a window of 30 days ends within the 29th whole day.
        let most = within.map_or(f64::INFINITY, |seconds| {
            ((seconds * MICROS_PER_SECOND - 1) / crate::convert::MICROS_PER_DAY) as f64
        });
        Interval::whole(0.0, most)
    }

    /// Returns whether a text may be the value of an expression, by what the expression is.
    pub(super) fn text_can_be(&self, expr: &Expr, text: &str) -> bool {
        let lower = || !text.bytes().any(|byte| byte.is_ascii_uppercase());
        match &expr.kind {
            ExprKind::Name(Name::Attribute(i)) => {
                self.meaning.lead.attributes.get(*i).is_none_or(|attribute| self.cell_can_be(attribute, text))
            }
            ExprKind::Name(Name::Property(i)) => {
                self.meaning.event.properties.get(*i).is_none_or(|property| self.cell_can_be(property, text))
            }
            ExprKind::LowerAscii(of) => {
                let no_letters = !text.bytes().any(|byte| byte.is_ascii_alphabetic());
                lower() && (!no_letters || self.text_can_be(of, text))
            }
            ExprKind::EmailDomain(_) => lower() && !text.contains('@') && !text.is_empty(),
            ExprKind::Seniority(_) => SENIORITIES.contains(&text),
            ExprKind::Department(_) => DEPARTMENTS.contains(&text),
            ExprKind::Choose(_, then, otherwise) => self.text_can_be(then, text) || self.text_can_be(otherwise, text),
            ExprKind::Literal(Value::Text(literal)) => literal == text,
            ExprKind::Name(Name::Derived(i)) => {
                !self.pay(1) || self.meaning.derived.get(*i).is_none_or(|derived| self.text_can_be(&derived.expr, text))
            }
            _ => true,
        }
    }

    /// A cell is trimmed, never empty and none of the texts that mean "no value".
    fn cell_can_be(&self, attribute: &Attribute, text: &str) -> bool {
        let is_default = matches!(&attribute.default, Some(Value::Text(default)) if default == text);
        let is_missing = self.meaning.missing.iter().chain(&attribute.missing).any(|missing| missing == text);
        is_default || (!text.is_empty() && text.trim() == text && !is_missing)
    }

    /// Returns the constants right of `in`; `None` for those of a list that stands elsewhere.
    pub(super) fn set_values(&self, set: &Set) -> Option<Vec<Value>> {
        Some(match set {
            Set::Texts(texts) => texts.iter().cloned().map(Value::Text).collect(),
            Set::Numbers(numbers) => numbers.iter().copied().map(Value::Number).collect(),
            Set::Booleans(booleans) => booleans.iter().copied().map(Value::Boolean).collect(),
            Set::List(_) => return None,
        })
    }
}

fn unknown_text() -> Possible {
    Possible::perhaps(Values::all(Type::Text), true)
}

fn attribute(attribute: &Attribute) -> Possible {
    Possible::perhaps(Values::all(attribute.kind), attribute.default.is_none())
}

/// A text from a closed set; never there where the set is empty.
fn closed<'a>(texts: impl Iterator<Item = &'a str>, missing: bool) -> Possible {
    let texts: Vec<&str> = texts.take(CLOSED_SET_MAX + 1).collect();
    let values = if texts.len() > CLOSED_SET_MAX { Values::all(Type::Text) } else { Values::texts(texts) };
    let missing = missing || values.is_empty();
    Possible::perhaps(values, missing)
}

fn grade(meaning: &Meaning) -> Possible {
    let letters = |bands: &Option<Vec<Band>>| match bands {
        Some(bands) => bands.iter().take(CLOSED_SET_MAX).map(|band| band.letter.clone()).collect(),
        None => vec![String::new()],
    };
    if meaning.grades.fit.is_none() && meaning.grades.engagement.is_none() {
        return closed(std::iter::empty(), true);
    }
    let second = letters(&meaning.grades.engagement);
    let grades: Vec<String> = letters(&meaning.grades.fit)
        .iter()
        .flat_map(|first| second.iter().map(move |second| format!("{first}{second}")))
        .take(CLOSED_SET_MAX + 1)
        .collect();
    closed(grades.iter().map(String::as_str), true)
}
