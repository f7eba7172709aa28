//! The rules of `benches/batch/definition.yaml`, as somebody writes them who has the `cel` crate and not bantam.
//!
//! CEL decides conditions; it knows nothing of events, windows, halving and caps, so those are Rust. What the crate offers
//! for speed is used: programs are compiled once, values are borrowed through a resolver, one context serves all conditions
//! of a lead or an event. Rules are found by the name of the event, and a window is looked at before a condition.

use crate::Points;
use crate::workload::{AS_OF, ATTRIBUTES, PROPERTIES};
use bantam_engine::timeline::{Timeline, TimelineEvent};
use bantam_lang::meaning::Value;
use cel::common::types::{CelBool, CelDouble, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::{Context, VariableResolver};
use cel::{Env, Program};
use hashbrown::HashMap;
use std::sync::Arc;

const DAY: i64 = 86_400_000_000;

/// Conditions about the lead, each with its points. What is missing is null.
const FIT: [(&str, i64); 12] = [
    ("industry in ['software', 'fintech', 'healthcare']", 15),
    ("employees != null && employees >= 50.0 && employees < 1000.0", 20),
    ("employees != null && employees >= 1000.0", 10),
    ("employees != null && employees < 5.0", -10),
    ("country in ['US', 'GB', 'DE', 'CA']", 10),
    ("country in ['IR', 'KP']", -50),
    ("title != null && (title.startsWith('VP of ') || title.startsWith('Chief ') || title.startsWith('Head of '))", 15),
    ("title != null && (title.startsWith('Student ') || title.startsWith('Intern '))", -20),
    ("department in ['marketing', 'sales']", 10),
    ("annual_revenue != null && annual_revenue >= 10000000.0", 15),
    ("email != null && (email.endsWith('@gmail.com') || email.endsWith('@yahoo.com'))", -15),
    ("lead_source == 'referral' && consent == true", 10),
];

/// The rules about events; windows and half-lives in days.
#[rustfmt::skip]
const ENGAGEMENT: [Written; 12] = [
    Written { on: "page_view", condition: "", points: 1, within: Some(90), cap: Some(10), half_life: None },
    Written { on: "page_view", condition: "path != null && path.startsWith('/pricing')", points: 5, within: Some(90), cap: Some(30), half_life: Some(30) },
    Written { on: "page_view", condition: "path != null && path.startsWith('/careers')", points: -2, within: Some(180), cap: Some(10), half_life: None },
    Written { on: "email_open", condition: "", points: 1, within: None, cap: Some(15), half_life: Some(30) },
    Written { on: "email_click", condition: "channel != null && channel != 'bot'", points: 3, within: None, cap: Some(30), half_life: Some(30) },
    Written { on: "form_submit", condition: "", points: 10, within: None, cap: None, half_life: Some(30) },
    Written { on: "demo_request", condition: "", points: 30, within: Some(180), cap: Some(60), half_life: None },
    Written { on: "webinar_attend", condition: "", points: 8, within: None, cap: Some(24), half_life: Some(30) },
    Written { on: "content_download", condition: "value != null && value >= 30.0", points: 4, within: None, cap: Some(20), half_life: Some(30) },
    Written { on: "login", condition: "", points: 1, within: Some(120), cap: Some(20), half_life: Some(30) },
    Written { on: "trial_start", condition: "", points: 40, within: Some(60), cap: Some(40), half_life: None },
    Written { on: "unsubscribe", condition: "", points: -25, within: None, cap: None, half_life: None },
];

/// A rule about events, as written.
struct Written {
    on: &'static str,
    condition: &'static str,
    points: i64,
    within: Option<i64>,
    cap: Option<i64>,
    half_life: Option<i64>,
}

/// The rules, compiled.
pub(crate) struct CelRules {
    env: Arc<Env>,
    fit: Vec<(Program, i64)>,
    engagement: Vec<EventRule>,
    /// The rules that listen to an event, by its name.
    listeners: HashMap<&'static str, Vec<usize>>,
}

struct EventRule {
    written: Written,
    condition: Option<Program>,
}

impl CelRules {
    /// Compiles all conditions.
    pub(crate) fn compile() -> Result<Self, String> {
        let env = Arc::new(Env::stdlib());
        let program = |text: &str| env.compile(text).map_err(|error| format!("{text}: {error}"));
        let fit = FIT.into_iter().map(|(condition, points)| Ok((program(condition)?, points)));
        let fit = fit.collect::<Result<Vec<_>, String>>()?;
        let mut engagement = Vec::new();
        let mut listeners: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, written) in ENGAGEMENT.into_iter().enumerate() {
            listeners.entry(written.on).or_default().push(place);
            let condition = (!written.condition.is_empty()).then(|| program(written.condition)).transpose()?;
            engagement.push(EventRule { written, condition });
        }
        Ok(CelRules { env, fit, engagement, listeners })
    }

    /// Scores a lead.
    pub(crate) fn score(&self, lead: &Timeline) -> Result<Points, String> {
        let fit = self.score_fit(lead)?;
        let engagement = self.score_engagement(&lead.events)?;
        Ok(Points { fit, engagement, stage: stage(fit + engagement) })
    }

    fn score_fit(&self, lead: &Timeline) -> Result<i64, String> {
        let Some(row) = lead.profiles.last() else { return Ok(0) };
        let row = Row::new(ATTRIBUTES, &row.attributes);
        let context = self.context(&row);
        let mut fit = 0;
        for (condition, points) in &self.fit {
            if holds(condition, &context)? {
                fit += points;
            }
        }
        Ok(fit)
    }

    fn score_engagement(&self, events: &[TimelineEvent]) -> Result<i64, String> {
        let mut sums = [0_i64; ENGAGEMENT.len()];
        for event in events.iter().filter(|event| event.time <= AS_OF) {
            let Some(listeners) = self.listeners.get(event.name.as_str()) else { continue };
            let row = Row::new(PROPERTIES, &event.properties);
            let context = self.context(&row);
            for &place in listeners {
                if let (Some(rule), Some(sum)) = (self.engagement.get(place), sums.get_mut(place)) {
                    *sum += rule.points(AS_OF - event.time, &context)?;
                }
            }
        }
        let capped = |(rule, sum): (&EventRule, i64)| rule.written.cap.map_or(sum, |cap| sum.clamp(-cap, cap));
        Ok(self.engagement.iter().zip(sums).map(capped).sum())
    }

    fn context<'v, const COUNT: usize>(&self, row: &'v Row<'v, COUNT>) -> Context<'v, 'v> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(row);
        context
    }
}

