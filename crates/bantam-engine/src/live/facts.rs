//! Turns a timeline into [`Facts`]: its events in order of time, and for each set of the plan the events in it.
//!
//! An event is looked up by name once here; a rule then walks over its own events only, and finds the ends of a window
//! by binary search.

use super::names::NamePlan;
use super::plan::{Plan, SetId};
use crate::evaluate::{Scalar, Scope, truth};
use crate::live::watch::{Unwatched, Watch};
use crate::reach::Reach;
use crate::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::{Name, Value};
use std::ops::Range;

/// An event with its time at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) time: i64,
    /// Index into [`Timeline::events`].
    pub(crate) index: usize,
    pub(crate) event: &'a TimelineEvent,
}

/// The events of a lead, ready for rules to walk over.
pub(crate) struct Facts<'a> {
    /// The events of all sets, one set after the other, each in order of time.
    entries: Vec<Entry<'a>>,
    /// Where each set's events stand in `entries`.
    sets: Vec<Range<usize>>,
    /// The time of the first event of any name.
    first: Option<i64>,
}

impl<'a> Facts<'a> {
    /// Returns the facts up to and including `until`, with actions as they are at `as_of`.
    pub(crate) fn index<W: Watch>(plan: &'a Plan, timeline: &'a Timeline, until: i64, as_of: i64, watch: &W) -> Self {
        let heard = Heard::listen(plan, timeline, until, |_| i64::MIN);
        Facts::sort_into_sets(plan, heard, as_of, watch)
    }

    /// Returns the facts at one moment without events that are past mattering: enough for a score, and nothing else.
    pub(crate) fn within_reach(plan: &'a Plan, timeline: &'a Timeline, as_of: i64) -> Self {
        let heard = Heard::listen(plan, timeline, as_of, |reach| reach.first_moment(as_of));
        Facts::sort_into_sets(plan, heard, as_of, &Unwatched)
    }

    fn sort_into_sets<W: Watch>(plan: &'a Plan, heard: Heard<'a>, as_of: i64, watch: &W) -> Self {
        let Heard { events: named, first } = heard;
        let Some(&(filler, _)) = named.first() else {
            return Facts { entries: Vec::new(), sets: vec![0..0; plan.set_count], first };
        };
        let mut sets = room_for_sets(plan, &named);
        let mut entries = vec![filler; sets.last().map_or(0, |set| set.end)];
        sets.iter_mut().for_each(|set| set.end = set.start);
        let mut is_action = Vec::new();
        for &(entry, name) in &named {
            if !name.actions.is_empty() {
                let scope = ActionScope { plan, event: entry.event, as_of, watch };
                is_action.clear();
                is_action.extend(name.actions.iter().map(|&action| scope.is_action(action)));
            }
            for member in &name.members {
                let belongs = member.actions.is_empty()
                    || member.actions.iter().any(|&action| is_action.get(action).is_some_and(|&is| is));
                if belongs
                    && let Some(set) = sets.get_mut(member.set)
                    && let Some(place) = entries.get_mut(set.end)
                {
                    *place = entry;
                    set.end += 1;
                }
            }
        }
        Facts { entries, sets, first }
    }

    /// Returns the events of a set at or before `as_of`, in order of time.
    pub(crate) fn set(&self, set: SetId, as_of: i64) -> &[Entry<'a>] {
        let events = self.sets.get(set).and_then(|range| self.entries.get(range.clone())).unwrap_or_default();
        match events.last() {
            Some(last) if last.time > as_of => {
                let end = events.partition_point(|entry| entry.time <= as_of);
                events.get(..end).unwrap_or_default()
            }
            _ => events,
        }
    }

    /// Returns the time of the latest event of a set at or before `as_of`.
    pub(crate) fn latest(&self, set: SetId, as_of: i64) -> Option<i64> {
        self.set(set, as_of).last().map(|entry| entry.time)
    }

    /// Returns whether there is an event of any name at or before `as_of`.
    pub(crate) fn any(&self, as_of: i64) -> bool {
        self.first.is_some_and(|first| first <= as_of)
    }
}

