//! Turns the facts of one lead into the timeline that is scored, one fact after the other.
//!
//! Only what can still count is kept: of events nobody listens to, that there was one; of attributes, when they changed.
//! A history is therefore good for the present and the future. The past is asked of the log.

use super::codec::{Decoder, Encoder};
use super::rules::Rules;
use bantam_engine::timeline::{Profile, Timeline, TimelineEvent};
use bantam_lang::meaning::Value;

/// The name of the event that stands for events nobody listens to. No definition can listen to it.
const UNHEARD: &str = "";
/// How many events a lead may have before those past mattering are looked for.
const EVENTS_BEFORE_PRUNING: usize = 64;

/// A lead's facts as far as they can still count.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct History {
    pub(super) timeline: Timeline,
    /// Time and message id of the latest change of attributes.
    latest_change: Option<(i64, String)>,
    /// After how many events those past mattering are looked for again.
    prune_at: usize,
}

/// A change came that belongs before one that was already made: the history has to be made anew.
pub(super) struct OutOfOrder;

impl History {
    /// Returns the history of a lead without facts.
    pub(super) fn of(lead_id: &str) -> History {
        let timeline = Timeline { lead_id: lead_id.to_owned(), ..Timeline::default() };
        History { timeline, latest_change: None, prune_at: EVENTS_BEFORE_PRUNING }
    }

    /// Adds an event; returns whether anything listens to it, or it is the first one.
    pub(super) fn add_event(&mut self, name: &str, time: i64, properties: Vec<Option<Value>>, heard: bool) -> bool {
        let events = &mut self.timeline.events;
        if heard {
            events.push(TimelineEvent { name: name.to_owned(), time, properties, id: None });
            return true;
        }
        if events.iter().any(|event| event.time <= time) {
            return false;
        }
        events.retain(|event| event.name != UNHEARD);
        events.push(TimelineEvent { name: UNHEARD.to_owned(), time, properties: Vec::new(), id: None });
        true
    }

    /// Changes attributes from a moment on; returns whether they are others now.
    pub(super) fn change(
        &mut self,
        at: i64,
        message_id: &str,
        changes: Vec<(usize, Option<Value>)>,
        rules: &Rules,
    ) -> Result<bool, OutOfOrder> {
        if self.latest_change.as_ref().is_some_and(|(time, id)| (*time, id.as_str()) > (at, message_id)) {
            return Err(OutOfOrder);
        }
        self.latest_change = Some((at, message_id.to_owned()));
        let last = self.timeline.profiles.last_mut();
        let mut attributes = last.as_ref().map_or_else(|| rules.default_attributes(), |last| last.attributes.clone());
        for (place, value) in changes {
            if let Some(attribute) = attributes.get_mut(place) {
                *attribute = value;
            }
        }
        match last {
            Some(last) if last.attributes == attributes => return Ok(false),
            Some(last) if last.since == Some(at) => last.attributes = attributes,
            _ => self.timeline.profiles.push(Profile { since: Some(at), attributes }),
        }
        Ok(true)
    }

    /// Lets go of what is past mattering from `now` on: events out of everybody's reach, attributes that were replaced.
    pub(super) fn prune(&mut self, rules: &Rules, now: i64) {
        let profiles = &mut self.timeline.profiles;
        let current = profiles.iter().rposition(|profile| profile.since.is_none_or(|since| since <= now));
        profiles.drain(..current.unwrap_or(0));
        let events = &mut self.timeline.events;
        if events.len() < self.prune_at {
            return;
        }
        let first = events.iter().map(|event| event.time).min();
        events.retain(|event| {
            rules.horizons.first_moment(&event.name, now).is_some_and(|first_moment| event.time >= first_moment)
        });
        if let Some(first) = first {
            self.add_event(UNHEARD, first, Vec::new(), false);
        }
        self.prune_at = (2 * self.timeline.events.len()).max(EVENTS_BEFORE_PRUNING);
    }

    pub(super) fn encode(&self, to: &mut Encoder) {
        to.option(self.latest_change.as_ref(), |to, (at, message_id)| {
            to.signed(*at);
            to.text(message_id);
        });
        to.unsigned(self.prune_at as u64);
        to.unsigned(self.timeline.profiles.len() as u64);
        for profile in &self.timeline.profiles {
            to.option(profile.since, Encoder::signed);
            to.values(&profile.attributes);
        }
        to.unsigned(self.timeline.events.len() as u64);
        let mut before = 0_i64;
        for event in &self.timeline.events {
            to.text(&event.name);
            to.signed(event.time.wrapping_sub(before));
            before = event.time;
            to.values(&event.properties);
        }
    }

    pub(super) fn decode(lead_id: String, from: &mut Decoder<'_>) -> Option<History> {
        let latest_change = from.option(|from| Some((from.signed()?, from.text()?)))?;
        let prune_at = usize::try_from(from.unsigned()?).ok()?;
        let mut timeline = Timeline { lead_id, ..Timeline::default() };
        for _ in 0..from.count()? {
            timeline.profiles.push(Profile { since: from.option(Decoder::signed)?, attributes: from.values()? });
        }
        let count = from.count()?;
        timeline.events.reserve(count);
        let mut before = 0_i64;
        for _ in 0..count {
            let name = from.text()?;
            before = before.wrapping_add(from.signed()?);
            timeline.events.push(TimelineEvent { name, time: before, properties: from.values()?, id: None });
        }
        Some(History { timeline, latest_change, prune_at })
    }
}