impl EventRule {
    fn points(&self, age: i64, context: &Context<'_, '_>) -> Result<i64, String> {
        let Written { points, within, half_life, .. } = self.written;
        if within.is_some_and(|days| age >= days * DAY) {
            return Ok(0);
        }
        if let Some(condition) = &self.condition
            && !holds(condition, context)?
        {
            return Ok(0);
        }
        Ok(half_life.map_or(points, |days| points / (1 << (age / (days * DAY)).min(14))))
    }
}

fn holds(condition: &Program, context: &Context<'_, '_>) -> Result<bool, String> {
    match condition.execute(context) {
        Ok(cel::Value::Bool(truth)) => Ok(truth),
        other => Err(format!("a condition gave {other:?}")),
    }
}

fn stage(score: i64) -> &'static str {
    match score {
        90.. => "Sales-ready",
        60.. => "Qualified",
        30.. => "Engaged",
        _ => "Raw",
    }
}

/// The values of a lead or an event, by name.
struct Row<'a, const COUNT: usize> {
    names: [&'static str; COUNT],
    values: [Held<'a>; COUNT],
}

enum Held<'a> {
    Missing(CelNull),
    Text(CelString<'a>),
    Number(CelDouble),
    Boolean(CelBool),
}

impl<'a, const COUNT: usize> Row<'a, COUNT> {
    fn new(names: [&'static str; COUNT], values: &'a [Option<Value>]) -> Self {
        let mut values = values.iter();
        let values = std::array::from_fn(|_| match values.next() {
            Some(Some(Value::Text(text))) => Held::Text(CelString::from(text.as_str())),
            Some(Some(Value::Number(number))) => Held::Number(CelDouble::from(*number)),
            Some(Some(Value::Boolean(truth))) => Held::Boolean(CelBool::from(*truth)),
            _ => Held::Missing(CelNull),
        });
        Row { names, values }
    }
}

impl<const COUNT: usize> VariableResolver for Row<'_, COUNT> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let place = self.names.iter().position(|name| *name == variable)?;
        let value: &dyn Val = match self.values.get(place)? {
            Held::Missing(null) => null,
            Held::Text(text) => text,
            Held::Number(number) => number,
            Held::Boolean(truth) => truth,
        };
        Some(CowVal::Borrowed(value))
    }
}
