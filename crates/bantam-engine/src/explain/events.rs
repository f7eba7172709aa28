//! What each event gave a rule, and which events did not count, and why.

use crate::decay::halvings;
use crate::live::{CountedEvent, Entry, Key, Lead, RulePlan, Selection, Unwatched, score_events};
use bantam_lang::convert::MICROS_PER_SECOND;
use bantam_lang::meaning::{Decay, Once, Rule, RuleKind};
use hashbrown::{HashMap, HashSet};

/// What the events a rule listens to gave it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventPoints {
    /// The events that count, in order of time.
    pub contributions: Vec<Contribution>,
    /// The events that were selected and yet do not count, in order of time.
    pub dropped: Vec<DroppedEvent>,
    /// How many events came before the rule's `since`, or with it.
    pub before_since: usize,
    /// How many of the others are too old for the rule's window.
    pub out_of_window: usize,
    /// How many of the others did not meet its condition.
    pub unmet: usize,
}

/// An event that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Index into [`crate::timeline::Timeline::events`].
    pub index: usize,
    /// The event's own name.
    pub name: String,
    /// Its own key.
    pub id: Option<String>,
    /// When it happened.
    pub time: i64,
    /// How long ago that is, in microseconds.
    pub age: i64,
    /// Its points when it was new.
    pub base_points: i64,
    /// Its points now.
    pub points: i64,
    /// What became of them in between.
    pub decay: DecayState,
}

/// How far points have shrunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecayState {
    /// They do not shrink.
    Whole,
    /// Halved this often.
    Halved {
        /// How often.
        times: i64,
    },
    /// This part of them is left, cut toward zero.
    Faded {
        /// Seconds left until nothing is, 0 or more.
        seconds_left: i64,
        /// Seconds it takes altogether.
        seconds: i64,
    },
}

/// A selected event that does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DroppedEvent {
    /// Index into [`crate::timeline::Timeline::events`].
    pub index: usize,
    /// Why.
    pub reason: DropReason,
}

/// Why a selected event does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// Another event with its key counts.
    Repeat,
    /// There are fewer events with its key than `times` asks for.
    TooFew,
}

/// Returns what events gave a rule; `None` for a rule about the lead.
pub(super) fn event_points<'a>(
    rule: &'a Rule,
    plan: &'a RulePlan,
    lead: &Lead<'a, '_, Unwatched>,
) -> Option<EventPoints> {
    let RuleKind::Events { select, once, decay } = &rule.kind else { return None };
    let selection = Selection::new(select, &plan.listener)?;
    let mut points = EventPoints::default();
    score_events(rule, plan, lead, |counted| points.contributions.push(contribution(&counted, *decay, lead)));
    points.contributions.sort_by_key(|contribution| (contribution.time, contribution.index));
    let selected: Vec<&Entry<'a>> = lead.selected(selection).collect();
    if let Some(once) = once {
        points.dropped = dropped(once, &selected, &points.contributions, lead);
    }
    let heard = lead.facts.set(selection.events, lead.as_of).len();
    let since_alone = Selection { within: None, ..selection };
    let after_since = lead.in_window(&since_alone).len();
    let in_window = lead.in_window(&selection).len();
    points.before_since = heard - after_since;
    points.out_of_window = after_since - in_window;
    points.unmet = in_window - selected.len();
    Some(points)
}

fn contribution(counted: &CountedEvent<'_, '_>, decay: Decay, lead: &Lead<'_, '_, Unwatched>) -> Contribution {
    let age = lead.age(counted.entry);
    Contribution {
        index: counted.entry.index,
        name: counted.entry.event.name.clone(),
        id: counted.entry.event.id.clone(),
        time: counted.entry.time,
        age,
        base_points: counted.base,
        points: counted.points,
        decay: match decay {
            Decay::Never => DecayState::Whole,
            Decay::HalveEvery(seconds) => DecayState::Halved { times: halvings(seconds, age) },
            Decay::FadeOver(seconds) => {
                let seconds_left = (seconds - age.div_euclid(MICROS_PER_SECOND)).max(0);
                DecayState::Faded { seconds_left, seconds }
            }
        },
    }
}

fn dropped<'a>(
    once: &'a Once,
    selected: &[&Entry<'a>],
    counted: &[Contribution],
    lead: &Lead<'a, '_, Unwatched>,
) -> Vec<DroppedEvent> {
    let counted: HashSet<usize> = counted.iter().map(|contribution| contribution.index).collect();
    let mut events_by_key: HashMap<Key<'a>, u32> = HashMap::new();
    for entry in selected {
        *events_by_key.entry(lead.key(&once.key, entry)).or_default() += 1;
    }
    let reason = |entry: &Entry<'a>| match events_by_key.get(&lead.key(&once.key, entry)) {
        Some(&events) if events >= once.times => DropReason::Repeat,
        _ => DropReason::TooFew,
    };
    let uncounted = selected.iter().filter(|entry| !counted.contains(&entry.index));
    uncounted.map(|entry| DroppedEvent { index: entry.index, reason: reason(entry) }).collect()
}
