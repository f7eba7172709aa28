//! Which events a signal or a rule looks at, and which of them count where several count as one.

use super::facts::Entry;
use super::lead::Lead;
use super::plan::{ListenerPlan, SetId};
use super::watch::Watch;
use crate::calendar::{day, micros, month, week, window};
use crate::evaluate::{Scalar, evaluate, truth};
use bantam_lang::meaning::{Expr, Once, OnceKey, Select};
use hashbrown::HashMap;
use std::borrow::Cow;

/// What makes an event a selected one.
#[derive(Clone, Copy)]
pub(crate) struct Selection<'a> {
    pub(crate) events: SetId,
    pub(crate) since: Option<SetId>,
    pub(crate) within: Option<i64>,
    pub(crate) condition: Option<&'a Expr>,
}

impl<'a> Selection<'a> {
    /// Returns what `select` says, with the sets the plan gave it; `None` where it has no set.
    pub(crate) fn new(select: &'a Select, plan: &ListenerPlan) -> Option<Self> {
        Some(Selection {
            events: *plan.events.first()?,
            since: plan.since,
            within: select.within_seconds.map(micros),
            condition: select.condition.as_ref(),
        })
    }
}

impl<'a, W: Watch> Lead<'a, '_, W> {
    /// Returns the events that are later than `since` and within the window, whatever the condition says.
    pub(crate) fn in_window(&self, selection: &Selection<'a>) -> &[Entry<'a>] {
        let events = self.facts.set(selection.events, self.as_of);
        let since = selection.since.and_then(|set| self.facts.latest(set, self.as_of));
        let window = selection.within.map(|within| self.as_of.saturating_sub(within));
        // Both ends exclude their instant, so one comparison serves the later of them.
        match since.max(window) {
            Some(after) if events.first().is_some_and(|first| first.time <= after) => {
                let start = events.partition_point(|entry| entry.time <= after);
                events.get(start..).unwrap_or_default()
            }
            _ => events,
        }
    }

    /// Returns the selected events in order of time.
    pub(crate) fn selected<'s>(&'s self, selection: Selection<'a>) -> impl DoubleEndedIterator<Item = &'s Entry<'a>> {
        self.in_window(&selection).iter().filter(move |entry| {
            let selected = selection
                .condition
                .is_none_or(|condition| truth(condition, &self.with_event(entry.event)) == Some(true));
            if W::ASKED
                && selected
                && let Some(within) = selection.within
            {
                self.watch.notice(entry.time.saturating_add(within));
            }
            selected
        })
    }

    /// Calls `count` for the events that count among selected ones, given in order of time with what each is worth: all
    /// of them, or the latest of each key, of equal times the one worth most.
    pub(crate) fn count_once<'s, T: PartialOrd + Copy>(
        &self,
        once: Option<&'a Once>,
        selected: impl Iterator<Item = (&'s Entry<'a>, T)>,
        mut count: impl FnMut(&'s Entry<'a>, T),
    ) where
        'a: 's,
    {
        let Some(once) = once else {
            selected.for_each(|(entry, worth)| count(entry, worth));
            return;
        };
        if let OnceKey::Value(key) = &once.key {
            let mut tallies: HashMap<Key<'a>, Tally<'s, 'a, T>> = HashMap::new();
            for (entry, worth) in selected {
                let key = self.key_of_value(key, entry);
                tallies.entry(key).and_modify(|tally| tally.add(entry, worth)).or_insert(Tally::new(entry, worth));
            }
            tallies.into_values().for_each(|tally| tally.close(once.times, &mut count));
            return;
        }
        // Keys of time follow the order of the events: one tally is open at a time.
        let mut open: Option<(i64, Tally<'s, 'a, T>)> = None;
        for (entry, worth) in selected {
            let key = key_of_time(&once.key, entry.time);
            match &mut open {
                Some((same, tally)) if *same == key => tally.add(entry, worth),
                _ => {
                    if let Some((_, tally)) = open.replace((key, Tally::new(entry, worth))) {
                        tally.close(once.times, &mut count);
                    }
                }
            }
        }
        if let Some((_, tally)) = open {
            tally.close(once.times, &mut count);
        }
    }

    /// Returns the key of an event.
    pub(crate) fn key(&self, key: &'a OnceKey, entry: &Entry<'a>) -> Key<'a> {
        match key {
            OnceKey::Value(value) => self.key_of_value(value, entry),
            _ => Key::Period(key_of_time(key, entry.time)),
        }
    }

    fn key_of_value(&self, value: &'a Expr, entry: &Entry<'a>) -> Key<'a> {
        Key::from(evaluate(value, &self.with_event(entry.event)))
    }
}

