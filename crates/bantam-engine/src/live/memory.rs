//! What a walk through time remembers from one instant to the next, so that it computes again only what can have changed.
//!
//! A remembered result holds until the instant its computation noticed, as long as it saw the same events and, where it
//! depends on the lead at all, the same values of the lead. The latter are numbered: the number goes up whenever any value
//! differs from the one before. There are two numbers, since attributes and signals see less of the lead than rules do.

use super::lead::Lead;
use super::plan::SetId;
use super::rules::RuleResult;
use super::watch::Watch;
use crate::evaluate::Scalar;
use bantam_lang::meaning::SalesAnswer;

/// Where the parts of a lead's score come from: computed, or remembered.
pub(crate) trait Memory<'a> {
    /// Learns what a computation starts from.
    fn start<W: Watch>(&mut self, lead: &Lead<'a, '_, W>);

    /// Returns the value of a computed attribute.
    fn derived<W: Watch>(
        &mut self,
        lead: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> Option<Scalar<'a>>,
    ) -> Option<Scalar<'a>>;

    /// Returns the value of a signal.
    fn signal<W: Watch>(
        &mut self,
        depends: Depends<'_>,
        lead: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> Option<Scalar<'a>>,
    ) -> Option<Scalar<'a>>;

    /// Learns the lead's persona, which rules may depend on.
    fn persona(&mut self, persona: Option<&'a str>);

    /// Returns what a rule gives.
    fn rule<W: Watch>(
        &mut self,
        depends: Depends<'_>,
        lead: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> RuleResult,
    ) -> RuleResult;
}

/// What a result depends on beside the time.
#[derive(Clone, Copy)]
pub(crate) struct Depends<'p> {
    /// The sets whose events it sees.
    pub(crate) events: &'p [SetId],
    pub(crate) since: Option<SetId>,
    /// Whether it sees values of the lead.
    pub(crate) on_lead: bool,
}

/// Remembers nothing: a single instant.
pub(crate) struct Forgetful;

impl<'a> Memory<'a> for Forgetful {
    fn start<W: Watch>(&mut self, _: &Lead<'a, '_, W>) {}

    fn derived<W: Watch>(
        &mut self,
        _: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> Option<Scalar<'a>>,
    ) -> Option<Scalar<'a>> {
        compute()
    }

    fn signal<W: Watch>(
        &mut self,
        _: Depends<'_>,
        _: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> Option<Scalar<'a>>,
    ) -> Option<Scalar<'a>> {
        compute()
    }

    fn persona(&mut self, _: Option<&'a str>) {}

    fn rule<W: Watch>(
        &mut self,
        _: Depends<'_>,
        _: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> RuleResult,
    ) -> RuleResult {
        compute()
    }
}

/// Remembers the latest instant. The instants have to come in order, over the same facts.
#[derive(Default)]
pub(crate) struct Remembered<'a> {
    /// The number of the lead's row, answer of sales and computed attributes.
    attributes: u64,
    /// The number of all values of the lead that rules see, these among them.
    lead: u64,
    row_and_answer: Option<(Option<usize>, Option<SalesAnswer>)>,
    persona: Option<&'a str>,
    derived: Slots<Option<Scalar<'a>>>,
    signals: Slots<Option<Scalar<'a>>>,
    rules: Slots<RuleResult>,
}

impl<'a> Memory<'a> for Remembered<'a> {
    fn start<W: Watch>(&mut self, lead: &Lead<'a, '_, W>) {
        self.derived.next = 0;
        self.signals.next = 0;
        self.rules.next = 0;
        let row_and_answer = Some((lead.row, lead.answer));
        if self.row_and_answer != row_and_answer {
            self.row_and_answer = row_and_answer;
            self.attributes += 1;
            self.lead += 1;
        }
    }

    fn derived<W: Watch>(
        &mut self,
        lead: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> Option<Scalar<'a>>,
    ) -> Option<Scalar<'a>> {
        let depends = Depends { events: &[], since: None, on_lead: true };
        let (value, changed) = self.derived.recall(depends, self.attributes, lead, compute);
        self.attributes += u64::from(changed);
        self.lead += u64::from(changed);
        value
    }

    fn signal<W: Watch>(
        &mut self,
        depends: Depends<'_>,
        lead: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> Option<Scalar<'a>>,
    ) -> Option<Scalar<'a>> {
        let (value, changed) = self.signals.recall(depends, self.attributes, lead, compute);
        self.lead += u64::from(changed);
        value
    }

    fn persona(&mut self, persona: Option<&'a str>) {
        if self.persona != persona {
            self.persona = persona;
            self.lead += 1;
        }
    }

    fn rule<W: Watch>(
        &mut self,
        depends: Depends<'_>,
        lead: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> RuleResult,
    ) -> RuleResult {
        self.rules.recall(depends, self.lead, lead, compute).0
    }
}

/// Remembered results, asked for in the same order at every instant.
struct Slots<T> {
    slots: Vec<Slot<T>>,
    next: usize,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots { slots: Vec::new(), next: 0 }
    }
}

struct Slot<T> {
    result: T,
    /// When it may change by itself; `None` is never.
    until: Option<i64>,
    /// The number of the lead's values it saw.
    lead: u64,
    /// How many events it saw. Events only ever join, so the same number is the same events.
    events: usize,
}

impl<T: Clone + PartialEq> Slots<T> {
    /// Returns the next result, and whether it differs from the one before.
    fn recall<'a, W: Watch>(
        &mut self,
        depends: Depends<'_>,
        lead_number: u64,
        lead: &Lead<'a, '_, W>,
        compute: impl FnOnce() -> T,
    ) -> (T, bool) {
        let sets = depends.events.iter().copied().chain(depends.since);
        let events = sets.map(|set| lead.facts.set(set, lead.as_of).len()).sum();
        let place = self.next;
        self.next += 1;
        if let Some(slot) = self.slots.get(place)
            && slot.events == events
            && (slot.lead == lead_number || !depends.on_lead)
            && slot.until.is_none_or(|until| lead.as_of < until)
        {
            slot.until.into_iter().for_each(|until| lead.watch.notice(until));
            return (slot.result.clone(), false);
        }
        let (result, until) = lead.watch.apart(compute);
        let slot = Slot { result: result.clone(), until, lead: lead_number, events };
        match self.slots.get_mut(place) {
            Some(known) => {
                let changed = known.result != slot.result;
                *known = slot;
                (result, changed)
            }
            None => {
                self.slots.push(slot);
                (result, true)
            }
        }
    }
}
