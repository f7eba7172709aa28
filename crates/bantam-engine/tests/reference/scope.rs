//! One lead at one moment, and the names that are in scope so far.
//!
//! A name that is read before its section was computed stops the test: the definition was not checked as it should have been.

use super::expressions::is_true;
use super::selecting::belongs;
use bantam_engine::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::{EventSet, Meaning, Name, SalesAnswer, Value};

/// A lead at *T*, with what has been computed about it.
pub(crate) struct Lead<'a> {
    pub(crate) meaning: &'a Meaning,
    /// *T* in microseconds.
    pub(crate) as_of: i64,
    /// Its events at or before *T*, in input order.
    pub(crate) events: Vec<&'a TimelineEvent>,
    pub(crate) attributes: Vec<Option<Value>>,
    pub(crate) criteria_met: Option<i64>,
    /// Outer `None`: not in scope yet. Inner `None`: missing.
    pub(crate) sales_status: Option<Option<String>>,
    pub(crate) accepted_by_sales: Option<bool>,
    pub(crate) became_opportunity: Option<bool>,
    /// Those computed so far.
    pub(crate) derived: Vec<Option<Value>>,
    /// Those computed so far.
    pub(crate) signals: Vec<Option<Value>>,
    /// Outer `None`: not in scope yet. Inner `None`: missing.
    pub(crate) persona: Option<Option<String>>,
    pub(crate) totals: Option<Totals>,
    pub(crate) verdict: Option<Verdict>,
}

/// What disqualifiers and stages see beside the earlier names.
#[derive(Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) fit: i64,
    pub(crate) fit_unknown: i64,
    pub(crate) engagement: i64,
}

/// What routes see beside the earlier names.
pub(crate) struct Verdict {
    pub(crate) stage: Option<String>,
    pub(crate) grade: Option<String>,
    pub(crate) disqualified: bool,
}

impl<'a> Lead<'a> {
    /// Section 2: "events with a timestamp after *T* do not exist". `None` where nothing of the lead exists at *T*.
    pub(crate) fn begin(meaning: &'a Meaning, timeline: &'a Timeline, as_of: i64) -> Option<Lead<'a>> {
        let events: Vec<&TimelineEvent> = timeline.events.iter().filter(|event| event.time <= as_of).collect();
        let row = counting_row(&timeline.profiles, as_of);
        if row.is_none() && events.is_empty() {
            return None;
        }
        Some(Lead {
            meaning,
            as_of,
            events,
            attributes: attributes(meaning, row),
            criteria_met: None,
            sales_status: None,
            accepted_by_sales: None,
            became_opportunity: None,
            derived: Vec::new(),
            signals: Vec::new(),
            persona: None,
            totals: None,
            verdict: None,
        })
    }
}

/// Section 2, Leads: of rows at or before *T* the latest counts, "a missing `updated_at` is the earliest; of equal times, the
/// last row".
fn counting_row(profiles: &[Profile], as_of: i64) -> Option<&Profile> {
    let mut counting: Option<&Profile> = None;
    for profile in profiles {
        let exists = profile.since.is_none_or(|since| since <= as_of);
        let not_earlier = counting.is_none_or(|before| match (profile.since, before.since) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(this), Some(before)) => this >= before,
        });
        if exists && not_earlier {
            counting = Some(profile);
        }
    }
    counting
}

/// The attributes of the counting row. Without one "every attribute [is] missing", and `default` "is the value where it is
/// missing". In a row defaults were filled in when it was read.
fn attributes(meaning: &Meaning, row: Option<&Profile>) -> Vec<Option<Value>> {
    let shape = &meaning.lead.attributes;
    match row {
        Some(row) => (0..shape.len()).map(|index| row.attributes.get(index).cloned().flatten()).collect(),
        None => shape.iter().map(|attribute| attribute.default.clone()).collect(),
    }
}

/// Section 4, qualification: "`criteria_met` is how many are true: a number, never unknown."
pub(crate) fn criteria_met(lead: &Lead) -> i64 {
    let mut met = 0;
    for &index in &lead.meaning.criteria {
        if lead.attributes[index] == Some(Value::Boolean(true)) {
            met += 1;
        }
    }
    met
}

/// Section 4, sales: the key of the latest answer at or before *T*, "of equal times, the one later in this list".
pub(crate) fn sales_answer(lead: &Lead) -> Option<SalesAnswer> {
    let mut latest: Option<(i64, SalesAnswer)> = None;
    for (answer, names) in SalesAnswer::ALL.into_iter().zip(&lead.meaning.sales) {
        let names: &EventSet = names;
        for event in &lead.events {
            if belongs(event, names, lead) && latest.is_none_or(|(time, _)| event.time >= time) {
                latest = Some((event.time, answer));
            }
        }
    }
    latest.map(|(_, answer)| answer)
}

/// The value of a name: `event.x` is the event's, a bare name the lead's.
pub(crate) fn lookup(name: Name, lead: &Lead, event: Option<&TimelineEvent>) -> Option<Value> {
    let number = |points: i64| Some(Value::Number(points as f64));
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let event = || event.expect("`event.x` is in scope only where an event is looked at");
    let totals = || lead.totals.expect("totals are in scope only after both sections");
    let verdict = || lead.verdict.as_ref().expect("stage, grade and disqualified are in scope in routes only");
    match name {
        Name::Attribute(index) => lead.attributes[index].clone(),
        Name::CriteriaMet => number(lead.criteria_met.expect("in scope")),
        Name::SalesStatus => text(lead.sales_status.as_ref().expect("in scope")),
        Name::AcceptedBySales => Some(Value::Boolean(lead.accepted_by_sales.expect("in scope"))),
        Name::BecameOpportunity => Some(Value::Boolean(lead.became_opportunity.expect("in scope"))),
        Name::Derived(index) => lead.derived[index].clone(),
        Name::Signal(index) => lead.signals[index].clone(),
        Name::Persona => text(lead.persona.as_ref().expect("in scope")),
        Name::Fit => number(totals().fit),
        Name::FitUnknown => number(totals().fit_unknown),
        Name::Engagement => number(totals().engagement),
        Name::Score => number(totals().fit + totals().engagement),
        Name::Stage => text(&verdict().stage),
        Name::Grade => text(&verdict().grade),
        Name::Disqualified => Some(Value::Boolean(verdict().disqualified)),
        Name::Property(index) => event().properties.get(index).cloned().flatten(),
        Name::EventName => Some(Value::Text(event().name.clone())),
        Name::EventTime => Some(Value::Time(event().time)),
    }
}

/// Section 4, actions: "An event is that action where its name is listed and `if`, where given, is true."
pub(crate) fn is_action(event: &TimelineEvent, action: usize, lead: &Lead) -> bool {
    let action = &lead.meaning.actions[action];
    let listed = action.on.contains(&event.name);
    listed && action.condition.as_ref().is_none_or(|condition| is_true(condition, lead, Some(event)))
}