/// The events of one key so far.
struct Tally<'s, 'a, T> {
    events: u32,
    entry: &'s Entry<'a>,
    worth: T,
}

impl<'s, 'a, T: PartialOrd> Tally<'s, 'a, T> {
    fn new(entry: &'s Entry<'a>, worth: T) -> Self {
        Tally { events: 1, entry, worth }
    }

    fn add(&mut self, entry: &'s Entry<'a>, worth: T) {
        self.events = self.events.saturating_add(1);
        if entry.time > self.entry.time || worth > self.worth {
            (self.entry, self.worth) = (entry, worth);
        }
    }

    fn close(self, times: u32, count: &mut impl FnMut(&'s Entry<'a>, T)) {
        if self.events >= times {
            count(self.entry, self.worth);
        }
    }
}

/// What makes an event the same as another.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Key<'a> {
    /// A stretch of time, by its number.
    Period(i64),
    Missing,
    Text(Cow<'a, str>),
    /// The bits of a number that is not -0.
    Number(u64),
    Boolean(bool),
    Time(i64),
}

impl<'a> From<Option<Scalar<'a>>> for Key<'a> {
    fn from(value: Option<Scalar<'a>>) -> Self {
        match value {
            None => Key::Missing,
            Some(Scalar::Text(text)) => Key::Text(text),
            // -0 equals 0, so it must be the same key: adding 0 makes it 0.
            Some(Scalar::Number(number)) => Key::Number((number + 0.0).to_bits()),
            Some(Scalar::Boolean(truth)) => Key::Boolean(truth),
            Some(Scalar::Time(time)) => Key::Time(time),
        }
    }
}

/// The key of an event by its time alone; the same for all where the time does not matter.
fn key_of_time(key: &OnceKey, time: i64) -> i64 {
    match key {
        OnceKey::All | OnceKey::Value(_) => 0,
        OnceKey::Day => day(time),
        OnceKey::Week => week(time),
        OnceKey::Month => month(time),
        OnceKey::Window(seconds) => window(time, *seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bantam_lang::convert::parse_time;

    #[test]
    fn months_change_on_their_first_day() {
        let month = |date: &str| key_of_time(&OnceKey::Month, parse_time(date).unwrap());
        for (last, first) in [
            ("1970-01-31T23:59:59.999999Z", "1970-02-01"),
            ("2024-02-29", "2024-03-01"),
            ("2023-02-28", "2023-03-01"),
            ("1900-02-28", "1900-03-01"),
            ("2000-02-29", "2000-03-01"),
            ("1999-12-31", "2000-01-01"),
            ("0001-12-31", "0002-01-01"),
            ("2024-04-30", "2024-05-01"),
        ] {
            assert_eq!(month(last) + 1, month(first), "{last}");
        }
        assert_eq!(month("2024-02-01"), month("2024-02-29"));
        assert_eq!(month("9999-12-01") - month("0001-12-01"), 9998 * 12);
    }

    #[test]
    fn weeks_start_on_monday() {
        let week = |date: &str| key_of_time(&OnceKey::Week, parse_time(date).unwrap());
        assert_eq!(week("2024-01-01"), week("2024-01-07T23:59:59Z"));
        assert_eq!(week("2024-01-07") + 1, week("2024-01-08"));
        assert_eq!(week("1969-12-28") + 1, week("1969-12-29"));
    }
}
