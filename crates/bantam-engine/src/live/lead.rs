//! One lead at one moment: the values of its names, filled in section by section.

use super::facts::{Entry, Facts, event_value, value_at};
use super::plan::Plan;
use super::watch::Watch;
use crate::evaluate::{Scalar, Scope};
use crate::live::facts::counting_profile;
use crate::timeline::{Timeline, TimelineEvent};
use bantam_lang::meaning::{Name, SalesAnswer, Value};

/// The values of a lead's names at `as_of`. What later sections give is empty until they have been computed.
pub(crate) struct Lead<'a, 'f, W> {
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'f Facts<'a>,
    pub(crate) as_of: i64,
    pub(crate) watch: &'f W,
    /// The row that counts, by its index.
    pub(crate) row: Option<usize>,
    attributes: &'a [Option<Value>],
    criteria_met: f64,
    pub(crate) answer: Option<SalesAnswer>,
    pub(crate) derived: Vec<Option<Scalar<'a>>>,
    pub(crate) signals: Vec<Option<Scalar<'a>>>,
    pub(crate) persona: Option<&'a str>,
    pub(crate) fit: i64,
    pub(crate) fit_unknown: i64,
    pub(crate) engagement: i64,
    pub(crate) stage: Option<&'a str>,
    pub(crate) grade: Option<&'a str>,
    pub(crate) disqualified: bool,
}

impl<'a, 'f, W: Watch> Lead<'a, 'f, W> {
    /// Returns the lead with what its row and the answers of sales give; `None` where it has neither row nor event.
    pub(crate) fn at(
        plan: &'a Plan,
        timeline: &'a Timeline,
        facts: &'f Facts<'a>,
        as_of: i64,
        watch: &'f W,
    ) -> Option<Self> {
        let profile = counting_profile(timeline, as_of);
        if profile.is_none() && !facts.any(as_of) {
            return None;
        }
        let attributes = profile.map_or(&plan.defaults, |(_, profile)| &profile.attributes);
        let is_met = |&&criterion: &&usize| value_at(attributes, criterion) == Some(Scalar::Boolean(true));
        let criteria_met = plan.meaning.criteria.iter().filter(is_met).count() as f64;
        Some(Lead {
            plan,
            facts,
            as_of,
            watch,
            row: profile.map(|(row, _)| row),
            attributes,
            criteria_met,
            answer: latest_answer(plan, facts, as_of),
            derived: Vec::with_capacity(plan.meaning.derived.len()),
            signals: Vec::with_capacity(plan.meaning.signals.len()),
            persona: None,
            fit: 0,
            fit_unknown: 0,
            engagement: 0,
            stage: None,
            grade: None,
            disqualified: false,
        })
    }

    /// Returns the scope in which names of an event have values too.
    pub(crate) fn with_event<'l>(&'l self, event: &'a TimelineEvent) -> EventScope<'a, 'f, 'l, W> {
        EventScope { lead: self, event }
    }

    /// Returns how long ago an event was, in microseconds.
    pub(crate) fn age(&self, entry: &Entry<'_>) -> i64 {
        self.as_of.saturating_sub(entry.time)
    }
}

/// The latest answer of sales; of equal times the later in the order of [`SalesAnswer::ALL`].
fn latest_answer(plan: &Plan, facts: &Facts<'_>, as_of: i64) -> Option<SalesAnswer> {
    let times = SalesAnswer::ALL.into_iter().zip(plan.sales).map(|(answer, set)| (facts.latest(set, as_of), answer));
    times.filter(|(time, _)| time.is_some()).max().map(|(_, answer)| answer)
}

impl<'a, W: Watch> Scope<'a> for Lead<'a, '_, W> {
    fn value(&self, name: Name) -> Option<Scalar<'a>> {
        match name {
            Name::Attribute(place) => value_at(self.attributes, place),
            Name::CriteriaMet => Some(Scalar::Number(self.criteria_met)),
            Name::SalesStatus => self.answer.map(|answer| Scalar::from(answer.key())),
            Name::AcceptedBySales => Some(Scalar::Boolean(self.answer.is_some_and(SalesAnswer::is_accepted))),
            Name::BecameOpportunity => Some(Scalar::Boolean(self.answer.is_some_and(SalesAnswer::is_opportunity))),
            Name::Derived(place) => self.derived.get(place)?.clone(),
            Name::Signal(place) => self.signals.get(place)?.clone(),
            Name::Persona => self.persona.map(Scalar::from),
            Name::Fit => Some(Scalar::Number(self.fit as f64)),
            Name::FitUnknown => Some(Scalar::Number(self.fit_unknown as f64)),
            Name::Engagement => Some(Scalar::Number(self.engagement as f64)),
            Name::Score => Some(Scalar::Number((self.fit + self.engagement) as f64)),
            Name::Stage => self.stage.map(Scalar::from),
            Name::Grade => self.grade.map(Scalar::from),
            Name::Disqualified => Some(Scalar::Boolean(self.disqualified)),
            Name::Property(_) | Name::EventName | Name::EventTime => None,
        }
    }

    fn as_of(&self) -> i64 {
        self.as_of
    }

    fn list_contains(&self, list: usize, text: &str) -> bool {
        self.plan.list_contains(list, text)
    }

    fn notice(&self, instant: i64) {
        self.watch.notice(instant);
    }
}

/// A lead with one of its events.
pub(crate) struct EventScope<'a, 'f, 'l, W> {
    lead: &'l Lead<'a, 'f, W>,
    event: &'a TimelineEvent,
}

impl<'a, W: Watch> Scope<'a> for EventScope<'a, '_, '_, W> {
    #[inline]
    fn value(&self, name: Name) -> Option<Scalar<'a>> {
        match name {
            Name::Property(_) | Name::EventName | Name::EventTime => event_value(self.event, name),
            _ => self.lead.value(name),
        }
    }

    fn as_of(&self) -> i64 {
        self.lead.as_of
    }

    fn list_contains(&self, list: usize, text: &str) -> bool {
        self.lead.list_contains(list, text)
    }

    fn notice(&self, instant: i64) {
        self.lead.notice(instant);
    }
}