/// The events that somebody listens to.
struct Heard<'a> {
    /// In order of time, each with what listens to it.
    events: Vec<(Entry<'a>, &'a NamePlan)>,
    /// The time of the first event of any name.
    first: Option<i64>,
}

impl<'a> Heard<'a> {
    /// Collects the events up to `until` that are not before the first moment within reach of their listeners.
    #[inline]
    fn listen(plan: &'a Plan, timeline: &'a Timeline, until: i64, first_moment: impl Fn(Reach) -> i64) -> Self {
        let first_moments = plan.names.first_moments(&first_moment);
        let mut events = Vec::with_capacity(timeline.events.len());
        let mut first = i64::MAX;
        for (index, event) in timeline.events.iter().enumerate() {
            first = first.min(event.time);
            if event.time <= until
                && first_moments.may_matter(&event.name, event.time)
                && let Some(name) = plan.names.get(&event.name)
                && event.time >= first_moment(name.reach)
            {
                events.push((Entry { time: event.time, index, event }, name));
            }
        }
        if !events.is_sorted_by_key(|(entry, _)| entry.time) {
            events.sort_by_key(|(entry, _)| entry.time);
        }
        Heard { events, first: (!timeline.events.is_empty()).then_some(first) }
    }
}

/// One range per set, wide enough for all events whose name may belong to it.
fn room_for_sets(plan: &Plan, named: &[(Entry<'_>, &NamePlan)]) -> Vec<Range<usize>> {
    let mut sets = vec![0..0; plan.set_count];
    for member in named.iter().flat_map(|(_, name)| &name.members) {
        if let Some(set) = sets.get_mut(member.set) {
            set.end += 1;
        }
    }
    let mut end = 0;
    for set in &mut sets {
        (set.start, end) = (end, end + set.end);
        set.end = end;
    }
    sets
}

/// Returns the counting row at `as_of` by its index: the latest `since` at or before it, of equal times the last.
pub(crate) fn counting_profile(timeline: &Timeline, as_of: i64) -> Option<(usize, &Profile)> {
    let known = timeline.profiles.iter().enumerate().filter(|(_, profile)| profile.since.is_none_or(|at| at <= as_of));
    known.max_by_key(|(_, profile)| profile.since)
}

/// The scope of an action's condition: the event alone.
struct ActionScope<'a, 'w, W> {
    plan: &'a Plan,
    event: &'a TimelineEvent,
    as_of: i64,
    watch: &'w W,
}

impl<'a, W: Watch> ActionScope<'a, '_, W> {
    fn is_action(&self, action: usize) -> bool {
        let condition = self.plan.meaning.actions.get(action).and_then(|action| action.condition.as_ref());
        condition.is_some_and(|condition| truth(condition, self) == Some(true))
    }
}

impl<'a, W: Watch> Scope<'a> for ActionScope<'a, '_, W> {
    fn value(&self, name: Name) -> Option<Scalar<'a>> {
        event_value(self.event, name)
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

/// Returns what an event gives for a name; `None` where it is missing or not the event's.
#[inline]
pub(crate) fn event_value<'a>(event: &'a TimelineEvent, name: Name) -> Option<Scalar<'a>> {
    match name {
        Name::Property(property) => value_at(&event.properties, property),
        Name::EventName => Some(Scalar::from(event.name.as_str())),
        Name::EventTime => Some(Scalar::Time(event.time)),
        _ => None,
    }
}

/// Returns a value by its place; `None` where it is missing.
#[inline]
pub(crate) fn value_at(values: &[Option<Value>], place: usize) -> Option<Scalar<'_>> {
    values.get(place)?.as_ref().map(Scalar::from)
}

impl Plan {
    /// Returns whether a list of the definition, by its index, holds a text.
    pub(crate) fn list_contains(&self, list: usize, text: &str) -> bool {
        self.lists.get(list).is_some_and(|list| list.contains(text))
    }
}
