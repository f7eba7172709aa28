//! How far back the events of a set matter.
//!
//! An event is past mattering where it lies outside the window of everything that listens to it, or where nothing would be
//! left of its points. Scoring a lead at one moment need not look at such an event. Whoever asks what an event gave, or
//! walks through time, still wants all of them.

use crate::calendar::micros;
use crate::decay::gone_age;
use bantam_lang::meaning::{Points, Rule, RuleKind, Select, SignalKind, TableKeys};

/// Up to which age an event matters, not including that age, in microseconds. The farther the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reach(i64);

impl Reach {
    /// No event matters.
    pub(crate) const NOTHING: Reach = Reach(i64::MIN);
    /// Events of any age matter. An age that was cut off at the end of time says nothing, so it is this one.
    pub(crate) const FOREVER: Reach = Reach(i64::MAX);

    /// Returns the first moment of which an event still matters at `as_of`.
    #[inline]
    pub(crate) fn first_moment(self, as_of: i64) -> i64 {
        if self == Reach::FOREVER { i64::MIN } else { as_of.saturating_sub(self.0).saturating_add(1) }
    }
}

/// Returns how far back a signal looks. A sequence begins at any time; its window is about its end.
pub(crate) fn reach_of_signal(kind: &SignalKind) -> Reach {
    match kind {
        SignalKind::Count { select, .. }
        | SignalKind::Sum { select, .. }
        | SignalKind::First(select)
        | SignalKind::Last(select) => reach_of_window(select),
        SignalKind::Sequence { .. } => Reach::FOREVER,
    }
}

/// Returns how far back a rule looks.
pub(crate) fn reach_of_rule(rule: &Rule) -> Reach {
    let RuleKind::Events { select, once, decay } = &rule.kind else { return Reach::NOTHING };
    let window = reach_of_window(select);
    // An event without points may still be the one that makes up the number. Where one is enough, the latest of a key
    // counts; if nothing is left of that, the older ones never mattered.
    if once.as_ref().is_some_and(|once| once.times > 1) {
        return window;
    }
    window.min(gone_age(points_max(&rule.points), *decay).map_or(Reach::FOREVER, Reach))
}

fn reach_of_window(select: &Select) -> Reach {
    select.within_seconds.map_or(Reach::FOREVER, |seconds| Reach(micros(seconds)))
}

/// The most that an event gives or takes.
fn points_max(points: &Points) -> i64 {
    let mut all = Vec::new();
    match points {
        Points::Fixed(points) => all.push(*points),
        Points::Table { table, .. } => {
            all.extend(table.otherwise.into_iter().chain(table.missing));
            match &table.keys {
                TableKeys::Text(keys) => all.extend(keys.iter().map(|(_, points)| *points)),
                TableKeys::Number(keys) => all.extend(keys.iter().map(|(_, points)| *points)),
                TableKeys::Boolean { yes, no } => all.extend(yes.iter().chain(no)),
            }
        }
    }
    all.into_iter().map(i64::saturating_abs).max().unwrap_or(0)
}
